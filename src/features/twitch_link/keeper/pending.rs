//! Sign-ins that were begun and wait for somebody at Twitch.

use crate::adapters::twitch::oauth::{Device, SLOWER};
use crate::domain::chat::Identity;
use crate::domain::twitch::SignIn;
use crate::kit::clock;
use crate::kit::units::{Millis, Mono, UnixMs};
use subtle::ConstantTimeEq as _;
use url::Url;

/// A sign-in by code grant that nobody finished is forgotten after this.
const CONSENT_LIFE: Millis = Millis(600_000);

/// See the module's head.
#[derive(Default)]
pub(super) struct Pending {
    device: Option<Waiting>,
    consent: Option<Consent>,
}

/// A code that waits to be typed.
struct Waiting {
    device: Device,
    /// The rights that it was begun with; Twitch wants to hear the same ones again.
    scopes: Vec<String>,
    until: Mono,
    expires_at: UnixMs,
    next: Mono,
}

/// A browser that was sent to Twitch.
struct Consent {
    state: String,
    binding: String,
    redirect: Url,
    until: Mono,
}

impl Pending {
    pub(super) fn begin(&mut self, device: Device, scopes: Vec<String>) {
        let now = clock::mono();
        let expires_at = UnixMs(clock::unix().0.saturating_add(i64::try_from(device.life.0).unwrap_or(i64::MAX)));
        let (until, next) = (now + device.life, now + device.interval);
        self.device = Some(Waiting { until, next, expires_at, device, scopes });
    }

    /// Twitch wants to be asked less often: five seconds more each time (RFC 8628, 3.5).
    pub(super) fn slower(&mut self) {
        if let Some(waiting) = &mut self.device {
            waiting.device.interval = Millis(waiting.device.interval.0 + SLOWER.0);
            waiting.next = waiting.next + SLOWER;
        }
    }

    pub(super) fn shown(&self) -> Option<SignIn> {
        self.device.as_ref().map(|waiting| SignIn::Pending {
            user_code: waiting.device.user_code.clone(),
            verification_uri: waiting.device.verification_uri.clone(),
            expires_at: waiting.expires_at,
        })
    }

    /// When Twitch is asked about the code again.
    pub(super) fn next(&self) -> Option<Mono> {
        self.device.as_ref().map(|waiting| waiting.next)
    }

    /// The code to ask about now, and with which rights: `Err` when it died, `None` when it is not yet time.
    pub(super) fn due(&mut self) -> Option<Result<(Device, Vec<String>), ()>> {
        let now = clock::mono();
        let waiting = self.device.as_mut().filter(|waiting| waiting.next <= now)?;
        waiting.next = now + waiting.device.interval;
        let asked = (waiting.device.clone(), waiting.scopes.clone());
        Some(if now < waiting.until { Ok(asked) } else { Err(()) })
    }

    /// Sends a browser on its way: the word that it must bring back, once, in the same session.
    pub(super) fn send_browser(&mut self, identity: Identity, redirect: Url, binding: String) -> Option<String> {
        let mut bytes = [0_u8; 24];
        getrandom::fill(&mut bytes).ok()?;
        let state = format!("{}.{}", identity.word(), hex::encode(bytes));
        self.consent = Some(Consent { state: state.clone(), binding, redirect, until: clock::mono() + CONSENT_LIFE });
        Some(state)
    }

    /// The browser came back: where it was to come back to, if it is the one that was sent. A wrong word
    /// leaves the right one in force.
    pub(super) fn browser_back(&mut self, state: &str, binding: &str) -> Option<Url> {
        let fits = |one: &mut Consent| {
            let same = one.state.as_bytes().ct_eq(state.as_bytes()) & one.binding.as_bytes().ct_eq(binding.as_bytes());
            bool::from(same) && clock::mono() < one.until
        };
        self.consent.take_if(fits).map(|consent| consent.redirect)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::secret::Secret;

    #[test]
    fn a_code_is_asked_about_with_the_rights_that_it_was_begun_with() {
        let (mut pending, scopes) = (Pending::default(), vec!["chat:read".to_owned()]);
        let device = Device {
            device_code: Secret::from("d"),
            user_code: "ABCD".to_owned(),
            verification_uri: "https://id.example/".to_owned(),
            life: Millis(60_000),
            interval: Millis(0),
        };
        pending.begin(device.clone(), scopes.clone());
        assert_eq!(pending.due(), Some(Ok((device, scopes))));
    }

    #[test]
    fn the_word_is_good_once_and_in_its_session_alone() {
        let mut pending = Pending::default();
        let back = Url::parse("https://live.example/twitch/callback").unwrap();
        let state = pending.send_browser(Identity::Bot, back.clone(), "mine".to_owned()).unwrap();
        assert!(state.starts_with("bot.") && state.len() > 40);
        assert_eq!(pending.browser_back("bot.00", "mine"), None);
        assert_eq!(pending.browser_back(&state, "another's"), None);
        assert_eq!(pending.browser_back(&state, "mine"), Some(back));
        assert_eq!(pending.browser_back(&state, "mine"), None, "once");
    }
}
