//! /raid: send the viewers on, and see what follows.

use super::{Frame, html};
use crate::web::api::v1::live::Snapshot;
use crate::web::auth::SignedIn;
use crate::web::ctx::Ctx;
use crate::web::error::WebError;
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};

#[derive(Template)]
#[template(path = "pages/raid.html")]
struct RaidPage {
    frame: Frame,
    snapshot: String,
}

/// GET /raid
pub async fn show(State(ctx): State<Ctx>, person: SignedIn) -> Result<Response, WebError> {
    let snapshot = serde_json::to_string(&Snapshot::take(&ctx)).map_err(|e| WebError::Internal(e.to_string()))?;
    Ok(html(&RaidPage { frame: Frame::of("/raid", &person.0.name), snapshot })?.into_response())
}
