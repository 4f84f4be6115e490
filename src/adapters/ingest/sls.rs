//! SRT Live Server and its relatives: JSON, told apart by its fields and never by a setting.
//!
//! - `{"publishers": {"publish/live/feed1": {…}}}`: mattwb65, b3ck, irl-srt-server; the key `live`
//!   is OpenIRL's legacy form; a publisher with `connected` is the BELABOX cloud relay.
//! - `{"publisher": {…}}`: OpenIRL; offline it sends only a `message`.
//!
//! `mbpsBandwidth` is SRT's guess at the link's capacity and is never read as a bitrate.

use super::document::{Document, ParseError, Server};
use super::number;
use crate::domain::signal::{Link, Publisher, Sample};
use crate::kit::text;
use crate::kit::units::{Kbps, Millis, Mono};
use serde_json::{Map, Value};

/// SLS computes `bitrate` over at least this span, and only when data arrives.
const BITRATE_WINDOW: Millis = Millis(1000);

/// OpenIRL's name for the one publisher in its legacy form: a placeholder, nobody's name.
const LEGACY_KEY: &str = "live";

/// Reads the statistics of any fork.
pub fn parse(root: &Map<String, Value>) -> Result<Document, ParseError> {
    match (root.get("publishers"), root.get("publisher")) {
        (Some(Value::Object(publishers)), _) => listed(publishers),
        (Some(Value::Array(list)), _) if list.is_empty() => Ok(document(Server::Sls, Vec::new())),
        (_, Some(Value::Object(one))) => Ok(document(Server::OpenIrl, vec![sample(one, Server::OpenIrl)])),
        (_, Some(Value::Null)) => Ok(document(Server::OpenIrl, Vec::new())),
        _ => message(root),
    }
}

fn document(server: Server, publishers: Vec<Sample>) -> Document {
    Document { server, process: None, process_age: None, publishers }
}

fn listed(publishers: &Map<String, Value>) -> Result<Document, ParseError> {
    let entries: Vec<(&str, &Map<String, Value>)> =
        publishers.iter().filter_map(|(name, entry)| Some((name.as_str(), entry.as_object()?))).collect();
    if entries.is_empty() && !publishers.is_empty() {
        return Err(ParseError::OtherJson);
    }
    let server = recognise(&entries);
    let connected = entries.iter().filter(|(_, entry)| server != Server::Belabox || is_connected(entry));
    let samples = connected.map(|(name, entry)| Sample { feed: named(name, server), ..sample(entry, server) });
    Ok(document(server, samples.collect()))
}

fn recognise(entries: &[(&str, &Map<String, Value>)]) -> Server {
    let has = |field: &str| entries.iter().any(|(_, entry)| entry.contains_key(field));
    // A receiver at home answers in the common form: only the fields tell, never the name of the product.
    if has("connected") || (has("network") && !has("msRcvBuf")) {
        Server::Belabox
    } else if entries.iter().any(|(name, _)| *name == LEGACY_KEY) {
        Server::OpenIrl
    } else {
        Server::Sls
    }
}

fn named(name: &str, server: Server) -> Option<String> {
    (server != Server::OpenIrl || name != LEGACY_KEY).then(|| name.to_owned())
}

/// The cloud relay lists the key for ever; `connected` or a bitrate of 0 tells that nobody sends.
fn is_connected(entry: &Map<String, Value>) -> bool {
    let says_no = entry.get("connected").is_some_and(|flag| *flag == Value::Bool(false) || flag == "false");
    !says_no && entry.get("bitrate").and_then(number::json) != Some(0.0)
}

/// A document that consists of words: OpenIRL's "not streaming" is an answer, all else a complaint.
fn message(root: &Map<String, Value>) -> Result<Document, ParseError> {
    let Some(message) = root.get("message").and_then(Value::as_str) else { return Err(ParseError::OtherJson) };
    let fine = root.get("status").is_none_or(|status| status == "ok");
    if fine && message.to_lowercase().contains("not streaming") {
        return Ok(document(Server::OpenIrl, Vec::new()));
    }
    Err(ParseError::Complaint(text::excerpt(message, 80)))
}

fn sample(entry: &Map<String, Value>, server: Server) -> Sample {
    let field = |names: &[&str]| names.iter().find_map(|name| entry.get(*name).and_then(number::json));
    let links = links(entry);
    let kbps_server = field(&["bitrate"]).and_then(number::kbps).filter(|rate| refreshed(*rate, server));
    Sample {
        publisher: Publisher::Present,
        age: field(&["uptime"]).map(|secs| number::millis(secs * 1000.0)),
        kbps_server,
        kbps_mean: field(&["mbpsRecvRate"]).and_then(|mbps| number::kbps(mbps * 1000.0)),
        window: kbps_server.map(|_| BITRATE_WINDOW),
        rtt: field(&["rtt"]).map(number::millis).or_else(|| bonded_rtt(&links)),
        buffer: field(&["msRcvBuf", "buffer"]).map(number::millis),
        latency: field(&["latency"]).map(number::millis),
        lost: field(&["pktRcvLoss"]).map(|count| count as u64),
        dropped: field(&["pktRcvDrop", "dropped_pkts"]).map(|count| count as u64),
        links,
        ..Sample::absent(Mono::default())
    }
}

/// OpenIRL and BELABOX write a bitrate of 1 for "not refreshed yet".
fn refreshed(rate: Kbps, server: Server) -> bool {
    server == Server::Sls || rate != Kbps(1.0)
}

/// OpenIRL's bonded connections: `peers[]` {bitrate, rtt, connection_id}.
fn links(entry: &Map<String, Value>) -> Vec<Link> {
    let peers = entry.get("peers").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    peers.iter().filter_map(Value::as_object).map(link).collect()
}

fn link(peer: &Map<String, Value>) -> Link {
    let field = |name: &str| peer.get(name).and_then(number::json);
    Link {
        id: peer.get("connection_id").and_then(Value::as_str).unwrap_or("?").to_owned(),
        kbps: field("bitrate").and_then(number::kbps),
        rtt: field("rtt").map(number::millis),
    }
}

/// The round-trip time of a bonded connection: each link counts by what it carries.
fn bonded_rtt(links: &[Link]) -> Option<Millis> {
    let carrying = || links.iter().filter_map(|link| Some((link.kbps?.0, link.rtt?.0 as f64)));
    let total: f64 = carrying().map(|(kbps, _)| kbps).sum();
    let weighted: f64 = carrying().map(|(kbps, rtt)| kbps * rtt).sum();
    (total > 0.0).then(|| number::millis(weighted / total))
}

#[cfg(test)]
mod tests;
