//! A past to look back on: shows, sags and switches, written as the rooms would have written them.

use stream_control::domain::history::{Program, SceneRole};
use stream_control::domain::journal::{Entry, Tone, Topic};
use stream_control::kit::units::{Kbps, Millis, UnixMs};
use stream_control::store::Store;
use stream_control::store::samples::SampleRow;

/// Rows of one transaction.
const BATCH: usize = 500;
/// A sag of twelve seconds comes every so often.
const SAG_EVERY: i64 = 1800;
/// It lasts this long.
const SAG: i64 = 12;

/// Writes the seconds up to `end`, one sample of each feed in each, with the sags, the switches that
/// follow from them, and their lines.
pub async fn past(store: &Store, end: UnixMs, seconds: i64, feeds: &[&str]) {
    let (store, begin) = (store.patient(), end.0 - seconds * 1000);
    let rows: Vec<SampleRow> =
        (0..seconds).flat_map(|second| feeds.iter().map(move |feed| sample(begin, second, feed))).collect();
    for batch in rows.chunks(BATCH) {
        store.add_samples(batch).await.expect("samples");
    }
    let at = |second: i64| UnixMs(begin + second * 1000);
    let mut programs = vec![program(at(0), "LIVE", SceneRole::Live)];
    let mut lines = Vec::new();
    for sag in (SAG_EVERY..seconds).step_by(SAG_EVERY as usize) {
        programs.push(program(at(sag + 2), "LOW", SceneRole::Low));
        programs.push(program(at(sag + SAG), "LIVE", SceneRole::Live));
        lines.push(decision(at(sag + 2), Tone::Warn, "LIVE → LOW: 400 kbit/s for 2.0 s"));
        lines.push(decision(at(sag + SAG), Tone::Good, "LOW → LIVE: 2.5 Mbit/s for 4.0 s"));
    }
    store.add_programs(&programs).await.expect("programs");
    store.add_lines(&lines).await.expect("lines");
}

/// A decision with its numbers.
pub fn decision(at: UnixMs, tone: Tone, text: &str) -> Entry {
    let data = serde_json::json!({ "reason": "told", "rule": "low", "feed": "main", "kbps": 400.0, "rtt_ms": 62 });
    Entry { at, topic: Topic::Decision, tone, text: text.to_owned(), origin: "failover".to_owned(), data }
}

fn program(at: UnixMs, scene: &str, role: SceneRole) -> Program {
    Program { at, scene: Some(scene.into()), role, live: Some(true) }
}

fn sample(begin: i64, second: i64, feed: &str) -> SampleRow {
    let sagging = second >= SAG_EVERY && second % SAG_EVERY < SAG;
    let wave = (second % 97) as f64 * 4.0;
    SampleRow {
        at: UnixMs(begin + second * 1000),
        feed: feed.to_owned(),
        class: if sagging { "LOW" } else { "GOOD" }.to_owned(),
        kbps: Some(Kbps(if sagging { 400.0 } else { 2500.0 + wave })),
        rtt: Some(Millis(60 + second.unsigned_abs() % 20)),
        buffer: Some(Millis(if sagging { 300 } else { 1800 })),
        latency: Some(Millis(2000)),
        lost: Some(3),
        dropped: Some(0),
    }
}
