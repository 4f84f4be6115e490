//! Triggers, witnesses, work on the ingest, the privacy scene, tests and the begin and end of a show.

use super::Feed;
use super::several::Stage;
use crate::domain::failover::machine::{Effect, Inputs, Standing};
use crate::domain::failover::rules::Frozen;
use crate::domain::failover::scenes::Media;
use crate::domain::failover::{Class, Place};
use crate::domain::ids::SceneName;
use crate::domain::signal::Witness;
use crate::domain::stream::Watched;
use crate::kit::units::{Bytes, Kbps, Millis, Mono};

const GOOD: Feed = Feed::At(3000.0);

fn good() -> Stage {
    let mut stage = Stage::one();
    stage.run(&[GOOD], 10_000);
    stage
}

fn kernel(silent: u64) -> Option<Witness> {
    Some(Witness { last_received: Millis(silent), bytes: Bytes(1) })
}

fn moves(moving: bool) -> Media {
    Media { moving: Some(moving), ..Media::default() }
}

#[test]
fn the_kernel_confirms_within_seconds_that_nothing_arrives() {
    let mut stage = good();
    stage.kernel = kernel(3000);
    let fell = stage.run(&[Feed::Unreadable], 20_000);
    assert!(fell.len() == 1 && fell[0].1 == "OFFLINE" && fell[0].0 <= 2000, "{fell:?}");
    assert!(stage.machine.why().contains("nothing has come in for 3.0 s"), "{}", stage.machine.why());
}

#[test]
fn a_witness_that_sees_it_run_holds_the_scene_for_as_long_as_it_does() {
    let table = [
        ("the kernel receives, OBS stands still", kernel(40), moves(false)),
        ("OBS moves, the kernel receives nothing", kernel(9000), moves(true)),
        ("both", kernel(40), moves(true)),
    ];
    for (name, witness, media) in table {
        let mut stage = good();
        stage.kernel = witness;
        stage.media(0, media);
        assert_eq!(stage.run(&[Feed::Unreadable], 300_000), [], "{name}");
        assert_eq!(stage.machine.verdict().class, Class::Unknown);
    }
}

#[test]
fn a_reload_in_mid_show_is_no_outage_while_a_witness_sees_the_feed_run() {
    for by_kernel in [true, false] {
        let mut stage = good();
        stage.process = "2";
        if by_kernel {
            stage.kernel = kernel(40)
        } else {
            stage.media(0, moves(true))
        }
        assert_eq!(stage.run(&[Feed::Gone], 300_000), [], "by the kernel: {by_kernel}");
        assert!(matches!(stage.standing(), Standing::Unknown(why) if why.contains("reloaded")));
        if by_kernel {
            stage.kernel = kernel(2000)
        } else {
            stage.media(0, moves(false))
        }
        let fell = stage.run(&[Feed::Gone], 10_000);
        assert!(fell.len() == 1 && fell[0].0 <= 2000, "{fell:?}");
    }
    let mut stage = good();
    stage.kernel = kernel(40);
    assert_eq!(stage.shown(&[Feed::Gone], 5000), ["OFFLINE"], "the same process is to be believed");
}

#[test]
fn a_reload_before_our_own_start_is_no_outage_while_obs_plays_the_feed() {
    let mut stage = Stage::one();
    stage.kernel = kernel(40);
    assert_eq!(stage.run(&[Feed::Gone], 2000), [], "until OBS can tell, the kernel does");
    stage.media(0, moves(true));
    assert_eq!(stage.run(&[Feed::Gone], 60_000), []);
    stage.media(0, moves(false));
    let fell = stage.run(&[Feed::Gone], 5000);
    assert!(fell.len() == 1 && fell[0].0 <= 1000, "the kernel sees another publisher: {fell:?}");
    let mut stage = Stage::one();
    stage.kernel = kernel(40);
    assert_eq!(stage.shown(&[Feed::Gone], 5000), ["OFFLINE"], "OBS never tells");
    assert_eq!(Stage::one().shown(&[Feed::Gone], 1000), ["OFFLINE"], "nobody vouches for it");
}

#[test]
fn how_long_a_stall_lasted_is_said_once() {
    let mut stage = good();
    stage.run(&[Feed::Stalled], 5000);
    let why = stage.machine.why();
    assert_eq!(why.matches(" for ").count(), 1, "{why}");
}

#[test]
fn off_by_a_witness_is_back_by_a_witness() {
    let mut stage = good();
    stage.media(0, moves(false));
    assert_eq!(stage.shown(&[Feed::Unreadable], 20_000), ["OFFLINE"]);
    stage.media(0, moves(true));
    assert_eq!(stage.shown(&[Feed::Unreadable], 20_000), ["LIVE"]);
    stage.human_chooses("OFFLINE");
    assert_eq!(stage.shown(&[Feed::Unreadable], 60_000), [""; 0], "what a person chose is not blind");
}

#[test]
fn announced_work_is_no_outage_until_it_is_over() {
    let mut stage = good();
    stage.machine.expect_work(Mono(stage.now), None, Millis(20_000), "restart of nginx");
    assert_eq!(stage.run(&[Feed::Gone], 19_500), []);
    assert!(matches!(stage.standing(), Standing::Unknown(why) if why == "work on the ingest: restart of nginx"));
    assert_eq!(stage.shown(&[Feed::Gone], 2000), ["OFFLINE"], "the time is over");

    let mut stage = good();
    stage.machine.expect_work(Mono(stage.now), None, Millis(3_600_000), "restart of nginx");
    assert_eq!(stage.run(&[Feed::Stalled], 5000), []);
    assert_eq!(stage.run(&[Feed::Gone], 5000), []);
    assert_eq!(stage.run(&[GOOD], 5000), [], "a new session: the work is done");
    assert!(stage.machine.watches()[0].work().is_none());
    assert_eq!(stage.shown(&[Feed::Gone], 5000), ["OFFLINE"]);

    let mut stage = good();
    stage.machine.expect_work(Mono(stage.now), None, Millis(3_600_000), "restart of nginx");
    assert_eq!(stage.shown(&[Feed::Gone], 310_000), ["OFFLINE"], "five minutes at most");
}

#[test]
fn a_frozen_picture_is_told_or_counts_as_low() {
    let frozen = |stage: &Stage| {
        let picture = Watched { looked: Mono(stage.now), changed: Mono(stage.now - 9000) };
        Media { moving: Some(true), picture: Some(picture), sound: None }
    };
    for (rule, wanted) in [(Frozen::Tell, vec![]), (Frozen::Repair, vec![]), (Frozen::Switch, vec!["LOW"])] {
        let mut stage = good();
        stage.rules.frozen_picture = rule;
        stage.media(0, frozen(&stage));
        assert_eq!(stage.shown(&[GOOD], 5000), wanted, "{rule:?}");
        let told = matches!(stage.standing(), Standing::Frozen(span) if span == Millis(9000));
        assert_eq!(told, rule != Frozen::Switch, "{rule:?}");
    }
    let mut stage = good();
    stage.rules.frozen_picture = Frozen::Switch;
    stage.media(0, frozen(&stage));
    stage.run(&[GOOD], 5000);
    assert!(stage.machine.why().contains("picture has stood still for 9.0 s"), "{}", stage.machine.why());
    stage.media(0, moves(true));
    assert_eq!(stage.shown(&[GOOD], 10_000), ["LIVE"]);
}

#[test]
fn nothing_is_switched_in_the_grace_after_the_start() {
    let mut stage = Stage::one();
    stage.rules.start_grace = Millis(20_000);
    stage.obs.live = Some(false);
    stage.run(&[Feed::Gone], 5000);
    stage.obs.live = Some(true);
    assert_eq!(stage.run(&[Feed::Gone], 19_000), []);
    assert!(matches!(stage.standing(), Standing::StartGrace { left } if left.0 <= 1500));
    assert_eq!(stage.shown(&[Feed::Gone], 3000), ["OFFLINE"]);
    let mut running = Stage::one();
    running.rules.start_grace = Millis(20_000);
    assert_eq!(running.shown(&[Feed::Gone], 5000), ["OFFLINE"], "a stream that was found running has no start");
}

#[test]
fn the_first_good_feed_leads_from_the_starting_scene_to_live_once_a_show() {
    let mut stage = Stage::one();
    stage.obs.scene = Some("STARTING".into());
    assert_eq!(stage.shown(&[GOOD], 10_000), [""; 0], "not unless it is asked for");
    stage.rules.live_from_starting = true;
    assert_eq!(stage.shown(&[Feed::Gone], 10_000), [""; 0]);
    assert_eq!(stage.standing(), Standing::Beginning);
    assert_eq!(stage.shown(&[Feed::At(500.0)], 10_000), [""; 0], "good is good");
    assert_eq!(stage.shown(&[GOOD], 10_000), ["LIVE"]);
    assert_eq!(stage.scene(), "LIVE");
    stage.human_chooses("STARTING");
    assert_eq!(stage.shown(&[GOOD], 60_000), [""; 0], "once");
    stage.obs.live = Some(false);
    stage.run(&[GOOD], 1000);
    stage.obs.live = Some(true);
    assert_eq!(stage.shown(&[GOOD], 5000), ["LIVE"], "the next show");
}

#[test]
fn the_stream_is_stopped_once_when_offline_has_lasted_too_long() {
    let mut stage = good();
    stage.rules.offline_stop = Some(Millis(60_000));
    stage.run(&[Feed::Gone], 59_000);
    assert_eq!(stage.stops, 0);
    stage.run(&[Feed::Gone], 120_000);
    assert_eq!(stage.stops, 1, "and not again: a person may have had a reason to go on");
    stage.run(&[GOOD], 10_000);
    stage.run(&[Feed::Unreadable], 300_000);
    assert_eq!(stage.stops, 1, "unknown is not offline");
    stage.run(&[Feed::Gone], 70_000);
    assert_eq!(stage.stops, 2, "another loss");
    stage.obs.live = Some(false);
    stage.run(&[Feed::Gone], 120_000);
    assert_eq!(stage.stops, 2, "nothing to stop");
}

#[test]
fn the_privacy_scene_is_never_left_not_even_by_an_order_under_way() {
    let mut stage = good();
    stage.rules.live_from_starting = true;
    stage.human_chooses("PRIVACY");
    for doing in [Feed::Gone, GOOD, Feed::At(300.0), Feed::Unreadable] {
        assert_eq!(stage.run(&[doing], 20_000), []);
        assert_eq!((stage.scene(), stage.standing()), ("PRIVACY", Standing::Privacy));
    }
    // Our switch to LIVE was under way when the person pressed the key.
    stage.obs.scene = Some("LIVE".into());
    stage.step(stage.now, &[]);
    assert_eq!(stage.scene(), "PRIVACY");
    // The same, seen before it got through: it is replaced.
    let [live, privacy] = ["LIVE", "PRIVACY"].map(SceneName::from);
    for (ordered, replaced) in [(&live, true), (&privacy, false)] {
        let mut machine = stage.machine.clone();
        let effects = machine.step(Mono(stage.now), Inputs { switching: Some(ordered), ..stage.inputs(&[]) });
        let to_privacy = matches!(&effects[..], [Effect::Switch { scene, .. }] if *scene == privacy);
        assert_eq!((to_privacy, effects.is_empty()), (replaced, !replaced), "{effects:?}");
    }
    // Set by mistake to a scene of the switching: it stays the privacy scene.
    stage.scenes.live = "PRIVACY".into();
    assert_eq!(stage.run(&[Feed::Gone], 20_000), []);
    stage.scenes.live = "LIVE".into();
    stage.human_chooses("LIVE");
    assert_eq!(stage.shown(&[Feed::Gone], 10_000), ["OFFLINE"], "a person leaves it");
}

#[test]
fn a_test_acts_while_obs_does_not_stream_and_only_then() {
    let mut stage = Stage::one();
    stage.obs.live = Some(false);
    stage.run(&[GOOD], 5000);
    stage.testing = true;
    assert_eq!(stage.shown(&[Feed::Gone], 5000), ["OFFLINE"]);
    assert_eq!(stage.shown(&[GOOD], 5000), ["LIVE"]);
    stage.testing = false;
    assert_eq!(stage.shown(&[Feed::Gone], 5000), [""; 0]);
    stage.testing = true;
    stage.obs.live = None;
    assert_eq!(stage.shown(&[Feed::Gone], 5000), [""; 0], "OBS is out of sight");
}

#[test]
fn a_feed_that_comes_and_goes_stays_on_low_until_it_is_clean() {
    let mut stage = good();
    for wanted in [["OFFLINE", "LIVE"], ["OFFLINE", "LIVE"]] {
        let mut shown = stage.shown(&[Feed::Gone], 3000);
        shown.extend(stage.shown(&[GOOD], 10_000));
        assert_eq!(shown, wanted);
    }
    assert_eq!(stage.shown(&[Feed::Gone], 3000), ["LOW"], "the third time in a minute");
    assert_eq!(stage.shown(&[GOOD], 20_000), [""; 0]);
    assert!(matches!(stage.standing(), Standing::Unsteady { left: Some(left) } if left.0 <= 20_000));
    assert_eq!(stage.shown(&[Feed::Gone], 6000), [""; 0], "a short gap more changes nothing");
    let back = stage.run(&[GOOD], 60_000);
    assert!(back.len() == 1 && back[0].1 == "LIVE" && back[0].0 >= 30_000, "{back:?}");
    stage.run(&[Feed::Gone], 60_000);
    assert_eq!(stage.machine.wanted(), Some(Place::Offline), "what lasts is told as it is");
}

#[test]
fn delay_is_a_trigger_only_where_it_is_set() {
    use crate::domain::failover::classify::classify;
    use crate::domain::failover::measure::Measured;
    use crate::domain::failover::rules::Rules;
    use crate::domain::signal::{Publisher, Sample};
    let sample = Sample { publisher: Publisher::Present, rx_bytes: Some(Bytes(1)), ..Sample::absent(Mono(0)) };
    let slow =
        |rtt| Measured { picture: true, kbps: Some(Kbps(3000.0)), rtt: Some(Millis(rtt)), ..Measured::default() };
    let set = Rules { rtt_low: Some(Millis(1000)), rtt_offline: Some(Millis(3000)), ..Rules::default() };
    let table = [
        (2500, Rules::default(), Class::Good),
        (900, set.clone(), Class::Good),
        (1000, set.clone(), Class::Low),
        (3000, set.clone(), Class::Bad),
    ];
    for (rtt, rules, class) in table {
        assert_eq!(classify(&sample, &slow(rtt), &rules).class, class, "{rtt} ms");
    }
    let dropping = |per_sec| Measured { drops_per_sec: per_sec, ..slow(50) };
    let strict = Rules { drops_per_sec: 5.0, ..Rules::default() };
    assert_eq!(classify(&sample, &dropping(10.0), &strict).class, Class::Low, "without a buffer too");
    assert_eq!(classify(&sample, &dropping(10.0), &Rules::default()).class, Class::Good);
}
