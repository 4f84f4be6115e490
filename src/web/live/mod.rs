//! What is pushed: the Live page's view, its sections with sequence numbers, and the WebSockets.

pub mod alerts;
pub mod board;
pub mod chat;
pub mod dashboard;
pub mod raid;
pub mod sections;
pub mod twitch;
pub mod view;

use crate::kit::clock;
use crate::web::ctx::Ctx;
use board::Push;

/// What changed on the Live page since `seen`; everything for `seen` = 0.
pub fn since(ctx: &Ctx, seen: u64) -> Push {
    ctx.board.since(seen, clock::unix(), || view::compose_all(ctx))
}
