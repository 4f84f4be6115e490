//! What people read of Twitch's answers: one place.

use super::pace::{Wait, What};
use crate::adapters::twitch::calls::chat::Dropped;
use crate::adapters::twitch::calls::people::User;
use crate::adapters::twitch::error::TwitchError;
use crate::domain::twitch_features::FEATURES;
use crate::kit::clock;
use crate::kit::text;
use crate::kit::units::Millis;

pub(super) const NOT_HERE: &str = "That is no order for Twitch itself.";
pub(super) const NOTHING_TO_CHANGE: &str = "Nothing was given to change.";
pub(super) const YOURSELF: &str = "That is this very channel.";
pub(super) const NO_RAID: &str = "No raid is waiting: it was sent already, or never begun.";
pub(super) const RAIDING_ALREADY: &str =
    "A raid is under way already, perhaps begun on Twitch itself. Take it back first, then raid again.";
pub(super) const NO_CHANNEL: &str = "Write the channel's name as it stands in its address: letters, digits and _. \
    An id is written as id:9001.";
pub(super) const NO_TARGET: &str = "Twitch finds no such channel: it cannot be raided.";
pub(super) const RAIDS_SPENT: &str =
    "Twitch takes ten raid orders in ten minutes, and those are spent. Wait a few minutes.";
pub(super) const NOT_LIVE: &str = "The channel is not live on Twitch, or Twitch has not noticed yet.";
pub(super) const NO_MARKER: &str = "Twitch sets markers only while the channel is live and past broadcasts are stored.";
pub(super) const NO_SNOOZE: &str = "No snooze is left. Twitch gives another one with time.";
pub(super) const TWICE: &str = "Twitch drops a message that is sent twice within 30 seconds";

/// An error, with what to do.
pub(in super::super) fn plainly(error: &TwitchError) -> String {
    match error {
        TwitchError::Unauthorised(why) => right(why),
        TwitchError::RateLimited { until } => match until.map(|until| until.since(clock::unix())) {
            Some(wait) if wait > Millis(0) => format!("Twitch asks us to slow down: again in {wait}."),
            _ => "Twitch asks us to slow down. Wait a little, then try again.".to_owned(),
        },
        other => text::sentence(&other.to_string()),
    }
}

/// Which right is missing, in the words of the sign-in page where it is one of ours.
fn right(why: &str) -> String {
    let missing = FEATURES.iter().find_map(|feature| {
        Some((feature, feature.scopes.iter().chain(feature.bot_scopes).find(|scope| why.contains(**scope))?))
    });
    match missing {
        Some((feature, scope)) => {
            format!("The right '{scope}' ({}) is missing: sign in to Twitch again to give it.", feature.title)
        }
        None => format!("Twitch does not accept the sign-in for this: {}", text::sentence(why)),
    }
}

/// The answer was lost.
pub(super) fn unsure(error: &TwitchError) -> String {
    format!("{} It may have been done all the same: look before you try again.", text::sentence(&error.to_string()))
}

/// Too early.
pub(super) fn later(wait: &Wait) -> String {
    let limit = match wait.what {
        What::Raid => "Twitch takes ten raid orders in ten minutes",
        What::Announcement => "Twitch takes one announcement in two seconds",
        What::Shoutout => "Twitch takes one shout-out in two minutes",
        What::SameShoutout => "Twitch takes one shout-out an hour for the same channel",
        What::Chat => "Too many messages went to chat; more would silence the account for an hour",
        What::SameMessage => TWICE,
    };
    format!("{limit}: again in {}.", wait.span)
}

/// Twitch's own words say why: blocked, raids not accepted, too many viewers.
pub(super) fn raid_refused(said: &str) -> String {
    format!("Twitch does not take this raid: {}", text::sentence(said))
}

/// Digits that are the name of one channel and the id of another.
pub(super) fn two_channels(one: &User, other: &User) -> String {
    let which = |user: &User| format!("{} (id:{}, @{})", user.display_name, user.id, user.login);
    format!(
        "These digits mean two channels: {} and {}. Write the one you mean as it stands in brackets.",
        which(one),
        which(other)
    )
}

pub(super) fn nobody(wanted: &str) -> String {
    format!("Twitch knows no channel '{wanted}'.")
}

/// Why a message does not stand in chat. Codes: dev.twitch.tv, "IRC message ids" and Send Chat Message.
pub(super) fn dropped(dropped: Option<&Dropped>) -> String {
    let (code, said) = dropped.map_or(("", ""), |dropped| (dropped.code.as_str(), dropped.message.as_str()));
    let why = match code {
        "msg_duplicate" => "it is the same as one sent less than 30 seconds ago",
        "msg_ratelimit" => "too many messages were sent",
        "msg_slowmode" => "chat is in slow mode and the last message was too recent",
        "msg_followersonly" | "msg_followersonly_followed" | "msg_followersonly_zero" => {
            "chat is for followers only; the account must follow first, or be a moderator"
        }
        "msg_subsonly" => "chat is for subscribers only; make the account a moderator",
        "msg_emoteonly" => "chat takes emotes only",
        "msg_r9k" => "chat takes only messages that were not said before",
        "automod_held" | "msg_rejected" => "AutoMod holds it until a moderator looks at it",
        "msg_rejected_mandatory" => "the channel's moderation settings do not allow it",
        "msg_banned" | "user_banned" => "the account is banned in this chat",
        "msg_timedout" => "the account is timed out in this chat",
        "msg_verified_email" => "the account's e-mail address must be verified on Twitch",
        "msg_requires_verified_phone_number" => "the account's phone number must be verified on Twitch",
        "msg_channel_suspended" => "the channel does not exist or is suspended",
        "msg_channel_blocked" | "msg_suspended" => "the account may not speak in this chat",
        _ => "",
    };
    match (why, text::excerpt(said, 200)) {
        ("", said) if said.is_empty() => "Twitch did not show the message and gives no reason.".to_owned(),
        ("", said) => format!("Twitch did not show the message: {}", text::sentence(&said)),
        (why, _) => format!("Twitch did not show the message: {why}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_right_is_named_with_what_to_do() {
        let said = plainly(&TwitchError::Unauthorised("Missing scope: channel:manage:raids".to_owned()));
        assert_eq!(said, "The right 'channel:manage:raids' (Raids) is missing: sign in to Twitch again to give it.");
        let said = plainly(&TwitchError::Unauthorised("Client ID and OAuth token do not match".to_owned()));
        assert!(said.ends_with("do not match."), "{said}");
    }

    #[test]
    fn every_drop_has_its_reason() {
        let drop = |code: &str, message: &str| Dropped { code: code.to_owned(), message: message.to_owned() };
        let table = [
            (Some(drop("msg_slowmode", "x")), "slow mode"),
            (Some(drop("automod_held", "")), "AutoMod"),
            (Some(drop("brand_new", "moon phase\u{202e}")), "Moon phase."),
            (Some(drop("brand_new", "")), "no reason"),
            (None, "no reason"),
        ];
        for (dropped_for, wanted) in table {
            let said = dropped(dropped_for.as_ref());
            assert!(said.contains(wanted) && !said.contains('\u{202e}'), "{said}");
        }
    }
}
