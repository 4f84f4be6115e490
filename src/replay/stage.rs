//! The machine in front of an OBS that streams and obeys at once.

use super::Decision;
use crate::adapters::ingest::recording::Show;
use crate::config::Config;
use crate::domain::failover::Place;
use crate::domain::failover::machine::{Effect, Inputs, Machine};
use crate::domain::failover::scenes::{Reported, Targets};
use crate::domain::ids::{FeedId, SceneName};
use crate::domain::signal::{Pace, Sample};
use crate::kit::units::Mono;

/// Steps that may follow each other in one moment; a decision is one, obeying it another.
const STEPS: usize = 4;

/// A decision and its moment in virtual time.
pub struct Made {
    /// When.
    pub at: Mono,
    /// What; its `t` is not set yet.
    pub decision: Decision,
}

/// The machine and what it acts on.
pub struct Stage<'a> {
    config: &'a Config,
    machine: Machine,
    obs: Reported,
    hidden: Option<Reported>,
    targets: Targets,
    now: Mono,
}

impl<'a> Stage<'a> {
    /// A show that is on, with this scene.
    pub fn new(config: &'a Config, scene: SceneName) -> Self {
        let scenes = &config.scenes;
        let existing: Vec<SceneName> =
            [&scenes.live, &scenes.low].into_iter().chain(&scenes.offline).cloned().collect();
        Self {
            config,
            machine: Machine::default(),
            obs: Reported { live: Some(true), scene: Some(scene), human_switches: 0, media_moving: None },
            hidden: None,
            targets: Targets::resolve(&scenes.live, &scenes.low, scenes.offline.as_ref(), &existing),
            now: Mono(0),
        }
    }

    /// How fast the machine wants to be told.
    pub fn pace(&self) -> Pace {
        self.machine.pace()
    }

    /// OBS is otherwise from here on.
    pub fn show(&mut self, show: &Show) {
        match show.connected {
            Some(false) if self.hidden.is_none() => self.hidden = Some(std::mem::take(&mut self.obs)),
            Some(true) => self.obs = self.hidden.take().unwrap_or_else(|| self.obs.clone()),
            _ => {}
        }
        let obs = self.hidden.as_mut().unwrap_or(&mut self.obs);
        obs.live = show.live.or(obs.live);
        obs.media_moving = show.moving.or(obs.media_moving);
        if let Some(scene) = &show.scene {
            obs.scene = Some(SceneName(scene.clone()));
            obs.human_switches += 1;
        }
    }

    /// Steps at the machine's own deadlines before `next`.
    pub fn wait_until(&mut self, next: Mono) -> Vec<Made> {
        let mut made = Vec::new();
        while let Some(at) = self.machine.wake_at(self.now, self.inputs(None)).filter(|at| *at < next) {
            made.extend(self.step(at, &[]));
        }
        made
    }

    /// Steps with what is new, until nothing more follows at this moment.
    pub fn step(&mut self, at: Mono, fresh: &[(FeedId, Sample)]) -> Vec<Made> {
        let mut made = Vec::new();
        let mut sample = fresh.first().map(|(_, sample)| sample);
        for _ in 0..STEPS {
            let mut machine = std::mem::take(&mut self.machine);
            let effects = machine.step(at, self.inputs(sample.take()));
            (self.machine, self.now) = (machine, at);
            let done = effects.is_empty();
            made.extend(effects.into_iter().filter_map(|effect| self.carry_out(at, effect)));
            if done {
                break;
            }
        }
        made
    }

    fn carry_out(&mut self, at: Mono, effect: Effect) -> Option<Made> {
        match effect {
            Effect::Decided { from, to, reason } => {
                let (scene, class) = (self.scene(to), self.machine.verdict().class);
                Some(Made { at, decision: Decision { t: 0.0, from, to, scene, class, reason, feed: None } })
            }
            Effect::Switch { to, .. } => {
                self.obs.scene = self.scene(to);
                None
            }
        }
    }

    fn scene(&self, place: Place) -> Option<SceneName> {
        self.targets.scene(place).cloned()
    }

    fn inputs<'b>(&'b self, sample: Option<&'b Sample>) -> Inputs<'b> {
        let rules = &self.config.rules;
        Inputs { sample, obs: &self.obs, targets: &self.targets, rules, paused: false, switching: None }
    }
}
