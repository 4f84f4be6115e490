//! Calls to Helix with the right account's token, and the rate limit that they leave.

use super::tokens::Tokens;
use crate::adapters::twitch::access::Access;
use crate::adapters::twitch::error::TwitchError;
use crate::adapters::twitch::helix::Helix;
use crate::config::Config;
use crate::domain::chat::Identity;
use crate::domain::twitch::{SignIn, Twitch};
use crate::runtime::shared::{Reader, Writer};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use url::Url;

/// Calls Helix; clones share connections and rate limit.
#[derive(Clone)]
pub(super) struct Caller {
    pub(super) config: Reader<Config>,
    pub(super) cell: Arc<Writer<Twitch>>,
    tokens: BTreeMap<Identity, Tokens>,
    made: Arc<Mutex<Option<(Url, Helix)>>>,
}

impl Caller {
    pub(super) fn new(config: Reader<Config>, cell: Arc<Writer<Twitch>>, tokens: BTreeMap<Identity, Tokens>) -> Self {
        Self { config, cell, tokens, made: Arc::default() }
    }

    /// Runs a call as this account, if it has one of these scopes.
    pub(super) async fn call<T, F>(
        &self,
        identity: Identity,
        scopes: &[&str],
        call: impl Fn(Helix, Access) -> F,
    ) -> Result<T, TwitchError>
    where
        F: Future<Output = Result<T, TwitchError>>,
    {
        let helix = self.helix()?;
        let tokens = &self.tokens[&identity];
        if !tokens.access().await?.has_any(scopes) {
            return Err(TwitchError::Unauthorised(format!("Missing scope: {}", scopes.join(" or "))));
        }
        let result = tokens.with(|access| call(helix.clone(), access)).await;
        self.cell.edit_if_changed(|twitch| twitch.rate = helix.rate());
        result
    }

    /// The same as the channel's own account.
    pub(super) async fn own<T, F>(&self, scopes: &[&str], call: impl Fn(Helix, Access) -> F) -> Result<T, TwitchError>
    where
        F: Future<Output = Result<T, TwitchError>>,
    {
        self.call(Identity::Broadcaster, scopes, call).await
    }

    /// The account that is signed in: its id and name.
    pub(super) fn account(&self, identity: Identity) -> Option<(String, String)> {
        self.cell.with(|twitch| match twitch.sign_in.get(&identity) {
            Some(SignIn::Linked { user_id, login, .. }) => Some((user_id.clone(), login.clone())),
            _ => None,
        })
    }

    /// Which of our accounts has this id.
    pub(super) fn identity_of(&self, id: &str) -> Option<Identity> {
        let is = |state: &SignIn| matches!(state, SignIn::Linked { user_id, .. } if user_id == id);
        self.cell.with(|twitch| twitch.sign_in.iter().find(|(_, state)| is(state)).map(|(identity, _)| *identity))
    }

    fn helix(&self) -> Result<Helix, TwitchError> {
        let base = self.config.with(|config| config.twitch.helix_url.clone());
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, helix)) = made.as_ref().filter(|(at, _)| *at == base) {
            return Ok(helix.clone());
        }
        let helix = Helix::new(base.clone()).map_err(|_| TwitchError::Trouble("no HTTP client".to_owned()))?;
        *made = Some((base, helix.clone()));
        Ok(helix)
    }
}
