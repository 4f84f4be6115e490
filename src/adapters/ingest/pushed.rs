//! What programs send by themselves: the statistics frames that NOALBS (2026) takes over a WebSocket,
//! the rows that the original SRT Live Server posts to `stat_post_url`, and go-irl's reader statistics.

use super::document::{Document, ParseError, Server};
use super::fields::{self, count, kbps, millis, text, word};
use super::json;
use crate::domain::signal::Sample;
use serde_json::Value;

/// Reads any of the three.
pub fn parse(body: &[u8]) -> Result<Document, ParseError> {
    if let Some(rest) = body.strip_prefix(b"[,") {
        // The original SRT Live Server writes a comma before its first row.
        return parse(&[b"[", rest].concat());
    }
    read(&json::read(body)?).ok_or(ParseError::OtherJson)
}

/// The same, of JSON already read; `None` where it is something else.
pub(super) fn read(root: &Value) -> Option<Document> {
    let (server, publishers) = match (root, text(root, "/type")) {
        (_, Some("stats")) => (Server::Push, frames(root)?),
        (_, Some("reader")) => (Server::Push, vec![reader(root.get("stats")?)]),
        (Value::Array(rows), _) => (Server::Sls, sls_rows(rows)?),
        (Value::Object(object), _) => (Server::Sls, sls_rows(object.get("stats")?.as_array()?)?),
        _ => return None,
    };
    Some(Document { server, process: None, process_age: None, publishers })
}

/// NOALBS: `{"type":"stats","streams":[…]}`, or one stream's fields at the top.
fn frames(root: &Value) -> Option<Vec<Sample>> {
    let streams = match root.get("streams") {
        Some(streams) => streams.as_array()?.iter().collect(),
        None => vec![root],
    };
    let all_rates = streams.iter().all(|stream| stream.get("bitrate").is_some());
    all_rates.then(|| streams.into_iter().filter(|stream| is_connected(stream)).map(frame).collect())
}

fn is_connected(stream: &Value) -> bool {
    stream.get("connected") != Some(&Value::Bool(false))
}

fn frame(stream: &Value) -> Sample {
    let name = word(stream, "/streamId").or_else(|| word(stream, "/feed"));
    Sample { kbps_server: kbps(stream, "/bitrate", 1.0), rtt: millis(stream, "/rtt"), ..fields::present(name) }
}

/// Rows {role, pub_domain_app, stream_name, remote_port, start_time, kbitrate}: one for each publisher,
/// each player and the listener itself.
fn sls_rows(rows: &[Value]) -> Option<Vec<Sample>> {
    let known = |row: &Value| row.get("role").is_some() && row.get("kbitrate").is_some();
    (!rows.is_empty() && rows.iter().all(known))
        .then(|| rows.iter().filter(|row| text(row, "/role") == Some("publisher")).map(sls_row).collect())
}

fn sls_row(row: &Value) -> Sample {
    let part = |pointer| text(row, pointer).unwrap_or_default();
    Sample {
        session: Some(format!("{} {}", part("/start_time"), part("/remote_port"))),
        kbps_server: kbps(row, "/kbitrate", 1.0),
        ..fields::present(Some(format!("{}/{}", part("/pub_domain_app"), part("/stream_name"))))
    }
}

/// go-irl: gosrt's statistics of the one connection that it reads from.
fn reader(stats: &Value) -> Sample {
    Sample {
        age: millis(stats, "/MsTimeStamp"),
        rx_bytes: fields::bytes(stats, "/Accumulated/ByteRecv"),
        rtt: millis(stats, "/Instantaneous/MsRTT"),
        buffer: millis(stats, "/Instantaneous/MsRecvBuf"),
        latency: millis(stats, "/Instantaneous/MsRecvTsbPdDelay"),
        lost: count(stats, "/Accumulated/PktRecvLoss"),
        dropped: count(stats, "/Accumulated/PktRecvDrop"),
        ..fields::present(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::ingest::samples;
    use crate::kit::units::{Bytes, Kbps, Millis};

    fn read(name: &str) -> Document {
        parse(samples::bytes(name).trim_ascii()).expect("a document")
    }

    #[test]
    fn frames_of_noalbs() {
        let one = read("synthetic-noalbs-websocket-stats.json").publishers.remove(0);
        assert_eq!(
            (one.feed.as_deref(), one.kbps_server, one.rtt),
            (Some("publish/live/feed1"), Some(Kbps(6200.0)), Some(Millis(80)))
        );
        let one = read("synthetic-noalbs-websocket-single.json").publishers.remove(0);
        assert_eq!(one.feed.as_deref(), Some("publish/live/feed2"));
        assert!(read("synthetic-noalbs-websocket-offline.json").publishers.is_empty());
    }

    #[test]
    fn of_the_rows_only_publishers_count_and_the_stray_comma_does_no_harm() {
        let document = read("synthetic-sls-edward-wu-post.json");
        let one = &document.publishers[0];
        assert_eq!((document.publishers.len(), document.server), (1, Server::Sls));
        assert_eq!((one.feed.as_deref(), one.kbps_server), (Some("input/live/feed1"), Some(Kbps(2632.0))));
        assert_eq!(one.session.as_deref(), Some("2026-11-20 08:29:02 40348"));
        assert!(read("synthetic-sls-edward-wu-post-offline.json").publishers.is_empty());
    }

    #[test]
    fn the_reader_of_go_irl() {
        let one = read("synthetic-go-irl-reader.json").publishers.remove(0);
        assert_eq!(
            (one.rx_bytes, one.buffer, one.latency),
            (Some(Bytes(61_712_916)), Some(Millis(1961)), Some(Millis(2000)))
        );
        assert_eq!((one.lost, one.dropped, one.rtt), (Some(310), Some(4), Some(Millis(44))));
    }

    #[test]
    fn other_json_is_not_taken_for_one_of_these() {
        for body in [r#"{"type":"hello"}"#, "[]", "[1]", r#"{"stats":[]}"#, r#"{"type":"stats","streams":[{}]}"#, "7"] {
            assert_eq!(parse(body.as_bytes()), Err(ParseError::OtherJson), "{body}");
        }
    }
}
