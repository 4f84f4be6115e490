//! Any body at all: told apart by shape, and never a panic.

use super::*;
use crate::adapters::ingest::document::Server;
use proptest::prelude::*;

#[test]
fn the_shape_of_the_body_decides() {
    let table: &[(&str, Result<Server, ParseError>)] = &[
        ("<rtmp></rtmp>", Ok(Server::Nginx)),
        ("\u{feff} \r\n<?xml version=\"1.0\"?><rtmp></rtmp>", Ok(Server::Nginx)),
        (r#" {"publishers":{}}"#, Ok(Server::Sls)),
        (r#"{"publisher":null}"#, Ok(Server::OpenIrl)),
        ("", Err(ParseError::Empty)),
        ("\u{feff} \r\n", Err(ParseError::Empty)),
        ("<!DOCTYPE html><html><body>Log in</body></html>", Err(ParseError::Html)),
        ("<!-- hi --><HTML>", Err(ParseError::Html)),
        ("<html><body>", Err(ParseError::Html)),
        ("offline", Err(ParseError::OtherText)),
        ("\0\u{1}", Err(ParseError::OtherText)),
    ];
    for (body, wanted) in table {
        assert_eq!(parse(body.as_bytes()).map(|document| document.server), *wanted, "{body:?}");
    }
}

#[test]
fn deep_nesting_is_no_danger() {
    assert!(parse("[".repeat(500_000).as_bytes()).is_err());
    assert!(parse(format!("<rtmp>{}", "<a>".repeat(200_000)).as_bytes()).is_err());
}

/// Every recorded document with its name.
fn recorded() -> Vec<(String, Vec<u8>)> {
    let folder = format!("{}/tests/samples/ingest", env!("CARGO_MANIFEST_DIR"));
    let files = std::fs::read_dir(folder).expect("the samples").map(|file| file.expect("a file"));
    let named = |file: &std::fs::DirEntry| file.file_name().to_string_lossy().into_owned();
    files.map(|file| (named(&file), std::fs::read(file.path()).expect("a sample"))).collect()
}

/// Beginning of a sample's name, who wrote it; `None` for a complaint or for what is no document. The
/// first that fits counts.
const WRITERS: &[(&str, Option<Server>)] = &[
    ("nginx-rtmp-", Some(Server::Nginx)),
    ("sls-irl-", Some(Server::Sls)),
    ("synthetic-sls-", Some(Server::Sls)),
    ("synthetic-openirl-sls-stats-badkey", None),
    ("synthetic-openirl-sls-stats-ratelimit", None),
    ("synthetic-openirl-", Some(Server::OpenIrl)),
    ("synthetic-belabox-", Some(Server::Belabox)),
    ("srs-", Some(Server::Srs)),
    // What MediaMTX tells of a connection adds to a document and is none.
    ("synthetic-mediamtx-srtconn", None),
    ("synthetic-mediamtx-rtmpconn", None),
    ("synthetic-mediamtx-", Some(Server::MediaMtx)),
    // An empty object says something only at the address of Node-Media-Server 2.
    ("nms2-streams-offline", None),
    ("nms2-", Some(Server::Nms2)),
    ("nms4-", Some(Server::Nms4)),
    ("synthetic-nimble-", Some(Server::Nimble)),
    ("synthetic-xiu-error", None),
    ("synthetic-xiu-", Some(Server::Xiu)),
    ("synthetic-ome-", Some(Server::Ome)),
    ("synthetic-datarhei-", Some(Server::Datarhei)),
    ("synthetic-rist-", Some(Server::Rist)),
    ("rist-receiver-", Some(Server::Rist)),
    ("synthetic-irlhosting-", Some(Server::IrlHosting)),
    // A line of words alone says nothing of who wrote it.
    ("synthetic-openrtmp-offline", None),
    ("synthetic-openrtmp-", Some(Server::OpenRtmp)),
    ("synthetic-noalbs-", Some(Server::Push)),
    ("synthetic-go-irl-", Some(Server::Push)),
    // OBS is asked over its own socket.
    ("synthetic-obs-", None),
];

#[test]
fn every_recorded_document_is_known_by_its_shape() {
    for (name, body) in recorded() {
        let row = WRITERS.iter().find(|(begin, _)| name.starts_with(begin));
        let (_, wanted) = row.unwrap_or_else(|| panic!("who wrote {name}?"));
        assert_eq!(parse(&body).ok().map(|document| document.server), *wanted, "{name}");
    }
}

/// A sample that a page could show: every number finite.
fn assert_sane(body: &[u8]) {
    for one in parse(body).map(|document| document.publishers).unwrap_or_default() {
        for rate in [one.kbps_server, one.kbps_mean].into_iter().flatten() {
            assert!(rate.0.is_finite() && rate.0 >= 0.0, "{rate:?}");
        }
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(body in proptest::collection::vec(any::<u8>(), 0..400)) {
        assert_sane(&body);
        let _ = (nginx::parse(&body), in_json(&body));
    }

    #[test]
    fn markup_soup_never_panics(body in "(<rtmp>)?(<(/?(application|name|stream|client|id|publishing|bytes_in))/?>|&[a-z#0-9]{0,4};|[-0-9eN.]{1,3}){0,40}") {
        assert_sane(body.as_bytes());
    }

    #[test]
    fn a_recorded_document_with_errors_in_it_never_panics(
        which in any::<proptest::sample::Index>(),
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut body = which.get(&recorded()).1.clone();
        for (place, byte) in changes {
            let place = place.index(body.len());
            body[place] = byte;
        }
        assert_sane(&body);
    }
}
