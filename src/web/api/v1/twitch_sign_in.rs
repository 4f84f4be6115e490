//! How each account is signed in to Twitch, and the orders for it.

use crate::domain::chat::Identity;
use crate::domain::command::{Order, TwitchOrder};
use crate::domain::twitch::SignIn;
use crate::kit::clock;
use crate::kit::units::UnixMs;
use crate::web::api::answer;
use crate::web::auth::SignedIn;
use crate::web::ctx::Ctx;
use crate::web::error::WebError;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Serialize;

/// The state of every account that is wanted.
#[derive(Serialize)]
pub struct Overview {
    /// The server's wall clock.
    t: UnixMs,
    accounts: Vec<Account>,
}

/// One account. Fields that have no meaning in a state are missing.
#[derive(Serialize)]
struct Account {
    identity: Identity,
    /// `unlinked`, `pending`, `linked`, `unknown`, `needs_sign_in`.
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    login: Option<String>,
    /// What is to be typed.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_code: Option<String>,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none")]
    verification_uri: Option<String>,
    /// The end of the code, of the access token, which is renewed before, or of a sign-in that cannot be
    /// renewed now.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<UnixMs>,
    /// Scopes that are wanted and were not given.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    missing: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// How the last try to sign in ended, where it did not end in a sign-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    in_vain: Option<String>,
}

/// GET /api/v1/twitch/sign_in
pub async fn show(State(ctx): State<Ctx>, _person: SignedIn) -> Json<Overview> {
    let bot = ctx.cells.config.with(|config| config.twitch.bot);
    let wanted = |who: &Identity| *who == Identity::Broadcaster || bot;
    let accounts = ctx.cells.twitch.with(|twitch| {
        let state = |who| Account {
            in_vain: twitch.in_vain.get(&who).cloned(),
            ..account(who, twitch.sign_in.get(&who).unwrap_or(&SignIn::Unlinked))
        };
        Identity::ALL.into_iter().filter(wanted).map(state).collect()
    });
    Json(Overview { t: clock::unix(), accounts })
}

/// POST /api/v1/twitch/sign_in/{identity}: begins a sign-in by code.
pub async fn begin(ctx: State<Ctx>, person: SignedIn, who: Path<String>) -> Result<Response, WebError> {
    give(ctx, person, who, TwitchOrder::BeginSignIn).await
}

/// POST /api/v1/twitch/give_up/{identity}
pub async fn give_up(ctx: State<Ctx>, person: SignedIn, who: Path<String>) -> Result<Response, WebError> {
    give(ctx, person, who, TwitchOrder::EndSignIn).await
}

/// POST /api/v1/twitch/sign_out/{identity}
pub async fn sign_out(ctx: State<Ctx>, person: SignedIn, who: Path<String>) -> Result<Response, WebError> {
    give(ctx, person, who, TwitchOrder::SignOut).await
}

async fn give(
    State(ctx): State<Ctx>,
    person: SignedIn,
    Path(who): Path<String>,
    order: fn(Identity) -> TwitchOrder,
) -> Result<Response, WebError> {
    let who = Identity::from_word(&who).ok_or(WebError::NotFound)?;
    Ok(answer::outcome(&ctx.desk.give(person.origin(), Order::Twitch(order(who))).await))
}

fn account(identity: Identity, state: &SignIn) -> Account {
    let bare = |state| Account {
        identity,
        state,
        login: None,
        user_code: None,
        verification_uri: None,
        expires_at: None,
        missing: Vec::new(),
        reason: None,
        in_vain: None,
    };
    match state.clone() {
        SignIn::Unlinked => bare("unlinked"),
        SignIn::Pending { user_code, verification_uri, expires_at } => Account {
            user_code: Some(user_code),
            verification_uri: Some(verification_uri),
            expires_at: Some(expires_at),
            ..bare("pending")
        },
        SignIn::Linked { login, expires_at, missing, unsaved, .. } => {
            Account { login: Some(login), expires_at: Some(expires_at), missing, reason: unsaved, ..bare("linked") }
        }
        SignIn::Unknown { reason, ends_at } => Account { reason: Some(reason), expires_at: ends_at, ..bare("unknown") },
        SignIn::NeedsSignIn { reason } => Account { reason: Some(reason), ..bare("needs_sign_in") },
    }
}
