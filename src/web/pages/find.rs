//! /find: looks for the ingest servers of a machine and puts one of them into the settings.

use super::{Frame, html};
use crate::domain::command::{ChangeSetting, Order, OrderKind, Outcome};
use crate::domain::people::may;
use crate::features::probe::{Found, Report};
use crate::web::auth::SignedIn;
use crate::web::ctx::Ctx;
use crate::web::error::WebError;
use crate::web::input::Sent;
use crate::web::words;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "pages/find.html")]
struct FindPage {
    frame: Frame,
    host: String,
    refused: Option<String>,
    report: Option<Findings>,
}

struct Findings {
    tried: usize,
    servers: Vec<Server>,
}

struct Server {
    kind: String,
    word: &'static str,
    url: String,
    note: String,
    publishers: Vec<Publisher>,
}

struct Publisher {
    /// For the settings; empty where the server gives it no name.
    name: String,
    /// For people.
    label: String,
    rate: String,
}

/// Where to look.
#[derive(Deserialize)]
pub struct Where {
    host: String,
}

/// What was chosen.
#[derive(Deserialize)]
pub struct Choice {
    url: String,
    kind: String,
    publisher: String,
}

/// GET /find
pub async fn show(person: SignedIn) -> Result<Response, WebError> {
    allowed(&person)?;
    page(&person, StatusCode::OK, "127.0.0.1", None, None)
}

/// POST /find
pub async fn look(State(ctx): State<Ctx>, person: SignedIn, Sent(at): Sent<Where>) -> Result<Response, WebError> {
    allowed(&person)?;
    match ctx.probe.look(&at.host).await {
        Ok(report) => page(&person, StatusCode::OK, &at.host, None, Some(Findings::of(&report))),
        Err(refusal) => page(&person, StatusCode::UNPROCESSABLE_ENTITY, &at.host, Some(refusal.to_string()), None),
    }
}

/// POST /find/use
pub async fn choose(
    State(ctx): State<Ctx>,
    person: SignedIn,
    Sent(chosen): Sent<Choice>,
) -> Result<Response, WebError> {
    let row = |key: &str, value: String| (key.to_owned(), Some(value));
    let changes = vec![
        row("STATS_URL", chosen.url),
        row("STATS_TYPE", chosen.kind),
        row("STATS_FEED", chosen.publisher),
        row("FEEDS", String::new()),
    ];
    let (status, text) = match ctx.desk.give(person.origin(), Order::Settings(ChangeSetting { changes })).await {
        Outcome::Done(_) => return Ok(Redirect::to("/settings?saved=1").into_response()),
        Outcome::Failed(text) => (StatusCode::UNPROCESSABLE_ENTITY, text),
        Outcome::TimedOut(text) => (StatusCode::GATEWAY_TIMEOUT, text),
        Outcome::Refused(text) => (StatusCode::FORBIDDEN, text),
    };
    page(&person, status, "", Some(text), None)
}

/// Looking is part of choosing: for those who may change settings.
pub fn allowed(person: &SignedIn) -> Result<(), WebError> {
    match may(person.0.role, OrderKind::ChangeSetting) {
        true => Ok(()),
        false => Err(WebError::Forbidden(words::NOT_YOURS.to_owned())),
    }
}

fn page(
    person: &SignedIn,
    status: StatusCode,
    host: &str,
    refused: Option<String>,
    report: Option<Findings>,
) -> Result<Response, WebError> {
    let frame = Frame::of("/settings", &person.0.name);
    Ok((status, html(&FindPage { frame, host: host.to_owned(), refused, report })?).into_response())
}

impl Findings {
    fn of(report: &Report) -> Self {
        Self { tried: report.tried, servers: report.found.iter().map(server).collect() }
    }
}

fn server(found: &Found) -> Server {
    let publisher = |seen: &crate::features::probe::Seen| Publisher {
        name: seen.name.clone().unwrap_or_default(),
        label: seen.name.clone().unwrap_or_else(|| words::NAMELESS.to_owned()),
        rate: seen.kbps.map_or_else(|| words::RATE_UNKNOWN.to_owned(), |kbps| format!("{kbps} kbit/s")),
    };
    Server {
        kind: found.server.to_string(),
        word: found.server.word(),
        url: found.url.clone(),
        note: found.note.clone(),
        publishers: found.publishers.iter().map(publisher).collect(),
    }
}
