//! Speaking in chat.

use super::super::access::Access;
use super::super::error::TwitchError;
use super::super::helix::Helix;
use super::{order, put, text, with_query};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// What became of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Sent {
    /// Its id.
    #[serde(deserialize_with = "text")]
    pub message_id: String,
    /// It stands in chat. Twitch answers 200 also where it does not.
    pub is_sent: bool,
    /// Why it does not.
    pub drop_reason: Option<Dropped>,
}

/// Why a message does not stand in chat.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Dropped {
    /// `msg_duplicate`, `msg_slowmode` …
    #[serde(deserialize_with = "text")]
    pub code: String,
    /// Twitch's words.
    #[serde(deserialize_with = "text")]
    pub message: String,
}

/// `POST /chat/messages` into a channel.
///
/// # Errors
/// See [`TwitchError`].
pub async fn say(
    helix: &Helix,
    access: &Access,
    channel: &str,
    message: &str,
    reply_to: Option<&str>,
) -> Result<Sent, TwitchError> {
    let mut body = Map::new();
    put(&mut body, "broadcaster_id", Some(channel));
    put(&mut body, "sender_id", Some(&access.user_id));
    put(&mut body, "message", Some(message));
    put(&mut body, "reply_parent_message_id", reply_to);
    order(helix, access, "chat/messages", Some(&Value::Object(body))).await
}

/// `POST /chat/announcements`.
///
/// # Errors
/// See [`TwitchError`].
pub async fn announce(helix: &Helix, access: &Access, message: &str, colour: &str) -> Result<(), TwitchError> {
    let own = access.user_id.as_str();
    let path = with_query("chat/announcements", &[("broadcaster_id", own), ("moderator_id", own)]);
    let body = json!({"message": message, "color": colour});
    helix.plain("POST", &path, Some(&body), access).await.map(|_| ())
}
