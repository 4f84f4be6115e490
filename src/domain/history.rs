//! What a look back shows: the program scene over time, each with the role it had then.

use super::ids::SceneName;
use crate::kit::units::UnixMs;
use serde::{Deserialize, Serialize};

/// What a scene was for, by the settings of that time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SceneRole {
    /// The feed was good.
    Live,
    /// The feed was weak.
    Low,
    /// The feed was lost.
    Offline,
    /// The privacy scene.
    Privacy,
    /// Any other scene: a break, the start, one that is not managed.
    Other,
    /// OBS could not be read.
    Unknown,
}

/// What OBS showed from a moment on, until the next of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// From when on.
    pub at: UnixMs,
    /// The scene; `None` while OBS could not be read.
    pub scene: Option<SceneName>,
    /// What the scene was for.
    pub role: SceneRole,
    /// OBS streamed; `None` while OBS could not be read.
    pub live: Option<bool>,
}

impl Program {
    /// From this moment on nothing is known.
    pub fn unknown(at: UnixMs) -> Self {
        Self { at, scene: None, role: SceneRole::Unknown, live: None }
    }

    /// The same apart from the moment.
    pub fn same_as(&self, other: &Self) -> bool {
        (&self.scene, self.role, self.live) == (&other.scene, other.role, other.live)
    }
}
