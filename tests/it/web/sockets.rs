//! The WebSockets: sequence, heartbeat, alerts, goodbye.

use super::house::{House, Visitor};
use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use std::time::Duration;
use stream_control::domain::alert::{Alert, AlertKind};
use stream_control::domain::chat::{Author, ChatMessage, Fragment};
use stream_control::domain::event::Fact;
use stream_control::kit::units::UnixMs;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Opens a socket; an error is the HTTP status of the refusal.
async fn open(visitor: &Visitor, path: &str, origin: Option<&str>) -> Result<Socket, u16> {
    let address = format!("{}{path}", visitor.base.replace("http", "ws"));
    let mut request = address.into_client_request().unwrap();
    for (name, value) in [("origin", origin), ("cookie", visitor.cookie.as_deref())] {
        value.map(|value| request.headers_mut().insert(name, value.parse().unwrap()));
    }
    match connect_async(request).await {
        Ok((socket, _)) => Ok(socket),
        Err(Error::Http(answer)) => Err(answer.status().as_u16()),
        Err(error) => panic!("{error}"),
    }
}

/// The next message with a body.
async fn next(socket: &mut Socket) -> Message {
    loop {
        let message = tokio::time::timeout(Duration::from_secs(60), socket.next()).await.expect("in time");
        match message.expect("not ended").expect("no error") {
            Message::Ping(_) | Message::Pong(_) => {}
            message => return message,
        }
    }
}

async fn push(socket: &mut Socket) -> Value {
    serde_json::from_str(next(socket).await.to_text().unwrap()).expect("JSON")
}

/// The names of the sections in a push.
fn names(push: &Value) -> Vec<&str> {
    push["set"].as_object().expect("sections").keys().map(String::as_str).collect()
}

#[tokio::test]
async fn the_first_push_is_whole_and_later_ones_hold_what_changed() {
    let house = House::claimed().await;
    let owner = house.owner().await;
    let mut socket = open(&owner, "/ws/live", Some(&owner.base)).await.unwrap();
    let first = push(&mut socket).await;
    assert_eq!(first["prev"], 0);
    let all = [
        "alerts", "failover", "feed", "feeds", "health", "journal", "keys", "notices", "obs", "raid", "scenes",
        "spark", "twitch",
    ];
    assert_eq!(names(&first), all);

    house.obs.edit(|obs| obs.scene = Some("BRB".into()));
    let second = push(&mut socket).await;
    assert_eq!(names(&second), ["keys", "obs", "scenes"]);
    assert_eq!((&second["prev"], second["seq"].as_u64()), (&first["seq"], first["seq"].as_u64().map(|seq| seq + 1)));

    let beat = push(&mut socket).await;
    assert_eq!((names(&beat).len(), &beat["seq"]), (0, &second["seq"]), "a heartbeat in the silence");
    assert!(beat["t"].as_i64() > second["t"].as_i64());
}

#[tokio::test]
async fn a_page_that_missed_something_finds_all_of_it_in_the_snapshot() {
    let house = House::claimed().await;
    let owner = house.owner().await;
    let mut socket = open(&owner, "/ws/live", Some(&owner.base)).await.unwrap();
    let before = push(&mut socket).await["seq"].as_u64().unwrap();
    // Another page looks in between, so the shared numbers run ahead of this one's.
    house.obs.edit(|obs| obs.scene = Some("BRB".into()));
    let snapshot = super::house::json(owner.get("/api/v1/live").await).await;
    assert!(snapshot["seq"].as_u64().unwrap() > before);
    assert_eq!(snapshot["sections"]["obs"]["scene"], "BRB");
    house.view.edit(|view| view.headline = "Feed good".to_owned());
    let mut last = before;
    loop {
        let push = push(&mut socket).await;
        assert_eq!(push["prev"].as_u64(), Some(last), "no gap on the socket itself");
        last = push["seq"].as_u64().unwrap();
        if push["set"]["feed"]["headline"] == "Feed good" {
            return;
        }
    }
}

#[tokio::test]
async fn the_live_socket_wants_a_session_and_our_own_page() {
    let house = House::claimed().await;
    let (owner, visitor) = (house.owner().await, house.visitor());
    let own = owner.base.clone();
    let table = [(&owner, Some("http://evil.example"), 403), (&owner, None, 403), (&visitor, Some(own.as_str()), 401)];
    for (who, origin, status) in table {
        assert_eq!(open(who, "/ws/live", origin).await.err(), Some(status), "{origin:?}");
    }
}

#[tokio::test]
async fn whoever_speaks_on_a_socket_that_only_sends_is_shown_out() {
    let house = House::claimed().await;
    let owner = house.owner().await;
    for path in ["/ws/live", "/ws/alerts"] {
        let mut socket = open(&owner, path, Some(&owner.base)).await.unwrap();
        socket.send(Message::Text("hello".into())).await.unwrap();
        let close = loop {
            if let Message::Close(frame) = next(&mut socket).await {
                break frame.expect("a reason");
            }
        };
        assert_eq!(close.code, CloseCode::Policy, "{path}");
    }
}

#[tokio::test]
async fn every_overlay_hears_an_alert_as_upstream_sent_it() {
    let house = House::claimed().await;
    let visitor = house.visitor();
    let own = visitor.base.clone();
    let mut overlays = vec![
        open(&visitor, "/ws/alerts", None).await.expect("a program without an Origin"),
        open(&visitor, "/ws/alerts", Some(&own)).await.expect("our own page"),
    ];
    assert_eq!(open(&visitor, "/ws/alerts", Some("http://evil.example")).await.err(), Some(403));
    let alert = Alert { id: 7, kind: AlertKind::Low, message: "Weak <b>".to_owned(), ts: UnixMs(1_700_000_000_000) };
    house.bus.tell(Fact::AlertRaised(alert));
    for socket in &mut overlays {
        let wanted = serde_json::json!({"id": 7, "type": "low", "message": "Weak <b>", "ts": 1_700_000_000_000_i64});
        assert_eq!(push(socket).await, wanted);
    }
}

#[tokio::test]
async fn our_own_overlay_hears_that_the_socket_lives_and_programs_hear_alerts_alone() {
    let house = House::claimed().await;
    let visitor = house.visitor();
    let mut page = open(&visitor, "/ws/alerts?beat=1", None).await.unwrap();
    let mut program = open(&visitor, "/ws/alerts", None).await.unwrap();
    assert_eq!(push(&mut page).await, serde_json::json!({"type": "beat"}));
    let alert = Alert { id: 1, kind: AlertKind::Low, message: "Weak.".to_owned(), ts: UnixMs(1) };
    house.bus.tell(Fact::AlertRaised(alert));
    assert_eq!(push(&mut program).await["type"], "low", "no beat before it");
}

#[tokio::test]
async fn the_sixty_fifth_overlay_finds_no_seat_until_one_leaves() {
    let house = House::claimed().await;
    let visitor = house.visitor();
    let mut seated = Vec::new();
    for _ in 0..64 {
        seated.push(open(&visitor, "/ws/alerts", None).await.expect("a seat"));
    }
    assert_eq!(open(&visitor, "/ws/alerts", None).await.err(), Some(503));
    drop(seated.pop());
    let freed = async { while open(&visitor, "/ws/alerts", None).await.is_err() {} };
    tokio::time::timeout(Duration::from_secs(60), freed).await.expect("the seat is free again");
}

#[tokio::test]
async fn strangers_leave_seats_for_the_overlay_at_home() {
    let house = House::claimed().await;
    let visitor = house.visitor();
    let far = async || {
        let mut request = format!("{}/ws/alerts", visitor.base.replace("http", "ws")).into_client_request().unwrap();
        request.headers_mut().insert("x-forwarded-for", "203.0.113.9".parse().unwrap());
        connect_async(request).await.ok()
    };
    let mut strangers = Vec::new();
    while let Some(socket) = far().await {
        strangers.push(socket);
        assert!(strangers.len() < 64, "they took every seat");
    }
    assert!(open(&visitor, "/ws/alerts", None).await.is_ok(), "home has a seat");
}

#[tokio::test]
async fn a_stop_says_goodbye_and_waits_for_nobody() {
    let house = House::claimed().await;
    let owner = house.owner().await;
    let mut live = open(&owner, "/ws/live", Some(&owner.base)).await.unwrap();
    let mut overlay = open(&owner, "/ws/alerts", None).await.unwrap();
    push(&mut live).await;
    house.stop.cancel();
    for socket in [&mut live, &mut overlay] {
        let close = loop {
            if let Message::Close(frame) = next(socket).await {
                break frame.expect("a reason");
            }
        };
        assert_eq!(close.code, CloseCode::Away);
    }
    let ended = async {
        while !house.serving.is_finished() {
            tokio::task::yield_now().await
        }
    };
    tokio::time::timeout(Duration::from_secs(60), ended).await.expect("it serves no more");
}

#[tokio::test]
async fn chat_and_events_are_pushed_in_batches_to_those_who_are_signed_in() {
    let house = House::claimed().await;
    let owner = house.owner().await;
    assert_eq!(open(&house.visitor(), "/ws/chat", Some(&owner.base)).await.err(), Some(401));
    assert_eq!(open(&owner, "/ws/chat", Some("http://evil.example")).await.err(), Some(403));
    house.chat.edit(|tail| tail.push(chat_line("first", "hello")));
    let mut socket = open(&owner, "/ws/chat", Some(&owner.base)).await.unwrap();
    assert_eq!(rows(&push(&mut socket).await), ["first"]);
    for id in 0..100 {
        house.chat.edit(|tail| tail.push(chat_line(&id.to_string(), "more")));
    }
    let batch = push(&mut socket).await;
    let rows = rows(&batch);
    assert_eq!((rows.len(), rows.last().map(String::as_str), &batch["gap"]), (60, Some("99"), &Value::Bool(true)));
    house.stop.cancel();
    assert!(matches!(next(&mut socket).await, Message::Close(Some(frame)) if frame.code == CloseCode::Away));
}

fn rows(batch: &Value) -> Vec<String> {
    batch["add"].as_array().expect("rows").iter().map(|row| row["id"].as_str().expect("an id").to_owned()).collect()
}

/// A line of somebody without badges.
pub fn chat_line(id: &str, text: &str) -> std::sync::Arc<ChatMessage> {
    let author = Author { id: "7".into(), login: "anna".into(), name: "Anna".into(), ..Author::default() };
    std::sync::Arc::new(ChatMessage {
        id: id.to_owned(),
        at: UnixMs(1_700_000_000_000),
        author,
        text: text.to_owned(),
        fragments: vec![Fragment::Text(text.to_owned())],
        reply_to: None,
        bits: None,
        reward: None,
        from_channel: None,
        own: false,
    })
}
