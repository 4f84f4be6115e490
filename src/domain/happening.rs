//! What happened on a platform: follows, subscriptions, cheers, raids, polls. For the event list, and
//! for rooms that react; the words are made once, where the event is understood.

use crate::kit::units::UnixMs;
use serde::{Deserialize, Serialize};

/// One event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Happening {
    /// The platform's id of the message that told it; the same event may arrive twice.
    pub id: String,
    /// When it happened.
    pub at: UnixMs,
    /// What kind.
    pub kind: HappeningKind,
    /// The account behind it: id and name; `None` where it is anonymous or nobody's.
    pub who: Option<(String, String)>,
    /// Bits, viewers, months, gifts, points: what the kind counts.
    pub amount: Option<u64>,
    /// Plain words: "Anna cheered 100 bits".
    pub text: String,
    /// What was said with it.
    pub message: Option<String>,
    /// The numbers and ids for machines.
    pub data: serde_json::Value,
}

/// The kinds of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HappeningKind {
    /// Somebody follows.
    Follow,
    /// A subscription, new or again.
    Subscribe,
    /// Subscriptions given away.
    Gift,
    /// Bits cheered or used.
    Bits,
    /// A channel-point reward redeemed.
    Redemption,
    /// A raid came in.
    RaidIn,
    /// A raid went out.
    RaidOut,
    /// A hype train began, went on or ended.
    HypeTrain,
    /// A poll.
    Poll,
    /// A prediction.
    Prediction,
    /// An ad break began.
    AdBreak,
    /// A shout-out, given or received.
    Shoutout,
    /// The platform shows the channel as live, or no longer.
    Live,
    /// Title, category or labels changed.
    Channel,
    /// A notice in chat that is none of the above (announcement, watch streak …).
    Notice,
    /// A message or a whole chat was removed.
    Removed,
    /// A kind that this version does not know.
    Other,
}
