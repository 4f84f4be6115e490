//! The journal's lines: filtered, in pages, and all of them as a file.

use crate::domain::journal::{Tone, Topic};
use crate::features::journal::history::PastLine;
use crate::kit::text;
use crate::kit::units::UnixMs;
use crate::store::StoreError;
use crate::store::journal::Wanted;
use crate::web::api::export::{self, Form, iso};
use crate::web::auth::SignedIn;
use crate::web::ctx::Ctx;
use crate::web::error::WebError;
use crate::web::input::Asked;
use crate::web::words;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

/// Lines in one answer, and what may be asked for.
const LINES: u32 = 200;
const MOST_LINES: u32 = 1000;
/// Longest text that is looked for, in characters.
const LONGEST_SEARCH: usize = 100;

/// Which lines are wanted; what is empty wants all.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// Topics' words, with commas between.
    #[serde(default)]
    pub topic: String,
    /// `warn` for lines that are worth a look, `bad` for those that need a person.
    #[serde(default)]
    pub tone: String,
    /// A part of text or origin.
    #[serde(default)]
    pub q: String,
    /// Only lines before the one with this id.
    pub before: Option<i64>,
    /// Not before, unix milliseconds.
    pub from: Option<i64>,
    /// Before, unix milliseconds.
    pub to: Option<i64>,
    /// Lines in the answer.
    pub limit: Option<u32>,
}

impl Filter {
    fn wanted(&self) -> Result<Wanted, WebError> {
        let tones = match self.tone.as_str() {
            "" => Vec::new(),
            "warn" => vec![Tone::Warn, Tone::Bad],
            "bad" => vec![Tone::Bad],
            other => return Err(unknown("tone", other, &["warn", "bad"])),
        };
        let text = self.q.trim().to_owned();
        if text.chars().count() > LONGEST_SEARCH {
            return Err(WebError::Bad(format!("q is too long. Allowed: up to {LONGEST_SEARCH} characters.")));
        }
        let (from, to) = (self.from.map(UnixMs), self.to.map(UnixMs));
        Ok(Wanted { topics: self.topics()?, tones, text, from, to })
    }

    fn topics(&self) -> Result<Vec<Topic>, WebError> {
        let words = self.topic.split(',').map(str::trim).filter(|word| !word.is_empty());
        let topic = |word: &str| {
            let known = serde_json::from_value(Value::String(word.to_owned()));
            known.map_err(|_| unknown("topic", word, &Topic::ALL.map(Topic::word)))
        };
        words.map(topic).collect()
    }
}

fn unknown(name: &str, value: &str, known: &[&str]) -> WebError {
    let near = text::did_you_mean(value, known.iter().copied());
    let value = text::excerpt(value, 40);
    WebError::Bad(format!("{name} is '{value}'. Allowed: {}.{near}", text::one_of(known)))
}

/// 503: rows cannot be read now.
pub fn unavailable(error: StoreError) -> WebError {
    WebError::Unavailable(words::no_history(&error.to_string()))
}

/// GET /api/v1/journal?topic=&tone=&q=&before=&from=&to=&limit=
pub async fn lines(
    State(ctx): State<Ctx>,
    _person: SignedIn,
    Asked(filter): Asked<Filter>,
) -> Result<Json<Vec<PastLine>>, WebError> {
    let most = filter.limit.unwrap_or(LINES).clamp(1, MOST_LINES);
    ctx.history.lines(filter.before, &filter.wanted()?, most).await.map(Json).map_err(unavailable)
}

const COLUMNS: &[&str] = &["time", "unix_ms", "id", "topic", "tone", "origin", "text", "data"];

/// GET /api/v1/journal/export.csv, with the filter of the page
pub async fn csv(
    State(ctx): State<Ctx>,
    _person: SignedIn,
    Asked(filter): Asked<Filter>,
) -> Result<Response, WebError> {
    download(&ctx, &filter, Form::Csv)
}

/// GET /api/v1/journal/export.json, with the filter of the page
pub async fn json(
    State(ctx): State<Ctx>,
    _person: SignedIn,
    Asked(filter): Asked<Filter>,
) -> Result<Response, WebError> {
    download(&ctx, &filter, Form::Json)
}

fn download(ctx: &Ctx, filter: &Filter, form: Form) -> Result<Response, WebError> {
    let lines = ctx.history.all_lines(filter.wanted()?);
    Ok(export::file(form, "stream-control-journal", COLUMNS, lines, cells))
}

fn cells(line: PastLine) -> Vec<Value> {
    vec![
        json!(iso(line.at)),
        json!(line.at),
        json!(line.id),
        json!(line.topic),
        json!(line.tone),
        json!(line.origin),
        json!(line.text),
        line.data,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(topic: &str, tone: &str, q: &str) -> Result<Wanted, String> {
        let filter = Filter { topic: topic.into(), tone: tone.into(), q: q.into(), ..Filter::default() };
        filter.wanted().map_err(|error| error.to_string())
    }

    #[test]
    fn words_become_a_wish() {
        let text = |text: &str| Wanted { text: text.to_owned(), ..Wanted::default() };
        assert_eq!(wanted("", "", ""), Ok(Wanted::default()));
        assert_eq!(wanted(",", "", " low "), Ok(text("low")));
        assert_eq!(wanted("", "", &"ä".repeat(100)), Ok(text(&"ä".repeat(100))));
        assert_eq!(wanted("decision, link", "", "").map(|one| one.topics), Ok(vec![Topic::Decision, Topic::Link]));
        assert_eq!(wanted("", "warn", "").map(|one| one.tones), Ok(vec![Tone::Warn, Tone::Bad]));
        assert_eq!(wanted("", "bad", "").map(|one| one.tones), Ok(vec![Tone::Bad]));
        for topic in Topic::ALL {
            assert_eq!(wanted(topic.word(), "", "").map(|one| one.topics), Ok(vec![topic]));
        }
    }

    #[test]
    fn what_nobody_knows_is_told() {
        let table = [
            (
                "decision,ordr",
                "",
                "",
                "topic is 'ordr'. Allowed: decision, standing, order, link, alert or system. Did",
            ),
            ("", "loud", "", "tone is 'loud'. Allowed: warn or bad."),
            ("", "", &"x".repeat(101), "up to 100 characters"),
        ];
        for (topic, tone, q, text) in table {
            let told = wanted(topic, tone, q).expect_err("a mistake");
            assert!(told.contains(text), "{told}");
        }
    }
}
