//! What the Twitch cell tells of the sign-in.

use super::held::Held;
use super::{Keeper, words};
use crate::domain::twitch::SignIn;
use crate::kit::clock;

impl Keeper {
    pub(super) fn show(&self) {
        let shown = self.pending.shown().unwrap_or_else(|| match (&self.held, &self.gone) {
            (Some(held), _) => self.shown(held),
            (None, Some(reason)) => SignIn::NeedsSignIn { reason: reason.clone() },
            (None, None) => SignIn::Unlinked,
        });
        let identity = self.parts.identity;
        self.parts.cell.edit_if_changed(|twitch| {
            twitch.set_up = self.oauth.is_some();
            twitch.sign_in.insert(identity, shown);
            match &self.in_vain {
                Some(why) => twitch.in_vain.insert(identity, why.clone()),
                None => twitch.in_vain.remove(&identity),
            };
        });
    }

    fn shown(&self, held: &Held) -> SignIn {
        let Some(who) = held.who.as_ref().filter(|_| !held.over(clock::mono())) else {
            let trouble = held.trouble.as_ref().map(ToString::to_string);
            let ends_at = held.ends_soon(self.twitch.client_secret.is_none());
            return SignIn::Unknown { reason: words::unknown(trouble, ends_at), ends_at };
        };
        let lacks = |scope: &&&str| !who.scopes.iter().any(|has| has == **scope);
        SignIn::Linked {
            user_id: who.user_id.clone(),
            login: who.login.clone(),
            expires_at: who.expires_at,
            scopes: who.scopes.clone(),
            validated_at: Some(who.validated_at),
            missing: self.scopes().iter().filter(lacks).map(|scope| (*scope).to_owned()).collect(),
            unsaved: held.unsaved.as_ref().map(|(why, _)| why.clone()),
        }
    }
}
