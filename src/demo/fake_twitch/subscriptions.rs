//! `/helix/eventsub/subscriptions`: who may subscribe to what, on which session.

use super::call::{Call, found};
use super::faults::{Refusal, error, refuse};
use super::outlet::Sub;
use super::world::World;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// Enabled subscriptions on one socket.
const MOST: usize = 300;

/// Type → scopes of which one is needed; types without a row need none.
const SCOPES: &[(&str, &[&str])] = &[
    ("channel.chat.", &["user:read:chat"]),
    ("channel.chat_settings.", &["user:read:chat"]),
    ("channel.follow", &["moderator:read:followers"]),
    ("channel.subscri", &["channel:read:subscriptions"]),
    ("channel.cheer", &["bits:read"]),
    ("channel.bits.use", &["bits:read"]),
    ("channel.custom_power_up", &["bits:read"]),
    ("channel.channel_points", &["channel:read:redemptions", "channel:manage:redemptions"]),
    ("channel.hype_train.", &["channel:read:hype_train"]),
    ("channel.poll.", &["channel:read:polls", "channel:manage:polls"]),
    ("channel.prediction.", &["channel:read:predictions", "channel:manage:predictions"]),
    ("channel.ad_break.", &["channel:read:ads"]),
    ("channel.shoutout.", &["moderator:read:shoutouts", "moderator:manage:shoutouts"]),
];

pub(super) fn create(call: &mut Call<'_>) -> Result<Response, Refusal> {
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (kind, version) = (text(&call.body, "type"), text(&call.body, "version"));
    let transport = call.body.get("transport").cloned().unwrap_or_default();
    let (condition, session) =
        (call.body.get("condition").cloned().unwrap_or_default(), text(&transport, "session_id"));
    if text(&transport, "method") != "websocket" {
        return Err(refuse(StatusCode::BAD_REQUEST, "invalid transport and auth combination"));
    }
    if let Some((status, message)) = call.world.manners.refused_types.get(kind.as_str()) {
        return Err(refuse(StatusCode::from_u16(*status).unwrap_or(StatusCode::BAD_REQUEST), message));
    }
    if kind.starts_with("channel.hype_train") && version != "2" {
        return Err(refuse(StatusCode::BAD_REQUEST, "invalid subscription type and version"));
    }
    may(call, &kind)?;
    own_session(call, &session)?;
    let same = |sub: &&Sub| {
        sub.kind == kind && sub.condition == condition && sub.session == session && sub.status == "enabled"
    };
    if call.world.outlet.subscriptions.iter().any(|sub| same(&sub)) {
        return Err(refuse(StatusCode::CONFLICT, "subscription already exists"));
    }
    if call.world.outlet.subscriptions.iter().filter(|sub| sub.session == session).count() >= MOST {
        return Err(refuse(StatusCode::TOO_MANY_REQUESTS, "number of websocket subscriptions limit exceeded"));
    }
    let (id, created, user) = (call.world.word("sub"), call.world.stamp(), call.token.user.clone());
    let sub = Sub { id, kind, version, condition, session, user, status: "enabled".to_owned(), created };
    let body = json!({"data": [sub.json()], "total": 1, "total_cost": 0, "max_total_cost": 10});
    call.world.outlet.subscriptions.push(sub);
    Ok((StatusCode::ACCEPTED, axum::Json(body)).into_response())
}

fn may(call: &Call<'_>, kind: &str) -> Result<(), Refusal> {
    let row = SCOPES.iter().find(|(begin, _)| kind.starts_with(begin));
    let has = |scope: &&str| call.token.scopes.iter().any(|has| has == scope);
    match row {
        Some((_, scopes)) if !scopes.iter().any(has) => {
            Err(refuse(StatusCode::FORBIDDEN, "subscription missing proper authorization"))
        }
        _ => Ok(()),
    }
}

/// A session belongs to the account that subscribed on it first.
fn own_session(call: &mut Call<'_>, session: &str) -> Result<(), Refusal> {
    let user = call.token.user.clone();
    let Some(session) = call.world.outlet.sessions.get_mut(session) else {
        return Err(refuse(
            StatusCode::BAD_REQUEST,
            "websocket transport session does not exist or has already disconnected",
        ));
    };
    if *session.user.get_or_insert_with(|| user.clone()) != user {
        return Err(refuse(
            StatusCode::BAD_REQUEST,
            "websocket transport cannot have subscriptions created by different users",
        ));
    }
    Ok(())
}

pub(super) fn list(call: &Call<'_>) -> Response {
    let mine = call.world.outlet.subscriptions.iter().filter(|sub| sub.user == call.token.user);
    found(mine.map(Sub::json).collect())
}

pub(super) fn delete(call: &mut Call<'_>) -> Response {
    let id = call.one("id").to_owned();
    let before = call.world.outlet.subscriptions.len();
    call.world.outlet.subscriptions.retain(|sub| sub.id != id);
    if call.world.outlet.subscriptions.len() < before {
        StatusCode::NO_CONTENT.into_response()
    } else {
        error(StatusCode::NOT_FOUND, "subscription not found")
    }
}

impl World {
    /// Deletes every subscription of a type without a word: what a lost revocation looks like.
    pub fn lose_subscriptions(&mut self, kind: &str) {
        self.outlet.subscriptions.retain(|sub| sub.kind != kind);
    }
}
