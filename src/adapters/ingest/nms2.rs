//! Node-Media-Server 2: `/api/streams` with the publishers' byte counters by application and key.
//!
//! The document of a single stream (`/api/streams/app/key`) has only a rate that stays as it was when
//! nothing arrives any more, so the list is asked for in its place.

pub mod address;

use super::document::{Document, ParseError, Server};
use super::{json, number};
use crate::domain::signal::{Publisher, Sample};
use crate::kit::units::{Bytes, Millis, Mono};
use serde_json::{Map, Value};

/// Whether the object is the document of a single stream.
pub fn is_single(root: &Map<String, Value>) -> bool {
    root.get("isLive").is_some_and(Value::is_boolean) && root.contains_key("viewers")
}

/// Whether the object is the list: applications, keys, then publisher and subscribers. Nobody
/// connected is `{}`, which says nothing of who says it: see [`address`].
pub fn is_list(root: &Map<String, Value>) -> bool {
    let streams = |app: &Value| app.as_object().is_some_and(|keys| keys.values().all(is_stream) && !keys.is_empty());
    !root.is_empty() && root.values().all(streams)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::ingest::detect;
    use crate::adapters::ingest::samples::document as recorded;
    use crate::kit::units::Kbps;

    #[test]
    fn the_list_gives_a_counter_and_a_session() {
        let document = recorded("nms2-streams-live");
        let one = &document.publishers[0];
        assert_eq!((document.server, one.feed.as_deref()), (Server::Nms2, Some("live/feed1")));
        assert_eq!((one.session.as_deref(), one.rx_bytes), (Some("T1EYT664"), Some(Bytes(2_609_839))));
        let player = br#"{"live":{"feed1":{"publisher":null,"subscribers":[{"bytes":1}]}}}"#;
        assert_eq!(
            detect::parse(player),
            Ok(json::document(Server::Nms2, Vec::new())),
            "a player waits for the publisher"
        );
    }

    #[test]
    fn a_single_stream_has_a_rate_and_no_counter() {
        let table = [
            ("nms2-stream-live", Some((Some(Kbps(1722.0)), 13_000))),
            ("nms2-stream-start", Some((None, 1000))),
            ("nms2-stream-low", Some((Some(Kbps(351.0)), 15_000))),
            ("nms2-stream-offline", None),
        ];
        for (name, wanted) in table {
            let found = recorded(name).publishers.first().map(|one| {
                assert_eq!((&one.feed, one.rx_bytes), (&None, None), "{name}");
                (one.kbps_server, one.age.expect("an age").0)
            });
            assert_eq!(found, wanted, "{name}");
        }
    }
}
