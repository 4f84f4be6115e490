//! The managed scenes by role, as far as OBS has them, and what OBS reports.

use super::Place;
use crate::domain::ids::SceneName;

/// What OBS reports, as far as failover cares.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reported {
    /// A show is on; `None` while OBS cannot be read.
    pub live: Option<bool>,
    /// The program scene.
    pub scene: Option<SceneName>,
    /// Rises with every scene change that was not ordered by automation.
    pub human_switches: u64,
    /// Whether the media source that plays the ingest moves; `None` where nobody can tell.
    pub media_moving: Option<bool>,
}

/// The scenes by role. A role whose scene does not exist in OBS has none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Targets {
    live: Option<SceneName>,
    low: Option<SceneName>,
    offline: Option<SceneName>,
}

impl Targets {
    /// Keeps the names that exist in OBS; a missing OFFLINE is played by LOW.
    pub fn resolve(live: &SceneName, low: &SceneName, offline: Option<&SceneName>, existing: &[SceneName]) -> Self {
        let found = |name: &SceneName| existing.contains(name).then(|| name.clone());
        let low = found(low);
        Self { live: found(live), offline: offline.and_then(found).or_else(|| low.clone()), low }
    }

    /// The scene of a role.
    pub fn scene(&self, place: Place) -> Option<&SceneName> {
        match place {
            Place::Live => self.live.as_ref(),
            Place::Low => self.low.as_ref(),
            Place::Offline => self.offline.as_ref(),
        }
    }

    /// The role of a scene; `None` outside the managed set.
    pub fn role_of(&self, scene: &SceneName) -> Option<Place> {
        [Place::Live, Place::Low, Place::Offline].into_iter().find(|place| self.scene(*place) == Some(scene))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(offline: Option<&str>, existing: &[&str]) -> Targets {
        let existing: Vec<SceneName> = existing.iter().map(|name| SceneName::from(*name)).collect();
        Targets::resolve(&"LIVE".into(), &"LOW".into(), offline.map(SceneName::from).as_ref(), &existing)
    }

    #[test]
    fn low_takes_the_place_of_a_missing_offline() {
        for targets in [resolve(None, &["LIVE", "LOW"]), resolve(Some("OFFLINE"), &["LIVE", "LOW"])] {
            assert_eq!(targets.scene(Place::Offline), Some(&"LOW".into()));
            assert_eq!(targets.role_of(&"LOW".into()), Some(Place::Low));
        }
    }

    #[test]
    fn a_missing_low_has_no_scene_and_other_scenes_no_role() {
        let targets = resolve(Some("OFFLINE"), &["LIVE", "OFFLINE", "Intro"]);
        assert_eq!(targets.scene(Place::Low), None);
        assert_eq!(targets.scene(Place::Offline), Some(&"OFFLINE".into()));
        assert_eq!(targets.role_of(&"Intro".into()), None);
    }
}
