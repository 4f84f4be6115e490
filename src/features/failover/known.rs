//! What the room knows at one moment, gathered from its cells for the machine.

use super::hand::Hand;
use crate::config::Config;
use crate::domain::failover::machine::Inputs;
use crate::domain::failover::scenes::{Media, Reported, Scenes};
use crate::domain::ids::FeedId;
use crate::domain::signal::Sample;
use crate::domain::stream::{MediaInput, Obs};

/// See the module's head.
pub struct Known {
    /// The settings in force.
    pub config: Config,
    /// What OBS reports.
    pub reported: Reported,
    /// The scenes by role.
    pub scenes: Scenes,
}

impl Known {
    /// Gathers it.
    pub fn gather(config: Config, obs: &Obs) -> Self {
        let media = |id: &FeedId| obs.media_of(id).map(|input| (id.clone(), media(input)));
        let reported = Reported {
            live: obs.is_live(),
            scene: obs.scene.clone().filter(|_| obs.is_connected()),
            human_switches: obs.human_switches,
            media: config.lineup.members.iter().filter_map(|member| media(&member.id)).collect(),
        };
        let set = &config.scenes;
        let scenes = Scenes {
            starting: Some(set.starting.clone()),
            privacy: set.privacy.clone(),
            ..Scenes::new(&set.live, &set.low, set.offline.as_ref(), &obs.scenes)
        };
        Self { config, reported, scenes }
    }

    /// The same for the machine, with what is new.
    pub fn inputs<'a>(&'a self, samples: &'a [(FeedId, Sample)], hand: &'a Hand) -> Inputs<'a> {
        Inputs {
            samples,
            obs: &self.reported,
            scenes: &self.scenes,
            lineup: &self.config.lineup,
            rules: &self.config.rules,
            paused: hand.paused.is_some(),
            testing: hand.testing.is_some(),
            switching: hand.switching.as_ref(),
        }
    }
}

fn media(input: &MediaInput) -> Media {
    Media { moving: input.moving.map(|moving| moving && input.playing), picture: input.picture, sound: input.sound }
}
