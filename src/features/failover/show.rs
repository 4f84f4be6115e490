//! What the failover room shows: its cell with finished words, the sparkline, and which standing
//! reasons are worth a journal line.

use crate::domain::failover::classify::Verdict;
use crate::domain::failover::machine::{Machine, Standing};
use crate::domain::failover::measure::Measured;
use crate::domain::failover::{Class, View, words};
use crate::domain::health::State;
use crate::domain::ids::FeedId;
use crate::domain::journal::Tone;
use crate::domain::signal::{Reach, Sample};
use crate::kit::clock;
use crate::kit::units::{Kbps, Millis, Mono, UnixMs};
use crate::store::samples::SampleRow;
use std::collections::{HashMap, VecDeque};

/// How far back the sparkline goes.
const SPARK_SPAN: Millis = Millis(60_000);
/// One point of the sparkline covers this much.
const SPARK_STEP: Millis = Millis(900);
/// The same standing reason is written down again after this at the earliest.
const REPEAT: Millis = Millis(10_000);

/// Remembers what was shown and said.
#[derive(Default)]
pub struct Show {
    state: Option<(State, UnixMs)>,
    feed: Option<String>,
    spark: VecDeque<(UnixMs, Option<Kbps>)>,
    last_reading: Option<UnixMs>,
    last_row: Option<UnixMs>,
    last_key: &'static str,
    said: HashMap<&'static str, Mono>,
}

impl Show {
    /// The cell, from what the machine knows now.
    pub fn view(
        &mut self,
        machine: &Machine,
        standing: &Standing,
        standing_text: String,
        paused: Option<(String, UnixMs)>,
        fresh: Option<&Sample>,
    ) -> View {
        let (verdict, measured) = (machine.verdict(), machine.measured());
        if let Some(sample) = fresh {
            self.take(sample, verdict, measured);
        }
        let state = words::state(standing, machine.wanted(), verdict.class);
        View {
            class: verdict.class,
            state,
            headline: words::headline(state, verdict, standing),
            since: self.since(state),
            armed: machine.wanted().is_some(),
            paused,
            standing: standing_text,
            wanted: machine.wanted(),
            kbps: shown_rate(verdict, measured),
            rtt: measured.rtt,
            buffer: measured.buffer,
            feed: self.feed.clone(),
            spark: self.spark.clone(),
            last_reading: self.last_reading,
            ..View::default()
        }
    }

    /// The tone in which the standing reason is to be written down, if it is news.
    pub fn worth_a_line(&mut self, standing: &Standing, now: Mono) -> Option<Tone> {
        let key = words::standing_key(standing);
        if key == self.last_key {
            return None;
        }
        if self.said.get(key).is_some_and(|at| now.since(*at) < REPEAT) {
            // Not yet; if it still stands then, it is told then.
            return None;
        }
        self.last_key = key;
        if matches!(standing, Standing::Settled) {
            return None;
        }
        self.said.insert(key, now);
        Some(match standing {
            Standing::SceneMissing(_) | Standing::Unknown(_) | Standing::NoObs => Tone::Warn,
            _ => Tone::Info,
        })
    }

    /// The row of this sample for the history: at most one a second, and only while live.
    pub fn row(
        &mut self,
        fresh: Option<&Sample>,
        live: Option<bool>,
        verdict: &Verdict,
        measured: &Measured,
    ) -> Option<SampleRow> {
        let sample = fresh.filter(|_| live == Some(true))?;
        let at = clock::unix();
        if self.last_row.is_some_and(|last| at.since(last) < SPARK_STEP) {
            return None;
        }
        self.last_row = Some(at);
        Some(SampleRow {
            at,
            feed: FeedId::MAIN.to_owned(),
            class: verdict.class.name().to_owned(),
            kbps: shown_rate(verdict, measured),
            rtt: sample.rtt,
            buffer: sample.buffer,
            latency: sample.latency,
            lost: sample.lost,
            dropped: sample.dropped,
        })
    }

    fn take(&mut self, sample: &Sample, verdict: &Verdict, measured: &Measured) {
        let now = clock::unix();
        if sample.reach == Reach::Ok {
            self.last_reading = Some(now);
            self.feed.clone_from(&sample.feed);
        }
        let point = (now, shown_rate(verdict, measured));
        match self.spark.back_mut() {
            Some(last) if now.since(last.0) < SPARK_STEP => last.1 = point.1,
            _ => self.spark.push_back(point),
        }
        while self.spark.front().is_some_and(|(at, _)| now.since(*at) > SPARK_SPAN) {
            self.spark.pop_front();
        }
    }

    fn since(&mut self, state: State) -> UnixMs {
        match self.state {
            Some((shown, since)) if shown == state => since,
            _ => {
                let now = clock::unix();
                self.state = Some((state, now));
                now
            }
        }
    }
}

/// Zero is shown only where it is known that nothing arrives; what cannot be read is no number.
fn shown_rate(verdict: &Verdict, measured: &Measured) -> Option<Kbps> {
    match verdict.class {
        Class::Unknown => None,
        Class::Absent | Class::Stalled => Some(Kbps(0.0)),
        _ => measured.kbps,
    }
}

/// The numbers behind a line, for machines.
pub fn numbers(verdict: &Verdict, measured: &Measured) -> serde_json::Value {
    serde_json::json!({
        "class": verdict.class,
        "kbps": measured.kbps.map(|rate| rate.0.round()),
        "stall_ms": measured.stall,
        "rtt_ms": measured.rtt,
        "buffer_ms": measured.buffer.map(|(level, _)| level),
        "latency_ms": measured.buffer.map(|(_, latency)| latency),
        "drops_per_sec": measured.drops_per_sec,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_standing_reason_is_written_once_and_not_with_every_number() {
        let mut show = Show::default();
        let falling = |left| Standing::Falling { left: Millis(left) };
        assert_eq!(show.worth_a_line(&falling(900), Mono(0)), Some(Tone::Info));
        assert_eq!(show.worth_a_line(&falling(600), Mono(300)), None);
        assert_eq!(show.worth_a_line(&Standing::Settled, Mono(600)), None);
        assert_eq!(show.worth_a_line(&falling(900), Mono(5000)), None, "said a moment ago");
        assert_eq!(show.worth_a_line(&falling(900), Mono(10_000)), Some(Tone::Info), "it still stands");
        assert_eq!(show.worth_a_line(&falling(900), Mono(30_000)), None);
        assert_eq!(show.worth_a_line(&Standing::NoObs, Mono(31_000)), Some(Tone::Warn));
        assert_eq!(show.worth_a_line(&falling(900), Mono(40_000)), Some(Tone::Info));
    }
}
