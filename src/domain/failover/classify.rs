//! One reading, one class: what the newest sample means on its own.

use super::Class;
use super::measure::Measured;
use super::rules::Rules;
use crate::domain::signal::{Publisher, Reach, Sample};
use crate::kit::units::{Kbps, Millis};

/// Standing still shorter than this is the grain of the source, not a stall.
const STALL_GRAIN: Millis = Millis(600);
/// A buffer below this share of the latency is nearly empty.
const NEARLY_EMPTY: f64 = 0.3;
/// A buffer below this share of the latency deserves a closer look.
const HALF_EMPTY: f64 = 0.6;
/// An RTT above this share of the latency leaves no time for a second retransmission.
const RTT_SHARE: f64 = 0.7;
/// A rate swings round its mean by this share of the limit, and by this much at least.
const SWING_SHARE: f64 = 0.08;
const SWING_LEAST: Kbps = Kbps(60.0);

/// A class with what led to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The class.
    pub class: Class,
    /// Low and well below the limit, or nearly out of buffer: a shorter wait is enough.
    pub severe: bool,
    /// Low, but within the usual swing round the limit: it takes a longer look.
    pub shallow: bool,
    /// The reason with its numbers: "312 kbit/s < 800 kbit/s".
    pub reason: String,
}

/// The class of a sample.
pub fn classify(sample: &Sample, measured: &Measured, rules: &Rules) -> Verdict {
    if sample.reach != Reach::Ok {
        return verdict(Class::Unknown, sample.reach.reason());
    }
    match sample.publisher {
        Publisher::Unknown => verdict(Class::Unknown, "the ingest server does not say who publishes".to_owned()),
        Publisher::Absent => verdict(Class::Absent, "nobody publishes".to_owned()),
        Publisher::Present if sample.tells_nothing() => {
            verdict(Class::Unknown, "the ingest server tells no numbers of the feed that can be understood".to_owned())
        }
        Publisher::Present => present(measured, rules),
    }
}

fn present(measured: &Measured, rules: &Rules) -> Verdict {
    if !measured.picture {
        return verdict(Class::Warming, warming_reason(measured));
    }
    if let Some(stall) = measured.stall.filter(|stall| is_stalled(*stall, measured)) {
        return verdict(Class::Stalled, stalled_reason(stall));
    }
    if let Some(reason) = over(measured.rtt, rules.rtt_offline) {
        return verdict(Class::Bad, reason);
    }
    let found = by_buffer(measured, rules).or_else(|| by_drops(measured, rules));
    let found = found.unwrap_or_else(|| by_rate(measured, rules));
    match over(measured.rtt, rules.rtt_low) {
        Some(reason) if matches!(found.class, Class::Mid | Class::Good) => verdict(Class::Low, reason),
        _ => found,
    }
}

fn by_drops(measured: &Measured, rules: &Rules) -> Option<Verdict> {
    let drops = measured.drops_per_sec;
    (drops > rules.drops_per_sec).then(|| verdict(Class::Low, format!("{drops:.0} packets lost for good per second")))
}

fn over(rtt: Option<Millis>, limit: Option<Millis>) -> Option<String> {
    let (rtt, limit) = rtt.zip(limit).filter(|(rtt, limit)| rtt >= limit)?;
    Some(format!("delay {} ms, and the limit is {} ms", rtt.0, limit.0))
}

fn warming_reason(measured: &Measured) -> String {
    match measured.buffer {
        Some((level, latency)) => format!("connected, filling the buffer, {} of {} ms", level.0, latency.0),
        None => "connected, waiting for the first picture".to_owned(),
    }
}

/// An empty buffer tells of a stall before any time of it is measured.
fn stalled_reason(stall: Millis) -> String {
    if stall < STALL_GRAIN {
        "connected, but the buffer is empty: nothing arrives".to_owned()
    } else {
        format!("connected, but nothing has arrived for {stall}")
    }
}

fn is_stalled(stall: Millis, measured: &Measured) -> bool {
    stall >= STALL_GRAIN || measured.buffer.is_some_and(|(level, _)| level.0 == 0)
}

fn by_buffer(measured: &Measured, rules: &Rules) -> Option<Verdict> {
    let (level, latency) = measured.buffer?;
    let share = level.0 as f64 / latency.0.max(1) as f64;
    let buffer = format!("buffer {:.0} % ({} of {} ms)", share * 100.0, level.0, latency.0);
    let rtt_share = measured.rtt.map_or(0.0, |rtt| rtt.0 as f64 / latency.0.max(1) as f64);
    if measured.running_dry {
        return Some(severe(format!("the buffer runs dry, {buffer}")));
    }
    if share < NEARLY_EMPTY {
        return Some(severe(format!("{buffer} < 30 %")));
    }
    if measured.drops_per_sec > rules.drops_per_sec {
        return Some(verdict(
            Class::Low,
            format!("{:.0} packets lost for good per second, {buffer}", measured.drops_per_sec),
        ));
    }
    if rtt_share > RTT_SHARE && measured.falling {
        return Some(verdict(Class::Low, format!("delay {:.0} % of the latency and {buffer}", rtt_share * 100.0)));
    }
    (share < HALF_EMPTY).then(|| verdict(Class::Mid, format!("{buffer} < 60 %")))
}

fn by_rate(measured: &Measured, rules: &Rules) -> Verdict {
    let Some(rate) = measured.kbps else {
        // Picture and buffer are fine, only the number is missing: neither praise nor blame by rate.
        let class = if measured.buffer.is_some() { Class::Good } else { Class::Mid };
        return verdict(class, "media arrives, its rate is not known yet".to_owned());
    };
    let below = |limit: Kbps| format!("{rate} < {limit}");
    match rate {
        r if r < rules.offline => verdict(Class::Bad, below(rules.offline)),
        r if r < rules.low => Verdict {
            class: Class::Low,
            severe: r.0 < rules.low.0 / 2.0,
            shallow: r.0 >= rules.low.0 - swing(rules.low),
            reason: below(rules.low),
        },
        r if r < rules.high => verdict(Class::Mid, format!("{rate}, between {} and {}", rules.low, rules.high)),
        _ => verdict(Class::Good, good_reason(rate, measured)),
    }
}

/// What a healthy rate swings round its mean: a dip below the limit no deeper than this is no news yet.
fn swing(low: Kbps) -> f64 {
    (low.0 * SWING_SHARE).max(SWING_LEAST.0).min(low.0 / 4.0)
}

fn good_reason(rate: Kbps, measured: &Measured) -> String {
    match measured.rtt {
        Some(rtt) => format!("{rate}, delay {} ms", rtt.0),
        None => rate.to_string(),
    }
}

/// A verdict without degrees.
pub fn verdict(class: Class, reason: String) -> Verdict {
    Verdict { class, severe: false, shallow: false, reason }
}

fn severe(reason: String) -> Verdict {
    Verdict { class: Class::Low, severe: true, shallow: false, reason }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::units::Mono;

    fn seen() -> Measured {
        Measured { picture: true, stall: Some(Millis(0)), kbps: Some(Kbps(2500.0)), ..Measured::default() }
    }

    fn buffered(level: u64) -> Measured {
        Measured { buffer: Some((Millis(level), Millis(2000))), ..seen() }
    }

    #[test]
    fn a_stall_says_how_long_it_lasts_once_that_is_known() {
        let reason = |measured: &Measured| present(measured, &Rules::default()).reason;
        assert_eq!(reason(&buffered(0)), "connected, but the buffer is empty: nothing arrives");
        let stalled = Measured { stall: Some(Millis(1500)), ..buffered(0) };
        assert_eq!(reason(&stalled), "connected, but nothing has arrived for 1.5 s");
    }

    #[test]
    fn a_present_publisher_is_judged_by_picture_stall_buffer_and_rate() {
        let at = |kbps: f64| Measured { kbps: Some(Kbps(kbps)), ..seen() };
        let table: &[(&str, Measured, Class, bool)] = &[
            ("no picture yet", Measured::default(), Class::Warming, false),
            ("nothing arrives", Measured { stall: Some(Millis(1000)), ..seen() }, Class::Stalled, false),
            ("the grain of a source", Measured { stall: Some(Millis(250)), ..seen() }, Class::Good, false),
            ("empty buffer", buffered(0), Class::Stalled, false),
            ("nearly empty buffer", buffered(500), Class::Low, true),
            ("half empty buffer", buffered(1100), Class::Mid, false),
            ("slope rule", Measured { running_dry: true, ..buffered(900) }, Class::Low, true),
            ("packets given up", Measured { drops_per_sec: 60.0, ..buffered(1900) }, Class::Low, false),
            (
                "delay of 800 ms without damage",
                Measured { rtt: Some(Millis(800)), ..buffered(1600) },
                Class::Good,
                false,
            ),
            (
                "long delay, buffer falling",
                Measured { rtt: Some(Millis(1450)), falling: true, ..buffered(1900) },
                Class::Low,
                false,
            ),
            ("below offline", at(150.0), Class::Bad, false),
            ("far below low", at(312.0), Class::Low, true),
            ("just below low", at(799.0), Class::Low, false),
            ("between", at(900.0), Class::Mid, false),
            ("at high", at(1000.0), Class::Good, false),
            ("rate unknown, buffer full", Measured { kbps: None, ..buffered(1970) }, Class::Good, false),
            ("rate unknown, no buffer", Measured { kbps: None, ..seen() }, Class::Mid, false),
        ];
        for (name, measured, class, severe) in table {
            let got = present(measured, &Rules::default());
            assert_eq!((got.class, got.severe), (*class, *severe), "{name}: {}", got.reason);
        }
    }

    #[test]
    fn what_cannot_be_read_is_unknown_and_says_why() {
        let sample = Sample::unreadable(Mono(0), Reach::Http(500));
        let got = classify(&sample, &Measured::default(), &Rules::default());
        assert_eq!(got.class, Class::Unknown);
        assert!(got.reason.contains("HTTP 500"));
    }

    #[test]
    fn a_server_that_answers_without_publisher_is_absent() {
        let got = classify(&Sample::absent(Mono(0)), &Measured::default(), &Rules::default());
        assert_eq!(got.class, Class::Absent);
    }
}
