//! The machine in front of an OBS that streams and obeys at once.

use super::Decision;
use crate::adapters::ingest::recording::Show;
use crate::config::Config;
use crate::domain::failover::lineup::{Lineup, Member, SceneSet};
use crate::domain::failover::machine::{Effect, Inputs, Machine};
use crate::domain::failover::scenes::{Reported, Scenes};
use crate::domain::ids::{FeedId, SceneName};
use crate::domain::signal::{Pace, Sample};
use crate::kit::units::{Millis, Mono};

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
    scenes: Scenes,
    lineup: Lineup,
    now: Mono,
}

impl<'a> Stage<'a> {
    /// A show that is on, with this scene.
    pub fn new(config: &'a Config, scene: SceneName) -> Self {
        Self {
            config,
            machine: Machine::default(),
            obs: Reported { live: Some(true), scene: Some(scene), ..Reported::default() },
            hidden: None,
            scenes: scenes(config),
            lineup: config.lineup.clone(),
            now: Mono(0),
        }
    }

    /// Takes a feed into the lineup that the settings do not know. The feed of settings in which none
    /// is set up leaves the place to it.
    pub fn know(&mut self, feed: &FeedId) {
        let members = &mut self.lineup.members;
        if members.iter().any(|member| member.id == *feed) {
            return;
        }
        members.retain(|member| self.config.feeds.iter().any(|one| one.id == member.id && one.url.is_some()));
        let priority = u32::try_from(members.len()).unwrap_or(u32::MAX);
        members.push(member(feed, priority));
    }

    /// How fast the machine wants to be told of this feed.
    pub fn pace(&self, feed: &FeedId) -> Pace {
        self.machine.pace_of(feed)
    }

    /// OBS is otherwise from here on; what is told of the media source is that of this feed.
    pub fn show(&mut self, show: &Show, feed: &FeedId) {
        match show.connected {
            Some(false) if self.hidden.is_none() => self.hidden = Some(std::mem::take(&mut self.obs)),
            Some(true) => self.obs = self.hidden.take().unwrap_or_else(|| self.obs.clone()),
            _ => {}
        }
        let obs = self.hidden.as_mut().unwrap_or(&mut self.obs);
        obs.live = show.live.or(obs.live);
        if let Some(moving) = show.moving {
            let mut media = obs.media_of(feed);
            media.moving = Some(moving);
            obs.media.retain(|(one, _)| one != feed);
            obs.media.push((feed.clone(), media));
        }
        if let Some(scene) = &show.scene {
            obs.scene = Some(SceneName(scene.clone()));
            obs.human_switches += 1;
        }
    }

    /// Work on the ingest of this feed, or of all, begins. The machine is to know the feed before.
    pub fn expect_work(&mut self, at: Mono, feed: Option<&FeedId>, span: Millis) -> Vec<Made> {
        let made = self.step(at, &[]);
        self.machine.expect_work(at, feed, span, "as the recording says");
        made
    }

    /// Steps at the machine's own deadlines before `next`.
    pub fn wait_until(&mut self, next: Mono) -> Vec<Made> {
        let mut made = Vec::new();
        while let Some(at) = self.machine.wake_at(self.now, self.inputs(&[])).filter(|at| *at < next) {
            made.extend(self.step(at, &[]));
        }
        made
    }

    /// Steps with what is new, until nothing more follows at this moment.
    pub fn step(&mut self, at: Mono, fresh: &[(FeedId, Sample)]) -> Vec<Made> {
        let mut made = Vec::new();
        let mut samples = fresh;
        for _ in 0..STEPS {
            let mut machine = std::mem::take(&mut self.machine);
            let effects = machine.step(at, self.inputs(samples));
            (self.machine, self.now, samples) = (machine, at, &[]);
            let done = effects.is_empty();
            made.extend(effects.into_iter().filter_map(|effect| self.carry_out(at, effect)));
            if done {
                break;
            }
        }
        made
    }

    fn carry_out(&mut self, at: Mono, effect: Effect) -> Option<Made> {
        let class = self.machine.verdict().class;
        let feed = |feed: FeedId| self.lineup.is_several().then_some(feed);
        match effect {
            Effect::Decided { from, to, reason } => {
                let (from, scene, place, feed) = (from.place, Some(to.scene), to.place, feed(to.feed));
                Some(Made { at, decision: Decision { t: 0.0, from, to: place, scene, class, reason, feed } })
            }
            Effect::Switch { scene, .. } => {
                self.obs.scene = Some(scene);
                None
            }
            Effect::StopStream { reason } => {
                let feed = feed(self.machine.on_air().clone());
                self.obs.live = Some(false);
                let place = self.machine.wanted()?;
                let reason = format!("the stream is stopped: {reason}");
                Some(Made {
                    at,
                    decision: Decision { t: 0.0, from: place, to: place, scene: None, class, reason, feed },
                })
            }
        }
    }

    fn inputs<'b>(&'b self, samples: &'b [(FeedId, Sample)]) -> Inputs<'b> {
        Inputs {
            samples,
            obs: &self.obs,
            scenes: &self.scenes,
            lineup: &self.lineup,
            rules: &self.config.rules,
            paused: false,
            testing: false,
            switching: None,
        }
    }
}

/// The scenes of the settings; the simulated OBS has them all.
fn scenes(config: &Config) -> Scenes {
    let set = &config.scenes;
    let of_set = |set: &SceneSet| [set.live.clone(), set.low.clone(), set.offline.clone()];
    let own = config.lineup.members.iter().flat_map(|member| {
        let backup = member.depends_on.as_ref().map(|needed| of_set(&needed.scenes));
        of_set(&member.scenes).into_iter().chain(backup.into_iter().flatten())
    });
    let several = config.lineup.cameras.iter().map(|camera| Some(camera.scene.clone()));
    let common = [Some(set.live.clone()), Some(set.low.clone()), set.offline.clone(), Some(set.starting.clone())];
    let all = common.into_iter().chain([set.privacy.clone()]).chain(own).chain(several);
    Scenes {
        starting: Some(set.starting.clone()),
        privacy: set.privacy.clone(),
        ..Scenes::new(&set.live, &set.low, set.offline.as_ref(), &all.flatten().collect::<Vec<_>>())
    }
}

fn member(id: &FeedId, priority: u32) -> Member {
    let (name, scenes) = (id.to_string(), SceneSet::default());
    Member { id: id.clone(), name, priority, group: None, scenes, depends_on: None }
}
