//! Recorded polls as text, one JSON object a line: what `RECORD_POLLS` writes, what
//! `stream-control replay` reads, and what anyone can write by hand (docs/replay.md).

use super::http::Status;
use crate::domain::server::{self, Server};
use crate::kit::text;
use crate::kit::units::Millis;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::error::Category;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// A word in `type` beside the kinds of server: the line says what OBS shows from here on.
const SHOW: &str = "show";
/// The same: work on the ingest is announced, so that what looks like an outage meanwhile is not one.
const MAINTENANCE: &str = "maintenance";
/// What a line looks like, for those who wrote something else.
const EXAMPLE: &str = r#"{"t":0.5,"type":"nginx","status":200,"body":"<rtmp>…"}"#;
/// Larger times are a slip of the pen (the year 5138 in seconds).
const LATEST: f64 = 1e11;

/// One line, understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Line<'a> {
    /// Seconds since any beginning; only differences count.
    pub t: f64,
    /// The feed's id; `None` for the only one, or the first.
    pub feed: Option<Cow<'a, str>>,
    /// What was heard or seen.
    pub news: News<'a>,
}

/// What a line tells.
#[derive(Clone, Debug, PartialEq)]
pub enum News<'a> {
    /// One request to the ingest statistics.
    Request {
        /// The kind of server; `None` is recognised by its answers.
        kind: Option<Server>,
        /// How it ended.
        status: Status,
        /// The answer as the server wrote it; empty where there was none.
        body: Cow<'a, str>,
        /// Which publisher is wanted, where several may be connected.
        publisher: Option<Cow<'a, str>>,
    },
    /// OBS is otherwise from here on.
    Show(Show),
    /// Work on the ingest of `feed`, or of all where none is named, begins and lasts no longer than this;
    /// zero ends it.
    Maintenance(Millis),
}

/// What is otherwise in OBS; `None` leaves it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Show {
    /// OBS can be read.
    pub connected: Option<bool>,
    /// A show is on.
    pub live: Option<bool>,
    /// The program scene, as a person chose it.
    pub scene: Option<String>,
    /// Whether the media source that plays the ingest moves.
    pub moving: Option<bool>,
}

/// The body of a line about maintenance.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Window {
    seconds: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written<'a> {
    t: f64,
    #[serde(borrow, rename = "type", default = "auto")]
    kind: Cow<'a, str>,
    #[serde(default = "fine", deserialize_with = "status")]
    status: Status,
    #[serde(borrow)]
    body: Option<&'a RawValue>,
    #[serde(borrow)]
    feed: Option<Cow<'a, str>>,
    #[serde(borrow)]
    publisher: Option<Cow<'a, str>>,
    #[serde(rename = "note", default)]
    _note: serde::de::IgnoredAny,
}

#[derive(Serialize)]
struct ToWrite<'a> {
    t: f64,
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(serialize_with = "status_out")]
    status: &'a Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    feed: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    publisher: Option<&'a str>,
    body: Body<'a>,
}

#[derive(Serialize)]
struct Announced<'a> {
    t: f64,
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    feed: Option<&'a str>,
    body: Window,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Body<'a> {
    Json(&'a RawValue),
    Text(&'a str),
}

impl<'a> Line<'a> {
    /// Reads one line. The error says in words what is wrong and what is allowed.
    pub fn parse(line: &'a str) -> Result<Self, String> {
        if !line.starts_with('{') {
            return Err(no_poll(line));
        }
        let written: Written<'a> = serde_json::from_str(line).map_err(|error| in_words(&error))?;
        if !(0.0..LATEST).contains(&written.t) {
            let t = if written.t.abs() < LATEST { written.t.to_string() } else { format!("{:e}", written.t) };
            return Err(format!("t is {t}. Allowed: seconds, 0 or more"));
        }
        let news = match &*written.kind {
            SHOW => shown(written.body)?,
            MAINTENANCE => announced(written.body)?,
            _ => heard(&written)?,
        };
        Ok(Self { t: written.t, feed: written.feed, news })
    }
}

/// Appends the line of a request or of maintenance, its end included; nobody records what OBS shows.
pub fn write(t: Millis, feed: Option<&str>, news: &News<'_>, out: &mut Vec<u8>) {
    let t = t.secs_f64();
    // Writing strings and numbers into memory cannot fail.
    let _ = match news {
        News::Request { kind, status, body, publisher } => {
            let (kind, body) = (kind.map_or(server::WORDS[0], Server::word), Body::of(body));
            let line = ToWrite { t, kind, status, feed, publisher: publisher.as_deref(), body };
            serde_json::to_writer(&mut *out, &line)
        }
        News::Maintenance(span) => {
            let line = Announced { t, kind: MAINTENANCE, feed, body: Window { seconds: span.secs_f64() } };
            serde_json::to_writer(&mut *out, &line)
        }
        News::Show(_) => return,
    };
    out.push(b'\n');
}

impl<'a> Body<'a> {
    /// JSON on one line stands as it is: easier to read and half as long.
    fn of(body: &'a str) -> Self {
        let plain = body.starts_with(['{', '[']) && !body.contains(['\n', '\r']);
        match plain.then(|| serde_json::from_str(body)) {
            Some(Ok(json)) => Body::Json(json),
            _ => Body::Text(body),
        }
    }
}

fn heard<'a>(written: &Written<'a>) -> Result<News<'a>, String> {
    let body = match written.body.map(RawValue::get) {
        None | Some("null") => Cow::Borrowed(""),
        Some(text) if text.starts_with('"') => serde_json::from_str(text).map_err(|error| in_words(&error))?,
        Some(json) => Cow::Borrowed(json),
    };
    let (status, publisher) = (written.status.clone(), written.publisher.clone());
    Ok(News::Request { kind: kind(&written.kind)?, status, body, publisher })
}

fn shown<'a>(body: Option<&RawValue>) -> Result<News<'a>, String> {
    let body = body.map_or("{}", RawValue::get);
    serde_json::from_str(body).map(News::Show).map_err(|error| in_words(&error))
}

fn announced<'a>(body: Option<&RawValue>) -> Result<News<'a>, String> {
    let body = body.map_or("{}", RawValue::get);
    let Window { seconds } = serde_json::from_str(body).map_err(|error| in_words(&error))?;
    if !(0.0..LATEST).contains(&seconds) {
        return Err(format!("seconds is {seconds:e}. Allowed: how long the work may last, 0 or more"));
    }
    Ok(News::Maintenance(Millis::from_secs_f64(seconds)))
}

fn kind(word: &str) -> Result<Option<Server>, String> {
    if word == server::WORDS[0] {
        return Ok(None);
    }
    Server::from_word(word).map(Some).ok_or_else(|| {
        let words: Vec<&str> = server::WORDS.iter().copied().chain([SHOW, MAINTENANCE]).collect();
        format!("type is '{}'. Allowed: {}", text::excerpt(word, 40), text::one_of(&words))
    })
}

fn auto() -> Cow<'static, str> {
    Cow::Borrowed(server::WORDS[0])
}

fn fine() -> Status {
    Status::Http(200)
}

fn status<'de, D: Deserializer<'de>>(from: D) -> Result<Status, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Form<'a> {
        Number(u16),
        Word(#[serde(borrow)] Cow<'a, str>),
    }
    let allowed = || {
        let wrong = "status is neither an HTTP status (100 to 599) nor \"timeout\" nor \"refused\"";
        <D::Error as serde::de::Error>::custom(wrong)
    };
    match Form::deserialize(from).map_err(|_| allowed())? {
        Form::Number(number @ 100..=599) => Ok(Status::Http(number)),
        Form::Word(word) if word == "timeout" => Ok(Status::Timeout),
        Form::Word(word) if word == "refused" => Ok(Status::Refused),
        _ => Err(allowed()),
    }
}

fn status_out<S: Serializer>(status: &&Status, to: S) -> Result<S::Ok, S::Error> {
    match status {
        Status::Http(number) => to.serialize_u16(*number),
        Status::Timeout => to.serialize_str("timeout"),
        Status::Refused => to.serialize_str("refused"),
    }
}

/// serde's words without "at line 1", which would be mistaken for a line of the file, and without
/// those that only speak to programmers.
fn in_words(error: &serde_json::Error) -> String {
    let words = text::excerpt(&error.to_string(), 300);
    let (words, place) = words.rsplit_once(" at line ").unwrap_or((&words, ""));
    let words = match error.classify() {
        Category::Eof => "the line breaks off",
        Category::Syntax => "this is no JSON",
        Category::Data | Category::Io => words,
    };
    let column = place.rsplit_once(' ').map(|(_, column)| format!(" (column {column})")).unwrap_or_default();
    format!("{words}{column}")
}

fn no_poll(line: &str) -> String {
    let begins =
        if line.is_empty() { "it is empty".to_owned() } else { format!("it begins '{}'", text::excerpt(line, 20)) };
    format!("this is no recorded poll ({begins}). A line is one JSON object, for instance {EXAMPLE}")
}

#[cfg(test)]
mod tests;
