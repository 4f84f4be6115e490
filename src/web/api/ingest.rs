//! POST /ingest/push/{feed} and /ws/ingest/{feed}: statistics that servers and programs send by
//! themselves. No session is asked for, but the feed's key: `?key=` or `Authorization`.

use crate::domain::ids::FeedId;
use crate::features::ingest_watch::{LARGEST, Refusal};
use crate::web::ctx::Ctx;
use crate::web::error::WebError;
use crate::web::live::dashboard::{goodbye, send_text};
use crate::web::words;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;

/// Finds senders that are gone.
const PING: Duration = Duration::from_secs(20);

/// The key, where the address carries it.
#[derive(Deserialize)]
pub struct Key {
    key: Option<String>,
}

/// POST /ingest/push/{feed}: 204, or 401, 404, 413, 422 and 429 with words.
pub async fn push(
    State(ctx): State<Ctx>,
    Path(feed): Path<String>,
    Query(asked): Query<Key>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, WebError> {
    let (feed, key) = (FeedId(feed), key(asked, &headers));
    // Who sends is judged before what is sent.
    ctx.ingest.admit(&feed, &key).map_err(refused)?;
    let body = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => WebError::TooLarge,
        _ => WebError::Bad(words::PUSH_BROKE_OFF.to_owned()),
    })?;
    ctx.ingest.push(&feed, &key, &body).map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

/// GET /ws/ingest/{feed}: each text is a document. One that is not taken is answered with
/// `{"error": words}`; nothing else is ever sent.
pub async fn open(
    State(ctx): State<Ctx>,
    Path(feed): Path<String>,
    Query(asked): Query<Key>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, WebError> {
    let (feed, key) = (FeedId(feed), key(asked, &headers));
    ctx.ingest.admit(&feed, &key).map_err(refused)?;
    let seat = ctx.ingest_seats.clone().try_acquire_owned();
    let seat = seat.map_err(|_| WebError::Unavailable(words::NO_SEAT.to_owned()))?;
    let upgrade = upgrade.max_message_size(LARGEST).max_frame_size(LARGEST);
    Ok(upgrade.on_upgrade(move |socket| listen(socket, ctx, feed, key, seat)))
}

async fn listen(mut socket: WebSocket, ctx: Ctx, feed: FeedId, key: Vec<u8>, _seat: OwnedSemaphorePermit) {
    let mut ping = tokio::time::interval(PING);
    loop {
        let text = tokio::select! {
            () = ctx.stop.cancelled() => return goodbye(socket, close_code::AWAY, "the server stops").await,
            _ = ping.tick() => {
                if !matches!(tokio::time::timeout(PING, socket.send(Message::Ping(Vec::new().into()))).await, Ok(Ok(()))) {
                    return;
                }
                continue;
            }
            message = socket.recv() => match message {
                Some(Ok(Message::Text(text))) => text,
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                Some(Ok(Message::Binary(_))) => return goodbye(socket, close_code::UNSUPPORTED, "send text").await,
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
            },
        };
        match ctx.ingest.push(&feed, &key, text.as_bytes()) {
            Ok(()) => {}
            Err(Refusal::Key | Refusal::NoFeed(_)) => {
                return goodbye(socket, close_code::POLICY, "the settings have changed").await;
            }
            Err(refusal) => {
                if !send_text(&mut socket, json!({ "error": refusal.to_string() }).to_string()).await {
                    return;
                }
            }
        }
    }
}

/// `?key=`, else `Authorization` as it is or behind "Bearer".
fn key(asked: Key, headers: &HeaderMap) -> Vec<u8> {
    let line = headers.get(header::AUTHORIZATION).map(|line| line.as_bytes()).unwrap_or_default();
    let line = line.strip_prefix(b"Bearer ").unwrap_or(line);
    asked.key.map_or_else(|| line.to_vec(), String::into_bytes)
}

fn refused(refusal: Refusal) -> WebError {
    let words = refusal.to_string();
    match refusal {
        Refusal::NoFeed(_) => WebError::Missing(words),
        Refusal::Key => WebError::Key(words),
        Refusal::TooOften => WebError::TooMany(words),
        Refusal::Unreadable(_) => WebError::Unreadable(words),
    }
}
