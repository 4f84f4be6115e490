//! What the wishes of people for a start or a stop share: everyone who pressed the same waits for one
//! answer, and a contrary press ends the wish that stands.

use super::{Effect, Id};
use crate::domain::command::{OPPOSITE_ASKED, Outcome};
use crate::kit::units::Mono;

/// What is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goal {
    Start,
    Stop,
}

/// Who pressed, for what, and when first.
pub(super) struct Press {
    ids: Vec<Id>,
    pub(super) goal: Goal,
    pub(super) asked: Mono,
}

impl Press {
    pub(super) fn new(id: Id, goal: Goal, asked: Mono) -> Self {
        Self { ids: vec![id], goal, asked }
    }

    /// The requests go out under the first who pressed.
    pub(super) fn id(&self) -> Id {
        self.ids.first().copied().unwrap_or_default()
    }
}

/// A wish that stands on presses.
pub(super) trait Pressed {
    fn press(&mut self) -> &mut Press;

    /// A request went out, and OBS may yet follow it.
    fn is_sent(&self) -> bool;
}

/// Puts one more press to the wish that stands, if it is for the same. Else that wish ends, and the
/// answer tells whether a request of it is still on its way.
pub(super) fn press<W: Pressed>(slot: &mut Option<W>, id: Id, goal: Goal, effects: &mut Vec<Effect>) -> Option<bool> {
    if let Some(same) = slot.as_mut().map(Pressed::press).filter(|press| press.goal == goal) {
        same.ids.push(id);
        return None;
    }
    let crossed = slot.as_ref().is_some_and(Pressed::is_sent);
    end(slot, &Outcome::Failed(OPPOSITE_ASKED.to_owned()), effects);
    Some(crossed)
}

/// Ends the wish, if one stands: all who pressed hear of it.
pub(super) fn end<W: Pressed>(slot: &mut Option<W>, outcome: &Outcome, effects: &mut Vec<Effect>) {
    let ids = slot.take().map(|mut wish| std::mem::take(&mut wish.press().ids)).unwrap_or_default();
    effects.extend(ids.into_iter().map(|id| Effect::Answer(id, outcome.clone())));
}
