//! /login and /logout.

use super::{Frame, html};
use crate::features::access::SignInError;
use crate::web::auth::{self, Caller};
use crate::web::ctx::Ctx;
use crate::web::error::WebError;
use crate::web::input::Sent;
use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "pages/login.html")]
struct Login {
    frame: Frame,
    next: String,
    error: Option<String>,
}

impl Login {
    fn new(next: &str, error: Option<String>) -> Self {
        Self { frame: Frame::door(), next: auth::local_path(next).to_owned(), error }
    }
}

/// Where to go afterwards.
#[derive(Deserialize)]
pub struct Where {
    #[serde(default)]
    next: String,
}

/// The form.
#[derive(Deserialize)]
pub struct LoginForm {
    password: String,
    #[serde(default)]
    next: String,
}

/// GET /login?next=
pub async fn show(State(ctx): State<Ctx>, Query(to): Query<Where>, headers: HeaderMap) -> Result<Response, WebError> {
    if !ctx.access.claimed() {
        return Ok(Redirect::to("/claim").into_response());
    }
    if let Some(token) = auth::token(&headers)
        && ctx.access.person(token).await.is_some()
    {
        return Ok(Redirect::to(auth::local_path(&to.next)).into_response());
    }
    Ok(html(&Login::new(&to.next, None))?.into_response())
}

/// POST /login
pub async fn sign_in(
    State(ctx): State<Ctx>,
    caller: Caller,
    headers: HeaderMap,
    Sent(form): Sent<LoginForm>,
) -> Result<Response, WebError> {
    match ctx.access.sign_in(&form.password, caller.addr.ip(), auth::agent(&headers)).await {
        Ok(token) => {
            let cookie = auth::set_cookie(&token, caller.secure);
            let home = Redirect::to(auth::local_path(&form.next));
            Ok((cookie.map(|line| [(header::SET_COOKIE, line)]), home).into_response())
        }
        Err(SignInError::Unclaimed) => Ok(Redirect::to("/claim").into_response()),
        Err(error) => again(&form.next, &error),
    }
}

/// The form once more, with the reason.
fn again(next: &str, error: &SignInError) -> Result<Response, WebError> {
    let status = match error {
        SignInError::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        SignInError::Busy => StatusCode::SERVICE_UNAVAILABLE,
        SignInError::Wrong | SignInError::Unclaimed => StatusCode::UNAUTHORIZED,
    };
    let mut page = (status, html(&Login::new(next, Some(error.to_string())))?).into_response();
    if let SignInError::TooMany { retry_after } = error {
        page.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after.0.div_ceil(1000)));
    }
    Ok(page)
}

/// POST /logout
pub async fn sign_out(State(ctx): State<Ctx>, caller: Caller, headers: HeaderMap) -> Response {
    if let Some(token) = auth::token(&headers) {
        ctx.access.sign_out(token).await;
    }
    let cookie = auth::forget_cookie(caller.secure);
    (cookie.map(|line| [(header::SET_COOKIE, line)]), Redirect::to("/login")).into_response()
}
