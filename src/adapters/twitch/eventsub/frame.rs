//! Frames as Twitch writes them (dev.twitch.tv, "EventSub WebSocket reference"): `metadata` says what a
//! frame is, `payload` is read when that is known. Every field may be missing.

use super::fields::{Fields, moment};
use crate::kit::text;
use crate::kit::units::{Millis, UnixMs};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// Twitch's keepalive where a welcome does not name one.
const KEEPALIVE: Millis = Millis(10_000);

/// What a frame says.
#[derive(Clone, Debug, PartialEq)]
pub enum Frame {
    /// The session stands: subscribe within ten seconds.
    Welcome(Session),
    /// Nothing happened; when, by Twitch's clock.
    Keepalive(Option<UnixMs>),
    /// Something happened.
    Notification(Notification),
    /// A subscription was taken away.
    Revocation(Revocation),
    /// Move to this address, exactly as it is.
    Reconnect(String),
    /// Of a kind that this version does not know, or no JSON at all: which.
    Unknown(String),
}

/// A session as the welcome describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Subscriptions name it.
    pub id: String,
    /// Something comes at least this often.
    pub keepalive: Millis,
    /// The welcome's moment by Twitch's clock.
    pub at: Option<UnixMs>,
}

/// An event of a subscription.
#[derive(Clone, Debug, PartialEq)]
pub struct Notification {
    /// The same event again has the same id.
    pub id: String,
    /// When it was sent, by Twitch's clock.
    pub at: Option<UnixMs>,
    /// `channel.raid` …
    pub kind: String,
    /// Its version.
    pub version: String,
    /// The subscription's condition.
    pub condition: Value,
    /// The event itself.
    pub event: Value,
}

/// A subscription that is no more.
#[derive(Clone, Debug, PartialEq)]
pub struct Revocation {
    /// The same revocation again has the same id.
    pub id: String,
    /// `channel.chat.message` …
    pub kind: String,
    /// The subscription's condition.
    pub condition: Value,
    /// Why: `authorization_revoked`, `user_removed`, `version_removed`, `moderator_removed`,
    /// `chat_user_banned`.
    pub status: String,
}

#[derive(Deserialize)]
struct Whole<'a> {
    #[serde(default)]
    metadata: Value,
    #[serde(borrow, default)]
    payload: Option<&'a RawValue>,
}

/// Reads a frame; nothing fails.
pub fn read(frame: &str) -> Frame {
    let Ok(whole) = serde_json::from_str::<Whole>(frame) else { return Frame::Unknown("no frame".to_owned()) };
    let payload = whole.payload.map_or(Ok(Value::Null), |raw| serde_json::from_str(raw.get()));
    let Ok(payload) = payload else { return Frame::Unknown("no payload".to_owned()) };
    let (metadata, payload) = (Fields(&whole.metadata), Fields(&payload));
    let at = metadata.moment("message_timestamp");
    let subscription = payload.below("subscription");
    let condition = || subscription.below("condition").0.clone();
    let id = || metadata.raw("message_id").to_owned();
    let kind = || {
        let named = metadata.raw("subscription_type");
        if named.is_empty() { subscription.raw("type") } else { named }.to_owned()
    };
    match metadata.raw("message_type") {
        "session_welcome" => welcome(payload.below("session"), at),
        "session_keepalive" => Frame::Keepalive(at),
        "notification" => Frame::Notification(Notification {
            id: id(),
            at,
            kind: kind(),
            version: metadata.raw("subscription_version").to_owned(),
            condition: condition(),
            event: payload.below("event").0.clone(),
        }),
        "revocation" => Frame::Revocation(Revocation {
            id: id(),
            kind: kind(),
            condition: condition(),
            status: subscription.name("status"),
        }),
        "session_reconnect" => match payload.below("session").raw("reconnect_url") {
            "" => Frame::Unknown("session_reconnect without address".to_owned()),
            url => Frame::Reconnect(url.to_owned()),
        },
        other => Frame::Unknown(text::excerpt(other, 64)),
    }
}

fn welcome(session: Fields<'_>, at: Option<UnixMs>) -> Frame {
    if session.raw("id").is_empty() {
        return Frame::Unknown("session_welcome without id".to_owned());
    }
    let seconds = session.number("keepalive_timeout_seconds").map(|seconds| Millis(seconds.clamp(1, 600) * 1000));
    let at = at.or_else(|| moment(session.raw("connected_at")));
    Frame::Welcome(Session { id: session.raw("id").to_owned(), keepalive: seconds.unwrap_or(KEEPALIVE), at })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn frame(kind: &str, payload: Value) -> String {
        let metadata = json!({"message_id": "m1", "message_type": kind,
            "message_timestamp": "2026-03-14T18:02:11.204518733Z", "subscription_type": "channel.raid"});
        json!({"metadata": metadata, "payload": payload}).to_string()
    }

    #[test]
    fn every_kind_of_frame_has_its_meaning() {
        let at = Some(UnixMs(1_773_511_331_204));
        let session = |keepalive| Session { id: "s".to_owned(), keepalive, at };
        let welcome = |seconds: Value| json!({"session": {"id": "s", "keepalive_timeout_seconds": seconds, "new": []}});
        let unknown = |what: &str| Frame::Unknown(what.to_owned());
        let table = [
            (frame("session_welcome", welcome(json!(30))), Frame::Welcome(session(Millis(30_000)))),
            (frame("session_welcome", welcome(Value::Null)), Frame::Welcome(session(KEEPALIVE))),
            (frame("session_welcome", json!({})), unknown("session_welcome without id")),
            (frame("session_keepalive", json!({})), Frame::Keepalive(at)),
            (
                frame("session_reconnect", json!({"session": {"reconnect_url": "wss://x/ws?a=b"}})),
                Frame::Reconnect("wss://x/ws?a=b".to_owned()),
            ),
            (frame("session_reconnect", Value::Null), unknown("session_reconnect without address")),
            (
                frame("revocation", json!({"subscription": {"status": "user_removed", "condition": {"a": "1"}}})),
                Frame::Revocation(Revocation {
                    id: "m1".to_owned(),
                    kind: "channel.raid".to_owned(),
                    condition: json!({"a": "1"}),
                    status: "user_removed".to_owned(),
                }),
            ),
            (frame("session_party", json!({})), unknown("session_party")),
            ("{}".to_owned(), unknown("")),
            (r#"{"metadata":7,"payload":[]}"#.to_owned(), unknown("")),
            ("<html>".to_owned(), unknown("no frame")),
            (format!("{}1{}", "[".repeat(5000), "]".repeat(5000)), unknown("no frame")),
        ];
        for (text, wanted) in table {
            assert_eq!(read(&text), wanted, "{}", text.get(..200).unwrap_or(&text));
        }
    }

    #[test]
    fn a_notification_keeps_everything_of_its_event() {
        let text = frame(
            "notification",
            json!({"subscription": {"type": "channel.raid", "condition": {}}, "event": {"viewers": 3}}),
        );
        let Frame::Notification(told) = read(&text) else { panic!("a notification") };
        assert_eq!((told.id.as_str(), told.kind.as_str(), &told.event), ("m1", "channel.raid", &json!({"viewers": 3})));
    }

    proptest! {
        #[test]
        fn nothing_that_arrives_can_break_the_reader(text in ".{0,400}") {
            let _ = read(&text);
        }
    }
}
