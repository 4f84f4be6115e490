//! Which of the reasons holds at a moment.

use super::machine::{Inputs, Machine};
use super::rules::Frozen;
use super::standing::Standing;
use super::{Class, Place};
use crate::kit::units::Mono;

impl Machine {
    /// Why the machine acts or does not act.
    pub fn standing(&self, now: Mono, inputs: Inputs<'_>) -> Standing {
        if inputs.paused {
            return Standing::Paused;
        }
        let (live, scene) = (inputs.obs.live, &inputs.obs.scene);
        match (live, scene) {
            (None, _) => return Standing::NoObs,
            (Some(_), Some(scene)) if inputs.scenes.privacy.as_ref() == Some(scene) => return Standing::Privacy,
            _ if !inputs.is_on() => return Standing::NotStreaming,
            (_, None) => return Standing::NoObs,
            (_, Some(_)) if self.waits_to_begin(inputs) && !self.armed => return Standing::Beginning,
            (_, Some(scene)) if !self.armed => return Standing::NotManaged(scene.to_string()),
            _ => {}
        }
        self.standing_while_armed(now, inputs)
    }

    fn standing_while_armed(&self, now: Mono, inputs: Inputs<'_>) -> Standing {
        let cast = self.cast(inputs.scenes, inputs.lineup);
        if cast.scene(self.spot.place).is_none() {
            return Standing::SceneMissing(self.spot.place);
        }
        let fall = self.next_fall(now, inputs);
        if self.verdict().class == Class::Unknown && fall.is_none() {
            return Standing::Unknown(self.verdict().reason.clone());
        }
        if now < self.hold_until {
            return Standing::HumanHold;
        }
        if now < self.grace_until {
            return Standing::StartGrace { left: self.grace_until.since(now) };
        }
        let recovery = self.recovery_due(now, inputs);
        if self.unsteady && self.spot.place == Place::Low {
            return Standing::Unsteady { left: recovery.map(|(.., due)| due.since(now)) };
        }
        if let Some((feed, Place::Live, due)) = recovery {
            let waits = self.spot.place == Place::Offline && self.picture_is_missing(now, feed);
            return Standing::Recovering { left: due.since(now), for_picture: due <= now && waits };
        }
        match fall {
            Some((to, _)) if cast.scene(to).is_none() => Standing::SceneMissing(to),
            Some((_, due)) => Standing::Falling { left: due.since(now) },
            None => self.standing_at_ease(now, inputs),
        }
    }

    fn standing_at_ease(&self, now: Mono, inputs: Inputs<'_>) -> Standing {
        if let Some((feed, due)) = self.preferred(inputs).filter(|_| inputs.lineup.is_several()) {
            return Standing::Preferring { feed: self.watches[feed].id().clone(), left: due.since(now) };
        }
        let told = inputs.rules.frozen_picture != Frozen::Switch && self.spot.place == Place::Live;
        let arrives = matches!(self.verdict().class, Class::Mid | Class::Good);
        self.current().frozen_for().filter(|_| told && arrives).map_or(Standing::Settled, Standing::Frozen)
    }
}
