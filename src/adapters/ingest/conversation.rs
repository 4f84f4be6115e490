//! How each kind of server is asked: most by one GET, some by several requests with a state of their
//! own (who is logged in, which path has the publisher).

use super::datarhei::Datarhei;
use super::document::{Document, Server};
use super::mediamtx::conversation::MediaMtx;
use super::nimble::Nimble;
use super::nms4::conversation::Nms4;
use super::page::Page;
use super::talk::{Miss, Talk};
use super::told::Told;
use super::{known, nms2, srs, xiu};
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
            Server::Nms2 => Self::Page(nms2::address::page(url)),
            other => Self::Page(Page::of(known::completed(other, url))),
        }
    }

    /// How an address is asked when nobody says who answers there.
    pub fn guessed(url: &Url) -> Self {
        if nms2::address::is_list(url) { Self::with(Server::Nms2, url) } else { Self::Page(Page::of(url.clone())) }
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
