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
use crate::domain::signal::{Pace, Sample};
use crate::kit::units::{Millis, Mono};

pub use super::standing::Standing;

/// Longest wait for OBS's media source to move after the ingest is good again.
pub(super) const PICTURE_PATIENCE: Millis = Millis(10_000);
/// Longest time of quick polling for one class: what stays open longer is not about to be decided
/// (a publisher that never sends a picture, a rate that lives between the limits).
const HURRY: Millis = Millis(30_000);

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
        let human = self.human_switched(inputs);
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
            self.accept(now, shown, inputs.rules);
        }
        self.follow_group(inputs.lineup);
        let mut effects: Vec<Effect> = self.decide(now, inputs).into_iter().collect();
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

    /// How fast to poll, where all feeds are polled alike: as the one in the greatest hurry.
    pub fn pace(&self) -> Pace {
        let quick = (0..self.watches.len()).any(|feed| self.pace_at(feed) == Pace::Quick);
        if quick { Pace::Quick } else { Pace::Calm }
    }

    /// How fast to poll a feed: quick while something is not good and not decided.
    pub fn pace_of(&self, feed: &FeedId) -> Pace {
        self.watches.iter().position(|watch| watch.id() == feed).map_or(Pace::Calm, |at| self.pace_at(at))
    }

    fn pace_at(&self, feed: usize) -> Pace {
        let Some(watch) = self.watches.get(feed) else { return Pace::Calm };
        let hurry = watch.since.class.is_some_and(|(_, since)| watch.read_at().since(since) < HURRY);
        let settled = if feed == self.spot.feed { self.is_settled(watch) } else { self.is_idle(watch) };
        if settled || !self.armed || !hurry { Pace::Calm } else { Pace::Quick }
    }

    fn is_settled(&self, watch: &Watch) -> bool {
        let place = self.spot.place;
        match watch.class() {
            Class::Good => place == Place::Live && !watch.measured().falling,
            Class::Unknown => true,
            Class::Absent | Class::Stalled | Class::Bad => place == Place::Offline,
            Class::Low | Class::Mid => place == Place::Low && !watch.measured().falling,
            Class::Warming => false,
        }
    }

    /// Nothing of this other feed is about to be decided.
    fn is_idle(&self, watch: &Watch) -> bool {
        let on_show = matches!(self.spot.staging, Staging::Camera(_));
        match watch.class() {
            Class::Unknown => true,
            Class::Good => self.current().class() == Class::Good,
            Class::Absent | Class::Stalled | Class::Bad => watch.is_down(),
            _ => !on_show && self.spot.place == Place::Live,
        }
    }

    /// When to step again although nothing is new; `None` while no timer runs.
    pub fn wake_at(&self, now: Mono, inputs: Inputs<'_>) -> Option<Mono> {
        if !self.armed && !self.waits_to_begin(inputs) {
            return None;
        }
        let recovery = self.recovery_due(now, inputs).map(|(.., due)| due);
        let fall = self.next_fall(now, inputs).map(|(_, due)| due);
        let stop = self.stop_due(inputs);
        let own = [fall, recovery, stop, Some(self.hold_until), Some(self.grace_until)];
        let of_feeds = self.watches.iter().flat_map(|watch| {
            let patience = watch.since.good.map(|at| at + PICTURE_PATIENCE);
            [patience, Some(watch.outdated_at())]
        });
        let among = self.choice_due(inputs);
        own.into_iter().chain(of_feeds).flatten().chain(among).filter(|at| *at > now).min()
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
        for watch in &mut self.watches {
            watch.look(now, inputs.obs.media_of(watch.id()));
            for (id, sample) in inputs.samples {
                if id == watch.id() {
                    watch.read(now, sample, inputs.rules);
                }
            }
            watch.settle(now, inputs.rules);
        }
    }

    /// Notices the stream's begin and its end, where the rules say that the past is forgotten.
    fn follow_stream(&mut self, now: Mono, inputs: Inputs<'_>) {
        let Some(live) = inputs.obs.live else { return };
        let (began, ended) = (self.was_live == Some(false) && live, self.was_live == Some(true) && !live);
        self.was_live = Some(live);
        if began {
            self.grace_until = now + inputs.rules.start_grace;
        }
        if began || ended {
            (self.begun, self.stop_asked) = (false, false);
        }
        if ended && (inputs.rules.idle_when_stream_ends || inputs.rules.exit_when_stream_ends) {
            (self.flaps, self.unsteady) = (Flaps::default(), false);
            self.why.clear();
        }
    }

    fn human_switched(&mut self, inputs: Inputs<'_>) -> bool {
        let switches = inputs.obs.human_switches;
        let changed = self.last_switches.is_some_and(|last| last != switches);
        self.last_switches = Some(switches);
        if changed {
            self.stand_in = None;
        }
        changed
    }

    /// The privacy scene is left by people alone. An order of ours that was under way when it came on
    /// may still take it away: then it is brought back.
    fn keep_private(&mut self, human: bool, inputs: Inputs<'_>) -> Option<Vec<Effect>> {
        let shown = inputs.obs.scene.as_ref().filter(|_| inputs.obs.live.is_some());
        let privacy = inputs.scenes.privacy.as_ref();
        if privacy.is_some() && shown == privacy {
            (self.private, self.armed, self.stand_in) = (true, false, None);
            return Some(Vec::new());
        }
        self.private &= !human && shown.is_some();
        let scene = privacy.filter(|scene| self.private && inputs.scenes.has(scene))?.clone();
        self.armed = false;
        let reason = "a person chose it, and only a person leaves it".to_owned();
        let ordered = inputs.switching == Some(&scene);
        Some(if ordered { Vec::new() } else { vec![Effect::Switch { scene, reason }] })
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
    fn arm(&mut self, now: Mono, shown: Spot) {
        (self.armed, self.spot, self.entered, self.hold_until) = (true, shown, now, now);
        (self.on_since, self.risen, self.blind, self.stand_in) = (now, false, false, None);
        self.watches.iter_mut().for_each(|watch| watch.restart(now));
    }

    /// A person chose a managed scene: it is right, and left alone for a while.
    fn accept(&mut self, now: Mono, shown: Spot, rules: &Rules) {
        (self.spot, self.entered, self.hold_until) = (shown, now, now + rules.grace);
        (self.on_since, self.risen, self.blind, self.unsteady) = (now, false, false, false);
        "chosen by hand".clone_into(&mut self.why);
    }

    /// The first good feed of a show leads from the starting scene to LIVE.
    fn begin(&mut self, now: Mono, inputs: Inputs<'_>) -> Vec<Effect> {
        let starting = inputs.obs.scene.clone().filter(|_| self.waits_to_begin(inputs));
        let (Some(scene), Some((feed, due))) = (starting, self.first_good(inputs)) else { return Vec::new() };
        if due > now || self.picture_is_missing(now, feed) {
            return Vec::new();
        }
        self.arm(now, Spot { feed, place: Place::Live, staging: self.home(feed, inputs) });
        (self.begun, self.stand_in) = (true, Some(scene.clone()));
        let to = self.shot(inputs);
        let reason = format!("the first good feed of the show, {}", self.told(feed, inputs.lineup));
        self.why.clone_from(&reason);
        let decided = Effect::Decided { from: Shot { scene, ..to.clone() }, to, reason };
        [Some(decided), self.close_gap(inputs)].into_iter().flatten().collect()
    }

    pub(super) fn waits_to_begin(&self, inputs: Inputs<'_>) -> bool {
        let starting = inputs.scenes.starting.as_ref();
        let shown = starting.is_some() && inputs.obs.scene.as_ref() == starting;
        shown && inputs.rules.live_from_starting && !self.begun && !inputs.paused && inputs.is_on()
    }

    fn first_good(&self, inputs: Inputs<'_>) -> Option<(usize, Mono)> {
        let good = self.watches.iter().enumerate().filter(|(_, watch)| watch.class() == Class::Good);
        let due = good.filter_map(|(feed, watch)| Some((feed, watch.since.good? + inputs.rules.recover_offline)));
        due.map(|(feed, due)| (feed, due.max(self.grace_until)))
            .min_by_key(|(feed, due)| (*due, inputs.lineup.rank(*feed)))
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
        let handed_over = fell && from.feed != self.spot.feed;
        if to == Place::Live && (from.place != Place::Live || handed_over) {
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

    fn close_gap(&self, inputs: Inputs<'_>) -> Option<Effect> {
        let wanted = self.cast(inputs.scenes, inputs.lineup).scene(self.spot.place)?;
        if inputs.switching == Some(wanted) || inputs.obs.scene.as_ref() == Some(wanted) {
            return None;
        }
        Some(Effect::Switch { scene: wanted.clone(), reason: self.why.clone() })
    }

    fn give_up(&mut self, now: Mono, inputs: Inputs<'_>) -> Option<Effect> {
        self.stop_due(inputs).filter(|due| *due <= now)?;
        self.stop_asked = true;
        let reason = format!("{} has been on for {}", self.shot(inputs).scene, now.since(self.entered));
        Some(Effect::StopStream { reason: format!("{reason}: {}", self.current().lost_reason(now)) })
    }

    /// When the stream is stopped for want of a feed: OFFLINE is wanted, and it is known that nothing
    /// usable arrives.
    pub(super) fn stop_due(&self, inputs: Inputs<'_>) -> Option<Mono> {
        let span = inputs.rules.offline_stop?;
        let lost = matches!(self.current().class(), Class::Absent | Class::Stalled | Class::Bad | Class::Warming);
        let applies = self.armed && self.spot.place == Place::Offline && inputs.obs.live == Some(true);
        (applies && lost && !self.stop_asked).then(|| self.entered + span)
    }
}

fn take_watch(before: &mut Vec<Watch>, id: &FeedId) -> Watch {
    let known = before.iter().position(|watch| watch.id() == id);
    known.map_or_else(|| Watch::new(id.clone()), |at| before.swap_remove(at))
}
