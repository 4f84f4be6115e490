//! IRLHosting: one address for two servers, told apart by `service`. SRT has spans as texts ("1d 2h 5m
//! 3s", "1901ms") and a byte counter that stays 0; RTMP wraps nginx's numbers and reads its
//! milliseconds as seconds, so its spans are worth nothing.

use super::document::{Document, ParseError, Server};
use super::fields::{self, count, kbps, millis, number, text, word};
use super::json;
use super::number as sane;
use crate::domain::signal::Sample;
use crate::kit::units::{Bytes, Millis};
use serde_json::Value;

/// Reads either form.
pub fn parse(body: &[u8]) -> Result<Document, ParseError> {
    read(&json::read(body)?).ok_or(ParseError::OtherJson)
}

/// The same, of JSON already read; `None` where it is something else.
pub(super) fn read(root: &Value) -> Option<Document> {
    let publishers = match text(root, "/service")? {
        "SRT" if root.get("publishers").is_some() => fields::list(root, "/publishers").iter().map(srt).collect(),
        "RTMP" if root.get("applications").is_some() => {
            fields::list(root, "/applications").iter().flat_map(application).collect()
        }
        _ => return None,
    };
    Some(Document { server: Server::IrlHosting, process: word(root, "/server/pid"), process_age: None, publishers })
}

fn srt(publisher: &Value) -> Sample {
    let span = |pointer| text(publisher, pointer).and_then(span);
    Sample {
        age: span("/uptime"),
        rx_bytes: fields::bytes(publisher, "/bytesReceived").filter(|bytes| *bytes > Bytes(0)),
        kbps_server: kbps(publisher, "/bitrate", 1.0),
        kbps_mean: kbps(publisher, "/mbpsRecvRate", 0.001),
        rtt: millis(publisher, "/rtt"),
        buffer: span("/buffer"),
        lost: count(publisher, "/packetStats/packetsLost"),
        dropped: count(publisher, "/packetStats/packetsDropped"),
        ..fields::present(word(publisher, "/stream"))
    }
}

fn application(application: &Value) -> impl Iterator<Item = Sample> {
    let app = text(application, "/name").unwrap_or_default();
    fields::list(application, "/live/streams").iter().filter_map(move |stream| rtmp(app, stream))
}

/// A stream without a publishing client is one that a player waits for.
fn rtmp(app: &str, stream: &Value) -> Option<Sample> {
    let publishes = |client: &&Value| client.get("publishing") == Some(&Value::Bool(true));
    let client = fields::list(stream, "/clients").iter().find(publishes)?;
    Some(Sample {
        session: word(client, "/id"),
        rx_bytes: fields::bytes(stream, "/bytes/incoming"),
        media_ts: millis(client, "/timestamp"),
        kbps_server: number(stream, "/bandwidth/incoming").and_then(|bits| sane::kbps(bits / 1000.0)),
        ..fields::present(Some(format!("{app}/{}", text(stream, "/name").unwrap_or_default())))
    })
}

/// "1d 2h 5m 3s" and "101ms".
fn span(text: &str) -> Option<Millis> {
    let mut total = 0.0;
    for part in text.split_whitespace() {
        let (number, unit) = part.split_at(part.find(|c: char| c.is_ascii_alphabetic())?);
        let ms = match unit {
            "d" => 86_400_000.0,
            "h" => 3_600_000.0,
            "m" => 60_000.0,
            "s" => 1000.0,
            "ms" => 1.0,
            _ => return None,
        };
        total += sane::text(number)? * ms;
    }
    sane::sane(total).map(sane::millis)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::units::Kbps;

    #[test]
    fn an_srt_publisher_has_spans_in_words() {
        let body = include_bytes!("../../../tests/samples/ingest/synthetic-irlhosting-srt-live.json");
        let one = parse(body).expect("a document").publishers.remove(0);
        assert_eq!((one.feed.as_deref(), one.kbps_server), (Some("publish/live/feed1"), Some(Kbps(5438.0))));
        assert_eq!((one.age, one.buffer), (Some(Millis(93_903_000)), Some(Millis(1901))));
        assert_eq!((one.rtt, one.lost, one.dropped), (Some(Millis(44)), Some(17), Some(2)));
        assert_eq!(one.rx_bytes, None, "a counter that stays 0 is none");
    }

    #[test]
    fn an_rtmp_publisher_has_counters_and_no_believable_age() {
        let body = include_bytes!("../../../tests/samples/ingest/synthetic-irlhosting-rtmp-live.json");
        let document = parse(body).expect("a document");
        let one = &document.publishers[0];
        assert_eq!((one.feed.as_deref(), one.session.as_deref()), (Some("publish/feed1"), Some("5")));
        assert_eq!((one.rx_bytes, one.media_ts), (Some(Bytes(61_712_916)), Some(Millis(109_126))));
        assert_eq!((one.age, document.process.as_deref()), (None, Some("506")));
    }

    #[test]
    fn spans() {
        let table =
            [("0d 0h 0m 3s", Some(3000)), ("101ms", Some(101)), ("2m", Some(120_000)), ("soon", None), ("5", None)];
        for (text, wanted) in table {
            assert_eq!(span(text), wanted.map(Millis), "{text}");
        }
    }
}
