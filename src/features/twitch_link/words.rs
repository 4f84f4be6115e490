//! What the room says to people about events.

use crate::domain::twitch_features::rights;
use crate::kit::text;

/// A right is missing.
pub(super) fn missing(rights: &[&str]) -> String {
    format!("Missing right {}: sign in again.", text::one_of(rights))
}

/// 401 although the token is alive.
pub(super) fn unauthorised(said: &str, kind: &str) -> String {
    match rights(kind) {
        [] => format!("Twitch does not accept the sign-in ({said}). Sign in again."),
        rights => missing(rights),
    }
}

/// Another refusal.
pub(super) fn refused(status: u16, said: &str) -> String {
    match status {
        403 => format!("Twitch does not allow it ({said})."),
        410 => "Twitch no longer offers it.".to_owned(),
        _ => format!("Twitch refuses it ({said})."),
    }
}

/// A revocation's status.
pub(super) fn revoked(status: &str) -> &'static str {
    match status {
        "authorization_revoked" => "The account took the right back: sign in again.",
        "user_removed" => "The account is gone.",
        "version_removed" => "Twitch no longer offers it.",
        "moderator_removed" => "The account is no longer a moderator.",
        "chat_user_banned" => "The account is banned or timed out in this chat.",
        _ => "Twitch took it away.",
    }
}

/// A session stands.
pub(super) const ARRIVE: &str = "Twitch's events arrive.";

/// A session is lost.
pub(super) fn lost(reason: &str) -> String {
    format!("Twitch's events do not arrive: {reason}. It is tried again.")
}

/// One was revoked.
pub(super) fn taken_away(name: &str, status: &str) -> String {
    format!("Twitch took {name} away. {}", revoked(status))
}

/// Twitch's list does not have what should be there.
pub(super) fn vanished(count: usize) -> String {
    format!("Twitch lost {} without a word; asked for again.", text::counted(count as u64, "subscription"))
}
