//! Recorded and documented statistics of every fork, and what they mean.

use super::*;
use crate::adapters::ingest::detect::parse;
use crate::adapters::ingest::document::Server::{Belabox, OpenIrl, Sls};
use crate::adapters::ingest::samples;

fn recorded(name: &str) -> Result<Document, ParseError> {
    parse(&samples::bytes(&format!("{name}.json")))
}

/// file, fork, name, kbit/s published, buffer, latency, rtt, dropped, age in s
type Row = (&'static str, Server, Option<&'static str>, [Option<u64>; 6]);

#[test]
fn the_figures_of_every_fork() {
    let feed1 = Some("publish/live/feed1");
    let table: [Row; 12] = [
        ("sls-irl-live", Sls, feed1, [Some(2847), Some(1973), Some(2000), Some(43), Some(0), Some(16)]),
        ("sls-irl-start-0.7s", Sls, feed1, [Some(0), Some(499), Some(2000), Some(42), Some(0), Some(0)]),
        ("sls-irl-start-3.2s", Sls, feed1, [Some(2864), Some(1965), Some(2000), Some(43), Some(0), Some(3)]),
        // The link is dead, the published rate is not told so.
        ("sls-irl-blackhole-2s", Sls, feed1, [Some(2900), Some(233), Some(2000), Some(42), Some(4464), Some(78)]),
        ("sls-irl-blackhole-4s", Sls, feed1, [Some(2900), Some(0), Some(2000), Some(42), Some(4464), Some(80)]),
        ("sls-irl-sigstop-3s", Sls, feed1, [Some(2716), Some(0), Some(2000), Some(45), Some(0), Some(14)]),
        ("synthetic-sls-mattwb65-live", Sls, feed1, [Some(4312), Some(1941), None, Some(58), Some(7), Some(742)]),
        ("synthetic-sls-mattwb65-connected-no-media", Sls, feed1, [Some(0), Some(0), None, Some(31), Some(0), Some(4)]),
        (
            "synthetic-openirl-sls-stats-live",
            OpenIrl,
            None,
            [Some(5240), Some(1988), Some(2000), Some(48), Some(0), Some(611)],
        ),
        (
            "synthetic-openirl-sls-stats-legacy",
            OpenIrl,
            None,
            [Some(5240), Some(1988), Some(2000), Some(48), Some(0), Some(611)],
        ),
        // (3120 × 38 + 1985 × 92) / 5105
        (
            "synthetic-openirl-sls-stats-bonded-peers",
            OpenIrl,
            None,
            [Some(5105), Some(1940), Some(3000), Some(59), Some(3), Some(610)],
        ),
        (
            "synthetic-belabox-cloud-live",
            Belabox,
            Some("EXAMPLEKEY"),
            [Some(4520), None, Some(2000), Some(38), Some(17), None],
        ),
    ];
    for (name, server, feed, wanted) in table {
        let document = recorded(name).expect(name);
        let sample = &document.publishers[0];
        assert_eq!((document.server, sample.feed.as_deref()), (server, feed), "{name}");
        let ms = |span: Option<Millis>| span.map(|ms| ms.0);
        let age = sample.age.map(|age| age.0 / 1000);
        let kbps = sample.kbps_server.map(|rate| rate.0 as u64);
        let found = [kbps, ms(sample.buffer), ms(sample.latency), ms(sample.rtt), sample.dropped, age];
        assert_eq!(found, wanted, "{name}");
        assert_eq!((sample.publisher, sample.session.as_ref()), (Publisher::Present, None), "{name}");
    }
}

#[test]
fn nobody_connected_is_an_answer_of_its_own_in_every_fork() {
    let table = [
        ("sls-irl-ended", Sls),
        ("sls-irl-blackhole-7s", Sls),
        ("synthetic-openirl-sls-stats-offline", OpenIrl),
        ("synthetic-belabox-cloud-offline", Belabox),
    ];
    for (name, server) in table {
        let document = recorded(name).expect(name);
        assert_eq!((document.server, document.publishers), (server, Vec::new()), "{name}");
    }
}

#[test]
fn the_mean_rate_and_the_losses_are_handed_on() {
    let sample = recorded("sls-irl-media-paused-18s").expect("a document").publishers.remove(0);
    assert_eq!(sample.kbps_mean, Some(Kbps(1.409_667_224_627_167 * 1000.0)));
    assert_eq!((sample.lost, sample.dropped, sample.window), (Some(833), Some(0), Some(BITRATE_WINDOW)));
}

#[test]
fn bonded_links_are_listed() {
    let sample = recorded("synthetic-openirl-sls-stats-bonded-peers").expect("a document").publishers.remove(0);
    let link = |id: &str, kbps, rtt| Link { id: id.to_owned(), kbps: Some(Kbps(kbps)), rtt: Some(Millis(rtt)) };
    assert_eq!(sample.links, [link("4d2fc15b", 3120.0, 38), link("bf51f69f", 1985.0, 92)]);
}

fn one(fields: &str) -> Sample {
    let body = format!(r#"{{"fixed_by":"someone","publishers":{{"a/b/c":{{{fields}}}}},"status":"ok"}}"#);
    parse(body.as_bytes()).expect("a document").publishers.remove(0)
}

#[test]
fn odd_numbers_are_missing_numbers() {
    for odd in ["-1", "\"NaN\"", "1.8e19", "18446744073709551615", "null", "\"many\"", "[]", "true"] {
        let fields = ["bitrate", "mbpsRecvRate", "msRcvBuf", "rtt", "uptime", "pktRcvDrop", "pktRcvLoss", "latency"];
        let fields: Vec<String> = fields.iter().map(|name| format!("\"{name}\":{odd}")).collect();
        let nothing =
            Sample { publisher: Publisher::Present, feed: Some("a/b/c".to_owned()), ..Sample::absent(Mono(0)) };
        assert_eq!(one(&fields.join(",")), nothing, "{odd}");
    }
}

#[test]
fn numbers_in_strings_count_and_the_link_capacity_never_does() {
    let sample = one(r#""bitrate":"2847","rtt":"43.3","mbpsBandwidth":694.5"#);
    assert_eq!((sample.kbps_server, sample.rtt), (Some(Kbps(2847.0)), Some(Millis(43))));
    assert_eq!(one(r#""mbpsBandwidth":694.5"#).kbps_server, None);
}

#[test]
fn the_frame_of_a_broken_socket_is_passed_on_as_it_is() {
    let sample = one(r#""bitrate":2716,"rtt":0,"mbpsRecvRate":0.000,"msRcvBuf":0"#);
    assert_eq!((sample.kbps_server, sample.kbps_mean), (Some(Kbps(2716.0)), Some(Kbps(0.0))));
    assert_eq!((sample.rtt, sample.buffer), (Some(Millis(0)), Some(Millis(0))));
}

#[test]
fn a_bitrate_of_one_means_not_refreshed_where_the_server_says_so() {
    let relay =
        |fields: &str| parse(format!(r#"{{"publishers":{{"K":{{{fields}}}}}}}"#).as_bytes()).expect("a document");
    let waiting = relay(r#""connected":true,"bitrate":1"#).publishers.remove(0);
    assert_eq!((waiting.publisher, waiting.kbps_server), (Publisher::Present, None));
    assert!(relay(r#""connected":true,"bitrate":0"#).publishers.is_empty());
    assert!(relay(r#""connected":false,"bitrate":900"#).publishers.is_empty());
    let openirl = parse(br#"{"publisher":{"bitrate":1,"uptime":3},"status":"ok"}"#).expect("a document");
    assert_eq!(openirl.publishers[0].kbps_server, None);
    assert_eq!(one(r#""bitrate":1"#).kbps_server, Some(Kbps(1.0)), "SRT Live Server means what it says");
}

#[test]
fn what_is_no_document_says_what_it_is() {
    let complaint = |text: &str| ParseError::Complaint(text.to_owned());
    assert_eq!(recorded("synthetic-openirl-sls-stats-badkey-404"), Err(complaint("Invalid player key")));
    let table = [
        (r#"{"publishers":{"a":"#, ParseError::CutOff("JSON")),
        (r#"{"publishers":{"a":{"bitrate":NaN}}}"#, ParseError::Broken("JSON")),
        (r#"{"publishers":{"a":7}}"#, ParseError::OtherJson),
        (r#"{"publishers":[{"name":"a"}]}"#, ParseError::OtherJson),
        (r#"{"publishers":null}"#, ParseError::OtherJson),
        (r#"{"status":"ok"}"#, ParseError::OtherJson),
        ("{}", ParseError::OtherJson),
        ("[]", ParseError::OtherJson),
        (r#"{"message":"not streaming","status":"error"}"#, complaint("not streaming")),
        (r#"{"message":"Hello"}"#, complaint("Hello")),
    ];
    for (body, wanted) in table {
        assert_eq!(parse(body.as_bytes()), Err(wanted), "{body}");
    }
}
