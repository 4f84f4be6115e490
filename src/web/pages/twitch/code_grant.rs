//! Sign-in by code grant: the browser goes to Twitch and comes back with a code. The code stays out of
//! logs and pages: whatever comes of it, the browser is sent on to /twitch at once.

use super::allowed;
use crate::domain::chat::Identity;
use crate::kit::secret::Secret;
use crate::web::auth::{self, SignedIn};
use crate::web::ctx::Ctx;
use crate::web::error::WebError;
use crate::web::words;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use url::Url;

/// What Twitch puts into the address.
#[derive(Deserialize)]
pub struct Back {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
}

/// GET /twitch/authorize/{identity}: on to Twitch.
pub async fn authorize(
    State(ctx): State<Ctx>,
    person: SignedIn,
    headers: HeaderMap,
    Path(who): Path<String>,
) -> Result<Response, WebError> {
    allowed(&person)?;
    let tokens = Identity::from_word(&who).and_then(|who| ctx.sign_in.get(&who)).ok_or(WebError::NotFound)?;
    let redirect = redirect(&ctx).ok_or_else(|| WebError::Bad(words::NO_PUBLIC_BASE.to_owned()))?;
    let url = tokens.consent(redirect, binding(&headers)).await.map_err(WebError::Bad)?;
    Ok(Redirect::to(url.as_str()).into_response())
}

/// GET /twitch/callback: back from Twitch.
pub async fn callback(State(ctx): State<Ctx>, headers: HeaderMap, Query(back): Query<Back>) -> Response {
    let person = match auth::token(&headers) {
        Some(token) if ctx.access.claimed() => ctx.access.person(token).await,
        _ => None,
    };
    // Not by way of the door, which would carry the code in its own address.
    let Some(person) = person.map(SignedIn) else { return Redirect::to("/login?next=/twitch").into_response() };
    if let Err(refusal) = allowed(&person) {
        return refusal.into_response();
    }
    let came_of_it = finish(&ctx, &headers, back).await;
    Redirect::to(&format!("/twitch?grant={came_of_it}")).into_response()
}

async fn finish(ctx: &Ctx, headers: &HeaderMap, back: Back) -> &'static str {
    let state = back.state.unwrap_or_default();
    let who = state.split_once('.').and_then(|(who, _)| Identity::from_word(who));
    match (who.and_then(|who| ctx.sign_in.get(&who)), back.code, back.error.as_deref()) {
        (Some(tokens), Some(code), None) => match tokens.finish(state, binding(headers), Secret::new(code)).await {
            Ok(_) => "ok",
            Err(_) => "failed",
        },
        (_, _, Some("access_denied")) => "denied",
        (_, _, Some(_)) => "failed",
        _ => "old",
    }
}

/// Names the browser's session without holding it.
fn binding(headers: &HeaderMap) -> String {
    hex::encode(Sha256::digest(auth::token(headers).unwrap_or_default()))
}

/// Where Twitch sends the browser back to; it must stand so in the application's settings at Twitch.
pub fn redirect(ctx: &Ctx) -> Option<Url> {
    ctx.cells.config.with(|config| config.twitch.public_base.as_ref()?.join("twitch/callback").ok())
}
