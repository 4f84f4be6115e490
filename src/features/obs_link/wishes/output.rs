//! The wish to start or stop the stream. At most one at a time: the newest press of a person counts.

use super::press::{self, Goal, Press, Pressed};
use super::{Effect, Id, Input, Limits, Request, View};
use crate::adapters::obs::ObsError;
use crate::domain::command::{ObsOrder, Outcome};
use crate::domain::stream::Output;
use crate::kit::units::{Millis, Mono};

/// For so long a read may still tell the state from before a contrary press.
const STALE: Millis = Millis(1000);

/// The wish, if there is one.
#[derive(Default)]
pub(super) struct Slot(Option<Wish>);

struct Wish {
    press: Press,
    sent: bool,
    accepted: bool,
    /// OBS reported that it is on its way.
    turned: bool,
    /// Do not send before OBS says something new.
    held: bool,
    /// Looked for the reason of a refusal once already.
    looked: bool,
    /// A contrary request is still on its way, so the cell may speak of the past; look again at this moment.
    unsettled: Option<Mono>,
    /// It ends with the connection.
    this_show: bool,
}

impl Slot {
    pub(super) fn step(&mut self, view: &View<'_>, effects: &mut Vec<Effect>) {
        match view.input {
            Input::Asked(id, ObsOrder::StartStream, _) => self.press(view, *id, Goal::Start, effects),
            Input::Asked(id, ObsOrder::StopStream, _) => self.press(view, *id, Goal::Stop, effects),
            Input::Asked(id, ObsOrder::StopShow, _) => self.press_for_this_show(view, *id, effects),
            _ => {}
        }
        let Some(wish) = &mut self.0 else { return };
        match wish.take_in(view, effects).or_else(|| wish.fulfilled(view)).or_else(|| wish.overdue(view)) {
            Some(outcome) => press::end(&mut self.0, &outcome, effects),
            None => wish.send_if_needed(view, effects),
        }
    }

    pub(super) fn due(&self, limits: &Limits) -> Option<Mono> {
        let wish = self.0.as_ref()?;
        let end = wish.press.asked + limits.output;
        Some(wish.unsettled.map_or(end, |look| look.min(end)))
    }

    fn press(&mut self, view: &View<'_>, id: Id, goal: Goal, effects: &mut Vec<Effect>) {
        let Some(crossed) = press::press(&mut self.0, id, goal, effects) else {
            self.0.iter_mut().for_each(|wish| wish.this_show = false);
            return;
        };
        let unsettled = crossed.then_some(view.now + STALE);
        match already(view, goal).filter(|_| unsettled.is_none()) {
            Some(text) => effects.push(Effect::Answer(id, Outcome::Done(text.to_owned()))),
            None => self.0 = Some(Wish::new(Press::new(id, goal, view.now), unsettled)),
        }
    }

    /// A stop that ends with the connection, unless a person wants it as well.
    fn press_for_this_show(&mut self, view: &View<'_>, id: Id, effects: &mut Vec<Effect>) {
        if let Some(reason) = view.no_link() {
            effects.push(Effect::Answer(id, Outcome::Failed(reason)));
            return;
        }
        let theirs = self.0.as_ref().is_some_and(|wish| wish.press.goal == Goal::Stop && !wish.this_show);
        self.press(view, id, Goal::Stop, effects);
        if let Some(wish) = self.0.as_mut().filter(|_| !theirs) {
            wish.this_show = true;
        }
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
    fn new(press: Press, unsettled: Option<Mono>) -> Self {
        let (sent, accepted, turned, held, looked) = (false, false, false, false, false);
        let this_show = false;
        Self { press, sent, accepted, turned, held, looked, unsettled, this_show }
    }

    /// Learns from the input; an outcome if it ends the wish.
    fn take_in(&mut self, view: &View<'_>, effects: &mut Vec<Effect>) -> Option<Outcome> {
        match view.input {
            Input::Accepted(id) if *id == self.press.id() => {
                self.accepted = true;
                effects.push(Effect::Read);
            }
            Input::Refused(id, error) if *id == self.press.id() => return self.refused(error, effects),
            Input::Output(report) => return self.heard(*report),
            Input::Lost if self.this_show => return view.no_link().map(Outcome::Failed),
            Input::Read => {
                self.held = false;
                self.unsettled = self.unsettled.filter(|_| !view.is_over(self.press.asked, STALE));
            }
            Input::Tick if self.unsettled.is_some_and(|look| view.now >= look) => {
                self.unsettled = Some(view.now + STALE);
                effects.push(Effect::Read);
            }
            Input::Connected => {
                (self.sent, self.accepted, self.turned) = (false, false, false);
                (self.held, self.unsettled) = (false, None);
            }
            _ => {}
        }
        None
    }

    fn refused(&mut self, error: &ObsError, effects: &mut Vec<Effect>) -> Option<Outcome> {
        let says_it_is_so = match self.press.goal {
            Goal::Start => error.is_already_running(),
            Goal::Stop => error.is_not_running(),
        };
        if !says_it_is_so {
            return Some(Outcome::Failed(format!("{error}.")));
        }
        // OBS says that already while it is still starting or stopping, so only its state decides.
        (self.sent, self.held) = (false, true);
        if !std::mem::replace(&mut self.looked, true) {
            effects.push(Effect::Read);
        }
        None
    }

    fn heard(&mut self, report: Output) -> Option<Outcome> {
        (self.held, self.unsettled) = (false, None);
        let under_way = self.accepted || self.turned;
        let text = match (self.press.goal, report) {
            (Goal::Start, Output::Starting) | (Goal::Stop, Output::Stopping) => {
                self.turned = true;
                return None;
            }
            (Goal::Start, Output::Stopped) if self.turned => {
                "OBS tried to start and stopped at once. Check the stream settings (server and key) in OBS."
            }
            (Goal::Start, Output::Stopped | Output::Stopping) => "The stream was stopped in OBS.",
            (Goal::Stop, Output::Starting) => "The stream was started again in OBS.",
            _ => return None,
        };
        under_way.then(|| Outcome::Failed(text.to_owned()))
    }

    fn fulfilled(&self, view: &View<'_>) -> Option<Outcome> {
        already(view, self.press.goal).filter(|_| self.unsettled.is_none())?;
        let text = match self.press.goal {
            Goal::Start => "OBS is streaming.",
            Goal::Stop => "The stream has ended.",
        };
        Some(Outcome::Done(text.to_owned()))
    }

    fn overdue(&self, view: &View<'_>) -> Option<Outcome> {
        if !view.is_over(self.press.asked, view.limits.output) {
            return None;
        }
        if let Some(reason) = view.no_link() {
            return Some(Outcome::Failed(reason));
        }
        let limit = view.limits.output;
        Some(Outcome::TimedOut(match (self.press.goal, self.turned) {
            (Goal::Start, false) if !self.sent => {
                format!("OBS is not through with the last stream after {limit}. Look at OBS.")
            }
            (Goal::Start, true) => format!("OBS has tried to start for {limit} without success. Look at OBS."),
            (Goal::Start, false) => format!(
                "OBS took the order but is not streaming after {limit}. Perhaps a dialog is open in OBS, or its stream settings are incomplete."
            ),
            (Goal::Stop, _) => format!("OBS took the order but has not stopped after {limit}. Look at OBS."),
        }))
    }

    fn send_if_needed(&mut self, view: &View<'_>, effects: &mut Vec<Effect>) {
        if self.sent || self.held || self.unsettled.is_some() || !view.obs.is_connected() {
            return;
        }
        let request = match (self.press.goal, view.obs.output) {
            // One that is forgotten could not be repeated: two starts on their way make OBS (30.2.3) connect
            // twice, and then neither may publish.
            (Goal::Start, Some(Output::Stopped)) if !view.obs.ending => Request::Start,
            (Goal::Stop, Some(Output::Starting | Output::Streaming | Output::Reconnecting)) => Request::Stop,
            _ => return,
        };
        self.sent = true;
        effects.push(Effect::Send(self.press.id(), request));
    }
}

/// What to say if OBS is where the goal wants it.
fn already(view: &View<'_>, goal: Goal) -> Option<&'static str> {
    if !view.obs.is_connected() {
        return None;
    }
    match (goal, view.obs.output?) {
        (Goal::Start, output) if output.is_live() => Some("Already streaming."),
        (Goal::Stop, Output::Stopped) => Some("The stream is not running."),
        _ => None,
    }
}
