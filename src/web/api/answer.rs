//! How an order's end looks on the wire, and a JSON body that says what is allowed.

use crate::domain::command::Outcome;
use crate::web::error::WebError;
use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

#[derive(Serialize)]
struct Body<'a> {
    outcome: &'static str,
    text: &'a str,
}

/// `{outcome, text}`: 200 done, 409 failed, 504 not confirmed, 403 refused.
pub fn outcome(outcome: &Outcome) -> Response {
    let (status, word) = match outcome {
        Outcome::Done(_) => (StatusCode::OK, "done"),
        Outcome::Failed(_) => (StatusCode::CONFLICT, "failed"),
        Outcome::TimedOut(_) => (StatusCode::GATEWAY_TIMEOUT, "timed_out"),
        Outcome::Refused(_) => (StatusCode::FORBIDDEN, "refused"),
    };
    (status, Json(Body { outcome: word, text: outcome.text() })).into_response()
}

/// The body, or 413 when it is too large, or 400 with what is allowed.
pub fn body<T>(body: Result<Json<T>, JsonRejection>, allowed: &str) -> Result<T, WebError> {
    match body {
        Ok(Json(body)) => Ok(body),
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(WebError::TooLarge),
        Err(_) => Err(WebError::Bad(allowed.to_owned())),
    }
}
