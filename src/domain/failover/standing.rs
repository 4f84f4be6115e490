//! Why the machine acts or does not act at a moment.

use super::machine::{Inputs, Machine};
use super::rules::Frozen;
use super::{Class, Place};
use crate::domain::ids::FeedId;
use crate::kit::units::{Millis, Mono};

/// Why the machine acts or does not act at this moment.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// OBS cannot be read.
    NoObs,
    /// OBS does not stream.
    NotStreaming,
    /// A person paused automation.
    Paused,
    /// The privacy scene is on; only a person leaves it.
    Privacy,
    /// The starting scene is on, and the first good feed leads to LIVE.
    Beginning,
    /// The program scene is outside the managed set.
    NotManaged(String),
    /// The scene that is wanted does not exist in OBS.
    SceneMissing(Place),
    /// A person chose the scene; it is left alone until then.
    HumanHold,
    /// The stream has just begun; nothing is switched yet.
    StartGrace {
        /// For how long.
        left: Millis,
    },
    /// The feed cannot be measured; the scene is left alone.
    Unknown(String),
    /// The feed came and went too often: LOW stays on until it has been good for a while.
    Unsteady {
        /// When LIVE may return, if it stays good; `None` while it is not.
        left: Option<Millis>,
    },
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
    /// A feed that comes first is good again and takes over if it stays so.
    Preferring {
        /// The feed.
        feed: FeedId,
        /// How long it must stay so.
        left: Millis,
    },
    /// Bytes arrive, but the picture in OBS has stood still for so long; it is only told.
    Frozen(Millis),
    /// The right scene is on; nothing is to be done.
    Settled,
}

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
