//! Nimble Streamer's native API (wmspanel.com/nimble/api): `/manage/srt_receiver_stats` has counters
//! and round-trip times of SRT receivers, `/manage/rtmp_status` a rate for every RTMP stream, also for
//! those that it makes out of SRT. A receiver that is not connected has no `stats` at all.

use super::choose::{Choice, choose};
use super::conversation::{Miss, Talk};
use super::document::{Document, ParseError, Server};
use super::fields::{self, kbps, millis, word};
use super::number;
use super::{json, known};
use crate::domain::signal::{Reach, Sample};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use serde_json::Value;
use url::Url;

const RECEIVERS: &str = "/manage/srt_receiver_stats";
const STREAMS: &str = "/manage/rtmp_status";

/// The conversation: both pages of one machine.
#[derive(Clone, Debug)]
pub struct Nimble {
    receivers: Url,
    streams: Url,
}

impl Nimble {
    /// With the server of this address, whatever page it names.
    pub fn new(url: &Url) -> Self {
        let base = known::before(url, "/manage/");
        let at = |path: &str| known::on_machine(url, &format!("{base}{path}"));
        Self { receivers: at(RECEIVERS), streams: at(STREAMS) }
    }

    /// The receivers first: they count. The streams when the wanted publisher is not among those, or
    /// when there is no receiver at all; with receivers they only repeat what SRT brings.
    pub async fn ask(&mut self, talk: &mut Talk<'_>) -> Result<Document, Miss> {
        let wish = talk.feed.publisher.clone();
        let receivers = page(&self.receivers, talk).await;
        if let Ok((document, several)) = receivers {
            let document = wish.as_deref().map_or(document.clone(), |wish| by_listener(document, wish));
            let found = !matches!(choose(&document, wish.as_deref()), Choice::Nobody);
            if found || (wish.is_none() && several) {
                return Ok(document);
            }
        } else if let Err(Miss::Reach(reach)) = receivers
            && reach != Reach::Http(404)
        {
            return Err(reach.into());
        }
        Ok(page(&self.streams, talk).await?.0)
    }
}

/// A page, and whether it lists anything, connected or not.
async fn page(url: &Url, talk: &mut Talk<'_>) -> Result<(Document, bool), Miss> {
    let mut url = url.clone();
    if let Some(token) = &talk.feed.token {
        let salt = getrandom::u32().unwrap_or_default() % 1_000_000;
        url.query_pairs_mut().extend_pairs(signature(salt, token.reveal()));
    }
    let reply = talk.send(talk.bare(&url)).await?;
    let lists = json::read(&reply.body).is_ok_and(|root| !fields::list(&root, "/SrtReceivers").is_empty());
    Ok((reply.read(parse)?, lists))
}

/// A receiver is known by where it listens, "0.0.0.0:9000", of which a part is enough.
fn by_listener(mut document: Document, wish: &str) -> Document {
    let wish = wish.trim();
    let part = |one: &&mut Sample| !wish.is_empty() && one.feed.as_ref().is_some_and(|id| id.contains(wish));
    document.publishers.iter_mut().filter(part).for_each(|one| one.feed = Some(wish.to_owned()));
    document
}

/// Reads either of the two documents.
pub fn parse(body: &[u8]) -> Result<Document, ParseError> {
    read(&json::read(body)?).ok_or(ParseError::OtherJson)
}

/// The same, of JSON already read; `None` where it is neither.
pub(super) fn read(root: &Value) -> Option<Document> {
    let publishers = match root {
        Value::Object(object) => {
            let receivers = object.get("SrtReceivers")?;
            fields::list(receivers, "").iter().filter(|one| is_connected(one)).map(receiver).collect()
        }
        Value::Array(applications) if applications.iter().all(is_application) && !applications.is_empty() => {
            applications.iter().flat_map(streams).collect()
        }
        _ => return None,
    };
    Some(json::document(Server::Nimble, publishers))
}

/// The query that proves the knowledge of `management_token`: a salt and the MD5 of `salt/token`.
pub fn signature(salt: u32, token: &str) -> [(&'static str, String); 2] {
    let hash = Md5::digest(format!("{salt}/{token}"));
    [("salt", salt.to_string()), ("hash", STANDARD.encode(hash))]
}

fn is_connected(receiver: &Value) -> bool {
    fields::text(receiver, "/state") == Some("connected")
}

fn receiver(receiver: &Value) -> Sample {
    Sample {
        age: millis(receiver, "/stats/time"),
        rx_bytes: fields::bytes(receiver, "/stats/recv/bytesReceived"),
        // An average since the connection began: never the rate of now.
        kbps_mean: kbps(receiver, "/stats/recv/mbpsRate", 0.001),
        rtt: millis(receiver, "/stats/link/rtt"),
        lost: fields::count(receiver, "/stats/recv/packetsLost"),
        dropped: fields::count(receiver, "/stats/recv/packetsDropped"),
        ..fields::present(word(receiver, "/id"))
    }
}

fn is_application(one: &Value) -> bool {
    one.get("app").is_some() && one.get("streams").is_some_and(Value::is_array)
}

fn streams(application: &Value) -> impl Iterator<Item = Sample> {
    let app = fields::text(application, "/app").unwrap_or_default();
    fields::list(application, "/streams").iter().map(move |stream| Sample {
        session: word(stream, "/publish_time"),
        kbps_server: fields::number(stream, "/bandwidth").and_then(|bits| number::kbps(bits / 1000.0)),
        ..fields::present(Some(format!("{app}/{}", fields::text(stream, "/strm").unwrap_or_default())))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::units::{Bytes, Kbps, Millis};

    #[test]
    fn an_srt_receiver_tells_its_counters() {
        let body = include_bytes!("../../../tests/samples/ingest/synthetic-nimble-srt_receiver_stats-live.json");
        let one = parse(body).expect("a document").publishers.remove(0);
        assert_eq!((one.feed.as_deref(), one.rx_bytes), (Some("0.0.0.0:9000"), Some(Bytes(296_960_120))));
        assert_eq!((one.rtt, one.lost, one.dropped), (Some(Millis(44)), Some(310), Some(4)));
        assert_eq!((one.age, one.kbps_mean), (Some(Millis(568_500)), Some(Kbps(3910.0))));
        assert_eq!(one.kbps_server, None, "the average is not the rate of now");
    }

    #[test]
    fn a_receiver_without_a_publisher_is_nobody() {
        let body =
            include_bytes!("../../../tests/samples/ingest/synthetic-nimble-srt_receiver_stats-disconnected.json");
        assert!(parse(body).expect("a document").publishers.is_empty());
    }

    #[test]
    fn the_bandwidth_of_an_rtmp_stream_is_a_text_of_bits() {
        let body = include_bytes!("../../../tests/samples/ingest/synthetic-nimble-rtmp_status-live.json");
        let one = parse(body).expect("a document").publishers.remove(0);
        assert_eq!((one.feed.as_deref(), one.kbps_server), (Some("live/srt"), Some(Kbps(4015.12))));
    }

    #[test]
    fn the_signature_is_the_md5_of_salt_and_token() {
        // printf '450/secret' | openssl md5 -binary | base64
        assert_eq!(signature(450, "secret"), [("salt", "450".to_owned()), ("hash", HASH.to_owned())]);
    }

    const HASH: &str = "NZWVUIJBMO6lVTpZkoifew==";
}
