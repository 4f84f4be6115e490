//! /stream: title, category, tags and labels as Twitch has them, and what else is done there in a show.

use super::{Frame, html};
use crate::web::api::v1::live::Snapshot;
use crate::web::auth::SignedIn;
use crate::web::ctx::Ctx;
use crate::web::error::WebError;
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};

#[derive(Template)]
#[template(path = "pages/stream.html")]
struct StreamInfo {
    frame: Frame,
    snapshot: String,
    /// Lengths of an ad break, in seconds (Helix "Start Commercial").
    ads: &'static [u32],
    /// Colours of an announcement (Helix "Send Chat Announcement") and their names.
    colours: &'static [(&'static str, &'static str)],
}

const ADS: &[u32] = &[30, 60, 90, 120, 150, 180];
const COLOURS: &[(&str, &str)] =
    &[("primary", "Channel colour"), ("blue", "Blue"), ("green", "Green"), ("orange", "Orange"), ("purple", "Purple")];

/// GET /stream
pub async fn show(State(ctx): State<Ctx>, person: SignedIn) -> Result<Response, WebError> {
    let snapshot = serde_json::to_string(&Snapshot::take(&ctx)).map_err(|e| WebError::Internal(e.to_string()))?;
    let frame = Frame::of("/stream", &person.0.name);
    Ok(html(&StreamInfo { frame, snapshot, ads: ADS, colours: COLOURS })?.into_response())
}
