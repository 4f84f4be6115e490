//! The bounds of what the machine does by itself: the begin and the end of a stream, what a person
//! chose, the privacy scene, and the stop for want of a feed.

use super::machine::{Effect, Inputs, Machine, Shot, Spot};
use super::timers::Flaps;
use super::{Class, Place};
use crate::kit::units::Mono;

impl Machine {
    /// Notices the stream's begin and its end, where the rules say that the past is forgotten.
    pub(super) fn follow_stream(&mut self, now: Mono, inputs: Inputs<'_>) {
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

    /// What a person chose is left alone for a while, whatever it is.
    pub(super) fn human_switched(&mut self, now: Mono, inputs: Inputs<'_>) -> bool {
        let switches = inputs.obs.human_switches;
        let changed = self.last_switches.is_some_and(|last| last != switches);
        self.last_switches = Some(switches);
        if changed {
            (self.stand_in, self.hold_until) = (None, now + inputs.rules.grace);
        }
        changed
    }

    /// The privacy scene is left by people alone. An order of ours that was under way when it came on
    /// may still take it away: then it is brought back.
    pub(super) fn keep_private(&mut self, human: bool, inputs: Inputs<'_>) -> Option<Vec<Effect>> {
        let shown = inputs.obs.scene.as_ref().filter(|_| inputs.obs.live.is_some());
        let privacy = inputs.scenes.privacy.as_ref();
        let is_on = privacy.is_some() && shown == privacy;
        self.private = is_on || (self.private && !human && shown.is_some());
        let scene = privacy.filter(|scene| self.private && inputs.scenes.has(scene))?.clone();
        (self.armed, self.stand_in) = (false, None);
        // Another order under way is replaced before it can take the scene away.
        let settled = inputs.switching.map_or(is_on, |ordered| *ordered == scene);
        let reason = "a person chose it, and only a person leaves it".to_owned();
        Some(if settled { Vec::new() } else { vec![Effect::Switch { scene, reason }] })
    }

    /// The first good feed of a show leads from the starting scene to LIVE.
    pub(super) fn begin(&mut self, now: Mono, inputs: Inputs<'_>) -> Vec<Effect> {
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
        due.map(|(feed, due)| (feed, due.max(self.grace_until).max(self.hold_until)))
            .min_by_key(|(feed, due)| (*due, inputs.lineup.rank(*feed)))
    }

    pub(super) fn give_up(&mut self, now: Mono, inputs: Inputs<'_>) -> Option<Effect> {
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
        let alone = self.heir(inputs).is_none();
        (applies && lost && alone && !self.stop_asked).then(|| self.entered + span)
    }
}
