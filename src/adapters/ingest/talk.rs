//! What a conversation with a server speaks through, and how it ends without a document.

use super::document::{ParseError, Server};
use super::http::{Http, Reply};
use super::known;
use crate::config::{Feed, Login};
use crate::domain::signal::Reach;
use crate::kit::secret::Secret;
use reqwest::RequestBuilder;
use reqwest::header::{AUTHORIZATION, CONNECTION, HeaderValue};
use url::Url;

/// Why a conversation brought no document.
#[derive(Clone, Debug, PartialEq)]
pub enum Miss {
    /// For this reason.
    Reach(Reach),
    /// Another kind of server answers, which is asked in another way.
    Other(Server),
}

impl From<Reach> for Miss {
    fn from(reach: Reach) -> Self {
        Self::Reach(reach)
    }
}

impl From<ParseError> for Miss {
    fn from(error: ParseError) -> Self {
        Self::Reach(error.into())
    }
}

/// What a conversation speaks through: the line, the feed's settings, and who is known to answer.
pub struct Talk<'a> {
    /// Sends and remembers.
    pub http: &'a mut Http,
    /// The settings.
    pub feed: &'a Feed,
    /// Who answered so far.
    pub server: Option<Server>,
}

impl Talk<'_> {
    /// A GET with what the settings give for its authorisation. reqwest turns a login in the address
    /// into basic authentication. nginx is asked over a new connection each time: a kept one stays
    /// with one worker, and with several workers that may be one which will never know of the stream.
    pub fn get(&self, url: &Url) -> RequestBuilder {
        let request = match (&self.feed.token, &self.feed.login) {
            (Some(token), _) => raw(self.bare(url), token),
            (None, Some(login)) => self.bare(url).basic_auth(&login.user, Some(login.password.reveal())),
            (None, None) => self.http.client.get(url.clone()),
        };
        match self.server {
            None | Some(Server::Nginx) => request.header(CONNECTION, "close"),
            Some(_) => request,
        }
    }

    /// A GET without any authorisation.
    pub fn bare(&self, url: &Url) -> RequestBuilder {
        self.http.client.get(known::without_login(url.clone()))
    }

    /// Sends; whatever is answered is a reply.
    pub async fn send(&mut self, request: RequestBuilder) -> Result<Reply, Reach> {
        self.http.send(request).await
    }

    /// The login of the settings, or the one that stands in the address.
    pub fn login(&self) -> Option<Login> {
        self.feed.login.clone().or_else(|| login_in(self.feed.url.as_ref()?.reveal()))
    }
}

/// The token as it is, without "Bearer" (irl-srt-server compares the whole header).
fn raw(request: RequestBuilder, token: &Secret<String>) -> RequestBuilder {
    match HeaderValue::from_str(token.reveal()) {
        Ok(mut value) => {
            value.set_sensitive(true);
            request.header(AUTHORIZATION, value)
        }
        Err(_) => request,
    }
}

fn login_in(url: &Url) -> Option<Login> {
    let user = Some(url.username()).filter(|user| !user.is_empty()).map(known::decoded)?;
    Some(Login { user, password: Secret::new(known::decoded(url.password().unwrap_or_default())) })
}
