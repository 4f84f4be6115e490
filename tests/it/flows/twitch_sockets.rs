//! One EventSub socket against servers that are not Twitch, or not well: what is lost, and why, in words.

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::json;
use std::time::Duration;
use stream_control::adapters::twitch::eventsub::frame::Frame;
use stream_control::adapters::twitch::eventsub::socket::{Close, Lost, Socket};
use stream_control::kit::units::Millis;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::Frame as Raw;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::{WebSocketStream, accept_async};
use url::Url;

const PATIENCE: Duration = Duration::from_secs(30);

type Server = WebSocketStream<TcpStream>;

/// A server for one visitor.
async fn server<F: Future<Output = ()> + Send>(serve: impl FnOnce(TcpStream) -> F + Send + 'static) -> Url {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("a visitor");
        serve(stream).await;
    });
    Url::parse(&format!("ws://{address}/ws")).expect("an address")
}

fn frame(kind: &str, payload: serde_json::Value) -> String {
    json!({"metadata": {"message_id": "m", "message_type": kind, "subscription_type": "channel.follow"},
        "payload": payload})
    .to_string()
}

/// A socket that was welcomed, whose server then does this.
async fn welcomed<F: Future<Output = ()> + Send>(then: impl FnOnce(Server) -> F + Send + 'static) -> Socket {
    let url = server(async |stream| {
        let mut socket = accept_async(stream).await.expect("a handshake");
        let session = json!({"session": {"id": "s", "keepalive_timeout_seconds": 1}});
        socket.send(Message::text(frame("session_welcome", session))).await.expect("sent");
        then(socket).await;
    })
    .await;
    Socket::open(&url, PATIENCE).await.expect("a welcome")
}

/// What ends a socket whose server does this.
async fn ends<F: Future<Output = ()> + Send>(then: impl FnOnce(Server) -> F + Send + 'static) -> Lost {
    let mut socket = welcomed(then).await;
    loop {
        if let Err(lost) = socket.next().await {
            return lost;
        }
    }
}

/// Waits until the visitor is gone.
async fn until_gone(mut socket: Server) {
    while let Some(Ok(_)) = socket.next().await {}
}

/// Why nothing opens at a server that answers the first bytes with these.
async fn answered(bytes: &'static [u8]) -> Option<Lost> {
    let url = server(async move |mut stream| {
        let mut asked = [0; 4096];
        let _ = stream.read(&mut asked).await;
        let _ = stream.write_all(bytes).await;
    })
    .await;
    Socket::open(&url, PATIENCE).await.err()
}

#[tokio::test]
async fn what_is_no_socket_does_not_open() {
    let page = b"HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>";
    assert_eq!(answered(page).await, Some(Lost::Unreachable("HTTP 502".to_owned())));
    let moved = b"HTTP/1.1 302 Found\r\nlocation: ws://127.0.0.1:1/ws\r\ncontent-length: 0\r\n\r\n";
    assert_eq!(answered(moved).await, Some(Lost::Unreachable("HTTP 302".to_owned())), "nobody is followed");
    for bytes in [&b"\0\x01\x02 no HTTP at all\r\n\r\n"[..], b""] {
        let lost = answered(bytes).await;
        assert!(matches!(lost, Some(Lost::Unreachable(_))), "{lost:?}");
    }
}

#[tokio::test]
async fn a_server_that_never_welcomes_is_left() {
    let url = server(async |stream| {
        let mut socket = accept_async(stream).await.expect("a handshake");
        socket.send(Message::text(frame("session_keepalive", json!({})))).await.expect("sent");
        until_gone(socket).await;
    })
    .await;
    assert_eq!(Socket::open(&url, Duration::from_millis(300)).await.err(), Some(Lost::NoWelcome));
    let hung_up = server(async |stream| drop(accept_async(stream).await.expect("a handshake"))).await;
    assert_eq!(Socket::open(&hung_up, PATIENCE).await.err(), Some(Lost::Broken));
}

#[tokio::test]
async fn every_end_has_its_reason() {
    let large = "x".repeat(1024 * 1024 + 1);
    let part = Message::Frame(Raw::message(vec![b'x'; 600_000], OpCode::Data(Data::Text), false));
    let rest = Message::Frame(Raw::message(vec![b'x'; 600_000], OpCode::Data(Data::Continue), true));
    let not_text = Message::Frame(Raw::message(vec![0xff, 0xfe], OpCode::Data(Data::Text), true));
    let strange = Message::Frame(Raw::message(vec![1], OpCode::Data(Data::Reserved(5)), true));
    let table = [
        (vec![Message::text(large)], Lost::TooLarge),
        (vec![part, rest], Lost::TooLarge),
        (vec![not_text], Lost::Broken),
        (vec![strange], Lost::Broken),
    ];
    for (messages, wanted) in table {
        let lost = ends(async move |mut socket| {
            for message in messages {
                // The visitor may be gone before the last one.
                let _ = socket.send(message).await;
            }
            until_gone(socket).await;
        })
        .await;
        assert_eq!(lost, wanted);
    }
}

#[tokio::test]
async fn a_cut_line_is_a_broken_connection() {
    assert_eq!(ends(async |socket| drop(socket)).await, Lost::Broken, "1006: no word at all");
    let reset = ends(async |socket| {
        // What waits unread makes the system reset the connection instead of ending it.
        socket.get_ref().set_zero_linger().expect("an option");
    })
    .await;
    assert_eq!(reset, Lost::Broken);
    let half = ends(async |socket| {
        // A frame that was announced and never ends.
        let mut stream = socket.into_inner();
        stream.write_all(&[0x81, 0x7e, 0x10, 0x00, b'{']).await.expect("sent");
    })
    .await;
    assert_eq!(half, Lost::Broken);
}

#[tokio::test]
async fn every_close_code_is_understood() {
    let table = [
        (4000, Close::ServerError),
        (4001, Close::WeSpoke),
        (4002, Close::NoPong),
        (4003, Close::Unused),
        (4004, Close::GraceOver),
        (4005, Close::NetworkTimeout),
        (4006, Close::NetworkError),
        (4007, Close::BadReconnect),
        (1001, Close::Other("code 1001 bye".to_owned())),
        (1011, Close::Other("code 1011 bye".to_owned())),
    ];
    for (code, wanted) in table {
        let lost = ends(async move |mut socket| {
            let close = CloseFrame { code: code.into(), reason: "bye".into() };
            socket.close(Some(close)).await.expect("closed");
            until_gone(socket).await;
        })
        .await;
        assert_eq!(lost, Lost::Closed(wanted), "{code}");
    }
    let without = ends(async |mut socket| {
        socket.close(None).await.expect("closed");
        until_gone(socket).await;
    });
    assert_eq!(without.await, Lost::Closed(Close::Other("no reason given".to_owned())));
}

#[tokio::test]
async fn pings_are_answered_but_are_no_sign_of_life() {
    let (told, heard) = tokio::sync::oneshot::channel();
    let lost = ends(async move |mut socket| {
        let (mut told, mut beat) = (Some(told), tokio::time::interval(Duration::from_millis(100)));
        loop {
            tokio::select! {
                _ = beat.tick() => if socket.send(Message::Ping("there?".into())).await.is_err() { return },
                answer = socket.next() => match answer {
                    Some(Ok(Message::Pong(words))) => { let _ = told.take().map(|told| told.send(words)); }
                    Some(Ok(Message::Text(_) | Message::Binary(_))) => panic!("we never speak"),
                    _ => return,
                },
            }
        }
    });
    assert_eq!(lost.await, Lost::Silent(Millis(1200)));
    assert_eq!(heard.await.expect("a pong"), "there?");
}

#[tokio::test]
async fn what_is_strange_or_large_costs_nothing_but_itself() {
    let large = "x".repeat(65_536);
    let deep = format!("{}1{}", "[".repeat(50_000), "]".repeat(50_000));
    let mut socket = welcomed(async move |mut socket| {
        let frames = [
            Message::binary(vec![0, 1, 2]),
            Message::text("<html>"),
            Message::text(deep.clone()),
            Message::text(format!(r#"{{"metadata":{{"message_type":"notification"}},"payload":{{"event":{deep}}}}}"#)),
            Message::text(frame("session_party", json!({"hats": 7}))),
            Message::text(frame("notification", json!({"event": {"text": large}, "unknown": null}))),
        ];
        for frame in frames {
            socket.send(frame).await.expect("sent");
        }
        until_gone(socket).await;
    })
    .await;
    for wanted in ["binary", "no frame", "no frame", "no payload", "session_party"] {
        assert_eq!(socket.next().await, Ok(Frame::Unknown(wanted.to_owned())));
    }
    let Ok(Frame::Notification(told)) = socket.next().await else { panic!("a notification") };
    assert_eq!(told.event["text"].as_str().map(str::len), Some(65_536));
}
