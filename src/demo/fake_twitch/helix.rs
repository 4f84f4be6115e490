//! `/helix/`: the calls that a control room makes, with Twitch's scopes, limits and texts.

use super::call::{Call, found};
use super::faults::{Refusal, refuse};
use super::oauth::answered;
use super::world::{Said, Token, World};
use super::{Stage, ads, subscriptions};
use crate::kit::clock;
use axum::body::Bytes;
use axum::extract::{OriginalUri, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::time::Duration;

/// The categories that can be found.
const CATEGORIES: &[(&str, &str)] = &[
    ("509672", "IRL"),
    ("509658", "Just Chatting"),
    ("509671", "Travel & Outdoors"),
    ("26936", "Music"),
    ("33214", "Fortnite"),
    ("27471", "Minecraft"),
];
/// Content classification labels.
const LABELS: &[(&str, &str)] = &[
    ("DrugsIntoxication", "Drugs"),
    ("Gambling", "Gambling"),
    ("ProfanityVulgarity", "Profanity"),
    ("SexualThemes", "Sexual themes"),
];
/// Two equal messages closer than this: the second is dropped.
const DUPLICATE_MS: i64 = 30_000;

pub(super) async fn call(
    State(stage): State<Stage>,
    method: Method,
    OriginalUri(uri): OriginalUri,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path().trim_start_matches("/helix/").to_owned();
    let raid_secs = stage.world().manners.raid_secs;
    let mut response = answered(&stage, method.as_str(), &uri, &body, |world| {
        let query = url::form_urlencoded::parse(query.as_deref().unwrap_or_default().as_bytes()).into_owned().collect();
        match authorised(world, &headers) {
            Ok(token) => {
                let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
                route(method.as_str(), &path, &mut Call { token, query, body, world })
                    .unwrap_or_else(IntoResponse::into_response)
            }
            Err(refused) => refused.into_response(),
        }
    })
    .await;
    if method == Method::POST && path == "raids" && response.status().is_success() {
        let asked = stage.world().raids;
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(raid_secs)).await;
            let mut world = stage.world();
            // One that was taken back may have made room for another.
            if world.raids == asked {
                let from = world.raid.as_ref().map(|(from, _)| from.clone()).unwrap_or_default();
                let viewers = world.streams.get(&from).map_or(0, |stream| stream.viewers);
                world.send_raid(viewers);
            }
        });
    }
    if !response.headers().contains_key("ratelimit-limit") {
        let reset = clock::unix().0 / 1000 + 1;
        for (name, value) in [("ratelimit-limit", 800), ("ratelimit-remaining", 799), ("ratelimit-reset", reset)] {
            response.headers_mut().insert(name, HeaderValue::from(value));
        }
    }
    response
}

fn authorised(world: &World, headers: &HeaderMap) -> Result<Token, Refusal> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let access = header("authorization").strip_prefix("Bearer ").unwrap_or_default();
    let Some((token, _)) = world.alive(access) else {
        return Err(refuse(StatusCode::UNAUTHORIZED, "Invalid OAuth token"));
    };
    if token.client != header("client-id") {
        return Err(refuse(StatusCode::UNAUTHORIZED, "Client ID and OAuth token do not match"));
    }
    Ok(token.clone())
}

fn route(method: &str, path: &str, call: &mut Call<'_>) -> Result<Response, Refusal> {
    match (method, path) {
        ("GET", "users") => Ok(users(call)),
        ("GET", "channels") => Ok(channels(call)),
        ("PATCH", "channels") => change_channel(call),
        ("GET", "streams") => Ok(streams(call)),
        ("GET", "search/categories") => Ok(search_categories(call)),
        ("GET", "search/channels") => Ok(search_channels(call)),
        ("GET", "games") => Ok(found(CATEGORIES.iter().filter(|(id, _)| call.all("id").any(|one| one == *id)).map(category).collect())),
        ("GET", "content_classification_labels") => Ok(found(LABELS.iter().map(|(id, name)| json!({"id": id, "name": name, "description": name})).collect())),
        ("POST", "raids") => start_raid(call),
        ("DELETE", "raids") => cancel_raid(call),
        ("POST", "chat/messages") => say(call),
        ("POST", "chat/announcements") => announce(call),
        ("POST", "chat/shoutouts") => shoutout(call),
        ("POST", "streams/markers") => marker(call),
        ("POST", "clips") => clip(call),
        ("GET", "clips") if call.world.manners.clips_lost => Ok(found(Vec::new())),
        ("GET", "clips") => Ok(found(call.all("id").map(|id| json!({"id": id, "url": format!("https://clips.twitch.tv/{id}"), "title": "Clip", "duration": 30.0})).collect())),
        ("POST", "channels/commercial") => ads::run(call),
        ("GET", "channels/ads") => ads::schedule(call),
        ("POST", "channels/ads/schedule/snooze") => ads::snooze(call),
        ("GET", "channels/followers") => Ok(axum::Json(json!({"total": 1234, "data": [], "pagination": {}})).into_response()),
        ("POST", "eventsub/subscriptions") => subscriptions::create(call),
        ("GET", "eventsub/subscriptions") => Ok(subscriptions::list(call)),
        ("DELETE", "eventsub/subscriptions") => Ok(subscriptions::delete(call)),
        _ => Err(refuse(StatusCode::NOT_FOUND, "")),
    }
}

fn category(row: &(&str, &str)) -> Value {
    json!({"id": row.0, "name": row.1, "box_art_url": format!("https://static-cdn.jtvnw.net/ttv-boxart/{}-{{width}}x{{height}}.jpg", row.0), "igdb_id": ""})
}

fn category_name(id: &str) -> &'static str {
    CATEGORIES.iter().find(|(one, _)| *one == id).map_or("", |(_, name)| name)
}

fn users(call: &Call<'_>) -> Response {
    let all = |key| call.all(key).map(str::to_lowercase).collect::<Vec<String>>();
    let (mut ids, logins) = (all("id"), all("login"));
    if ids.is_empty() && logins.is_empty() {
        ids.push(call.token.user.clone());
    }
    let users = call.world.users.iter().filter(|user| ids.contains(&user.id) || logins.contains(&user.login));
    found(users.map(|user| json!({
        "id": user.id, "login": user.login, "display_name": user.name, "type": "", "broadcaster_type": "affiliate", "description": "",
        "profile_image_url": "https://static-cdn.jtvnw.net/jtv_user_pictures/none-profile_image-300x300.png",
        "offline_image_url": "", "view_count": 0, "created_at": "2020-01-01T00:00:00Z",
    })).collect())
}

fn channels(call: &Call<'_>) -> Response {
    let one = |id: &str| {
        let (user, channel) = (call.world.user(id)?, call.world.channels.get(id)?);
        Some(json!({
            "broadcaster_id": user.id, "broadcaster_login": user.login, "broadcaster_name": user.name, "broadcaster_language": "en",
            "game_id": channel.category, "game_name": category_name(&channel.category), "title": channel.title, "delay": 0,
            "tags": channel.tags, "content_classification_labels": channel.labels, "is_branded_content": false,
        }))
    };
    found(call.all("broadcaster_id").filter_map(one).collect())
}

fn change_channel(call: &mut Call<'_>) -> Result<Response, Refusal> {
    call.needs(&["channel:manage:broadcast"])?;
    let id = call.one("broadcaster_id").to_owned();
    call.own(&id)?;
    let bad = |message: &str| Err(refuse(StatusCode::BAD_REQUEST, message));
    let body = call.body.clone();
    let channel = call.world.channels.entry(id.clone()).or_default();
    if let Some(title) = body.get("title").and_then(Value::as_str) {
        if title.is_empty() || title.chars().count() > 140 {
            return bad("The title must be between 1 and 140 characters");
        }
        title.clone_into(&mut channel.title);
    }
    if let Some(tags) = body.get("tags").and_then(Value::as_array) {
        let tags: Vec<String> = tags.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        let fits = |tag: &String| tag.chars().count() <= 25 && tag.chars().all(char::is_alphanumeric);
        if tags.len() > 10 || !tags.iter().all(fits) {
            return bad("One or more tags are invalid");
        }
        channel.tags = tags;
    }
    if let Some(game) = body.get("game_id").and_then(Value::as_str) {
        channel.category = if game == "0" { String::new() } else { game.to_owned() };
    }
    for label in body.get("content_classification_labels").and_then(Value::as_array).into_iter().flatten() {
        let Some(id) = label.get("id").and_then(Value::as_str) else { return bad("label id missing") };
        channel.labels.retain(|one| one != id);
        if label.get("is_enabled") == Some(&Value::Bool(true)) {
            channel.labels.push(id.to_owned());
        }
    }
    let channel = channel.clone();
    let event = json!({"title": channel.title, "language": "en", "category_id": channel.category, "category_name": category_name(&channel.category), "content_classification_labels": channel.labels});
    call.world.emit_for(&id, "channel.update", event);
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn streams(call: &Call<'_>) -> Response {
    let one = |id: &str| {
        let (user, stream) = (call.world.user(id)?, call.world.streams.get(id)?);
        let channel = call.world.channels.get(id).cloned().unwrap_or_default();
        Some(json!({
            "id": stream.id, "user_id": user.id, "user_login": user.login, "user_name": user.name, "game_id": channel.category,
            "game_name": category_name(&channel.category), "type": "live", "title": channel.title, "viewer_count": stream.viewers,
            "started_at": call.world.stamp_of(stream.started), "language": "en", "thumbnail_url": "", "tag_ids": [], "tags": channel.tags, "is_mature": false,
        }))
    };
    let ids: Vec<String> = call
        .all("user_id")
        .chain(call.all("user_login"))
        .filter_map(|id| call.world.user(id))
        .map(|user| user.id.clone())
        .collect();
    found(ids.iter().filter_map(|id| one(id)).collect())
}

fn search_categories(call: &Call<'_>) -> Response {
    let query = call.one("query").to_lowercase();
    found(CATEGORIES.iter().filter(|(_, name)| name.to_lowercase().contains(&query)).map(category).collect())
}

fn search_channels(call: &Call<'_>) -> Response {
    let query = call.one("query").to_lowercase();
    let fits = call.world.users.iter().filter(|user| user.login.contains(&query));
    let row = |user: &super::User| {
        let channel = call.world.channels.get(&user.id).cloned().unwrap_or_default();
        json!({
            "id": user.id, "broadcaster_login": user.login, "display_name": user.name, "is_live": call.world.streams.contains_key(&user.id),
            "game_id": channel.category, "game_name": category_name(&channel.category), "title": channel.title, "tags": channel.tags, "tag_ids": [],
            "thumbnail_url": "", "started_at": "", "broadcaster_language": "en",
        })
    };
    found(fits.map(row).collect())
}

fn start_raid(call: &mut Call<'_>) -> Result<Response, Refusal> {
    call.needs(&["channel:manage:raids"])?;
    let (from, to) = (call.one("from_broadcaster_id").to_owned(), call.one("to_broadcaster_id").to_owned());
    call.own(&from)?;
    if from == to {
        return Err(refuse(
            StatusCode::BAD_REQUEST,
            "The IDs in from_broadcaster_id and to_broadcaster_id cannot be the same ID.",
        ));
    }
    if call.world.user(&to).is_none() {
        return Err(refuse(StatusCode::NOT_FOUND, "The targeted channel was not found."));
    }
    if call.world.raid.is_some() {
        return Err(refuse(
            StatusCode::CONFLICT,
            "The broadcaster is already in the process of raiding another channel.",
        ));
    }
    call.world.raid = Some((from, to));
    call.world.raids += 1;
    Ok(found(vec![json!({"created_at": call.world.stamp(), "is_mature": false})]))
}

fn cancel_raid(call: &mut Call<'_>) -> Result<Response, Refusal> {
    call.needs(&["channel:manage:raids"])?;
    match call.world.raid.take() {
        Some(_) => Ok(StatusCode::NO_CONTENT.into_response()),
        None => Err(refuse(StatusCode::NOT_FOUND, "The broadcaster doesn't have a pending raid to cancel.")),
    }
}

fn say(call: &mut Call<'_>) -> Result<Response, Refusal> {
    call.needs(&["user:write:chat"])?;
    let (sender, message, channel) =
        (call.text("sender_id").to_owned(), call.text("message").to_owned(), call.text("broadcaster_id").to_owned());
    call.own(&sender)?;
    if message.chars().count() > 500 {
        return Err(refuse(StatusCode::UNPROCESSABLE_ENTITY, "The message is too large"));
    }
    let now = clock::unix();
    let repeated = call
        .world
        .said
        .iter()
        .any(|said| said.sender == sender && said.message == message && now.0 - said.at.0 < DUPLICATE_MS);
    let dropped = call.world.manners.chat_dropped.or_else(|| {
        repeated.then_some((
            "msg_duplicate",
            "Your message was not sent because it is identical to the previous one you sent, less than 30 seconds ago.",
        ))
    });
    if let Some((code, why)) = dropped {
        return Ok(found(vec![
            json!({"message_id": "", "is_sent": false, "drop_reason": {"code": code, "message": why}}),
        ]));
    }
    call.world.said.push(Said { sender: sender.clone(), message: message.clone(), at: now });
    let badges: &[&str] = if sender == channel { &["broadcaster"] } else { &["moderator"] };
    let id = call.world.chat(&channel, &sender, &message, badges);
    Ok(found(vec![json!({"message_id": id, "is_sent": true, "drop_reason": null})]))
}

fn announce(call: &mut Call<'_>) -> Result<Response, Refusal> {
    call.needs(&["moderator:manage:announcements"])?;
    if call.text("message").is_empty() {
        return Err(refuse(StatusCode::BAD_REQUEST, "The message field is required"));
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn shoutout(call: &mut Call<'_>) -> Result<Response, Refusal> {
    call.needs(&["moderator:manage:shoutouts"])?;
    if !call.world.streams.contains_key(call.one("from_broadcaster_id")) {
        return Err(refuse(
            StatusCode::BAD_REQUEST,
            "The broadcaster is not streaming live or does not have one or more viewers.",
        ));
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn marker(call: &mut Call<'_>) -> Result<Response, Refusal> {
    call.needs(&["channel:manage:broadcast"])?;
    let Some(stream) = call.world.streams.get(call.text("user_id")).cloned() else {
        return Err(refuse(StatusCode::NOT_FOUND, "The user is not streaming live."));
    };
    let id = call.world.word("marker");
    let position = (clock::unix().0 - stream.started.0) / 1000;
    Ok(found(vec![
        json!({"id": id, "created_at": call.world.stamp(), "position_seconds": position, "description": call.text("description")}),
    ]))
}

fn clip(call: &mut Call<'_>) -> Result<Response, Refusal> {
    call.needs(&["clips:edit"])?;
    if !call.world.streams.contains_key(call.one("broadcaster_id")) {
        return Err(refuse(StatusCode::NOT_FOUND, "Clipping is not possible for an offline channel."));
    }
    let id = call.world.word("Clip");
    Ok((
        StatusCode::ACCEPTED,
        axum::Json(World::data(vec![json!({"id": id, "edit_url": format!("https://clips.twitch.tv/{id}/edit")})])),
    )
        .into_response())
}
