//! The paths and fields of Stream-Control (Python), as far as their rooms are built.

use super::answer;
use super::v1::obs::SceneBody;
use crate::domain::alert::AlertKind;
use crate::domain::chat::Identity;
use crate::domain::command::{ObsOrder, Order, Outcome, RaiseAlert};
use crate::domain::ids::SceneName;
use crate::domain::signal::{Feeds, Reach};
use crate::domain::twitch::{SignIn, Socket, SubscriptionState, Twitch};
use crate::kit::clock;
use crate::web::auth::{self, Caller, SignedIn};
use crate::web::ctx::Ctx;
use crate::web::error::WebError;
use crate::web::words;
use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};

/// The task whose health upstream calls `streamguard_state`.
const GUARD: &str = "failover";

/// The subscription that upstream calls `raid`, and the one it calls `chat`.
const RAID: &str = "channel.raid (out)";
const CHAT: &str = "channel.chat.message";

/// GET /api/sg_status: all of upstream's fields. States are `ok`, `offline` or `error`; what this version
/// does not watch is `null`, which upstream's own page shows as offline.
#[derive(Default, Serialize)]
pub struct SgStatus {
    obs_connected: bool,
    raid_ws: bool,
    raid_subscribed: bool,
    chat_ws: bool,
    chat_subscribed: bool,
    token_valid: bool,
    /// Seconds; `null` while nobody is signed in.
    token_expires_in: Option<u64>,
    streamguard_state: &'static str,
    /// Whether the first feed's server can be read.
    sls_state: &'static str,
    chatbot_state: Option<&'static str>,
    chatbot_autostart: Option<bool>,
    unified_chat_state: Option<&'static str>,
    nginx_state: Option<&'static str>,
    stunnel_state: Option<&'static str>,
}

/// The connection that carries a subscription stands, and the subscription is confirmed.
fn heard(twitch: &Twitch, name: &str) -> (bool, bool) {
    let found = twitch.subscriptions.iter().find(|one| one.name.starts_with(name));
    let carrier = found.map_or(Identity::Broadcaster, |one| one.identity);
    let open = matches!(twitch.sockets.get(&carrier), Some(Socket::Open { .. }));
    (open, open && found.is_some_and(|one| one.state == SubscriptionState::Active))
}

/// What is left of the broadcaster's token, in seconds.
fn token_left(twitch: &Twitch) -> Option<u64> {
    match twitch.sign_in.get(&Identity::Broadcaster) {
        Some(SignIn::Linked { expires_at, .. }) => Some(expires_at.since(clock::unix()).0 / 1000),
        _ => None,
    }
}

/// The first feed's server as upstream's word.
fn ingest(feeds: &Feeds) -> &'static str {
    match feeds.first().and_then(|feed| feed.sample.as_ref()).map(|sample| &sample.reach) {
        Some(Reach::Ok | Reach::Ambiguous(_)) => "ok",
        None | Some(Reach::NotSetUp) => "offline",
        Some(_) => "error",
    }
}

/// Whether automatic switching runs.
fn guard(ctx: &Ctx) -> &'static str {
    let paused = ctx.cells.view.with(|view| view.paused.is_some());
    let down = ctx.cells.tasks.with(|tasks| tasks.iter().any(|task| task.name == GUARD && !task.running));
    match (down, paused) {
        (true, _) => "error",
        (false, true) => "offline",
        (false, false) => "ok",
    }
}

/// GET /api/sg_status
pub async fn sg_status(State(ctx): State<Ctx>, _person: SignedIn) -> Json<SgStatus> {
    let status = SgStatus {
        obs_connected: ctx.cells.obs.with(|obs| obs.is_connected()),
        streamguard_state: guard(&ctx),
        sls_state: ctx.cells.feeds.with(ingest),
        ..SgStatus::default()
    };
    Json(ctx.cells.twitch.with(|twitch| {
        let ((raid_ws, raid_subscribed), (chat_ws, chat_subscribed)) = (heard(twitch, RAID), heard(twitch, CHAT));
        let token_expires_in = token_left(twitch);
        let token_valid = token_expires_in.is_some_and(|left| left > 0);
        SgStatus { raid_ws, raid_subscribed, chat_ws, chat_subscribed, token_valid, token_expires_in, ..status }
    }))
}

/// An alert as programs post it.
#[derive(Deserialize)]
pub struct AlertBody {
    #[serde(rename = "type")]
    kind: AlertKind,
    message: String,
}

/// POST /api/alert {type, message} with X-Alert-Token. Who asks is judged before what is asked.
pub async fn alert(
    State(ctx): State<Ctx>,
    caller: Caller,
    headers: HeaderMap,
    body: Result<Json<AlertBody>, JsonRejection>,
) -> Result<Response, WebError> {
    let origin = auth::program(&ctx, &caller, &headers)?;
    let AlertBody { kind, message } = answer::body(body, words::ALERT_SHAPE)?;
    let order = Order::Alerts(RaiseAlert { kind, message });
    Ok(answer::outcome(&ctx.desk.give(origin, order).await))
}

/// POST /obs/start_stream: as upstream, the starting scene is shown too.
pub async fn start_stream(State(ctx): State<Ctx>, person: SignedIn) -> Response {
    let started = give(&ctx, &person, ObsOrder::StartStream).await;
    let scene = ctx.cells.config.with(|config| Some(config.scenes.starting.clone()));
    answer::words(&then_show(&ctx, &person, started, scene, words::STARTING_SCENE).await)
}

/// POST /obs/stop_stream: as upstream, the offline scene is shown too.
pub async fn stop_stream(State(ctx): State<Ctx>, person: SignedIn) -> Response {
    let stopped = give(&ctx, &person, ObsOrder::StopStream).await;
    let scene = ctx.cells.config.with(|config| config.scenes.offline.clone());
    answer::words(&then_show(&ctx, &person, stopped, scene, words::OFFLINE_SCENE).await)
}

/// POST /obs/switch_scene {scene}
pub async fn switch_scene(
    State(ctx): State<Ctx>,
    person: SignedIn,
    body: Result<Json<SceneBody>, JsonRejection>,
) -> Result<Response, WebError> {
    let SceneBody { scene } = answer::body(body, words::SCENE_SHAPE)?;
    let order = ObsOrder::SwitchScene { scene, reason: words::CHOSEN_BY_HAND.to_owned() };
    Ok(answer::words(&give(&ctx, &person, order).await))
}

async fn give(ctx: &Ctx, person: &SignedIn, order: ObsOrder) -> Outcome {
    ctx.desk.give(person.origin(), Order::Obs(order)).await
}

/// Shows `scene` after a success, if OBS has it. The first order's end is the answer.
async fn then_show(ctx: &Ctx, person: &SignedIn, first: Outcome, scene: Option<SceneName>, why: &str) -> Outcome {
    let there = |scene: &SceneName| ctx.cells.obs.with(|obs| obs.scenes.contains(scene));
    let Some(scene) = scene.filter(|scene| first.is_done() && there(scene)) else { return first };
    match give(ctx, person, ObsOrder::SwitchScene { scene, reason: why.to_owned() }).await {
        Outcome::Done(_) => first,
        other => Outcome::Done(format!("{} {}", first.text(), other.text())),
    }
}

/// GET /obs/stream_status; upstream spells the first two in camel case.
#[derive(Serialize)]
pub struct StreamStatus {
    #[serde(rename = "isStreaming")]
    is_streaming: bool,
    #[serde(rename = "currentScene")]
    current_scene: Option<String>,
    server_now_unix: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    obs_uptime_seconds: Option<u64>,
}

/// GET /obs/stream_status; 503 while OBS cannot be read, since `false` would be a guess.
pub async fn stream_status(State(ctx): State<Ctx>, _person: SignedIn) -> Result<Json<StreamStatus>, WebError> {
    let now = clock::unix();
    ctx.cells.obs.with(|obs| {
        let live = obs.is_live().ok_or_else(|| WebError::Unavailable(words::OBS_AWAY.to_owned()))?;
        Ok(Json(StreamStatus {
            is_streaming: live,
            current_scene: obs.scene.as_ref().map(SceneName::to_string),
            server_now_unix: now.0 / 1000,
            obs_uptime_seconds: obs.live_since.filter(|_| live).map(|since| now.since(since).0 / 1000),
        }))
    })
}
