//! `channel.chat.message`: who wrote what, in parts.

use super::super::fields::Fields;
use crate::domain::chat::{Author, Badge, ChatMessage, Fragment, ReplyTo};
use crate::kit::units::UnixMs;

/// Parts of a message that are kept; 500 characters cannot have more.
const FRAGMENTS: usize = 500;
/// Badges beside a name that are kept.
const BADGES: usize = 32;

/// The message; `None` where it names no author, since nothing may be decided about it then.
pub(super) fn message(event: Fields<'_>, at: UnixMs) -> Option<ChatMessage> {
    let author = author(event);
    if author.id.is_empty() {
        return None;
    }
    let message = event.below("message");
    Some(ChatMessage {
        id: event.name("message_id"),
        at,
        author,
        text: message.text("text"),
        fragments: message.list("fragments", FRAGMENTS).map(fragment).collect(),
        reply_to: event.some("reply").map(reply),
        bits: event.below("cheer").number("bits"),
        reward: Some(event.name("channel_points_custom_reward_id")).filter(|id| !id.is_empty()),
        from_channel: other_channel(event),
        own: false,
    })
}

fn author(event: Fields<'_>) -> Author {
    let badge = |one: Fields<'_>| Badge { set: one.name("set_id"), id: one.name("id"), info: one.name("info") };
    let (login, name) = (event.name("chatter_user_login"), event.name("chatter_user_name"));
    Author {
        id: event.name("chatter_user_id"),
        name: if name.trim().is_empty() { login.clone() } else { name },
        login,
        colour: colour(event.raw("color")),
        badges: event.list("badges", BADGES).map(badge).collect(),
    }
}

/// Only `#RRGGBB`: it goes into pages.
fn colour(text: &str) -> String {
    let digits = text.strip_prefix('#').unwrap_or_default();
    let good = digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    if good { text.to_owned() } else { String::new() }
}

fn fragment(one: Fields<'_>) -> Fragment {
    let text = one.text("text");
    match one.raw("type") {
        "text" => Fragment::Text(text),
        "emote" => Fragment::Emote { id: one.below("emote").name("id"), text },
        "cheermote" => Fragment::Cheer { bits: one.below("cheermote").number("bits").unwrap_or(0), text },
        "mention" => Fragment::Mention { login: one.below("mention").name("user_login"), text },
        _ => Fragment::Other(text),
    }
}

fn reply(reply: Fields<'_>) -> ReplyTo {
    ReplyTo {
        id: reply.name("parent_message_id"),
        name: reply.name("parent_user_name"),
        text: reply.text("parent_message_body"),
    }
}

/// The channel of a shared chat that this came from; `None` where it is our own.
pub(super) fn other_channel(event: Fields<'_>) -> Option<String> {
    let source = event.raw("source_broadcaster_user_id");
    if source.is_empty() || source == event.raw("broadcaster_user_id") {
        return None;
    }
    let name = event.name("source_broadcaster_user_name");
    Some(if name.trim().is_empty() { event.name("source_broadcaster_user_id") } else { name })
}
