//! /journal: what happened, line by line, under a timeline of the feeds. Lines and curves are fetched
//! by the page; the values of this moment travel inside it.

use super::{Frame, html};
use crate::web::api::v1::live::Snapshot;
use crate::web::auth::SignedIn;
use crate::web::ctx::Ctx;
use crate::web::error::WebError;
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};

#[derive(Template)]
#[template(path = "pages/journal.html")]
struct JournalPage {
    frame: Frame,
    snapshot: String,
    topics: &'static [(&'static str, &'static str)],
}

/// The filter's words and their labels.
const TOPICS: &[(&str, &str)] = &[
    ("decision", "Decisions"),
    ("standing", "Why nothing happens"),
    ("order", "Orders"),
    ("link", "Connections"),
    ("alert", "Alerts"),
    ("system", "This program"),
];

/// GET /journal
pub async fn show(State(ctx): State<Ctx>, person: SignedIn) -> Result<Response, WebError> {
    let snapshot = serde_json::to_string(&Snapshot::take(&ctx)).map_err(|e| WebError::Internal(e.to_string()))?;
    let frame = Frame::of("/journal", &person.0.name);
    Ok(html(&JournalPage { frame, snapshot, topics: TOPICS })?.into_response())
}
