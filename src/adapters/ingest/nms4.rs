//! Node-Media-Server 4: `/api/v1/streams`, with the byte counter of each publisher.
//!
//! `inBps` is a mean of five seconds and is not read. A publisher that broke off is kept as
//! `reconnecting` for 30 s.

pub mod conversation;

use super::document::{Document, ParseError, Server};
use super::json;
use crate::domain::signal::{Publisher, Sample};
use crate::kit::text;
use crate::kit::units::{Bytes, Mono};
use serde_json::{Map, Value};

/// Whether the object is one of the server's answers.
pub fn is_one(root: &Map<String, Value>) -> bool {
    root.get("success").is_some_and(Value::is_boolean) && root.get("data").is_some_and(Value::is_object)
}

/// Reads the list or a single stream; "Stream not found" means that nobody publishes there.
pub fn parse(root: &Map<String, Value>) -> Result<Document, ParseError> {
    let data = root.get("data").and_then(Value::as_object).ok_or(ParseError::OtherJson)?;
    let message = json::text(root, "message").unwrap_or_default();
    let entries: Vec<&Map<String, Value>> = match (data.get("streams"), data.get("key")) {
        _ if root.get("success") != Some(&Value::Bool(true)) && message != "Stream not found" => {
            return Err(ParseError::Complaint(text::excerpt(&message, 80)));
        }
        (Some(Value::Array(list)), _) => list.iter().filter_map(Value::as_object).collect(),
        (_, Some(_)) => vec![data],
        _ if message == "Stream not found" => Vec::new(),
        _ => return Err(ParseError::OtherJson),
    };
    Ok(json::document(Server::Nms4, entries.into_iter().filter_map(sample).collect()))
}

/// The publisher, unless the server only waits for its return (`reconnecting`, for 30 s).
fn sample(stream: &Map<String, Value>) -> Option<Sample> {
    let publisher = stream.get("publisher")?.as_object()?;
    // 4.2 has no status.
    if json::text(stream, "status").is_some_and(|status| status != "publishing") {
        return None;
    }
    Some(Sample {
        publisher: Publisher::Present,
        feed: json::text(stream, "key").map(|key| key.trim_start_matches('/').to_owned()),
        session: json::text(publisher, "id"),
        rx_bytes: json::count(publisher, &["inBytes"]).map(Bytes),
        ..Sample::absent(Mono::default())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::ingest::detect;
    use crate::adapters::ingest::samples::document as recorded;

    #[test]
    fn the_figures_of_the_recorded_documents() {
        let table = [
            ("nms4-streams-live", "mwozmy3mqr0dw16w", 2_636_601),
            ("nms4-stream-live", "mwozmy3mqr0dw16w", 2_630_045),
            ("nms4-stream-start", "mwozmy3mqr0dw16w", 74_999),
            ("nms4-stream-low", "mwozp9jb34bo87az", 20_235_107),
            ("nms4-stream-stalled10s", "mwozmy3mqr0dw16w", 2_636_601),
        ];
        for (name, session, bytes) in table {
            let document = recorded(name);
            let one = &document.publishers[0];
            assert_eq!((document.server, one.feed.as_deref()), (Server::Nms4, Some("live/feed1")), "{name}");
            assert_eq!((one.session.as_deref(), one.rx_bytes), (Some(session), Some(Bytes(bytes))), "{name}");
        }
    }

    #[test]
    fn only_who_publishes_is_connected() {
        let stream =
            |fields: &str| format!(r#"{{"success":true,"data":{{"key":"/live/a","app":"live","name":"a"{fields}}}}}"#);
        let publisher = r#","publisher":{"id":"x","inBytes":5}"#;
        let table = [
            (stream(&format!(r#","status":"publishing"{publisher}"#)), 1),
            (stream(&format!(r#","status":"reconnecting"{publisher}"#)), 0),
            (stream(r#","status":"idle","publisher":null"#), 0),
            (stream(publisher), 1),
            (r#"{"success":false,"data":{},"message":"Stream not found"}"#.to_owned(), 0),
            (r#"{"success":true,"data":{"streams":[],"total":0}}"#.to_owned(), 0),
        ];
        for (body, wanted) in table {
            assert_eq!(detect::parse(body.as_bytes()).expect("a document").publishers.len(), wanted, "{body}");
        }
        let trouble = detect::parse(br#"{"success":false,"data":{},"message":"Internal server error"}"#);
        assert_eq!(trouble, Err(ParseError::Complaint("Internal server error".to_owned())));
    }
}
