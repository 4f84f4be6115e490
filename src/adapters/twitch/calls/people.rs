//! Accounts, and channels that are looked for.

use super::super::access::Access;
use super::super::error::TwitchError;
use super::super::helix::Helix;
use super::{count, list, rows, text};
use serde::{Deserialize, Serialize};

/// An account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct User {
    /// Its id.
    pub id: String,
    /// Its name in lower case.
    pub login: String,
    /// Its name as shown.
    pub display_name: String,
}

/// A channel that was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FoundChannel {
    /// Its id.
    pub id: String,
    /// Its name in lower case.
    #[serde(alias = "broadcaster_login")]
    pub login: String,
    /// Its name as shown.
    #[serde(alias = "display_name")]
    pub name: String,
    /// Whether it is live.
    #[serde(alias = "is_live")]
    pub live: bool,
    /// Its title.
    #[serde(deserialize_with = "text")]
    pub title: String,
    /// Its category's name.
    #[serde(alias = "game_name", deserialize_with = "text")]
    pub category: String,
    /// Its tags.
    #[serde(deserialize_with = "list")]
    pub tags: Vec<String>,
    /// Its picture.
    #[serde(alias = "thumbnail_url", deserialize_with = "text")]
    pub picture: String,
}

/// A channel that is live.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct LiveChannel {
    /// Its id.
    pub user_id: String,
    /// How many watch.
    #[serde(deserialize_with = "count")]
    pub viewer_count: u64,
    /// Its category's name.
    #[serde(deserialize_with = "text")]
    pub game_name: String,
    /// Its title.
    #[serde(deserialize_with = "text")]
    pub title: String,
}

/// `GET /users`: who has this name, and who has this id.
///
/// # Errors
/// See [`TwitchError`].
pub async fn called(
    helix: &Helix,
    access: &Access,
    login: Option<&str>,
    id: Option<&str>,
) -> Result<Vec<User>, TwitchError> {
    let query: Vec<(&str, &str)> =
        [("login", login), ("id", id)].into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
    rows(helix, access, "users", &query).await
}

/// `GET /search/channels`, in Twitch's order.
///
/// # Errors
/// See [`TwitchError`].
pub async fn search(helix: &Helix, access: &Access, query: &str) -> Result<Vec<FoundChannel>, TwitchError> {
    rows(helix, access, "search/channels", &[("query", query), ("first", "20")]).await
}

/// `GET /streams`: those of up to a hundred channels that are live.
///
/// # Errors
/// See [`TwitchError`].
pub async fn live(helix: &Helix, access: &Access, ids: &[&str]) -> Result<Vec<LiveChannel>, TwitchError> {
    let query: Vec<(&str, &str)> = ids.iter().map(|id| ("user_id", *id)).collect();
    rows(helix, access, "streams", &query).await
}
