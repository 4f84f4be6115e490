//! Twitch's rows: which events arrive, whether calls are answered.

use crate::domain::chat::Identity;
use crate::domain::health::{Health, State};
use crate::domain::twitch::{Socket, Subscription, SubscriptionState, Twitch};
use crate::kit::text;

/// Calls left of the bucket below which it is worth a word, in parts of the whole.
const FEW: u32 = 10;

/// The rows beside those of the sign-ins; none while Twitch is not set up.
pub(super) fn rows(twitch: &Twitch) -> Vec<Health> {
    if !twitch.set_up {
        return Vec::new();
    }
    let sockets = twitch.sockets.iter().filter_map(|(who, one)| socket(*who, one));
    sockets.chain(subscriptions(&twitch.subscriptions)).chain(calls(twitch)).collect()
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

/// One row for all: how many are on, and to be unfolded, which are not and why.
fn subscriptions(all: &[Subscription]) -> Option<Health> {
    const NAME: &str = "Twitch event kinds";
    if all.is_empty() {
        return None;
    }
    let on = all.iter().filter(|one| one.state == SubscriptionState::Active).count();
    let asked = all.iter().filter(|one| one.state == SubscriptionState::Asked).count();
    let more: Vec<String> = all.iter().filter_map(not_on).collect();
    let reason = format!("{on} of {} kinds of events are on.", all.len());
    let state = match (on == all.len(), asked > 0, on > 0) {
        (true, ..) => State::Good,
        (_, true, _) => State::Starting,
        (.., true) => State::Weak,
        (.., false) => State::Lost,
    };
    Some(Health { more, ..Health::new(NAME, state, reason) })
}

fn not_on(one: &Subscription) -> Option<String> {
    match &one.state {
        SubscriptionState::Active => None,
        SubscriptionState::Asked => Some(format!("{}: asked for, not confirmed yet.", one.name)),
        SubscriptionState::Off(why) => Some(format!("{}: {why}", one.name)),
    }
}

fn calls(twitch: &Twitch) -> Option<Health> {
    const NAME: &str = "Twitch calls";
    if let Some((why, since)) = &twitch.helix_trouble {
        return Some(Health { since: Some(*since), ..Health::new(NAME, State::Lost, text::sentence(why)) });
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
    use crate::kit::units::UnixMs;

    #[test]
    fn kinds_of_events_are_one_row_that_unfolds_to_what_is_off() {
        let kind = |name: &str, state| Subscription { name: name.to_owned(), identity: Identity::Broadcaster, state };
        let off = SubscriptionState::Off("channel:read:ads is missing".to_owned());
        let all = [kind("channel.raid (out)", SubscriptionState::Active), kind("channel.ad_break.begin", off)];
        let row = subscriptions(&all).expect("a row");
        assert_eq!((row.state, row.reason.as_str()), (State::Weak, "1 of 2 kinds of events are on."));
        assert_eq!(row.more.len(), 1);
        assert!(row.more[0].contains("channel:read:ads"), "{:?}", row.more);
        assert_eq!(subscriptions(&all[..1]).expect("a row").state, State::Good);
        assert_eq!(subscriptions(&[]), None);
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
        let trouble = Twitch { helix_trouble: Some(("HTTP 503".to_owned(), UnixMs(5))), ..rate(700) };
        assert_eq!(calls(&trouble).expect("a row").state, State::Lost);
    }
}
