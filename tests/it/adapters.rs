//! Every server that is read, with made-up documents through the real parser and the real machine: a
//! healthy feed, then a stall or the end of the publisher. Times are decisions on the documents' own
//! clock, so nothing here depends on how fast this machine is.

use crate::support::traces;
use rstest::rstest;
use serde_json::{Value, json};
use std::path::PathBuf;
use stream_control::adapters::ingest::document::{Document, ParseError};
use stream_control::adapters::ingest::memory::Memory;
use stream_control::adapters::ingest::{detect, ome, openrtmp, pointers};
use stream_control::config::{Pointers, RateUnit};
use stream_control::domain::failover::Place;
use stream_control::domain::failover::rules::Rules;
use stream_control::domain::signal::Sample;
use stream_control::kit::units::Mono;

/// The feed is good until here.
const FAULT: u64 = 8_000;
const END: u64 = 20_000;

/// Bytes in a millisecond of 2500 kbit/s.
const BYTES_PER_MS: f64 = 312.5;

/// What a field of a document counts.
#[derive(Clone, Copy)]
enum Counts {
    /// Bytes of media.
    Bytes,
    /// Bytes in units of 1024.
    Kilobytes,
    /// Packets, or milliseconds of media.
    Media,
    /// The receive buffer, full at 1960 ms and emptied by one second a second.
    Buffer,
    /// Milliseconds since the publisher connected, also in a stall.
    AgeMs,
    /// The same in seconds.
    Age,
    /// When something came last, by the server's clock.
    Received,
}

/// A kind of server: its sample of a live feed, which fields move and how, and what it says when the
/// publisher is gone.
struct Row {
    live: &'static str,
    moves: &'static [(&'static str, Counts)],
    gone: &'static str,
}

const ROWS: &[(&str, Row)] = {
    use Counts as C;
    const fn row(live: &'static str, moves: &'static [(&'static str, C)], gone: &'static str) -> Row {
        Row { live, moves, gone }
    }
    &[
        (
            "nimble srt",
            row(
                "synthetic-nimble-srt_receiver_stats-live.json",
                &[("/SrtReceivers/0/stats/recv/bytesReceived", C::Bytes), ("/SrtReceivers/0/stats/time", C::AgeMs)],
                "synthetic-nimble-srt_receiver_stats-disconnected.json",
            ),
        ),
        ("nimble rtmp", row("synthetic-nimble-rtmp_status-live.json", &[], "synthetic-nimble-rtmp_status-idle.json")),
        (
            "xiu",
            row(
                "synthetic-xiu-query_stream-live.json",
                &[("/data/0/total_recv_bytes", C::Bytes)],
                "synthetic-xiu-query_stream-offline.json",
            ),
        ),
        (
            "ome",
            row(
                "synthetic-ome-stream-stats-live.json",
                &[("/response/totalBytesIn", C::Bytes), ("/response/lastRecvTime", C::Received)],
                "synthetic-ome-stream-stats-404.json",
            ),
        ),
        (
            "datarhei process",
            row(
                "synthetic-datarhei-process-state.json",
                &[
                    ("/progress/inputs/0/packet", C::Media),
                    ("/progress/inputs/0/size_kb", C::Kilobytes),
                    ("/runtime_seconds", C::Age),
                ],
                r#"{"order":"start","exec":"failed","runtime_seconds":1,"progress":{"inputs":[],"outputs":[]}}"#,
            ),
        ),
        (
            "datarhei srt",
            row(
                "synthetic-datarhei-srt-channels.json",
                &[
                    ("/connections/412331/stats/recv_bytes", C::Bytes),
                    ("/connections/412331/stats/recv_buf_ms", C::Buffer),
                    ("/connections/412331/stats/timestamp_ms", C::AgeMs),
                ],
                r#"{"publisher":{},"subscriber":{},"connections":{},"log":{}}"#,
            ),
        ),
        ("rist", row("rist-receiver-live.json", &[], "synthetic-rist-http-stats-idle.json")),
        (
            "irlhosting srt",
            row(
                "synthetic-irlhosting-srt-live.json",
                &[("/publishers/0/buffer", C::Buffer)],
                "synthetic-irlhosting-srt-offline.json",
            ),
        ),
        (
            "irlhosting rtmp",
            row(
                "synthetic-irlhosting-rtmp-live.json",
                &[
                    ("/applications/0/live/streams/0/bytes/incoming", C::Bytes),
                    ("/applications/0/live/streams/0/clients/0/timestamp", C::Media),
                ],
                r#"{"service":"RTMP","server":{"pid":"506"},"applications":[{"name":"publish","live":{"streams":[]}}]}"#,
            ),
        ),
        (
            "openrtmp",
            row(
                "synthetic-openrtmp-stats-live.json",
                &[("/bytes_in", C::Bytes), ("/uptime", C::Age)],
                "synthetic-openrtmp-offline.txt",
            ),
        ),
        (
            "json",
            row(r#"{"rx":{"bytes":0,"on":true}}"#, &[("/rx/bytes", C::Bytes)], r#"{"rx":{"bytes":0,"on":false}}"#),
        ),
        ("noalbs frames", row("synthetic-noalbs-websocket-stats.json", &[], "synthetic-noalbs-websocket-offline.json")),
        ("sls rows", row("synthetic-sls-edward-wu-post.json", &[], "synthetic-sls-edward-wu-post-offline.json")),
        (
            "go-irl",
            row(
                "synthetic-go-irl-reader.json",
                &[
                    ("/stats/Accumulated/ByteRecv", C::Bytes),
                    ("/stats/Instantaneous/MsRecvBuf", C::Buffer),
                    ("/stats/MsTimeStamp", C::AgeMs),
                ],
                r#"{"type":"stats","streams":[]}"#,
            ),
        ),
    ]
};

#[derive(Clone, Copy, PartialEq)]
enum Fault {
    None,
    Stall,
    Kill,
}

/// A sample's text, or the text itself.
fn text(name: &str) -> String {
    if name.starts_with('{') {
        return name.to_owned();
    }
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/samples/ingest");
    std::fs::read_to_string(folder.join(name)).expect("a sample")
}

/// What the server answers at `at` ms when media came until `media` ms.
fn answer(row: &Row, at: u64, media: u64) -> String {
    let live = text(row.live);
    let stalled = at.saturating_sub(media);
    if row.live.starts_with("rist") {
        // Its counts are of the second before.
        return if stalled >= 1000 { text("rist-receiver-stalled.json") } else { live };
    }
    let Ok(mut document) = serde_json::from_str::<Value>(&live) else { return live };
    for (pointer, counts) in row.moves {
        let field = document.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer} in {}", row.live));
        let begun = 60_000 + media;
        *field = match counts {
            Counts::Bytes => json!((begun as f64 * BYTES_PER_MS) as u64),
            Counts::Kilobytes => json!((begun as f64 * BYTES_PER_MS / 1024.0) as u64),
            Counts::Media => json!(begun),
            Counts::Buffer if field.is_string() => json!(format!("{}ms", 1960_u64.saturating_sub(stalled))),
            Counts::Buffer => json!(1960_u64.saturating_sub(stalled)),
            Counts::AgeMs => json!(60_000 + at),
            Counts::Age => json!((60_000 + at) / 1000),
            Counts::Received => {
                json!(format!("2026-11-20T12:58:{:02}.{:03}+00:00", (media + 500) / 1000, (media + 500) % 1000))
            }
        };
    }
    document.to_string()
}

/// The whole seconds of the server's clock go along with OvenMediaEngine's answer.
fn parse(name: &str, body: &str, at: u64) -> Result<Document, ParseError> {
    let pointers = Pointers {
        bytes: Some("/rx/bytes".to_owned()),
        online: Some("/rx/on".to_owned()),
        rate: None,
        unit: RateUnit::Kbps,
    };
    match name {
        "json" => pointers::parse(body.as_bytes(), &pointers),
        "openrtmp" => openrtmp::parse(body.as_bytes()),
        "ome" => ome::parse_at(body.as_bytes(), Some(&format!("Fri, 20 Nov 2026 12:58:{:02} GMT", (at + 500) / 1000))),
        _ => detect::parse(body.as_bytes()),
    }
}

/// Samples at 4 Hz.
fn samples(name: &str, fault: Fault) -> Vec<Sample> {
    let (_, row) = ROWS.iter().find(|(one, _)| *one == name).expect("a row");
    let mut memory = Memory::default();
    (0..END / 250)
        .map(|quarter| {
            let at = quarter * 250;
            let over = at >= FAULT;
            let body = match fault {
                Fault::Kill if over => text(row.gone),
                Fault::Stall => answer(row, at, at.min(FAULT)),
                _ => answer(row, at, at),
            };
            let mut document = parse(name, &body, at).unwrap_or_else(|error| panic!("{name}: {error}: {body}"));
            let refresh = document.server.refresh();
            document.publishers.iter_mut().for_each(|one| one.refresh = refresh);
            memory.sample(Mono(at), &document, None)
        })
        .collect()
}

/// When LIVE was left, by the moment at which polling began.
fn left_live(name: &str, fault: Fault) -> Vec<Option<u64>> {
    let samples = samples(name, fault);
    let left = |phase: usize| {
        let decisions = traces::play(&samples[phase..], END, &Rules::default());
        decisions.iter().find(|(_, place)| *place != Place::Live).map(|(at, _)| *at)
    };
    (0..4).map(left).collect()
}

#[rstest]
#[case::nimble("nimble srt")]
#[case::xiu("xiu")]
#[case::ome("ome")]
#[case::datarhei_process("datarhei process")]
#[case::datarhei_srt("datarhei srt")]
#[case::rist("rist")]
#[case::irlhosting_srt("irlhosting srt")]
#[case::irlhosting_rtmp("irlhosting rtmp")]
#[case::openrtmp("openrtmp")]
#[case::json("json")]
#[case::go_irl("go-irl")]
fn a_stall_leaves_live_in_time(#[case] name: &str) {
    for (phase, left) in left_live(name, Fault::Stall).into_iter().enumerate() {
        let took = left.unwrap_or_else(|| panic!("phase {phase}: nothing was decided")).checked_sub(FAULT);
        assert!(took.is_some_and(|ms| ms <= 3200), "phase {phase}: left at {left:?}");
    }
}

#[test]
fn the_end_of_the_publisher_leaves_live_in_time() {
    for (name, _) in ROWS {
        for (phase, left) in left_live(name, Fault::Kill).into_iter().enumerate() {
            let took = left.unwrap_or_else(|| panic!("{name} {phase}: nothing was decided")).checked_sub(FAULT);
            assert!(took.is_some_and(|ms| ms <= 1500), "{name} {phase}: left at {left:?}");
        }
    }
}

#[test]
fn a_healthy_feed_switches_nothing() {
    for (name, _) in ROWS {
        assert_eq!(left_live(name, Fault::None), [None; 4], "{name}");
    }
}
