//! The Live page's snapshot: what the WebSocket pushes, whole.

use crate::web::auth::SignedIn;
use crate::web::ctx::Ctx;
use crate::web::live;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::{Map, Value};

/// Every section and the number of the newest change in them.
#[derive(Serialize)]
pub struct Snapshot {
    seq: u64,
    t: crate::kit::units::UnixMs,
    sections: Map<String, Value>,
}

impl Snapshot {
    /// The state of this moment.
    pub fn take(ctx: &Ctx) -> Self {
        let whole = live::since(ctx, 0);
        Self { seq: whole.seq, t: whole.t, sections: whole.set }
    }
}

/// GET /api/v1/live
pub async fn snapshot(State(ctx): State<Ctx>, _person: SignedIn) -> Json<Snapshot> {
    Json(Snapshot::take(&ctx))
}
