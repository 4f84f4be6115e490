//! MediaMTX: the path that the publisher sends to, then the connection that feeds it.
//!
//! Versions differ: `online` since 1.16 (before it `ready`), `inboundBytes` since 1.17 (before it
//! `bytesReceived`). With `alwaysAvailable` a path plays a film while nobody sends and is `ready`, so
//! `online` is asked first. The path's answer is worth something even if the second request fails.

use super::choose::{Choice, choose};
use super::conversation::{Miss, Talk};
use super::document::{Document, ParseError, Server};
use super::{detect, json, known, number};
use crate::domain::signal::{Publisher, Sample};
use crate::kit::units::{Bytes, Mono};
use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Map, Value};
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
        let mut document = self.paths(talk).await?;
        if document.server != Server::MediaMtx {
            return Ok(document);
        }
        let wish = self.path.as_deref().or(talk.feed.publisher.as_deref());
        let Choice::One(chosen) = choose(&document, wish) else { return Ok(document) };
        if let Some(connection) = chosen.session.as_deref().and_then(connection) {
            let (feed, request) = (chosen.feed.clone(), self.get(&format!("{API}{connection}"), talk));
            let reply = talk.send(request).await;
            let found = reply.ok().filter(|reply| reply.status.is_success());
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

/// Whether the object is a path, a list of paths, or the server's word that there is none.
pub fn is_one(root: &Map<String, Value>) -> bool {
    let path = root.contains_key("name") && root.contains_key("source") && root.contains_key("readers");
    let list = root.contains_key("itemCount") && root.get("items").is_some_and(Value::is_array);
    path || list || is_not_found(root)
}

fn is_not_found(root: &Map<String, Value>) -> bool {
    root.get("error").and_then(Value::as_str) == Some("path not found")
}

/// Reads a path or a list of them.
pub fn parse(root: &Map<String, Value>) -> Result<Document, ParseError> {
    let entries: Vec<&Map<String, Value>> = match root.get("items").and_then(Value::as_array) {
        Some(items) => items.iter().filter_map(Value::as_object).collect(),
        None if is_not_found(root) => Vec::new(),
        None => vec![root],
    };
    Ok(json::document(Server::MediaMtx, entries.into_iter().filter_map(sample).collect()))
}

fn sample(path: &Map<String, Value>) -> Option<Sample> {
    let source = path.get("source")?.as_object()?;
    let flag = |name: &str| path.get(name).and_then(Value::as_bool);
    if !flag("online").or_else(|| flag("ready")).unwrap_or(true) {
        return None;
    }
    let part = |name| json::text(source, name);
    Some(Sample {
        publisher: Publisher::Present,
        feed: json::text(path, "name"),
        session: Some(format!("{}/{}", part("type").unwrap_or_default(), part("id").unwrap_or_default())),
        rx_bytes: json::count(path, &["inboundBytes", "bytesReceived"]).map(Bytes),
        ..Sample::absent(Mono::default())
    })
}

/// What the connection tells; SRT's share of it is the most.
fn add(sample: &mut Sample, connection: &Map<String, Value>) {
    let span = |name: &str| json::number(connection, &[name]).map(number::millis);
    sample.rtt = span("msRTT");
    sample.buffer = span("msReceiveBuf");
    sample.latency = span("msReceiveTsbPdDelay").filter(|latency| latency.0 > 0);
    sample.lost = json::count(connection, &["packetsReceivedLoss", "inboundRTPPacketsLost"]);
    sample.dropped = json::count(connection, &["packetsReceivedDrop"]);
}
