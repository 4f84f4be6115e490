//! What the channel says of itself: title, category, tags, labels, and whether it is live.

use super::super::access::Access;
use super::super::error::TwitchError;
use super::super::helix::Helix;
use super::{count, list, moment, put, rows, text, with_query};
use crate::domain::twitch::{Category, Channel};
use crate::kit::units::UnixMs;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// Width and height of a category's picture, twice what the page shows.
const BOX_ART: (&str, &str) = ("104", "144");

/// A content classification label.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Label {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
}

/// A stream that runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Stream {
    /// Its id.
    pub id: String,
    /// How many watch.
    #[serde(deserialize_with = "count")]
    pub viewer_count: u64,
    /// When it began.
    #[serde(deserialize_with = "moment")]
    pub started_at: Option<UnixMs>,
}

/// What is to be changed; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// The title.
    pub title: Option<String>,
    /// The category's id; empty for none.
    pub category: Option<String>,
    /// All tags.
    pub tags: Option<Vec<String>>,
    /// Every label that is named here is switched on or off.
    pub labels: Option<Vec<(String, bool)>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Read {
    broadcaster_name: String,
    title: String,
    #[serde(deserialize_with = "text")]
    game_id: String,
    #[serde(deserialize_with = "text")]
    game_name: String,
    broadcaster_language: String,
    #[serde(deserialize_with = "list")]
    tags: Vec<String>,
    #[serde(deserialize_with = "list")]
    content_classification_labels: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Game {
    id: String,
    name: String,
    #[serde(deserialize_with = "text")]
    box_art_url: String,
}

impl Game {
    fn category(self) -> Category {
        // Some answers have a size in the address already.
        let box_art = self.box_art_url.replace("{width}", BOX_ART.0).replace("{height}", BOX_ART.1);
        Category { id: self.id, name: self.name, box_art }
    }
}

/// `GET /channels`; the category is without picture.
///
/// # Errors
/// See [`TwitchError`].
pub async fn read(helix: &Helix, access: &Access, id: &str) -> Result<Channel, TwitchError> {
    let found: Vec<Read> = rows(helix, access, "channels", &[("broadcaster_id", id)]).await?;
    let read = found.into_iter().next().ok_or(TwitchError::Malformed("no such channel"))?;
    let none = matches!(read.game_id.as_str(), "" | "0");
    let category = Category { id: read.game_id, name: read.game_name, box_art: String::new() };
    Ok(Channel {
        name: read.broadcaster_name,
        title: read.title,
        category: Some(category).filter(|_| !none),
        tags: read.tags,
        labels: read.content_classification_labels,
        language: read.broadcaster_language,
    })
}

/// `PATCH /channels`.
///
/// # Errors
/// See [`TwitchError`].
pub async fn change(helix: &Helix, access: &Access, change: &Change) -> Result<(), TwitchError> {
    let mut body = Map::new();
    put(&mut body, "title", change.title.as_ref());
    put(&mut body, "game_id", change.category.as_ref());
    put(&mut body, "tags", change.tags.as_ref());
    let labels = change
        .labels
        .as_ref()
        .map(|labels| labels.iter().map(|(id, on)| json!({"id": id, "is_enabled": on})).collect::<Vec<_>>());
    put(&mut body, "content_classification_labels", labels);
    let path = with_query("channels", &[("broadcaster_id", &access.user_id)]);
    helix.plain("PATCH", &path, Some(&Value::Object(body)), access).await.map(|_| ())
}

/// `GET /streams`; `None` while not live.
///
/// # Errors
/// See [`TwitchError`].
pub async fn stream(helix: &Helix, access: &Access, id: &str) -> Result<Option<Stream>, TwitchError> {
    Ok(rows(helix, access, "streams", &[("user_id", id)]).await?.into_iter().next())
}

/// `GET /search/categories`, in Twitch's order.
///
/// # Errors
/// See [`TwitchError`].
pub async fn search(helix: &Helix, access: &Access, query: &str) -> Result<Vec<Category>, TwitchError> {
    let found: Vec<Game> = rows(helix, access, "search/categories", &[("query", query), ("first", "50")]).await?;
    Ok(found.into_iter().map(Game::category).collect())
}

/// `GET /games` by id; `None` for one that does not exist.
///
/// # Errors
/// See [`TwitchError`].
pub async fn category(helix: &Helix, access: &Access, id: &str) -> Result<Option<Category>, TwitchError> {
    let found: Vec<Game> = rows(helix, access, "games", &[("id", id)]).await?;
    Ok(found.into_iter().next().map(Game::category))
}

/// `GET /content_classification_labels`.
///
/// # Errors
/// See [`TwitchError`].
pub async fn labels(helix: &Helix, access: &Access) -> Result<Vec<Label>, TwitchError> {
    rows(helix, access, "content_classification_labels", &[]).await
}
