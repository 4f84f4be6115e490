//! The scene switch that is asked and not confirmed: at most one, the newest.

use super::{Effect, Id, Input, Limits, Request, View};
use crate::adapters::obs::ObsError;
use crate::domain::command::{ObsOrder, Outcome};
use crate::domain::ids::SceneName;
use crate::domain::people::Origin;
use crate::domain::stream::Obs;
use crate::kit::text;
use crate::kit::units::{Millis, Mono};

/// Tries after the first.
const RETRIES: u32 = 3;

/// The switch, if there is one, and the scenes that may still turn up because we asked for them.
#[derive(Default)]
pub(super) struct Slot {
    switch: Option<Switch>,
    claims: Vec<Claim>,
}

struct Switch {
    id: Id,
    scene: SceneName,
    by_rule: bool,
    asked: Mono,
    tries: u32,
    state: State,
}

enum State {
    /// Sent, no answer yet.
    Sent,
    /// Accepted; look for the confirmation at this moment.
    Accepted(Mono),
    /// Refused; try again at this moment.
    Refused(Mono, String),
}

/// A scene that we asked for: when OBS reports it, it is no human's.
struct Claim {
    scene: SceneName,
    by: Origin,
    until: Mono,
}

impl Slot {
    pub(super) fn step(&mut self, view: &View<'_>, effects: &mut Vec<Effect>) {
        if let Input::Asked(id, ObsOrder::SwitchScene { scene, .. }, by) = view.input {
            self.ask(view, *id, scene, by, effects);
        }
        let Some(switch) = &mut self.switch else { return };
        if let Some(outcome) = switch.take_in(view, effects).or_else(|| switch.overdue(view)) {
            if outcome.is_done() {
                // OBS works in order: nothing that was asked before can still turn up.
                self.claims.clear();
            } else if let Input::Refused(..) = view.input {
                self.claims.retain(|claim| claim.scene != switch.scene);
            }
            effects.push(Effect::Answer(switch.id, outcome));
            self.switch = None;
        }
    }

    pub(super) fn due(&self, limits: &Limits) -> Option<Mono> {
        let switch = self.switch.as_ref()?;
        let end = switch.asked + limits.switch;
        Some(match switch.state {
            State::Sent => end,
            State::Accepted(at) | State::Refused(at, _) => at.min(end),
        })
    }

    pub(super) fn author_of(&mut self, now: Mono, scene: &SceneName) -> Option<Origin> {
        self.claims.retain(|claim| claim.until > now);
        let at = self.claims.iter().rposition(|claim| claim.scene == *scene)?;
        // OBS works in order: what was asked before this one has happened or never will.
        self.claims.drain(..=at).next_back().map(|claim| claim.by)
    }

    fn ask(&mut self, view: &View<'_>, id: Id, scene: &SceneName, by: &Origin, effects: &mut Vec<Effect>) {
        let refusal = view.no_link().or_else(|| missing(view.obs, scene));
        if let Some(reason) = refusal {
            effects.push(Effect::Answer(id, Outcome::Failed(reason)));
            return;
        }
        if by.is_automation() && self.switch.as_ref().is_some_and(|pending| !pending.by_rule) {
            let text = "A person is switching the scene at this moment.".to_owned();
            effects.push(Effect::Answer(id, Outcome::Failed(text)));
            return;
        }
        if let Some(old) = self.switch.take() {
            let text = format!("Replaced by a newer order: switch to scene '{scene}'.");
            effects.push(Effect::Answer(old.id, Outcome::Failed(text)));
        }
        self.claims.retain(|claim| claim.until > view.now);
        if self.claims.is_empty() && view.obs.scene.as_ref() == Some(scene) {
            let text = format!("OBS already shows '{scene}'.");
            effects.push(Effect::Answer(id, Outcome::Done(text)));
            return;
        }
        self.claims.retain(|claim| claim.scene != *scene);
        self.claims.push(Claim { scene: scene.clone(), by: by.clone(), until: view.now + view.limits.claim });
        let mut switch = Switch::new(id, scene, by, view.now);
        switch.send(effects);
        self.switch = Some(switch);
    }
}

impl Switch {
    fn new(id: Id, scene: &SceneName, by: &Origin, asked: Mono) -> Self {
        Self { id, scene: scene.clone(), by_rule: by.is_automation(), asked, tries: 0, state: State::Sent }
    }

    fn send(&mut self, effects: &mut Vec<Effect>) {
        self.tries += 1;
        self.state = State::Sent;
        effects.push(Effect::Send(self.id, Request::Switch(self.scene.clone())));
    }

    fn take_in(&mut self, view: &View<'_>, effects: &mut Vec<Effect>) -> Option<Outcome> {
        match view.input {
            Input::Accepted(id) if *id == self.id => self.look(view, effects),
            Input::Refused(id, error) if *id == self.id => return self.refused(view, error),
            Input::Scene => return self.confirmed(view.obs),
            Input::Read if matches!(self.state, State::Accepted(_)) => return self.confirmed(view.obs),
            Input::Lost => {
                return Some(Outcome::Failed("The connection to OBS was lost before it confirmed.".to_owned()));
            }
            Input::Tick => self.go_on(view, effects),
            _ => {}
        }
        None
    }

    fn confirmed(&self, obs: &Obs) -> Option<Outcome> {
        (obs.scene.as_ref() == Some(&self.scene)).then(|| Outcome::Done(format!("OBS shows '{}'.", self.scene)))
    }

    fn refused(&mut self, view: &View<'_>, error: &ObsError) -> Option<Outcome> {
        if self.tries > RETRIES {
            return Some(Outcome::Failed(format!("{error}.")));
        }
        self.state = State::Refused(view.now + view.limits.retry, error.to_string());
        None
    }

    fn look(&mut self, view: &View<'_>, effects: &mut Vec<Effect>) {
        self.state = State::Accepted(view.now + view.limits.retry);
        effects.push(Effect::Read);
    }

    fn go_on(&mut self, view: &View<'_>, effects: &mut Vec<Effect>) {
        match self.state {
            State::Accepted(at) if view.now >= at => self.look(view, effects),
            State::Refused(at, _) if view.now >= at => self.send(effects),
            _ => {}
        }
    }

    fn overdue(&self, view: &View<'_>) -> Option<Outcome> {
        let limit: Millis = view.limits.switch;
        view.is_over(self.asked, limit).then(|| match &self.state {
            State::Refused(_, error) => Outcome::Failed(format!("{error}.")),
            State::Sent => Outcome::TimedOut(format!("OBS did not answer within {limit}.")),
            State::Accepted(_) => {
                Outcome::TimedOut(format!("OBS took the order but does not show '{}' after {limit}.", self.scene))
            }
        })
    }
}

fn missing(obs: &Obs, scene: &SceneName) -> Option<String> {
    if obs.scenes.contains(scene) {
        return None;
    }
    let near = text::did_you_mean(scene.as_str(), obs.scenes.iter().map(SceneName::as_str));
    Some(format!("There is no scene '{}' in OBS.{near}", text::excerpt(scene.as_str(), 80)))
}
