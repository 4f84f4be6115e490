//! Node-Media-Server 2: `/api/streams` with the publishers' byte counters by application and key.
//!
//! The document of a single stream (`/api/streams/app/key`) has only a rate that stays as it was when
//! nothing arrives any more, so the list is asked for in its place.

use super::conversation::Page;
use super::document::{Document, ParseError, Server};
use super::{json, known, number};
use crate::domain::signal::{Publisher, Sample};
use crate::kit::units::{Bytes, Millis, Mono};
use serde_json::{Map, Value};
use url::Url;

const STREAMS: &str = "/api/streams";

/// The list of the server, and the one publisher that the address names.
pub fn page(url: &Url) -> Page {
    let url = known::completed(Server::Nms2, url);
    let Some((_, only)) = url.path().split_once(STREAMS) else { return Page::of(url.clone()) };
    let only = Some(only.trim_matches('/')).filter(|only| !only.is_empty()).map(known::decoded);
    Page { url: known::on_machine(&url, &format!("{}{STREAMS}", known::before(&url, STREAMS))), only }
}

/// Whether the object is the document of a single stream.
pub fn is_single(root: &Map<String, Value>) -> bool {
    root.get("isLive").is_some_and(Value::is_boolean) && root.contains_key("viewers")
}

/// Whether the object is the list: applications, keys, then publisher and subscribers. Nobody
/// connected is `{}`, which says nothing of who says it: see [`says_nobody`].
pub fn is_list(root: &Map<String, Value>) -> bool {
    let streams = |app: &Value| app.as_object().is_some_and(|keys| keys.values().all(is_stream) && !keys.is_empty());
    !root.is_empty() && root.values().all(streams)
}

/// Whether this is the list without publishers: an empty object, from the page where the list is.
pub fn says_nobody(url: &Url, body: &[u8]) -> bool {
    url.path().ends_with(STREAMS) && body.trim_ascii() == b"{}"
}

/// The list without publishers.
pub fn nobody() -> Document {
    json::document(Server::Nms2, Vec::new())
}

fn is_stream(stream: &Value) -> bool {
    stream.get("subscribers").is_some_and(Value::is_array) && stream.get("publisher").is_some()
}

/// Reads the list.
pub fn list(root: &Map<String, Value>) -> Result<Document, ParseError> {
    let apps = root.iter().filter_map(|(app, keys)| Some((app, keys.as_object()?)));
    let streams = apps.flat_map(|(app, keys)| keys.iter().map(move |(key, stream)| (format!("{app}/{key}"), stream)));
    let publishers = streams.filter_map(|(name, stream)| Some(sample(name, stream.get("publisher")?.as_object()?)));
    Ok(json::document(Server::Nms2, publishers.collect()))
}

fn sample(name: String, publisher: &Map<String, Value>) -> Sample {
    Sample {
        publisher: Publisher::Present,
        feed: Some(name),
        session: json::text(publisher, "clientId"),
        rx_bytes: json::count(publisher, &["bytes"]).map(Bytes),
        ..Sample::absent(Mono::default())
    }
}

/// Reads the document of a single stream. An unknown key looks like one that is not live.
pub fn single(root: &Map<String, Value>) -> Result<Document, ParseError> {
    let live = root.get("isLive") == Some(&Value::Bool(true));
    let sample = Sample {
        publisher: Publisher::Present,
        session: json::text(root, "startTime"),
        age: json::number(root, &["duration"]).map(|secs| number::millis(secs * 1000.0)),
        // Zero until the first second is over.
        kbps_server: json::number(root, &["bitrate"]).filter(|rate| *rate > 0.0).and_then(number::kbps),
        window: Some(Millis(1000)),
        ..Sample::absent(Mono::default())
    };
    Ok(json::document(Server::Nms2, live.then_some(sample).into_iter().collect()))
}
