//! datarhei Core (the heart of Restreamer), API v3: a process with its progress, the list of processes
//! (`?filter=state`), the SRT server's channels, the RTMP server's names. A process whose input is
//! frozen stays `running`; its packets stand still.

use super::document::{Document, ParseError, Server};
use super::fields::{self, count, millis, text, word};
use crate::domain::signal::Sample;
use crate::kit::units::{Bytes, Millis};
use serde_json::Value;

/// Reads any of the four documents.
pub fn parse(body: &[u8]) -> Result<Document, ParseError> {
    read(&fields::root(body)?).ok_or(ParseError::OtherJson)
}

/// The same, of JSON already read; `None` where it is something else.
pub(super) fn read(root: &Value) -> Option<Document> {
    let publishers = match root {
        Value::Object(object) if object.contains_key("exec") && object.contains_key("progress") => {
            process(None, root).into_iter().collect()
        }
        Value::Object(object) if object.contains_key("connections") && object.contains_key("publisher") => {
            channels(root)?
        }
        Value::Array(list) if !list.is_empty() && list.iter().all(|one| one.pointer("/state/exec").is_some()) => {
            list.iter().filter_map(|one| process(word(one, "/id"), one.get("state")?)).collect()
        }
        Value::Array(list) if !list.is_empty() && list.iter().all(is_only_a_name) => {
            list.iter().map(|one| fields::present(word(one, "/name").map(|name| trimmed(&name)))).collect()
        }
        _ => return None,
    };
    Some(Document { server: Server::Datarhei, process: None, process_age: None, publishers })
}

fn process(name: Option<String>, state: &Value) -> Option<Sample> {
    (text(state, "/exec") == Some("running")).then(|| {
        let inputs = fields::list(state, "/progress/inputs");
        let sum = |pointer: &str| inputs.iter().filter_map(|input| count(input, pointer)).reduce(|a, b| a + b);
        Sample {
            age: fields::number(state, "/runtime_seconds").map(|secs| super::number::millis(secs * 1000.0)),
            // ffmpeg's kilobytes have 1024 bytes.
            rx_bytes: sum("/size_kb").map(|kilobytes| Bytes(kilobytes * 1024)),
            // Packets stand in for a clock that only goes on while media arrives.
            media_ts: sum("/packet").map(Millis),
            kbps_server: fields::kbps(state, "/progress/bitrate_kbit", 1.0),
            ..fields::present(name)
        }
    })
}

/// The SRT server: `publisher` maps a resource to the number of its connection.
fn channels(root: &Value) -> Option<Vec<Sample>> {
    let publishers = root.get("publisher")?.as_object()?;
    Some(publishers.iter().map(|(name, id)| channel(name, id, root)).collect())
}

fn channel(name: &str, id: &Value, root: &Value) -> Sample {
    let id = id.as_u64().map(|id| id.to_string());
    let at = id.as_deref().and_then(|id| root.get("connections")?.get(id)?.get("stats"));
    let stats = at.unwrap_or(&Value::Null);
    Sample {
        age: millis(stats, "/timestamp_ms"),
        rx_bytes: fields::bytes(stats, "/recv_bytes"),
        rtt: millis(stats, "/rtt_ms"),
        buffer: millis(stats, "/recv_buf_ms"),
        latency: millis(stats, "/recv_tsbpd_delay_ms"),
        lost: count(stats, "/recv_loss_pkt"),
        dropped: count(stats, "/recv_drop_pkt"),
        session: id,
        ..fields::present(Some(trimmed(name)))
    }
}

fn is_only_a_name(one: &Value) -> bool {
    one.as_object().is_some_and(|object| object.len() == 1 && object.get("name").is_some_and(Value::is_string))
}

fn trimmed(name: &str) -> String {
    name.trim_start_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn publishers(name: &str) -> Vec<Sample> {
        let path = format!("{}/tests/samples/ingest/{name}", env!("CARGO_MANIFEST_DIR"));
        parse(&std::fs::read(path).expect("a sample")).expect("a document").publishers
    }

    #[test]
    fn a_process_is_known_by_its_packets() {
        let one = publishers("synthetic-datarhei-process-state.json").remove(0);
        assert_eq!((one.media_ts, one.rx_bytes), (Some(Millis(9921)), Some(Bytes(160_120 * 1024))));
        assert_eq!((one.age, one.feed), (Some(Millis(331_000)), None));
        let list = publishers("synthetic-datarhei-process-list.json");
        assert_eq!(list.len(), 1, "only what runs");
        assert_eq!(
            (list[0].feed.as_deref(), list[0].media_ts),
            (Some("restreamer-ui:ingest:9a1c"), Some(Millis(25_421)))
        );
    }

    #[test]
    fn the_srt_server_tells_everything() {
        let one = publishers("synthetic-datarhei-srt-channels.json").remove(0);
        assert_eq!((one.feed.as_deref(), one.session.as_deref()), (Some("feed1"), Some("412331")));
        assert_eq!(
            (one.rx_bytes, one.buffer, one.latency),
            (Some(Bytes(125_134_960)), Some(Millis(1961)), Some(Millis(2000)))
        );
        assert_eq!((one.rtt, one.lost, one.dropped), (Some(Millis(48)), Some(470), Some(3)));
    }

    #[test]
    fn the_rtmp_server_tells_names_alone() {
        let one = publishers("synthetic-datarhei-rtmp-list.json").remove(0);
        assert!(one.feed.as_deref() == Some("feed1.stream") && one.tells_nothing());
    }

    #[test]
    fn a_process_that_does_not_run_is_nobody() {
        let body = br#"{"order":"start","exec":"failed","progress":{"inputs":[]}}"#;
        assert!(parse(body).expect("a document").publishers.is_empty());
        assert_eq!(parse(b"[]"), Err(ParseError::OtherJson));
    }
}
