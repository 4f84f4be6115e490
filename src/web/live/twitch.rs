//! Twitch as the pages show it.

use super::sections::{AdsView, Level, TwitchView};
use crate::domain::chat::Identity;
use crate::domain::stream::Obs;
use crate::domain::twitch::{Live, SignIn, Twitch};
use crate::kit::units::UnixMs;
use crate::web::words;

/// Twitch needs a while to show a stream that has begun; before, nothing is odd.
const UNTIL_SHOWN_MS: i64 = 60_000;

/// The section.
pub fn compose(twitch: &Twitch, obs: &Obs, now: UnixMs) -> TwitchView {
    let (word, level) = word(twitch);
    let (live_since, viewers) = match &twitch.live {
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
        voices: Identity::ALL.iter().filter_map(|who| Some((who.word(), login(twitch, *who)?))).collect(),
        live_since,
        viewers,
        hint: hint(twitch, obs, now),
        channel: twitch.channel.clone(),
        ads,
    }
}

fn word(twitch: &Twitch) -> (&'static str, Level) {
    match &twitch.live {
        _ if !twitch.set_up => ("Off", Level::Muted),
        Some(Live::On { .. }) => ("Live", Level::Good),
        Some(Live::Off { .. }) => ("Not live", Level::Muted),
        None => ("Unknown", Level::Muted),
    }
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

/// OBS has streamed for a while, and Twitch, asked since, shows nothing.
fn hint(twitch: &Twitch, obs: &Obs, now: UnixMs) -> Option<String> {
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
}
