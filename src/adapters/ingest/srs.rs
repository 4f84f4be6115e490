//! SRS `/api/v1/streams/`: JSON with a list of streams, ten at a time unless asked for more.
//!
//! `recv_bytes` moves every 3 s ([`Server::refresh`]); `kbps.recv_30s` is a tumbling window that stays
//! 0 for half a minute and is not read. A stream may stay in the list with `publish.active` false while
//! players wait for it.

use super::document::{Document, ParseError, Server};
use super::{json, known};
use crate::domain::signal::{Publisher, Sample};
use crate::kit::text;
use crate::kit::units::{Bytes, Mono};
use serde_json::{Map, Value};
use url::Url;

/// More streams than one person has.
const COUNT: &str = "1000";

/// The address, asking for more than the first page.
pub fn address(url: &Url) -> Url {
    let mut url = known::completed(Server::Srs, url);
    let lists = url.path().trim_end_matches('/').ends_with("/streams");
    if lists && !url.query_pairs().any(|(name, _)| name == "count") {
        url.query_pairs_mut().append_pair("count", COUNT);
    }
    url
}

/// Whether the object is one of SRS's: each carries `code` and the ids of server and process.
pub fn is_one(root: &Map<String, Value>) -> bool {
    root.get("code").is_some_and(Value::is_number) && (root.contains_key("service") || root.contains_key("server"))
}

/// Reads the list, or the one stream of `/api/v1/streams/<id>`. A `code` other than 0 is an error
/// although the status is 200.
pub fn parse(root: &Map<String, Value>) -> Result<Document, ParseError> {
    let code = json::number(root, &["code"]).unwrap_or(-1.0);
    if code != 0.0 {
        return Err(ParseError::Complaint(text::excerpt(&format!("error {code}"), 40)));
    }
    let entries: Vec<&Value> = match (root.get("streams"), root.get("stream")) {
        (Some(Value::Array(list)), _) => list.iter().collect(),
        (_, Some(one @ Value::Object(_))) => vec![one],
        _ => return Err(ParseError::OtherJson),
    };
    let publishers = entries.into_iter().filter_map(|entry| sample(entry.as_object()?)).collect();
    // Its `pid` is not handed on: unlike nginx's, a new process means that the publisher is gone indeed.
    Ok(json::document(Server::Srs, publishers))
}

/// The stream's publisher, if one is connected.
fn sample(stream: &Map<String, Value>) -> Option<Sample> {
    let publish = stream.get("publish")?.as_object()?;
    if publish.get("active") != Some(&Value::Bool(true)) {
        return None;
    }
    Some(Sample {
        publisher: Publisher::Present,
        feed: Some(name(stream)),
        session: json::text(publish, "cid"),
        rx_bytes: json::count(stream, &["recv_bytes"]).map(Bytes),
        refresh: Server::Srs.refresh(),
        ..Sample::absent(Mono::default())
    })
}

/// `app/name`; `url` is the same with a slash before it, and a virtual host if it is not the default.
fn name(stream: &Map<String, Value>) -> String {
    let part = |name| json::text(stream, name).unwrap_or_default();
    format!("{}/{}", part("app"), part("name"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::ingest::detect;
    use crate::adapters::ingest::samples::document as recorded;

    #[test]
    fn the_figures_of_the_recorded_documents() {
        let table: [(&str, Option<(&str, &str, u64)>); 7] = [
            ("srs-streams-idle", None),
            ("srs-streams-rtmp-start3s", Some(("live/feed1", "n8fm8051", 0))),
            ("srs-streams-rtmp-live50s", Some(("live/feed1", "n8fm8051", 9_866_097))),
            ("srs-streams-rtmp-stalled3s", Some(("live/feed1", "n8fm8051", 10_109_646))),
            ("srs-streams-rtmp-stalled8s", None),
            ("srs-streams-srt-live45s", Some(("live/feed2", "6623u108", 8_851_040))),
            ("srs-streams-srt-blackhole15s", None),
        ];
        for (name, wanted) in table {
            let document = recorded(name);
            assert_eq!(document.server, Server::Srs, "{name}");
            let found = document.publishers.first().map(|one| {
                assert_eq!((one.kbps_server, one.refresh.0), (None, 3000), "{name}");
                let bytes = one.rx_bytes.expect("bytes").0;
                (one.feed.as_deref().expect("a name"), one.session.as_deref().expect("a session"), bytes)
            });
            assert_eq!(found, wanted, "{name}");
        }
    }

    #[test]
    fn a_stream_that_only_players_hold_has_no_publisher() {
        let body = br#"{"code":0,"server":"v","service":"g","pid":"1","streams":[
            {"name":"a","app":"live","recv_bytes":5,"publish":{"active":false,"cid":"x"}},{"name":"b","app":"live"}]}"#;
        assert_eq!(detect::parse(body).expect("a document").publishers, Vec::new());
    }

    #[test]
    fn one_stream_by_its_id_and_an_error_in_a_page_that_claims_to_be_fine() {
        let one = br#"{"code":0,"server":"v","service":"g","pid":"1","stream":{"name":"a","app":"live","recv_bytes":7,"publish":{"active":true,"cid":"x"}}}"#;
        assert_eq!(detect::parse(one).expect("a document").names(), ["live/a"]);
        let error = detect::parse(br#"{"code":2048,"server":"v","service":"g","pid":"1"}"#);
        assert_eq!(error, Err(ParseError::Complaint("error 2048".to_owned())));
    }

    #[test]
    fn every_page_of_the_list_is_asked_for() {
        let table = [
            ("http://h:1985/api/v1/streams/", "http://h:1985/api/v1/streams/?count=1000"),
            ("http://h:1985/api/v1/streams?start=5", "http://h:1985/api/v1/streams?start=5&count=1000"),
            ("http://h:1985/api/v1/streams/?count=3", "http://h:1985/api/v1/streams/?count=3"),
            ("http://h:1985/api/v1/streams/vid-1", "http://h:1985/api/v1/streams/vid-1"),
            ("http://h:1985", "http://h:1985/api/v1/streams/?count=1000"),
        ];
        for (given, wanted) in table {
            assert_eq!(address(&Url::parse(given).expect("an address")).as_str(), wanted);
        }
    }
}
