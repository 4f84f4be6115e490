//! Orders to the room that ends the show after a raid.

use crate::domain::command::{Order, RaidOrder};
use crate::web::api::answer;
use crate::web::auth::SignedIn;
use crate::web::ctx::Ctx;
use axum::extract::State;
use axum::response::Response;

/// POST /api/v1/raid/cancel: the show goes on; the raid itself is taken back while Twitch counts.
pub async fn cancel(State(ctx): State<Ctx>, person: SignedIn) -> Response {
    answer::outcome(&ctx.desk.give(person.origin(), Order::Raid(RaidOrder::Cancel)).await)
}

/// POST /api/v1/raid/stop_now: the raid went out, or nobody wants to wait.
pub async fn stop_now(State(ctx): State<Ctx>, person: SignedIn) -> Response {
    answer::outcome(&ctx.desk.give(person.origin(), Order::Raid(RaidOrder::StopNow)).await)
}
