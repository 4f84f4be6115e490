//! Pages that their body alone does not explain: OvenMediaEngine (the answer's `Date`, a 404 that means
//! something, a token in a form of its own), OpenRTMP (offline is a line of text), and any JSON by the
//! pointers of the settings. RIST counts by the second, so its counts are added up here.

use super::conversation::{Miss, Talk};
use super::document::{Document, ParseError, Server};
use super::http::Reply;
use super::rist::{self, Totals};
use super::{known, ome, openrtmp, pointers};
use crate::config::Feed;
use crate::kit::secret::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::RequestBuilder;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use url::Url;

/// One such page.
#[derive(Clone, Debug)]
pub struct Told {
    server: Server,
    url: Url,
    totals: Totals,
}

impl Told {
    /// The page of this address, written by this kind of server.
    pub fn new(server: Server, url: &Url) -> Self {
        Self { server, url: url.clone(), totals: Totals::default() }
    }

    /// Asks once.
    pub async fn ask(&mut self, talk: &mut Talk<'_>) -> Result<Document, Miss> {
        let request = self.request(talk);
        let reply = talk.send(request).await?.admitted()?;
        match self.read(&reply, talk.feed) {
            Ok(document) => Ok(self.totals.onto(document)),
            error => Ok(reply.read(|_| error)?),
        }
    }

    fn request(&self, talk: &Talk<'_>) -> RequestBuilder {
        match (self.server, &talk.feed.token) {
            (Server::Ome, Some(token)) => access_token(talk.bare(&self.page(talk.feed)), token),
            _ => talk.get(&self.page(talk.feed)),
        }
    }

    /// For OvenMediaEngine the publisher completes an address that names only the machine.
    fn page(&self, feed: &Feed) -> Url {
        let path = feed.publisher.as_deref().and_then(ome::path);
        match path.filter(|_| self.server == Server::Ome && known::names_no_page(&self.url)) {
            Some(path) => known::on_machine(&self.url, &path),
            None => self.url.clone(),
        }
    }

    fn read(&self, reply: &Reply, feed: &Feed) -> Result<Document, ParseError> {
        let body = reply.body.trim_ascii();
        match (self.server, &feed.pointers) {
            (Server::Ome, _) => ome::parse_at(body, reply.date()),
            // A line of text means something only where all went well.
            (Server::OpenRtmp, _) if reply.status.is_success() => openrtmp::parse(body),
            (Server::OpenRtmp, _) => Err(ParseError::OtherText),
            (Server::Rist, _) => rist::parse(body),
            (_, Some(pointers)) => pointers::parse(body, pointers),
            (_, None) => Err(ParseError::Pointer("no pointers set: say where 'bytes' or 'rate' stand".to_owned())),
        }
    }
}

/// OvenMediaEngine's `<AccessToken>`: the whole of it in base64 behind "Basic".
fn access_token(request: RequestBuilder, token: &Secret<String>) -> RequestBuilder {
    match HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(token.reveal()))) {
        Ok(mut value) => {
            value.set_sensitive(true);
            request.header(AUTHORIZATION, value)
        }
        Err(_) => request,
    }
}
