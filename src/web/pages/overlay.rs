//! /overlay: alerts over the picture, for an OBS browser source or a phone. Needs no login.

use super::html;
use crate::web::assets;
use crate::web::error::WebError;
use askama::Template;
use axum::response::{IntoResponse, Response};

#[derive(Template)]
#[template(path = "overlay/overlay.html")]
struct Overlay {
    base: String,
}

/// GET /overlay
pub async fn show() -> Result<Response, WebError> {
    Ok(html(&Overlay { base: assets::base() })?.into_response())
}
