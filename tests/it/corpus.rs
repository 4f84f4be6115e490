//! The corpus: thirty ways in which a feed or its server goes wrong, each as a recording that is
//! played through the real parsers and the real machine, with what may be decided at most. Times are
//! decisions in the recording's own time; every row is played in four phases of the poll.

use crate::support::corpus::Tape;
use crate::support::corpus::made::{Does, Publisher, but, chance, made};
use crate::support::corpus::pages;
use crate::support::corpus::recorded::{Recorded, recorded};
use Does::{IsGone, Sends, Stalls};
use stream_control::domain::failover::Place::{self, Live, Low, Offline};

/// How a trace came about.
#[derive(Clone, Copy, Debug, PartialEq)]
enum By {
    /// Polled from a real server while the fault was made.
    Recorded,
    /// Documents as the server writes them, in an order that was written down.
    Scripted,
    /// Numbers from a formula.
    Generated,
}

/// What may be decided.
#[derive(Clone, Copy, Debug)]
struct Budget {
    /// When the damage is done, and how many seconds later LIVE must have been left.
    leave: Option<(f64, f64)>,
    /// When the picture is back, and how many seconds later LIVE must be on again.
    back: Option<(f64, f64)>,
    /// Decisions in all.
    at_most: usize,
    /// Decisions within any minute.
    a_minute: usize,
    /// Where it ends.
    ends: Place,
}

/// Nothing may be decided.
const CALM: Budget = Budget { leave: None, back: None, at_most: 0, a_minute: 0, ends: Live };

/// LIVE must be left within this time of the damage, and the end is there.
const fn leaves(damage: f64, within: f64, ends: Place) -> Budget {
    Budget { leave: Some((damage, within)), at_most: 2, a_minute: 2, ends, ..CALM }
}

/// The same, and LIVE is on again within this time of the picture.
const fn leaves_and_is_back(damage: f64, within: f64, picture: f64, after: f64) -> Budget {
    Budget { back: Some((picture, after)), at_most: 3, a_minute: 3, ..leaves(damage, within, Live) }
}

/// From a lost feed to LIVE within this time of the picture, and nothing else.
const fn comes(picture: f64, after: f64) -> Budget {
    Budget { back: Some((picture, after)), at_most: 1, a_minute: 1, ..CALM }
}

/// number and name, how it came about, the recording, the budget
type Row = (u8, &'static str, By, fn() -> Tape, Budget);

use By::{Generated, Recorded as FromLife, Scripted};

const TABLE: &[Row] = &[
    (
        1,
        "clean start and stop (nginx)",
        FromLife,
        || nginx().round("start_push_2000", 4.0, 30.0).entered_in("OFFLINE"),
        comes(4.8, 1.7),
    ),
    (1, "clean stop (SLS)", FromLife, || sls().round("sigterm", 3.0, 8.0).entered_in("OFFLINE"), OFFLINE_STAYS_OR_ENDS),
    (
        2,
        "start with bitrate 0, then 5 kbit/s (SLS)",
        FromLife,
        || sls().round("start_2500", 1.5, 15.0).entered_in("OFFLINE"),
        comes(3.8, 1.7),
    ),
    (
        3,
        "catch-up burst after a resume (nginx)",
        FromLife,
        || nginx().round("sigcont", 6.0, 20.0).entered_in("OFFLINE"),
        comes(6.0, 2.2),
    ),
    (
        3,
        "catch-up burst after a resume (Node-Media-Server 4)",
        FromLife,
        || nms4().round("sigcont", 6.0, 7.5).entered_in("OFFLINE"),
        comes(6.0, 2.5),
    ),
    (
        4,
        "stall of 28 s, then resume (nginx)",
        FromLife,
        || nginx().round("sigstop", 8.0, 45.0),
        leaves_and_is_back(8.0, 3.2, 36.1, 2.2),
    ),
    (
        5,
        "stall for ever (nginx)",
        FromLife,
        || recorded("nginx-stall170s-default").round("sigstop", 8.0, 160.0),
        leaves(8.0, 3.2, Offline),
    ),
    (
        5,
        "stall for ever (Node-Media-Server 4)",
        FromLife,
        || nms4().round("sigstop", 8.0, 70.0),
        leaves(8.0, 3.2, Offline),
    ),
    (
        5,
        "stall for ever (Node-Media-Server 2)",
        Scripted,
        || made(100, but(&[(20.0, 99.9, Stalls)]), pages::nms2),
        leaves(20.0, 3.2, Offline),
    ),
    (6, "blackhole (SLS)", FromLife, || sls().round("blackhole", 8.0, 18.0), leaves(8.0, 2.5, Offline)),
    (
        6,
        "blackhole (RIST)",
        FromLife,
        || recorded("rist-blackhole12s").round("blackhole", 8.0, 11.0),
        leaves(8.0, 3.5, Offline),
    ),
    (
        6,
        "blackhole (nginx, default and with ping and timeout): never removed",
        Scripted,
        || made(400, but(&[(20.0, 400.0, Stalls)]), pages::nginx),
        leaves(20.0, 3.2, Offline),
    ),
    (
        6,
        "blackhole (nginx, so_keepalive): removed after 9.6 s",
        Scripted,
        || made(60, but(&[(20.0, 29.6, Stalls), (29.6, 60.0, IsGone)]), pages::nginx),
        leaves(20.0, 3.2, Offline),
    ),
    (
        6,
        "blackhole (nginx, drop_idle_publisher 3s)",
        FromLife,
        || recorded("nginx-dropidle3s-stall").round("sigstop", 8.0, 12.0),
        leaves(8.0, 3.2, Offline),
    ),
    (
        6,
        "blackhole (nginx, drop_idle_publisher 5s)",
        Scripted,
        || made(60, but(&[(20.0, 25.0, Stalls), (25.0, 60.0, IsGone)]), pages::nginx),
        leaves(20.0, 3.2, Offline),
    ),
    (
        6,
        "blackhole (SRS over SRT): removed after 7.3 s",
        Scripted,
        || made(60, but(&[(21.0, 28.3, Stalls), (28.3, 60.0, IsGone)]), pages::srs),
        leaves(21.0, 8.0, Offline),
    ),
    (
        7,
        "kill -9, back 4.3 s later with 250 kbit/s (nginx)",
        FromLife,
        || nginx().round("sigkill", 8.0, 30.0),
        leaves(8.0, 1.5, Low),
    ),
    (
        7,
        "kill -9, back 4 s later (nginx)",
        Scripted,
        || made(60, but(&[(20.0, 24.0, IsGone)]), pages::nginx),
        leaves_and_is_back(20.0, 1.5, 24.25, 2.0),
    ),
    (7, "kill -9, back 0.3 s later (nginx)", Scripted, || made(60, but(&[(20.0, 20.3, IsGone)]), pages::nginx), CALM),
    (
        8,
        "250 kbit/s from the start (nginx)",
        FromLife,
        || nginx().round("start_push_250", 4.0, 30.0).entered_in("OFFLINE"),
        Budget { at_most: 1, a_minute: 1, ends: Low, ..CALM },
    ),
    (
        9,
        "link capped to 400 kbit/s, with bufferbloat (SLS)",
        FromLife,
        || sls().round("cap400k", 8.0, 19.0),
        leaves(8.0, 3.0, Low),
    ),
    (10, "loss of 5 % without damage (SLS)", FromLife, || sls().round("loss5pct", 8.0, 10.0), CALM),
    (10, "loss of 25 % without damage (SLS)", FromLife, || sls().round("loss25pct", 8.0, 10.0), CALM),
    (11, "round-trip time of 800 ms without damage (SLS)", FromLife, || sls().round("delay400", 8.0, 10.0), CALM),
    (
        12,
        "media paused, SRT keeps the connection (SLS)",
        FromLife,
        || sls().round("sigstop", 8.0, 18.0),
        leaves(8.0, 3.2, Offline),
    ),
    (13, "broken-socket frame: no delay, no buffer, the old bitrate (SLS)", Scripted, with_broken_frame, CALM),
    (
        14,
        "a player holds the stream of a publisher that left (nginx)",
        Scripted,
        || healthy(40).instead(20.0, 40.0, &player_alone()),
        leaves(20.0, 1.5, Offline),
    ),
    (
        15,
        "nginx reload: the old worker carries the stream on for a minute, OBS plays on",
        Scripted,
        || reloaded().show(0.0, r#"{"moving":true}"#),
        CALM,
    ),
    (16, "two nginx workers answer by chance", Scripted, || made(300, |_| Sends(3000.0), by_chance_of_two), CALM),
    (17, "the statistics fail in seven ways, the publisher is well", Scripted, seven_failures, CALM),
    (
        18,
        "schema drift: fields missing, as text, in peers, new ones (OpenIRL)",
        Scripted,
        || made(120, |_| Sends(3000.0), pages::openirl),
        CALM,
    ),
    (
        18,
        "schema drift hides no blackhole (OpenIRL)",
        Scripted,
        || made(60, but(&[(20.0, 60.0, Stalls)]), pages::openirl),
        leaves(20.0, 3.0, Offline),
    ),
    (19, "800 ± 50 kbit/s for 5 min, sawtooth", Generated, || wave(|t| (t % 8.0) / 8.0), CALM),
    (19, "800 ± 50 kbit/s for 5 min, square", Generated, || wave(|t| f64::from(u8::from(t % 10.0 < 5.0))), CALM),
    (19, "800 ± 50 kbit/s for 5 min, sine", Generated, || wave(|t| 0.5 + 0.5 * (t / 3.0).sin()), CALM),
    (19, "800 ± 50 kbit/s for 5 min, noise", Generated, || wave(chance), CALM),
    (
        20,
        "ten tunnels of 1 s to 6 s in 5 min: stalled",
        Generated,
        || made(345, |t| tunnel(t, Stalls), pages::nginx),
        TUNNELS,
    ),
    (
        20,
        "ten tunnels of 1 s to 6 s in 5 min: cut off",
        Generated,
        || made(345, |t| tunnel(t, IsGone), pages::nginx),
        TUNNELS,
    ),
    (
        20,
        "ten tunnels of 1 s to 6 s in 5 min: SRT",
        Generated,
        || made(345, |t| tunnel(t, Stalls), pages::sls),
        TUNNELS,
    ),
    (
        21,
        "another publisher is live, the wanted one is not (SLS)",
        Scripted,
        || made(60, |_| Sends(3000.0), |one| pages::sls_named("publish/live/other", one)).with("STATS_FEED", "feed1"),
        leaves(0.0, 2.0, Offline),
    ),
    (
        22,
        "two feeds cross over: the first fades, the second comes up",
        Generated,
        || {
            made(90, |t| Sends(fade(t)), pages::nginx)
                .beside(made(90, |t| Sends(fade(90.0 - t)), pages::sls), ["first", "second"])
        },
        Budget { at_most: 4, a_minute: 4, ..CALM },
    ),
    (
        23,
        "encoder steps from 6000 down to 300 and back (nginx)",
        Generated,
        || made(120, |t| Sends(ramp(t)), pages::nginx),
        Budget { at_most: 2, a_minute: 2, leave: Some((40.0, 6.0)), ..CALM },
    ),
    (24, "the machine sleeps for an hour between two polls", Scripted, || healthy(90).later(30.0, 3600.0), CALM),
    (
        24,
        "the clock of the server jumps back (OpenIRL tells its own times)",
        Scripted,
        || {
            made(
                60,
                |_| Sends(3000.0),
                |one| {
                    pages::sls(&Publisher {
                        age: if one.at > 30_000 { 5000 + one.at - 30_000 } else { one.age },
                        ..one.clone()
                    })
                },
            )
        },
        CALM,
    ),
    (
        25,
        "server restart: 3 s nobody answers, counters from 0, another pid, back after 8 s",
        Scripted,
        || restarted(28.0),
        Budget { at_most: 2, a_minute: 2, ..CALM },
    ),
    (25, "server restart, and the publisher stays away", Scripted, || restarted(60.0), leaves(23.0, 12.0, Offline)),
    (
        26,
        "the picture freezes, bytes go on (OBS's cursor stands): told and repaired, not switched",
        Scripted,
        || healthy(90).show(20.0, r#"{"moving":false}"#),
        CALM,
    ),
    (
        27,
        "MediaMTX before 1.16: 404 without a publisher",
        Scripted,
        || made(60, but(&[(20.0, 30.0, IsGone)]), pages::mediamtx_old),
        leaves_and_is_back(20.0, 1.5, 30.25, 2.0),
    ),
    (
        27,
        "MediaMTX from 1.17 on: a null source without a publisher",
        Scripted,
        || made(60, but(&[(20.0, 30.0, IsGone)]), pages::mediamtx_new),
        leaves_and_is_back(20.0, 1.5, 30.25, 2.0),
    ),
    (
        28,
        "a dead peer keeps its bitrate, spacing of 1.8e19 (RIST)",
        FromLife,
        || recorded("rist-blackhole12s").round("unblock", 8.0, 8.0).entered_in("OFFLINE"),
        comes(8.2, 4.0),
    ),
    (
        29,
        "counters that move every 3 s, polled each second (SRS)",
        Generated,
        || made(300, |_| Sends(1800.0), pages::srs),
        CALM,
    ),
    (
        30,
        "OBS goes away during the fault and comes back",
        Scripted,
        || {
            made(60, but(&[(20.0, 60.0, IsGone)]), pages::nginx)
                .show(19.0, r#"{"connected":false}"#)
                .show(40.0, r#"{"connected":true}"#)
        },
        leaves(40.0, 1.5, Offline),
    ),
];

/// No more than a pair of switches a minute over the whole drive; a second loss within a minute may be
/// another one, a third is not: from then on LOW stays until the feed is clean.
const TUNNELS: Budget = Budget { at_most: 6, a_minute: 5, ..CALM };
/// LIVE may come for the moment before the stop; OFFLINE is the end.
const OFFLINE_STAYS_OR_ENDS: Budget = Budget { at_most: 2, a_minute: 2, ends: Offline, ..CALM };

fn nginx() -> Recorded {
    recorded("nginx-stall28s-kill-low")
}

fn sls() -> Recorded {
    recorded("sls-loss-rtt-cap-blackhole-sigstop")
}

fn nms4() -> Recorded {
    recorded("nms4-stall75s-kill-low")
}

fn healthy(seconds: u64) -> Tape {
    made(seconds, |_| Sends(3000.0), pages::nginx)
}

fn sample(kind: &str, body: &str) -> String {
    serde_json::json!({ "type": kind, "body": body }).to_string()
}

/// The page of a real nginx on which a player waits, from the same worker.
fn player_alone() -> String {
    let page = include_str!("../samples/ingest/nginx-rtmp-player-on-idle-stream.xml");
    let (head, rest) = page.split_once("<pid>").expect("a pid");
    sample("nginx", &format!("{head}<pid>100{}", &rest[rest.find('<').expect("a tag")..]))
}

fn with_broken_frame() -> Tape {
    let broken = r#"{"publishers":{"publish/live/feed1":{"bitrate":2716,"rtt":0,"mbpsRecvRate":0.0,"msRcvBuf":0,"latency":2000,"uptime":80}}}"#;
    made(40, |_| Sends(3000.0), pages::sls).instead(20.0, 20.2, &sample("sls", broken))
}

/// The new worker knows of nobody; the old one carries the stream until the encoder connects anew.
fn reloaded() -> Tape {
    let page = |one: &Publisher| match one.at {
        ..20_000 => pages::nginx_worker(100, Some(one)),
        20_000..80_000 => pages::nginx_worker(200, None),
        _ => pages::nginx_worker(200, Some(&Publisher { session: 2, ..one.clone() })),
    };
    made(120, |_| Sends(3000.0), page)
}

fn by_chance_of_two(one: &Publisher) -> String {
    match chance(one.at as f64 / 1000.0) < 0.5 && one.at > 1000 {
        true => pages::nginx_worker(101, None),
        false => pages::nginx_worker(100, Some(one)),
    }
}

fn seven_failures() -> Tape {
    let cut = r#"{"type":"nginx","body":"<rtmp><pid>1</pid><server><appli"}"#;
    let html = r#"{"type":"nginx","body":"<!DOCTYPE html><html><body>Sign in</body></html>"}"#;
    let failures = [
        r#"{"status":500,"body":"oops"}"#,
        r#"{"status":"timeout"}"#,
        html,
        cut,
        r#"{"status":200,"body":""}"#,
        r#"{"status":429}"#,
        r#"{"status":401}"#,
        r#"{"status":"refused"}"#,
    ];
    let spans = failures.iter().zip(1..);
    spans.fold(healthy(300), |tape, (line, n)| tape.instead(f64::from(n) * 30.0, f64::from(n) * 30.0 + 12.0, line))
}

fn wave(shape: fn(f64) -> f64) -> Tape {
    made(330, |t| Sends(if t < 20.0 { 3000.0 } else { 750.0 + 100.0 * shape(t) }), pages::nginx)
}

/// One each 30 s, the first of 1 s and the last of 6 s.
fn tunnel(t: f64, dark: Does) -> Does {
    let (number, inside) = ((t / 30.0).floor(), t % 30.0);
    let length = 1.0 + (number - 1.0) * 5.0 / 9.0;
    if (1.0..=10.0).contains(&number) && inside < length { dark } else { Sends(3000.0) }
}

fn fade(t: f64) -> f64 {
    (3000.0 - (t - 25.0).max(0.0) * 70.0).max(60.0)
}

/// belacoder's steps: a fifth down each second, a tenth up.
fn ramp(t: f64) -> f64 {
    let down = 6000.0 * 0.8_f64.powf((t - 30.0).max(0.0).floor() * 1.0);
    let up = 300.0 * 1.1_f64.powf((t - 60.0).max(0.0).floor());
    if t < 60.0 { down.max(300.0) } else { up.min(6000.0) }
}

fn restarted(back: f64) -> Tape {
    let page = |one: &Publisher| match one.at {
        ..20_000 => pages::nginx_worker(100, Some(one)),
        20_000..23_000 => r#"{"type":"nginx","status":"refused"}"#.to_owned(),
        _ => pages::nginx_worker(300, one.here.then_some(one)),
    };
    made(60, |t| if (20.0..back).contains(&t) { IsGone } else { Sends(3000.0) }, page)
}

/// What is wrong with these decisions, if anything.
fn wrong(decisions: &[(f64, Place)], budget: &Budget) -> Option<String> {
    let after = |t: f64| decisions.iter().filter(move |(at, _)| *at >= t);
    let within = |t: &f64| decisions.iter().filter(|(at, _)| (*t..t + 60.0).contains(at)).count();
    if let Some((damage, limit)) = budget.leave {
        match after(damage).next() {
            Some((at, place)) if *place != Live && at - damage <= limit => {}
            first => return Some(format!("LIVE is to be left within {limit} s of {damage} s, first is {first:?}")),
        }
    }
    if let Some((picture, limit)) = budget.back {
        match after(picture).find(|(_, place)| *place == Live) {
            Some((at, _)) if at - picture <= limit => {}
            first => return Some(format!("LIVE is to be back within {limit} s of {picture} s, first is {first:?}")),
        }
    }
    let a_minute = decisions.iter().map(|(at, _)| within(at)).max().unwrap_or(0);
    if decisions.len() > budget.at_most || a_minute > budget.a_minute {
        return Some(format!("{} decisions, {a_minute} within a minute", decisions.len()));
    }
    let end = decisions.last().map_or(budget.ends, |(_, place)| *place);
    (end != budget.ends).then(|| format!("it ends on {end:?}"))
}

#[test]
fn every_trace_stays_within_its_budget() {
    let mut failures = Vec::new();
    for (number, name, by, tape, budget) in TABLE {
        let tape = tape();
        for phase in 0..4 {
            let decisions = tape.play(phase);
            if let Some(what) = wrong(&decisions, budget) {
                failures.push(format!("{number} {name} ({by:?}), phase {phase}: {what}; {decisions:?}"));
            }
        }
    }
    assert!(failures.is_empty(), "{} plays beyond their budget:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn fast_is_no_slower_than_its_budgets_and_calm_returns_once_a_minute_at_most() {
    let mut failures = Vec::new();
    for (number, name, by, tape, budget) in TABLE {
        for phase in [0, 2] {
            let fast = tape().with("SWITCHING_PRESET", "fast").play(phase);
            let ends = fast.last().map_or(budget.ends, |(_, place)| *place);
            let in_time = Budget { at_most: usize::MAX, a_minute: usize::MAX, ends, ..*budget };
            let calm = tape().with("SWITCHING_PRESET", "calm").play(phase);
            let found = [("fast", wrong(&fast, &in_time), fast), ("calm", restless(&calm, budget), calm)];
            for (preset, what, decisions) in found {
                let place = format!("{number} {name} ({by:?}), {preset}, phase {phase}");
                failures.extend(what.map(|what| format!("{place}: {what}; {decisions:?}")));
            }
        }
    }
    assert!(failures.is_empty(), "{} plays:\n{}", failures.len(), failures.join("\n"));
}

/// What is not calm about these decisions, if anything.
fn restless(decisions: &[(f64, Place)], budget: &Budget) -> Option<String> {
    let returns = || decisions.iter().filter(|(_, place)| *place == Live).map(|(at, _)| *at);
    let a_minute = returns().map(|t| returns().filter(|at| (t..t + 60.0).contains(at)).count()).max();
    let too_often = a_minute.is_some_and(|count| count > 1) || decisions.len() > budget.at_most;
    too_often.then(|| format!("{} decisions, {a_minute:?} returns within a minute", decisions.len()))
}

#[test]
fn none_of_the_thirty_is_left_out() {
    let mut numbers: Vec<u8> = TABLE.iter().map(|row| row.0).collect();
    assert!(numbers.is_sorted(), "it reads like the list");
    numbers.dedup();
    assert_eq!(numbers, (1..=30).collect::<Vec<u8>>());
}

#[test]
fn a_recording_replays_the_same_after_its_names_are_gone() {
    use stream_control::adapters::ingest::pseudonyms::Pseudonyms;
    use stream_control::adapters::ingest::recording::{Line, News, write};
    let names = Pseudonyms::new().expect("random numbers");
    let nameless = |line: &str| {
        let mut out = Vec::new();
        let line = Line::parse(line).expect("a good line");
        let News::Request { kind, status, body, .. } = line.news else { panic!("only polls") };
        let news = News::Request { kind, status, body: names.document(&body).into(), publisher: None };
        write(stream_control::kit::units::Millis::from_secs_f64(line.t), None, &news, &mut out);
        (line.t, String::from_utf8(out).expect("text"))
    };
    for tape in
        [nginx().round("sigstop", 8.0, 45.0), sls().round("blackhole", 8.0, 18.0), nms4().round("sigstop", 8.0, 20.0)]
    {
        let given_away = Tape::of(tape.text().lines().map(nameless).collect());
        assert!(!given_away.text().contains("feed1"), "the publisher's name is gone");
        assert!(!tape.play(0).is_empty());
        assert_eq!(given_away.play(0), tape.play(0));
    }
}
