//! Chat commands as they are kept: what a moderator or viewer may write to the show.

use serde::{Deserialize, Serialize};

/// One command of the chat, by the word that people write after the prefix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatCommand {
    /// The word, in lower case: `start`, `bitrate`.
    pub name: String,
    /// Whether it is listened to at all.
    pub enabled: bool,
    /// Who may write it.
    pub audience: Audience,
    /// Other words for it, in lower case.
    pub aliases: Vec<String>,
    /// People who may write it whatever the audience, by their names in chat, in lower case.
    pub people: Vec<String>,
}

/// Who may use a chat command; each includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Audience {
    /// The streamer and those named as admins.
    Admins,
    /// Moderators of the channel.
    Moderators,
    /// Everyone in chat.
    Everyone,
}
