//! Which show is which: the one that a stop is meant for, and the one that OBS tells of.

use super::after;
use crate::domain::stream::{Obs, Output};
use crate::kit::units::{Millis, UnixMs};
use serde::{Deserialize, Serialize};

/// Two beginnings closer than this are one: a beginning is computed from a duration that travels.
pub(super) const SAME: Millis = Millis(5_000);
/// A computed beginning is off by less. Nobody ends a show and begins the next one in this time.
pub(super) const NOISE: Millis = Millis(1_000);
/// OBS counts the duration in frames, which lags behind the clock by the hundredth at most.
const DRIFT: f64 = 0.01;
/// More than this is never taken for drift.
const MOST_DRIFT: Millis = Millis(120_000);

/// The show that a stop is meant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Show {
    /// When it began, by OBS's own output duration; `None` when OBS was away at the raid.
    pub began: Option<UnixMs>,
    /// When the raid went out. A show that began later is another one.
    pub raided: UnixMs,
}

impl Show {
    /// Whether the show that began then is this one. In doubt it is not.
    pub fn is(&self, began: UnixMs) -> bool {
        let Some(known) = self.began else { return began <= after(self.raided, NOISE) };
        let apart = Millis(known.0.abs_diff(began.0));
        let drift = self.raided.since(known).scale(DRIFT).min(MOST_DRIFT);
        apart <= SAME || (apart <= drift && began <= self.raided)
    }

    /// Told by a clock that was set on or back by this much since.
    pub(super) fn shifted(self, jump: i64) -> Self {
        Self { began: self.began.map(|began| shifted(began, jump)), raided: shifted(self.raided, jump) }
    }
}

/// A moment by a clock that was set on or back by this much since.
pub(super) fn shifted(at: UnixMs, jump: i64) -> UnixMs {
    UnixMs(at.0.saturating_add(jump))
}

/// The show as OBS tells of it now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// This one, and when it began.
    Same(UnixMs),
    /// Another one, and when it began, where it runs already.
    Another(Option<UnixMs>),
    /// None runs.
    Over,
    Unknown,
}

impl Seen {
    pub(super) fn of(obs: &Obs, show: &Show) -> Self {
        if !obs.is_connected() {
            return Seen::Unknown;
        }
        match (obs.output, obs.live_since) {
            (None, _) => Seen::Unknown,
            (Some(Output::Stopped), _) => Seen::Over,
            (Some(Output::Starting), _) => Seen::Another(None),
            (Some(_), None) => Seen::Unknown,
            (Some(_), Some(began)) if show.is(began) => Seen::Same(began),
            (Some(_), Some(began)) => Seen::Another(Some(began)),
        }
    }

    pub(super) fn is_over(self) -> bool {
        matches!(self, Seen::Over | Seen::Another(_))
    }
}

/// When the show began that OBS tells of. What was known before OBS went away may be of the show before.
pub(super) fn on_air(obs: &Obs) -> Option<UnixMs> {
    obs.live_since.filter(|_| obs.is_live() == Some(true))
}
