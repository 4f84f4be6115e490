//! Chat commands as they are kept: what a moderator or viewer may write to the show.

use super::chat::ChatRole;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

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
    /// Seconds before the same viewer may write it again; `None`: as the table has it.
    pub wait_sec: Option<u32>,
}

/// Every command as it stands, and what is known of the names that count. For the page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChatTable {
    /// The commands, in the order of the table.
    pub commands: Vec<ChatCommand>,
    /// Name in lower case → account id, `None` where nobody is called so. A name that was not looked
    /// up yet is missing.
    pub names: HashMap<String, Option<String>>,
}

/// Who may use a chat command; each includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Audience {
    /// The streamer alone.
    Broadcaster,
    /// The streamer and those named as admins.
    Admins,
    /// Moderators of the channel.
    Moderators,
    /// VIPs.
    Vips,
    /// Subscribers and founders.
    Subscribers,
    /// Everyone in chat.
    Everyone,
}

impl Audience {
    /// All, from the fewest people to the most.
    pub const ALL: [Audience; 6] =
        [Self::Broadcaster, Self::Admins, Self::Moderators, Self::Vips, Self::Subscribers, Self::Everyone];

    /// The least that an author must be.
    pub fn least(self) -> ChatRole {
        match self {
            Audience::Broadcaster => ChatRole::Broadcaster,
            Audience::Admins => ChatRole::Admin,
            Audience::Moderators => ChatRole::Moderator,
            Audience::Vips => ChatRole::Vip,
            Audience::Subscribers => ChatRole::Subscriber,
            Audience::Everyone => ChatRole::Everyone,
        }
    }

    /// The word in rows, forms and texts.
    pub fn word(self) -> &'static str {
        match self {
            Audience::Broadcaster => "broadcaster",
            Audience::Admins => "admins",
            Audience::Moderators => "moderators",
            Audience::Vips => "vips",
            Audience::Subscribers => "subscribers",
            Audience::Everyone => "everyone",
        }
    }

    /// The audience with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }
}
