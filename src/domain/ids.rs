//! Names that people and servers give to things.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The name of a scene in OBS, exactly as OBS spells it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SceneName(pub String);

impl SceneName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for SceneName {
    fn from(name: &str) -> Self {
        Self(name.to_owned())
    }
}

/// A feed's short name: lower-case letters, digits and dashes. Rows, URLs and orders use it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FeedId(pub String);

impl FeedId {
    /// The feed that the STATS_* settings describe.
    pub const MAIN: &str = "main";

    /// [`FeedId::MAIN`] as an id.
    pub fn main() -> Self {
        Self(Self::MAIN.to_owned())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for FeedId {
    fn from(id: &str) -> Self {
        Self(id.to_owned())
    }
}

impl fmt::Display for FeedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for SceneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
