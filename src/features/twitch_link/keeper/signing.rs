//! Signing in and out: by code, by browser, and whose account it turned out to be.

use super::pending::Pending;
use super::{Keeper, words};
use crate::adapters::twitch::error::TwitchError;
use crate::adapters::twitch::oauth::{Device, DeviceAnswer, Granted, OAuth};
use crate::domain::chat::Identity;
use crate::domain::journal::Tone;
use crate::domain::twitch::SignIn;
use crate::domain::twitch_features as features;
use crate::kit::secret::Secret;
use crate::store::tokens::{Notes, Pair};
use url::Url;

impl Keeper {
    pub(super) async fn begin(&mut self) -> Result<String, String> {
        let Some(oauth) = self.oauth.clone() else { return Err(words::NOT_SET_UP.to_owned()) };
        let mut scopes = self.to_ask();
        let mut begun = oauth.begin_device(&scopes).await;
        if matches!(begun, Err(TwitchError::Refused { .. })) {
            // A right of another program that Twitch no longer offers must not keep anybody out.
            scopes = self.scopes();
            begun = oauth.begin_device(&scopes).await;
        }
        let device = begun.map_err(|error| words::no_sign_in(&error))?;
        let scopes = scopes.into_iter().map(str::to_owned).collect();
        self.pending.begin(device, scopes);
        self.in_vain = None;
        Ok(words::CODE_WAITS.to_owned())
    }

    pub(super) fn consent(&mut self, redirect: Url, binding: String) -> Result<Url, String> {
        let oauth = self.oauth.clone().filter(OAuth::is_confidential).ok_or(words::NEEDS_SECRET)?;
        let state = self.pending.send_browser(self.parts.identity, redirect.clone(), binding);
        Ok(oauth.consent_url(&redirect, &self.to_ask(), &state.ok_or(words::NO_RANDOM)?))
    }

    pub(super) async fn finish(&mut self, state: &str, binding: &str, code: Secret<String>) -> Result<String, String> {
        let redirect = self.pending.browser_back(state, binding).ok_or(words::NOT_BEGUN)?;
        let oauth = self.oauth.clone().ok_or(words::NOT_SET_UP)?;
        let granted = oauth.exchange(&code, &redirect).await.map_err(|error| words::no_sign_in(&error))?;
        self.signed_in(granted).await
    }

    pub(super) async fn poll(&mut self, oauth: &OAuth, device: &Device, scopes: &[String]) {
        match oauth.poll_device(device, scopes).await {
            Ok(DeviceAnswer::Pending) | Err(_) => {}
            Ok(DeviceAnswer::SlowDown) => self.pending.slower(),
            Ok(DeviceAnswer::Over(why)) => {
                self.pending = Pending::default();
                self.was_in_vain(Tone::Warn, &why);
            }
            Ok(DeviceAnswer::Granted(granted)) => {
                if let Err(why) = self.signed_in(granted).await {
                    self.was_in_vain(Tone::Bad, &why);
                }
            }
        }
    }

    /// Somebody agreed: whose account is it, and is it the right one?
    async fn signed_in(&mut self, granted: Granted) -> Result<String, String> {
        (self.pending, self.in_vain) = (Pending::default(), None);
        let oauth = self.oauth.clone().ok_or(words::NOT_SET_UP)?;
        let checked = oauth.validate(&granted.access).await;
        if let Ok(valid) = &checked
            && let Some(wrong) = self.wrong(valid)
        {
            self.revoke(&granted.access, &valid.user_id).await;
            return Err(wrong);
        }
        self.hold(Pair { access: granted.access, refresh: granted.refresh }, Notes::default());
        self.save().await;
        let valid = checked.as_ref().ok();
        let same_as = valid.and_then(|valid| self.same_account(&valid.user_id));
        let told = words::signed_in(valid.map(|valid| valid.login.as_str()), same_as);
        self.note(if same_as.is_some() { Tone::Warn } else { Tone::Good }, &told);
        match checked {
            Ok(valid) => self.take(valid, Some(granted.life)),
            Err(passing) => self.later(passing),
        }
        Ok(told)
    }

    /// The rights to ask for: those that our parts need, and those that only a sister program can need that
    /// shares the token file.
    fn to_ask(&self) -> Vec<&str> {
        let has = self.held.as_ref().and_then(|held| held.who.as_ref()).map_or(&[][..], |who| &who.scopes);
        self.scopes().into_iter().chain(features::foreign(has)).collect()
    }

    /// The other identity, if the same account is signed in for it.
    fn same_account(&self, id: &str) -> Option<Identity> {
        let same = |(who, state): (&Identity, &SignIn)| {
            let same = *who != self.parts.identity && matches!(state, SignIn::Linked { user_id, .. } if user_id == id);
            same.then_some(*who)
        };
        self.parts.cell.with(|twitch| twitch.sign_in.iter().find_map(same))
    }

    /// Tells Twitch that a token is not needed. It takes back all that the account has granted, so not
    /// where the other identity lives on the same account.
    async fn revoke(&self, access: &Secret<String>, user_id: &str) {
        if let Some(oauth) = &self.oauth
            && self.same_account(user_id).is_none()
        {
            // The token is forgotten in any case; Twitch lets it die by itself within hours.
            let _ = oauth.revoke(access).await;
        }
    }

    pub(super) async fn forget(&mut self) -> Result<String, String> {
        let held = self.held.take();
        (self.gone, self.kept, self.in_vain, self.pending) = (None, None, None, Pending::default());
        let forgotten = self.disk.forget().await;
        if let Some(held) = held {
            let user_id = held.who.map(|who| who.user_id).unwrap_or_default();
            self.revoke(&held.pair.access, &user_id).await;
        }
        forgotten.map(|()| words::SIGNED_OUT.to_owned())
    }
}
