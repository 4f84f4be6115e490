//! The failover machine: `step(now, inputs) -> effects`. Time is an argument, nothing is sent.
//!
//! It keeps one wanted place (LIVE, LOW, OFFLINE) and the moments since when the feed has been good,
//! weak, lost or unreadable. Timers compare moments, they do not count polls, so a slow or missing
//! poll changes nothing but the news.

use super::classify::{Verdict, classify};
use super::measure::{Measured, Meter};
use super::rules::Rules;
use super::scenes::{Reported, Targets};
use super::timers::{Flaps, Since};
use super::{Class, Place};
use crate::domain::ids::SceneName;
use crate::domain::signal::{Pace, Sample};
use crate::kit::units::{Millis, Mono};

/// Longest wait for OBS's media source to move after the ingest is good again.
const PICTURE_PATIENCE: Millis = Millis(10_000);
/// Longest time of quick polling for one class: what stays open longer is not about to be decided
/// (a publisher that never sends a picture, a rate that lives between the limits).
const HURRY: Millis = Millis(30_000);

/// A reading older than this says nothing any more: whoever polls has stopped doing so.
const OUTDATED: Millis = Millis(15_000);

/// What the room knows at this moment.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// A sample that has not been stepped with yet, if there is one.
    pub sample: Option<&'a Sample>,
    /// What OBS reports.
    pub obs: &'a Reported,
    /// The scenes by role, as far as OBS has them.
    pub targets: &'a Targets,
    /// The limits in force.
    pub rules: &'a Rules,
    /// A person paused automation.
    pub paused: bool,
    /// The place whose scene we have ordered and that is not answered yet.
    pub switching: Option<Place>,
}

/// What is to be done or told.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// The wanted place changed: a decision, for the journal.
    Decided {
        /// Before.
        from: Place,
        /// Now wanted.
        to: Place,
        /// Why, with numbers.
        reason: String,
    },
    /// OBS shows another scene than the wanted place's: give the order.
    Switch {
        /// The place whose scene is wanted.
        to: Place,
        /// Why, with numbers.
        reason: String,
    },
}

/// Why the machine acts or does not act at this moment.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// OBS cannot be read.
    NoObs,
    /// OBS does not stream.
    NotStreaming,
    /// A person paused automation.
    Paused,
    /// The program scene is outside the managed set.
    NotManaged(String),
    /// The scene that is wanted does not exist in OBS.
    SceneMissing(Place),
    /// A person chose the scene; it is left alone until then.
    HumanHold,
    /// The feed cannot be measured; the scene is left alone.
    Unknown(String),
    /// Good again, waiting for the hold to end.
    Recovering {
        /// When LIVE may return.
        left: Millis,
        /// Waiting for OBS's media source to move.
        for_picture: bool,
    },
    /// The feed is not good; a switch follows if it stays so.
    Falling {
        /// How long it may last.
        left: Millis,
    },
    /// The right scene is on; nothing is to be done.
    Settled,
}

/// See the module's head.
#[derive(Clone, Debug)]
pub struct Machine {
    meter: Meter,
    verdict: Verdict,
    measured: Measured,
    armed: bool,
    place: Place,
    entered: Mono,
    why: String,
    last_switches: Option<u64>,
    was_live: bool,
    hold_until: Mono,
    read_at: Mono,
    /// The step before led up from OFFLINE to LOW.
    risen: bool,
    /// The LOW or OFFLINE scene that was on last: it stays ours when its name leaves the settings.
    stand_in: Option<SceneName>,
    since: Since,
    flaps: Flaps,
}

impl Default for Machine {
    fn default() -> Self {
        Self {
            meter: Meter::default(),
            verdict: Verdict { class: Class::Unknown, severe: false, reason: "not polled yet".to_owned() },
            measured: Measured::default(),
            armed: false,
            place: Place::Live,
            entered: Mono(0),
            why: String::new(),
            last_switches: None,
            was_live: false,
            hold_until: Mono(0),
            read_at: Mono(0),
            risen: false,
            stand_in: None,
            since: Since::default(),
            flaps: Flaps::default(),
        }
    }
}

impl Machine {
    /// Takes in what is new and says what follows. Call it on every new sample, on every change of
    /// OBS, and at [`Machine::wake_at`].
    pub fn step(&mut self, now: Mono, inputs: Inputs<'_>) -> Vec<Effect> {
        if let Some(sample) = inputs.sample {
            self.read(now, sample, inputs.rules);
        }
        self.doubt_old_news(now);
        self.since.see_witness(now, inputs.obs.media_moving == Some(false));
        self.follow_stream(inputs);
        let human = self.human_switched(inputs.obs);
        if human {
            self.stand_in = None;
        }
        let Some(shown) = self.shown_place(inputs) else {
            self.armed = false;
            return Vec::new();
        };
        if !self.armed {
            self.arm(now, shown);
        }
        if human {
            self.accept(now, shown, inputs.rules);
        }
        let mut effects: Vec<Effect> = self.decide(now, inputs).into_iter().collect();
        effects.extend(self.close_gap(inputs));
        self.remember_stand_in(inputs);
        effects
    }

    /// The newest class with its reason.
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// The newest measurement.
    pub fn measured(&self) -> &Measured {
        &self.measured
    }

    /// The wanted place while armed.
    pub fn wanted(&self) -> Option<Place> {
        self.armed.then_some(self.place)
    }

    /// The reason of the last decision.
    pub fn why(&self) -> &str {
        &self.why
    }

    /// How fast to poll: quick while something is not good and not decided.
    pub fn pace(&self) -> Pace {
        let settled = match self.verdict.class {
            Class::Good => self.place == Place::Live && !self.measured.falling,
            Class::Unknown => true,
            Class::Absent | Class::Stalled | Class::Bad => self.place == Place::Offline,
            Class::Low | Class::Mid => self.place == Place::Low && !self.measured.falling,
            Class::Warming => false,
        };
        let hurry = self.since.class.is_some_and(|(_, since)| self.read_at.since(since) < HURRY);
        if settled || !self.armed || !hurry { Pace::Calm } else { Pace::Quick }
    }

    /// When to step again although nothing is new; `None` while no timer runs.
    pub fn wake_at(&self, now: Mono, inputs: Inputs<'_>) -> Option<Mono> {
        if !self.armed {
            return None;
        }
        let recovery = self.recovery_due(inputs).map(|(_, due)| due);
        let patience = self.since.good.map(|at| at + PICTURE_PATIENCE);
        let fall = self.next_fall(inputs).map(|(_, due)| due);
        let outdated = self.read_at + OUTDATED;
        let candidates = [fall, recovery, patience, Some(self.hold_until), Some(outdated)];
        candidates.into_iter().flatten().filter(|at| *at > now).min()
    }

    /// Why the machine acts or does not act.
    pub fn standing(&self, now: Mono, inputs: Inputs<'_>) -> Standing {
        if inputs.paused {
            return Standing::Paused;
        }
        match (inputs.obs.live, &inputs.obs.scene) {
            (None, _) => return Standing::NoObs,
            (Some(false), _) => return Standing::NotStreaming,
            (_, None) => return Standing::NoObs,
            (_, Some(scene)) if !self.armed => return Standing::NotManaged(scene.to_string()),
            _ => {}
        }
        self.standing_while_armed(now, inputs)
    }

    fn standing_while_armed(&self, now: Mono, inputs: Inputs<'_>) -> Standing {
        if inputs.targets.scene(self.place).is_none() {
            return Standing::SceneMissing(self.place);
        }
        let fall = self.next_fall(inputs);
        if self.verdict.class == Class::Unknown && fall.is_none() {
            return Standing::Unknown(self.verdict.reason.clone());
        }
        if now < self.hold_until {
            return Standing::HumanHold;
        }
        if let Some((Place::Live, due)) = self.recovery_due(inputs) {
            let for_picture = due <= now && self.picture_is_missing(now, inputs);
            return Standing::Recovering { left: due.since(now), for_picture };
        }
        match fall {
            Some((to, _)) if inputs.targets.scene(to).is_none() => Standing::SceneMissing(to),
            Some((_, due)) => Standing::Falling { left: due.since(now) },
            None => Standing::Settled,
        }
    }

    fn read(&mut self, now: Mono, sample: &Sample, rules: &Rules) {
        self.measured = self.meter.push(sample);
        self.verdict = classify(sample, &self.measured, rules);
        self.since.see(now, &self.verdict, &self.measured, sample.at);
        self.read_at = now;
    }

    fn doubt_old_news(&mut self, now: Mono) {
        if self.verdict.class != Class::Unknown && now.since(self.read_at) >= OUTDATED {
            let reason = format!("nothing has been heard of the ingest for {OUTDATED}");
            self.verdict = Verdict { class: Class::Unknown, severe: false, reason };
            self.measured = Measured::default();
            self.since.see(now, &self.verdict, &self.measured, now);
        }
    }

    /// Notices the stream's end, where the rules say that the past is forgotten.
    fn follow_stream(&mut self, inputs: Inputs<'_>) {
        let live = inputs.obs.live == Some(true);
        let ended = self.was_live && inputs.obs.live == Some(false);
        if ended && (inputs.rules.idle_when_stream_ends || inputs.rules.exit_when_stream_ends) {
            self.flaps = Flaps::default();
            self.why.clear();
        }
        if live || ended {
            self.was_live = live;
        }
    }

    fn human_switched(&mut self, obs: &Reported) -> bool {
        let changed = self.last_switches.is_some_and(|last| last != obs.human_switches);
        self.last_switches = Some(obs.human_switches);
        changed
    }

    /// The managed place that OBS shows, while the machine may act at all.
    fn shown_place(&self, inputs: Inputs<'_>) -> Option<Place> {
        if inputs.paused || inputs.obs.live != Some(true) {
            return None;
        }
        let scene = inputs.obs.scene.as_ref()?;
        let same_scene = inputs.targets.scene(self.place) == Some(scene);
        if self.armed && (same_scene || self.stand_in.as_ref() == Some(scene)) {
            return inputs.targets.role_of(scene).filter(|_| !same_scene).or(Some(self.place));
        }
        inputs.targets.role_of(scene)
    }

    fn remember_stand_in(&mut self, inputs: Inputs<'_>) {
        let shown = &inputs.obs.scene;
        if self.place != Place::Live && shown.as_ref() == inputs.targets.scene(self.place) {
            self.stand_in.clone_from(shown);
        } else if self.stand_in != *shown {
            self.stand_in = None;
        }
    }

    /// Takes over the scene that is shown; every timer begins now.
    fn arm(&mut self, now: Mono, shown: Place) {
        (self.armed, self.place, self.entered, self.hold_until) = (true, shown, now, now);
        (self.risen, self.stand_in) = (false, None);
        self.since.restart(now);
    }

    /// A person chose a managed scene: it is right, and left alone for a while.
    fn accept(&mut self, now: Mono, shown: Place, rules: &Rules) {
        (self.place, self.entered, self.hold_until) = (shown, now, now + rules.grace);
        self.risen = false;
        "chosen by hand".clone_into(&mut self.why);
    }

    fn decide(&mut self, now: Mono, inputs: Inputs<'_>) -> Option<Effect> {
        if now < self.hold_until {
            return None;
        }
        let (to, reason) = self.fall(now, inputs).or_else(|| self.recover(now, inputs))?;
        let from = self.place;
        if from == Place::Live || (to == Place::Offline && self.risen) {
            self.flaps.drop(now, inputs.rules);
        }
        self.risen = from == Place::Offline && to == Place::Low;
        (self.place, self.entered) = (to, now);
        self.why.clone_from(&reason);
        Some(Effect::Decided { from, to, reason })
    }

    fn close_gap(&self, inputs: Inputs<'_>) -> Option<Effect> {
        let wanted = inputs.targets.scene(self.place)?;
        let ordered = inputs.switching.and_then(|place| inputs.targets.scene(place));
        if ordered == Some(wanted) || inputs.obs.scene.as_ref() == Some(wanted) {
            return None;
        }
        Some(Effect::Switch { to: self.place, reason: self.why.clone() })
    }

    /// Down: to OFFLINE when nothing usable arrives, to LOW when too little does.
    fn fall(&self, now: Mono, inputs: Inputs<'_>) -> Option<(Place, String)> {
        let due = |at: Option<Mono>| at.is_some_and(|at| at <= now);
        if due(self.offline_due(inputs)) {
            return Some((Place::Offline, self.offline_reason(now)));
        }
        if due(self.low_due(inputs.rules)) {
            return Some((Place::Low, self.reason_for(now, self.since.weak)));
        }
        None
    }

    fn next_fall(&self, inputs: Inputs<'_>) -> Option<(Place, Mono)> {
        let offline = self.offline_due(inputs).map(|due| (Place::Offline, due));
        let low = self.low_due(inputs.rules).map(|due| (Place::Low, due));
        offline.into_iter().chain(low).min_by_key(|(_, due)| *due)
    }

    fn offline_due(&self, inputs: Inputs<'_>) -> Option<Mono> {
        if self.place == Place::Offline {
            return None;
        }
        let rules = inputs.rules;
        let lost = self.since.lost.map(|at| at + rules.stall_after);
        match self.verdict.class {
            Class::Absent => lost.into_iter().chain(self.since.absent.map(|at| at + rules.absent_after)).min(),
            Class::Stalled | Class::Bad | Class::Warming => lost,
            Class::Unknown => self.unwitnessed_due(inputs.rules),
            _ => None,
        }
    }

    /// Unreadable statistics are no verdict. Only when OBS's own media source stands still too is
    /// the feed gone; a source that moves, or that nobody can see, leaves the scene alone.
    fn unwitnessed_due(&self, rules: &Rules) -> Option<Mono> {
        let (unknown, still) = (self.since.unknown?, self.since.still?);
        Some((unknown + rules.unknown_hold).max(still + rules.stall_after))
    }

    fn low_due(&self, rules: &Rules) -> Option<Mono> {
        if self.place != Place::Live || self.verdict.class == Class::Unknown {
            return None;
        }
        let earliest = self.entered + rules.dwell;
        if self.measured.running_dry && self.verdict.class == Class::Low {
            return Some(earliest);
        }
        let long = self.since.weak.map(|at| at + rules.low_after);
        let short = self.since.severe.map(|at| at + rules.low_after_severe);
        long.into_iter().chain(short).min().map(|at| at.max(earliest))
    }

    /// Up: to LIVE when the feed has been good for the hold, from OFFLINE to LOW when it is there at all.
    fn recover(&self, now: Mono, inputs: Inputs<'_>) -> Option<(Place, String)> {
        let (to, due) = self.recovery_due(inputs)?;
        if due > now || (to == Place::Live && self.picture_is_missing(now, inputs)) {
            return None;
        }
        let since = if to == Place::Live { self.since.good } else { self.since.usable };
        Some((to, self.reason_for(now, since)))
    }

    fn recovery_due(&self, inputs: Inputs<'_>) -> Option<(Place, Mono)> {
        let rules = inputs.rules;
        let hold = |base: Millis| self.flaps.stretch(base, rules);
        let (to, due, dwell) = match (self.place, self.verdict.class) {
            (Place::Low, Class::Good) => (Place::Live, self.since.good? + hold(rules.recover_low), rules.dwell),
            (Place::Offline, Class::Good) => {
                (Place::Live, self.since.good? + hold(rules.recover_offline), rules.dwell_offline)
            }
            (Place::Offline, Class::Low | Class::Mid) => {
                (Place::Low, self.since.usable? + hold(rules.offline_to_low), rules.dwell)
            }
            _ => return None,
        };
        Some((to, due.max(self.entered + dwell).max(self.hold_until)))
    }

    /// OBS still shows a dead picture although the ingest is good: its media source is reconnecting.
    /// Waited for from OFFLINE only, and not for ever.
    fn picture_is_missing(&self, now: Mono, inputs: Inputs<'_>) -> bool {
        let patient = self.since.good.is_some_and(|at| now.since(at) < PICTURE_PATIENCE);
        self.place == Place::Offline && inputs.obs.media_moving == Some(false) && patient
    }

    fn offline_reason(&self, now: Mono) -> String {
        match self.verdict.class {
            Class::Unknown => {
                format!("{}, and the picture in OBS stands still", self.reason_for(now, self.since.unknown))
            }
            Class::Absent => self.reason_for(now, self.since.absent),
            _ => self.reason_for(now, self.since.lost),
        }
    }

    fn reason_for(&self, now: Mono, since: Option<Mono>) -> String {
        let lasting = since.map(|at| now.since(at)).filter(|span| span.0 >= 100);
        match lasting {
            Some(span) => format!("{} for {span}", self.verdict.reason),
            None => self.verdict.reason.clone(),
        }
    }
}
