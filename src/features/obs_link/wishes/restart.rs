//! The restart of the feed's media source: sent once, never again.

use super::{Effect, Id, Input, Limits, Request, View};
use crate::domain::command::{ObsOrder, Outcome};
use crate::domain::stream::Obs;
use crate::kit::units::Mono;

/// The restart, if there is one.
#[derive(Default)]
pub(super) struct Slot(Option<Restart>);

struct Restart {
    id: Id,
    asked: Mono,
    /// The picture moved when it was asked, so a moving picture confirms nothing.
    was_moving: bool,
}

impl Slot {
    pub(super) fn step(&mut self, view: &View<'_>, effects: &mut Vec<Effect>) {
        if let Input::Asked(id, ObsOrder::RestartMedia { .. }, _) = view.input {
            self.ask(view, *id, effects);
        }
        let Some(restart) = &self.0 else { return };
        if let Some(outcome) = restart.end(view) {
            effects.push(Effect::Answer(restart.id, outcome));
            self.0 = None;
        }
    }

    pub(super) fn due(&self, limits: &Limits) -> Option<Mono> {
        self.0.as_ref().map(|restart| restart.asked + limits.restart)
    }

    fn ask(&mut self, view: &View<'_>, id: Id, effects: &mut Vec<Effect>) {
        let under_way = self.0.as_ref().map(|_| "A restart of the media source is already under way.".to_owned());
        if let Some(reason) = view.no_link().or(under_way).or_else(|| no_media(view.obs)) {
            effects.push(Effect::Answer(id, Outcome::Failed(reason)));
            return;
        }
        self.0 = Some(Restart { id, asked: view.now, was_moving: is_moving(view.obs) });
        effects.push(Effect::Send(id, Request::Restart));
    }
}

impl Restart {
    fn end(&self, view: &View<'_>) -> Option<Outcome> {
        let name = view.obs.media.as_ref().map_or("the media source", |media| media.name.as_str());
        match view.input {
            Input::MediaPlays => return Some(Outcome::Done(format!("OBS restarted '{name}'."))),
            Input::Lost => {
                return Some(Outcome::Failed("The connection to OBS was lost. It is not asked again.".to_owned()));
            }
            Input::Refused(id, error) if *id == self.id => return Some(Outcome::Failed(format!("{error}."))),
            _ => {}
        }
        if !self.was_moving && is_moving(view.obs) {
            return Some(Outcome::Done(format!("'{name}' plays again.")));
        }
        let limit = view.limits.restart;
        view.is_over(self.asked, limit)
            .then(|| Outcome::TimedOut(format!("OBS was asked to restart '{name}', but nothing plays after {limit}.")))
    }
}

fn is_moving(obs: &Obs) -> bool {
    obs.media.as_ref().is_some_and(|media| media.moving == Some(true))
}

fn no_media(obs: &Obs) -> Option<String> {
    if obs.media.is_some() {
        return None;
    }
    Some(obs.media_note.clone().unwrap_or_else(|| "No media source in OBS plays the feed.".to_owned()))
}
