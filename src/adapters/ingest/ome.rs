//! OvenMediaEngine: `GET /v1/stats/current/vhosts/V/apps/A/streams/S`, which knows when it received
//! something last. That time is compared with the same server's `Date`, so a clock that is wrong does
//! not matter. 404 with its own words is a stream that nobody publishes.

use super::document::{Document, ParseError, Server};
use super::fields::{self, text, word};
use super::{json, known};
use crate::domain::signal::Sample;
use crate::kit::units::Millis;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::{Rfc2822, Rfc3339};

/// The statistics of `app/stream` (in the virtual host `default`) or `vhost/app/stream`.
pub(super) fn path(publisher: &str) -> Option<String> {
    let parts: Vec<String> = publisher.split('/').map(known::encoded).collect();
    let (vhost, app, stream) = match parts.as_slice() {
        [app, stream] => ("default", app, stream),
        [vhost, app, stream] => (vhost.as_str(), app, stream),
        _ => return None,
    };
    Some(format!("/v1/stats/current/vhosts/{vhost}/apps/{app}/streams/{stream}"))
}

/// Whether the server refuses in these words: `[HTTP] …` with the status once more.
pub(super) fn refuses(root: &Value) -> bool {
    root.get("statusCode").is_some() && text(root, "/message").is_some_and(|words| words.starts_with("[HTTP"))
}

/// Reads the answer without a `Date` to compare with.
pub fn parse(body: &[u8]) -> Result<Document, ParseError> {
    parse_at(body, None)
}

/// Reads the answer that was sent at `date` (the header as the server wrote it).
pub fn parse_at(body: &[u8], date: Option<&str>) -> Result<Document, ParseError> {
    read(&json::read(body)?, date)
}

/// The same, of JSON already read.
pub(super) fn read(root: &Value, date: Option<&str>) -> Result<Document, ParseError> {
    let publishers = match (fields::count(root, "/statusCode"), root.get("response")) {
        (Some(200), Some(response)) if response.get("totalBytesIn").is_some() => vec![stream(response, date)],
        (Some(404), _) if no_stream(root) => Vec::new(),
        (Some(_), _) if text(root, "/message").is_some_and(|words| words != "OK") => {
            let words = text(root, "/message").unwrap_or_default();
            return Err(ParseError::Complaint(crate::kit::text::excerpt(words, 80)));
        }
        _ => return Err(ParseError::OtherJson),
    };
    Ok(json::document(Server::Ome, publishers))
}

/// A virtual host or application that does not exist is a mistake in the address, not an absence.
fn no_stream(root: &Value) -> bool {
    text(root, "/message").is_some_and(|words| words.to_lowercase().contains("find the stream"))
}

fn stream(response: &Value, date: Option<&str>) -> Sample {
    Sample {
        session: word(response, "/createdTime"),
        rx_bytes: fields::bytes(response, "/totalBytesIn"),
        kbps_server: fields::kbps(response, "/lastThroughputIn", 1000.0),
        idle: idle(text(response, "/lastRecvTime"), date),
        age: idle(text(response, "/createdTime"), date),
        ..fields::present(None)
    }
}

/// From `then` (RFC 3339) to the server's `Date`, which counts whole seconds: up to one second too
/// little, never too much.
fn idle(then: Option<&str>, date: Option<&str>) -> Option<Millis> {
    let then = OffsetDateTime::parse(then?, &Rfc3339).ok()?;
    let now = OffsetDateTime::parse(date?, &Rfc2822).ok()?;
    Some(Millis(u64::try_from((now - then).whole_milliseconds().max(0)).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::units::{Bytes, Kbps};

    const LIVE: &[u8] = include_bytes!("../../../tests/samples/ingest/synthetic-ome-stream-stats-live.json");

    #[test]
    fn a_stream_tells_bytes_and_since_when_nothing_came() {
        // Received at 12:58:01.050.
        let table = [
            (None, None),
            (Some("Fri, 20 Nov 2026 12:58:01 GMT"), Some(Millis(0))),
            (Some("Fri, 20 Nov 2026 12:58:05 GMT"), Some(Millis(3950))),
            (Some("yesterday"), None),
        ];
        for (date, wanted) in table {
            let one = parse_at(LIVE, date).expect("a document").publishers.remove(0);
            assert_eq!((one.idle, one.rx_bytes), (wanted, Some(Bytes(312_004_411))), "{date:?}");
            assert_eq!((one.feed, one.kbps_server), (None, Some(Kbps(3608.12))));
        }
    }

    #[test]
    fn a_missing_stream_is_absent_and_a_missing_application_a_complaint() {
        let body = include_bytes!("../../../tests/samples/ingest/synthetic-ome-stream-stats-404.json");
        assert!(parse(body).expect("a document").publishers.is_empty());
        let body = br#"{"message":"[HTTP] Could not find the application: [default/ap] (404)","statusCode":404}"#;
        assert!(matches!(parse(body), Err(ParseError::Complaint(words)) if words.contains("application")));
        assert_eq!(parse(br#"{"statusCode":200,"response":["default"]}"#), Err(ParseError::OtherJson));
    }
}
