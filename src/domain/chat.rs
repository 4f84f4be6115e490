//! A chat message as every room sees it, whichever platform it came from, and what its author may do.

use crate::kit::units::UnixMs;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::sync::Arc;

/// One line of chat. Shared by reference: thousands may pass in a minute.
#[derive(Clone, Debug, PartialEq)]
pub struct ChatMessage {
    /// The platform's id of the message; the same message may arrive twice.
    pub id: String,
    /// When the platform took it in.
    pub at: UnixMs,
    /// Who wrote it.
    pub author: Author,
    /// The whole text as the author wrote it.
    pub text: String,
    /// The text in parts: words, emotes, cheers, mentions.
    pub fragments: Vec<Fragment>,
    /// The message that it answers.
    pub reply_to: Option<ReplyTo>,
    /// Bits cheered with it.
    pub bits: Option<u64>,
    /// The channel-point reward that it redeems.
    pub reward: Option<String>,
    /// Written in another channel of a shared chat: that channel's name. It commands nothing here.
    pub from_channel: Option<String>,
    /// One of our own accounts wrote it through us: no command, whatever it says.
    pub own: bool,
}

/// Who wrote a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Author {
    /// The platform's id of the account: the one thing about it that never changes.
    pub id: String,
    /// The account's name in lower case.
    pub login: String,
    /// The name as the author writes it.
    pub name: String,
    /// `#RRGGBB`, or empty.
    pub colour: String,
    /// The badges beside the name in this channel.
    pub badges: Vec<Badge>,
}

/// A badge: what the platform says about the author in this channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Badge {
    /// `broadcaster`, `moderator`, `vip`, `subscriber`, `founder` …
    pub set: String,
    /// Its version.
    pub id: String,
    /// Months for `subscriber`, else empty.
    pub info: String,
}

/// A part of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fragment {
    /// Words.
    Text(String),
    /// An emote of the platform.
    Emote {
        /// Its id; the picture's address is made of it.
        id: String,
        /// The word that stands for it.
        text: String,
    },
    /// A cheer.
    Cheer {
        /// How many bits.
        bits: u64,
        /// The word that stands for it.
        text: String,
    },
    /// Somebody's name.
    Mention {
        /// The account's name in lower case.
        login: String,
        /// As it is written.
        text: String,
    },
    /// A kind that this version does not know: its text is shown.
    Other(String),
}

/// The message that another one answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyTo {
    /// Its id.
    pub id: String,
    /// Who wrote it.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// What an author is in this channel, from least to most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChatRole {
    /// Anyone.
    #[default]
    Everyone,
    /// Subscriber or founder.
    Subscriber,
    /// VIP.
    Vip,
    /// Moderator.
    Moderator,
    /// Named in TWITCH_ADMINS.
    Admin,
    /// The channel's owner.
    Broadcaster,
}

/// From which of our accounts something is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Identity {
    /// The channel's own account.
    #[default]
    Broadcaster,
    /// A second account that speaks for the channel.
    Bot,
}

impl Identity {
    /// Both.
    pub const ALL: [Identity; 2] = [Identity::Broadcaster, Identity::Bot];

    /// The word in files and addresses.
    pub fn word(self) -> &'static str {
        match self {
            Identity::Broadcaster => "broadcaster",
            Identity::Bot => "bot",
        }
    }

    /// The identity of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|identity| identity.word() == word)
    }
}

/// Chat messages that [`ChatTail`] keeps.
pub const CHAT_TAIL: usize = 300;

/// The newest chat messages, oldest first: for pages that are opened in the middle.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChatTail {
    /// The messages.
    pub messages: VecDeque<Arc<ChatMessage>>,
}

impl ChatTail {
    /// Puts a message at the end and lets the oldest go.
    pub fn push(&mut self, message: Arc<ChatMessage>) {
        self.messages.push_back(message);
        if self.messages.len() > CHAT_TAIL {
            self.messages.pop_front();
        }
    }
}
