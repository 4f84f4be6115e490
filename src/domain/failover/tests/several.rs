//! Several feeds: who is on, who takes over, which scene shows it.

use super::{Feed, member, scenes};
use crate::domain::failover::lineup::{DependsOn, Group, GroupMode, Lineup, Member, MultiCamera, SceneSet};
use crate::domain::failover::machine::{Effect, Inputs, Machine, Standing};
use crate::domain::failover::rules::Rules;
use crate::domain::failover::scenes::{Media, Reported, Scenes};
use crate::domain::failover::{Class, Place};
use crate::domain::ids::{FeedId, SceneName};
use crate::domain::signal::{Publisher, Reach, Sample, Witness};
use crate::kit::units::{Bytes, Millis, Mono};

/// What every feed does, one after the other in the order of the lineup.
pub(super) type Doing = [Feed];

/// Several feeds, read four times a second, and an OBS that obeys at once.
#[derive(Clone)]
pub(super) struct Stage {
    pub machine: Machine,
    pub obs: Reported,
    pub scenes: Scenes,
    pub lineup: Lineup,
    pub rules: Rules,
    pub paused: bool,
    pub testing: bool,
    pub now: u64,
    /// What the kernel says of every feed's socket.
    pub kernel: Option<Witness>,
    pub process: &'static str,
    pub stops: u32,
    bytes: Vec<f64>,
    sessions: Vec<u32>,
    decisions: Vec<(u64, String)>,
    reasons: Vec<String>,
}

impl Stage {
    pub fn new(members: Vec<Member>) -> Self {
        let count = members.len();
        let existing = [
            "LIVE", "LOW", "OFFLINE", "BRB", "STARTING", "PRIVACY", "A", "A low", "A off", "B", "B low", "B off", "C",
            "SOLO", "SPLIT",
        ];
        Self {
            machine: Machine::default(),
            obs: Reported { live: Some(true), scene: Some("A".into()), ..Reported::default() },
            scenes: Scenes { starting: Some("STARTING".into()), privacy: Some("PRIVACY".into()), ..scenes(&existing) },
            lineup: Lineup { members, ..Lineup::default() },
            rules: Rules::default(),
            paused: false,
            testing: false,
            now: 0,
            kernel: None,
            process: "1",
            stops: 0,
            bytes: vec![0.0; count],
            sessions: vec![1; count],
            decisions: Vec::new(),
            reasons: Vec::new(),
        }
    }

    /// Two feeds with scenes of their own; A comes first.
    pub fn two() -> Self {
        Self::new(vec![own("a", "A", 1), own("b", "B", 2)])
    }

    /// The common feed alone, in the common scenes.
    pub fn one() -> Self {
        let mut stage = Self::new(vec![member("main", 0)]);
        stage.obs.scene = Some("LIVE".into());
        stage
    }

    pub fn run(&mut self, doing: &Doing, span: u64) -> Vec<(u64, String)> {
        let began = self.now;
        self.decisions.clear();
        self.reasons.clear();
        while self.now < began + span {
            self.wake_until(self.now + 250);
            self.now += 250;
            let samples: Vec<_> = doing.iter().enumerate().map(|(at, feed)| self.sample(at, *feed)).collect();
            self.step(self.now, &samples);
        }
        self.decisions.iter().map(|(at, scene)| (at - began, scene.clone())).collect()
    }

    /// The scenes that were decided on, in order.
    pub fn shown(&mut self, doing: &Doing, span: u64) -> Vec<String> {
        self.run(doing, span).into_iter().map(|(_, scene)| scene).collect()
    }

    fn wake_until(&mut self, next: u64) {
        let mut last = self.now;
        while let Some(at) = self.machine.wake_at(Mono(last), self.inputs(&[])).filter(|at| at.0 < next) {
            self.step(at.0, &[]);
            last = at.0;
        }
    }

    pub fn sample(&mut self, at: usize, feed: Feed) -> (FeedId, Sample) {
        let now = Mono(self.now);
        if let Feed::At(kbps) = feed {
            self.bytes[at] += kbps / 8.0 * 250.0;
        }
        let bytes = self.bytes[at] as u64;
        let sample = match feed {
            Feed::Gone => {
                self.sessions[at] += 1;
                self.bytes[at] = 0.0;
                Sample::absent(now)
            }
            Feed::Unreadable => Sample::unreadable(now, Reach::Timeout),
            Feed::At(_) | Feed::Stalled => Sample {
                publisher: Publisher::Present,
                session: Some(self.sessions[at].to_string()),
                rx_bytes: Some(Bytes(bytes)),
                media_ts: Some(Millis(bytes / 100)),
                ..Sample::absent(now)
            },
        };
        let server_epoch = Some(self.process.to_owned());
        let sample = Sample { witness: self.kernel, server_epoch, ..sample };
        (self.lineup.members[at].id.clone(), sample)
    }

    pub fn step(&mut self, at: u64, samples: &[(FeedId, Sample)]) {
        let mut machine = std::mem::take(&mut self.machine);
        let effects = machine.step(Mono(at), self.inputs(samples));
        self.machine = machine;
        for effect in effects {
            match effect {
                Effect::Decided { to, reason, .. } => {
                    self.decisions.push((at, to.scene.to_string()));
                    self.reasons.push(reason);
                }
                Effect::Switch { scene, .. } => self.obs.scene = Some(scene),
                Effect::StopStream { .. } => self.stops += 1,
            }
        }
    }

    pub fn inputs<'a>(&'a self, samples: &'a [(FeedId, Sample)]) -> Inputs<'a> {
        Inputs {
            samples,
            obs: &self.obs,
            scenes: &self.scenes,
            lineup: &self.lineup,
            rules: &self.rules,
            paused: self.paused,
            testing: self.testing,
            switching: None,
        }
    }

    pub fn standing(&self) -> Standing {
        self.machine.standing(Mono(self.now), self.inputs(&[]))
    }

    pub fn human_chooses(&mut self, scene: &str) {
        self.obs.scene = Some(scene.into());
        self.obs.human_switches += 1;
        self.step(self.now, &[]);
    }

    pub fn media(&mut self, at: usize, media: Media) {
        let id = self.lineup.members[at].id.clone();
        self.obs.media.retain(|(one, _)| *one != id);
        self.obs.media.push((id, media));
    }

    pub fn scene(&self) -> &str {
        self.obs.scene.as_ref().map_or("", SceneName::as_str)
    }
}

fn named(name: &str) -> Option<SceneName> {
    Some(name.into())
}

fn own(id: &str, scene: &str, priority: u32) -> Member {
    let set =
        SceneSet { live: named(scene), low: named(&format!("{scene} low")), offline: named(&format!("{scene} off")) };
    Member { name: format!("Feed {scene}"), scenes: set, ..member(id, priority) }
}

const GOOD: Feed = Feed::At(3000.0);
const WEAK: Feed = Feed::At(500.0);

#[test]
fn a_lost_feed_hands_over_at_once_and_never_by_way_of_offline() {
    for (lost, budget) in [(Feed::Gone, 750), (Feed::Stalled, 2000), (Feed::At(20.0), 6000)] {
        let mut stage = Stage::two();
        assert_eq!(stage.shown(&[GOOD, GOOD], 20_000), [""; 0]);
        let decided = stage.run(&[lost, GOOD], 8000);
        let to_b = decided.iter().find(|(_, scene)| scene == "B").expect("a hand-over");
        assert!(to_b.0 <= budget, "{lost:?}: {decided:?}");
        assert!(decided.iter().all(|(_, scene)| scene != "A off"));
        let reason = stage.reasons.last().expect("a reason");
        assert!(reason.contains("Feed A: ") && reason.contains("; Feed B: 3.0 Mbit/s"), "{reason}");
    }
}

#[test]
fn a_weak_heir_shows_its_low_scene_and_the_last_feed_its_offline_scene() {
    let mut stage = Stage::two();
    stage.run(&[GOOD, WEAK], 10_000);
    assert_eq!(stage.shown(&[Feed::Gone, WEAK], 10_000), ["B low"]);
    assert_eq!(stage.shown(&[Feed::Gone, Feed::Gone], 10_000), ["B off"], "B was on last");
    assert_eq!(stage.shown(&[Feed::Gone, GOOD], 10_000), ["B"]);
}

#[test]
fn a_feed_that_comes_first_takes_over_after_it_was_good_for_a_while() {
    let mut stage = Stage::two();
    stage.run(&[GOOD, GOOD], 10_000);
    stage.run(&[Feed::Gone, GOOD], 5000);
    assert_eq!(stage.scene(), "B");
    let back = stage.run(&[GOOD, GOOD], 30_000);
    assert_eq!(back.len(), 1, "{back:?}");
    assert!((10_000..12_000).contains(&back[0].0) && back[0].1 == "A", "{back:?}");

    stage.run(&[Feed::Gone, GOOD], 30_000);
    stage.run(&[GOOD, GOOD], 500);
    assert_eq!(stage.run(&[Feed::Gone, GOOD], 5000), [], "seen, but not good for long enough");
}

#[test]
fn it_takes_over_sooner_from_a_weak_one_and_a_feed_that_comes_later_never_does() {
    let mut stage = Stage::two();
    stage.run(&[Feed::Gone, GOOD], 5000);
    stage.run(&[Feed::Gone, WEAK], 10_000);
    let back = stage.run(&[GOOD, WEAK], 30_000);
    assert!((5000..10_000).contains(&back[0].0) && back[0].1 == "A", "{back:?}");
    assert_eq!(stage.shown(&[WEAK, GOOD], 60_000), ["A low"], "A is weak, but it is there");
}

#[test]
fn an_unknown_feed_is_neither_lost_nor_an_heir() {
    let mut stage = Stage::two();
    stage.run(&[GOOD, GOOD], 10_000);
    assert_eq!(stage.shown(&[Feed::Unreadable, GOOD], 120_000), [""; 0]);
    assert!(matches!(stage.standing(), Standing::Unknown(_)));
    stage.run(&[GOOD, Feed::Unreadable], 10_000);
    assert_eq!(stage.shown(&[Feed::Gone, Feed::Unreadable], 10_000), ["A off"]);
}

#[test]
fn whoever_is_on_in_a_handover_group_stays_on() {
    let mut stage = Stage::two();
    stage.lineup.groups = vec![Group { name: "relay".to_owned(), mode: GroupMode::Handover }];
    stage.lineup.members.iter_mut().for_each(|member| member.group = Some("relay".to_owned()));
    stage.run(&[GOOD, GOOD], 10_000);
    stage.run(&[Feed::Gone, GOOD], 5000);
    assert_eq!(stage.shown(&[GOOD, GOOD], 120_000), [""; 0]);
    assert_eq!(stage.shown(&[GOOD, Feed::Gone], 5000), ["A"]);
}

#[test]
fn hand_overs_are_no_flapping_so_a_real_cut_is_told_as_it_is() {
    let mut stage = Stage::two();
    stage.lineup.groups = vec![Group { name: "relay".to_owned(), mode: GroupMode::Handover }];
    stage.lineup.members.iter_mut().for_each(|member| member.group = Some("relay".to_owned()));
    stage.run(&[GOOD, GOOD], 10_000);
    for _ in 0..3 {
        assert_eq!(stage.shown(&[Feed::Gone, GOOD], 4000), ["B"]);
        stage.run(&[GOOD, GOOD], 4000);
        assert_eq!(stage.shown(&[GOOD, Feed::Gone], 4000), ["A"], "never its LOW scene");
        stage.run(&[GOOD, GOOD], 4000);
    }
    let cut = stage.run(&[Feed::Gone, Feed::Gone], 4000);
    assert!(cut.len() == 1 && cut[0].1 == "A off" && cut[0].0 <= 750, "{cut:?}");
    let back = stage.run(&[GOOD, GOOD], 4000);
    assert!(back.len() == 1 && back[0].1 == "A" && back[0].0 <= 2000, "one cut is no flapping: {back:?}");
}

#[test]
fn a_feed_that_comes_first_and_keeps_getting_lost_is_preferred_later_each_time() {
    let mut stage = Stage::two();
    stage.run(&[GOOD, GOOD], 10_000);
    let mut waits = Vec::new();
    for _ in 0..3 {
        assert_eq!(stage.shown(&[Feed::Gone, GOOD], 2000), ["B"]);
        waits.push(stage.run(&[GOOD, GOOD], 22_000)[0].0);
    }
    assert!(waits.is_sorted() && waits[0] < 12_000 && waits[1] >= 16_000 && waits[2] >= 20_000, "{waits:?}");
}

#[test]
fn a_group_of_which_any_will_do_is_as_good_as_the_best_of_it() {
    let any = Group { name: "bonded".to_owned(), mode: GroupMode::Any };
    let grouped = |id| Member { group: Some("bonded".to_owned()), ..member(id, 0) };
    let mut stage = Stage::new(vec![grouped("a"), grouped("b")]);
    stage.lineup.groups = vec![any];
    stage.obs.scene = Some("LIVE".into());
    stage.run(&[GOOD, GOOD], 10_000);
    for doing in [[Feed::Gone, GOOD], [WEAK, GOOD], [GOOD, Feed::Gone], [GOOD, Feed::Stalled], [WEAK, GOOD]] {
        assert_eq!(stage.shown(&doing, 20_000), [""; 0], "{doing:?}");
        assert_eq!(stage.scene(), "LIVE");
    }
    assert_eq!(stage.shown(&[WEAK, WEAK], 20_000), ["LOW"]);
    assert_eq!(stage.shown(&[Feed::Unreadable, Feed::Gone], 5000), [""; 0], "nobody knows that all are lost");
    assert_eq!(stage.shown(&[Feed::Gone, Feed::Gone], 20_000).last().map(String::as_str), Some("OFFLINE"));
}

#[test]
fn other_scenes_stand_in_while_a_feed_that_they_need_is_lost() {
    let mut stage = Stage::two();
    let alone = SceneSet { live: named("SOLO"), ..SceneSet::default() };
    stage.lineup.members[0].depends_on = Some(DependsOn { feed: "b".into(), scenes: alone });
    stage.run(&[GOOD, GOOD], 10_000);
    assert_eq!(stage.shown(&[GOOD, Feed::Unreadable], 60_000), [""; 0], "unknown is not lost");
    assert_eq!(stage.shown(&[GOOD, Feed::Gone], 10_000), ["SOLO"]);
    assert_eq!(stage.machine.wanted(), Some(Place::Live));
    let back = stage.run(&[GOOD, GOOD], 20_000);
    assert!(back.len() == 1 && back[0].1 == "A" && back[0].0 >= 4000, "held like a recovery: {back:?}");
}

#[test]
fn a_scene_with_several_feeds_is_on_while_all_are_good() {
    let mut stage = Stage::two();
    stage.lineup.cameras = vec![MultiCamera { scene: "SPLIT".into(), feeds: vec!["a".into(), "b".into()] }];
    stage.run(&[GOOD, Feed::Gone], 10_000);
    let both = stage.run(&[GOOD, GOOD], 20_000);
    assert!(both.len() == 1 && both[0].1 == "SPLIT" && both[0].0 >= 4000, "{both:?}");
    let mut other = stage.clone();
    let alone = stage.run(&[GOOD, Feed::Gone], 10_000);
    assert!(alone.len() == 1 && alone[0].1 == "A" && alone[0].0 <= 750, "{alone:?}");
    assert_eq!(other.shown(&[WEAK, GOOD], 5000), ["B"], "the one that is fine goes on alone");
}

#[test]
fn a_scene_that_a_person_chooses_says_which_feed_is_meant() {
    let mut stage = Stage::two();
    stage.run(&[GOOD, GOOD], 10_000);
    stage.human_chooses("B");
    assert_eq!(stage.machine.on_air().as_str(), "b");
    let back = stage.run(&[GOOD, GOOD], 30_000);
    assert!(back.len() == 1 && back[0].0 >= 10_000, "left alone for the usual time: {back:?}");
}

#[test]
fn two_feeds_that_cross_are_swapped_once() {
    let mut stage = Stage::two();
    stage.run(&[GOOD, Feed::At(100.0)], 10_000);
    let mut shown = Vec::new();
    for second in 0..120 {
        let share = f64::from(second) / 120.0;
        let doing = [Feed::At(3000.0 - 2950.0 * share), Feed::At(50.0 + 2950.0 * share)];
        shown.extend(stage.shown(&doing, 1000));
    }
    assert_eq!(shown, ["A low", "B"]);
}

#[test]
fn settings_may_take_feeds_away_and_add_others_at_any_moment() {
    let mut stage = Stage::two();
    stage.run(&[Feed::Gone, GOOD], 10_000);
    assert_eq!((stage.scene(), stage.machine.verdict().class), ("B", Class::Good));
    stage.lineup.members = vec![own("c", "C", 0), stage.lineup.members[1].clone()];
    stage.run(&[Feed::Gone, GOOD], 5000);
    assert_eq!((stage.scene(), stage.machine.on_air().as_str()), ("B", "b"));
    stage.lineup.members.pop();
    assert_eq!(stage.shown(&[GOOD], 10_000), [""; 0], "scene B means nothing any more");
    stage.lineup.members.clear();
    stage.step(stage.now, &[]);
}
