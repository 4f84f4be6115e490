//! The journal's lines: filtered, in pages, and all of them as a file.

use crate::domain::journal::{Tone, Topic};
use crate::features::journal::history::PastLine;
use crate::kit::units::UnixMs;
use crate::store::StoreError;
use crate::store::journal::Wanted;
use crate::web::api::export::{self, Form, iso};
use crate::web::auth::SignedIn;
use crate::web::ctx::Ctx;
use crate::web::error::WebError;
use crate::web::words;
use axum::Json;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Lines in one answer, and what may be asked for.
const LINES: u32 = 200;
const MOST_LINES: u32 = 1000;
/// Longest text that is looked for, in characters.
const LONGEST_SEARCH: usize = 100;

/// Which lines are wanted; empty and unknown words want all.
#[derive(Debug, Default, Deserialize)]
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
    fn wanted(&self) -> Wanted {
        let tones = match self.tone.as_str() {
            "warn" => vec![Tone::Warn, Tone::Bad],
            "bad" => vec![Tone::Bad],
            _ => Vec::new(),
        };
        Wanted {
            topics: self.topic.split(',').filter_map(word::<Topic>).collect(),
            tones,
            text: self.q.trim().chars().take(LONGEST_SEARCH).collect(),
            from: self.from.map(UnixMs),
            to: self.to.map(UnixMs),
        }
    }
}

fn word<T: DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(Value::String(word.trim().to_owned())).ok()
}

/// 503: rows cannot be read now.
pub fn unavailable(error: StoreError) -> WebError {
    WebError::Unavailable(words::no_history(&error.to_string()))
}

/// GET /api/v1/journal?topic=&tone=&q=&before=&from=&to=&limit=
pub async fn lines(
    State(ctx): State<Ctx>,
    _person: SignedIn,
    Query(filter): Query<Filter>,
) -> Result<Json<Vec<PastLine>>, WebError> {
    let most = filter.limit.unwrap_or(LINES).clamp(1, MOST_LINES);
    ctx.history.lines(filter.before, &filter.wanted(), most).await.map(Json).map_err(unavailable)
}

const COLUMNS: &[&str] = &["time", "unix_ms", "id", "topic", "tone", "origin", "text", "data"];

/// GET /api/v1/journal/export.csv, with the filter of the page
pub async fn csv(State(ctx): State<Ctx>, _person: SignedIn, Query(filter): Query<Filter>) -> Response {
    download(&ctx, &filter, Form::Csv)
}

/// GET /api/v1/journal/export.json, with the filter of the page
pub async fn json(State(ctx): State<Ctx>, _person: SignedIn, Query(filter): Query<Filter>) -> Response {
    download(&ctx, &filter, Form::Json)
}

fn download(ctx: &Ctx, filter: &Filter, form: Form) -> Response {
    export::file(form, "stream-control-journal", COLUMNS, ctx.history.all_lines(filter.wanted()), cells)
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

    #[test]
    fn words_become_a_wish_and_unknown_ones_want_all() {
        let wanted = |topic: &str, tone: &str, q: &str| {
            let filter = Filter { topic: topic.into(), tone: tone.into(), q: q.into(), ..Filter::default() };
            filter.wanted()
        };
        assert_eq!(wanted("", "", ""), Wanted::default());
        assert_eq!(wanted("decision,nonsense, link", "", "").topics, [Topic::Decision, Topic::Link]);
        assert_eq!(wanted("nonsense", "loud", " low "), Wanted { text: "low".to_owned(), ..Wanted::default() });
        assert_eq!(wanted("", "warn", "").tones, [Tone::Warn, Tone::Bad]);
        assert_eq!(wanted("", "bad", "").tones, [Tone::Bad]);
        assert_eq!(wanted("", "", &"x".repeat(500)).text.len(), 100);
    }
}
