//! Twitch's rows: which events arrive, whether calls are answered.

use crate::domain::chat::Identity;
use crate::domain::health::{Health, State};
use crate::domain::twitch::{SignIn, Socket, Subscription, SubscriptionState, Twitch};
use crate::kit::text;

/// Calls left of the bucket below which it is worth a word, in parts of the whole.
const FEW: u32 = 10;

/// The rows beside those of the sign-ins; none while Twitch is not set up.
pub(super) fn rows(twitch: &Twitch) -> Vec<Health> {
    if !twitch.set_up {
        return Vec::new();
    }
    let sockets = twitch.sockets.iter().filter_map(|(who, one)| socket(*who, one));
    sockets.chain(subscriptions(twitch)).chain(calls(twitch)).collect()
}

fn socket(who: Identity, socket: &Socket) -> Option<Health> {
    let name = match who {
        Identity::Broadcaster => "Twitch events",
        Identity::Bot => "Twitch bot events",
    };
    match socket {
        Socket::Off => None,
        Socket::Connecting => Some(Health::new(name, State::Starting, "Connecting.")),
        Socket::Open { since } => Some(Health { since: Some(*since), ..Health::new(name, State::Good, "Connected.") }),
        Socket::Waiting { reason, .. } => {
            let reason = format!("{} It is tried again by itself.", text::sentence(reason));
            Some(Health::new(name, State::Lost, reason))
        }
    }
}

/// One row for all: how many arrive; to be unfolded, each of them, those that are missing first.
fn subscriptions(twitch: &Twitch) -> Option<Health> {
    const NAME: &str = "Twitch event kinds";
    let all = &twitch.subscriptions;
    let arrives = |one: &&Subscription| one.state == SubscriptionState::Active && twitch.is_open(one.identity);
    let on = all.iter().filter(arrives).count();
    let cut = all.iter().any(|one| !twitch.is_open(one.identity));
    let asked = all.iter().any(|one| one.state == SubscriptionState::Asked);
    let state = match () {
        () if all.is_empty() => return None,
        () if on == all.len() => State::Good,
        () if asked && !cut => State::Starting,
        () if on > 0 => State::Weak,
        () => State::Lost,
    };
    let (there, missing): (Vec<&Subscription>, Vec<&Subscription>) = all.iter().partition(arrives);
    let more = missing.into_iter().chain(there).map(|one| kind(twitch, one)).collect();
    let reason = match on {
        0 if cut => "No event arrives, because there is no connection.".to_owned(),
        _ => format!("{on} of {} kinds of events arrive.", all.len()),
    };
    Some(Health { more, ..Health::new(NAME, state, reason) })
}

fn kind(twitch: &Twitch, one: &Subscription) -> String {
    let name = one.wanted.name();
    match &one.state {
        SubscriptionState::Off(why) => format!("{name}: {why}"),
        _ if !twitch.is_open(one.identity) => format!("{name}: asked for again when the connection stands."),
        SubscriptionState::Asked => format!("{name}: asked for, not confirmed yet."),
        SubscriptionState::Active => format!("{name}: arrives."),
    }
}

fn calls(twitch: &Twitch) -> Option<Health> {
    const NAME: &str = "Twitch calls";
    if let Some((why, since)) = &twitch.helix_trouble {
        return Some(Health { since: Some(*since), ..Health::new(NAME, State::Lost, text::sentence(why)) });
    }
    // Nobody calls for an account that is signed out: the last answer tells nothing any more.
    if let Some(SignIn::Unlinked | SignIn::NeedsSignIn { .. }) = twitch.sign_in.get(&Identity::Broadcaster) {
        return None;
    }
    let rate = twitch.rate?;
    let reason = format!("Answered; {} of {} calls are left this minute.", rate.remaining, rate.limit);
    let few = rate.remaining.saturating_mul(FEW) < rate.limit;
    Some(Health::new(NAME, if few { State::Weak } else { State::Good }, reason))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::twitch::Rate;
    use crate::domain::twitch_features::{CHAT, RAID_OUT, Wanted};
    use crate::kit::units::UnixMs;

    /// Twitch with these kinds of events on the broadcaster's connection.
    fn twitch(open: bool, states: &[(&'static Wanted, SubscriptionState)]) -> Twitch {
        let identity = Identity::Broadcaster;
        let socket = if open { Socket::Open { since: UnixMs(1) } } else { Socket::Connecting };
        let kind = |(wanted, state): &(&'static Wanted, SubscriptionState)| Subscription {
            wanted,
            identity,
            state: state.clone(),
        };
        let subscriptions = states.iter().map(kind).collect();
        Twitch { set_up: true, sockets: [(identity, socket)].into(), subscriptions, ..Twitch::default() }
    }

    #[test]
    fn kinds_of_events_are_one_row_that_unfolds_to_each_of_them() {
        use SubscriptionState::{Active, Asked, Off};
        let off = || Off("Missing right user:read:chat: sign in again.".to_owned());
        let lost = "No event arrives, because there is no connection.";
        let table = [
            (true, Active, Active, State::Good, "2 of 2 kinds of events arrive."),
            (true, Active, off(), State::Weak, "1 of 2 kinds of events arrive."),
            (true, Active, Asked, State::Starting, "1 of 2 kinds of events arrive."),
            (true, off(), off(), State::Lost, "0 of 2 kinds of events arrive."),
            (false, Asked, off(), State::Lost, lost),
            (false, Active, Active, State::Lost, lost),
        ];
        for (open, raid, chat, state, reason) in table {
            let row = subscriptions(&twitch(open, &[(&RAID_OUT, raid), (&CHAT, chat)])).expect("a row");
            assert_eq!((row.state, row.reason.as_str(), row.more.len()), (state, reason, 2));
        }
        let row = subscriptions(&twitch(true, &[(&RAID_OUT, Active), (&CHAT, off())])).expect("a row");
        let each =
            ["channel.chat.message: Missing right user:read:chat: sign in again.", "channel.raid (out): arrives."];
        assert_eq!(row.more, each, "what is missing stands first");
        assert_eq!(subscriptions(&twitch(true, &[])), None);
    }

    #[test]
    fn each_connection_has_its_row_with_its_reason() {
        let waiting = Socket::Waiting { reason: "Nothing came for 36 s.".to_owned(), until: UnixMs(9) };
        let table = [
            (Socket::Off, None),
            (Socket::Connecting, Some((State::Starting, "Connecting."))),
            (Socket::Open { since: UnixMs(3) }, Some((State::Good, "Connected."))),
            (waiting, Some((State::Lost, "Nothing came for 36 s. It is tried again by itself."))),
        ];
        for (state, wanted) in table {
            for (who, name) in [(Identity::Broadcaster, "Twitch events"), (Identity::Bot, "Twitch bot events")] {
                let row = socket(who, &state);
                let told = row.as_ref().map(|row| (row.state, row.reason.as_str()));
                assert_eq!(told, wanted, "{state:?}");
                assert!(row.is_none_or(|row| row.name == name));
            }
        }
    }

    #[test]
    fn without_an_application_there_is_no_row() {
        assert_eq!(rows(&Twitch { set_up: false, ..twitch(true, &[(&CHAT, SubscriptionState::Active)]) }), []);
        let rows = rows(&twitch(true, &[(&CHAT, SubscriptionState::Active)]));
        assert_eq!(rows.iter().map(|row| row.name).collect::<Vec<_>>(), ["Twitch events", "Twitch event kinds"]);
    }

    #[test]
    fn calls_tell_trouble_and_a_bucket_that_is_nearly_empty() {
        let rate = |remaining| Twitch {
            set_up: true,
            rate: Some(Rate { limit: 800, remaining, reset_at: UnixMs(0) }),
            ..Twitch::default()
        };
        assert_eq!(calls(&rate(700)).expect("a row").state, State::Good);
        assert_eq!(calls(&rate(12)).expect("a row").state, State::Weak);
        let over = SignIn::NeedsSignIn { reason: "x".to_owned() };
        assert_eq!(calls(&Twitch { sign_in: [(Identity::Broadcaster, over)].into(), ..rate(700) }), None);
        let trouble = Twitch { helix_trouble: Some(("HTTP 503".to_owned(), UnixMs(5))), ..rate(700) };
        assert_eq!(calls(&trouble).expect("a row").state, State::Lost);
    }
}
