//! MediaMTX `/v3/paths`: a path, or a list of them, and what the connection behind one tells.
//!
//! Versions differ: `online` since 1.16 (before it `ready`), `inboundBytes` since 1.17 (before it
//! `bytesReceived`). With `alwaysAvailable` a path plays a film while nobody sends and is `ready`, so
//! `online` is asked first.

pub mod conversation;

use super::document::{Document, ParseError, Server};
use super::{json, number};
use crate::domain::signal::{Publisher, Sample};
use crate::kit::units::{Bytes, Mono};
use serde_json::{Map, Value};

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::ingest::{detect, samples};
    use crate::kit::units::Millis;

    fn sample_of(name: &str) -> Vec<u8> {
        samples::bytes(&format!("synthetic-mediamtx-{name}.json"))
    }

    #[test]
    fn the_path_of_every_version() {
        let srt = "srtConn/0d6c1c9a-6a0b-4d35-a1b4-2f3a9f6f7d10";
        let rtmp = "rtmpConn/a0a2a9f0-9b2d-4f53-93ac-3f8d0ccf7e51";
        let table = [
            ("path-live-srt", Some((srt, 91_840_211))),
            ("path-old-v1.9", Some((rtmp, 5_502_311))),
            ("path-offline-static", None),
            ("path-404", None),
        ];
        for (name, wanted) in table {
            let document = detect::parse(&sample_of(name)).expect(name);
            assert_eq!(document.server, Server::MediaMtx, "{name}");
            let found = document.publishers.first().map(|one| {
                assert_eq!(one.feed.as_deref(), Some("live/feed1"), "{name}");
                (one.session.as_deref().expect("a session"), one.rx_bytes.expect("bytes").0)
            });
            assert_eq!(found, wanted, "{name}");
        }
    }

    #[test]
    fn a_film_that_stands_in_for_the_publisher_is_none() {
        let body =
            br#"{"name":"a","readers":[],"source":{"type":"x","id":"1"},"ready":true,"available":true,"online":false}"#;
        assert_eq!(detect::parse(body).expect("a document").publishers, Vec::new());
        let list = br#"{"itemCount":2,"pageCount":1,"items":[
            {"name":"a","readers":[],"source":{"type":"rtmpConn","id":"1"},"ready":true},{"name":"b","source":null}]}"#;
        assert_eq!(detect::parse(list).expect("a document").names(), ["a"]);
    }

    fn with(connection: &str) -> Sample {
        let mut sample = detect::parse(&sample_of("path-live-srt")).expect("a document").publishers.remove(0);
        let Ok(Value::Object(connection)) = json::read(&sample_of(connection)) else { panic!("an object") };
        add(&mut sample, &connection);
        sample
    }

    #[test]
    fn the_connection_adds_what_it_knows() {
        let srt = with("srtconn-live");
        assert_eq!((srt.rtt, srt.buffer, srt.latency), (Some(Millis(61)), Some(Millis(1962)), Some(Millis(2000))));
        assert_eq!((srt.lost, srt.dropped, srt.rx_bytes), (Some(1640), Some(12), Some(Bytes(91_840_211))));
        let rtmp = with("rtmpconn-live");
        assert_eq!((rtmp.rtt, rtmp.buffer, rtmp.latency, rtmp.lost, rtmp.dropped), (None, None, None, None, None));
    }
}
