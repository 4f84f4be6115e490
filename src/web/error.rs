//! One error for every handler. It leaves the handler as a bare status with its text attached;
//! [`super::dress`] turns it into a page or JSON.

use super::words;
use axum::http::{HeaderMap, StatusCode, header, request};
use axum::response::{IntoResponse, Redirect, Response};

/// What went wrong, for the caller.
#[derive(Clone, Debug, thiserror::Error)]
pub enum WebError {
    /// 400: the request cannot be understood; the text says what is allowed.
    #[error("{0}")]
    Bad(String),
    /// 401: nobody is signed in (or this daemon is not claimed yet).
    #[error("{0}")]
    SignIn(&'static str),
    /// 403: understood and refused; the text says why.
    #[error("{0}")]
    Forbidden(String),
    /// 404.
    #[error("{}", words::NOT_FOUND)]
    NotFound,
    /// 404 with words of its own.
    #[error("{0}")]
    Missing(String),
    /// 401 for a program: its key is missing or wrong.
    #[error("{0}")]
    Key(String),
    /// 413.
    #[error("{}", words::TOO_LARGE)]
    TooLarge,
    /// 422: whole, but not what is taken here.
    #[error("{0}")]
    Unreadable(String),
    /// 429.
    #[error("{0}")]
    TooMany(String),
    /// 503: the part behind this cannot answer now.
    #[error("{0}")]
    Unavailable(String),
    /// 500: a fault of this program; the text goes to the log, not to the caller.
    #[error("{}", words::INTERNAL)]
    Internal(String),
}

/// What a bare error response carries until it is dressed.
#[derive(Clone)]
pub struct Fault {
    /// For the caller.
    pub text: String,
    /// For the log alone, beside the request's number.
    pub why: Option<String>,
}

impl WebError {
    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        match self {
            WebError::Bad(_) => StatusCode::BAD_REQUEST,
            WebError::SignIn(_) => StatusCode::UNAUTHORIZED,
            WebError::Forbidden(_) => StatusCode::FORBIDDEN,
            WebError::NotFound => StatusCode::NOT_FOUND,
            WebError::Missing(_) => StatusCode::NOT_FOUND,
            WebError::Key(_) => StatusCode::UNAUTHORIZED,
            WebError::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            WebError::Unreadable(_) => StatusCode::UNPROCESSABLE_ENTITY,
            WebError::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            WebError::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            WebError::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl IntoResponse for WebError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        let text = self.to_string();
        let why = if let WebError::Internal(why) = self { Some(why) } else { None };
        response.extensions_mut().insert(Fault { text, why });
        response
    }
}

impl From<askama::Error> for WebError {
    fn from(error: askama::Error) -> Self {
        WebError::Internal(format!("a template failed: {error}"))
    }
}

/// A browser that navigates asks for HTML by name; scripts and programs do not.
pub fn wants_page(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|kinds| kinds.contains("text/html"))
}

/// 303 to a page, or 401 as JSON, for someone who must sign in (or claim) first.
pub fn show_the_door(parts: &request::Parts, claimed: bool) -> Response {
    if !wants_page(&parts.headers) {
        return WebError::SignIn(if claimed { words::SIGN_IN_FIRST } else { words::CLAIM_FIRST }).into_response();
    }
    if !claimed {
        return Redirect::to("/claim").into_response();
    }
    let asked = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let next: String = url::form_urlencoded::byte_serialize(asked.as_bytes()).collect();
    Redirect::to(&format!("/login?next={next}")).into_response()
}

/// The answer when a handler panicked; the panic itself stands in the log.
pub fn panicked(panic: Box<dyn std::any::Any + Send>) -> Response {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    WebError::Internal(format!("a handler panicked: {text}")).into_response()
}
