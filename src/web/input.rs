//! What comes in an address or a form. What of it cannot be taken is named.

use crate::kit::text;
use crate::web::error::WebError;
use crate::web::words;
use axum::Form;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

/// What stands behind the `?` of an address; 400 where it cannot be taken.
pub struct Asked<T>(pub T);

/// A form; 422 where it cannot be taken, 413 where it is too large.
pub struct Sent<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, WebError> {
        match Query::try_from_uri(&parts.uri) {
            Ok(Query(asked)) => Ok(Self(asked)),
            Err(wrong) => Err(WebError::Bad(words::bad_query(&why(&wrong.body_text())))),
        }
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Sent<T> {
    type Rejection = WebError;

    async fn from_request(request: Request, state: &S) -> Result<Self, WebError> {
        match Form::from_request(request, state).await {
            Ok(Form(sent)) => Ok(Self(sent)),
            Err(wrong) if wrong.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(WebError::TooLarge),
            Err(wrong) => Err(WebError::Unreadable(words::bad_form(&why(&wrong.body_text())))),
        }
    }
}

/// The cause without the library's own words ahead of it.
pub fn why(told: &str) -> String {
    const AHEAD: [&str; 4] = [
        "Failed to deserialize query string: ",
        "Failed to deserialize form body: ",
        "Failed to deserialize the JSON body into the target type: ",
        "Failed to parse the request body as JSON: ",
    ];
    let short = AHEAD.iter().find_map(|ahead| told.strip_prefix(ahead));
    text::excerpt(short.unwrap_or(told), 200)
}
