//! Orders to OBS.

use crate::domain::command::{ObsOrder, Order};
use crate::domain::ids::SceneName;
use crate::web::api::answer;
use crate::web::auth::SignedIn;
use crate::web::ctx::Ctx;
use crate::web::error::WebError;
use crate::web::words;
use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::response::Response;
use serde::Deserialize;

/// Which scene.
#[derive(Deserialize)]
pub struct SceneBody {
    /// As OBS spells it.
    pub scene: SceneName,
}

/// POST /api/v1/obs/start
pub async fn start(State(ctx): State<Ctx>, person: SignedIn) -> Response {
    give(&ctx, &person, ObsOrder::StartStream).await
}

/// POST /api/v1/obs/stop
pub async fn stop(State(ctx): State<Ctx>, person: SignedIn) -> Response {
    give(&ctx, &person, ObsOrder::StopStream).await
}

/// POST /api/v1/obs/scene {scene}
pub async fn scene(
    State(ctx): State<Ctx>,
    person: SignedIn,
    body: Result<Json<SceneBody>, JsonRejection>,
) -> Result<Response, WebError> {
    let SceneBody { scene } = answer::body(body, words::SCENE_SHAPE)?;
    Ok(give(&ctx, &person, ObsOrder::SwitchScene { scene, reason: words::CHOSEN_BY_HAND.to_owned() }).await)
}

/// POST /api/v1/obs/media_restart
pub async fn media_restart(State(ctx): State<Ctx>, person: SignedIn) -> Response {
    give(&ctx, &person, ObsOrder::RestartMedia { feed: None }).await
}

/// POST /api/v1/obs/record_start
pub async fn record_start(State(ctx): State<Ctx>, person: SignedIn) -> Response {
    give(&ctx, &person, ObsOrder::StartRecord).await
}

/// POST /api/v1/obs/record_stop
pub async fn record_stop(State(ctx): State<Ctx>, person: SignedIn) -> Response {
    give(&ctx, &person, ObsOrder::StopRecord).await
}

async fn give(ctx: &Ctx, person: &SignedIn, order: ObsOrder) -> Response {
    answer::outcome(&ctx.desk.give(person.origin(), Order::Obs(order)).await)
}
