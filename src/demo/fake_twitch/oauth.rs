//! `/oauth2/`: device code, code grant, refresh, validate, revoke, by Twitch's own texts.

use super::faults::{Fault, error};
use super::world::{Asked, Code, Device, Typed, World};
use super::{BROADCASTER, Stage};
use crate::kit::clock;
use crate::kit::units::UnixMs;
use axum::body::Bytes;
use axum::extract::{OriginalUri, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde_json::json;
use std::collections::HashMap;

type Fields = HashMap<String, String>;

/// Twitch takes parameters from the query and from the body.
fn fields(query: Option<&str>, body: &[u8]) -> Fields {
    let query = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    query.chain(url::form_urlencoded::parse(body)).map(|(key, value)| (key.into_owned(), value.into_owned())).collect()
}

fn field<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.get(name).map_or("", String::as_str)
}

fn scopes(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// Runs a request through the planned faults and writes it down.
pub(super) async fn answered(
    stage: &Stage,
    method: &str,
    uri: &axum::http::Uri,
    body: &[u8],
    answer: impl FnOnce(&mut World) -> Response,
) -> Response {
    let fault = stage.world().planned_fault(uri.path());
    if let Some(Fault::Late(wait)) = &fault {
        tokio::time::sleep(*wait).await;
    }
    let response = {
        let mut world = stage.world();
        let wrong = fault.as_ref().and_then(|fault| fault.answer(clock::unix().0 / 1000));
        let response = wrong.unwrap_or_else(|| answer(&mut world));
        let (method, target) = (method.to_owned(), uri.to_string());
        let body = String::from_utf8_lossy(body).into_owned();
        world.note(Asked { at: clock::mono(), method, target, body, status: response.status().as_u16() });
        response
    };
    if fault == Some(Fault::LostReply) {
        std::future::pending::<()>().await;
    }
    response
}

/// The consent page of the code grant. The account that agrees is named by `as`, else the channel's.
pub(super) async fn authorize(State(stage): State<Stage>, RawQuery(query): RawQuery) -> Response {
    let asked = fields(query.as_deref(), &[]);
    let (redirect, state) = (field(&asked, "redirect_uri").to_owned(), field(&asked, "state").to_owned());
    let Ok(mut back) = url::Url::parse(&redirect) else { return error(StatusCode::BAD_REQUEST, "redirect_mismatch") };
    let mut world = stage.world();
    if field(&asked, "deny") == "1" {
        back.query_pairs_mut()
            .append_pair("error", "access_denied")
            .append_pair("error_description", "The user denied you access")
            .append_pair("state", &state);
        return Redirect::to(back.as_str()).into_response();
    }
    let user = asked.get("as").cloned().unwrap_or_else(|| BROADCASTER.to_owned());
    let code = world.word("code");
    let granted = scopes(field(&asked, "scope"));
    world
        .codes
        .insert(code.clone(), Code { user, client: field(&asked, "client_id").to_owned(), redirect, scopes: granted });
    back.query_pairs_mut()
        .append_pair("code", &code)
        .append_pair("scope", field(&asked, "scope"))
        .append_pair("state", &state);
    Redirect::to(back.as_str()).into_response()
}

pub(super) async fn device(
    State(stage): State<Stage>,
    OriginalUri(uri): OriginalUri,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Response {
    let asked = fields(query.as_deref(), &body);
    let base = format!("http://{}/activate", stage.address);
    answered(&stage, "POST", &uri, &body, |world| {
        let client = field(&asked, "client_id").to_owned();
        if !world.apps.contains_key(&client) {
            return error(StatusCode::BAD_REQUEST, "invalid client");
        }
        let device_code = world.word("device");
        let user_code = format!("MIA{:05}", world.number(10_000) % 100_000);
        let expires = UnixMs(clock::unix().0 + world.manners.device_life * 1000);
        let granted = scopes(field(&asked, "scopes"));
        let device = Device { user_code: user_code.clone(), client, scopes: granted, expires, typed: Typed::NotYet };
        world.devices.insert(device_code.clone(), device);
        axum::Json(json!({
            "device_code": device_code, "expires_in": world.manners.device_life, "interval": world.manners.device_interval,
            "user_code": user_code, "verification_uri": format!("{base}?public=true&device-code={user_code}"),
        }))
        .into_response()
    })
    .await
}

pub(super) async fn token(
    State(stage): State<Stage>,
    OriginalUri(uri): OriginalUri,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Response {
    let asked = fields(query.as_deref(), &body);
    answered(&stage, "POST", &uri, &body, |world| match field(&asked, "grant_type") {
        "urn:ietf:params:oauth:grant-type:device_code" => by_device(world, &asked),
        "authorization_code" => by_code(world, &asked),
        "refresh_token" => by_refresh(world, &asked),
        _ => error(StatusCode::BAD_REQUEST, "invalid grant type"),
    })
    .await
}

fn by_device(world: &mut World, asked: &Fields) -> Response {
    let code = field(asked, "device_code");
    let Some(device) = world.devices.get(code).cloned() else {
        return error(StatusCode::BAD_REQUEST, "invalid device code");
    };
    if device.expires < clock::unix() || device.client != field(asked, "client_id") {
        return error(StatusCode::BAD_REQUEST, "invalid device code");
    }
    match device.typed {
        Typed::NotYet => error(StatusCode::BAD_REQUEST, "authorization_pending"),
        Typed::Denied => {
            world.devices.remove(code);
            error(StatusCode::BAD_REQUEST, "access_denied")
        }
        Typed::By(user) => {
            world.devices.remove(code);
            granted(world, &device.client, &user, device.scopes)
        }
    }
}

fn by_code(world: &mut World, asked: &Fields) -> Response {
    let Some(code) = world.codes.remove(field(asked, "code")) else {
        return error(StatusCode::BAD_REQUEST, "Invalid authorization code");
    };
    if code.client != field(asked, "client_id") || code.redirect != field(asked, "redirect_uri") {
        return error(StatusCode::BAD_REQUEST, "Parameter redirect_uri does not match registered URI");
    }
    if !secret_fits(world, asked) {
        return error(StatusCode::FORBIDDEN, "invalid client secret");
    }
    granted(world, &code.client, &code.user, code.scopes)
}

/// Refresh tokens of Public applications work once; those of Confidential ones go on.
fn by_refresh(world: &mut World, asked: &Fields) -> Response {
    if !secret_fits(world, asked) {
        return error(StatusCode::FORBIDDEN, "invalid client secret");
    }
    let given = field(asked, "refresh_token");
    let public = world.apps.get(field(asked, "client_id")).is_some_and(Option::is_none);
    let Some(refresh) =
        world.refreshes.get_mut(given).filter(|one| !one.used && one.client == field(asked, "client_id"))
    else {
        return error(StatusCode::BAD_REQUEST, "Invalid refresh token");
    };
    refresh.used = public;
    let refresh = refresh.clone();
    granted(world, &refresh.client, &refresh.user, refresh.scopes)
}

fn secret_fits(world: &World, asked: &Fields) -> bool {
    let app = world.apps.get(field(asked, "client_id"));
    app.is_some_and(|secret| secret.as_deref().is_none_or(|secret| secret == field(asked, "client_secret")))
}

fn granted(world: &mut World, client: &str, user: &str, scopes: Vec<String>) -> Response {
    let (access, refresh) = world.mint(client, user, scopes.clone());
    axum::Json(json!({
        "access_token": access, "refresh_token": refresh, "expires_in": world.manners.token_life,
        "scope": scopes, "token_type": "bearer",
    }))
    .into_response()
}

pub(super) async fn validate(
    State(stage): State<Stage>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let access = given.strip_prefix("OAuth ").or_else(|| given.strip_prefix("Bearer ")).unwrap_or_default().to_owned();
    answered(&stage, "GET", &uri, &[], |world| match world.alive(&access) {
        Some((token, login)) => axum::Json(json!({
            "client_id": token.client, "login": login, "scopes": token.scopes, "user_id": token.user,
            "expires_in": (token.expires.0 - clock::unix().0) / 1000,
        }))
        .into_response(),
        None => (StatusCode::UNAUTHORIZED, axum::Json(json!({"status": 401, "message": "invalid access token"})))
            .into_response(),
    })
    .await
}

pub(super) async fn revoke(
    State(stage): State<Stage>,
    OriginalUri(uri): OriginalUri,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Response {
    let asked = fields(query.as_deref(), &body);
    answered(&stage, "POST", &uri, &body, |world| match world.tokens.remove(field(&asked, "token")) {
        Some(token) => {
            // Twitch takes the whole grant back: the refresh token dies too.
            world.refreshes.retain(|_, refresh| refresh.user != token.user || refresh.client != token.client);
            StatusCode::OK.into_response()
        }
        None => error(StatusCode::BAD_REQUEST, "Invalid token"),
    })
    .await
}

/// The page on which a person types the code: for the demo and for playing by hand.
pub(super) async fn activation_page(RawQuery(query): RawQuery) -> Html<String> {
    let asked = fields(query.as_deref(), &[]);
    let code: String = field(&asked, "device-code").chars().filter(char::is_ascii_alphanumeric).collect();
    Html(format!(
        "<!doctype html><title>Activate</title><h1>A made-up Twitch</h1><form method=post>\
         <p><label>Code <input name=code value=\"{code}\"></label></p>\
         <p><button name=as value=40112233>Agree as Mobile_Mia</button> \
         <button name=as value=60123456>Agree as MiasBot</button> <button name=deny value=1>Refuse</button></p></form>"
    ))
}

pub(super) async fn activate(State(stage): State<Stage>, body: Bytes) -> Html<&'static str> {
    let asked = fields(None, &body);
    let typed = if field(&asked, "deny") == "1" { Typed::Denied } else { Typed::By(field(&asked, "as").to_owned()) };
    let found = stage.world().type_device(Some(field(&asked, "code")), typed);
    Html(if found { "Done. You can close this page." } else { "This code is unknown or was used." })
}

impl World {
    /// The token, if it lives, and its account's name.
    pub(super) fn alive(&self, access: &str) -> Option<(&super::world::Token, String)> {
        let token = self.tokens.get(access).filter(|token| token.expires > clock::unix())?;
        Some((token, self.user(&token.user).map(|user| user.login.clone()).unwrap_or_default()))
    }
}
