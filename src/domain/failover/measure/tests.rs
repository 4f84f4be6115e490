//! Samples in a row, and what the last of them measures.

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
    let back = |bytes: u64| Sample { session: Some("2".to_owned()), age: Some(Millis(1000)), ..counters(5000, bytes) };
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
