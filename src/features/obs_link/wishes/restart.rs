//! The restart of a feed's media source: sent once, never again; at most one at a time for each source.

use super::{Effect, Id, Input, Limits, Request, View};
use crate::domain::command::{ObsOrder, Outcome};
use crate::domain::ids::FeedId;
use crate::domain::stream::{MediaInput, Obs};
use crate::kit::units::Mono;

/// The restarts that are under way.
#[derive(Default)]
pub(super) struct Slot(Vec<Restart>);

struct Restart {
    id: Id,
    name: String,
    asked: Mono,
    /// The picture moved when it was asked, so a moving picture confirms nothing.
    was_moving: bool,
}

impl Slot {
    pub(super) fn step(&mut self, view: &View<'_>, effects: &mut Vec<Effect>) {
        if let Input::Asked(id, ObsOrder::RestartMedia { feed }, _) = view.input {
            self.ask(view, *id, feed.as_ref(), effects);
        }
        self.0.retain(|restart| match restart.end(view) {
            Some(outcome) => {
                effects.push(Effect::Answer(restart.id, outcome));
                false
            }
            None => true,
        });
    }

    pub(super) fn due(&self, limits: &Limits) -> Option<Mono> {
        self.0.iter().map(|restart| restart.asked + limits.restart).min()
    }

    fn ask(&mut self, view: &View<'_>, id: Id, feed: Option<&FeedId>, effects: &mut Vec<Effect>) {
        match self.source(view, feed) {
            Ok(media) => {
                let (name, was_moving) = (media.name.clone(), media.moving == Some(true));
                effects.push(Effect::Send(id, Request::Restart(name.clone())));
                self.0.push(Restart { id, name, asked: view.now, was_moving });
            }
            Err(reason) => effects.push(Effect::Answer(id, Outcome::Failed(reason))),
        }
    }

    /// The source to restart, or why none can be.
    fn source<'a>(&self, view: &View<'a>, feed: Option<&FeedId>) -> Result<&'a MediaInput, String> {
        if let Some(reason) = view.no_link() {
            return Err(reason);
        }
        let found = feed.map_or_else(|| view.obs.media.first(), |feed| view.obs.media_of(feed));
        let media = found.ok_or_else(|| no_media(view.obs, feed))?;
        match self.0.iter().any(|restart| restart.name == media.name) {
            true => Err("A restart of the media source is already under way.".to_owned()),
            false => Ok(media),
        }
    }
}

impl Restart {
    fn end(&self, view: &View<'_>) -> Option<Outcome> {
        let name = &self.name;
        match view.input {
            Input::MediaPlays(played) if played == name => {
                return Some(Outcome::Done(format!("OBS restarted '{name}'.")));
            }
            Input::Lost => {
                return Some(Outcome::Failed("The connection to OBS was lost. It is not asked again.".to_owned()));
            }
            Input::Refused(id, error) if *id == self.id => return Some(Outcome::Failed(format!("{error}."))),
            _ => {}
        }
        if !self.was_moving && self.is_moving(view.obs) {
            return Some(Outcome::Done(format!("'{name}' plays again.")));
        }
        let limit = view.limits.restart;
        view.is_over(self.asked, limit)
            .then(|| Outcome::TimedOut(format!("OBS was asked to restart '{name}', but nothing plays after {limit}.")))
    }

    fn is_moving(&self, obs: &Obs) -> bool {
        obs.media.iter().any(|media| media.name == self.name && media.moving == Some(true))
    }
}

fn no_media(obs: &Obs, feed: Option<&FeedId>) -> String {
    let note =
        feed.map_or_else(|| obs.media_notes.first().map(|(_, note)| note.as_str()), |feed| obs.media_note_of(feed));
    note.unwrap_or("No media source in OBS plays the feed.").to_owned()
}
