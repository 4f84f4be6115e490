//! The failover machine: `step(now, inputs) -> effects`. Time is an argument, nothing is sent.
//!
//! Each feed has a [`Watch`] with the moments since when it has been good, weak, lost or unreadable.
//! One switcher keeps the wanted spot: a feed and a place (LIVE, LOW, OFFLINE). Timers compare
//! moments, they do not count polls, so a slow or missing poll changes nothing but the news.

use super::classify::Verdict;
use super::lineup::Lineup;
use super::measure::Measured;
use super::rules::Rules;
use super::scenes::{Cast, Reported, Scenes, Staging, role_for};
use super::timers::Flaps;
use super::watch::Watch;
use super::{Class, Place};
use crate::domain::ids::{FeedId, SceneName};
use crate::domain::signal::Sample;
use crate::kit::units::{Millis, Mono};

pub use super::standing::Standing;

/// Longest wait for OBS's media source to move after the ingest is good again.
pub(super) const PICTURE_PATIENCE: Millis = Millis(10_000);

/// What the room knows at this moment.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// Samples that have not been stepped with yet, oldest first.
    pub samples: &'a [(FeedId, Sample)],
    /// What OBS reports.
    pub obs: &'a Reported,
    /// The common scenes by role, and what OBS has.
    pub scenes: &'a Scenes,
    /// The feeds and how they stand to one another.
    pub lineup: &'a Lineup,
    /// The limits in force.
    pub rules: &'a Rules,
    /// A person paused automation.
    pub paused: bool,
    /// A test runs: act although OBS does not stream.
    pub testing: bool,
    /// The scene that we have ordered and that is not answered yet.
    pub switching: Option<&'a SceneName>,
}

impl Inputs<'_> {
    /// Scenes may be switched as far as OBS goes.
    pub(super) fn is_on(&self) -> bool {
        self.obs.live == Some(true) || (self.testing && self.obs.live == Some(false))
    }
}

/// What is shown or wanted: a feed in a role, and the scene for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shot {
    /// The feed.
    pub feed: FeedId,
    /// The role.
    pub place: Place,
    /// The scene that plays the role; where OBS has none, the one that is missing.
    pub scene: SceneName,
}

/// What is to be done or told.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// What is wanted changed: a decision, for the journal.
    Decided {
        /// Before.
        from: Shot,
        /// Now wanted.
        to: Shot,
        /// Why, with numbers.
        reason: String,
    },
    /// OBS shows another scene than the wanted one: give the order.
    Switch {
        /// The scene that is wanted.
        scene: SceneName,
        /// Why, with numbers.
        reason: String,
    },
    /// OFFLINE has lasted as long as the rules allow: stop the stream. Said once a show.
    StopStream {
        /// Why, with numbers.
        reason: String,
    },
}

/// A feed in a role, with its scenes cast in a certain way.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Spot {
    pub feed: usize,
    pub place: Place,
    pub staging: Staging,
}

/// A change of the wanted spot.
pub(super) struct Move {
    pub to: Spot,
    pub reason: String,
    /// Something was lost: it counts as flapping when it happens again soon.
    pub fell: bool,
}

/// See the module's head.
#[derive(Clone, Debug)]
pub struct Machine {
    pub(super) watches: Vec<Watch>,
    pub(super) spot: Spot,
    /// When the feed came on.
    pub(super) on_since: Mono,
    pub(super) armed: bool,
    /// When the place was entered.
    pub(super) entered: Mono,
    pub(super) why: String,
    pub(super) last_switches: Option<u64>,
    pub(super) was_live: Option<bool>,
    pub(super) hold_until: Mono,
    pub(super) grace_until: Mono,
    /// The step before led up from OFFLINE to LOW.
    pub(super) risen: bool,
    /// OFFLINE is on although the statistics could not be read.
    pub(super) blind: bool,
    /// It came and went too often: LOW until it is clean.
    pub(super) unsteady: bool,
    /// LIVE was on in this show.
    pub(super) begun: bool,
    pub(super) stop_asked: bool,
    /// The privacy scene is on by a person's choice.
    pub(super) private: bool,
    /// The scene of ours that was on last: it stays ours when its name leaves the settings.
    pub(super) stand_in: Option<SceneName>,
    pub(super) flaps: Flaps,
}

impl Default for Machine {
    fn default() -> Self {
        Self {
            watches: vec![Watch::new(FeedId::main())],
            spot: Spot { feed: 0, place: Place::Live, staging: Staging::Own },
            on_since: Mono(0),
            armed: false,
            entered: Mono(0),
            why: String::new(),
            last_switches: None,
            was_live: None,
            hold_until: Mono(0),
            grace_until: Mono(0),
            risen: false,
            blind: false,
            unsteady: false,
            begun: false,
            stop_asked: false,
            private: false,
            stand_in: None,
            flaps: Flaps::default(),
        }
    }
}

impl Machine {
    /// Takes in what is new and says what follows. Call it on every new sample, on every change of
    /// OBS, and at [`Machine::wake_at`].
    pub fn step(&mut self, now: Mono, inputs: Inputs<'_>) -> Vec<Effect> {
        self.follow_lineup(inputs.lineup);
        self.hear(now, inputs);
        self.follow_stream(now, inputs);
        let human = self.human_switched(now, inputs);
        if let Some(effects) = self.keep_private(human, inputs) {
            return effects;
        }
        let Some(shown) = self.shown(inputs) else {
            self.armed = false;
            return self.begin(now, inputs);
        };
        if !self.armed {
            self.arm(now, shown.clone());
        }
        if human {
            self.accept(now, shown);
        }
        let decided = self.follow_group(now, inputs).or_else(|| self.decide(now, inputs));
        let mut effects: Vec<Effect> = decided.into_iter().collect();
        effects.extend(self.close_gap(inputs));
        effects.extend(self.give_up(now, inputs));
        self.remember(inputs);
        effects
    }

    /// Work on the ingest of a feed, or of all, begins and lasts no longer than `span` and 5 min:
    /// what looks like an outage meanwhile is not one.
    pub fn expect_work(&mut self, now: Mono, feed: Option<&FeedId>, span: Millis, why: &str) {
        let wanted = |watch: &&mut Watch| feed.is_none_or(|id| watch.id() == id);
        self.watches.iter_mut().filter(wanted).for_each(|watch| watch.expect_work(now, span, why));
    }

    /// The newest class of the feed on air, with its reason.
    pub fn verdict(&self) -> &Verdict {
        self.current().verdict()
    }

    /// The newest measurement of the feed on air.
    pub fn measured(&self) -> &Measured {
        self.current().measured()
    }

    /// Every feed, in the order of the lineup.
    pub fn watches(&self) -> &[Watch] {
        &self.watches
    }

    /// The feed whose scenes are shown, or were last.
    pub fn on_air(&self) -> &FeedId {
        self.current().id()
    }

    /// The wanted place while armed.
    pub fn wanted(&self) -> Option<Place> {
        self.armed.then_some(self.spot.place)
    }

    /// The reason of the last decision.
    pub fn why(&self) -> &str {
        &self.why
    }

    /// The scenes of the feed on air, as they are cast now.
    pub fn cast<'a>(&'a self, scenes: &'a Scenes, lineup: &'a Lineup) -> Cast<'a> {
        Cast::of(scenes, lineup.members.get(self.spot.feed), &self.spot.staging)
    }

    pub(super) fn current(&self) -> &Watch {
        // Never empty, and `follow_lineup` keeps the index within.
        &self.watches[self.spot.feed.min(self.watches.len() - 1)]
    }

    fn follow_lineup(&mut self, lineup: &Lineup) {
        let known = self.watches.iter().map(Watch::id);
        if lineup.members.is_empty() || known.eq(lineup.members.iter().map(|member| &member.id)) {
            return;
        }
        let current = self.on_air().clone();
        let mut before = std::mem::take(&mut self.watches);
        self.watches = lineup.members.iter().map(|member| take_watch(&mut before, &member.id)).collect();
        let first = (0..lineup.members.len()).min_by_key(|at| lineup.rank(*at)).unwrap_or(0);
        self.spot.feed = lineup.position(&current).unwrap_or(first);
        self.spot.staging = Staging::Own;
    }

    fn hear(&mut self, now: Mono, inputs: Inputs<'_>) {
        self.watches.iter_mut().for_each(|watch| watch.look(now, inputs.obs.media_of(watch.id())));
        for (id, sample) in inputs.samples {
            if let Some(watch) = self.watches.iter_mut().find(|watch| watch.id() == id) {
                watch.read(now, sample, inputs.rules);
            }
        }
        self.watches.iter_mut().for_each(|watch| watch.settle(now, inputs.rules));
    }

    /// The managed spot that OBS shows, while the machine may act at all.
    fn shown(&self, inputs: Inputs<'_>) -> Option<Spot> {
        if inputs.paused || !inputs.is_on() {
            return None;
        }
        let scene = inputs.obs.scene.as_ref()?;
        if self.armed && self.cast(inputs.scenes, inputs.lineup).scene(self.spot.place) == Some(scene) {
            return Some(self.spot.clone());
        }
        let found = self.spot_of(scene, inputs);
        let ours = self.armed && self.stand_in.as_ref() == Some(scene);
        found.or_else(|| ours.then(|| self.spot.clone()))
    }

    /// What a scene means: for the feed on air first, then for the others in their order.
    fn spot_of(&self, scene: &SceneName, inputs: Inputs<'_>) -> Option<Spot> {
        let feed = self.spot.feed;
        let lineup = inputs.lineup;
        let spot = |feed| {
            let (place, staging) = role_for(lineup, feed, inputs.scenes, scene)?;
            Some(Spot { feed, place, staging })
        };
        let place = self.cast(inputs.scenes, lineup).role_of(scene);
        let found = place.map(|place| Spot { place, ..self.spot.clone() }).or_else(|| spot(feed));
        if found.is_some() || !lineup.is_several() {
            return found;
        }
        let mut order: Vec<usize> = (0..lineup.members.len()).collect();
        order.sort_by_key(|at| lineup.rank(*at));
        self.camera_spot(scene, lineup).or_else(|| order.into_iter().find_map(spot))
    }

    fn remember(&mut self, inputs: Inputs<'_>) {
        self.begun |= self.spot.place == Place::Live;
        let shown = &inputs.obs.scene;
        let wanted = self.cast(inputs.scenes, inputs.lineup).scene(self.spot.place);
        if self.spot.place != Place::Live && shown.as_ref() == wanted {
            self.stand_in.clone_from(shown);
        } else if self.stand_in != *shown {
            self.stand_in = None;
        }
    }

    /// Takes over the scene that is shown; every timer begins now.
    pub(super) fn arm(&mut self, now: Mono, shown: Spot) {
        (self.armed, self.spot, self.entered, self.on_since) = (true, shown, now, now);
        (self.risen, self.blind, self.stand_in) = (false, false, None);
        self.watches.iter_mut().for_each(|watch| watch.restart(now));
    }

    /// A person chose a managed scene: it is right.
    fn accept(&mut self, now: Mono, shown: Spot) {
        (self.spot, self.entered) = (shown, now);
        (self.on_since, self.risen, self.blind, self.unsteady) = (now, false, false, false);
        "chosen by hand".clone_into(&mut self.why);
    }

    fn decide(&mut self, now: Mono, inputs: Inputs<'_>) -> Option<Effect> {
        if now < self.hold_until.max(self.grace_until) {
            return None;
        }
        let next = self.fall(now, inputs).or_else(|| self.recover(now, inputs));
        let next = next.or_else(|| self.choose(now, inputs))?;
        let from = self.shot(inputs);
        self.go(now, next, inputs);
        Some(Effect::Decided { from, to: self.shot(inputs), reason: self.why.clone() })
    }

    fn go(&mut self, now: Mono, next: Move, inputs: Inputs<'_>) {
        let Move { to, reason, fell } = next;
        let from = std::mem::replace(&mut self.spot, to);
        let to = self.spot.place;
        let drops = from.place == Place::Live || (to == Place::Offline && self.risen);
        if drops && fell {
            self.flaps.drop(now, inputs.rules);
        }
        if from.place == Place::Live && to != Place::Live {
            self.unsteady = self.flaps.is_spent(now, inputs.rules);
        }
        if to == Place::Live && from.place != Place::Live {
            self.flaps.rise(now, inputs.rules);
            self.unsteady = false;
        }
        if from.feed != self.spot.feed {
            self.on_since = now;
        }
        self.stop_asked &= to == Place::Offline;
        self.risen = from.place == Place::Offline && to == Place::Low;
        self.blind = to == Place::Offline && self.current().class() == Class::Unknown;
        self.entered = now;
        self.why = reason;
    }

    pub(super) fn shot(&self, inputs: Inputs<'_>) -> Shot {
        let scene = self.cast(inputs.scenes, inputs.lineup).named(self.spot.place).clone();
        Shot { feed: self.on_air().clone(), place: self.spot.place, scene }
    }

    pub(super) fn close_gap(&self, inputs: Inputs<'_>) -> Option<Effect> {
        let wanted = self.cast(inputs.scenes, inputs.lineup).scene(self.spot.place)?;
        if inputs.switching == Some(wanted) || inputs.obs.scene.as_ref() == Some(wanted) {
            return None;
        }
        Some(Effect::Switch { scene: wanted.clone(), reason: self.why.clone() })
    }
}

fn take_watch(before: &mut Vec<Watch>, id: &FeedId) -> Watch {
    let known = before.iter().position(|watch| watch.id() == id);
    known.map_or_else(|| Watch::new(id.clone()), |at| before.swap_remove(at))
}
