//! /ws/alerts: every alert to every overlay, `{id,type,message,ts}` as Stream-Control (Python) sends
//! it. Needs no login, takes nothing in. With `?beat=1` it also sends `{"type":"beat"}` in between: a
//! page cannot see pings, and without a word now and then it would wait for ever at a dead socket.

use super::dashboard::{Heard, MESSAGE_MAX, goodbye, heard, send_text};
use crate::domain::event::Fact;
use crate::runtime::bus::Listener;
use crate::web::auth::Caller;
use crate::web::ctx::Ctx;
use crate::web::error::WebError;
use crate::web::words;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Keeps proxies from closing a silent socket, and finds overlays that are gone.
const PING: Duration = Duration::from_secs(20);

/// What a page is sent in place of a ping.
const BEAT: &str = r#"{"type":"beat"}"#;

/// One of all seats, and one of those for the world outside.
type Seat = (OwnedSemaphorePermit, Option<OwnedSemaphorePermit>);

/// What the other side wants besides alerts.
#[derive(Deserialize)]
pub struct Wants {
    beat: Option<String>,
}

/// GET /ws/alerts
pub async fn open(
    State(ctx): State<Ctx>,
    caller: Caller,
    Query(wants): Query<Wants>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, WebError> {
    let take = |seats: &Arc<Semaphore>| seats.clone().try_acquire_owned();
    let full = |_| WebError::Unavailable(words::NO_SEAT.to_owned());
    let far = (!caller.near).then(|| take(&ctx.far_seats)).transpose().map_err(full)?;
    let seat = (take(&ctx.overlay_seats).map_err(full)?, far);
    // Listening begins before the handshake's answer, so that no alert falls between the two.
    let facts = ctx.bus.listen();
    let upgrade = upgrade.max_message_size(MESSAGE_MAX).max_frame_size(MESSAGE_MAX);
    Ok(upgrade.on_upgrade(move |socket| speak(socket, facts, ctx, wants.beat.is_some(), seat)))
}

async fn speak(mut socket: WebSocket, mut facts: Listener, ctx: Ctx, beat: bool, _seat: Seat) {
    let mut ping = tokio::time::interval(PING);
    loop {
        tokio::select! {
            () = ctx.stop.cancelled() => return goodbye(socket, close_code::AWAY, "the server stops").await,
            fact = facts.next() => match fact {
                Some(Fact::AlertRaised(alert)) => {
                    let Ok(text) = serde_json::to_string(&alert) else { continue };
                    if !send_text(&mut socket, text).await {
                        return;
                    }
                }
                Some(_) => {}
                None => return goodbye(socket, close_code::AWAY, "the server stops").await,
            },
            end = heard(&mut socket) => match end {
                Heard::Silence => {}
                Heard::Gone => return,
                Heard::Speech => return goodbye(socket, close_code::POLICY, "this socket only sends").await,
            },
            _ = ping.tick() => {
                let message = if beat { Message::text(BEAT) } else { Message::Ping(Vec::new().into()) };
                let sent = tokio::time::timeout(PING, socket.send(message)).await;
                if !matches!(sent, Ok(Ok(()))) {
                    return;
                }
            }
        }
    }
}
