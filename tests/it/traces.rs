//! The trace table: recorded faults of real servers, the real adapters, the real machine. Times are
//! decisions on the trace's own clock, so nothing here depends on how fast this machine is.

use crate::support::traces::{self, Trace};
use rstest::rstest;
use stream_control::adapters::ingest::detect;
use stream_control::adapters::ingest::memory::Memory;
use stream_control::domain::failover::Place;
use stream_control::domain::failover::rules::Rules;
use stream_control::domain::signal::{Publisher, Reach, Sample};
use stream_control::kit::units::{Bytes, Kbps, Millis, Mono};

const SLS: &str = "sls-loss-rtt-cap-blackhole-sigstop";
const NGINX: &str = "nginx-stall28s-kill-low";

/// Each trace is entered this long before the fault, with LIVE on and a good feed.
const BEFORE: u64 = 8000;

#[rstest]
#[case::srt_link_capped(SLS, "cap400k", 3000)]
#[case::srt_blackhole(SLS, "blackhole", 2500)]
#[case::srt_encoder_frozen(SLS, "sigstop", 3200)]
#[case::nginx_stall(NGINX, "sigstop", 3200)]
#[case::nginx_kill(NGINX, "sigkill", 1500)]
#[case::nginx_stall_for_ever("nginx-stall170s-default", "sigstop", 3200)]
#[case::nginx_stall_with_drop_idle("nginx-dropidle3s-stall", "sigstop", 3200)]
fn damage_leaves_live_in_time(#[case] trace: &str, #[case] event: &str, #[case] budget: u64) {
    let trace = Trace::read(trace);
    let damage = trace.event(event);
    for phase in 0..4 {
        let decisions = trace.play(damage.saturating_sub(BEFORE), damage + 15_000, phase, &Rules::default());
        let after: Vec<_> = decisions.iter().filter(|(at, _)| *at >= damage).collect();
        let (at, place) = after.first().unwrap_or_else(|| panic!("phase {phase}: nothing was decided"));
        assert_ne!(*place, Place::Live, "phase {phase}: {decisions:?}");
        assert!(at - damage <= budget, "phase {phase}: {} ms > {budget} ms", at - damage);
    }
}

#[rstest]
#[case::srt_start(SLS, "start_2500")]
#[case::srt_restart_after_a_blackhole(SLS, "restart_2500")]
#[case::nginx_start(NGINX, "start_push_2000")]
#[case::nginx_resume_after_a_stall(NGINX, "sigcont")]
fn the_first_picture_brings_live_back(#[case] trace: &str, #[case] event: &str) {
    let trace = Trace::read(trace);
    let start = trace.event(event);
    let picture = trace.first_picture(start);
    for phase in 0..4 {
        let decisions = trace.play(start.saturating_sub(BEFORE), start + 10_000, phase, &Rules::default());
        let live = decisions.iter().find(|(at, place)| *at >= start && *place == Place::Live);
        let (at, _) = live.unwrap_or_else(|| panic!("phase {phase}: LIVE never came: {decisions:?}"));
        assert!(
            at - picture.min(*at) <= 1500,
            "phase {phase}: {} ms after the first picture {picture}, {decisions:?}",
            at - picture
        );
        assert!(*at > start, "phase {phase}: LIVE before the publisher");
    }
}

#[rstest]
#[case::loss_of_5_percent(SLS, "loss5pct", 10_000)]
#[case::loss_of_25_percent(SLS, "loss25pct", 10_000)]
#[case::rtt_of_800_ms(SLS, "delay400", 10_000)]
#[case::clean_nginx_feed(NGINX, "start_push_2000", 45_000)]
fn trouble_without_damage_switches_nothing(#[case] trace: &str, #[case] event: &str, #[case] span: u64) {
    let trace = Trace::read(trace);
    let begin = trace.event(event);
    for phase in 0..4 {
        // Entered once the start of the feed itself is over.
        let from = if event.starts_with("start") { begin + 5000 } else { begin - BEFORE };
        assert_eq!(trace.play(from, begin + span, phase, &Rules::default()), [], "phase {phase}");
    }
}

#[test]
fn a_weak_encoder_brings_the_low_scene_and_never_live() {
    let trace = Trace::read(NGINX);
    let start = trace.event("start_push_250");
    for phase in 0..4 {
        let decisions = trace.play(start - BEFORE, trace.event("sigterm"), phase, &Rules::default());
        let after: Vec<Place> = decisions.iter().filter(|(at, _)| *at >= start).map(|(_, place)| *place).collect();
        assert_eq!(after, [Place::Low], "phase {phase}");
    }
}

#[test]
fn the_capped_link_ends_on_low_and_the_dead_one_on_offline() {
    let trace = Trace::read(SLS);
    for (event, span, wanted) in [("cap400k", 20_000, Place::Low), ("blackhole", 20_000, Place::Offline)] {
        let at = trace.event(event);
        for phase in 0..4 {
            let decisions = trace.play(at - BEFORE, at + span, phase, &Rules::default());
            assert_eq!(
                decisions.last().map(|(_, place)| *place),
                Some(wanted),
                "{event}, phase {phase}: {decisions:?}"
            );
        }
    }
}

#[test]
fn a_statistics_page_that_is_down_for_15_s_switches_nothing() {
    let trace = Trace::read(NGINX);
    let begin = trace.event("start_push_2000") + 10_000;
    for reach in [Reach::Timeout, Reach::Http(500), Reach::Malformed("an HTML page".to_owned()), Reach::Auth(401)] {
        let mut samples = trace.samples.clone();
        for sample in samples.iter_mut().filter(|s| (begin..begin + 15_000).contains(&s.at.0)) {
            *sample = Sample::unreadable(sample.at, reach.clone());
        }
        for phase in 0..4 {
            let first = samples.iter().position(|s| s.at.0 >= begin - 5000).expect("a sample") + phase;
            assert_eq!(traces::play(&samples[first..], begin + 30_000, &Rules::default()), [], "{reach:?}");
        }
    }
}

/// An SRT feed of 3 Mbit/s whose link is dead from 10 s on for `gap`: the buffer loses one second a
/// second and is full again when the link is back, because the sender repeats what was lost.
fn srt_with_gap(latency: u64, gap: u64, offset: u64) -> Vec<Sample> {
    let level = |at: u64| match at.checked_sub(10_000) {
        Some(dead) if dead <= gap => latency.saturating_sub(dead),
        _ => latency - 30,
    };
    let at_4_hz = (0..120).map(|i| i * 250 + offset);
    at_4_hz
        .map(|at| Sample {
            publisher: Publisher::Present,
            session: Some("1".to_owned()),
            age: Some(Millis(60_000 + at)),
            buffer: Some(Millis(level(at))),
            latency: Some(Millis(latency)),
            kbps_server: Some(Kbps(3000.0)),
            rtt: Some(Millis(42)),
            ..Sample::absent(Mono(at))
        })
        .collect()
}

#[rstest]
#[case::usual_latency(2000)]
#[case::short_latency(800)]
#[case::long_latency(4000)]
fn gaps_of_up_to_one_second_switch_nothing(#[case] latency: u64) {
    for gap in [250, 500, 750, 1000] {
        // Every phase of the poll against the gap, in steps of 10 ms over a whole second.
        for offset in (0..250).step_by(10) {
            let samples = srt_with_gap(latency, gap, offset);
            for phase in 0..4 {
                let decisions = traces::play(&samples[phase..], 30_000, &Rules::default());
                assert_eq!(decisions, [], "gap {gap} ms, offset {offset} ms, phase {phase}");
            }
        }
    }
}

#[rstest]
#[case::usual_latency(2000, 2500)]
#[case::short_latency(800, 3200)]
#[case::long_latency(4000, 4000)]
fn a_dead_srt_link_is_seen_in_every_phase(#[case] latency: u64, #[case] budget: u64) {
    for offset in (0..250).step_by(10) {
        let samples = srt_with_gap(latency, 20_000, offset);
        for phase in 0..4 {
            let decisions = traces::play(&samples[phase..], 30_000, &Rules::default());
            let (at, _) = decisions.first().expect("a decision");
            assert!(at - 10_000 <= budget, "offset {offset} ms, phase {phase}: {} ms", at - 10_000);
        }
    }
}

/// What the publisher of a made-up nginx feed does at a moment.
#[derive(Clone, Copy)]
enum Does {
    Sends(f64),
    Stalls,
    IsGone,
}

/// Samples of a made-up nginx feed at 4 Hz.
fn nginx_feed(seconds: u64, does: impl Fn(u64) -> Does) -> Vec<Sample> {
    let (mut bytes, mut session) = (0.0, 1);
    let moments = (0..seconds * 4).map(|quarter| quarter * 250);
    moments
        .map(|at| {
            let doing = does(at);
            match doing {
                Does::Sends(kbps) => bytes += kbps / 8.0 * 250.0,
                Does::Stalls => {}
                Does::IsGone => (bytes, session) = (0.0, session + 1),
            }
            let present = Sample {
                publisher: Publisher::Present,
                session: Some(session.to_string()),
                rx_bytes: Some(Bytes(bytes as u64)),
                media_ts: Some(Millis(bytes as u64 / 100)),
                ..Sample::absent(Mono(at))
            };
            if matches!(doing, Does::IsGone) { Sample::absent(Mono(at)) } else { present }
        })
        .collect()
}

fn played(samples: &[Sample]) -> Vec<Vec<(u64, Place)>> {
    played_by(samples, &Rules::default())
}

fn played_by(samples: &[Sample], rules: &Rules) -> Vec<Vec<(u64, Place)>> {
    (0..4).map(|phase| traces::play(&samples[phase..], u64::MAX, rules)).collect()
}

/// A rate that swings by 50 kbit/s round a limit, in one form or another.
fn swings(limit: f64, period: u64) -> [(&'static str, Box<dyn Fn(u64) -> f64>); 4] {
    let share = move |at: u64| ((at % period) as f64 + 125.0) / period as f64;
    let mut noise = vec![7_u32];
    for _ in 0..330 * 4 {
        noise.push(noise[noise.len() - 1].wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
    }
    let chance = move |at: u64| f64::from(noise[(at / period.clamp(250, 8000)) as usize] >> 8) / f64::from(1 << 24);
    [
        ("sawtooth", Box::new(move |at| limit - 50.0 + 100.0 * share(at))),
        ("square", Box::new(move |at| if at % period < period / 2 { limit - 50.0 } else { limit + 50.0 })),
        ("sine", Box::new(move |at| limit + 50.0 * (share(at) * std::f64::consts::TAU).sin())),
        ("noise", Box::new(move |at| limit - 50.0 + 100.0 * chance(at))),
    ]
}

#[rstest]
fn a_swing_of_50_kbits_round_the_low_limit_switches_nothing(
    #[values(1000, 2000, 4000, 8000, 15_000, 20_000, 30_000, 45_000, 60_000)] period: u64,
    #[values(500.0, 800.0, 2500.0)] low: f64,
) {
    let rules = Rules { low: Kbps(low), high: Kbps(low * 1.25), ..Rules::default() };
    for (name, swing) in swings(low, period) {
        let samples = nginx_feed(330, |at| Does::Sends(if at < 30_000 { 4000.0 } else { swing(at) }));
        for decisions in played_by(&samples, &rules) {
            assert_eq!(decisions, [], "{name} round {low} kbit/s, {period} ms");
        }
    }
}

/// Round the high limit, or from below, either side is right; what may not happen is to go to and fro.
#[rstest]
fn a_swing_of_50_kbits_round_a_limit_never_flaps(
    #[values(800.0, 1000.0)] limit: f64,
    #[values(1000, 2000, 4000, 8000, 20_000, 60_000)] period: u64,
    #[values(3000.0, 500.0)] before: f64,
) {
    for (name, swing) in swings(limit, period) {
        let samples = nginx_feed(330, |at| Does::Sends(if at < 30_000 { before } else { swing(at) }));
        for decisions in played(&samples) {
            let during = decisions.iter().filter(|(at, _)| *at >= 30_000).count();
            assert!(during <= 1, "{name} round {limit} kbit/s, {period} ms, from {before} kbit/s: {decisions:?}");
        }
    }
}

#[rstest]
#[case::stalled(Does::Stalls)]
#[case::cut_off(Does::IsGone)]
fn ten_tunnels_in_five_minutes_are_at_most_one_pair_of_switches_a_minute(#[case] dark: Does) {
    // Tunnels of 1 s to 6 s, one each 30 s.
    let samples = nginx_feed(345, |at| match (at / 30_000, at % 30_000) {
        (0 | 11, _) => Does::Sends(3000.0),
        (tunnel, 0..6000) if at % 30_000 < 1000 + (tunnel - 1) * 555 => dark,
        _ => Does::Sends(3000.0),
    });
    for flap_limit in [1, 2] {
        for decisions in played_by(&samples, &Rules { flap_limit, ..Rules::default() }) {
            assert!(decisions.len() <= 10, "five pairs in five minutes: {decisions:?}");
            assert!(decisions.len() >= 4, "long tunnels do count: {decisions:?}");
            assert_eq!(decisions.last().map(|(_, place)| *place), Some(Place::Live));
            let ups: Vec<u64> = decisions.iter().filter(|(_, to)| *to == Place::Live).map(|(at, _)| *at).collect();
            for at in &ups {
                let minute = ups.iter().filter(|up| (*at..at + 60_000).contains(*up)).count();
                assert!(minute <= flap_limit as usize, "{decisions:?}");
            }
        }
    }
}

#[test]
fn a_burst_that_catches_up_brings_live_back_and_nothing_else() {
    let samples = nginx_feed(60, |at| match at {
        20_000..26_000 => Does::Stalls,
        26_000..27_000 => Does::Sends(25_000.0),
        27_000..27_750 => Does::Sends(0.0),
        _ => Does::Sends(3000.0),
    });
    for decisions in played(&samples) {
        let places: Vec<Place> = decisions.iter().map(|(_, place)| *place).collect();
        assert_eq!(places, [Place::Offline, Place::Live], "{decisions:?}");
    }
}

/// Two nginx workers answer by chance, and one of them carries the stream (from `from` on neither).
fn two_workers(seconds: u64, gone_from: u64) -> Vec<Sample> {
    let mut memory = Memory::default();
    let mut chance = 7_u32;
    (0..seconds * 4)
        .map(|quarter| {
            let at = quarter * 250;
            chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let carries = chance >> 31 == 0 || quarter < 4;
            let pid = if carries { 100 } else { 101 };
            let live = format!(
                "<stream><name>feed1</name><time>{at}</time><bytes_in>{}</bytes_in><client><id>1</id><time>{at}</time>\
                 <timestamp>{at}</timestamp><publishing/><active/></client><publishing/><active/></stream>",
                at * 400
            );
            let stream = if carries && at < gone_from { live.as_str() } else { "" };
            let page = format!(
                "<rtmp><pid>{pid}</pid><server><application><name>publish</name><live>{stream}</live></application></server></rtmp>"
            );
            memory.sample(Mono(at), &detect::parse(page.as_bytes()).expect("an nginx page"), None)
        })
        .collect()
}

#[test]
fn two_nginx_workers_that_answer_by_chance_switch_nothing_until_the_publisher_goes() {
    for decisions in played(&two_workers(300, u64::MAX)) {
        assert_eq!(decisions, []);
    }
    for decisions in played(&two_workers(60, 30_000)) {
        let [(at, Place::Offline)] = decisions[..] else { panic!("{decisions:?}") };
        assert!((30_000..36_000).contains(&at), "{at}");
    }
}
