//! What belongs to a running show: raids, markers, clips, shout-outs.

use super::super::access::Access;
use super::super::error::TwitchError;
use super::super::helix::Helix;
use super::{count, order, rows, text, with_query};
use serde::Deserialize;
use serde_json::json;

/// A marker that was set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Marker {
    /// Seconds from the stream's start.
    #[serde(deserialize_with = "count")]
    pub position_seconds: u64,
}

/// A clip that is being made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct NewClip {
    /// Its id.
    pub id: String,
    /// Where it can be cut for a day.
    #[serde(deserialize_with = "text")]
    pub edit_url: String,
}

/// A clip that can be watched.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Clip {
    /// Where it is watched.
    #[serde(deserialize_with = "text")]
    pub url: String,
}

/// `POST /raids`: begins Twitch's 90 seconds.
///
/// # Errors
/// See [`TwitchError`].
pub async fn start_raid(helix: &Helix, access: &Access, to: &str) -> Result<(), TwitchError> {
    let path = with_query("raids", &[("from_broadcaster_id", &access.user_id), ("to_broadcaster_id", to)]);
    helix.plain("POST", &path, None, access).await.map(|_| ())
}

/// `DELETE /raids`.
///
/// # Errors
/// See [`TwitchError`]; 404 when no raid waits.
pub async fn cancel_raid(helix: &Helix, access: &Access) -> Result<(), TwitchError> {
    let path = with_query("raids", &[("broadcaster_id", &access.user_id)]);
    helix.plain("DELETE", &path, None, access).await.map(|_| ())
}

/// `POST /streams/markers`.
///
/// # Errors
/// See [`TwitchError`]; 404 when not live or without recordings.
pub async fn marker(helix: &Helix, access: &Access, description: &str) -> Result<Marker, TwitchError> {
    let body = json!({"user_id": access.user_id, "description": description});
    order(helix, access, "streams/markers", Some(&body)).await
}

/// `POST /clips`; 5 to 60 seconds in steps of a tenth.
///
/// # Errors
/// See [`TwitchError`]; 404 when not live.
pub async fn clip(helix: &Helix, access: &Access, title: &str, seconds: Option<f64>) -> Result<NewClip, TwitchError> {
    let seconds = seconds.map(|seconds| format!("{seconds:.1}")).unwrap_or_default();
    let query = [("broadcaster_id", access.user_id.as_str()), ("title", title), ("duration", &seconds)];
    order(helix, access, &with_query("clips", &query), None).await
}

/// `GET /clips`; `None` while it is not there.
///
/// # Errors
/// See [`TwitchError`].
pub async fn clip_by_id(helix: &Helix, access: &Access, id: &str) -> Result<Option<Clip>, TwitchError> {
    Ok(rows(helix, access, "clips", &[("id", id)]).await?.into_iter().next())
}

/// `POST /chat/shoutouts`.
///
/// # Errors
/// See [`TwitchError`].
pub async fn shoutout(helix: &Helix, access: &Access, to: &str) -> Result<(), TwitchError> {
    let own = access.user_id.as_str();
    let query = [("from_broadcaster_id", own), ("to_broadcaster_id", to), ("moderator_id", own)];
    helix.plain("POST", &with_query("chat/shoutouts", &query), None, access).await.map(|_| ())
}
