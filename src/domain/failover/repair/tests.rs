//! Stories of repairs as tables: what is seen for how long, and what is done when.

use super::*;
use crate::domain::ids::FeedId;
use crate::domain::stream::Watched;

/// For so many seconds: the class, whether the cursor moves, whether the picture changes, whether
/// sound is heard.
type Scene = (u64, Class, bool, bool, bool);

const FINE: Scene = (0, Class::Good, true, true, true);

fn lasting(secs: u64, scene: Scene) -> Scene {
    (secs, scene.1, scene.2, scene.3, scene.4)
}

/// Plays the scenes at two looks a second; "second: act" for each act.
fn play(rules: &Rules, can_drop: bool, scenes: &[Scene]) -> Vec<String> {
    let mut repair = Repair::default();
    let mut media = MediaInput::unread(FeedId::main(), "Feed".to_owned());
    let (mut now, mut changed, mut heard) = (Mono(0), Mono(0), Mono(0));
    let mut acts = Vec::new();
    for (secs, class, moves, changes, sounds) in scenes {
        for _ in 0..secs * 2 {
            now = now + Millis(500);
            changed = if *changes { now } else { changed };
            heard = if *sounds { now } else { heard };
            media.moving = Some(*moves);
            media.playing = true;
            media.picture = Some(Watched { looked: now, changed });
            media.sound = Some(Watched { looked: now, changed: heard });
            let sight = Sight { class: *class, session: Some("7"), media: Some(&media), can_drop };
            acts.extend(repair.step(now, Some(true), rules, &sight).map(|act| format!("{} {act:?}", now.0 / 1000)));
        }
    }
    acts
}

#[test]
fn each_fault_is_repaired_once_and_then_told() {
    let good = Class::Good;
    let dead = |secs| (secs, good, false, false, false);
    let frozen = |secs| (secs, good, true, false, false);
    let frozen_but_heard = |secs| (secs, good, true, false, true);
    let rules = Rules::default();
    let only_tell = Rules { frozen_picture: Frozen::Tell, ..Rules::default() };
    let off = Rules { self_repair: false, ..Rules::default() };
    let table: [(&str, &Rules, Vec<Scene>, &[&str]); 12] = [
        ("all is well", &rules, vec![lasting(300, FINE)], &[]),
        (
            "a source that stays dead is restarted, and that helps",
            &rules,
            vec![lasting(5, FINE), dead(5), lasting(20, FINE)],
            &["8 Restart(Dead)", "13 Healed"],
        ),
        (
            "a restart that does not help is told once",
            &rules,
            vec![lasting(5, FINE), dead(600)],
            &["8 Restart(Dead)", "20 Tell(Dead, Tried)"],
        ),
        (
            "a fault within the cool-down waits for its end",
            &rules,
            vec![lasting(5, FINE), dead(5), lasting(20, FINE), dead(60)],
            &[
                "8 Restart(Dead)",
                "13 Healed",
                "33 Tell(Dead, Cooling(Millis(35000)))",
                "68 Restart(Dead)",
                "80 Tell(Dead, Tried)",
            ],
        ),
        (
            "each cool-down is twice the last",
            &rules,
            vec![lasting(5, FINE), dead(5), lasting(60, FINE), dead(5), lasting(65, FINE), dead(40)],
            &[
                "8 Restart(Dead)",
                "13 Healed",
                "73 Restart(Dead)",
                "78 Healed",
                "143 Tell(Dead, Cooling(Millis(50000)))",
            ],
        ),
        ("a blink is no fault", &rules, vec![lasting(5, FINE), dead(2), lasting(5, FINE), dead(2)], &[]),
        (
            "a feed that is not good is not OBS's fault",
            &rules,
            vec![lasting(5, FINE), (60, Class::Absent, false, false, false), (60, Class::Low, false, false, false)],
            &[],
        ),
        (
            "a frozen picture is repaired once; later ones in the show are only told",
            &rules,
            vec![lasting(5, FINE), frozen(60), lasting(300, FINE), frozen(60)],
            &["15 Restart(Frozen)", "27 Tell(Frozen, Tried)", "68 Healed", "375 Tell(Frozen, Tried)"],
        ),
        (
            "while sound is heard a still picture has more time",
            &rules,
            vec![lasting(5, FINE), frozen_but_heard(19), lasting(5, FINE), frozen_but_heard(21)],
            &["49 Restart(Frozen)"],
        ),
        ("by rule it is told", &only_tell, vec![lasting(5, FINE), frozen(60)], &["15 Tell(Frozen, ByRule)"]),
        ("switched off it is told", &off, vec![lasting(5, FINE), dead(60)], &["8 Tell(Dead, ByRule)"]),
        (
            "a frozen picture under a weak feed counts too",
            &rules,
            vec![lasting(5, FINE), (11, Class::Low, true, false, false)],
            &["15 Restart(Frozen)"],
        ),
    ];
    for (name, rules, scenes, wanted) in table {
        assert_eq!(play(rules, false, &scenes), wanted, "{name}");
    }
}

#[test]
fn a_ghost_is_dropped_once_for_each_session() {
    let stalled = |secs| (secs, Class::Stalled, true, true, true);
    let rules = Rules::default();
    let off = Rules { self_repair: false, ..Rules::default() };
    let ghost = [lasting(5, FINE), stalled(60)];
    assert_eq!(play(&rules, true, &ghost), ["10 Drop(Millis(5000))"]);
    assert_eq!(play(&rules, true, &[stalled(20), lasting(5, FINE), stalled(20)]), ["5 Drop(Millis(5000))"]);
    assert!(play(&rules, false, &ghost).is_empty(), "no control address");
    assert!(play(&off, true, &ghost).is_empty(), "switched off");
}

#[test]
fn nothing_is_repaired_off_the_air_or_blindly() {
    let mut media = MediaInput::unread(FeedId::main(), "Feed".to_owned());
    (media.playing, media.moving) = (true, Some(false));
    let sight = Sight { class: Class::Good, session: None, media: Some(&media), can_drop: true };
    for live in [Some(false), None] {
        let mut repair = Repair::default();
        for at in 0..100 {
            assert_eq!(repair.step(Mono(at * 1000), live, &Rules::default(), &sight), None);
        }
    }
    let resting = MediaInput { moving: None, playing: false, ..media.clone() };
    let sight = Sight { media: Some(&resting), ..sight };
    let mut repair = Repair::default();
    for at in 0..100 {
        let act = repair.step(Mono(at * 1000), Some(true), &Rules::default(), &sight);
        assert_eq!(act, None, "a source that rests off air is no witness");
    }
}
