//! One EventSub socket: welcome, keepalives, what the world pushes, and Twitch's close codes.

use super::outlet::{Out, QUEUE, Session};
use super::{Stage, world};
use crate::kit::clock;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

/// What the address may say.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    keepalive_timeout_seconds: Option<u64>,
    /// The session that moves here (`reconnect_url`).
    id: Option<String>,
}

/// Twitch's default, and the bounds that it clamps to.
const KEEPALIVE: (u64, u64, u64) = (10, 10, 600);

pub(super) async fn open(
    State(stage): State<Stage>,
    Query(asked): Query<Asked>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let (method, target) = ("GET".to_owned(), "/ws".to_owned());
    stage.world().note(world::Asked { at: clock::mono(), method, target, body: String::new(), status: 101 });
    upgrade.on_upgrade(move |socket| serve(stage, asked, socket))
}

async fn serve(stage: Stage, asked: Asked, mut socket: WebSocket) {
    let (sender, mut orders) = mpsc::channel(QUEUE);
    let Some((id, keepalive, welcome)) = join(&stage, &asked, sender.clone()) else {
        return close(&mut socket, 4007).await;
    };
    let silent = stage.world().manners.silent;
    if !silent && socket.send(Message::Text(welcome.into())).await.is_err() {
        return leave(&stage, &id, &sender);
    }
    let beat = Duration::from_secs(keepalive);
    let mut due = Instant::now() + beat;
    let mut unused = tokio::time::interval(Duration::from_millis(100));
    loop {
        tokio::select! {
            () = stage.stop.cancelled() => break,
            order = orders.recv() => match order {
                Some(Out::Text(text)) => {
                    due = Instant::now() + beat;
                    if socket.send(Message::Text(text.into())).await.is_err() {
                        break;
                    }
                }
                Some(Out::Close(code)) => { close(&mut socket, code).await; break }
                Some(Out::Cut) | None => break,
            },
            () = sleep_until(due) => {
                due = Instant::now() + beat;
                let frame = { let mut world = stage.world(); (!world.manners.silent).then(|| keepalive_frame(&mut world)) };
                if let Some(frame) = frame && socket.send(Message::Text(frame.into())).await.is_err() {
                    break;
                }
            }
            _ = unused.tick() => {
                let unused = stage.world().is_unused(&id);
                if unused { close(&mut socket, 4003).await; break }
            }
            heard = socket.recv() => match heard {
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Text(_) | Message::Binary(_))) => { close(&mut socket, 4001).await; break }
                _ => break,
            },
        }
    }
    leave(&stage, &id, &sender);
}

/// A new session, or one more socket for a session that moves; its id, keepalive and welcome.
fn join(stage: &Stage, asked: &Asked, sender: mpsc::Sender<Out>) -> Option<(String, u64, String)> {
    let mut world = stage.world();
    let (usual, least, most) = KEEPALIVE;
    let (id, keepalive) = match &asked.id {
        Some(id) => {
            let reconnect = Duration::from_secs(world.manners.reconnect_secs);
            let session = world.outlet.sessions.get_mut(id)?;
            if let Some(old) = session.sockets.last().cloned() {
                // The old socket is thrown out when its grace is over; a client closes it before.
                tokio::spawn(async move {
                    tokio::time::sleep(reconnect).await;
                    let _ = old.try_send(Out::Close(4004));
                });
            }
            session.sockets.push(sender);
            (id.clone(), session.keepalive)
        }
        None => {
            let asked = asked.keepalive_timeout_seconds.unwrap_or(usual).clamp(least, most);
            let keepalive = world.manners.keepalive_secs.unwrap_or(asked);
            let id = world.word("session");
            let session = Session { user: None, keepalive, opened: clock::mono(), sockets: vec![sender] };
            world.outlet.sessions.insert(id.clone(), session);
            (id, keepalive)
        }
    };
    let message = world.word("m");
    let welcome = json!({
        "metadata": {"message_id": message, "message_type": "session_welcome", "message_timestamp": world.stamp()},
        "payload": {"session": {"id": id, "status": "connected", "connected_at": world.stamp(),
            "keepalive_timeout_seconds": keepalive, "reconnect_url": null, "recovery_url": null}},
    });
    Some((id, keepalive, welcome.to_string()))
}

/// The last socket of a session takes the session and its subscriptions along.
fn leave(stage: &Stage, id: &str, sender: &mpsc::Sender<Out>) {
    let mut world = stage.world();
    let Some(session) = world.outlet.sessions.get_mut(id) else { return };
    session.sockets.retain(|socket| !socket.same_channel(sender));
    if session.sockets.is_empty() {
        world.outlet.sessions.remove(id);
        world.outlet.subscriptions.retain(|sub| sub.session != id);
    }
}

fn keepalive_frame(world: &mut super::World) -> String {
    let message = world.word("m");
    json!({
        "metadata": {"message_id": message, "message_type": "session_keepalive", "message_timestamp": world.stamp()},
        "payload": {},
    })
    .to_string()
}

async fn close(socket: &mut WebSocket, code: u16) {
    let reason = match code {
        4001 => "client sent inbound traffic",
        4003 => "connection unused",
        4004 => "client reconnect grace time expired",
        4007 => "invalid reconnect attempt",
        _ => "closed",
    };
    let _ = socket.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await;
}
