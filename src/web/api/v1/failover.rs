//! Orders to automatic switching.

use crate::domain::command::{FailoverOrder, Order};
use crate::web::api::answer;
use crate::web::auth::SignedIn;
use crate::web::ctx::Ctx;
use axum::extract::State;
use axum::response::Response;

/// POST /api/v1/failover/pause
pub async fn pause(State(ctx): State<Ctx>, person: SignedIn) -> Response {
    answer::outcome(&ctx.desk.give(person.origin(), Order::Failover(FailoverOrder::Pause)).await)
}

/// POST /api/v1/failover/resume
pub async fn resume(State(ctx): State<Ctx>, person: SignedIn) -> Response {
    answer::outcome(&ctx.desk.give(person.origin(), Order::Failover(FailoverOrder::Resume)).await)
}
