//! datarhei Core (the heart of Restreamer), API v3: a process with its progress, the list of processes
//! (`?filter=state`), the SRT server's channels, the RTMP server's names. A process whose input is
//! frozen stays `running`; its packets stand still.

use super::choose::{Choice, choose};
use super::document::{Document, ParseError, Server};
use super::fields::{self, count, millis, text, word};
use super::http::Reply;
use super::talk::{Miss, Talk};
use super::{json, known, words};
use crate::domain::signal::{Reach, Sample};
use crate::kit::clock;
use crate::kit::secret::Secret;
use crate::kit::units::{Bytes, Millis, Mono};
use reqwest::StatusCode;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json as made};
use url::Url;

const API: &str = "/api/v3/";

/// Where publishers may be found. The SRT server counts best, the RTMP server only knows names.
const PLACES: [&str; 3] = ["srt", "process?filter=state", "rtmp"];

/// After a refused login the next one waits: the server's log fills otherwise. Changed settings try at
/// once.
const AFTER_REFUSAL: Millis = Millis(30_000);

/// The conversation: where the server is, what it gave us, and where the publisher was last.
#[derive(Clone, Debug)]
pub struct Datarhei {
    machine: Url,
    base: String,
    only: Option<String>,
    last: usize,
    access: Option<Secret<String>>,
    refresh: Option<Secret<String>>,
    refused: Option<(Mono, Reach)>,
}

impl Datarhei {
    /// With the server of this address; an address of one process or place keeps to it.
    pub fn new(url: &Url) -> Self {
        let only = url.path().split_once(API).map(|(_, only)| only.to_owned()).filter(|only| !only.is_empty());
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let (machine, base) = (known::without_login(url.clone()), known::before(url, "/api"));
        let only = only.map(|only| format!("{only}{query}"));
        Self { machine, base, only, last: 0, access: None, refresh: None, refused: None }
    }

    /// Looks where the publisher was last, then elsewhere.
    pub async fn ask(&mut self, talk: &mut Talk<'_>) -> Result<Document, Miss> {
        if let Some(only) = self.only.clone() {
            return Ok(self.read(&only, talk).await?);
        }
        let mut nobody = None;
        let order = [self.last].into_iter().chain((0..PLACES.len()).filter(|place| *place != self.last));
        for place in order.collect::<Vec<_>>() {
            let document = match self.read(PLACES[place], talk).await {
                // A server that is switched off in the settings has no page.
                Err(Reach::Http(404)) => continue,
                read => named(read?, talk.feed.publisher.as_deref()),
            };
            if !matches!(choose(&document, talk.feed.publisher.as_deref()), Choice::Nobody) {
                self.last = place;
                return Ok(document);
            }
            nobody = Some(document);
        }
        nobody.ok_or(Miss::Reach(Reach::Http(404)))
    }

    /// One document; logs in when the server wants that, and once anew when the token has run out.
    async fn read(&mut self, place: &str, talk: &mut Talk<'_>) -> Result<Document, Reach> {
        let mut reply = self.get(place, talk).await?;
        if reply.status == StatusCode::UNAUTHORIZED {
            self.log_in(talk).await?;
            reply = self.get(place, talk).await?;
        }
        reply.read(|body| {
            if body.trim_ascii() == b"[]" { Ok(json::document(Server::Datarhei, Vec::new())) } else { parse(body) }
        })
    }

    async fn get(&self, place: &str, talk: &mut Talk<'_>) -> Result<Reply, Reach> {
        let request = talk.bare(&self.at(&format!("{API}{place}")));
        let request = match self.access.as_ref().or(talk.feed.token.as_ref()) {
            Some(token) => request.bearer_auth(token.reveal()),
            None => request,
        };
        talk.send(request).await
    }

    /// `GET /api/login/refresh` with the longer-lived token, else `POST /api/login`.
    async fn log_in(&mut self, talk: &mut Talk<'_>) -> Result<(), Reach> {
        self.access = None;
        if let Some(refresh) = self.refresh.take() {
            let request = talk.bare(&self.at("/api/login/refresh")).bearer_auth(refresh.reveal());
            if self.keep(&talk.http.send_secret(request).await?) {
                self.refresh = Some(refresh);
                return Ok(());
            }
        }
        if let Some((_, reach)) = self.refused.as_ref().filter(|(until, _)| clock::mono() < *until) {
            return Err(reach.clone());
        }
        let login = talk.login().ok_or_else(|| refusal("wants a login", talk))?;
        let body = made!({ "username": login.user, "password": login.password.reveal() });
        let request = talk.http.client.post(self.at("/api/login")).header(CONTENT_TYPE, "application/json");
        let reply = talk.http.send_secret(request.body(body.to_string())).await?;
        if self.keep(&reply) {
            self.refused = None;
            return Ok(());
        }
        let reach = match reply.status.is_server_error() {
            true => Reach::Http(reply.status.as_u16()),
            false => refusal("refuses the login", talk),
        };
        self.refused = Some((clock::mono() + AFTER_REFUSAL, reach.clone()));
        Err(reach)
    }

    /// Keeps the tokens of an answer; false where there are none.
    fn keep(&mut self, reply: &Reply) -> bool {
        let root: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
        let token = |pointer| text(&root, pointer).map(Secret::from);
        self.access = token("/access_token");
        self.refresh = token("/refresh_token").or(self.refresh.take());
        self.access.is_some()
    }

    fn at(&self, path: &str) -> Url {
        known::on_machine(&self.machine, &format!("{}{path}", self.base))
    }
}

fn refusal(what: &str, talk: &Talk<'_>) -> Reach {
    Reach::Login(format!("{} {what}: {}", Server::Datarhei, words::mend(Server::Datarhei, talk.feed)))
}

/// Whether the server refuses in these words: {code, message, details}.
pub(super) fn refuses(root: &Value) -> bool {
    count(root, "/code") == Some(401) && root.get("details").is_some_and(Value::is_array)
}

/// Restreamer calls its processes `restreamer-ui:ingest:<channel>`, and those that send on or take
/// pictures otherwise. The channel's own name is enough of a wish; without one only ingests count.
fn named(mut document: Document, wish: Option<&str>) -> Document {
    match wish {
        Some(wish) => {
            let tail = format!(":{wish}");
            let ends = |one: &&mut Sample| one.feed.as_ref().is_some_and(|id| id.ends_with(&tail));
            document.publishers.iter_mut().filter(ends).for_each(|one| one.feed = Some(wish.to_owned()));
        }
        None => document.publishers.retain(|one| one.feed.as_ref().is_none_or(|id| is_ingest(id))),
    }
    document
}

fn is_ingest(id: &str) -> bool {
    !id.starts_with("restreamer-ui:") || (id.contains(":ingest:") && !id.ends_with("_snapshot"))
}

/// Reads any of the four documents.
pub fn parse(body: &[u8]) -> Result<Document, ParseError> {
    read(&json::read(body)?).ok_or(ParseError::OtherJson)
}

/// The same, of JSON already read; `None` where it is something else.
pub(super) fn read(root: &Value) -> Option<Document> {
    let publishers = match root {
        Value::Object(object) if object.contains_key("exec") && object.contains_key("progress") => {
            process(None, root).into_iter().collect()
        }
        Value::Object(object) if object.contains_key("connections") && object.contains_key("publisher") => {
            channels(root)?
        }
        Value::Array(list) if !list.is_empty() && list.iter().all(|one| one.pointer("/state/exec").is_some()) => {
            list.iter().filter_map(|one| process(word(one, "/id"), one.get("state")?)).collect()
        }
        Value::Array(list) if !list.is_empty() && list.iter().all(is_only_a_name) => {
            list.iter().map(|one| fields::present(word(one, "/name").map(|name| trimmed(&name)))).collect()
        }
        _ => return None,
    };
    Some(json::document(Server::Datarhei, publishers))
}

fn process(name: Option<String>, state: &Value) -> Option<Sample> {
    (text(state, "/exec") == Some("running")).then(|| {
        let inputs = fields::list(state, "/progress/inputs");
        let sum = |pointer: &str| inputs.iter().filter_map(|input| count(input, pointer)).reduce(|a, b| a + b);
        Sample {
            age: fields::number(state, "/runtime_seconds").map(|secs| super::number::millis(secs * 1000.0)),
            // ffmpeg's kilobytes have 1024 bytes.
            rx_bytes: sum("/size_kb").map(|kilobytes| Bytes(kilobytes * 1024)),
            // Packets stand in for a clock that only goes on while media arrives.
            media_ts: sum("/packet").map(Millis),
            kbps_server: fields::kbps(state, "/progress/bitrate_kbit", 1.0),
            ..fields::present(name)
        }
    })
}

/// The SRT server: `publisher` maps a resource to the number of its connection.
fn channels(root: &Value) -> Option<Vec<Sample>> {
    let publishers = root.get("publisher")?.as_object()?;
    Some(publishers.iter().map(|(name, id)| channel(name, id, root)).collect())
}

fn channel(name: &str, id: &Value, root: &Value) -> Sample {
    let id = id.as_u64().map(|id| id.to_string());
    let at = id.as_deref().and_then(|id| root.get("connections")?.get(id)?.get("stats"));
    let stats = at.unwrap_or(&Value::Null);
    Sample {
        age: millis(stats, "/timestamp_ms"),
        rx_bytes: fields::bytes(stats, "/recv_bytes"),
        rtt: millis(stats, "/rtt_ms"),
        buffer: millis(stats, "/recv_buf_ms"),
        latency: millis(stats, "/recv_tsbpd_delay_ms"),
        lost: count(stats, "/recv_loss_pkt"),
        dropped: count(stats, "/recv_drop_pkt"),
        session: id,
        ..fields::present(Some(trimmed(name)))
    }
}

fn is_only_a_name(one: &Value) -> bool {
    one.as_object().is_some_and(|object| object.len() == 1 && object.get("name").is_some_and(Value::is_string))
}

fn trimmed(name: &str) -> String {
    name.trim_start_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::ingest::samples;

    fn publishers(name: &str) -> Vec<Sample> {
        parse(&samples::bytes(name)).expect("a document").publishers
    }

    #[test]
    fn a_process_is_known_by_its_packets() {
        let one = publishers("synthetic-datarhei-process-state.json").remove(0);
        assert_eq!((one.media_ts, one.rx_bytes), (Some(Millis(9921)), Some(Bytes(160_120 * 1024))));
        assert_eq!((one.age, one.feed), (Some(Millis(331_000)), None));
        let list = publishers("synthetic-datarhei-process-list.json");
        assert_eq!(list.len(), 1, "only what runs");
        assert_eq!(
            (list[0].feed.as_deref(), list[0].media_ts),
            (Some("restreamer-ui:ingest:9a1c"), Some(Millis(25_421)))
        );
    }

    #[test]
    fn the_srt_server_tells_everything() {
        let one = publishers("synthetic-datarhei-srt-channels.json").remove(0);
        assert_eq!((one.feed.as_deref(), one.session.as_deref()), (Some("feed1"), Some("412331")));
        assert_eq!(
            (one.rx_bytes, one.buffer, one.latency),
            (Some(Bytes(125_134_960)), Some(Millis(1961)), Some(Millis(2000)))
        );
        assert_eq!((one.rtt, one.lost, one.dropped), (Some(Millis(48)), Some(470), Some(3)));
    }

    #[test]
    fn the_rtmp_server_tells_names_alone() {
        let one = publishers("synthetic-datarhei-rtmp-list.json").remove(0);
        assert!(one.feed.as_deref() == Some("feed1.stream") && one.tells_nothing());
    }

    #[test]
    fn a_process_that_does_not_run_is_nobody() {
        let body = br#"{"order":"start","exec":"failed","progress":{"inputs":[]}}"#;
        assert!(parse(body).expect("a document").publishers.is_empty());
        assert_eq!(parse(b"[]"), Err(ParseError::OtherJson));
    }
}
