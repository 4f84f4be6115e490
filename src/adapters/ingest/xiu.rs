//! Xiu: `GET /api/query_whole_streams`, every stream with its publisher. Field names carry their unit,
//! `recv_bitrate(kbits/s)`; `error_code` other than 0 is an error in words.

use super::document::{Document, ParseError, Server};
use super::fields::{self, word};
use super::{json, known};
use crate::domain::signal::Sample;
use crate::kit::text;
use serde_json::Value;
use url::Url;

/// Where all streams are listed; `query_stream` wants a POST for each.
pub(super) fn address(url: &Url) -> Url {
    match url.path().strip_suffix("/query_stream") {
        Some(api) => known::on_machine(url, &format!("{api}/query_whole_streams")),
        None => known::completed(Server::Xiu, url),
    }
}

/// Reads the answer to `query_whole_streams` or `query_stream`.
pub fn parse(body: &[u8]) -> Result<Document, ParseError> {
    read(&json::read(body)?)
}

/// The same, of JSON already read.
pub(super) fn read(root: &Value) -> Result<Document, ParseError> {
    let Some(code) = root.get("error_code").and_then(Value::as_i64) else { return Err(ParseError::OtherJson) };
    if code != 0 {
        let words = fields::text(root, "/desp").unwrap_or("an error without words");
        return Err(ParseError::Complaint(text::excerpt(words, 80)));
    }
    let publishers = fields::list(root, "/data").iter().filter_map(stream).collect();
    Ok(json::document(Server::Xiu, publishers))
}

/// A stream whose publisher has gone is listed while players wait for it.
fn stream(stream: &Value) -> Option<Sample> {
    let publisher = stream.get("publisher").filter(|publisher| publisher.is_object())?;
    Some(Sample {
        session: word(publisher, "/id"),
        rx_bytes: fields::bytes(stream, "/total_recv_bytes"),
        kbps_server: fields::kbps(publisher, "/recv_bitrate(kbits~1s)", 1.0),
        ..fields::present(name(publisher))
    })
}

/// `{"rtmp": {app_name, stream_name}}`, and `{"rtsp": {stream_path}}`.
fn name(publisher: &Value) -> Option<String> {
    let identifier = publisher.get("identifier")?.as_object()?.values().next()?;
    let path = || word(identifier, "/stream_path");
    match (word(identifier, "/app_name"), word(identifier, "/stream_name")) {
        (Some(app), Some(stream)) => Some(format!("{app}/{stream}")),
        _ => path(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::units::{Bytes, Kbps};

    #[test]
    fn a_stream_has_a_name_a_counter_and_a_session() {
        let body = include_bytes!("../../../tests/samples/ingest/synthetic-xiu-query_stream-live.json");
        let one = parse(body).expect("a document").publishers.remove(0);
        assert_eq!((one.feed.as_deref(), one.session.as_deref()), (Some("live/feed1"), Some("17951788290001")));
        assert_eq!((one.rx_bytes, one.kbps_server), (Some(Bytes(91_712_283)), Some(Kbps(4180.0))));
    }

    #[test]
    fn the_address_of_one_stream_leads_to_all() {
        let whole = "http://h:8000/api/query_whole_streams";
        for given in ["http://h:8000", "http://h:8000/api/query_stream", whole] {
            assert_eq!(address(&Url::parse(given).expect("an address")).as_str(), whole);
        }
    }

    #[test]
    fn no_data_is_nobody_and_an_error_is_told() {
        let table: &[(&str, Result<usize, ParseError>)] = &[
            (r#"{"error_code":0,"desp":"succ","data":[]}"#, Ok(0)),
            (r#"{"error_code":0,"desp":"succ","data":null}"#, Ok(0)),
            (r#"{"error_code":0,"data":[{"publisher":null,"total_recv_bytes":9}]}"#, Ok(0)),
            (
                r#"{"error_code":-1,"desp":"no such stream","data":null}"#,
                Err(ParseError::Complaint("no such stream".into())),
            ),
            (r#"{"data":[]}"#, Err(ParseError::OtherJson)),
        ];
        for (body, wanted) in table {
            assert_eq!(parse(body.as_bytes()).map(|document| document.publishers.len()), *wanted, "{body}");
        }
    }
}
