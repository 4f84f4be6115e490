//! Whatever comes in, in any order: no panic, and the promises hold.

use super::Feed;
use super::several::Stage;
use crate::domain::failover::lineup::{DependsOn, Group, GroupMode, MultiCamera, SceneSet};
use crate::domain::failover::machine::Effect;
use crate::domain::failover::scenes::Media;
use crate::domain::failover::{Class, Place};
use crate::domain::signal::Witness;
use crate::kit::units::{Bytes, Kbps, Millis, Mono};
use proptest::prelude::*;

/// Anything that may come in.
#[derive(Clone, Debug)]
enum Chaos {
    Feeds([Feed; 3], u64),
    Media(usize, Option<bool>),
    Kernel(Option<u64>),
    Link(Option<bool>),
    Human(&'static str),
    Pause(bool),
    Test(bool),
    Low(u32),
    Hold(u64),
    Priorities([u32; 3]),
    Mode(GroupMode),
    Needs(bool),
    Work(u64),
    Reload(bool),
    Jump(i64),
}

fn feed() -> impl Strategy<Value = Feed> {
    prop_oneof![
        4 => (0u32..6000).prop_map(|kbps| Feed::At(f64::from(kbps))),
        3 => Just(Feed::At(3000.0)),
        1 => Just(Feed::Stalled),
        2 => Just(Feed::Gone),
        1 => Just(Feed::Unreadable),
    ]
}

fn moving() -> impl Strategy<Value = Option<bool>> {
    prop_oneof![Just(None), Just(Some(true)), Just(Some(false))]
}

fn chaos() -> impl Strategy<Value = Chaos> {
    let scenes = ["A", "A low", "A off", "B", "B low", "SPLIT", "LIVE", "BRB", "STARTING", "PRIVACY", "SOLO"];
    prop_oneof![
        16 => ([feed(), feed(), feed()], 1u64..9000).prop_map(|(feeds, span)| Chaos::Feeds(feeds, span)),
        2 => (0usize..3, moving()).prop_map(|(at, moving)| Chaos::Media(at, moving)),
        1 => proptest::option::of(0u64..5000).prop_map(Chaos::Kernel),
        1 => moving().prop_map(Chaos::Link),
        2 => proptest::sample::select(scenes.to_vec()).prop_map(Chaos::Human),
        1 => any::<bool>().prop_map(Chaos::Pause),
        1 => any::<bool>().prop_map(Chaos::Test),
        1 => (0u32..4000).prop_map(Chaos::Low),
        1 => (0u64..10_000).prop_map(Chaos::Hold),
        1 => [0u32..3, 0u32..3, 0u32..3].prop_map(Chaos::Priorities),
        1 => proptest::sample::select(vec![GroupMode::Any, GroupMode::Priority, GroupMode::Handover]).prop_map(Chaos::Mode),
        1 => any::<bool>().prop_map(Chaos::Needs),
        1 => (0u64..600_000).prop_map(Chaos::Work),
        1 => any::<bool>().prop_map(Chaos::Reload),
        1 => (-100_000i64..100_000_000).prop_map(Chaos::Jump),
    ]
}

fn stage(flap_limit: u32) -> Stage {
    let mut members = Stage::two().lineup.members;
    members.iter_mut().for_each(|member| member.group = Some("pair".to_owned()));
    members.push(super::member("c", 3));
    let mut stage = Stage::new(members);
    stage.lineup.cameras = vec![MultiCamera { scene: "SPLIT".into(), feeds: vec!["a".into(), "b".into()] }];
    stage.rules.flap_limit = flap_limit;
    stage.rules.live_from_starting = true;
    stage.rules.offline_stop = Some(Millis(30_000));
    stage.step(0, &[]);
    stage
}

fn apply(stage: &mut Stage, event: &Chaos) {
    match event {
        Chaos::Feeds(doing, span) => drop(stage.run(doing, *span)),
        Chaos::Media(at, moving) => stage.media(*at, Media { moving: *moving, ..Media::default() }),
        Chaos::Kernel(silent) => {
            stage.kernel = silent.map(|ms| Witness { last_received: Millis(ms), bytes: Bytes(1) });
        }
        Chaos::Link(live) => stage.obs.live = *live,
        Chaos::Human(scene) => stage.human_chooses(scene),
        Chaos::Pause(paused) => stage.paused = *paused,
        Chaos::Test(testing) => stage.testing = *testing,
        Chaos::Low(low) => {
            let low = f64::from(*low);
            (stage.rules.low, stage.rules.high) = (Kbps(low), Kbps(low * 1.25));
        }
        Chaos::Hold(hold) => {
            let hold = Millis(*hold);
            (stage.rules.low_after, stage.rules.recover_low, stage.rules.prefer_after) = (hold, hold, hold);
        }
        Chaos::Priorities(order) => {
            stage.lineup.members.iter_mut().zip(order).for_each(|(member, at)| member.priority = *at);
        }
        Chaos::Mode(mode) => stage.lineup.groups = vec![Group { name: "pair".to_owned(), mode: *mode }],
        Chaos::Needs(needs) => {
            let alone = SceneSet { live: Some("SOLO".into()), ..SceneSet::default() };
            stage.lineup.members[0].depends_on = needs.then(|| DependsOn { feed: "b".into(), scenes: alone });
        }
        Chaos::Work(span) => stage.machine.expect_work(Mono(stage.now), None, Millis(*span), "work"),
        Chaos::Reload(again) => stage.process = if *again { "2" } else { "1" },
        Chaos::Jump(by) => stage.now = stage.now.saturating_add_signed(*by),
    }
}

proptest! {
    // Each case is minutes of a show with three feeds.
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_promises_hold(
        events in proptest::collection::vec(chaos(), 1..100),
        flap_limit in 1u32..4,
    ) {
        let mut stage = stage(flap_limit);
        let mut private = false;
        for event in &events {
            let began = stage.now;
            let before = stage.machine.wanted();
            apply(&mut stage, event);
            stage.step(stage.now, &[]);
            match event {
                Chaos::Human(scene) => private = *scene == "PRIVACY" && stage.obs.live.is_some(),
                Chaos::Link(None) => private = private && stage.scene() == "PRIVACY",
                _ => {}
            }
            prop_assert!(!private || stage.scene() == "PRIVACY", "{:?} left the privacy scene", event);
            prop_assert!(stage.machine.watches().len() == 3);
            let silent = matches!(event, Chaos::Feeds([Feed::Unreadable, Feed::Unreadable, Feed::Unreadable], _));
            let blind = stage.obs.media.is_empty() && stage.kernel.is_none();
            if silent && blind && before.is_some() && stage.now - began > 1000 {
                prop_assert!(stage.machine.watches().iter().all(|watch| watch.class() == Class::Unknown));
            }
        }
    }

    #[test]
    fn what_cannot_be_read_is_not_zero(
        events in proptest::collection::vec(chaos(), 0..40),
        span in 1000u64..200_000,
    ) {
        let mut stage = stage(2);
        events.iter().for_each(|event| apply(&mut stage, event));
        (stage.obs.media, stage.kernel) = (Vec::new(), None);
        let unread = [Feed::Unreadable; 3];
        // What was known before may still be acted on when a person's scene has had its grace.
        stage.run(&unread, 4000);
        prop_assert_eq!(stage.run(&unread, span), []);
    }

    #[test]
    fn what_a_person_chose_is_left_alone_for_the_grace(
        events in proptest::collection::vec(chaos(), 0..40),
        doing in [feed(), feed(), feed()],
        scene in proptest::sample::select(vec!["A", "A low", "A off", "B", "B off", "SPLIT", "LIVE", "BRB", "STARTING"]),
    ) {
        let mut stage = stage(2);
        events.iter().for_each(|event| apply(&mut stage, event));
        stage.human_chooses(scene);
        let grace = stage.rules.grace.0;
        prop_assert_eq!(stage.run(&doing, grace - 250), []);
        prop_assert_eq!(stage.scene(), scene);
    }

    #[test]
    fn live_returns_no_oftener_than_the_limit_says(
        spans in proptest::collection::vec(([feed(), feed(), feed()], 250u64..20_000), 1..60),
        flap_limit in 1u32..4,
    ) {
        let mut stage = stage(flap_limit);
        stage.obs.scene = Some("A".into());
        let mut ups: Vec<u64> = Vec::new();
        for (doing, span) in spans {
            let end = stage.now + span;
            while stage.now < end {
                stage.now += 250;
                let samples: Vec<_> = doing.iter().enumerate().map(|(at, feed)| stage.sample(at, *feed)).collect();
                let mut machine = std::mem::take(&mut stage.machine);
                let effects = machine.step(Mono(stage.now), stage.inputs(&samples));
                stage.machine = machine;
                for effect in effects {
                    match effect {
                        Effect::Decided { from, to, .. } => {
                            let up = from.place != Place::Live && to.place == Place::Live;
                            ups.extend(up.then_some(stage.now));
                        }
                        Effect::Switch { scene, .. } => stage.obs.scene = Some(scene),
                        Effect::StopStream { .. } => {}
                    }
                }
            }
        }
        for at in &ups {
            let minute = ups.iter().filter(|up| (*at..at + 60_000).contains(*up)).count();
            prop_assert!(minute <= flap_limit as usize, "{ups:?}");
        }
    }
}
