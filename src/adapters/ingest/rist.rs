//! librist's receiver statistics: what ran through in the last second, as JSON over HTTP or inside a
//! line of ristreceiver's log. `bitrate` stands still in a stall; `received` tells the truth. Counts
//! are of that one second, not since the session began.

use super::document::{Document, ParseError, Server};
use super::fields::{self, count, kbps, millis, word};
use super::json;
use crate::domain::signal::{Link, Sample};
use crate::kit::units::{Kbps, Millis};
use serde_json::Value;

/// What the statistics cover (`ristreceiver -S 1000`).
const WINDOW: Millis = Millis(1000);

/// The only key of the document.
const KEY: &str = "receiver-stats";

/// Losses since the first document: the server counts those of the last second. A document that was
/// seen before, since it is asked more often than it changes, counts once.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    last: Vec<Sample>,
    lost: u64,
    dropped: u64,
}

impl Totals {
    /// The document with the counts so far; one of another server stays as it is.
    pub fn onto(&mut self, mut document: Document) -> Document {
        if document.server != Server::Rist {
            return document;
        }
        if document.publishers != self.last {
            self.last.clone_from(&document.publishers);
            let sum = |count: fn(&Sample) -> Option<u64>| document.publishers.iter().filter_map(count).sum::<u64>();
            self.lost += sum(|one| one.lost);
            self.dropped += sum(|one| one.dropped);
        }
        for one in &mut document.publishers {
            (one.lost, one.dropped) = (Some(self.lost), Some(self.dropped));
        }
        document
    }
}

/// Reads the document, also out of a line of the log: `1795180450.030|0.0|[INFO] {…}`.
pub fn parse(body: &[u8]) -> Result<Document, ParseError> {
    let begin = body.iter().position(|byte| *byte == b'{').ok_or(ParseError::OtherText)?;
    read(&json::read(&body[begin..])?).ok_or(ParseError::OtherJson)
}

/// Whether text that is not JSON is a line of ristreceiver's log.
pub(super) fn is_log_line(body: &[u8]) -> bool {
    body.windows(KEY.len() + 4).any(|part| part.starts_with(b"{\"") && part[2..].starts_with(KEY.as_bytes()))
}

/// The same, of JSON already read; `None` where it is something else.
pub(super) fn read(root: &Value) -> Option<Document> {
    let stats = root.get(KEY)?;
    let flow = stats.get("flowinstant");
    let publishers = match (stats, flow) {
        (Value::Null, _) => Vec::new(),
        (_, Some(flow)) => vec![sample(flow)],
        _ => return None,
    };
    Some(json::document(Server::Rist, publishers))
}

fn sample(flow: &Value) -> Sample {
    let alive: Vec<&Value> =
        fields::list(flow, "/peers").iter().filter(|peer| count(peer, "/dead") == Some(0)).collect();
    let links: Vec<Link> = alive.iter().map(|peer| link(peer)).collect();
    let silent = count(flow, "/stats/received") == Some(0) || alive.is_empty();
    let carried: f64 = links.iter().filter_map(|link| link.kbps).map(|rate| rate.0).sum();
    Sample {
        session: word(flow, "/flow_id"),
        kbps_server: Some(Kbps(if silent { 0.0 } else { carried })),
        window: Some(WINDOW),
        idle: Some(if silent { WINDOW } else { Millis(0) }),
        rtt: weighted_rtt(&links),
        // What a retransmission has time for; RIST's recovery buffer is SRT's latency.
        latency: millis(flow, "/stats/avg_buffer_time"),
        lost: count(flow, "/stats/missing"),
        dropped: count(flow, "/stats/lost"),
        links,
        ..fields::present(None)
    }
}

fn link(peer: &Value) -> Link {
    Link {
        id: word(peer, "/id").unwrap_or_else(|| "?".to_owned()),
        kbps: kbps(peer, "/stats/bitrate", 1000.0),
        rtt: millis(peer, "/stats/rtt"),
    }
}

/// Each peer counts by what it carries.
fn weighted_rtt(links: &[Link]) -> Option<Millis> {
    let carrying = || links.iter().filter_map(|link| Some((link.kbps?.0, link.rtt?.0 as f64)));
    let total: f64 = carrying().map(|(kbps, _)| kbps).sum();
    let weighted: f64 = carrying().map(|(kbps, rtt)| kbps * rtt).sum();
    (total > 0.0).then(|| super::number::millis(weighted / total))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(body: &[u8]) -> Sample {
        parse(body).expect("a document").publishers.remove(0)
    }

    #[test]
    fn peers_that_live_make_the_rate() {
        let live = one(include_bytes!("../../../tests/samples/ingest/rist-receiver-live.json"));
        assert_eq!((live.kbps_server, live.idle), (Some(Kbps(1609.713)), Some(Millis(0))));
        assert_eq!(
            (live.rtt, live.latency, live.session.as_deref()),
            (Some(Millis(62)), Some(Millis(998)), Some("671771820"))
        );
        assert_eq!((live.lost, live.dropped), (Some(0), Some(0)));
    }

    #[test]
    fn a_stall_shows_although_the_bitrate_stands_still() {
        let stalled = one(include_bytes!("../../../tests/samples/ingest/rist-receiver-stalled.json"));
        assert_eq!((stalled.kbps_server, stalled.idle), (Some(Kbps(0.0)), Some(WINDOW)));
        assert_eq!((stalled.dropped, stalled.links.len()), (Some(1), 0), "the dead peer does not count");
    }

    #[test]
    fn two_peers_are_two_links_and_one_rate() {
        let body = br#"{"receiver-stats":{"flowinstant":{"flow_id":1,"stats":{"received":9},"peers":[
            {"id":2,"dead":0,"stats":{"rtt":100,"bitrate":3000000}},{"id":3,"dead":0,"stats":{"rtt":20,"bitrate":1000000}},
            {"id":4,"dead":1,"stats":{"rtt":9,"bitrate":9000000}}]}}}"#;
        let sample = one(body);
        assert_eq!((sample.kbps_server, sample.rtt), (Some(Kbps(4000.0)), Some(Millis(80))));
        assert_eq!(sample.links.iter().map(|link| link.id.as_str()).collect::<Vec<_>>(), ["2", "3"]);
    }

    #[test]
    fn losses_add_up_and_a_document_seen_twice_counts_once() {
        let second = |missing: u64, lost: u64, bitrate: u64| {
            let body = format!(
                r#"{{"receiver-stats":{{"flowinstant":{{"flow_id":1,"stats":{{"received":9,"missing":{missing},"lost":{lost}}},
                "peers":[{{"id":2,"dead":0,"stats":{{"bitrate":{bitrate}}}}}]}}}}}}"#
            );
            parse(body.as_bytes()).expect("a document")
        };
        let mut totals = Totals::default();
        let mut counts = |document| {
            let one = totals.onto(document).publishers.remove(0);
            (one.lost, one.dropped)
        };
        let first = second(5, 2, 3000);
        assert_eq!(counts(first.clone()), (Some(5), Some(2)));
        assert_eq!(counts(first), (Some(5), Some(2)), "the same second");
        assert_eq!(counts(second(5, 2, 3001)), (Some(10), Some(4)));
        assert_eq!(counts(second(0, 0, 3000)), (Some(10), Some(4)));
    }

    #[test]
    fn nobody_and_a_line_of_the_log() {
        assert!(parse(br#"{"receiver-stats":null}"#).expect("a document").publishers.is_empty());
        let line = include_bytes!("../../../tests/samples/ingest/rist-receiver-logline.txt");
        assert!(is_log_line(line) && one(line).kbps_server > Some(Kbps(500.0)));
        assert!(!is_log_line(b"1795180447.73|0.0|[INFO] Starting in receiver mode"));
    }
}
