//! /claim: the first visit. The printed one-time code and a new password make the owner.

use super::{Frame, html};
use crate::features::access::{ClaimError, SHORTEST_PASSWORD};
use crate::web::auth::{self, Caller};
use crate::web::ctx::Ctx;
use crate::web::error::WebError;
use crate::web::input::Sent;
use crate::web::words;
use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "pages/claim.html")]
struct Claim {
    frame: Frame,
    code: String,
    code_error: Option<String>,
    password_error: Option<String>,
    again_error: Option<String>,
    min: usize,
}

impl Claim {
    fn new(code: String) -> Self {
        let frame = Frame::door();
        Self { frame, code, code_error: None, password_error: None, again_error: None, min: SHORTEST_PASSWORD }
    }
}

/// The link carries the code.
#[derive(Deserialize)]
pub struct Link {
    #[serde(default)]
    code: String,
}

/// The form.
#[derive(Deserialize)]
pub struct ClaimForm {
    code: String,
    password: String,
    again: String,
}

/// GET /claim?code=
pub async fn show(State(ctx): State<Ctx>, Query(link): Query<Link>) -> Result<Response, WebError> {
    if ctx.access.claimed() {
        return Ok(Redirect::to("/login").into_response());
    }
    Ok(html(&Claim::new(link.code))?.into_response())
}

/// POST /claim
pub async fn claim(
    State(ctx): State<Ctx>,
    caller: Caller,
    headers: HeaderMap,
    Sent(form): Sent<ClaimForm>,
) -> Result<Response, WebError> {
    if ctx.access.claimed() {
        return Ok(Redirect::to("/login").into_response());
    }
    let mut page = Claim::new(form.code.trim().to_owned());
    let length = form.password.chars().count();
    page.password_error = (length < SHORTEST_PASSWORD).then(|| words::too_short(length, SHORTEST_PASSWORD));
    page.again_error = (form.password != form.again).then(|| words::PASSWORDS_DIFFER.to_owned());
    if page.password_error.is_some() || page.again_error.is_some() {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page)?).into_response());
    }
    match ctx.access.claim(&page.code, &form.password).await {
        Ok(()) => enter(&ctx, &caller, &form.password, &headers).await,
        Err(ClaimError::AlreadyClaimed) => Ok(Redirect::to("/login").into_response()),
        Err(error @ ClaimError::WrongCode) => {
            page.code_error = Some(error.to_string());
            Ok((StatusCode::FORBIDDEN, html(&page)?).into_response())
        }
        Err(error) => {
            page.password_error = Some(error.to_string());
            Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page)?).into_response())
        }
    }
}

/// The new owner is signed in at once; if that fails, the sign-in page is the next stop.
async fn enter(ctx: &Ctx, caller: &Caller, password: &str, headers: &HeaderMap) -> Result<Response, WebError> {
    match ctx.access.sign_in(password, caller.addr.ip(), auth::agent(headers)).await {
        Ok(token) => {
            let cookie = auth::set_cookie(&token, caller.secure);
            Ok((cookie.map(|line| [(header::SET_COOKIE, line)]), Redirect::to("/")).into_response())
        }
        Err(_) => Ok(Redirect::to("/login").into_response()),
    }
}
