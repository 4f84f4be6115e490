//! What OBS shows as history keeps it: compared with what was noted last each time the cell changes,
//! so that a missed fact costs nothing.

use crate::config::Config;
use crate::domain::history::{Program, SceneRole};
use crate::domain::ids::SceneName;
use crate::domain::stream::Obs;
use crate::kit::units::UnixMs;

/// Remembers what was noted last.
#[derive(Default)]
pub(super) struct ProgramWatch {
    noted: Option<Program>,
}

impl ProgramWatch {
    /// What is to be noted, if OBS shows something else than before.
    pub fn look(&mut self, obs: &Obs, config: &Config, now: UnixMs) -> Option<Program> {
        let program = match &obs.scene {
            Some(scene) if obs.is_connected() => {
                Program { at: now, scene: Some(scene.clone()), role: role(scene, config), live: obs.is_live() }
            }
            _ => Program::unknown(now),
        };
        self.note(program)
    }

    /// The last note: nobody looks from now on.
    pub fn end(&mut self, now: UnixMs) -> Option<Program> {
        self.note(Program::unknown(now))
    }

    fn note(&mut self, program: Program) -> Option<Program> {
        let known = self.noted.as_ref().map_or(program.scene.is_none(), |noted| noted.same_as(&program));
        (!known).then(|| self.noted.insert(program).clone())
    }
}

/// What the scene is for, by the settings of now: the common scenes and those of single feeds.
fn role(scene: &SceneName, config: &Config) -> SceneRole {
    let (common, members) = (&config.scenes, &config.lineup.members);
    let one_of = |own: fn(&crate::domain::failover::lineup::SceneSet) -> &Option<SceneName>| {
        members.iter().any(|member| {
            let backup = member.depends_on.as_ref().map(|depends| &depends.scenes);
            [Some(&member.scenes), backup].into_iter().flatten().any(|set| own(set).as_ref() == Some(scene))
        })
    };
    let camera = config.lineup.cameras.iter().any(|camera| camera.scene == *scene);
    match scene {
        _ if common.privacy.as_ref() == Some(scene) => SceneRole::Privacy,
        _ if common.live == *scene || camera || one_of(|set| &set.live) => SceneRole::Live,
        _ if common.low == *scene || one_of(|set| &set.low) => SceneRole::Low,
        _ if common.offline.as_ref() == Some(scene) || one_of(|set| &set.offline) => SceneRole::Offline,
        _ => SceneRole::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Values, settle};
    use crate::domain::stream::{ObsLink, Output};

    fn obs(scene: &str, output: Output) -> Obs {
        Obs { link: ObsLink::Connected, scene: Some(scene.into()), output: Some(output), ..Obs::default() }
    }

    #[test]
    fn each_change_is_noted_once_with_the_role_of_its_scene() {
        let values = Values::from_pairs([("PRIVACY_SCENE_NAME", "Curtain")]);
        let config = settle(&values, Vec::new()).unwrap().config;
        let mut watch = ProgramWatch::default();
        let table = [
            (Obs::default(), None),
            (obs("LIVE", Output::Stopped), Some((SceneRole::Live, Some(false)))),
            (obs("LIVE", Output::Stopped), None),
            (obs("LIVE", Output::Streaming), Some((SceneRole::Live, Some(true)))),
            (obs("lowbitrate", Output::Streaming), Some((SceneRole::Low, Some(true)))),
            (obs("OFFLINE", Output::Reconnecting), Some((SceneRole::Offline, Some(true)))),
            (obs("Curtain", Output::Streaming), Some((SceneRole::Privacy, Some(true)))),
            (obs("Camera", Output::Streaming), Some((SceneRole::Other, Some(true)))),
            (Obs::default(), Some((SceneRole::Unknown, None))),
        ];
        for (at, (obs, wanted)) in (0..).zip(table) {
            let noted = watch.look(&obs, &config, UnixMs(at));
            assert_eq!(noted.map(|program| (program.role, program.live)), wanted, "step {at}");
        }
        assert_eq!(watch.end(UnixMs(99)), None, "already unknown");
    }
}
