//! What people read about a sign-in.

use super::held::UNUSED;
use crate::adapters::twitch::error::TwitchError;
use crate::config;
use crate::domain::chat::Identity;
use crate::kit::units::{Millis, UnixMs};
use crate::kit::{clock, text};
use crate::store::tokens::Notes;
use std::path::Path;

pub(super) const NOT_SET_UP: &str =
    "Twitch is not set up: enter the id of your application on the Twitch page (TWITCH_CLIENT_ID).";
pub(super) const CODE_WAITS: &str = "A code waits to be typed at Twitch. It is shown on the Twitch page.";
pub(super) const TOO_LATE: &str = "The sign-in code was not typed in time.";
pub(super) const GIVEN_UP: &str = "The sign-in was given up.";
pub(super) const SIGNED_OUT: &str = "Signed out of Twitch.";
pub(super) const NEEDS_SECRET: &str = "This way needs TWITCH_CLIENT_SECRET. Use the code instead.";
pub(super) const NOT_BEGUN: &str = "This sign-in was not begun here, or is too old. Begin it again.";
pub(super) const NO_RANDOM: &str = "The system gives no random numbers.";
pub(super) const SISTER: &str = "The token file holds newer Twitch tokens than ours; they were taken over.";
pub(super) const SAVED_AGAIN: &str = "The Twitch tokens are on the disk again.";
pub(super) const LIVES_AGAIN: &str = "Twitch accepts the stored sign-in again. Nothing needs to be done.";
pub(super) const WAS_OPEN: &str = "The token file could be read by other users of this machine. That is closed now; if somebody else uses the \
     machine, sign in anew.";
pub(super) const FIRST_TAKEN: &str =
    "TWITCH_OAUTH_TOKEN and TWITCH_REFRESH_TOKEN were taken over into the token file; the settings need them no more.";
pub(super) const FIRST_LEFT: &str = "TWITCH_OAUTH_TOKEN and TWITCH_REFRESH_TOKEN are left alone, because you signed out. \
     To sign in again, use the Twitch page.";
pub(super) const OTHER_APPLICATION: &str = "the tokens were made for another application than TWITCH_CLIENT_ID.";
pub(super) const NO_ACCOUNT: &str = "the stored token belongs to an application, not to an account.";
pub(super) const BEING_CHECKED: &str = "the sign-in is being checked";

pub(super) fn old_file_taken(new: &Path) -> String {
    format!(
        "The tokens of twitch_tokens.json in the working folder were taken over into {}. The old file is left as it is \
         and goes out of date: programs that read it should read the new one, or set TWITCH_TOKENS_PATH to the old one.",
        new.display()
    )
}

pub(super) fn old_file_left(why: &str) -> String {
    format!("The tokens of an earlier program could not be taken over. {why}")
}

pub(super) fn renewal_waits(why: &str) -> String {
    format!("The Twitch tokens are not renewed yet, because the new ones could not be kept. {why} It is tried again.")
}

/// The sign-in ends of not being used, and Twitch cannot be reached.
pub(super) fn ends_soon(at: UnixMs) -> String {
    match at.since(clock::unix()) {
        Millis(0) => "The Twitch sign-in may have ended: it was not renewed for 30 days.".to_owned(),
        left => format!("The Twitch sign-in ends in {left}, unless Twitch can be reached before."),
    }
}

pub(super) fn nobody(identity: Identity) -> String {
    format!("The {} is not signed in to Twitch. Sign in on the Twitch page.", identity.word())
}

pub(super) fn sign_in_again(why: &str) -> String {
    format!("Sign in to Twitch again: {why}")
}

pub(super) fn signed_in(login: Option<&str>, same_as: Option<Identity>) -> String {
    let said = format!("Signed in to Twitch as {}.", login.unwrap_or("the account that agreed"));
    match same_as {
        None => said,
        Some(other) => format!("{said} It is the same account as the {}'s.", other.word()),
    }
}

pub(super) fn another_channel(login: &str) -> String {
    format!("{login} is not the channel of TWITCH_BROADCASTER_ID. Sign in with the channel's account.")
}

pub(super) fn in_memory_only(why: &str) -> String {
    format!(
        "The newest Twitch tokens are in memory only: {why} Until that is mended, a restart asks you to sign in again."
    )
}

/// The file did not give what it held before.
pub(super) fn put_back(path: &Path, aside: Option<&Path>) -> String {
    let path = path.display();
    match aside {
        None => format!(
            "The token file {path} lost the Twitch tokens. They were written there again; to be rid of them, sign out \
             on the Twitch page."
        ),
        Some(aside) => format!(
            "The token file {path} was damaged. The Twitch tokens were written anew; the damaged file is kept as {}.",
            aside.display()
        ),
    }
}

/// Twitch knows the application not, or not with this secret.
fn application(message: &str) -> String {
    format!("Twitch does not accept the application ({message}). Check its id and secret on the Twitch page.")
}

/// Why no sign-in was begun, or none came of it.
pub(super) fn no_sign_in(error: &TwitchError) -> String {
    match error {
        TwitchError::Refused { message, .. } | TwitchError::Unauthorised(message) if message.contains("client") => {
            application(message)
        }
        TwitchError::Refused { message, .. } => {
            format!("Twitch refused the sign-in: {}.", message.trim_end_matches('.'))
        }
        other => text::sentence(&other.to_string()),
    }
}

/// Why Twitch took a refresh token no more.
pub(super) fn refused(message: &str, twitch: &config::Twitch, notes: Notes) -> String {
    let public = twitch.client_secret.is_none();
    let idle = notes.renewed_at.map(|at| clock::unix().since(at)).filter(|idle| public && *idle >= UNUSED);
    if message.contains("client") {
        application(message)
    } else if notes.renewing && public {
        "A renewal was begun whose answer never reached the disk, because the program or the network stopped in the \
         middle, and each stored sign-in can be renewed only once."
            .to_owned()
    } else if let Some(idle) = idle {
        format!("It was not renewed for {} days, and ends after 30.", idle.0 / 86_400_000)
    } else {
        format!(
            "Twitch no longer accepts the stored sign-in ({message}). It ends after 30 days without use, with a new \
             password, when it is taken back at Twitch, or when another program renews it."
        )
    }
}

/// Twitch cannot be asked what a token is worth.
pub(super) fn unknown(trouble: Option<String>, ends_at: Option<UnixMs>) -> String {
    let why = trouble.map_or("Twitch is being asked.".to_owned(), |trouble| format!("{trouble}. It is tried again."));
    ends_at.map_or(why.clone(), |at| format!("{why} {}", ends_soon(at)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Values;

    #[test]
    fn each_end_of_a_sign_in_has_its_reason() {
        let twitch = |secret| {
            let values = Values::from_pairs([("TWITCH_CLIENT_ID", "id"), ("TWITCH_CLIENT_SECRET", secret)]);
            crate::config::Config::parse(&values).unwrap().twitch
        };
        let days = |days: i64| Some(UnixMs(clock::unix().0 - days * 86_400_000));
        let table = [
            ("Invalid refresh token", "", Notes::default(), "no longer accepts"),
            ("Invalid refresh token", "", Notes { renewed_at: days(41), renewing: false }, "41 days"),
            ("Invalid refresh token", "", Notes { renewed_at: days(-1), renewing: false }, "no longer accepts"),
            ("Invalid refresh token", "", Notes { renewed_at: days(1), renewing: true }, "never reached the disk"),
            ("Invalid refresh token", "s", Notes { renewed_at: days(41), renewing: true }, "no longer accepts"),
            ("invalid client secret", "s", Notes::default(), "id and secret"),
        ];
        for (message, secret, notes, wanted) in table {
            let told = refused(message, &twitch(secret), notes);
            assert!(told.contains(wanted), "{told}");
        }
        for (status, message, wanted) in [
            (400, "invalid client", "Check its id and secret"),
            (403, "invalid client secret", "Check its id and secret"),
            (400, "Invalid authorization code", "Twitch refused the sign-in: Invalid authorization code."),
        ] {
            let told = no_sign_in(&TwitchError::Refused { status, message: message.to_owned() });
            assert!(told.contains(wanted), "{told}");
        }
        let tomorrow = UnixMs(clock::unix().0 + 86_340_000);
        let told = unknown(Some("Twitch cannot be reached".to_owned()), Some(tomorrow));
        assert!(told.contains("ends in 23 h"), "{told}");
        assert!(unknown(None, Some(UnixMs(0))).contains("may have ended"));
    }
}
