//! Orders that name a thing in OBS: a source of a scene, a scene collection. Read what there is,
//! find the one that is meant, set it, read again. Asked once: nothing is toggled blindly, and nothing
//! is sent again after a reconnect.

use super::{Effect, Id, Input, Limits, Request, View};
use crate::domain::chat_rules::fuzzy::{Meant, meant};
use crate::domain::command::{ObsOrder, Outcome};
use crate::domain::ids::SceneName;
use crate::domain::people::Origin;
use crate::kit::text;
use crate::kit::units::{Millis, Mono};

/// What there is to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum List {
    /// The sources of a scene.
    Items(SceneName),
    /// The scene collections.
    Collections,
}

/// One of it, as OBS has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its name.
    pub name: String,
    /// OBS's `sceneItemId`; 0 for a collection.
    pub id: i64,
    /// It is visible; it is the collection in use.
    pub on: bool,
}

/// Those that are under way.
#[derive(Default)]
pub(super) struct Slot {
    wishes: Vec<Wish>,
    /// Who asked for another collection, and until when a new scene counts as theirs.
    claim: Option<(Origin, Mono)>,
}

struct Wish {
    id: Id,
    list: List,
    name: String,
    on: Option<bool>,
    asked: Mono,
    stage: Stage,
}

enum Stage {
    Reading,
    Setting(Choice),
    Checking(Choice),
}

impl Slot {
    pub(super) fn step(&mut self, view: &View<'_>, effects: &mut Vec<Effect>) {
        match view.input {
            Input::Asked(id, ObsOrder::SetSourceVisible { scene, item, visible }, _) => {
                let list = scene.clone().or_else(|| view.obs.scene.clone()).map(List::Items);
                self.ask(view, *id, list, item, *visible, effects);
            }
            Input::Asked(id, ObsOrder::SetCollection { name }, by) => {
                self.claim = Some(((*by).clone(), view.now + view.limits.output));
                self.ask(view, *id, Some(List::Collections), name, Some(true), effects);
            }
            _ => {}
        }
        self.wishes.retain_mut(|wish| match wish.take_in(view, effects).or_else(|| wish.overdue(view)) {
            Some(outcome) => {
                if let (List::Collections, Some((_, until))) = (&wish.list, &mut self.claim) {
                    *until = view.now + if outcome.is_done() { view.limits.switch } else { Millis(0) };
                }
                effects.push(Effect::Answer(wish.id, outcome));
                false
            }
            None => true,
        });
    }

    /// Who is behind a scene that came with another collection; the claim is used up.
    pub(super) fn author(&mut self, now: Mono) -> Option<Origin> {
        self.claim.take().filter(|(_, until)| now < *until).map(|(by, _)| by)
    }

    pub(super) fn due(&self, limits: &Limits) -> Option<Mono> {
        self.wishes.iter().map(|wish| wish.asked + limits.output).min()
    }

    fn ask(
        &mut self,
        view: &View<'_>,
        id: Id,
        list: Option<List>,
        name: &str,
        on: Option<bool>,
        effects: &mut Vec<Effect>,
    ) {
        let refusal =
            view.no_link().or_else(|| list.is_none().then(|| "OBS does not say which scene is on.".to_owned()));
        match (refusal, list) {
            (None, Some(list)) => {
                effects.push(Effect::Send(id, Request::List(list.clone())));
                let name = name.to_owned();
                self.wishes.push(Wish { id, list, name, on, asked: view.now, stage: Stage::Reading });
            }
            (refusal, _) => effects.push(Effect::Answer(id, Outcome::Failed(refusal.unwrap_or_default()))),
        }
    }
}

impl Wish {
    fn take_in(&mut self, view: &View<'_>, effects: &mut Vec<Effect>) -> Option<Outcome> {
        match view.input {
            Input::Listed(id, choices) if *id == self.id => self.listed(choices, effects),
            Input::Accepted(id) if *id == self.id => {
                if let Stage::Setting(choice) = &self.stage {
                    self.stage = Stage::Checking(choice.clone());
                    effects.push(Effect::Send(self.id, Request::List(self.list.clone())));
                }
                None
            }
            Input::Refused(id, error) if *id == self.id => Some(Outcome::Failed(format!("{error}."))),
            Input::Lost => Some(Outcome::Failed("The connection to OBS was lost. It is not asked again.".to_owned())),
            _ => None,
        }
    }

    fn listed(&mut self, choices: &[Choice], effects: &mut Vec<Effect>) -> Option<Outcome> {
        match &self.stage {
            Stage::Reading => match self.find(choices) {
                Ok(choice) if self.on == Some(choice.on) => Some(Outcome::Done(self.now_is(&choice))),
                Ok(choice) => {
                    let wanted = Choice { on: !choice.on, ..choice };
                    effects.push(Effect::Send(self.id, self.request(&wanted)));
                    self.stage = Stage::Setting(wanted);
                    None
                }
                Err(why) => Some(Outcome::Failed(why)),
            },
            Stage::Setting(_) => None,
            Stage::Checking(wanted) if choices.contains(wanted) => Some(Outcome::Done(self.now_is(wanted))),
            Stage::Checking(wanted) => {
                Some(Outcome::Failed(format!("OBS took the order, but '{}' did not change.", wanted.name)))
            }
        }
    }

    fn find(&self, choices: &[Choice]) -> Result<Choice, String> {
        let names: Vec<&str> = choices.iter().map(|choice| choice.name.as_str()).collect();
        let wanted = text::excerpt(&self.name, 60);
        match meant(&self.name, &names) {
            Meant::One(name) => {
                let found = choices.iter().find(|choice| choice.name == name);
                found.cloned().ok_or_else(|| format!("There is no '{wanted}' in OBS."))
            }
            Meant::Several(names) => {
                let names: Vec<String> =
                    names.iter().take(6).map(|name| format!("'{}'", text::excerpt(name, 60))).collect();
                Err(format!("Which one? {}.", text::one_of(&names)))
            }
            Meant::None => Err(match &self.list {
                List::Items(scene) => format!("There is no source '{wanted}' in the scene '{scene}'."),
                List::Collections => format!("There is no scene collection '{wanted}' in OBS."),
            }),
        }
    }

    fn request(&self, wanted: &Choice) -> Request {
        match &self.list {
            List::Items(scene) => Request::ShowItem(scene.clone(), wanted.id, wanted.on),
            List::Collections => Request::SetCollection(wanted.name.clone()),
        }
    }

    fn now_is(&self, choice: &Choice) -> String {
        match (&self.list, choice.on) {
            (List::Items(_), true) => format!("'{}' is shown.", choice.name),
            (List::Items(_), false) => format!("'{}' is hidden.", choice.name),
            (List::Collections, _) => format!("OBS uses the scene collection '{}'.", choice.name),
        }
    }

    fn overdue(&self, view: &View<'_>) -> Option<Outcome> {
        let limit = view.limits.output;
        let text = || format!("OBS did not confirm it within {limit}. Look at OBS.");
        view.is_over(self.asked, limit).then(|| Outcome::TimedOut(text()))
    }
}
