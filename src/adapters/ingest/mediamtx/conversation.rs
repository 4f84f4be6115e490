//! MediaMTX is asked for the path that the publisher sends to, then for the connection that feeds it.
//! The path's answer is worth something even if the second request fails.

use super::add;
use crate::adapters::ingest::choose::{Choice, choose};
use crate::adapters::ingest::document::{Document, Server};
use crate::adapters::ingest::talk::{Miss, Talk};
use crate::adapters::ingest::{detect, json, known};
use crate::kit::clock;
use crate::kit::units::Millis;
use reqwest::{RequestBuilder, StatusCode};
use serde_json::Value;
use url::Url;

const API: &str = "/v3/";
const GET: &str = "/v3/paths/get/";

/// The conversation: where the interface begins, and the path that is asked for by name.
#[derive(Clone, Debug)]
pub struct MediaMtx {
    url: Url,
    base: String,
    path: Option<String>,
}

impl MediaMtx {
    /// A conversation with the server of this address.
    pub fn new(url: &Url) -> Self {
        let path = url.path().split_once(GET).map(|(_, name)| known::decoded(name));
        Self { url: url.clone(), base: known::before(url, API), path }
    }

    /// The path, with what its connection tells of delay, buffer and losses.
    pub async fn ask(&mut self, talk: &mut Talk<'_>) -> Result<Document, Miss> {
        let began = clock::mono();
        let mut document = self.paths(talk).await?;
        if document.server != Server::MediaMtx {
            return Ok(document);
        }
        let wish = self.path.as_deref().or(talk.feed.publisher.as_deref());
        let Choice::One(chosen) = choose(&document, wish) else { return Ok(document) };
        if let Some(connection) = chosen.session.as_deref().and_then(connection) {
            let (feed, request) = (chosen.feed.clone(), self.get(&format!("{API}{connection}"), talk));
            // Less than what is left: when it hangs, the path's answer is still in time.
            let left = Millis(talk.feed.timeout.0.saturating_sub(clock::mono().since(began).0)).scale(0.8);
            let reply = tokio::time::timeout(left.into(), talk.send(request)).await;
            let found = reply.ok().and_then(Result::ok).filter(|reply| reply.status.is_success());
            let found = found.and_then(|reply| json::read(&reply.body).ok());
            let chosen = document.publishers.iter_mut().find(|one| one.feed == feed);
            if let (Some(sample), Some(Value::Object(connection))) = (chosen, found) {
                add(sample, &connection);
            }
        }
        Ok(document)
    }

    /// The named path; every path where none is named, or where that name leads to nobody: it may be
    /// the end of a longer one, and the others are worth telling.
    async fn paths(&self, talk: &mut Talk<'_>) -> Result<Document, Miss> {
        let wish = self.path.as_deref().or(talk.feed.publisher.as_deref());
        if let Some(name) = wish.map(|wish| wish.trim().trim_matches('/')).filter(|name| !name.is_empty()) {
            let request = self.get(&format!("{GET}{}", known::encoded(name)), talk);
            let reply = talk.send(request).await?;
            if reply.status != StatusCode::NOT_FOUND {
                return Ok(reply.read(detect::parse)?);
            }
        }
        let request = self.get("/v3/paths/list?itemsPerPage=1000", talk);
        Ok(talk.send(request).await?.read(detect::parse)?)
    }

    fn get(&self, path: &str, talk: &Talk<'_>) -> RequestBuilder {
        let url = known::on_machine(&self.url, &format!("{}{path}", self.base));
        match &talk.feed.token {
            Some(token) => talk.bare(&url).bearer_auth(token.reveal()),
            None => talk.get(&url),
        }
    }
}

/// Where the connection behind a source is described: `srtConn/ID` is `srtconns/get/ID`.
fn connection(session: &str) -> Option<String> {
    let (kind, id) = session.split_once('/')?;
    let list = match kind {
        "srtConn" => "srtconns",
        "rtmpConn" => "rtmpconns",
        "rtmpsConn" => "rtmpsconns",
        "rtspSession" => "rtspsessions",
        "rtspsSession" => "rtspssessions",
        "webRTCSession" => "webrtcsessions",
        _ => return None,
    };
    Some(format!("{list}/get/{}", known::encoded(id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_source_has_its_list_of_connections() {
        let table = [
            ("srtConn/1", Some("srtconns/get/1")),
            ("rtmpConn/1", Some("rtmpconns/get/1")),
            ("rtmpsConn/1", Some("rtmpsconns/get/1")),
            ("rtspSession/1", Some("rtspsessions/get/1")),
            ("webRTCSession/a b", Some("webrtcsessions/get/a%20b")),
            ("rpiCameraSource/", None),
            ("hlsSource", None),
        ];
        for (session, wanted) in table {
            assert_eq!(connection(session).as_deref(), wanted, "{session}");
        }
    }
}
