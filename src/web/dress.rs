//! The last layer before an error leaves: turns it, and every bare error of the layers, into a page or
//! JSON with the request's number, and writes the number beside the reason into the log.

use super::error::{Fault, wants_page};
use super::{pages, words};
use crate::kit::text::excerpt;
use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderName, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// Carries the request's number in both directions.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Longest reason in the log, in characters.
const LOGGED: usize = 500;

/// Marks an error that leaves as it is: its words are plain text, as another program's clients expect.
#[derive(Clone)]
pub struct AsItIs;

/// Dresses every error that left the inner layers without a body meant for people.
pub async fn dress(request: Request, next: Next) -> Response {
    let wants_page = wants_page(request.headers());
    let id = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or("-").to_owned();
    let response = next.run(request).await;
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) || is_dressed(&response) {
        return response;
    }
    let fault = response.extensions().get::<Fault>().cloned();
    let Fault { text, why } = fault.unwrap_or_else(|| Fault { text: words::of_status(status).to_owned(), why: None });
    if let Some(why) = why {
        tracing::error!("request {id} failed: {}", excerpt(&why, LOGGED));
    }
    if wants_page {
        pages::problem::render(status, &text, &id)
    } else {
        (status, Json(json!({ "error": text, "request_id": id }))).into_response()
    }
}

fn is_dressed(response: &Response) -> bool {
    if response.extensions().get::<AsItIs>().is_some() {
        return true;
    }
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.starts_with("text/html") || kind.starts_with("application/json")
}
