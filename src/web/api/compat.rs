//! The paths and fields of Stream-Control (Python), as far as their rooms are built.

use super::answer;
use super::v1::obs::SceneBody;
use crate::domain::alert::AlertKind;
use crate::domain::chat::Identity;
use crate::domain::command::{ObsOrder, Order, Outcome, RaiseAlert};
use crate::domain::ids::SceneName;
use crate::domain::server::Server;
use crate::domain::signal::{Feed, Feeds, Reach};
use crate::domain::twitch::{SignIn, Twitch};
use crate::domain::twitch_features::{CHAT, RAID_OUT, Wanted, is_wanted};
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

/// Upstream's word for the state of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum PartState {
    Ok,
    Offline,
    Error,
}

/// GET /api/sg_status: upstream's fields. Services of their own there are parts of this program here.
#[derive(Serialize)]
pub struct SgStatus {
    obs_connected: bool,
    raid_ws: bool,
    raid_subscribed: bool,
    chat_ws: bool,
    chat_subscribed: bool,
    token_valid: bool,
    /// Seconds; `null` while nobody is signed in.
    token_expires_in: Option<u64>,
    streamguard_state: PartState,
    /// Chat commands and the chat page: both live from the chat's events.
    chatbot_state: PartState,
    chatbot_autostart: bool,
    unified_chat_state: PartState,
    /// The ingest server, where it is of that kind.
    nginx_state: PartState,
    sls_state: PartState,
    /// Nothing here needs a stunnel.
    stunnel_state: PartState,
}

/// The connection that carries a subscription stands, and the subscription is confirmed.
fn heard(twitch: &Twitch, wanted: &Wanted) -> (bool, bool) {
    let carrier = twitch.subscription(wanted).map_or(Identity::Broadcaster, |one| one.identity);
    (twitch.is_open(carrier), twitch.hears(wanted))
}

/// How the chat stands: not wanted or nobody signed in, heard, or in trouble.
fn chat_state(twitch: &Twitch) -> PartState {
    match twitch.subscription(&CHAT) {
        None => PartState::Offline,
        Some(_) if twitch.hears(&CHAT) => PartState::Ok,
        Some(_) => PartState::Error,
    }
}

/// How the ingest servers of these kinds stand.
fn server_state(feeds: &Feeds, kinds: &[Server]) -> PartState {
    let of_kind = |feed: &&Feed| feed.server.is_some_and(|server| kinds.contains(&server));
    let mut ours = feeds.list.iter().map(|(_, feed)| feed).filter(of_kind).peekable();
    if ours.peek().is_none() {
        return PartState::Offline;
    }
    let answers = |feed: &Feed| feed.sample.as_ref().is_some_and(|sample| sample.reach == Reach::Ok);
    if ours.all(answers) { PartState::Ok } else { PartState::Error }
}

/// What is left of the broadcaster's token, in seconds.
fn token_left(twitch: &Twitch) -> Option<u64> {
    match twitch.sign_in.get(&Identity::Broadcaster) {
        Some(SignIn::Linked { expires_at, .. }) => Some(expires_at.since(clock::unix()).0 / 1000),
        _ => None,
    }
}

/// How automatic switching stands.
fn guard_state(ctx: &Ctx) -> PartState {
    let paused = ctx.cells.view.with(|view| view.paused.is_some());
    let down = ctx.cells.tasks.with(|tasks| tasks.iter().any(|task| task.name == GUARD && !task.running));
    match (down, paused) {
        (true, _) => PartState::Error,
        (false, true) => PartState::Offline,
        (false, false) => PartState::Ok,
    }
}

/// GET /api/sg_status
pub async fn sg_status(State(ctx): State<Ctx>, _person: SignedIn) -> Json<SgStatus> {
    let (twitch, feeds) = (ctx.cells.twitch.get(), ctx.cells.feeds.get());
    let ((raid_ws, raid_subscribed), (chat_ws, chat_subscribed)) = (heard(&twitch, &RAID_OUT), heard(&twitch, &CHAT));
    let token_expires_in = token_left(&twitch);
    let chat = chat_state(&twitch);
    let chatbot_autostart = ctx.cells.config.with(|config| {
        config.twitch.client_id.is_some() && is_wanted(&CHAT, &config.twitch.features, &config.twitch.events_off)
    });
    Json(SgStatus {
        obs_connected: ctx.cells.obs.with(|obs| obs.is_connected()),
        raid_ws,
        raid_subscribed,
        chat_ws,
        chat_subscribed,
        token_valid: token_expires_in.is_some_and(|left| left > 0),
        token_expires_in,
        streamguard_state: guard_state(&ctx),
        chatbot_state: chat,
        chatbot_autostart,
        unified_chat_state: chat,
        nginx_state: server_state(&feeds, &[Server::Nginx]),
        sls_state: server_state(&feeds, &[Server::Sls, Server::OpenIrl]),
        stunnel_state: PartState::Offline,
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::signal::Sample;
    use crate::kit::units::Mono;

    #[test]
    fn an_ingest_server_is_well_while_it_answers() {
        let feed = |server, reach| {
            let sample = Some(Sample::unreadable(Mono(0), reach));
            ("main".into(), Feed { server: Some(server), sample, ..Feed::default() })
        };
        let feeds = Feeds { list: vec![feed(Server::Nginx, Reach::Ok), feed(Server::OpenIrl, Reach::Timeout)] };
        let state = |kinds: &[Server]| server_state(&feeds, kinds);
        assert_eq!(state(&[Server::Nginx]), PartState::Ok);
        assert_eq!(state(&[Server::Sls, Server::OpenIrl]), PartState::Error);
        assert_eq!(state(&[Server::Srs]), PartState::Offline);
    }
}
