//! The managed scenes by role, as far as OBS has them, and what OBS reports.

use super::Place;
use super::lineup::{Lineup, Member, SceneSet};
use crate::domain::ids::{FeedId, SceneName};
use crate::domain::stream::Watched;

/// What OBS reports, as far as failover cares.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reported {
    /// A show is on; `None` while OBS cannot be read.
    pub live: Option<bool>,
    /// The program scene.
    pub scene: Option<SceneName>,
    /// Rises with every scene change that was not ordered by automation.
    pub human_switches: u64,
    /// The media source of each feed, where one is known.
    pub media: Vec<(FeedId, Media)>,
}

impl Reported {
    /// The media source of a feed; of an unknown one nothing is known.
    pub fn media_of(&self, feed: &FeedId) -> Media {
        self.media.iter().find(|(one, _)| one == feed).map(|(_, media)| *media).unwrap_or_default()
    }
}

/// The media source in OBS that plays a feed, as a witness.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Media {
    /// Whether it plays and its cursor moves; `None` where nobody can tell.
    pub moving: Option<bool>,
    /// Whether its picture changes, where somebody looks.
    pub picture: Option<Watched>,
    /// Whether its sound changes, where somebody listens.
    pub sound: Option<Watched>,
}

/// The common scenes as set, and what OBS has.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenes {
    /// LIVE_SCENE_NAME.
    pub live: SceneName,
    /// LOW_SCENE_NAME.
    pub low: SceneName,
    /// OFFLINE_SCENE_NAME; LOW takes its place where it is not set or OBS does not have it.
    pub offline: Option<SceneName>,
    /// STARTING_SCENE_NAME.
    pub starting: Option<SceneName>,
    /// PRIVACY_SCENE_NAME: never left by automation.
    pub privacy: Option<SceneName>,
    /// The scenes that OBS has.
    pub existing: Vec<SceneName>,
}

impl Scenes {
    /// The three common scenes, and what OBS has.
    pub fn new(live: &SceneName, low: &SceneName, offline: Option<&SceneName>, existing: &[SceneName]) -> Self {
        Self {
            live: live.clone(),
            low: low.clone(),
            offline: offline.cloned(),
            starting: None,
            privacy: None,
            existing: existing.to_vec(),
        }
    }

    /// Whether OBS has this scene.
    pub fn has(&self, scene: &SceneName) -> bool {
        self.existing.contains(scene)
    }
}

/// How the scenes of a feed are cast at this moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Staging {
    /// Its own scenes, or the common ones.
    #[default]
    Own,
    /// The scenes while a feed that its own scenes need is lost.
    Backup,
    /// LIVE is this scene, which shows several feeds.
    Camera(SceneName),
}

/// The scenes of one feed by role: its own where it has some, else the common ones.
#[derive(Clone, Copy, Debug)]
pub struct Cast<'a> {
    scenes: &'a Scenes,
    camera: Option<&'a SceneName>,
    backup: Option<&'a SceneSet>,
    own: Option<&'a SceneSet>,
}

impl<'a> Cast<'a> {
    /// The common scenes alone.
    pub fn common(scenes: &'a Scenes) -> Self {
        Self { scenes, camera: None, backup: None, own: None }
    }

    /// The scenes of a member, as they are staged.
    pub fn of(scenes: &'a Scenes, member: Option<&'a Member>, staging: &'a Staging) -> Self {
        let own = member.map(|member| &member.scenes);
        let cast = Self { own, ..Self::common(scenes) };
        match staging {
            Staging::Own => cast,
            Staging::Backup => {
                let depends_on = member.and_then(|member| member.depends_on.as_ref());
                Self { backup: depends_on.map(|other| &other.scenes), ..cast }
            }
            Staging::Camera(scene) => Self { camera: Some(scene), ..cast },
        }
    }

    /// The scene that plays the role in OBS: the first that exists; LOW where OBS has no OFFLINE.
    /// LIVE never falls back on another feed's scene.
    pub fn scene(&self, place: Place) -> Option<&'a SceneName> {
        match place {
            Place::Live => Some(self.live()).filter(|scene| self.scenes.has(scene)),
            Place::Low => self.low().find(|scene| self.scenes.has(scene)),
            Place::Offline => self.offline().find(|scene| self.scenes.has(scene)),
        }
    }

    /// The name for texts: that of the scene, or the one that is missing.
    pub fn named(&self, place: Place) -> &'a SceneName {
        let wished = match place {
            Place::Live => None,
            Place::Low => self.low().next(),
            Place::Offline => self.offline().next(),
        };
        self.scene(place).or(wished).unwrap_or(if place == Place::Live { self.live() } else { &self.scenes.low })
    }

    /// The role of a scene; `None` outside the managed set.
    pub fn role_of(&self, scene: &SceneName) -> Option<Place> {
        [Place::Live, Place::Low, Place::Offline].into_iter().find(|place| self.scene(*place) == Some(scene))
    }

    /// The scenes that OBS has.
    pub fn existing(&self) -> &'a [SceneName] {
        &self.scenes.existing
    }

    fn live(&self) -> &'a SceneName {
        let named = self.camera.or_else(|| self.backup.and_then(|set| set.live.as_ref()));
        named.or_else(|| self.own.and_then(|set| set.live.as_ref())).unwrap_or(&self.scenes.live)
    }

    fn low(&self) -> impl Iterator<Item = &'a SceneName> + use<'a> {
        let sets = [self.backup, self.own].into_iter().flatten();
        sets.filter_map(|set| set.low.as_ref()).chain([&self.scenes.low])
    }

    fn offline(&self) -> impl Iterator<Item = &'a SceneName> + use<'a> {
        let sets = [self.backup, self.own].into_iter().flatten();
        sets.filter_map(|set| set.offline.as_ref()).chain(&self.scenes.offline).chain(self.low())
    }
}

/// What a scene of OBS means for one feed, however its scenes are staged.
pub fn role_for(lineup: &Lineup, member: usize, scenes: &Scenes, scene: &SceneName) -> Option<(Place, Staging)> {
    let found = lineup.members.get(member);
    let stagings = [Staging::Own, Staging::Backup];
    stagings.into_iter().find_map(|staging| {
        let place = Cast::of(scenes, found, &staging).role_of(scene)?;
        Some((place, staging))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::failover::lineup::DependsOn;

    fn scenes(offline: Option<&str>, existing: &[&str]) -> Scenes {
        let existing: Vec<SceneName> = existing.iter().map(|name| SceneName::from(*name)).collect();
        Scenes::new(&"LIVE".into(), &"LOW".into(), offline.map(SceneName::from).as_ref(), &existing)
    }

    #[test]
    fn low_takes_the_place_of_a_missing_offline() {
        for scenes in [scenes(None, &["LIVE", "LOW"]), scenes(Some("OFFLINE"), &["LIVE", "LOW"])] {
            let cast = Cast::common(&scenes);
            assert_eq!(cast.scene(Place::Offline), Some(&"LOW".into()));
            assert_eq!(cast.role_of(&"LOW".into()), Some(Place::Low));
        }
    }

    #[test]
    fn a_missing_low_has_no_scene_and_other_scenes_no_role() {
        let scenes = scenes(Some("OFFLINE"), &["LIVE", "OFFLINE", "Intro"]);
        let cast = Cast::common(&scenes);
        assert_eq!(cast.scene(Place::Low), None);
        assert_eq!(cast.scene(Place::Offline), Some(&"OFFLINE".into()));
        assert_eq!(cast.role_of(&"Intro".into()), None);
    }

    #[test]
    fn a_feed_plays_in_its_own_scenes_and_in_others_while_it_is_alone() {
        let scenes = scenes(Some("OFFLINE"), &["LIVE", "LOW", "OFFLINE", "DUO", "SOLO", "SPLIT", "GONE"]);
        let named = |name: &str| Some(SceneName::from(name));
        let member = Member {
            id: "phone".into(),
            name: "Phone".to_owned(),
            priority: 0,
            group: None,
            scenes: SceneSet { live: named("DUO"), low: named("not in OBS"), offline: named("GONE") },
            depends_on: Some(DependsOn {
                feed: "cam".into(),
                scenes: SceneSet { live: named("SOLO"), ..SceneSet::default() },
            }),
        };
        let table = [
            (Staging::Own, ["DUO", "LOW", "GONE"]),
            (Staging::Backup, ["SOLO", "LOW", "GONE"]),
            (Staging::Camera("SPLIT".into()), ["SPLIT", "LOW", "GONE"]),
        ];
        for (staging, wanted) in table {
            let cast = Cast::of(&scenes, Some(&member), &staging);
            let got = [Place::Live, Place::Low, Place::Offline].map(|place| cast.scene(place).map(SceneName::as_str));
            assert_eq!(got, wanted.map(Some), "{staging:?}");
        }
    }
}
