//! The wish to start or stop recording. At most one at a time: the newest press counts. Never a
//! toggle, so that a wish that crosses another one does nothing.

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
    /// Everyone who pressed; the requests go out under the first.
    ids: Vec<Id>,
    /// Recording is wanted, or its end.
    on: bool,
    asked: Mono,
    sent: bool,
    accepted: bool,
    /// Refused because OBS is still at what was before; ask again at this moment.
    again: Option<Mono>,
}

impl Slot {
    pub(super) fn step(&mut self, view: &View<'_>, effects: &mut Vec<Effect>) {
        match view.input {
            Input::Asked(id, ObsOrder::StartRecord, _) => self.press(view, *id, true, effects),
            Input::Asked(id, ObsOrder::StopRecord, _) => self.press(view, *id, false, effects),
            _ => {}
        }
        let Some(wish) = &mut self.0 else { return };
        match wish.take_in(view, effects).or_else(|| wish.overdue(view)) {
            Some(outcome) => self.end(&outcome, effects),
            None => wish.send_if_needed(view, effects),
        }
    }

    pub(super) fn due(&self, limits: &Limits) -> Option<Mono> {
        let wish = self.0.as_ref()?;
        let end = wish.asked + limits.output;
        Some(wish.again.map_or(end, |again| again.min(end)))
    }

    fn press(&mut self, view: &View<'_>, id: Id, on: bool, effects: &mut Vec<Effect>) {
        if let Some(wish) = self.0.as_mut().filter(|wish| wish.on == on) {
            wish.ids.push(id);
            return;
        }
        let crossed = self.0.as_ref().is_some_and(|wish| wish.sent);
        self.end(&Outcome::Failed("Cancelled: the opposite was asked.".to_owned()), effects);
        if !crossed && is(view, on) {
            let text = if on { "Already recording." } else { "Nothing is being recorded." };
            effects.push(Effect::Answer(id, Outcome::Done(text.to_owned())));
            return;
        }
        self.0 = Some(Wish { ids: vec![id], on, asked: view.now, sent: false, accepted: false, again: None });
    }

    fn end(&mut self, outcome: &Outcome, effects: &mut Vec<Effect>) {
        let ids = self.0.take().map(|wish| wish.ids).unwrap_or_default();
        effects.extend(ids.into_iter().map(|id| Effect::Answer(id, outcome.clone())));
    }
}

impl Wish {
    fn id(&self) -> Id {
        self.ids.first().copied().unwrap_or_default()
    }

    /// Learns from the input; an outcome if it ends the wish.
    fn take_in(&mut self, view: &View<'_>, effects: &mut Vec<Effect>) -> Option<Outcome> {
        match view.input {
            Input::Accepted(id) if *id == self.id() => {
                self.accepted = true;
                self.again = Some(view.now + REPEAT);
                effects.push(Effect::Read);
            }
            Input::Refused(id, error) if *id == self.id() => return self.refused(view, error, effects),
            Input::Record if is(view, self.on) => return Some(self.done()),
            // After the acceptance the opposite is somebody's doing, or OBS could not.
            Input::Record if self.accepted => return Some(Outcome::Failed(self.undone().to_owned())),
            Input::Read if (self.sent || view.no_link().is_none()) && is(view, self.on) => return Some(self.done()),
            Input::Connected => {
                (self.sent, self.accepted, self.again) = (false, false, None);
                return is(view, self.on).then(|| self.done());
            }
            Input::Tick if self.again.is_some_and(|at| view.now >= at) => (self.sent, self.again) = (false, None),
            _ => {}
        }
        None
    }

    /// OBS says that it is so already, also for a moment after the opposite has begun; its state decides.
    fn refused(&mut self, view: &View<'_>, error: &ObsError, effects: &mut Vec<Effect>) -> Option<Outcome> {
        let says_it_is_so = if self.on { error.is_already_running() } else { error.is_not_running() };
        if !says_it_is_so {
            return Some(Outcome::Failed(format!("{error}.")));
        }
        self.again = Some(view.now + view.limits.retry);
        effects.push(Effect::Read);
        None
    }

    fn done(&self) -> Outcome {
        Outcome::Done(if self.on { "OBS is recording." } else { "The recording has ended." }.to_owned())
    }

    fn undone(&self) -> &'static str {
        if self.on {
            "The recording ended at once. Check the recording path and the free space in OBS."
        } else {
            "The recording was started again in OBS."
        }
    }

    fn overdue(&self, view: &View<'_>) -> Option<Outcome> {
        let limit = view.limits.output;
        if !view.is_over(self.asked, limit) {
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
        let request = if self.on { Request::StartRecord } else { Request::StopRecord };
        effects.push(Effect::Send(self.id(), request));
    }
}

/// Whether OBS says that it is so.
fn is(view: &View<'_>, on: bool) -> bool {
    view.obs.is_connected() && view.obs.recording == Some(on)
}
