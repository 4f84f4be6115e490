//! /chat: our own feed of chat and events with a line to write, and Twitch's own chat beside it.

use super::{Frame, html};
use crate::web::api::v1::live::Snapshot;
use crate::web::auth::SignedIn;
use crate::web::ctx::Ctx;
use crate::web::error::WebError;
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};

#[derive(Template)]
#[template(path = "pages/chat.html")]
struct Chat {
    frame: Frame,
    snapshot: String,
    filters: &'static [(&'static str, &'static str)],
}

/// The filter's words and their labels.
const FILTERS: &[(&str, &str)] = &[
    ("chat", "Chat"),
    ("follows", "Follows"),
    ("subs", "Subs"),
    ("bits", "Bits"),
    ("raids", "Raids"),
    ("points", "Points"),
    ("other", "Other"),
];

/// GET /chat
pub async fn show(State(ctx): State<Ctx>, person: SignedIn) -> Result<Response, WebError> {
    let snapshot = serde_json::to_string(&Snapshot::take(&ctx)).map_err(|e| WebError::Internal(e.to_string()))?;
    Ok(html(&Chat { frame: Frame::of("/chat", &person.0.name), snapshot, filters: FILTERS })?.into_response())
}
