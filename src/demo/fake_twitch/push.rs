//! EventSub's side of the world: what is pushed to whom.

use super::BROADCASTER;
use super::outlet::{Out, Session, Sub};
use super::world::World;
use crate::kit::clock;
use serde_json::{Value, json};

/// The colours that Twitch gives to who chose none.
const COLOURS: [&str; 6] = ["#1E90FF", "#FF7F50", "#9ACD32", "#FF69B4", "#DAA520", "#00CED1"];

/// Always the same one for the same account.
fn colour(login: &str) -> &'static str {
    COLOURS[login.bytes().map(usize::from).sum::<usize>() % COLOURS.len()]
}

impl World {
    /// Tells every subscription of this type whose condition fits; how many there were.
    pub fn emit(&mut self, kind: &str, event: Value) -> usize {
        let version = if kind.starts_with("channel.hype_train") || kind == "channel.update" { "2" } else { "1" };
        let id = self.word("m");
        self.emit_as(&id, kind, version, event)
    }

    /// The same with a message id of one's own: the same id again is a repeat.
    pub fn emit_as(&mut self, id: &str, kind: &str, version: &str, event: Value) -> usize {
        let fitting: Vec<Sub> = self
            .outlet
            .subscriptions
            .iter()
            .filter(|sub| sub.kind == kind && sub.status == "enabled" && sub.wants(&event))
            .cloned()
            .collect();
        for sub in &fitting {
            let frame = json!({
                "metadata": {"message_id": id, "message_type": "notification", "message_timestamp": self.stamp(),
                    "subscription_type": kind, "subscription_version": version},
                "payload": {"subscription": sub.json(), "event": event},
            });
            let times = if self.manners.twice { 2 } else { 1 };
            (0..times).for_each(|_| self.push(&sub.session, &frame.to_string()));
        }
        fitting.len()
    }

    /// An event of this channel, with the channel's names put in.
    pub fn emit_for(&mut self, user: &str, kind: &str, mut event: Value) -> usize {
        if let (Some(user), Some(fields)) = (self.user(user).cloned(), event.as_object_mut()) {
            fields.insert("broadcaster_user_id".to_owned(), json!(user.id));
            fields.insert("broadcaster_user_login".to_owned(), json!(user.login));
            fields.insert("broadcaster_user_name".to_owned(), json!(user.name));
        }
        self.emit(kind, event)
    }

    /// A chat message in a channel. `badges` are set ids (`moderator`, `vip`).
    pub fn chat(&mut self, channel: &str, author: &str, text: &str, badges: &[&str]) -> String {
        let user = self.user(author).cloned();
        let (id, login, name) = match &user {
            Some(user) => (user.id.clone(), user.login.clone(), user.name.clone()),
            None => (format!("8{author}"), author.to_lowercase(), author.to_owned()),
        };
        let message = self.word("msg");
        let badges: Vec<Value> = badges.iter().map(|set| json!({"set_id": set, "id": "1", "info": ""})).collect();
        let event = json!({
            "chatter_user_id": id, "chatter_user_login": login, "chatter_user_name": name, "message_id": message,
            "message": {"text": text, "fragments": [{"type": "text", "text": text, "cheermote": null, "emote": null, "mention": null}]},
            "message_type": "text", "badges": badges, "cheer": null, "color": colour(&login), "reply": null,
            "channel_points_custom_reward_id": null, "source_broadcaster_user_id": null, "source_message_id": null,
            "source_badges": null, "is_source_only": null,
        });
        self.emit_for(channel, "channel.chat.message", event);
        message
    }

    /// The raid that waits is sent: EventSub says so on both sides.
    pub fn send_raid(&mut self, viewers: u64) {
        let Some((from, to)) = self.raid.take() else { return };
        self.tell_raid(&from, &to, viewers);
    }

    /// A raid comes in to the channel that is played.
    pub fn raided_by(&mut self, from: &str, viewers: u64) {
        self.tell_raid(from, BROADCASTER, viewers);
    }

    fn tell_raid(&mut self, from: &str, to: &str, viewers: u64) {
        let names = |side: &str, user: Option<&super::User>| {
            let empty = super::User { id: String::new(), login: String::new(), name: String::new() };
            let user = user.unwrap_or(&empty);
            [("id", &user.id), ("login", &user.login), ("name", &user.name)]
                .map(|(field, value)| (format!("{side}_broadcaster_user_{field}"), json!(value)))
        };
        let mut event: serde_json::Map<String, Value> =
            names("from", self.user(from)).into_iter().chain(names("to", self.user(to))).collect();
        event.insert("viewers".to_owned(), json!(viewers));
        self.emit("channel.raid", Value::Object(event));
    }

    /// Asks every socket to move to another server.
    pub fn ask_to_reconnect(&mut self, base: &str) {
        let ids: Vec<String> = self.outlet.sessions.keys().cloned().collect();
        for id in ids {
            let url = format!("{base}?challenge={}&id={id}", self.word("challenge"));
            let message = self.word("m");
            let frame = json!({
                "metadata": {"message_id": message, "message_type": "session_reconnect", "message_timestamp": self.stamp()},
                "payload": {"session": {"id": id, "status": "reconnecting", "keepalive_timeout_seconds": null, "reconnect_url": url, "connected_at": self.stamp()}},
            });
            self.push(&id, &frame.to_string());
        }
    }

    /// Takes a subscription type away with this status (`authorization_revoked`, `chat_user_banned` …).
    pub fn revoke(&mut self, kind: &str, status: &str) {
        let message = self.word("m");
        let stamp = self.stamp();
        let mut frames = Vec::new();
        for sub in self.outlet.subscriptions.iter_mut().filter(|sub| sub.kind == kind && sub.status == "enabled") {
            status.clone_into(&mut sub.status);
            let frame = json!({
                "metadata": {"message_id": message, "message_type": "revocation", "message_timestamp": stamp,
                    "subscription_type": kind, "subscription_version": sub.version},
                "payload": {"subscription": sub.json()},
            });
            frames.push((sub.session.clone(), frame.to_string()));
        }
        frames.iter().for_each(|(session, frame)| self.push(session, frame));
    }

    /// A frame as it is, to every socket.
    pub fn push_raw(&mut self, frame: &str) {
        let ids: Vec<String> = self.outlet.sessions.keys().cloned().collect();
        ids.iter().for_each(|id| self.push(id, frame));
    }

    /// Closes every socket with this code; 0 cuts the connections without a word.
    pub fn close_sockets(&mut self, code: u16) {
        let out = if code == 0 { Out::Cut } else { Out::Close(code) };
        for session in std::mem::take(&mut self.outlet.sessions).into_values() {
            session.sockets.iter().for_each(|socket| drop(socket.try_send(out.clone())));
        }
        self.outlet.subscriptions.clear();
    }

    /// Sockets that are open.
    pub fn sockets(&self) -> usize {
        self.outlet.sessions.values().map(|session| session.sockets.len()).sum()
    }

    /// The enabled subscriptions by type, sorted.
    pub fn subscribed(&self) -> Vec<String> {
        let mut kinds: Vec<String> = self
            .outlet
            .subscriptions
            .iter()
            .filter(|sub| sub.status == "enabled")
            .map(|sub| sub.kind.clone())
            .collect();
        kinds.sort();
        kinds
    }

    /// Seconds since the newest session was opened.
    pub(super) fn is_unused(&self, session: &str) -> bool {
        let late = |one: &Session| clock::mono().since(one.opened).0 >= self.manners.first_subscription_secs * 1000;
        let unused = self.outlet.subscriptions.iter().all(|sub| sub.session != session);
        unused && self.outlet.sessions.get(session).is_some_and(late)
    }

    fn push(&self, session: &str, frame: &str) {
        if self.manners.silent {
            return;
        }
        if let Some(socket) = self.outlet.sessions.get(session).and_then(|session| session.sockets.last()) {
            let _ = socket.try_send(Out::Text(frame.to_owned()));
        }
    }
}
