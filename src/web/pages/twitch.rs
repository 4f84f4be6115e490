//! /twitch: which accounts are signed in, how to sign in, what each part of Twitch needs and why.

mod code_grant;
mod view;

pub use code_grant::{authorize, callback};

use super::fields::{self, Pairs, Typed};
use super::html;
use crate::domain::chat::Identity;
use crate::domain::command::{Order, OrderKind, Outcome, TwitchOrder};
use crate::domain::people::may;
use crate::domain::twitch::SignIn;
use crate::domain::twitch_features::{FEATURES, NONE};
use crate::kit::qr as picture;
use crate::web::auth::SignedIn;
use crate::web::ctx::Ctx;
use crate::web::error::WebError;
use crate::web::words;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use view::{TwitchPage, page};

/// Set after a change.
#[derive(Default, Deserialize)]
pub struct Done {
    saved: Option<String>,
    /// What came of a code grant: `ok`, `denied`, `old`, `failed`.
    grant: Option<String>,
}

/// GET /twitch
pub async fn show(State(ctx): State<Ctx>, person: SignedIn, Query(done): Query<Done>) -> Result<Response, WebError> {
    let mut page = page(&ctx, &person, Typed::default());
    page.saved = done.saved.is_some();
    page.grant = view::grant_words(done.grant.as_deref());
    Ok(html(&page)?.into_response())
}

/// POST /twitch: the application and the accounts.
pub async fn save(State(ctx): State<Ctx>, person: SignedIn, Form(form): Form<Pairs>) -> Result<Response, WebError> {
    let changes = ctx.cells.settings.with(|view| fields::changes(view, &form));
    change(&ctx, &person, changes, Typed { form: &form, refusal: "" }).await
}

/// POST /twitch/features: those that are ticked.
pub async fn features(State(ctx): State<Ctx>, person: SignedIn, Form(form): Form<Pairs>) -> Result<Response, WebError> {
    let ticked = |word: &&str| form.iter().any(|(key, value)| key == "feature" && value == word);
    let words: Vec<&str> = FEATURES.iter().map(|feature| feature.word).filter(ticked).collect();
    let value = match words.len() {
        0 => NONE.to_owned(),
        all if all == FEATURES.len() => String::new(),
        _ => words.join(","),
    };
    change(&ctx, &person, vec![("TWITCH_FEATURES".to_owned(), Some(value))], Typed::default()).await
}

/// POST /twitch/sign_in/{identity}
pub async fn begin(ctx: State<Ctx>, person: SignedIn, who: Path<String>) -> Result<Response, WebError> {
    order(ctx, person, who, TwitchOrder::BeginSignIn).await
}

/// POST /twitch/give_up/{identity}
pub async fn give_up(ctx: State<Ctx>, person: SignedIn, who: Path<String>) -> Result<Response, WebError> {
    order(ctx, person, who, TwitchOrder::EndSignIn).await
}

/// POST /twitch/sign_out/{identity}
pub async fn sign_out(ctx: State<Ctx>, person: SignedIn, who: Path<String>) -> Result<Response, WebError> {
    order(ctx, person, who, TwitchOrder::SignOut).await
}

/// GET /twitch/qr/{identity}: the link of the code that waits, as a picture.
pub async fn qr(State(ctx): State<Ctx>, person: SignedIn, Path(who): Path<String>) -> Result<Response, WebError> {
    allowed(&person)?;
    let who = Identity::from_word(&who).ok_or(WebError::NotFound)?;
    let link = ctx.cells.twitch.with(|twitch| match twitch.sign_in.get(&who) {
        Some(SignIn::Pending { verification_uri, .. }) => Some(verification_uri.clone()),
        _ => None,
    });
    let svg = link.as_deref().and_then(picture::picture).ok_or(WebError::NotFound)?;
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], svg).into_response())
}

fn allowed(person: &SignedIn) -> Result<(), WebError> {
    match may(person.0.role, OrderKind::SignIn) {
        true => Ok(()),
        false => Err(WebError::Forbidden(words::NOT_YOURS.to_owned())),
    }
}

async fn order(
    State(ctx): State<Ctx>,
    person: SignedIn,
    Path(who): Path<String>,
    order: fn(Identity) -> TwitchOrder,
) -> Result<Response, WebError> {
    let who = Identity::from_word(&who).ok_or(WebError::NotFound)?;
    let (status, text) = match ctx.desk.give(person.origin(), Order::Twitch(order(who))).await {
        Outcome::Done(_) => return Ok(Redirect::to("/twitch").into_response()),
        Outcome::Failed(text) => (StatusCode::UNPROCESSABLE_ENTITY, text),
        Outcome::TimedOut(text) => (StatusCode::GATEWAY_TIMEOUT, text),
        Outcome::Refused(text) => (StatusCode::FORBIDDEN, text),
    };
    refused(status, text, page(&ctx, &person, Typed::default()))
}

async fn change(
    ctx: &Ctx,
    person: &SignedIn,
    changes: Vec<(String, Option<String>)>,
    typed: Typed<'_>,
) -> Result<Response, WebError> {
    if changes.is_empty() {
        return Ok(Redirect::to("/twitch").into_response());
    }
    let Err((status, refusal)) = fields::give(ctx, person, changes).await else {
        return Ok(Redirect::to("/twitch?saved=1").into_response());
    };
    let page = page(ctx, person, Typed { refusal: &refusal, ..typed });
    let text = fields::summary(page.fields.iter(), &refusal);
    refused(status, text, page)
}

fn refused(status: StatusCode, text: String, mut page: TwitchPage) -> Result<Response, WebError> {
    page.refused = Some(text);
    Ok((status, html(&page)?).into_response())
}
