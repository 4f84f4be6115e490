//! EventSub as data: sessions, their sockets, and what each is subscribed to.

use crate::kit::units::Mono;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tokio::sync::mpsc;

/// Frames that wait for one socket.
pub(super) const QUEUE: usize = 262_144;

/// What a socket is told to do.
#[derive(Clone, Debug)]
pub(super) enum Out {
    Text(String),
    Close(u16),
    /// The connection breaks without a word.
    Cut,
}

/// Every session with its subscriptions.
#[derive(Default)]
pub(super) struct Outlet {
    pub(super) sessions: BTreeMap<String, Session>,
    pub(super) subscriptions: Vec<Sub>,
}

/// One EventSub session; during a reconnect it has two sockets, the newest last.
pub(super) struct Session {
    pub(super) user: Option<String>,
    pub(super) keepalive: u64,
    pub(super) opened: Mono,
    pub(super) sockets: Vec<mpsc::Sender<Out>>,
}

#[derive(Clone, Debug)]
pub(super) struct Sub {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) version: String,
    pub(super) condition: Value,
    pub(super) session: String,
    pub(super) user: String,
    pub(super) status: String,
    pub(super) created: String,
}

impl Sub {
    pub(super) fn json(&self) -> Value {
        json!({
            "id": self.id, "status": self.status, "type": self.kind, "version": self.version, "cost": 0,
            "condition": self.condition, "created_at": self.created,
            "transport": {"method": "websocket", "session_id": self.session},
        })
    }

    /// Whether an event is for this subscription: the channels in the condition are those of the event.
    pub(super) fn wants(&self, event: &Value) -> bool {
        ["broadcaster_user_id", "from_broadcaster_user_id", "to_broadcaster_user_id"].iter().all(|key| {
            let wanted = self.condition.get(key).and_then(Value::as_str).filter(|id| !id.is_empty());
            wanted.is_none_or(|wanted| event.get(key).and_then(Value::as_str).is_none_or(|id| id == wanted))
        })
    }
}
