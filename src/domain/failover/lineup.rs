//! The feeds of a show and how they stand to one another: order, groups, dependence, cameras.

use crate::domain::ids::{FeedId, SceneName};
use serde::{Deserialize, Serialize};

/// Every feed that switching knows, and their relations.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lineup {
    /// The feeds, in the order of the settings.
    pub members: Vec<Member>,
    /// The groups that members name.
    pub groups: Vec<Group>,
    /// Scenes that show several feeds at once.
    pub cameras: Vec<MultiCamera>,
}

/// One feed as switching sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Its id.
    pub id: FeedId,
    /// Its name for people.
    pub name: String,
    /// Smaller comes first; equal ones in the order of the settings.
    pub priority: u32,
    /// The group it belongs to, by name.
    pub group: Option<String>,
    /// Scenes of its own, where it does not use the common ones.
    pub scenes: SceneSet,
    /// What to show instead while another feed that its scenes need is gone.
    pub depends_on: Option<DependsOn>,
}

/// Scenes by role that stand in for the common ones; `None` leaves the common one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SceneSet {
    /// Instead of LIVE.
    pub live: Option<SceneName>,
    /// Instead of LOW.
    pub low: Option<SceneName>,
    /// Instead of OFFLINE.
    pub offline: Option<SceneName>,
}

/// A feed whose scenes need another feed.
#[derive(Clone, Debug, PartialEq)]
pub struct DependsOn {
    /// The other feed.
    pub feed: FeedId,
    /// The scenes while that one is lost.
    pub scenes: SceneSet,
}

/// Feeds that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Its name, as members give it.
    pub name: String,
    /// How one of them is chosen.
    pub mode: GroupMode,
}

/// How a group chooses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GroupMode {
    /// All are on the same scene; it is as good as the best of them, and lost only when all are.
    Any,
    /// The first by priority that is usable; a better one takes over after a while.
    #[default]
    Priority,
    /// Whoever is on stays on until it is lost (one streamer hands over to the next).
    Handover,
}

/// A scene that shows several feeds, for as long as all of them are good.
#[derive(Clone, Debug, PartialEq)]
pub struct MultiCamera {
    /// The scene.
    pub scene: SceneName,
    /// The feeds that it shows, two at least.
    pub feeds: Vec<FeedId>,
}

impl Lineup {
    /// Whether switching has a choice at all.
    pub fn is_several(&self) -> bool {
        self.members.len() > 1
    }

    /// The member with this id.
    pub fn position(&self, id: &FeedId) -> Option<usize> {
        self.members.iter().position(|member| member.id == *id)
    }

    /// The order in which members are chosen: by priority, then as in the settings.
    pub fn rank(&self, member: usize) -> (u32, usize) {
        (self.members.get(member).map_or(u32::MAX, |one| one.priority), member)
    }

    /// The mode of the group that both belong to, if they belong to one.
    pub fn together(&self, one: usize, other: usize) -> Option<GroupMode> {
        let name = self.members.get(one)?.group.as_ref()?;
        let same = self.members.get(other)?.group.as_ref() == Some(name);
        same.then(|| self.groups.iter().find(|group| group.name == *name).map_or(GroupMode::default(), |g| g.mode))
    }

    /// A member's name for people.
    pub fn name(&self, member: usize) -> &str {
        self.members.get(member).map_or("", |one| one.name.as_str())
    }
}
