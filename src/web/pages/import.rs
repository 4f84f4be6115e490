//! /import: NOALBS's files in, a table of what becomes of each field out, one button that carries it
//! out. What is pasted never goes back to the browser: a ticket stands for it.

use super::{Frame, html};
use crate::domain::command::{Order, OrderKind, Outcome};
use crate::domain::people::may;
use crate::features::import::{Fate, Line, Plan, Version};
use crate::web::auth::SignedIn;
use crate::web::ctx::Ctx;
use crate::web::error::WebError;
use crate::web::input::Sent;
use crate::web::words;
use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "pages/import.html")]
struct ImportPage {
    frame: Frame,
    done: bool,
    wrong: Vec<String>,
    preview: Option<Preview>,
}

/// What would be done.
struct Preview {
    ticket: String,
    version: &'static str,
    counts: [usize; 3],
    rows: Vec<Row>,
}

/// One field of the file.
struct Row {
    path: String,
    value: String,
    /// `good`, `warn` or `muted`: the mark before it.
    mark: &'static str,
    /// What becomes of it, in a word.
    word: &'static str,
    key: &'static str,
    shown: String,
    note: String,
}

/// The files as pasted or read by the page's script.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Files {
    config: String,
    #[serde(default)]
    env: String,
}

/// The plan that was shown.
#[derive(Deserialize)]
pub struct Yes {
    ticket: String,
}

/// Set after an import.
#[derive(Deserialize)]
pub struct Done {
    done: Option<String>,
}

/// GET /import
pub async fn show(person: SignedIn, Query(done): Query<Done>) -> Result<Response, WebError> {
    allowed(&person)?;
    page(&person, StatusCode::OK, Vec::new(), None, done.done.is_some())
}

/// POST /import
pub async fn preview(State(ctx): State<Ctx>, person: SignedIn, Sent(files): Sent<Files>) -> Result<Response, WebError> {
    allowed(&person)?;
    let env = Some(files.env.as_bytes()).filter(|env| !env.is_empty());
    match ctx.imports.read(&person.0.name, files.config.as_bytes(), env) {
        Ok((ticket, plan)) => page(&person, StatusCode::OK, Vec::new(), Some(Preview::of(ticket, &plan)), false),
        Err(mistakes) => {
            let wrong = mistakes.into_iter().map(|mistake| mistake.text).collect();
            page(&person, StatusCode::UNPROCESSABLE_ENTITY, wrong, None, false)
        }
    }
}

/// POST /import/apply
pub async fn apply(State(ctx): State<Ctx>, person: SignedIn, Sent(yes): Sent<Yes>) -> Result<Response, WebError> {
    let Some(import) = ctx.imports.take(&person.0.name, &yes.ticket) else {
        let wrong = vec![words::IMPORT_GONE.to_owned()];
        return page(&person, StatusCode::GONE, wrong, None, false);
    };
    let (status, text) = match ctx.desk.give(person.origin(), Order::Import(import)).await {
        Outcome::Done(_) => return Ok(Redirect::to("/import?done=1").into_response()),
        Outcome::Failed(text) => (StatusCode::UNPROCESSABLE_ENTITY, text),
        Outcome::TimedOut(text) => (StatusCode::GATEWAY_TIMEOUT, text),
        Outcome::Refused(text) => (StatusCode::FORBIDDEN, text),
    };
    page(&person, status, text.lines().map(str::to_owned).collect(), None, false)
}

fn allowed(person: &SignedIn) -> Result<(), WebError> {
    match may(person.0.role, OrderKind::Import) {
        true => Ok(()),
        false => Err(WebError::Forbidden(words::NOT_YOURS.to_owned())),
    }
}

fn page(
    person: &SignedIn,
    status: StatusCode,
    wrong: Vec<String>,
    preview: Option<Preview>,
    done: bool,
) -> Result<Response, WebError> {
    let frame = Frame::of("/settings", &person.0.name);
    Ok((status, html(&ImportPage { frame, done, wrong, preview })?).into_response())
}

impl Preview {
    fn of(ticket: String, plan: &Plan) -> Self {
        let version = match plan.version {
            Version::One => "1",
            Version::Two => "2",
        };
        Self { ticket, version, counts: plan.counts(), rows: plan.lines.iter().map(row).collect() }
    }
}

fn row(line: &Line) -> Row {
    let (mark, word, key, shown) = match &line.fate {
        Fate::Becomes { key, shown } if line.is_to_mind() => ("warn", words::TAKEN_BUT, *key, shown.as_str()),
        Fate::Becomes { key, shown } => ("good", words::TAKEN, *key, shown.as_str()),
        Fate::Kept { key, shown } => ("good", words::KEPT, *key, shown.as_str()),
        Fate::AlreadySo => ("good", words::ALREADY, "", ""),
        Fate::NoPlace => ("muted", words::NO_PLACE, "", ""),
    };
    Row {
        path: line.path.clone(),
        value: line.value.clone(),
        mark,
        word,
        key,
        shown: shown.to_owned(),
        note: line.note.clone(),
    }
}
