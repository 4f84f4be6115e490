//! Journal lines: every decision, every standing reason for not acting, every order and its end.

use crate::kit::units::UnixMs;
use serde::{Deserialize, Serialize};

/// What a line is about; the page filters and colours by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Topic {
    /// The failover machine decided something.
    Decision,
    /// Why nothing happens now.
    Standing,
    /// Someone gave an order, and how it ended.
    Order,
    /// A connection came or went (OBS, ingest).
    Link,
    /// An alert went out.
    Alert,
    /// The daemon itself: start, stop, settings, sign-in.
    System,
}

impl Topic {
    /// All of them.
    pub const ALL: [Topic; 6] = [Self::Decision, Self::Standing, Self::Order, Self::Link, Self::Alert, Self::System];

    /// The word in rows and addresses.
    pub fn word(self) -> &'static str {
        match self {
            Topic::Decision => "decision",
            Topic::Standing => "standing",
            Topic::Order => "order",
            Topic::Link => "link",
            Topic::Alert => "alert",
            Topic::System => "system",
        }
    }
}

/// How loud a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    /// For the record.
    Info,
    /// Good news.
    Good,
    /// Worth a look.
    Warn,
    /// Needs a person.
    Bad,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// When it was written down.
    pub at: UnixMs,
    /// What it is about.
    pub topic: Topic,
    /// How loud it is.
    pub tone: Tone,
    /// Plain words with the numbers in them; secrets are already hidden.
    pub text: String,
    /// Who or what caused it: an account, a chat author, a rule.
    pub origin: String,
    /// The numbers for machines; `null` where there are none.
    pub data: serde_json::Value,
}

/// The newest lines, and whether history is being written: the cell that page and health read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tail {
    /// Newest last; bounded by the journal room.
    pub lines: std::collections::VecDeque<Entry>,
    /// How many of them, from the newest on, are not written yet.
    pub waiting: usize,
    /// Why rows cannot be written (disk full, database locked), and since when; `None` while all is well.
    pub not_writing: Option<(String, UnixMs)>,
    /// Lines lost because nobody could keep up.
    pub lost: u64,
}
