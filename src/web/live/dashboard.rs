//! /ws/live: everything on the Live page over one socket. Only the latest state is ever sent, so a
//! slow phone skips what it missed and no queue grows.

use super::board::Push;
use crate::web::auth::{SignedIn, token};
use crate::web::ctx::{Cells, Ctx};
use crate::web::error::WebError;
use crate::web::words;
use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::http::HeaderMap;
use axum::response::Response;
use std::time::Duration;

/// Largest message that a page may send; it has nothing to say but goodbye.
pub const MESSAGE_MAX: usize = 4 * 1024;

/// Silence is broken this often, so that the page knows that its values are of now.
const HEARTBEAT: Duration = Duration::from_millis(1500);

/// Changes that fall together are sent together.
const GATHER: Duration = Duration::from_millis(50);

/// A page that takes no bytes for this long is gone.
const SEND_TIME: Duration = Duration::from_secs(10);

/// A session is looked up again this often, so that signing out elsewhere ends the push.
const RECHECK: Duration = Duration::from_secs(60);

/// GET /ws/live
pub async fn open(
    State(ctx): State<Ctx>,
    _person: SignedIn,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, WebError> {
    seated(ctx, &headers, upgrade, push)
}

/// Takes a seat for one page and pushes to it until it leaves. `push` gets the session, which it looks
/// up again now and then.
pub fn seated<Push: Future<Output = ()> + Send>(
    ctx: Ctx,
    headers: &HeaderMap,
    upgrade: WebSocketUpgrade,
    push: impl FnOnce(WebSocket, Ctx, String) -> Push + Send + 'static,
) -> Result<Response, WebError> {
    let seat = ctx.live_seats.clone().try_acquire_owned();
    let seat = seat.map_err(|_| WebError::Unavailable(words::NO_SEAT.to_owned()))?;
    let session = token(headers).unwrap_or_default().to_owned();
    let upgrade = upgrade.max_message_size(MESSAGE_MAX).max_frame_size(MESSAGE_MAX);
    Ok(upgrade.on_upgrade(async move |socket| {
        push(socket, ctx, session).await;
        drop(seat);
    }))
}

async fn push(mut socket: WebSocket, ctx: Ctx, session: String) {
    let _watching = ctx.twitch.refresh().watch();
    let mut cells = ctx.cells.clone();
    let mut seen = 0;
    let mut recheck = tokio::time::interval(RECHECK);
    recheck.reset();
    loop {
        let push = super::since(&ctx, seen);
        seen = push.seq;
        if !send(&mut socket, &push).await {
            return;
        }
        let wait = tokio::time::sleep(HEARTBEAT);
        tokio::select! {
            () = ctx.stop.cancelled() => return goodbye(socket, close_code::AWAY, "the server stops").await,
            () = any_change(&mut cells) => tokio::time::sleep(GATHER).await,
            () = wait => {}
            end = heard(&mut socket) => match end {
                Heard::Silence => {}
                Heard::Gone => return,
                Heard::Speech => return goodbye(socket, close_code::POLICY, "this socket only sends").await,
            },
            _ = recheck.tick() => if ctx.access.person(&session).await.is_none() {
                return goodbye(socket, close_code::POLICY, "signed out").await;
            },
        }
    }
}

async fn send(socket: &mut WebSocket, push: &Push) -> bool {
    let Ok(text) = serde_json::to_string(push) else { return false };
    send_text(socket, text).await
}

/// Sends one text; false when the other side is gone or takes nothing.
pub async fn send_text(socket: &mut WebSocket, text: String) -> bool {
    let sent = tokio::time::timeout(SEND_TIME, socket.send(Message::Text(text.into()))).await;
    matches!(sent, Ok(Ok(())))
}

/// What the other side did.
pub enum Heard {
    /// Ping or pong: answered by the library.
    Silence,
    /// Closed or broken.
    Gone,
    /// Said something, which nobody here listens to.
    Speech,
}

/// Waits for the other side.
pub async fn heard(socket: &mut WebSocket) -> Heard {
    match socket.recv().await {
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Heard::Silence,
        Some(Ok(Message::Close(_)) | Err(_)) | None => Heard::Gone,
        Some(Ok(Message::Text(_) | Message::Binary(_))) => Heard::Speech,
    }
}

/// Ends a socket with a reason; does not wait long for the answer.
pub async fn goodbye(mut socket: WebSocket, code: u16, reason: &'static str) {
    let frame = CloseFrame { code, reason: reason.into() };
    let _ = tokio::time::timeout(Duration::from_secs(1), socket.send(Message::Close(Some(frame)))).await;
}

async fn any_change(cells: &mut Cells) {
    tokio::select! {
        () = cells.obs.changed() => {}
        () = cells.view.changed() => {}
        () = cells.feeds.changed() => {}
        () = cells.tail.changed() => {}
        () = cells.config.changed() => {}
        () = cells.tasks.changed() => {}
        () = cells.alerts.changed() => {}
        () = cells.raid.changed() => {}
        () = cells.twitch.changed() => {}
    }
}
