//! Orders given over the API, ours and upstream's.

use super::house::{House, PASSWORD, json};
use std::time::Duration;
use stream_control::domain::chat::Identity;
use stream_control::domain::command::{FailoverOrder, ObsOrder, Order, Outcome, RaidOrder};
use stream_control::domain::failover::View;
use stream_control::domain::journal::{Entry, Tone, Topic};
use stream_control::domain::stream::{Obs, ObsLink};
use stream_control::domain::twitch::{SignIn, Socket, Subscription, SubscriptionState, Twitch};
use stream_control::domain::twitch_features::{CHAT, RAID_OUT, SUBSCRIPTIONS};
use stream_control::kit::units::UnixMs;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

fn switch(scene: &str) -> Order {
    Order::Obs(ObsOrder::SwitchScene { scene: scene.into(), reason: "chosen on the page".to_owned() })
}

#[tokio::test]
async fn each_path_gives_its_order() {
    let house = House::claimed().await;
    let owner = house.owner().await;
    let table = [
        ("/api/v1/obs/start", "", Order::Obs(ObsOrder::StartStream)),
        ("/api/v1/obs/stop", "", Order::Obs(ObsOrder::StopStream)),
        ("/api/v1/obs/scene", r#"{"scene":"BRB"}"#, switch("BRB")),
        ("/api/v1/obs/record_start", "", Order::Obs(ObsOrder::StartRecord)),
        ("/api/v1/obs/record_stop", "", Order::Obs(ObsOrder::StopRecord)),
        ("/api/v1/obs/media_restart", "", Order::Obs(ObsOrder::RestartMedia { feed: None })),
        ("/api/v1/failover/pause", "", Order::Failover(FailoverOrder::Pause)),
        ("/api/v1/failover/resume", "", Order::Failover(FailoverOrder::Resume)),
        ("/api/v1/raid/cancel", "", Order::Raid(RaidOrder::Cancel)),
        ("/api/v1/raid/stop_now", "", Order::Raid(RaidOrder::StopNow)),
    ];
    for (path, body, wanted) in table {
        let answer = owner.post_json(path, body).await;
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(json(answer).await, serde_json::json!({"outcome": "done", "text": "Done."}), "{path}");
        assert_eq!(house.orders.lock().unwrap().pop(), Some(wanted), "{path}");
    }
    assert_eq!(owner.post_json("/api/v1/obs/scene", r#"{"name":"BRB"}"#).await.status(), 400);
    let answer = owner.post_json("/obs/switch_scene", r#"{"scene":"BRB"}"#).await;
    assert_eq!(answer.text().await.unwrap(), "Done.", "upstream answers a sentence");
    assert_eq!(house.orders.lock().unwrap().pop(), Some(switch("BRB")));
}

#[tokio::test]
async fn the_status_tells_how_an_order_ended() {
    let answer: super::house::Answer = |order| match order {
        Order::Obs(ObsOrder::StartStream) => Outcome::Failed("A dialog blocks OBS.".to_owned()),
        Order::Obs(ObsOrder::StopStream) => Outcome::TimedOut("Not confirmed.".to_owned()),
        _ => Outcome::Refused("You may not.".to_owned()),
    };
    let house = House::open(&[("LOGIN_PASSWORD", PASSWORD)], answer).await;
    let owner = house.owner().await;
    let table = [
        ("/api/v1/obs/start", 409, "failed", "A dialog blocks OBS."),
        ("/api/v1/obs/stop", 504, "timed_out", "Not confirmed."),
        ("/api/v1/failover/pause", 403, "refused", "You may not."),
    ];
    for (path, status, outcome, text) in table {
        let answer = owner.post_json(path, "").await;
        assert_eq!(answer.status(), status, "{path}");
        assert_eq!(json(answer).await, serde_json::json!({"outcome": outcome, "text": text}), "{path}");
    }
}

#[tokio::test]
async fn an_order_is_carried_to_its_end_though_the_asker_hangs_up() {
    let mut house = House::claimed().await;
    let owner = house.owner().await;
    let closed = house.gate.clone().lock_owned().await;
    let (host, cookie) = (house.addr, owner.cookie.as_deref().unwrap());
    let head = format!(
        "POST /api/v1/obs/stop HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nCookie: {cookie}\r\nContent-Length: 0\r\n\r\n"
    );
    let mut phone = TcpStream::connect(house.addr).await.unwrap();
    phone.write_all(head.as_bytes()).await.unwrap();
    while house.orders.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    phone.shutdown().await.unwrap();
    let mut answer = Vec::new();
    phone.read_to_end(&mut answer).await.unwrap();
    assert!(answer.is_empty(), "the server noticed and let go");
    drop(closed);
    let audit =
        async { while house.lines.recv().await.expect("a line").text != "owner: stop the stream – done. Done." {} };
    tokio::time::timeout(Duration::from_secs(60), audit).await.expect("the audit line");
}

#[tokio::test]
async fn without_a_session_nothing_is_told_and_no_order_given() {
    let house = House::claimed().await;
    let visitor = house.visitor();
    let pages = ["/api/v1/live", "/api/v1/journal", "/api/v1/journal/export.csv", "/api/v1/timeline"];
    let more = ["/api/v1/timeline/export.json", "/api/sg_status", "/obs/stream_status", "/ws/live"];
    for path in pages.into_iter().chain(more) {
        let status = visitor.get(path).await.status().as_u16();
        assert!(status == 401 || (path == "/ws/live" && status == 403), "{path}: {status}");
    }
    for path in ["/api/v1/obs/start", "/api/v1/obs/stop", "/obs/start_stream", "/settings"] {
        assert_eq!(visitor.post_json(path, "{}").await.status(), 401, "{path}");
    }
    assert!(house.orders.lock().unwrap().is_empty());
}

#[tokio::test]
async fn upstreams_start_and_stop_also_show_their_scene_where_obs_has_it() {
    let house = House::claimed().await;
    let owner = house.owner().await;
    let scenes = |house: &House| -> Vec<String> {
        house.orders.lock().unwrap().drain(..).map(|order| order.to_string()).collect()
    };
    owner.post_json("/obs/start_stream", "").await;
    assert_eq!(scenes(&house), ["start the stream"], "OBS has no scene 'Starting soon'");
    house.obs.edit(|obs| obs.scenes.push("Starting soon".into()));
    owner.post_json("/obs/start_stream", "").await;
    assert_eq!(scenes(&house), ["start the stream", "switch to scene 'Starting soon'"]);
    owner.post_json("/obs/stop_stream", "").await;
    assert_eq!(scenes(&house), ["stop the stream", "switch to scene 'OFFLINE'"]);
}

#[tokio::test]
async fn upstreams_status_is_told_and_never_guessed() {
    let house = House::claimed().await;
    let owner = house.owner().await;
    house.obs.edit(|obs| obs.live_since = Some(UnixMs(stream_control::kit::clock::unix().0 - 60_500)));
    let body = json(owner.get("/obs/stream_status").await).await;
    assert_eq!((body["isStreaming"].as_bool(), body["currentScene"].as_str()), (Some(true), Some("LIVE")));
    assert_eq!(body["obs_uptime_seconds"].as_u64(), Some(60));
    let status = json(owner.get("/api/sg_status").await).await;
    let nobody_signed_in = serde_json::json!({
        "obs_connected": true, "streamguard_state": "ok", "raid_ws": false, "raid_subscribed": false,
        "chat_ws": false, "chat_subscribed": false, "token_valid": false, "token_expires_in": null,
        "chatbot_state": "offline", "chatbot_autostart": false, "unified_chat_state": "offline",
        "nginx_state": "offline", "sls_state": "offline", "stunnel_state": "offline",
    });
    assert_eq!(status, nobody_signed_in);

    house.view.set(View { paused: Some(("Anna".to_owned(), UnixMs(1))), ..View::default() });
    house.obs.set(Obs { link: ObsLink::Lost { reason: "gone".to_owned(), repair: None }, ..Obs::default() });
    assert_eq!(owner.get("/obs/stream_status").await.status(), 503, "unknown is not 'not streaming'");
    let status = json(owner.get("/api/sg_status").await).await;
    assert_eq!((&status["obs_connected"], &status["streamguard_state"]), (&false.into(), &"offline".into()));
}

#[tokio::test]
async fn upstreams_status_tells_what_arrives_from_twitch() {
    let house = House::open(&[("LOGIN_PASSWORD", PASSWORD), ("TWITCH_CLIENT_ID", "abc")], |_| {
        Outcome::Done("Done.".to_owned())
    })
    .await;
    let owner = house.owner().await;
    let subscription = |wanted, identity, state| Subscription { wanted, identity, state };
    let linked = SignIn::Linked {
        user_id: "1".to_owned(),
        login: "mia".to_owned(),
        expires_at: UnixMs(stream_control::kit::clock::unix().0 + 7_200_500),
        scopes: Vec::new(),
        validated_at: None,
        missing: Vec::new(),
        unsaved: None,
    };
    let (mia, bot, open) = (Identity::Broadcaster, Identity::Bot, || Socket::Open { since: UnixMs(1) });
    let (active, asked) = (SubscriptionState::Active, SubscriptionState::Asked);
    // raid_ws, raid_subscribed, chat_ws, chat_subscribed, the chat's state
    let table = [
        (mia, vec![(mia, open())], active.clone(), active.clone(), [true, true, true, true], "ok"),
        (mia, vec![(mia, Socket::Connecting)], active.clone(), active.clone(), [false; 4], "error"),
        (mia, vec![(mia, open())], asked.clone(), active.clone(), [true, false, true, true], "ok"),
        (mia, vec![(mia, open())], active.clone(), asked.clone(), [true, true, true, false], "error"),
        (
            bot,
            vec![(mia, open()), (bot, Socket::Off)],
            active.clone(),
            active.clone(),
            [true, true, false, false],
            "error",
        ),
        (bot, vec![(mia, Socket::Off), (bot, open())], active.clone(), active, [false, false, true, true], "ok"),
    ];
    for (reader, sockets, raid, chat, wanted, state) in table {
        house.twitch.set(Twitch {
            set_up: true,
            sign_in: [(mia, linked.clone())].into(),
            sockets: sockets.into_iter().collect(),
            // The one whose name begins alike stands first, and says something else.
            subscriptions: vec![
                subscription(&SUBSCRIPTIONS[7], reader, asked.clone()),
                subscription(&RAID_OUT, mia, raid),
                subscription(&CHAT, reader, chat),
            ],
            ..Twitch::default()
        });
        let status = json(owner.get("/api/sg_status").await).await;
        let told = ["raid_ws", "raid_subscribed", "chat_ws", "chat_subscribed"].map(|key| status[key] == true);
        assert_eq!(told, wanted, "{status}");
        assert_eq!((&status["chatbot_state"], &status["unified_chat_state"]), (&state.into(), &state.into()));
        assert_eq!((&status["token_valid"], &status["chatbot_autostart"]), (&true.into(), &true.into()));
        let left = status["token_expires_in"].as_u64().expect("seconds");
        assert!((7_000..=7_200).contains(&left), "{left}");
    }
    house.twitch.edit(|twitch| {
        let dead = SignIn::NeedsSignIn { reason: "gone.".to_owned() };
        twitch.sign_in.insert(mia, dead);
        twitch.subscriptions.clear();
    });
    let status = json(owner.get("/api/sg_status").await).await;
    assert_eq!((&status["token_valid"], &status["token_expires_in"]), (&false.into(), &serde_json::Value::Null));
    assert_eq!(status["chatbot_state"], "offline");
}

#[tokio::test]
async fn the_journal_is_filtered_on_request() {
    let house = House::claimed().await;
    let owner = house.owner().await;
    let entry = |topic, tone, text: &str| Entry {
        at: UnixMs(1),
        topic,
        tone,
        text: text.to_owned(),
        origin: "failover".to_owned(),
        data: serde_json::Value::Null,
    };
    house.tail.edit(|tail| {
        tail.lines.push_back(entry(Topic::Decision, Tone::Warn, "Switched to 'LOW'."));
        tail.lines.push_back(entry(Topic::Link, Tone::Good, "OBS connected."));
        tail.waiting = 2;
    });
    let body = json(owner.get("/api/v1/journal?topic=decision&tone=").await).await;
    let wanted = serde_json::json!([{"id": null, "at": 1, "topic": "decision", "tone": "warn",
        "text": "Switched to 'LOW'.", "origin": "failover", "data": null}]);
    assert_eq!(body, wanted);
}
