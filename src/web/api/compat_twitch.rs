//! Paths of Stream-Control (Python) that speak with Twitch, in its form: questions answer JSON, orders a
//! sentence, errors of `channel_info` and `stream_info` `{error}`, all others a sentence.

use crate::domain::command::{Order, TwitchOrder};
use crate::domain::twitch::{Category, Live, Twitch};
use crate::kit::clock;
use crate::kit::units::UnixMs;
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
use serde_json::{Value, json};

/// What is looked for.
#[derive(Deserialize)]
pub struct SearchQuery {
    #[serde(default)]
    query: String,
}

/// GET /twitch/search_categories?query=: as Helix answers.
pub async fn search_categories(
    State(ctx): State<Ctx>,
    _person: SignedIn,
    Query(SearchQuery { query }): Query<SearchQuery>,
) -> Response {
    if query.trim().is_empty() {
        return answer::plain(StatusCode::BAD_REQUEST, words::QUERY_MISSING);
    }
    let row = |one: &Category| json!({"id": one.id, "name": one.name, "box_art_url": one.box_art});
    match ctx.twitch.categories(&query).await {
        Ok(found) => {
            let found: Vec<_> = found.iter().map(row).collect();
            Json(json!({"data": found, "pagination": {}})).into_response()
        }
        Err(why) => answer::plain(StatusCode::SERVICE_UNAVAILABLE, &why),
    }
}

/// GET /twitch/channel_info; the name as shown, as in Helix's answer, which upstream passes on.
pub async fn channel_info(State(ctx): State<Ctx>, _person: SignedIn) -> Response {
    told(ctx.cells.twitch.with(|twitch| {
        let channel = twitch.channel.as_ref()?;
        let category = channel.category.clone().unwrap_or_default();
        Some(json!({
            "title": channel.title,
            "category": {"name": category.name, "id": category.id},
            "broadcaster_name": channel.name,
        }))
    }))
}

/// GET /twitch/stream_info; 503 while unknown, since `false` would be a guess.
pub async fn stream_info(State(ctx): State<Ctx>, _person: SignedIn) -> Response {
    told(ctx.cells.twitch.with(|twitch| stream(twitch, clock::unix())))
}

fn stream(twitch: &Twitch, now: UnixMs) -> Option<Value> {
    let server_now_unix = now.0 / 1000;
    let (started_at, viewers) = match twitch.live_at(now)? {
        Live::Off { .. } => {
            return Some(json!({"is_live": false, "viewer_count": 0, "server_now_unix": server_now_unix}));
        }
        Live::On { started_at, viewers, .. } => (*started_at, *viewers),
    };
    let channel = twitch.channel.clone().unwrap_or_default();
    let stamp = jiff::Timestamp::from_millisecond(started_at.0).map(|at| format!("{at:.0}")).unwrap_or_default();
    Some(json!({
        "is_live": true,
        "viewer_count": viewers,
        "title": channel.title,
        "game_name": channel.category.unwrap_or_default().name,
        "started_at": stamp,
        "started_at_unix": started_at.0 / 1000,
        "server_now_unix": server_now_unix,
        "uptime_seconds": now.since(started_at).0 / 1000,
    }))
}

fn told(known: Option<Value>) -> Response {
    match known {
        Some(known) => Json(known).into_response(),
        None => (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"error": words::CHANNEL_UNKNOWN}))).into_response(),
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

/// POST /twitch/raid {channel_name}: upstream knows channels by their names alone.
pub async fn raid(
    State(ctx): State<Ctx>,
    person: SignedIn,
    body: Result<Json<RaidBody>, JsonRejection>,
) -> Result<Response, WebError> {
    let RaidBody { channel_name } = answer::body(body, words::RAID_SHAPE)?;
    Ok(give(&ctx, &person, TwitchOrder::StartRaid { channel: format!("@{channel_name}") }).await)
}

async fn set(ctx: &Ctx, person: &SignedIn, title: Option<String>, category: Option<String>) -> Response {
    give(ctx, person, TwitchOrder::SetChannel { title, category, tags: None, labels: None }).await
}

async fn give(ctx: &Ctx, person: &SignedIn, order: TwitchOrder) -> Response {
    answer::words(&ctx.desk.give(person.origin(), Order::Twitch(order)).await)
}
