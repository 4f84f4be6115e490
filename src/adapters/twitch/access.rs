//! With which token, as whom and with which rights a call is made.

use crate::kit::secret::Secret;
use twitch_api::twitch_oauth2::{AccessToken, ClientId, UserToken};

/// With which token a call is made.
#[derive(Clone, Debug, PartialEq)]
pub struct Access {
    /// The application.
    pub client_id: String,
    /// The access token.
    pub token: Secret<String>,
    /// The account's id.
    pub user_id: String,
    /// The account's name in lower case.
    pub login: String,
    /// What the token may do.
    pub scopes: Vec<String>,
}

impl Access {
    pub(super) fn for_crate(&self) -> UserToken {
        let (token, client) = (AccessToken::new(self.token.reveal().clone()), ClientId::new(self.client_id.clone()));
        let (login, user) = (self.login.as_str().into(), self.user_id.as_str().into());
        UserToken::from_existing_unchecked(token, None, client, None, login, user, None, None)
    }

    /// Whether the token has one of these scopes; no scopes means that none is needed.
    pub fn has_any(&self, scopes: &[&str]) -> bool {
        scopes.is_empty() || scopes.iter().any(|scope| self.scopes.iter().any(|has| has == scope))
    }
}
