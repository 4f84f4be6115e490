//! What the failover room shows: its cell with finished words, the sparkline, and which standing
//! reasons are worth a journal line.

use super::hand::Hand;
use crate::domain::failover::classify::Verdict;
use crate::domain::failover::lineup::Lineup;
use crate::domain::failover::machine::{Machine, Shot, Standing};
use crate::domain::failover::measure::Measured;
use crate::domain::failover::watch::Watch;
use crate::domain::failover::{Class, FeedView, Place, View, words};
use crate::domain::health::State;
use crate::domain::ids::FeedId;
use crate::domain::journal::Tone;
use crate::domain::server::Server;
use crate::domain::signal::{Feeds, Reach, Sample};
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
    spark: VecDeque<(UnixMs, Option<Kbps>)>,
    feeds: HashMap<FeedId, Shown>,
    last_key: &'static str,
    said: HashMap<&'static str, Mono>,
}

/// What is remembered of one feed.
#[derive(Default)]
struct Shown {
    publisher: Option<String>,
    last_reading: Option<UnixMs>,
    last_row: Option<UnixMs>,
}

/// Why the machine acts or does not act, in words.
pub struct Said<'a> {
    /// The standing.
    pub standing: &'a Standing,
    /// The verdict on the feed on air, with its name where there are several.
    pub verdict: &'a Verdict,
    /// The standing in words.
    pub text: String,
}

/// The kind of server that answers for each feed.
pub type Servers = HashMap<FeedId, Server>;

/// The same, from the feeds cell.
pub fn servers(feeds: &Feeds) -> Servers {
    feeds.list.iter().filter_map(|(id, feed)| Some((id.clone(), feed.server?))).collect()
}

impl Show {
    /// The cell, from what the machine knows now.
    pub fn view(
        &mut self,
        now: Mono,
        machine: &Machine,
        said: Said<'_>,
        hand: &Hand,
        lineup: &Lineup,
        servers: &Servers,
    ) -> View {
        let measured = machine.measured();
        let state = words::state(said.standing, machine.wanted(), said.verdict.class);
        let shown = self.feeds.get(machine.on_air());
        let (feed, last_reading) = shown.map_or((None, None), |shown| (shown.publisher.clone(), shown.last_reading));
        let at = |moment: Mono| UnixMs(clock::unix().0.saturating_add_unsigned(moment.since(now).0));
        let work = machine.watches().iter().find_map(Watch::work);
        View {
            class: said.verdict.class,
            state,
            headline: words::headline(state, said.verdict, said.standing),
            since: self.since(state),
            armed: machine.wanted().is_some(),
            paused: hand.paused.clone(),
            standing: said.text,
            wanted: machine.wanted(),
            kbps: shown_rate(said.verdict, measured),
            rtt: measured.rtt,
            buffer: measured.buffer,
            feed,
            spark: self.spark.clone(),
            last_reading,
            feeds: self.feed_views(machine, lineup, servers),
            testing: hand.testing.map(at),
            maintenance: work.map(|work| (work.why.clone(), at(work.until))),
        }
    }

    fn feed_views(&self, machine: &Machine, lineup: &Lineup, servers: &Servers) -> Vec<FeedView> {
        let view = |(place, watch): (usize, &Watch)| FeedView {
            id: watch.id().clone(),
            name: lineup.name(place).to_owned(),
            server: servers.get(watch.id()).copied(),
            class: watch.class(),
            reason: watch.verdict().reason.clone(),
            on_air: watch.id() == machine.on_air(),
            kbps: shown_rate(watch.verdict(), watch.measured()),
            rtt: watch.measured().rtt,
            buffer: watch.measured().buffer,
            last_reading: self.feeds.get(watch.id()).and_then(|shown| shown.last_reading),
        };
        machine.watches().iter().enumerate().map(view).collect()
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
            Standing::Unsteady { .. } | Standing::Frozen(_) => Tone::Warn,
            _ => Tone::Info,
        })
    }

    /// The rows of these samples for the history: at most one a second and feed, and only while live.
    pub fn rows(&mut self, fresh: &[(FeedId, Sample)], live: Option<bool>, machine: &Machine) -> Vec<SampleRow> {
        let fresh = fresh.iter().filter(|_| live == Some(true));
        fresh.filter_map(|(id, sample)| self.row(id, sample, machine)).collect()
    }

    fn row(&mut self, id: &FeedId, sample: &Sample, machine: &Machine) -> Option<SampleRow> {
        let watch = machine.watches().iter().find(|watch| watch.id() == id)?;
        let shown = self.feeds.entry(id.clone()).or_default();
        let at = clock::unix();
        if shown.last_row.is_some_and(|last| at.since(last) < SPARK_STEP) {
            return None;
        }
        shown.last_row = Some(at);
        Some(SampleRow {
            at,
            feed: id.to_string(),
            class: watch.class().name().to_owned(),
            kbps: shown_rate(watch.verdict(), watch.measured()),
            rtt: sample.rtt,
            buffer: sample.buffer,
            latency: sample.latency,
            lost: sample.lost,
            dropped: sample.dropped,
        })
    }

    /// Remembers what is new: who publishes, when it was read, the last minute of the feed on air.
    pub fn take(&mut self, fresh: &[(FeedId, Sample)], machine: &Machine) {
        let now = clock::unix();
        for (id, sample) in fresh {
            if sample.reach == Reach::Ok {
                let shown = self.feeds.entry(id.clone()).or_default();
                shown.last_reading = Some(now);
                shown.publisher.clone_from(&sample.feed);
            }
            if id == machine.on_air() {
                self.draw(now, shown_rate(machine.verdict(), machine.measured()));
            }
        }
    }

    fn draw(&mut self, now: UnixMs, rate: Option<Kbps>) {
        match self.spark.back_mut() {
            Some(last) if now.since(last.0) < SPARK_STEP => last.1 = rate,
            _ => self.spark.push_back((now, rate)),
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

/// The verdict on the feed on air, with its name where there are several.
pub fn verdict(machine: &Machine, lineup: &Lineup) -> Verdict {
    let verdict = machine.verdict().clone();
    let on = lineup.position(machine.on_air()).filter(|_| lineup.is_several());
    match on {
        Some(at) => Verdict { reason: format!("{}: {}", lineup.name(at), verdict.reason), ..verdict },
        None => verdict,
    }
}

/// The numbers behind a decision, for machines.
pub fn decision(machine: &Machine, from: &Shot, to: &Shot, reason: &str) -> serde_json::Value {
    let mut data = numbers(machine.verdict(), machine.measured());
    data["reason"] = serde_json::json!(reason);
    data["rule"] = serde_json::json!(rule(from, to, machine.verdict().class));
    data["feed"] = serde_json::json!(to.feed);
    data["from"] = serde_json::json!({ "place": from.place, "scene": from.scene, "feed": from.feed });
    data["to"] = serde_json::json!({ "place": to.place, "scene": to.scene, "feed": to.feed });
    data
}

/// A short name of the rule behind a decision, for machines: what `class` means on the way down, where
/// it leads on the way up.
fn rule(from: &Shot, to: &Shot, class: Class) -> &'static str {
    match (from.place, to.place) {
        _ if from.feed != to.feed => "other-feed",
        (from, to) if from == to => "other-scene",
        (_, Place::Live) => "good-again",
        (Place::Offline, Place::Low) => "usable-again",
        _ => match class {
            Class::Absent => "absent",
            Class::Stalled => "stalled",
            Class::Bad => "below-offline",
            Class::Warming => "no-picture",
            Class::Unknown => "witness",
            Class::Low | Class::Mid | Class::Good => "weak",
        },
    }
}

/// The numbers behind a standing line, for machines; its rule is the short name of the reason.
pub fn standing(machine: &Machine, verdict: &Verdict, standing: &Standing) -> serde_json::Value {
    let mut data = numbers(verdict, machine.measured());
    data["reason"] = serde_json::json!(verdict.reason);
    data["rule"] = serde_json::json!(words::standing_key(standing));
    data["feed"] = serde_json::json!(machine.on_air());
    data
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
