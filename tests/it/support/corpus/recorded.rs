//! Converts what was recorded on real servers (tests/samples/traces) into recordings.

use super::Tape;
use crate::support::traces;
use serde_json::{Value, json};
use std::path::PathBuf;

/// What was recorded under a name, and what was done when.
pub struct Recorded {
    lines: Vec<(f64, String)>,
    events: Vec<(f64, String)>,
}

/// Reads `tests/samples/traces/<name>` with its events.
pub fn recorded(name: &str) -> Recorded {
    let lines = match name {
        "rist-blackhole12s" => rist(&file(&format!("{name}.ristreceiver.log"))),
        "nms4-stall75s-kill-low" => polls(&file(&format!("{name}.jsonl")), "nms4"),
        sls if sls.starts_with("sls") => polls(&file(&format!("{name}.jsonl")), "sls"),
        nginx => polls(&file(&format!("{nginx}.jsonl")), "nginx"),
    };
    let event = |line: &str| line.split_once(' ').map(|(t, what)| (t.parse().expect("a time"), what.to_owned()));
    Recorded { lines, events: file(&format!("{name}.events")).lines().filter_map(event).collect() }
}

impl Recorded {
    /// What was said from `before` seconds before the event to `after` seconds behind it; the event
    /// itself is at `before`.
    pub fn round(&self, event: &str, before: f64, after: f64) -> Tape {
        let begin = self.at(event) - before;
        let mut tape = Tape::default();
        for (t, line) in self.lines.iter().filter(|(t, _)| (begin..=begin + before + after).contains(t)) {
            tape.poll(((t - begin) * 1000.0).round() / 1000.0, line);
        }
        tape
    }

    fn at(&self, event: &str) -> f64 {
        self.events.iter().find(|(_, name)| name == event).unwrap_or_else(|| panic!("no event {event}")).0
    }
}

fn file(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/samples/traces");
    std::fs::read_to_string(folder.join(name)).expect("the trace is in the repository")
}

/// The recorder's own forms: `{t, code, body}`, `{t, code, raw}`, and nginx's numbers in `streams`.
fn polls(text: &str, kind: &str) -> Vec<(f64, String)> {
    let rows = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("a JSON line"));
    let line = |row: Value| {
        let body = match (row.get("body"), row.get("raw")) {
            (Some(body), _) => body.clone(),
            (None, Some(raw)) => raw.clone(),
            (None, None) => json!(traces::document(&row)),
        };
        let status = row.get("code").cloned().unwrap_or(json!(200));
        (row["t"].as_f64().expect("a time"), json!({ "type": kind, "status": status, "body": body }).to_string())
    };
    rows.map(line).collect()
}

/// librist's log: a line a second while a flow is there; without one the page says null.
fn rist(log: &str) -> Vec<(f64, String)> {
    let stats = log.lines().filter_map(|line| {
        let (t, rest) = line.split_once('|')?;
        let document: Value = serde_json::from_str(rest.split_once("[INFO] ")?.1.trim()).ok()?;
        document.get("receiver-stats")?;
        Some((t.parse().ok()?, document))
    });
    let stats: Vec<(f64, Value)> = stats.collect();
    let (begin, end) = (stats[0].0 - 10.0, stats[stats.len() - 1].0);
    let at_4_hz = (0..((end - begin) * 4.0) as u64).map(|quarter| begin + quarter as f64 / 4.0);
    let said = |t: f64| {
        let newest = stats.iter().rev().find(|(at, _)| *at <= t && t - *at < 1.2);
        let body = newest.map_or(json!({ "receiver-stats": null }), |(_, document)| document.clone());
        (t, json!({ "type": "rist", "body": body }).to_string())
    };
    at_4_hz.map(said).collect()
}
