//! Twitch as the pages show it.

use super::sections::{AdsView, Level, TwitchView};
use crate::domain::chat::Identity;
use crate::domain::stream::Obs;
use crate::domain::twitch::{Live, SignIn, Socket, SubscriptionState, Twitch};
use crate::domain::twitch_features::CHAT;
use crate::kit::units::UnixMs;
use crate::web::words;
use std::collections::BTreeMap;

/// Twitch needs a while to show a stream that has begun; before, nothing is odd.
const UNTIL_SHOWN_MS: i64 = 60_000;

/// What each part does here needs one of these, and cannot without: part and scope.
const NEEDS: &[(&str, &str)] = &[
    ("chat", SPEAK),
    ("channel", "channel:manage:broadcast"),
    ("clips", "clips:edit"),
    ("announcements", "moderator:manage:announcements"),
    ("shoutouts", "moderator:manage:shoutouts"),
    ("ads", "channel:manage:ads"),
    ("ads", "channel:edit:commercial"),
];

/// Who has this may say something.
const SPEAK: &str = "user:write:chat";

/// The section.
pub fn compose(twitch: &Twitch, obs: &Obs, now: UnixMs) -> TwitchView {
    let live = twitch.live_at(now);
    let (word, level) = word(twitch.set_up, live);
    let (live_since, viewers) = match live {
        Some(Live::On { started_at, viewers, .. }) => (Some(*started_at), Some(*viewers)),
        Some(Live::Off { .. }) | None => (None, None),
    };
    let ads = twitch.ads.as_ref().map(|ads| AdsView {
        next_at: ads.next_at,
        seconds: ads.seconds,
        snoozes: ads.snoozes,
        preroll_free_seconds: ads.preroll_free_seconds,
    });
    TwitchView {
        word,
        level,
        blocked: blocked(twitch),
        login: login(twitch, Identity::Broadcaster),
        voices: Identity::ALL.iter().filter_map(|who| voice(twitch, *who)).collect(),
        live_since,
        viewers,
        hint: hint(twitch, obs, now),
        deaf: deaf(twitch),
        lacks: lacks(twitch),
        channel: twitch.channel.clone(),
        ads,
    }
}

fn word(set_up: bool, live: Option<&Live>) -> (&'static str, Level) {
    match live {
        _ if !set_up => ("Off", Level::Muted),
        Some(Live::On { .. }) => ("Live", Level::Good),
        Some(Live::Off { .. }) => ("Not live", Level::Muted),
        None => ("Unknown", Level::Muted),
    }
}

/// The account, where it may speak.
fn voice(twitch: &Twitch, who: Identity) -> Option<(&'static str, String)> {
    match twitch.sign_in.get(&who) {
        Some(SignIn::Linked { login, scopes, .. }) if scopes.iter().any(|one| one == SPEAK) => {
            Some((who.word(), login.clone()))
        }
        _ => None,
    }
}

/// Chat that does not come looks like a chat in which nobody speaks.
fn deaf(twitch: &Twitch) -> Option<String> {
    if blocked(twitch).is_some() || twitch.subscriptions.is_empty() {
        return None;
    }
    let Some(chat) = twitch.subscription(&CHAT) else {
        return Some(words::CHAT_OFF.to_owned());
    };
    match (&chat.state, twitch.sockets.get(&chat.identity)) {
        (SubscriptionState::Off(why), _) | (_, Some(Socket::Waiting { reason: why, .. })) => {
            Some(words::chat_deaf(why))
        }
        _ => None,
    }
}

/// A right that is missing although it is wanted needs a sign-in; one that nobody wants is switched off.
fn lacks(twitch: &Twitch) -> BTreeMap<&'static str, &'static str> {
    let Some(SignIn::Linked { scopes, missing, .. }) = twitch.sign_in.get(&Identity::Broadcaster) else {
        return BTreeMap::new();
    };
    let has = |all: &[String], scope: &str| all.iter().any(|one| one == scope);
    let without = NEEDS.iter().filter(|(_, scope)| !has(scopes, scope));
    let why = |scope| if has(missing, scope) { words::TWITCH_RIGHT_MISSING } else { words::TWITCH_PART_OFF };
    without.map(|(part, scope)| (*part, why(scope))).collect()
}

fn login(twitch: &Twitch, who: Identity) -> Option<String> {
    match twitch.sign_in.get(&who) {
        Some(SignIn::Linked { login, .. }) => Some(login.clone()),
        _ => None,
    }
}

fn blocked(twitch: &Twitch) -> Option<String> {
    match twitch.sign_in.get(&Identity::Broadcaster) {
        _ if !twitch.set_up => Some(words::TWITCH_NOT_SET_UP.to_owned()),
        Some(SignIn::Linked { .. }) => None,
        Some(SignIn::Unknown { reason, .. }) => Some(words::twitch_unknown(reason)),
        _ => Some(words::TWITCH_SIGN_IN.to_owned()),
    }
}

/// Twitch cannot be read; or OBS has streamed for a while, and Twitch, asked since, shows nothing.
fn hint(twitch: &Twitch, obs: &Obs, now: UnixMs) -> Option<String> {
    if let Some((why, _)) = &twitch.helix_trouble {
        return Some(words::twitch_silent(why));
    }
    let (Some(Live::Off { read_at }), Some(true), Some(since)) = (&twitch.live, obs.is_live(), obs.live_since) else {
        return None;
    };
    let long = now.0 - since.0 > UNTIL_SHOWN_MS && read_at.0 - since.0 > UNTIL_SHOWN_MS;
    long.then(|| words::TWITCH_THINKS_OFFLINE.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::stream::{ObsLink, Output};
    use crate::domain::twitch::Subscription;
    use crate::domain::twitch_features::RAID_OUT;

    const T: i64 = 1_700_000_000_000;

    #[test]
    fn the_hint_waits_until_twitch_was_asked_a_minute_into_the_show() {
        let obs = Obs {
            link: ObsLink::Connected,
            output: Some(Output::Streaming),
            live_since: Some(UnixMs(T)),
            ..Obs::default()
        };
        let table = [
            ("too early", T + 30_000, Live::Off { read_at: UnixMs(T + 29_000) }, false),
            ("asked too long ago", T + 90_000, Live::Off { read_at: UnixMs(T - 1_000) }, false),
            ("now", T + 90_000, Live::Off { read_at: UnixMs(T + 80_000) }, true),
            ("it is live", T + 90_000, on(T + 80_000), false),
        ];
        for (why, now, live, told) in table {
            let twitch = Twitch { set_up: true, live: Some(live), ..Twitch::default() };
            assert_eq!(compose(&twitch, &obs, UnixMs(now)).hint.is_some(), told, "{why}");
            assert_eq!(compose(&twitch, &Obs::default(), UnixMs(now)).hint, None, "OBS does not stream: {why}");
        }
    }

    fn on(read_at: i64) -> Live {
        Live::On { id: "1".to_owned(), started_at: UnixMs(T), viewers: 12, read_at: UnixMs(read_at) }
    }

    #[test]
    fn who_is_not_signed_in_is_told_what_to_do() {
        let nobody = Twitch::default();
        assert_eq!(compose(&nobody, &Obs::default(), UnixMs(T)).blocked.as_deref(), Some(words::TWITCH_NOT_SET_UP));
        let set_up = Twitch { set_up: true, ..nobody };
        assert_eq!(compose(&set_up, &Obs::default(), UnixMs(T)).blocked.as_deref(), Some(words::TWITCH_SIGN_IN));
    }

    #[test]
    fn what_cannot_be_read_any_more_is_unknown_and_never_an_old_number() {
        let trouble = Some(("Twitch answers HTTP 503".to_owned(), UnixMs(T)));
        let twitch = Twitch { set_up: true, live: Some(on(T)), helix_trouble: trouble, ..Twitch::default() };
        let soon = compose(&twitch, &Obs::default(), UnixMs(T + 30_000));
        assert_eq!((soon.word, soon.viewers), ("Live", Some(12)));
        let late = compose(&twitch, &Obs::default(), UnixMs(T + 90_000));
        assert_eq!((late.word, late.viewers, late.live_since), ("Unknown", None, None));
        assert!(late.hint.is_some_and(|hint| hint.contains("HTTP 503. What stands here")));
    }

    #[test]
    fn a_part_without_its_right_says_why() {
        let owned = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        let sign_in = SignIn::Linked {
            user_id: "1".to_owned(),
            login: "mia".to_owned(),
            expires_at: UnixMs(0),
            scopes: owned(&[
                "channel:manage:broadcast",
                "clips:edit",
                "moderator:manage:shoutouts",
                "channel:manage:ads",
            ]),
            validated_at: None,
            missing: owned(&["user:write:chat", "channel:edit:commercial"]),
            unsaved: None,
        };
        let twitch = Twitch { set_up: true, sign_in: [(Identity::Broadcaster, sign_in)].into(), ..Twitch::default() };
        let view = compose(&twitch, &Obs::default(), UnixMs(T));
        let wanted = [
            ("ads", words::TWITCH_RIGHT_MISSING),
            ("announcements", words::TWITCH_PART_OFF),
            ("chat", words::TWITCH_RIGHT_MISSING),
        ];
        assert_eq!(view.lacks, BTreeMap::from(wanted));
        assert!(view.voices.is_empty(), "who may not speak is no voice");
    }

    #[test]
    fn silence_in_chat_is_told_from_a_chat_that_does_not_arrive() {
        let subscription = |state| Subscription { wanted: &CHAT, identity: Identity::Broadcaster, state };
        let waiting = Socket::Waiting { reason: "the connection broke".to_owned(), until: UnixMs(0) };
        let open = Socket::Open { since: UnixMs(0) };
        let other = Subscription { wanted: &RAID_OUT, ..subscription(SubscriptionState::Active) };
        let table = [
            (vec![subscription(SubscriptionState::Active)], open.clone(), None),
            (vec![subscription(SubscriptionState::Asked)], Socket::Connecting, None),
            (vec![subscription(SubscriptionState::Active)], waiting, Some("The connection broke.")),
            (vec![subscription(SubscriptionState::Off("Banned.".to_owned()))], open.clone(), Some("Banned.")),
            (vec![other], open.clone(), Some("switched off")),
            (Vec::new(), open, None),
        ];
        for (subscriptions, socket, wanted) in table {
            let linked = SignIn::Linked {
                user_id: "1".to_owned(),
                login: "mia".to_owned(),
                expires_at: UnixMs(0),
                scopes: Vec::new(),
                validated_at: None,
                missing: Vec::new(),
                unsaved: None,
            };
            let sign_in = [(Identity::Broadcaster, linked)].into();
            let sockets = [(Identity::Broadcaster, socket)].into();
            let twitch = Twitch { set_up: true, sign_in, sockets, subscriptions, ..Twitch::default() };
            let said = compose(&twitch, &Obs::default(), UnixMs(T)).deaf;
            let fits = said.as_deref().map_or(wanted.is_none(), |said| wanted.is_some_and(|part| said.contains(part)));
            assert!(fits, "{wanted:?}: {said:?}");
        }
    }
}
