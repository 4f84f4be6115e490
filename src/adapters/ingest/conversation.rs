//! How each kind of server is asked: most by one GET, some by several requests with a state of their
//! own (who is logged in, which path has the publisher).

use super::datarhei::Datarhei;
use super::document::{Document, ParseError, Server};
use super::http::{Http, Reply};
use super::mediamtx::MediaMtx;
use super::nimble::Nimble;
use super::nms4::Nms4;
use super::told::Told;
use super::{detect, known, nms2, srs, xiu};
use crate::config::{Feed, Login};
use crate::domain::signal::Reach;
use crate::kit::secret::Secret;
use reqwest::RequestBuilder;
use reqwest::header::{AUTHORIZATION, CONNECTION, HeaderValue};
use url::Url;

/// One conversation; a poll is one [`Conversation::ask`].
#[derive(Clone, Debug)]
pub enum Conversation {
    /// One GET of a page that is read by its shape.
    Page(Page),
    /// MediaMTX: the path, then the connection that feeds it.
    MediaMtx(MediaMtx),
    /// Node-Media-Server 4: a login, then the streams.
    Nms4(Nms4),
    /// Nimble: its SRT receivers, then its RTMP streams.
    Nimble(Nimble),
    /// datarhei Core: a login, then its SRT server, processes and RTMP server.
    Datarhei(Datarhei),
    /// A page that is read by what the settings say of it.
    Told(Told),
}

/// A page, and the publisher that its address names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The page.
    pub url: Url,
    /// Of the publishers on it only this one counts; all where it is `None`.
    pub only: Option<String>,
}

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

impl Conversation {
    /// How a server of this kind is asked, given the address that a person wrote.
    pub fn with(server: Server, url: &Url) -> Self {
        match server {
            Server::MediaMtx => Self::MediaMtx(MediaMtx::new(url)),
            Server::Nms4 => Self::Nms4(Nms4::new(url)),
            Server::Nimble => Self::Nimble(Nimble::new(url)),
            Server::Datarhei => Self::Datarhei(Datarhei::new(url)),
            Server::Ome | Server::OpenRtmp | Server::Json | Server::Rist => Self::Told(Told::new(server, url)),
            Server::Xiu => Self::Page(Page::of(xiu::address(url))),
            Server::Srs => Self::Page(Page::of(srs::address(url))),
            Server::Nms2 => Self::Page(nms2::page(url)),
            other => Self::Page(Page::of(known::completed(other, url))),
        }
    }

    /// Asks once.
    pub async fn ask(&mut self, talk: &mut Talk<'_>) -> Result<Document, Miss> {
        match self {
            Self::Page(page) => page.ask(talk).await,
            Self::MediaMtx(conversation) => conversation.ask(talk).await,
            Self::Nms4(conversation) => conversation.ask(talk).await,
            Self::Nimble(conversation) => conversation.ask(talk).await,
            Self::Datarhei(conversation) => conversation.ask(talk).await,
            Self::Told(conversation) => conversation.ask(talk).await,
        }
    }
}

impl Page {
    /// A page with whoever is on it.
    pub fn of(url: Url) -> Self {
        Self { url, only: None }
    }

    /// One GET, read by its shape. A refusal that only one kind of server words so gives it away.
    async fn ask(&self, talk: &mut Talk<'_>) -> Result<Document, Miss> {
        let request = talk.get(&self.url);
        let reply = talk.send(request).await?;
        if let Some(server) = detect::refusal(&reply) {
            return Err(Miss::Other(server));
        }
        let mut document = reply.read(|body| match nms2::says_nobody(&self.url, body) {
            true => Ok(nms2::nobody()),
            false => detect::parse(body),
        })?;
        if let Some(only) = &self.only {
            document.publishers.retain(|one| one.feed.as_ref().is_none_or(|name| name == only));
        }
        Ok(document)
    }
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
