//! Twitch's events over the wire: sockets that break in every way, rights that are missing, events that
//! come twice, late or never.

use crate::support::app::App;
use crate::support::twitch_room::{Churned, TwitchRoom, all_rights, churn, hurry};
use serde_json::json;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use stream_control::demo::fake_twitch::{BOT, BROADCASTER, CLIENT_ID, FRIEND, FakeTwitch, Fault};
use stream_control::domain::chat::Identity;
use stream_control::domain::event::Fact;
use stream_control::domain::happening::HappeningKind;
use stream_control::domain::twitch::{Socket, SubscriptionState};
use stream_control::domain::twitch_features::SUBSCRIPTIONS;
use stream_control::features::twitch_link::Pace;
use stream_control::kit::secret::Secret;
use stream_control::store::tokens::{Pair, TokenFile};
use tempfile::TempDir;

const SUBSCRIBE: &str = "/helix/eventsub/subscriptions";

fn asked(room: &TwitchRoom) -> usize {
    room.twitch.world().count("POST", SUBSCRIBE)
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
async fn after_every_close_code_everything_is_restored() {
    let mut room = TwitchRoom::start().await;
    room.restored().await;
    for code in [0, 4000, 4001, 4002, 4003, 4004, 4005, 4006, 4007, 4999] {
        room.twitch.world().close_sockets(code);
        room.line("events do not arrive").await;
        room.line("events arrive").await;
        room.restored().await;
        said(&mut room, &format!("after {code}")).await;
        assert_eq!(room.twitch.world().subscribed().len(), SUBSCRIPTIONS.len());
    }
}

#[tokio::test]
async fn a_revoked_subscription_is_off_with_its_reason_and_not_asked_for_again() {
    let mut room = TwitchRoom::start().await;
    room.restored().await;
    let before = asked(&room);
    room.twitch.world().revoke("channel.cheer", "authorization_revoked");
    room.line("Twitch took channel.cheer away").await;
    said(&mut room, "the rest runs").await;
    let state = room.state("channel.cheer");
    assert!(matches!(&state, Some(SubscriptionState::Off(why)) if why.contains("sign in again")), "{state:?}");
    assert_eq!(asked(&room), before);
}

#[tokio::test]
async fn what_may_not_be_is_off_and_the_rest_runs() {
    let refuse = |twitch: &FakeTwitch| {
        let mut world = twitch.world();
        world.manners.refused_types.insert("channel.follow", (403, "subscription missing proper authorization"));
        world.manners.refused_types.insert("channel.hype_train.end", (410, "gone"));
        world.manners.refused_types.insert("channel.update", (409, "subscription already exists"));
        world.manners.refused_types.insert("channel.cheer", (401, "Missing scope: bits:read"));
    };
    let rights: Vec<&str> =
        all_rights(Identity::Broadcaster).into_iter().filter(|right| !right.contains("polls")).collect();
    let mut room = TwitchRoom::start_with(hurry(), &[], refuse, &[(Identity::Broadcaster, &rights)]).await;
    room.until("answers", |twitch| {
        let settled = |state: &SubscriptionState| *state != SubscriptionState::Asked;
        !twitch.subscriptions.is_empty() && twitch.subscriptions.iter().all(|one| settled(&one.state))
    })
    .await;
    let table = [
        ("channel.follow", "does not allow it"),
        ("channel.hype_train.end", "no longer offers"),
        ("channel.cheer", "Missing right bits:read"),
        ("channel.poll.begin", "Missing right channel:read:polls or channel:manage:polls: sign in again."),
    ];
    for (name, why) in table {
        let state = room.state(name);
        assert!(matches!(&state, Some(SubscriptionState::Off(words)) if words.contains(why)), "{name}: {state:?}");
    }
    assert_eq!(room.state("channel.update"), Some(SubscriptionState::Active));
    said(&mut room, "the rest runs").await;
    assert_eq!(room.twitch.world().count("POST", "/oauth2/token"), 0, "a missing right is no reason to renew");
}

#[tokio::test]
async fn passing_trouble_costs_time_alone() {
    let fail = |twitch: &FakeTwitch| {
        let mut world = twitch.world();
        world.fail(SUBSCRIBE, Fault::Html(502), 3);
        world.fail(SUBSCRIBE, Fault::Garbage, 2);
        world.fail(SUBSCRIBE, Fault::RateLimited(1), 2);
        world.fail(SUBSCRIBE, Fault::LostReply, 2);
        world.fail(SUBSCRIBE, Fault::Status(429, "slow down"), 2);
    };
    let rights = all_rights(Identity::Broadcaster);
    let mut room = TwitchRoom::start_with(hurry(), &[], fail, &[(Identity::Broadcaster, &rights)]).await;
    room.restored().await;
    said(&mut room, "all there").await;
}

#[tokio::test]
async fn a_token_that_dies_is_renewed_for_the_next_subscription() {
    let mut room = TwitchRoom::start().await;
    room.restored().await;
    {
        let mut world = room.twitch.world();
        world.expire_tokens();
        world.close_sockets(0);
    }
    room.line("events arrive").await;
    room.line("events arrive").await;
    room.restored().await;
    assert_eq!(room.twitch.world().count("POST", "/oauth2/token"), 1);
}

#[tokio::test]
async fn what_twitch_loses_without_a_word_is_asked_for_again() {
    let room = TwitchRoom::start().await;
    room.restored().await;
    room.twitch.world().lose_subscriptions("channel.chat.message");
    let mut cell = room.cell.clone();
    let again = async {
        while room.twitch.world().subscribed().len() < SUBSCRIPTIONS.len() {
            cell.changed().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), again).await.expect("asked for again");
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
async fn the_bot_listens_where_it_alone_may_read_chat() {
    let without_chat: Vec<&str> =
        all_rights(Identity::Broadcaster).into_iter().filter(|right| *right != "user:read:chat").collect();
    let bot = all_rights(Identity::Bot);
    let accounts: [(Identity, &[&str]); 2] = [(Identity::Broadcaster, &without_chat), (Identity::Bot, &bot)];
    let mut room = TwitchRoom::start_with(hurry(), &[("TWITCH_BOT", "true")], |_| {}, &accounts).await;
    room.until("two sockets", |twitch| {
        twitch.sockets.values().filter(|socket| matches!(socket, Socket::Open { .. })).count() == 2
    })
    .await;
    room.restored().await;
    assert_eq!(room.twitch.world().subscribed().len(), SUBSCRIPTIONS.len());
    said(&mut room, "read by the bot").await;
    room.twitch.world().chat(BROADCASTER, BOT, "!stop", &[]);
    assert!(room.message().await.own, "what the bot says is no order");
    room.twitch.world().close_sockets(4000);
    room.line("events arrive").await;
    room.restored().await;
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
async fn a_cut_is_mended_within_two_seconds() {
    let rights = all_rights(Identity::Broadcaster);
    let mut room = TwitchRoom::start_with(Pace::default(), &[], |_| {}, &[(Identity::Broadcaster, &rights)]).await;
    room.restored().await;
    room.line("events arrive").await;
    let began = Instant::now();
    room.twitch.world().close_sockets(0);
    room.line("events arrive").await;
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
}

#[tokio::test]
async fn whatever_breaks_every_subscription_comes_back_and_nothing_comes_twice() {
    let mut room = TwitchRoom::start().await;
    let churned = churn(&mut room, 25).await;
    assert_eq!(churned, Churned { said: 25, heard: 25, repeated: 0, obeyed: 25 });
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
