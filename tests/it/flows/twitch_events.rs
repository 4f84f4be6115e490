//! Twitch's events over the wire: sockets that break in every way, rights that are missing, events that
//! come twice, late or never.

use crate::support::app::App;
use crate::support::twitch_room::{TwitchRoom, all_rights, hurry};
use serde_json::json;
use std::collections::BTreeSet;
use std::time::Duration;
use stream_control::demo::fake_twitch::{BROADCASTER, CLIENT_ID, FRIEND, FakeTwitch, Fault};
use stream_control::domain::chat::Identity;
use stream_control::domain::event::Fact;
use stream_control::domain::happening::HappeningKind;
use stream_control::domain::twitch::{Live, SubscriptionState, Twitch};
use stream_control::domain::twitch_features::{Condition, SUBSCRIPTIONS};
use stream_control::features::twitch_link::Pace;
use stream_control::kit::secret::Secret;
use stream_control::store::tokens::{Pair, TokenFile};
use tempfile::TempDir;

const SUBSCRIBE: &str = "/helix/eventsub/subscriptions";

fn asked(room: &TwitchRoom) -> usize {
    room.twitch.world().count("POST", SUBSCRIBE)
}

/// Says something in chat, and waits until it arrives among others.
async fn said_at_last(room: &mut TwitchRoom, text: &str) {
    room.twitch.world().chat(BROADCASTER, "Viewer_One", text, &[]);
    while room.message().await.text != text {}
}

/// Says something in chat, and waits until it arrives: the events of before have been taken then.
async fn said(room: &mut TwitchRoom, text: &str) {
    room.twitch.world().chat(BROADCASTER, "Viewer_One", text, &[]);
    assert_eq!(room.message().await.text, text);
}

#[tokio::test]
async fn a_welcome_ends_in_every_subscription_the_most_important_first() {
    let room = TwitchRoom::start().await;
    room.restored().await;
    assert_eq!(room.twitch.world().subscribed().len(), SUBSCRIPTIONS.len());
    let world = room.twitch.world();
    let first = world.asked.iter().find(|asked| asked.method == "POST" && asked.target.starts_with(SUBSCRIBE));
    assert!(first.expect("a subscription").body.contains("channel."));
}

#[tokio::test]
async fn what_happens_is_told_once_and_what_nobody_knows_breaks_nothing() {
    let mut room = TwitchRoom::start().await;
    room.restored().await;
    {
        let mut world = room.twitch.world();
        for frame in ["<html>", "{}", "[[[[", r#"{"metadata":{"message_type":"session_party"}}"#] {
            world.push_raw(frame);
        }
        world.manners.twice = true;
        world.emit_for(
            BROADCASTER,
            "channel.follow",
            json!({"user_id": "7", "user_login": "anna", "user_name": "Anna"}),
        );
        world.manners.twice = false;
        world.emit_for(
            BROADCASTER,
            "channel.ad_break.begin",
            json!({"duration_seconds": "90", "is_automatic": "true"}),
        );
        world.chat(BROADCASTER, "Viewer_One", &"x".repeat(65_536), &["vip"]);
    }
    let happening = room.happening().await;
    assert_eq!((happening.kind, happening.text.as_str()), (HappeningKind::Follow, "Anna follows."));
    assert_eq!(room.happening().await.amount, Some(90), "the repeat is left out");
    let message = room.message().await;
    assert_eq!((message.author.badges[0].set.as_str(), message.own), ("vip", false));
    room.until("the counters", |twitch| twitch.heard.unknown == 4 && twitch.heard.repeated == 1).await;
    assert_eq!(room.twitch.world().sockets(), 1, "still the first socket");
}

#[tokio::test]
async fn our_raid_is_a_fact_and_stands_in_the_cell() {
    let mut room = TwitchRoom::start().await;
    room.restored().await;
    {
        let mut world = room.twitch.world();
        world.raid = Some((BROADCASTER.to_owned(), FRIEND.to_owned()));
        world.send_raid(87);
    }
    assert_eq!(room.happening().await.kind, HappeningKind::RaidOut);
    let Fact::RaidSent { to_id, viewers, .. } = room.fact().await else { panic!("a raid") };
    assert_eq!((to_id.as_str(), viewers), (FRIEND, 87));
    room.until("the raid", |twitch| twitch.raid.as_ref().is_some_and(|raid| raid.confirmed_at.is_some())).await;
}

#[tokio::test]
async fn a_socket_that_says_nothing_is_replaced() {
    let mut room = TwitchRoom::start_with(
        hurry(),
        &[],
        |twitch| twitch.world().manners.keepalive_secs = Some(1),
        &[(Identity::Broadcaster, &all_rights(Identity::Broadcaster))],
    )
    .await;
    room.restored().await;
    room.twitch.world().manners.silent = true;
    room.line("nothing came for 1.2 s").await;
    room.twitch.world().manners.silent = false;
    room.line("events arrive").await;
    room.restored().await;
    said(&mut room, "still here").await;
}

#[tokio::test]
async fn a_session_moves_without_loss_repeat_or_new_subscriptions() {
    let mut room = TwitchRoom::start().await;
    room.restored().await;
    let (before, mut wanted) = (asked(&room), Vec::new());
    for round in 0..20 {
        {
            let mut world = room.twitch.world();
            if round % 10 == 3 {
                let base = room.twitch.eventsub_url().to_string();
                world.ask_to_reconnect(&base);
            }
            for line in 0..20 {
                let text = format!("{round} {line}");
                world.chat(BROADCASTER, "Viewer_One", &text, &[]);
                wanted.push(text);
            }
        }
        tokio::task::yield_now().await;
    }
    let mut got = BTreeSet::new();
    for _ in 0..wanted.len() {
        got.insert(room.message().await.text.clone());
    }
    assert_eq!(got, wanted.into_iter().collect::<BTreeSet<_>>(), "each once");
    said(&mut room, "and on").await;
    assert_eq!(asked(&room), before, "subscriptions move along");
}

#[tokio::test]
async fn a_session_that_moves_on_before_it_has_read_what_it_left_loses_nothing() {
    let mut room = TwitchRoom::start().await;
    room.restored().await;
    let base = room.twitch.eventsub_url().to_string();
    let wanted: BTreeSet<String> = (0..3000).map(|line| format!("line {line}")).collect();
    {
        let mut world = room.twitch.world();
        world.ask_to_reconnect(&base);
        wanted.iter().for_each(|line| drop(world.chat(BROADCASTER, "Viewer_One", line, &[])));
    }
    for sockets in 2..=3 {
        while room.twitch.world().sockets() < sockets {
            tokio::task::yield_now().await;
        }
        room.twitch.world().ask_to_reconnect(&base);
    }
    let mut got = BTreeSet::new();
    for _ in 0..wanted.len() {
        got.insert(room.message().await.text.clone());
    }
    assert_eq!(got, wanted, "each once");
}

#[tokio::test]
async fn a_move_that_fails_becomes_a_fresh_session() {
    let mut room = TwitchRoom::start().await;
    room.restored().await;
    room.twitch.world().push_raw(
        r#"{"metadata":{"message_type":"session_reconnect"},"payload":{"session":{"reconnect_url":"ws://127.0.0.1:1/ws"}}}"#,
    );
    room.line("events do not arrive").await;
    room.restored().await;
    said(&mut room, "back").await;
}

#[tokio::test]
async fn clocks_may_be_hours_off_but_old_events_stay_out() {
    let off = |twitch: &FakeTwitch| twitch.world().manners.clock_off = -5 * 3_600_000;
    let rights = all_rights(Identity::Broadcaster);
    let mut room = TwitchRoom::start_with(hurry(), &[], off, &[(Identity::Broadcaster, &rights)]).await;
    room.restored().await;
    said(&mut room, "five hours behind").await;
    room.twitch.world().manners.clock_off = -5 * 3_600_000 - 700_000;
    room.twitch.world().chat(BROADCASTER, "Viewer_One", "too old", &[]);
    room.twitch.world().manners.clock_off = -5 * 3_600_000;
    said(&mut room, "in time").await;
    room.until("the counters", |twitch| twitch.heard.old == 1).await;
}

#[tokio::test]
async fn after_a_restart_in_the_middle_all_is_there_again() {
    let twitch = FakeTwitch::start(0).await.expect("a free port");
    let folder = TempDir::new().expect("a folder");
    let (access, refresh) = twitch.world().grant(CLIENT_ID, BROADCASTER, &all_rights(Identity::Broadcaster));
    let pair = Pair { access: Secret::new(access), refresh: Secret::new(refresh) };
    TokenFile::new(folder.path().join("twitch_tokens.json")).write(Identity::Broadcaster, &pair).expect("a file");
    let settings = twitch.settings();
    let settings: Vec<(&str, &str)> = settings.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let app = App::start_in(folder, &settings).await;
    let restored = async |app: &App| {
        let mut cell = app.ctx.cells.twitch.clone();
        let all = cell.until(|twitch| {
            let active = twitch.subscriptions.iter().filter(|one| one.state == SubscriptionState::Active);
            active.count() == SUBSCRIPTIONS.len()
        });
        tokio::time::timeout(Duration::from_secs(60), all).await.expect("every subscription");
    };
    restored(&app).await;
    twitch.world().emit_for(BROADCASTER, "channel.cheer", json!({"bits": 5, "user_id": "7", "user_name": "Anna"}));
    let mut events = app.ctx.cells.events.clone();
    let cheered = events.until(|tail| tail.happenings.iter().any(|one| one.text == "Anna cheered 5 bits."));
    tokio::time::timeout(Duration::from_secs(60), cheered).await.expect("the cheer");
    let app = App::start_in(app.stop().await, &settings).await;
    restored(&app).await;
    let kept = app.ctx.cells.events.with(|tail| tail.happenings.iter().filter(|one| one.amount == Some(5)).count());
    assert_eq!(kept, 1, "written down once");
    assert_eq!(twitch.world().sockets(), 1);
}

#[tokio::test]
async fn a_flood_of_chat_pushes_out_no_fact() {
    let mut room = TwitchRoom::start().await;
    room.restored().await;
    for step in 0..100 {
        {
            let mut world = room.twitch.world();
            (0..20).for_each(|_| drop(world.chat(BROADCASTER, "Viewer_One", "hello", &[])));
            if step % 10 == 0 {
                world.emit_for(BROADCASTER, "channel.follow", json!({"user_id": "7", "user_name": "Anna"}));
            }
        }
        for _ in 0..20 {
            room.message().await;
        }
    }
    for _ in 0..10 {
        assert_eq!(room.happening().await.kind, HappeningKind::Follow);
    }
    assert_eq!((room.bus.missed(), room.bus.missed_chat()), (0, 0));
}

#[tokio::test]
async fn a_thousand_gifts_in_one_burst_push_out_nothing() {
    let mut room = TwitchRoom::start().await;
    room.restored().await;
    room.bus.tell(Fact::StreamStarted);
    {
        let mut world = room.twitch.world();
        for gift in 0..1000 {
            let event = json!({"user_id": gift.to_string(), "user_name": format!("Viewer_{gift}"), "is_gift": true});
            world.emit_for(BROADCASTER, "channel.subscribe", event);
        }
    }
    // Nobody listens before the last one is taken: all of them wait in the lane.
    room.until("a thousand", |twitch| twitch.heard.taken >= 1000).await;
    for gift in 0..1000 {
        let who = room.happening().await.who.clone();
        assert_eq!(who, Some((gift.to_string(), format!("Viewer_{gift}"))));
    }
    assert_eq!((room.fact().await, room.bus.missed()), (Fact::StreamStarted, 0));
}

#[tokio::test]
async fn after_every_close_code_everything_is_restored() {
    let closed = "Twitch closed the connection: ";
    let table = [
        (0, "", "the connection broke"),
        (4000, closed, "trouble at Twitch"),
        (4001, closed, "it says that we spoke"),
        (4002, closed, "it missed our answer to a ping"),
        (4003, closed, "no subscription came in time"),
        (4004, closed, "we did not move in time"),
        (4005, closed, "its network was too slow"),
        (4006, closed, "its network failed"),
        (4007, closed, "it does not know the address that it named"),
        (4999, closed, "code 4999 closed"),
    ];
    let mut room = TwitchRoom::start().await;
    room.restored().await;
    for (code, before, reason) in table {
        room.twitch.world().close_sockets(code);
        room.line(&format!("events do not arrive: {before}{reason}. It is tried again.")).await;
        room.line("events arrive").await;
        room.restored().await;
        said(&mut room, &format!("after {code}")).await;
        assert_eq!(room.twitch.world().subscribed().len(), SUBSCRIPTIONS.len());
    }
}

#[tokio::test]
async fn without_a_welcome_it_is_tried_again() {
    let pace = Pace { welcome: Duration::from_millis(500), ..hurry() };
    let mute = |twitch: &FakeTwitch| twitch.world().manners.silent = true;
    let rights = all_rights(Identity::Broadcaster);
    let mut room = TwitchRoom::start_with(pace, &[], mute, &[(Identity::Broadcaster, &rights)]).await;
    room.line("Twitch's events did not answer").await;
    room.twitch.world().manners.silent = false;
    room.restored().await;
    said(&mut room, "welcome").await;
}

#[tokio::test]
async fn a_session_does_not_move_into_another_house() {
    let mut room = TwitchRoom::start().await;
    room.restored().await;
    let elsewhere = room.twitch.eventsub_url().to_string().replace("127.0.0.1", "127.0.0.2");
    for url in [elsewhere.as_str(), "http://127.0.0.1/ws", "ws://evil.example/ws", "no address"] {
        let session = json!({"session": {"reconnect_url": url}});
        let frame = json!({"metadata": {"message_type": "session_reconnect"}, "payload": session});
        room.twitch.world().push_raw(&frame.to_string());
        room.line("Twitch named an address that cannot be used").await;
        room.line("events arrive").await;
        room.restored().await;
    }
    said(&mut room, "at home").await;
}

#[tokio::test]
async fn asked_twice_to_move_it_moves_once() {
    let mut room = TwitchRoom::start().await;
    room.restored().await;
    let (before, since) = (asked(&room), room.open_since());
    {
        let base = room.twitch.eventsub_url().to_string();
        let mut world = room.twitch.world();
        (0..50).for_each(|_| world.ask_to_reconnect(&base));
    }
    let mut cell = room.cell.clone();
    let moved = async {
        while room.twitch.world().count("GET", "/ws") < 2 {
            room.twitch.world().chat(BROADCASTER, "Viewer_One", "still there", &[]);
            tokio::time::timeout(Duration::from_millis(50), cell.changed()).await.ok();
        }
    };
    tokio::time::timeout(Duration::from_secs(60), moved).await.expect("a second socket");
    said_at_last(&mut room, "moved").await;
    assert_eq!((asked(&room), room.open_since()), (before, since), "the same session");
    assert_eq!(room.twitch.world().count("GET", "/ws"), 2);
}

#[tokio::test]
async fn a_message_that_two_subscriptions_tell_comes_once() {
    let mut room = TwitchRoom::start().await;
    room.restored().await;
    for frame in ["frame-1", "frame-2"] {
        let event = json!({"broadcaster_user_id": BROADCASTER, "chatter_user_id": "7", "message_id": "message-1",
            "message": {"text": "!live"}});
        room.twitch.world().emit_as(frame, "channel.chat.message", "1", event);
    }
    assert_eq!(room.message().await.text, "!live");
    said(&mut room, "the next one").await;
}

#[tokio::test]
async fn every_kind_of_event_becomes_a_fact() {
    let mut room = TwitchRoom::start().await;
    room.restored().await;
    for wanted in SUBSCRIPTIONS.iter().filter(|wanted| !wanted.kind.ends_with("chat.message")) {
        let (from, to) = match wanted.condition {
            Condition::To => (FRIEND, BROADCASTER),
            _ => (BROADCASTER, FRIEND),
        };
        let event = json!({"broadcaster_user_id": BROADCASTER, "from_broadcaster_user_id": from,
            "to_broadcaster_user_id": to, "notice_type": "watch_streak", "something_new": {"deep": [1]}});
        room.twitch.world().emit_as(&format!("m {}", wanted.name()), wanted.kind, wanted.version, event);
        let happening = room.happening().await;
        assert_eq!(happening.id, format!("m {}", wanted.name()), "{happening:?}");
        assert!(!happening.text.is_empty());
    }
}

#[tokio::test]
async fn what_changed_during_a_cut_is_read_from_helix() {
    let room = TwitchRoom::start().await;
    room.restored().await;
    room.until("not live", |twitch| matches!(twitch.live, Some(Live::Off { .. }))).await;
    {
        let mut world = room.twitch.world();
        world.close_sockets(0);
        world.go_live(BROADCASTER, 12);
        world.channels.get_mut(BROADCASTER).expect("a channel").title = "Changed meanwhile".to_owned();
    }
    room.until("live", |twitch| matches!(twitch.live, Some(Live::On { viewers: 12, .. }))).await;
    let title = |twitch: &Twitch| twitch.channel.as_ref().is_some_and(|channel| channel.title == "Changed meanwhile");
    room.until("the title", title).await;
    {
        let mut world = room.twitch.world();
        world.close_sockets(4000);
        world.go_offline(BROADCASTER);
        // Each look asks three times: two looks fail.
        world.fail("/helix/streams", Fault::Html(503), 6);
    }
    room.until("no longer live", |twitch| matches!(twitch.live, Some(Live::Off { .. }))).await;
    room.until("no trouble", |twitch| twitch.helix_trouble.is_none()).await;
}

#[tokio::test]
async fn what_changed_before_the_subscription_stood_is_read_from_helix() {
    let refuse = |twitch: &FakeTwitch| {
        twitch.world().manners.refused_types.insert("stream.online", (503, "in trouble"));
    };
    let rights = all_rights(Identity::Broadcaster);
    let room = TwitchRoom::start_with(hurry(), &[], refuse, &[(Identity::Broadcaster, &rights)]).await;
    room.until("all but one", |twitch| {
        let active = twitch.subscriptions.iter().filter(|one| one.state == SubscriptionState::Active);
        active.count() == SUBSCRIPTIONS.len() - 1 && matches!(twitch.live, Some(Live::Off { .. }))
    })
    .await;
    {
        let mut world = room.twitch.world();
        world.go_live(BROADCASTER, 12);
        world.manners.refused_types.clear();
    }
    room.restored().await;
    room.until("live", |twitch| matches!(twitch.live, Some(Live::On { .. }))).await;
}
