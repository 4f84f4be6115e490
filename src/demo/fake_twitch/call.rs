//! One call of Helix as its handlers see it, and the usual form of their answers.

use super::faults::{Refusal, refuse};
use super::world::{Token, World};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

/// One call, as a handler sees it.
pub(super) struct Call<'a> {
    pub(super) token: Token,
    pub(super) query: Vec<(String, String)>,
    pub(super) body: Value,
    pub(super) world: &'a mut World,
}

impl Call<'_> {
    pub(super) fn one(&self, name: &str) -> &str {
        self.query.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.query.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn text(&self, name: &str) -> &str {
        self.body.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// 401 as Twitch words a missing scope: one of these would do.
    pub(super) fn needs(&self, scopes: &[&str]) -> Result<(), Refusal> {
        if scopes.iter().any(|scope| self.token.scopes.iter().any(|has| has == scope)) {
            return Ok(());
        }
        Err(refuse(StatusCode::UNAUTHORIZED, &format!("Missing scope: {}", scopes.join(" or "))))
    }

    /// The id in the query or body must be the token's own.
    pub(super) fn own(&self, id: &str) -> Result<(), Refusal> {
        if id == self.token.user {
            Ok(())
        } else {
            Err(refuse(
                StatusCode::UNAUTHORIZED,
                "The ID in broadcaster_id must match the user ID found in the request's OAuth token.",
            ))
        }
    }
}

/// A list in the form in which Helix answers.
pub(super) fn found(list: Vec<Value>) -> Response {
    axum::Json(World::data(list)).into_response()
}
