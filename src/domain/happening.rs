//! What happened on a platform: follows, subscriptions, cheers, raids, polls. For the event list, and
//! for rooms that react; the words are made once, where the event is understood.

use crate::kit::units::UnixMs;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

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

impl Happening {
    /// Our own chat shows that a raid was called off (`unraid`, dev.twitch.tv, "Channel Chat Notification").
    pub fn is_raid_called_off(&self) -> bool {
        self.kind == HappeningKind::Notice && self.data["notice"] == "unraid" && self.data["from_channel"].is_null()
    }
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

/// Happenings that [`EventTail`] keeps.
pub const EVENT_TAIL: usize = 300;

/// The newest happenings, oldest first: for pages that are opened in the middle.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EventTail {
    /// The happenings.
    pub happenings: VecDeque<Happening>,
    /// Why they are not being written down, while they are not.
    pub not_writing: Option<String>,
}

impl EventTail {
    /// Puts one at the end and lets the oldest go; false where it is there already.
    pub fn push(&mut self, happening: Happening) -> bool {
        if self.happenings.iter().any(|known| known.id == happening.id) {
            return false;
        }
        self.happenings.push_back(happening);
        if self.happenings.len() > EVENT_TAIL {
            self.happenings.pop_front();
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn happening(id: usize) -> Happening {
        Happening {
            id: id.to_string(),
            at: UnixMs(0),
            kind: HappeningKind::Follow,
            who: None,
            amount: None,
            text: String::new(),
            message: None,
            data: serde_json::Value::Null,
        }
    }

    #[test]
    fn the_tail_is_bounded_and_takes_each_once() {
        let mut tail = EventTail::default();
        for id in 0..EVENT_TAIL + 5 {
            assert!(tail.push(happening(id)));
        }
        assert!(!tail.push(happening(EVENT_TAIL)));
        assert_eq!(tail.happenings.len(), EVENT_TAIL);
        assert_eq!(tail.happenings[0].id, "5");
    }
}
