//! The wish to start or stop recording. At most one at a time: the newest press counts. Never a
//! toggle, so that a wish that crosses another one does nothing.

use super::press::{self, Goal, Press, Pressed};
use super::{Effect, Id, Input, Limits, Request, View};
use crate::adapters::obs::ObsError;
use crate::domain::command::{ObsOrder, Outcome};
use crate::kit::units::{Millis, Mono};

/// OBS takes a start in the moment after a stop and forgets it (30.2.3); it does no harm to ask again.
const REPEAT: Millis = Millis(2_000);

/// The wish, if there is one.
#[derive(Default)]
pub(super) struct Slot(Option<Wish>);

struct Wish {
    press: Press,
    sent: bool,
    accepted: bool,
    /// Refused because OBS is still at what was before; ask again at this moment.
    again: Option<Mono>,
}

impl Slot {
    pub(super) fn step(&mut self, view: &View<'_>, effects: &mut Vec<Effect>) {
        match view.input {
            Input::Asked(id, ObsOrder::StartRecord, _) => self.press(view, *id, Goal::Start, effects),
            Input::Asked(id, ObsOrder::StopRecord, _) => self.press(view, *id, Goal::Stop, effects),
            _ => {}
        }
        let Some(wish) = &mut self.0 else { return };
        match wish.take_in(view, effects).or_else(|| wish.overdue(view)) {
            Some(outcome) => press::end(&mut self.0, &outcome, effects),
            None => wish.send_if_needed(view, effects),
        }
    }

    pub(super) fn due(&self, limits: &Limits) -> Option<Mono> {
        let wish = self.0.as_ref()?;
        let end = wish.press.asked + limits.output;
        Some(wish.again.map_or(end, |again| again.min(end)))
    }

    fn press(&mut self, view: &View<'_>, id: Id, goal: Goal, effects: &mut Vec<Effect>) {
        let Some(crossed) = press::press(&mut self.0, id, goal, effects) else { return };
        if !crossed && is(view, goal) {
            let text = match goal {
                Goal::Start => "Already recording.",
                Goal::Stop => "Nothing is being recorded.",
            };
            effects.push(Effect::Answer(id, Outcome::Done(text.to_owned())));
            return;
        }
        self.0 = Some(Wish { press: Press::new(id, goal, view.now), sent: false, accepted: false, again: None });
    }
}

impl Pressed for Wish {
    fn press(&mut self) -> &mut Press {
        &mut self.press
    }

    fn is_sent(&self) -> bool {
        self.sent
    }
}

impl Wish {
    /// Learns from the input; an outcome if it ends the wish.
    fn take_in(&mut self, view: &View<'_>, effects: &mut Vec<Effect>) -> Option<Outcome> {
        match view.input {
            Input::Accepted(id) if *id == self.press.id() => {
                self.accepted = true;
                self.again = Some(view.now + REPEAT);
                effects.push(Effect::Read);
            }
            Input::Refused(id, error) if *id == self.press.id() => return self.refused(view, error, effects),
            Input::Record if is(view, self.press.goal) => return Some(self.done()),
            // After the acceptance the opposite is somebody's doing, or OBS could not.
            Input::Record if self.accepted => return Some(Outcome::Failed(self.undone().to_owned())),
            Input::Read if (self.sent || view.no_link().is_none()) && is(view, self.press.goal) => {
                return Some(self.done());
            }
            Input::Connected => {
                (self.sent, self.accepted, self.again) = (false, false, None);
                return is(view, self.press.goal).then(|| self.done());
            }
            Input::Tick if self.again.is_some_and(|at| view.now >= at) => (self.sent, self.again) = (false, None),
            _ => {}
        }
        None
    }

    /// OBS says that it is so already, also for a moment after the opposite has begun; its state decides.
    fn refused(&mut self, view: &View<'_>, error: &ObsError, effects: &mut Vec<Effect>) -> Option<Outcome> {
        let says_it_is_so = match self.press.goal {
            Goal::Start => error.is_already_running(),
            Goal::Stop => error.is_not_running(),
        };
        if !says_it_is_so {
            return Some(Outcome::Failed(format!("{error}.")));
        }
        self.again = Some(view.now + view.limits.retry);
        effects.push(Effect::Read);
        None
    }

    fn done(&self) -> Outcome {
        let text = match self.press.goal {
            Goal::Start => "OBS is recording.",
            Goal::Stop => "The recording has ended.",
        };
        Outcome::Done(text.to_owned())
    }

    fn undone(&self) -> &'static str {
        match self.press.goal {
            Goal::Start => "The recording ended at once. Check the recording path and the free space in OBS.",
            Goal::Stop => "The recording was started again in OBS.",
        }
    }

    fn overdue(&self, view: &View<'_>) -> Option<Outcome> {
        let limit = view.limits.output;
        if !view.is_over(self.press.asked, limit) {
            return None;
        }
        Some(match view.no_link() {
            Some(reason) => Outcome::Failed(reason),
            None => Outcome::TimedOut(format!("OBS did not confirm it within {limit}. Look at OBS.")),
        })
    }

    fn send_if_needed(&mut self, view: &View<'_>, effects: &mut Vec<Effect>) {
        if self.sent || !view.obs.is_connected() {
            return;
        }
        self.sent = true;
        let request = match self.press.goal {
            Goal::Start => Request::StartRecord,
            Goal::Stop => Request::StopRecord,
        };
        effects.push(Effect::Send(self.press.id(), request));
    }
}

/// Whether OBS says that it is so.
fn is(view: &View<'_>, goal: Goal) -> bool {
    view.obs.is_connected() && view.obs.recording == Some(goal == Goal::Start)
}
