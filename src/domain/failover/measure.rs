//! From samples to measurements: rates, stalls and buffer falls of one session of the publisher.
//!
//! Published bitrates lie in a stall (SLS and NMS freeze them, nginx-rtmp averages 11 s), so rates
//! come from byte counters and media clocks. SRT servers have neither; there the receive buffer
//! proves that media arrives: it sits just under the latency and empties by one second a second.
//!
//! A server that moves its counters only every few seconds (SRS) is measured from one step of them to
//! another: between two steps they stand still although media arrives.

mod buffer;
mod rate;

use crate::domain::signal::{Publisher, Reach, Sample};
use crate::kit::units::{Kbps, Millis, Mono};
use std::collections::VecDeque;

/// Standing still this long restarts the rate window, so that the gap does not thin out what follows.
const GAP: Millis = Millis(1000);
/// Usual time from one media timestamp to the next that differs, seen from outside.
const SECOND_TIMESTAMP: Millis = Millis(250);
/// After `latency` plus this, the bitrate that SLS publishes is worth something.
const SETTLING: Millis = Millis(2000);

/// What one sample means together with those before it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measured {
    /// The received rate, where one can be known.
    pub kbps: Option<Kbps>,
    /// How long nothing has arrived; `None` where the server gives no way to tell.
    pub stall: Option<Millis>,
    /// Buffer level and latency (SRT).
    pub buffer: Option<(Millis, Millis)>,
    /// Round-trip time.
    pub rtt: Option<Millis>,
    /// Packets given up per second since the sample before.
    pub drops_per_sec: f64,
    /// The buffer fell on this sample.
    pub falling: bool,
    /// The buffer runs dry: the slope rule has fired.
    pub running_dry: bool,
    /// A first picture was seen in this session.
    pub picture: bool,
    /// How long a session without picture may be one that runs: counters that move every few seconds
    /// cannot have shown it yet. Zero where they move all the time, and for a session that just began.
    pub patience: Millis,
    /// Set on the one sample that shows the first picture: when it must have been there. A session
    /// that was found between two polls is older than its first sample.
    pub picture_from: Option<Mono>,
}

#[derive(Clone, Copy, Debug)]
struct Point {
    at: Mono,
    bytes: Option<u64>,
    media: Option<Millis>,
    buffer: Option<Millis>,
    dropped: Option<u64>,
    /// The byte counter moved on this sample.
    stepped: bool,
}

/// Remembers one session of the publisher.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    session: Option<String>,
    age: Option<Millis>,
    points: VecDeque<Point>,
    /// Points before this moment do not count for the rate.
    rate_from: Mono,
    advanced: Option<Mono>,
    empty_since: Option<Mono>,
    falls: u32,
    fullest: Millis,
    picture: bool,
    last_absent: Mono,
    /// What the sessions before have counted, where it was seen.
    counted: Option<u64>,
    /// Something could not be read since the last sample of this session.
    unseen: bool,
}

impl Meter {
    /// Takes in a sample. An unreadable one, and one without numbers, measures nothing and forgets
    /// nothing; an absent publisher ends the session.
    pub fn push(&mut self, sample: &Sample) -> Measured {
        if sample.reach != Reach::Ok || sample.publisher == Publisher::Unknown {
            self.unseen = true;
            return Measured::default();
        }
        if sample.publisher == Publisher::Absent {
            *self = Self { last_absent: sample.at, counted: self.counted(), ..Self::default() };
            return Measured::default();
        }
        if sample.tells_nothing() {
            return Measured::default();
        }
        if self.is_new_session(sample) {
            let last_absent = self.points.back().map_or(self.last_absent, |last| last.at);
            let counted = self.counted();
            *self = Self { advanced: Some(sample.at), rate_from: sample.at, last_absent, counted, ..Self::default() };
        }
        self.session.clone_from(&sample.session);
        (self.age, self.unseen) = (sample.age, false);
        self.take(sample)
    }

    fn is_new_session(&self, sample: &Sample) -> bool {
        let Some(last) = self.points.back() else { return true };
        let went_back =
            |now: Option<u64>, before: Option<u64>| now.zip(before).is_some_and(|(now, before)| now < before);
        self.session != sample.session
            || went_back(sample.rx_bytes.map(|b| b.0), last.bytes)
            || went_back(sample.age.map(|a| a.0), self.age.map(|a| a.0))
    }

    fn take(&mut self, sample: &Sample) -> Measured {
        let point = Point {
            at: sample.at,
            bytes: sample.rx_bytes.map(|b| b.0),
            media: sample.media_ts,
            buffer: sample.buffer,
            dropped: sample.dropped,
            stepped: false,
        };
        let before = self.points.back().copied();
        let point = Point { stepped: before.is_some_and(|before| before.bytes < point.bytes), ..point };
        self.watch_advance(&point, before.as_ref(), sample.refresh);
        self.watch_buffer(&point, before.as_ref());
        self.points.push_back(point);
        while self.points.front().is_some_and(|p| sample.at.since(p.at) > rate::kept(sample.refresh))
            && self.points.len() > 2
        {
            self.points.pop_front();
        }
        let buffer = sample.buffer.map(|level| (level, self.latency(sample)));
        let first_picture = !self.picture && self.sees_picture(sample, before.as_ref());
        self.picture = self.picture || first_picture;
        Measured {
            kbps: self.rate(sample),
            stall: self.stall(sample),
            buffer,
            rtt: sample.rtt,
            drops_per_sec: drops_per_sec(&point, before.as_ref()),
            falling: self.falls > 0,
            running_dry: self.running_dry(buffer),
            picture: self.picture,
            patience: patience(sample),
            picture_from: first_picture.then(|| self.picture_from(sample)),
        }
    }

    fn picture_from(&self, sample: &Sample) -> Mono {
        let told = sample.buffer.is_none().then_some(sample.age).flatten();
        let began = told.map_or(sample.at, |age| sample.at - age + SECOND_TIMESTAMP);
        // A sample that stood still is proof that nothing came before it.
        let stood_still = self.points.iter().rev().nth(1).filter(|_| self.points.len() > 2).map(|point| point.at);
        began.max(self.last_absent).max(stood_still.unwrap_or_default()).min(sample.at)
    }

    fn watch_advance(&mut self, now: &Point, before: Option<&Point>, refresh: Millis) {
        let Some(before) = before else { return };
        let more = |a: Option<u64>, b: Option<u64>| a.zip(b).is_some_and(|(a, b)| a > b);
        if more(now.bytes, before.bytes) || more(now.media.map(|m| m.0), before.media.map(|m| m.0)) {
            if self.advanced.is_some_and(|at| before.at.since(at) >= GAP.max(standstill(refresh))) {
                // From the last frozen sample: at worst too low a rate, never one out of thin air.
                self.rate_from = before.at;
            }
            self.advanced = Some(now.at);
        }
    }

    /// First picture: buffer at 90 % of the latency (SRT), else the second advancing media clock.
    fn sees_picture(&self, sample: &Sample, before: Option<&Point>) -> bool {
        if let Some(level) = sample.buffer {
            let latency = self.latency(sample);
            let full = level.0 as f64 >= 0.9 * latency.0 as f64;
            return full || (self.is_settled(sample) && level.0 > 0);
        }
        match (sample.media_ts, before.and_then(|b| b.media)) {
            (Some(now), Some(before)) => now > before,
            (Some(_), None) => false,
            (None, _) if sample.refresh.0 > 0 && sample.rx_bytes.is_some() => {
                self.points.back().is_some_and(|now| now.stepped)
            }
            (None, _) => self.rate(sample).is_some_and(|rate| rate.0 > 0.0),
        }
    }

    fn is_settled(&self, sample: &Sample) -> bool {
        sample.age.is_some_and(|age| age.0 >= self.latency(sample).0 + SETTLING.0)
    }

    /// The longer of what the server tells itself and what its counters show: OvenMediaEngine's clock
    /// has whole seconds, its counters are exact.
    fn stall(&self, sample: &Sample) -> Option<Millis> {
        sample.idle.max(self.standing(sample))
    }

    fn standing(&self, sample: &Sample) -> Option<Millis> {
        if sample.rx_bytes.is_some() || sample.media_ts.is_some() {
            let still = self.advanced.map(|at| sample.at.since(at));
            return still.map(|still| Millis(still.0.saturating_sub(standstill(sample.refresh).0)));
        }
        sample.buffer?;
        Some(self.empty_since.map_or(Millis(0), |at| sample.at.since(at)))
    }
}

/// How long counters that move once in `refresh` may stand still: one step may be late, two are not.
fn standstill(refresh: Millis) -> Millis {
    refresh.scale(2.0)
}

/// A session that is found running shows its picture with the second step of its counters.
fn patience(sample: &Sample) -> Millis {
    let span = standstill(sample.refresh);
    if sample.age.is_some_and(|age| age < span) { Millis(0) } else { span }
}

fn drops_per_sec(now: &Point, before: Option<&Point>) -> f64 {
    let Some(before) = before else { return 0.0 };
    let (Some(a), Some(b)) = (now.dropped, before.dropped) else { return 0.0 };
    let secs = now.at.since(before.at).secs_f64();
    if secs > 0.0 { a.saturating_sub(b) as f64 / secs } else { 0.0 }
}

#[cfg(test)]
mod tests;
