//! From samples to measurements: rates, stalls and buffer falls of one session of the publisher.
//!
//! Published bitrates lie in a stall (SLS and NMS freeze them, nginx-rtmp averages 11 s), so rates
//! come from byte counters and media clocks. SRT servers have neither; there the receive buffer
//! proves that media arrives: it sits just under the latency and empties by one second a second.
//!
//! A server that moves its counters only every few seconds (SRS) is measured from one step of them to
//! another: between two steps they stand still although media arrives.

use crate::domain::signal::{Publisher, Reach, Sample};
use crate::kit::units::{Kbps, Millis, Mono};
use std::collections::VecDeque;

/// Rates are taken over this span: longer than the usual 2 s between key frames.
const WINDOW: Millis = Millis(3000);
/// Shortest span that gives a rate at all: two quick polls.
const SHORTEST_SPAN: Millis = Millis(450);
/// Standing still this long restarts the rate window, so that the gap does not thin out what follows.
const GAP: Millis = Millis(1000);
/// Usual time from one media timestamp to the next that differs, seen from outside.
const SECOND_TIMESTAMP: Millis = Millis(250);
/// After `latency` plus this, the bitrate that SLS publishes is worth something.
const SETTLING: Millis = Millis(2000);
/// Stands in for a latency that the server does not tell, until a fuller buffer was seen.
const USUAL_LATENCY: Millis = Millis(2000);

/// A buffer falls when it loses at least this share of the elapsed time.
const FALL_RATIO: f64 = 0.6;
/// A fall is damage only below this share of the latency.
const FALL_LEVEL: f64 = 0.6;
/// A gap of up to one second empties at most one second of buffer and heals unseen: a fall is
/// damage only when it is deeper than that.
const GLITCH_DEPTH: Millis = Millis(1100);

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
        while self.points.front().is_some_and(|p| sample.at.since(p.at) > kept(sample.refresh)) && self.points.len() > 2
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

    fn watch_buffer(&mut self, now: &Point, before: Option<&Point>) {
        let Some(level) = now.buffer else { return };
        self.fullest = self.fullest.max(level);
        self.empty_since = if level.0 > 0 { None } else { self.empty_since.or(Some(now.at)) };
        let Some((before, was)) = before.and_then(|b| b.buffer.map(|level| (b, level))) else { return };
        let elapsed = now.at.since(before.at);
        let lost = was.0.saturating_sub(level.0) as f64;
        let fell = elapsed.0 >= 100 && lost >= FALL_RATIO * elapsed.0 as f64;
        self.falls = if fell { self.falls + 1 } else { 0 };
    }

    /// Two falls in a row, low, and deeper than a glitch reaches. RTT is no help: a blackhole freezes it.
    fn running_dry(&self, buffer: Option<(Millis, Millis)>) -> bool {
        let Some((level, latency)) = buffer else { return false };
        let peak = self.points.iter().filter_map(|p| p.buffer).max().unwrap_or_default();
        self.picture
            && self.falls >= 2
            && (level.0 as f64) < FALL_LEVEL * latency.0 as f64
            && peak.0.saturating_sub(level.0) >= GLITCH_DEPTH.0
    }

    fn latency(&self, sample: &Sample) -> Millis {
        match sample.latency {
            Some(latency) if latency.0 > 0 => latency,
            _ if self.picture && self.fullest.0 > 0 => self.fullest,
            _ => USUAL_LATENCY,
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

    fn rate(&self, sample: &Sample) -> Option<Kbps> {
        if sample.rx_bytes.is_some() {
            return match sample.refresh {
                Millis(0) => self.counted_rate().or_else(|| self.first_rate(sample)),
                refresh => self.stepped_rate(refresh),
            };
        }
        // The first rates that SLS publishes are 0 and a few kbit/s whatever arrives: the mean since
        // the session began tells the truth until the session is old enough.
        let settled = sample.age.is_none() || sample.buffer.is_none() || self.is_settled(sample);
        let frozen = sample.buffer == Some(Millis(0));
        match (frozen, settled) {
            (true, _) => None,
            (false, true) => sample.kbps_server,
            (false, false) => sample.kbps_mean,
        }
    }

    fn counted_rate(&self) -> Option<Kbps> {
        let last = self.points.back()?;
        let first = self.points.iter().find(|p| p.at >= self.rate_from)?;
        let span = last.at.since(first.at);
        let bytes = last.bytes?.checked_sub(first.bytes?)?;
        (span >= SHORTEST_SPAN).then(|| Kbps(bytes as f64 * 8.0 / span.0 as f64))
    }

    /// From one step of the counter to a later one: two refreshes apart if there are so many.
    fn stepped_rate(&self, refresh: Millis) -> Option<Kbps> {
        let mut steps = self.points.iter().filter(|p| p.stepped && p.at >= self.rate_from);
        let last = steps.clone().next_back()?;
        let first = steps.find(|p| last.at.since(p.at) <= refresh.scale(2.5))?;
        let span = last.at.since(first.at);
        let bytes = last.bytes?.checked_sub(first.bytes?)?;
        (span >= SHORTEST_SPAN.max(refresh.scale(0.5))).then(|| Kbps(bytes as f64 * 8.0 / span.0 as f64))
    }

    /// A session that was just found has counted since it began. The counter of nginx goes on from one
    /// session to the next while a player holds the stream: what stood there before is not its own, and
    /// where nobody saw what stood there nothing is known yet.
    fn first_rate(&self, sample: &Sample) -> Option<Kbps> {
        let (bytes, age) = (sample.rx_bytes?.0, sample.age?);
        let is_older = sample.counted_for.is_some_and(|span| span > age);
        let own = match self.counted.and_then(|counted| bytes.checked_sub(counted)) {
            Some(own) => own,
            None if is_older => return None,
            None => bytes,
        };
        let young = age >= SHORTEST_SPAN && age <= WINDOW;
        young.then(|| Kbps(own as f64 * 8.0 / age.0 as f64))
    }

    fn counted(&self) -> Option<u64> {
        if self.unseen {
            return None;
        }
        self.points.back().and_then(|last| last.bytes).or(self.counted)
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

/// How long points are kept: enough of them for two steps of the counter with one yet to come.
fn kept(refresh: Millis) -> Millis {
    WINDOW.max(refresh.scale(3.5))
}

fn drops_per_sec(now: &Point, before: Option<&Point>) -> f64 {
    let Some(before) = before else { return 0.0 };
    let (Some(a), Some(b)) = (now.dropped, before.dropped) else { return 0.0 };
    let secs = now.at.since(before.at).secs_f64();
    if secs > 0.0 { a.saturating_sub(b) as f64 / secs } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::units::Bytes;

    fn counters(at: u64, bytes: u64) -> Sample {
        Sample {
            publisher: Publisher::Present,
            session: Some("1".to_owned()),
            rx_bytes: Some(Bytes(bytes)),
            media_ts: Some(Millis(bytes / 100)),
            ..Sample::absent(Mono(at))
        }
    }

    fn srt(at: u64, buffer: u64) -> Sample {
        Sample {
            publisher: Publisher::Present,
            session: Some("1".to_owned()),
            age: Some(Millis(60_000)),
            buffer: Some(Millis(buffer)),
            latency: Some(Millis(2000)),
            kbps_server: Some(Kbps(2800.0)),
            ..Sample::absent(Mono(at))
        }
    }

    fn last(samples: impl IntoIterator<Item = Sample>) -> Measured {
        let mut meter = Meter::default();
        samples.into_iter().fold(Measured::default(), |_, sample| meter.push(&sample))
    }

    #[test]
    fn a_rate_comes_from_the_byte_counter() {
        let measured = last((0..5).map(|i| counters(i * 1000, i * 250_000)));
        assert_eq!(measured.kbps, Some(Kbps(2000.0)));
        assert_eq!(measured.stall, Some(Millis(0)));
        assert!(measured.picture);
    }

    #[test]
    fn one_sample_gives_no_rate_and_no_picture() {
        let measured = last([counters(0, 900_000)]);
        assert_eq!((measured.kbps, measured.picture), (None, false));
    }

    #[test]
    fn a_frozen_counter_is_a_stall_that_grows() {
        let feed = [counters(0, 0), counters(1000, 250_000), counters(2000, 250_000), counters(2500, 250_000)];
        assert_eq!(last(feed).stall, Some(Millis(1500)));
    }

    #[test]
    fn the_gap_of_a_stall_does_not_thin_out_the_rate_after_it() {
        let feed = [(0, 0), (1000, 250_000), (2900, 250_000), (3150, 312_500), (3400, 375_000), (3650, 437_500)];
        assert_eq!(last(feed.map(|(at, bytes)| counters(at, bytes))).kbps, Some(Kbps(2000.0)));
    }

    #[test]
    fn a_new_session_starts_from_nothing() {
        let mut reconnect = counters(2000, 1000);
        reconnect.session = Some("2".to_owned());
        assert_eq!(last([counters(0, 0), counters(1000, 250_000), reconnect]).kbps, None);
        assert!(!last([counters(0, 0), counters(1000, 250_000), counters(2000, 10)]).picture, "the counter went back");
    }

    #[test]
    fn the_bytes_of_earlier_sessions_are_no_rate_of_a_new_one() {
        let back =
            |bytes: u64| Sample { session: Some("2".to_owned()), age: Some(Millis(1000)), ..counters(5000, bytes) };
        let before = || [counters(0, 14_750_000), counters(1000, 15_000_000)];
        let gone = [Sample::absent(Mono(2000)), Sample::absent(Mono(3000))];
        let table = [
            (before().into_iter().chain(gone.clone()).chain([back(15_030_000)]).collect::<Vec<_>>(), 240.0),
            (before().into_iter().chain([back(15_030_000)]).collect(), 240.0),
            (before().into_iter().chain(gone).chain([back(200_000)]).collect(), 1600.0),
            (vec![back(200_000)], 1600.0),
        ];
        for (at, (feed, wanted)) in table.into_iter().enumerate() {
            assert_eq!(last(feed).kbps, Some(Kbps(wanted)), "row {at}");
        }
        // Found by a daemon that has seen nothing before: only the age of the counter tells.
        for (counted_for, wanted) in [(990, Some(1600.0)), (1000, Some(1600.0)), (60_000, None)] {
            let found = Sample { counted_for: Some(Millis(counted_for)), ..back(200_000) };
            assert_eq!(last([found.clone()]).kbps, wanted.map(Kbps), "counted for {counted_for} ms");
            let unread = Sample::unreadable(Mono(4000), Reach::Timeout);
            let since = before().into_iter().chain([unread, found]);
            assert_eq!(last(since).kbps, wanted.map(Kbps), "what was counted while nobody could read");
        }
    }

    #[test]
    fn a_frozen_bitrate_over_an_empty_buffer_is_no_rate() {
        let measured = last([srt(0, 1970), srt(1000, 0), srt(2600, 0)]);
        assert_eq!((measured.kbps, measured.stall), (None, Some(Millis(1600))));
    }

    #[test]
    fn the_slope_rule_fires_on_two_deep_falls_and_not_on_a_glitch() {
        type Case = (&'static str, &'static [(u64, u64)], bool);
        let table: &[Case] = &[
            ("blackhole", &[(0, 1970), (1000, 1300), (1250, 1050), (1500, 800)], true),
            ("one fall only", &[(0, 1970), (1000, 900)], false),
            ("glitch of one second", &[(0, 1970), (450, 1500), (700, 1250), (950, 1000), (1200, 1970)], false),
            ("glitch seen at its deepest", &[(0, 1970), (700, 1270), (990, 980)], false),
            ("latency step", &[(0, 1970), (250, 1860), (500, 1629), (750, 1592)], false),
        ];
        for (name, points, wanted) in table {
            let mut meter = Meter::default();
            let fired = points.iter().any(|(at, level)| meter.push(&srt(*at, *level)).running_dry);
            assert_eq!(fired, *wanted, "{name}");
        }
    }

    /// SRS as recorded: 2 Mbit/s in steps every 3 s, asked at these moments.
    fn in_steps(moments: impl IntoIterator<Item = u64>, stop_at: u64) -> Vec<Sample> {
        let at = |at: u64| Sample {
            refresh: Millis(3000),
            media_ts: None,
            ..counters(at, at.min(stop_at) / 3000 * 750_000 + 1000)
        };
        moments.into_iter().map(at).collect()
    }

    #[test]
    fn counters_that_move_every_three_seconds_give_a_steady_rate_at_any_pace() {
        for (name, pace, offset) in [("calm", 1000, 40), ("calm, out of step", 1037, 13), ("quick", 250, 7)] {
            let (mut meter, mut known) = (Meter::default(), 0);
            for sample in in_steps((0..60_000 / pace).map(|i| offset + i * pace), u64::MAX) {
                let measured = meter.push(&sample);
                assert_eq!(measured.stall, Some(Millis(0)), "{name} at {}", sample.at.0);
                if let Some(rate) = measured.kbps {
                    assert!((1600.0..2500.0).contains(&rate.0), "{name} at {}: {rate}", sample.at.0);
                    known += 1;
                }
            }
            assert!(known as u64 >= 50_000 / pace, "{name}: a rate for all but the first seconds, {known}");
        }
    }

    #[test]
    fn two_missed_steps_are_a_stall_that_grows() {
        let told: Vec<_> = [14, 17, 18, 19, 20]
            .map(|until| last(in_steps((0..=until).map(|second| second * 1000), 12_999)).stall.expect("a stall").0)
            .into();
        assert_eq!(told, [0, 0, 0, 1000, 2000]);
    }

    #[test]
    fn the_rate_after_a_stall_comes_from_the_steps_after_it() {
        let gap = in_steps((0..=15).map(|second| second * 1000), u64::MAX);
        let later = (16..=40).map(|second| {
            let bytes = 3_751_000 + if second < 30 { 0 } else { (second - 27) / 3 * 750_000 };
            Sample { refresh: Millis(3000), media_ts: None, ..counters(second * 1000, bytes) }
        });
        assert_eq!(last(gap.into_iter().chain(later)).kbps, Some(Kbps(2000.0)));
    }

    #[test]
    fn a_stall_that_the_server_tells_is_taken_as_told() {
        let told = |at: u64, idle: u64| Sample { idle: Some(Millis(idle)), ..counters(at, at * 250) };
        assert_eq!(last([told(0, 0), told(1000, 20), told(2000, 700)]).stall, Some(Millis(700)));
    }

    #[test]
    fn srs_as_recorded_never_flaps_at_one_poll_a_second() {
        use crate::domain::failover::{Class, classify::classify, rules::Rules};
        // The recorded session had received so much when it was 49 s old.
        let step = 9_866_097 * 3 / 49;
        let (mut meter, mut classes) = (Meter::default(), Vec::new());
        for second in 0..120_u64 {
            let bytes = second / 3 * step;
            let sample = Sample { refresh: Millis(3000), media_ts: None, ..counters(second * 1000, bytes) };
            let class = classify(&sample, &meter.push(&sample), &Rules::default()).class;
            if classes.last() != Some(&class) {
                classes.push(class);
            }
        }
        assert_eq!(classes, [Class::Warming, Class::Mid, Class::Good]);
    }

    #[test]
    fn an_unreadable_answer_forgets_nothing() {
        let without_numbers = Sample { publisher: Publisher::Present, ..Sample::absent(Mono(2000)) };
        for gap in [Sample::unreadable(Mono(2000), Reach::Timeout), without_numbers] {
            let measured = last([counters(0, 0), counters(1000, 250_000), gap, counters(3000, 750_000)]);
            assert_eq!((measured.kbps, measured.stall), (Some(Kbps(2000.0)), Some(Millis(0))));
        }
    }
}
