//! Node-Media-Server 4: `/api/v1/streams` behind a login that gives a token for a day.
//!
//! From 4.2 on the login is a challenge that is answered with HMAC-SHA256; 4.4 takes name and password
//! and, after five failures, locks them out for a quarter of an hour (`src/api/handlers/auth.js`).

use super::conversation::{Miss, Talk};
use super::document::{Document, ParseError, Server};
use super::http::Reply;
use super::{detect, json, known, words};
use crate::config::Login;
use crate::domain::signal::{Publisher, Reach, Sample};
use crate::kit::clock;
use crate::kit::secret::Secret;
use crate::kit::text;
use crate::kit::units::{Bytes, Millis, Mono};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::StatusCode;
use serde_json::{Map, Value, json as made};
use sha2::Sha256;
use url::Url;

const API: &str = "/api/v1";
const STREAMS: &str = "/api/v1/streams";

/// After a refused login: with four tries in this time the lock (five failures) never falls, whose own
/// length is 15 min. Changed settings try at once.
const AFTER_REFUSAL: Millis = Millis(300_000);

/// The conversation: where the server is, and what it gave us.
#[derive(Clone, Debug)]
pub struct Nms4 {
    streams: Url,
    login: Url,
    only: Option<String>,
    token: Option<Secret<String>>,
    refused: Option<(Mono, Reach)>,
}

impl Nms4 {
    /// A conversation with the server of this address.
    pub fn new(url: &Url) -> Self {
        let base = known::before(url, API);
        let only = url.path().split_once(STREAMS).map(|(_, only)| only.trim_matches('/'));
        let only = only.filter(|only| !only.is_empty()).map(known::decoded);
        let at = |path: &str| known::without_login(known::on_machine(url, &format!("{base}{path}")));
        Self { streams: at(STREAMS), login: at("/api/v1/login"), only, token: None, refused: None }
    }

    /// The streams; logs in when the server wants that, and once anew when the token has run out.
    pub async fn ask(&mut self, talk: &mut Talk<'_>) -> Result<Document, Miss> {
        let mut reply = self.streams(talk).await?;
        if detect::refusal(&reply) == Some(Server::Nms4) {
            self.log_in(talk).await?;
            reply = self.streams(talk).await?;
        }
        let mut document = reply.read(detect::parse)?;
        if let Some(only) = &self.only {
            document.publishers.retain(|one| one.feed.as_ref() == Some(only));
        }
        Ok(document)
    }

    async fn streams(&self, talk: &mut Talk<'_>) -> Result<Reply, Reach> {
        let request = talk.http.client.get(self.streams.clone());
        let token = self.token.as_ref().or(talk.feed.token.as_ref());
        let request = match token {
            Some(token) => request.bearer_auth(token.reveal()),
            None => request,
        };
        talk.send(request).await
    }

    async fn log_in(&mut self, talk: &mut Talk<'_>) -> Result<(), Reach> {
        self.token = None;
        if let Some((until, reach)) = self.refused.as_ref().filter(|(until, _)| clock::mono() < *until) {
            tracing::trace!(until = until.0, "the login was refused a while ago");
            return Err(reach.clone());
        }
        let Some(login) = talk.login() else {
            let mend = words::mend(Server::Nms4, talk.feed);
            return Err(Reach::Login(format!("Node-Media-Server 4 wants a login: {mend}")));
        };
        match self.token_for(&login, talk).await? {
            Ok(token) => (self.token, self.refused) = (Some(token), None),
            Err(why) => {
                let mend = words::mend(Server::Nms4, talk.feed);
                let reach = Reach::Login(format!("Node-Media-Server 4 refuses the login ({why}): {mend}"));
                self.refused = Some((clock::mono() + AFTER_REFUSAL, reach.clone()));
                return Err(reach);
            }
        }
        Ok(())
    }

    /// The name alone first: 4.2 answers it with a challenge, so that the password stays here; 4.4
    /// says that it wants the password too, and counts no failure.
    async fn token_for(&self, login: &Login, talk: &mut Talk<'_>) -> Result<Result<Secret<String>, String>, Reach> {
        let heard = self.post(made!({ "username": login.user }), talk).await?;
        let second = match heard.challenge() {
            Some(challenge) => {
                let response = response(login.password.reveal(), &challenge);
                made!({ "username": login.user, "challenge": challenge, "response": response })
            }
            None if heard.status == StatusCode::BAD_REQUEST => {
                made!({ "username": login.user, "password": login.password.reveal() })
            }
            None => return Ok(heard.token()),
        };
        Ok(self.post(second, talk).await?.token())
    }

    async fn post(&self, body: Value, talk: &mut Talk<'_>) -> Result<LoginReply, Reach> {
        let request = talk.http.client.post(self.login.clone());
        let request = request.header(reqwest::header::CONTENT_TYPE, "application/json").body(body.to_string());
        let reply = talk.http.send_secret(request).await?;
        let body = serde_json::from_slice(&reply.body).unwrap_or_default();
        Ok(LoginReply { status: reply.status, body })
    }
}

struct LoginReply {
    status: StatusCode,
    body: Value,
}

impl LoginReply {
    fn challenge(&self) -> Option<String> {
        Some(self.body.pointer("/data/challenge")?.as_str()?.to_owned())
    }

    fn token(&self) -> Result<Secret<String>, String> {
        match self.body.pointer("/data/token").and_then(Value::as_str) {
            Some(token) => Ok(Secret::from(token)),
            None => Err(match self.body.get("message").and_then(Value::as_str) {
                Some(message) => text::excerpt(message, 80),
                None => format!("HTTP {}", self.status.as_u16()),
            }),
        }
    }
}

/// The answer to a challenge of 4.2: its HMAC-SHA256 with the password as key, in hexadecimal.
fn response(password: &str, challenge: &str) -> String {
    // A key of any length is allowed (RFC 2104).
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(password.as_bytes()) else { return String::new() };
    mac.update(challenge.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// Whether the object is one of the server's answers.
pub fn is_one(root: &Map<String, Value>) -> bool {
    root.get("success").is_some_and(Value::is_boolean) && root.get("data").is_some_and(Value::is_object)
}

/// Reads the list or a single stream; "Stream not found" means that nobody publishes there.
pub fn parse(root: &Map<String, Value>) -> Result<Document, ParseError> {
    let data = root.get("data").and_then(Value::as_object).ok_or(ParseError::OtherJson)?;
    let message = json::text(root, "message").unwrap_or_default();
    let entries: Vec<&Map<String, Value>> = match (data.get("streams"), data.get("key")) {
        _ if root.get("success") != Some(&Value::Bool(true)) && message != "Stream not found" => {
            return Err(ParseError::Complaint(text::excerpt(&message, 80)));
        }
        (Some(Value::Array(list)), _) => list.iter().filter_map(Value::as_object).collect(),
        (_, Some(_)) => vec![data],
        _ if message == "Stream not found" => Vec::new(),
        _ => return Err(ParseError::OtherJson),
    };
    Ok(json::document(Server::Nms4, entries.into_iter().filter_map(sample).collect()))
}

/// The publisher, unless the server only waits for its return (`reconnecting`, for 30 s).
fn sample(stream: &Map<String, Value>) -> Option<Sample> {
    let publisher = stream.get("publisher")?.as_object()?;
    // 4.2 has no status.
    if json::text(stream, "status").is_some_and(|status| status != "publishing") {
        return None;
    }
    Some(Sample {
        publisher: Publisher::Present,
        feed: json::text(stream, "key").map(|key| key.trim_start_matches('/').to_owned()),
        session: json::text(publisher, "id"),
        rx_bytes: json::count(publisher, &["inBytes"]).map(Bytes),
        ..Sample::absent(Mono::default())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(name: &str) -> Document {
        let path = format!("{}/tests/samples/ingest/{name}.json", env!("CARGO_MANIFEST_DIR"));
        detect::parse(&std::fs::read(path).expect("a recorded document")).expect(name)
    }

    #[test]
    fn the_figures_of_the_recorded_documents() {
        let table = [
            ("nms4-streams-live", "mwozmy3mqr0dw16w", 2_636_601),
            ("nms4-stream-live", "mwozmy3mqr0dw16w", 2_630_045),
            ("nms4-stream-start", "mwozmy3mqr0dw16w", 74_999),
            ("nms4-stream-low", "mwozp9jb34bo87az", 20_235_107),
            ("nms4-stream-stalled10s", "mwozmy3mqr0dw16w", 2_636_601),
        ];
        for (name, session, bytes) in table {
            let document = recorded(name);
            let one = &document.publishers[0];
            assert_eq!((document.server, one.feed.as_deref()), (Server::Nms4, Some("live/feed1")), "{name}");
            assert_eq!((one.session.as_deref(), one.rx_bytes), (Some(session), Some(Bytes(bytes))), "{name}");
        }
    }

    #[test]
    fn only_who_publishes_is_connected() {
        let stream =
            |fields: &str| format!(r#"{{"success":true,"data":{{"key":"/live/a","app":"live","name":"a"{fields}}}}}"#);
        let publisher = r#","publisher":{"id":"x","inBytes":5}"#;
        let table = [
            (stream(&format!(r#","status":"publishing"{publisher}"#)), 1),
            (stream(&format!(r#","status":"reconnecting"{publisher}"#)), 0),
            (stream(r#","status":"idle","publisher":null"#), 0),
            (stream(publisher), 1),
            (r#"{"success":false,"data":{},"message":"Stream not found"}"#.to_owned(), 0),
            (r#"{"success":true,"data":{"streams":[],"total":0}}"#.to_owned(), 0),
        ];
        for (body, wanted) in table {
            assert_eq!(detect::parse(body.as_bytes()).expect("a document").publishers.len(), wanted, "{body}");
        }
        let trouble = detect::parse(br#"{"success":false,"data":{},"message":"Internal server error"}"#);
        assert_eq!(trouble, Err(ParseError::Complaint("Internal server error".to_owned())));
    }

    #[test]
    fn a_challenge_is_answered_as_the_server_computes_it() {
        // crypto.createHmac("sha256", "key").update("The quick brown fox jumps over the lazy dog")
        assert_eq!(
            response("key", "The quick brown fox jumps over the lazy dog"),
            "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8"
        );
    }

    #[test]
    fn the_addresses_come_from_any_page_of_the_server_and_carry_no_login() {
        let table = [
            ("http://u:p@h:8000", "http://h:8000/api/v1/streams", None),
            ("http://h/nms/api/v1/streams/live/a", "http://h/nms/api/v1/streams", Some("live/a")),
        ];
        for (given, wanted, only) in table {
            let conversation = Nms4::new(&Url::parse(given).expect("an address"));
            assert_eq!((conversation.streams.as_str(), conversation.only.as_deref()), (wanted, only));
        }
    }
}
