//! The rows of the Twitch sign-ins. A right that is missing is weak; what only a person can mend needs
//! one.

use super::row;
use crate::config;
use crate::domain::chat::Identity;
use crate::domain::health::{Health, State};
use crate::domain::twitch::{SignIn, Twitch};

/// Signing in needs Twitch too, so first of all it must be reached.
const REACH: &str = "See that this machine reaches id.twitch.tv; then the sign-in is renewed by itself.";
const REPAIR: &str = "Sign in on the Twitch page (/twitch).";

/// One row for each account that is wanted; none without Twitch.
pub(super) fn rows(twitch: &Twitch, settings: &config::Twitch) -> Vec<Health> {
    if settings.client_id.is_none() {
        return Vec::new();
    }
    let wanted = Identity::ALL.into_iter().filter(|who| *who == Identity::Broadcaster || settings.bot);
    wanted.map(|who| sign_in(who, twitch.sign_in.get(&who).unwrap_or(&SignIn::Unlinked))).collect()
}

fn sign_in(who: Identity, state: &SignIn) -> Health {
    let name = match who {
        Identity::Broadcaster => "Twitch sign-in",
        Identity::Bot => "Twitch bot sign-in",
    };
    let needs = |state, reason: &str| Health { repair: Some(REPAIR.to_owned()), ..row(name, state, reason) };
    match state {
        SignIn::Unlinked => needs(State::NeedsYou, "Nobody is signed in."),
        SignIn::Pending { .. } => needs(State::NeedsYou, "A code waits to be typed at Twitch."),
        SignIn::NeedsSignIn { reason } => needs(State::NeedsYou, reason),
        SignIn::Unknown { reason, ends_at: None } => row(name, State::Unknown, reason),
        SignIn::Unknown { reason, ends_at: Some(_) } => {
            Health { repair: Some(REACH.to_owned()), ..row(name, State::NeedsYou, reason) }
        }
        SignIn::Linked { unsaved: Some(why), .. } => Health {
            repair: Some("Make the token file writable, or free disk space.".to_owned()),
            ..row(name, State::NeedsYou, format!("The newest tokens are in memory only: {why}"))
        },
        SignIn::Linked { login, missing, .. } if !missing.is_empty() => {
            needs(State::Weak, &format!("Signed in as {login}; rights are missing: {}.", missing.join(", ")))
        }
        SignIn::Linked { login, .. } => row(name, State::Good, format!("Signed in as {login}.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::units::UnixMs;

    #[test]
    fn each_state_has_its_word() {
        let linked = |missing: &[&str], unsaved: Option<&str>| SignIn::Linked {
            user_id: "1".to_owned(),
            login: "mia".to_owned(),
            expires_at: UnixMs(1),
            scopes: vec![],
            validated_at: None,
            missing: missing.iter().map(|scope| (*scope).to_owned()).collect(),
            unsaved: unsaved.map(str::to_owned),
        };
        let table = [
            (SignIn::Unlinked, State::NeedsYou),
            (SignIn::NeedsSignIn { reason: "x.".to_owned() }, State::NeedsYou),
            (SignIn::Unknown { reason: "x.".to_owned(), ends_at: None }, State::Unknown),
            (SignIn::Unknown { reason: "x.".to_owned(), ends_at: Some(UnixMs(1)) }, State::NeedsYou),
            (linked(&[], None), State::Good),
            (linked(&["clips:edit"], None), State::Weak),
            (linked(&[], Some("the disk is full.")), State::NeedsYou),
        ];
        for (state, wanted) in table {
            assert_eq!(sign_in(Identity::Bot, &state).state, wanted, "{state:?}");
        }
    }
}
