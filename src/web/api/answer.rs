//! How an order's end looks on the wire, and a JSON body that says what is allowed.

use crate::domain::command::Outcome;
use crate::web::dress::AsItIs;
use crate::web::error::WebError;
use crate::web::input::why;
use crate::web::words;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Serialize;

#[derive(Serialize)]
struct Body<'a> {
    outcome: &'static str,
    text: &'a str,
}

/// 200 done, 409 failed, 504 not confirmed, 403 refused.
fn status(outcome: &Outcome) -> (StatusCode, &'static str) {
    match outcome {
        Outcome::Done(_) => (StatusCode::OK, "done"),
        Outcome::Failed(_) => (StatusCode::CONFLICT, "failed"),
        Outcome::TimedOut(_) => (StatusCode::GATEWAY_TIMEOUT, "timed_out"),
        Outcome::Refused(_) => (StatusCode::FORBIDDEN, "refused"),
    }
}

/// `{outcome, text}` with the outcome's status.
pub fn outcome(outcome: &Outcome) -> Response {
    let (status, word) = status(outcome);
    (status, Json(Body { outcome: word, text: outcome.text() })).into_response()
}

/// The outcome's words alone, with its status: the form of Stream-Control (Python).
pub fn words(outcome: &Outcome) -> Response {
    plain(status(outcome).0, outcome.text())
}

/// Plain text that stays so, whatever the status.
pub fn plain(status: StatusCode, text: &str) -> Response {
    (status, Extension(AsItIs), text.to_owned()).into_response()
}

/// The body, or 413 when it is too large, or 400 with what is allowed and what is wrong.
pub fn body<T>(body: Result<Json<T>, JsonRejection>, allowed: &str) -> Result<T, WebError> {
    match body {
        Ok(Json(body)) => Ok(body),
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(WebError::TooLarge),
        Err(wrong) => Err(WebError::Bad(words::bad_body(allowed, &why(&wrong.body_text())))),
    }
}
