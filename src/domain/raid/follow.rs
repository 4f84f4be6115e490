//! What follows on a raid: nothing, a question, or the end of the show.

use super::asking::Asking;
use super::ending::Ending;
use super::show::shifted;
use super::{Asked, Stage, Wish};
use crate::kit::units::Mono;

#[derive(Clone, Debug, Default)]
pub(super) enum Follow {
    #[default]
    Nothing,
    Asking(Asking),
    Ending(Ending),
}

impl Follow {
    /// When the next look is needed at the latest.
    pub(super) fn due(&self, now: Mono) -> Option<Mono> {
        match self {
            Follow::Nothing => None,
            Follow::Asking(asking) => Some(asking.until),
            Follow::Ending(ending) => Some(ending.due(now)),
        }
    }

    /// What is to outlive the daemon, told by a clock that was set by this much.
    pub(super) fn kept(&self, jump: i64) -> (Option<Asked>, Option<Wish>) {
        match self {
            Follow::Nothing => (None, None),
            Follow::Asking(asking) => (Some(asking.kept(jump)), None),
            Follow::Ending(ending) => (None, Some(ending.kept(jump))),
        }
    }

    pub(super) fn view(&self, now: Mono) -> Option<Stage> {
        match self {
            Follow::Nothing => None,
            Follow::Asking(asking) => Some(asking.view()),
            Follow::Ending(ending) => Some(ending.view(now)),
        }
    }

    /// The clock was set: what is still to come is told by the new time.
    pub(super) fn shift_moments(&mut self, jump: i64) {
        match self {
            Follow::Nothing => {}
            Follow::Asking(asking) => asking.until_unix = shifted(asking.until_unix, jump),
            Follow::Ending(ending) => ending.shift_moments(jump),
        }
    }

    /// OBS tells its show by the new time as well.
    pub(super) fn shift_show(&mut self, jump: i64) {
        match self {
            Follow::Nothing => {}
            Follow::Asking(asking) => asking.show = asking.show.shifted(jump),
            Follow::Ending(ending) => ending.wish.show = ending.wish.show.shifted(jump),
        }
    }
}
