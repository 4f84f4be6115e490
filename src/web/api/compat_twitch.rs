//! Paths of Stream-Control (Python) that speak with Twitch. Answers have `success`, and `message` or
//! `error`; what upstream's own page reads stands beside it.

use crate::domain::command::{Order, Outcome, TwitchOrder};
use crate::domain::twitch::{Category, Live};
use crate::kit::clock;
use crate::web::api::answer;
use crate::web::auth::SignedIn;
use crate::web::ctx::Ctx;
use crate::web::error::WebError;
use crate::web::words;
use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

/// What is looked for.
#[derive(Deserialize)]
pub struct SearchQuery {
    #[serde(default)]
    query: String,
}

/// GET /twitch/search_categories?query=
pub async fn search_categories(
    State(ctx): State<Ctx>,
    _person: SignedIn,
    Query(SearchQuery { query }): Query<SearchQuery>,
) -> Response {
    let row = |one: &Category| json!({"id": one.id, "name": one.name, "box_art_url": one.box_art});
    match ctx.twitch.categories(&query).await {
        Ok(found) => {
            let categories: Vec<_> = found.iter().map(row).collect();
            Json(json!({"success": true, "categories": categories, "data": categories})).into_response()
        }
        Err(why) => failed(StatusCode::SERVICE_UNAVAILABLE, &why),
    }
}

/// GET /twitch/channel_info
pub async fn channel_info(State(ctx): State<Ctx>, _person: SignedIn) -> Response {
    let known = ctx.cells.twitch.with(|twitch| twitch.channel.clone());
    let Some(channel) = known else { return failed(StatusCode::SERVICE_UNAVAILABLE, words::CHANNEL_UNKNOWN) };
    let category = channel.category.unwrap_or_default();
    Json(json!({
        "success": true,
        "title": channel.title,
        "category_id": category.id,
        "category_name": category.name,
        "game_id": category.id,
        "game_name": category.name,
        "tags": channel.tags,
        "language": channel.language,
    }))
    .into_response()
}

/// GET /twitch/stream_info; 503 while unknown, since `false` would be a guess.
pub async fn stream_info(State(ctx): State<Ctx>, _person: SignedIn) -> Response {
    let (live, title) = ctx.cells.twitch.with(|twitch| {
        let title = twitch.channel.as_ref().map(|channel| channel.title.clone());
        (twitch.live.clone(), title)
    });
    match live {
        None => failed(StatusCode::SERVICE_UNAVAILABLE, words::CHANNEL_UNKNOWN),
        Some(Live::Off { .. }) => Json(json!({
            "success": true, "live": false, "is_live": false, "viewer_count": 0, "title": title,
        }))
        .into_response(),
        Some(Live::On { id, started_at, viewers, .. }) => Json(json!({
            "success": true,
            "live": true,
            "is_live": true,
            "id": id,
            "viewer_count": viewers,
            "started_at": started_at.0 / 1000,
            "uptime_seconds": clock::unix().since(started_at).0 / 1000,
            "title": title,
        }))
        .into_response(),
    }
}

/// Upstream's form sends both; what is left out stays.
#[derive(Deserialize)]
pub struct CategoryBody {
    category_id: Option<String>,
    title: Option<String>,
}

/// POST /twitch/update_category {category_id, title}
pub async fn update_category(
    State(ctx): State<Ctx>,
    person: SignedIn,
    body: Result<Json<CategoryBody>, JsonRejection>,
) -> Result<Response, WebError> {
    let CategoryBody { category_id, title } = answer::body(body, words::CATEGORY_SHAPE)?;
    let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    Ok(set(&ctx, &person, given(title), given(category_id)).await)
}

/// Which title.
#[derive(Deserialize)]
pub struct TitleBody {
    title: String,
}

/// POST /obs/update_title {title}: upstream keeps it among the paths of OBS, but it is Twitch's title.
pub async fn update_title(
    State(ctx): State<Ctx>,
    person: SignedIn,
    body: Result<Json<TitleBody>, JsonRejection>,
) -> Result<Response, WebError> {
    let TitleBody { title } = answer::body(body, words::TITLE_SHAPE)?;
    Ok(set(&ctx, &person, Some(title), None).await)
}

/// Which channel.
#[derive(Deserialize)]
pub struct RaidBody {
    channel_name: String,
}

/// POST /twitch/raid {channel_name}
pub async fn raid(
    State(ctx): State<Ctx>,
    person: SignedIn,
    body: Result<Json<RaidBody>, JsonRejection>,
) -> Result<Response, WebError> {
    let RaidBody { channel_name } = answer::body(body, words::RAID_SHAPE)?;
    Ok(give(&ctx, &person, TwitchOrder::StartRaid { channel: channel_name }).await)
}

async fn set(ctx: &Ctx, person: &SignedIn, title: Option<String>, category: Option<String>) -> Response {
    give(ctx, person, TwitchOrder::SetChannel { title, category, tags: None, labels: None }).await
}

async fn give(ctx: &Ctx, person: &SignedIn, order: TwitchOrder) -> Response {
    let outcome = ctx.desk.give(person.origin(), Order::Twitch(order)).await;
    match &outcome {
        Outcome::Done(text) => Json(json!({"success": true, "message": text})).into_response(),
        other => failed(answer::outcome(other).status(), other.text()),
    }
}

fn failed(status: StatusCode, why: &str) -> Response {
    (status, Json(json!({"success": false, "error": why}))).into_response()
}
