//! Misbehaviour of the HTTP side, on order.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::time::Duration;

/// What happens instead of the right answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// This status with a JSON error of this message.
    Status(u16, &'static str),
    /// This status with a page for people, as a gateway in trouble gives it.
    Html(u16),
    /// 200 with a body that is no JSON.
    Garbage,
    /// 429 that names the moment when the bucket is full again, so many seconds from now.
    RateLimited(u64),
    /// No answer for so long, then the right one.
    Late(Duration),
    /// The right thing is done, but the answer never arrives.
    LostReply,
}

/// A fault that waits for requests whose path begins so.
#[derive(Clone, Debug)]
pub(super) struct Planned {
    pub(super) path: &'static str,
    pub(super) fault: Fault,
    pub(super) times: u32,
}

impl Fault {
    /// The answer, for those faults that are one.
    pub(super) fn answer(&self, unix_secs: i64) -> Option<Response> {
        let status = |code: u16| StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        match self {
            Fault::Status(code, message) => Some(error(status(*code), message)),
            Fault::Html(code) => Some(
                (status(*code), axum::response::Html("<html><body><h1>Bad Gateway</h1></body></html>")).into_response(),
            ),
            Fault::Garbage => Some((StatusCode::OK, "}{ not json").into_response()),
            Fault::RateLimited(secs) => {
                let mut response = error(StatusCode::TOO_MANY_REQUESTS, "too many requests");
                let reset = unix_secs + i64::try_from(*secs).unwrap_or(60);
                for (name, value) in [("ratelimit-limit", 800), ("ratelimit-remaining", 0), ("ratelimit-reset", reset)]
                {
                    response.headers_mut().insert(name, HeaderValue::from(value));
                }
                Some(response)
            }
            Fault::Late(_) | Fault::LostReply => None,
        }
    }
}

/// An error as Twitch writes it.
pub(super) fn error(status: StatusCode, message: &str) -> Response {
    let body = serde_json::json!({
        "error": status.canonical_reason().unwrap_or(""),
        "status": status.as_u16(),
        "message": message,
    });
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

/// A refusal on its way to becoming an error answer.
pub(super) struct Refusal {
    status: StatusCode,
    message: String,
}

/// Refuses with a status and Twitch's words.
pub(super) fn refuse(status: StatusCode, message: &str) -> Refusal {
    Refusal { status, message: message.to_owned() }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        error(self.status, &self.message)
    }
}
