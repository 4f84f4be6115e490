//! `/_ctl/{action}` for playing by hand: JSON in, what happened out.

use super::{BROADCASTER, Fault, Stage};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::time::Duration;

/// Where requests can go wrong on order, each by its last word.
const PATHS: &[&str] = &["/oauth2/device", "/oauth2/token", "/oauth2/validate", "/oauth2/revoke", "/helix"];

/// `emit {"type","event"}`, `chat {"author","text","badges"}`, `reconnect`, `close {"code"}`,
/// `revoke {"type","status"}`, `silence {"on"}`, `twice {"on"}`, `raid {"viewers"}`, `live {"viewers"}`,
/// `offline`, `expire`, `approve {"user"}`, `deny`, `disconnect {"user"}`, `life {"token","device"}` in seconds,
/// `fail {"at","fault","times"}`: see [`PATHS`] and [`fault`].
pub(super) async fn act(State(stage): State<Stage>, Path(action): Path<String>, body: axum::body::Bytes) -> Response {
    let body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let text = |key: &str, usual: &str| body.get(key).and_then(Value::as_str).unwrap_or(usual).to_owned();
    let number = |key: &str, usual: u64| body.get(key).and_then(Value::as_u64).unwrap_or(usual);
    let on = body.get("on").and_then(Value::as_bool).unwrap_or(true);
    let base = format!("ws://{}/ws", stage.address);
    let mut world = stage.world();
    let reached = match action.as_str() {
        "emit" => {
            world.emit_for(BROADCASTER, &text("type", ""), body.get("event").cloned().unwrap_or_else(|| json!({})))
        }
        "chat" => {
            let badges: Vec<String> = body
                .get("badges")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect();
            let badges: Vec<&str> = badges.iter().map(String::as_str).collect();
            world.chat(BROADCASTER, &text("author", "Viewer_One"), &text("text", "hello"), &badges);
            world.sockets()
        }
        "reconnect" => {
            world.ask_to_reconnect(&base);
            world.sockets()
        }
        "close" => {
            let open = world.sockets();
            world.close_sockets(u16::try_from(number("code", 4000)).unwrap_or(4000));
            open
        }
        "revoke" => {
            world.revoke(&text("type", ""), &text("status", "authorization_revoked"));
            world.sockets()
        }
        "silence" => flag(&mut world.manners.silent, on),
        "twice" => flag(&mut world.manners.twice, on),
        "raid" => {
            world.send_raid(number("viewers", 87));
            world.sockets()
        }
        "live" => {
            world.go_live(BROADCASTER, number("viewers", 12));
            1
        }
        "offline" => {
            world.go_offline(BROADCASTER);
            1
        }
        "expire" => {
            world.expire_tokens();
            1
        }
        "approve" => {
            world.approve_device(&text("user", BROADCASTER));
            1
        }
        "deny" => {
            world.deny_device();
            1
        }
        "disconnect" => {
            world.disconnect(&text("user", BROADCASTER));
            1
        }
        "life" => {
            let secs = |key: &str, usual: i64| body.get(key).and_then(Value::as_i64).unwrap_or(usual);
            world.manners.token_life = secs("token", world.manners.token_life);
            world.manners.device_life = secs("device", world.manners.device_life);
            1
        }
        "fail" => {
            let at = text("at", "");
            let path = PATHS.iter().find(|path| !at.is_empty() && path.ends_with(&at));
            let (Some(path), Some(fault)) = (path, fault(&text("fault", ""))) else {
                return (StatusCode::BAD_REQUEST, "no such path or fault").into_response();
            };
            world.fail(path, fault, u32::try_from(number("times", 1)).unwrap_or(1));
            1
        }
        _ => return (StatusCode::NOT_FOUND, "no such action").into_response(),
    };
    axum::Json(json!({ "reached": reached })).into_response()
}

/// How they go wrong.
fn fault(word: &str) -> Option<Fault> {
    Some(match word {
        "refused" => Fault::Status(400, "Invalid refresh token"),
        "unauthorised" => Fault::Status(401, "invalid access token"),
        "trouble" => Fault::Html(503),
        "garbage" => Fault::Garbage,
        "limited" => Fault::RateLimited(20),
        "late" => Fault::Late(Duration::from_secs(8)),
        "lost" => Fault::LostReply,
        _ => return None,
    })
}

fn flag(flag: &mut bool, on: bool) -> usize {
    *flag = on;
    1
}
