//! OpenRTMP (librtmp2-server): `GET /stats?key=…`, JSON while live and a line of plain text, also with
//! status 200, while not.

use super::document::{Document, ParseError, Server};
use super::fields;
use super::json;
use crate::domain::signal::Sample;
use crate::kit::text;
use serde_json::Value;

/// The longest line that is still a word of the server and not some page.
const LINE: usize = 200;

/// Reads the answer of a server that is known to be this one: a line with "offline" is an absence,
/// any other line a complaint.
pub fn parse(body: &[u8]) -> Result<Document, ParseError> {
    if body.starts_with(b"{") {
        return read(&json::read(body)?).ok_or(ParseError::OtherJson);
    }
    if body.starts_with(b"<") {
        return Err(ParseError::Html);
    }
    let line = std::str::from_utf8(body).ok().map(str::trim).filter(|line| line.len() <= LINE);
    match line {
        None => Err(ParseError::OtherText),
        Some("") => Err(ParseError::Empty),
        Some(line) if says_offline(line) => Ok(document(Vec::new())),
        Some(line) => Err(ParseError::Complaint(text::excerpt(line, 80))),
    }
}

/// JSON already read; `None` where it is something else.
pub(super) fn read(root: &Value) -> Option<Document> {
    root.get("bitrate_kbps").and(root.get("bytes_in"))?;
    Some(document(vec![Sample {
        age: fields::number(root, "/uptime").map(|secs| super::number::millis(secs * 1000.0)),
        rx_bytes: fields::bytes(root, "/bytes_in"),
        kbps_server: fields::kbps(root, "/bitrate_kbps", 1.0),
        rtt: fields::millis(root, "/rtt_ms"),
        ..fields::present(None)
    }]))
}

fn document(publishers: Vec<Sample>) -> Document {
    json::document(Server::OpenRtmp, publishers)
}

fn says_offline(line: &str) -> bool {
    let line = line.to_lowercase();
    ["offline", "not live", "not streaming", "no stream"].iter().any(|words| line.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::units::{Bytes, Kbps, Millis};

    #[test]
    fn a_live_stream_tells_its_bytes() {
        let body = include_bytes!("../../../tests/samples/ingest/synthetic-openrtmp-stats-live.json");
        let one = parse(body).expect("a document").publishers.remove(0);
        assert_eq!((one.rx_bytes, one.kbps_server), (Some(Bytes(166_120_400)), Some(Kbps(4180.2))));
        assert_eq!((one.age, one.rtt), (Some(Millis(318_000)), Some(Millis(41))));
    }

    #[test]
    fn plain_text_is_an_absence_only_when_it_says_so() {
        let complaint = |words: &str| Err(ParseError::Complaint(words.to_owned()));
        let table: &[(&str, Result<usize, ParseError>)] = &[
            ("Stream offline\n", Ok(0)),
            ("stream is not live", Ok(0)),
            ("invalid stats key", complaint("invalid stats key")),
            ("", Err(ParseError::Empty)),
            ("<html>offline</html>", Err(ParseError::Html)),
            ("{}", Err(ParseError::OtherJson)),
        ];
        for (body, wanted) in table {
            assert_eq!(parse(body.as_bytes()).map(|document| document.publishers.len()), *wanted, "{body}");
        }
    }
}
