//! How the rest of the room asks for a token: the keeper of each identity is the only one who holds,
//! renews and writes it.

use crate::adapters::twitch::access::Access;
use crate::adapters::twitch::error::TwitchError;
use crate::domain::chat::Identity;
use crate::kit::secret::Secret;
use tokio::sync::{mpsc, oneshot};
use url::Url;

/// What a keeper can be asked.
pub(super) enum Ask {
    /// A token that is good as far as the keeper knows.
    Access(oneshot::Sender<Result<Access, TwitchError>>),
    /// Twitch refused this token with 401: the next one, or why there is none.
    Refused(Secret<String>, oneshot::Sender<Result<Access, TwitchError>>),
    /// Begin a sign-in by device code.
    Begin(oneshot::Sender<Result<String, String>>),
    /// Begin a sign-in by code grant: the address for the browser whose session `binding` names.
    Consent { redirect: Url, binding: String, answer: oneshot::Sender<Result<Url, String>> },
    /// The browser came back with `state` and `code`.
    Finish { state: String, binding: String, code: Secret<String>, answer: oneshot::Sender<Result<String, String>> },
    /// Give up a sign-in that waits.
    End(oneshot::Sender<Result<String, String>>),
    /// Forget the tokens and tell Twitch.
    Forget(oneshot::Sender<Result<String, String>>),
}

/// A handle on one keeper.
#[derive(Clone)]
pub struct Tokens {
    identity: Identity,
    asks: mpsc::Sender<Ask>,
}

impl Tokens {
    pub(super) fn new(identity: Identity, asks: mpsc::Sender<Ask>) -> Self {
        Self { identity, asks }
    }

    /// Whose they are.
    pub fn identity(&self) -> Identity {
        self.identity
    }

    /// A token to call Twitch with.
    ///
    /// # Errors
    /// [`TwitchError::NotSignedIn`] with what to do, or passing trouble.
    pub async fn access(&self) -> Result<Access, TwitchError> {
        self.ask(Ask::Access).await?
    }

    /// Runs a call, and once more with a renewed token when Twitch did not accept the first one. A 401
    /// that means a missing scope is no reason to renew: the keeper validates before.
    ///
    /// # Errors
    /// Those of the call.
    pub async fn with<T, F>(&self, call: impl Fn(Access) -> F) -> Result<T, TwitchError>
    where
        F: Future<Output = Result<T, TwitchError>>,
    {
        let access = self.access().await?;
        let token = access.token.clone();
        match call(access).await {
            Err(TwitchError::Unauthorised(why)) => {
                let renewed = self.ask(|answer| Ask::Refused(token.clone(), answer)).await??;
                // The keeper found the token alive: then a right is missing, and Twitch's words say which.
                if renewed.token == token { Err(TwitchError::Unauthorised(why)) } else { call(renewed).await }
            }
            other => other,
        }
    }

    /// Begins a sign-in by device code: what to type where.
    ///
    /// # Errors
    /// Why not, for people.
    pub async fn begin(&self) -> Result<String, String> {
        self.words(Ask::Begin).await
    }

    /// Gives up a sign-in that waits.
    ///
    /// # Errors
    /// The keeper is being started again.
    pub async fn end(&self) -> Result<String, String> {
        self.words(Ask::End).await
    }

    /// Forgets the tokens and tells Twitch.
    ///
    /// # Errors
    /// The token file cannot be written.
    pub async fn forget(&self) -> Result<String, String> {
        self.words(Ask::Forget).await
    }

    /// The browser's way to Twitch for the code grant; `redirect` is where Twitch sends it back to, and
    /// `binding` names the session that alone may finish.
    ///
    /// # Errors
    /// Why there is none, for people.
    pub async fn consent(&self, redirect: Url, binding: String) -> Result<Url, String> {
        self.ask(|answer| Ask::Consent { redirect, binding, answer }).await.map_err(|error| error.to_string())?
    }

    /// The browser came back.
    ///
    /// # Errors
    /// Why nobody is signed in now, for people.
    pub async fn finish(&self, state: String, binding: String, code: Secret<String>) -> Result<String, String> {
        self.words(|answer| Ask::Finish { state, binding, code, answer }).await
    }

    async fn words(&self, ask: impl FnOnce(oneshot::Sender<Result<String, String>>) -> Ask) -> Result<String, String> {
        self.ask(ask).await.map_err(|error| error.to_string())?
    }

    async fn ask<T>(&self, ask: impl FnOnce(oneshot::Sender<T>) -> Ask) -> Result<T, TwitchError> {
        let (answer, answered) = oneshot::channel();
        let gone = || TwitchError::Trouble("the sign-in is being started again; try once more".to_owned());
        self.asks.send(ask(answer)).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())
    }
}
