//! Twitch's subscriptions over the wire: refused, revoked, lost, switched off; the rest runs on.

use crate::support::twitch_room::{TwitchRoom, all_rights, hurry};
use serde_json::json;
use std::time::Duration;
use stream_control::demo::fake_twitch::{BOT, BROADCASTER, FakeTwitch, Fault};
use stream_control::domain::chat::Identity;
use stream_control::domain::twitch::{Socket, SubscriptionState, Twitch};
use stream_control::domain::twitch_features::SUBSCRIPTIONS;
use stream_control::features::twitch_link::Pace;

const SUBSCRIBE: &str = "/helix/eventsub/subscriptions";

fn asked(room: &TwitchRoom) -> usize {
    room.twitch.world().count("POST", SUBSCRIBE)
}

/// Says something in chat, and waits until it arrives: the events of before have been taken then.
async fn said(room: &mut TwitchRoom, text: &str) {
    room.twitch.world().chat(BROADCASTER, "Viewer_One", text, &[]);
    assert_eq!(room.message().await.text, text);
}

/// Whether this subscription is off for a reason with these words in it.
fn is_off(twitch: &Twitch, name: &str, why: &str) -> bool {
    let one = twitch.subscriptions.iter().find(|one| one.wanted.name() == name);
    one.is_some_and(|one| matches!(&one.state, SubscriptionState::Off(said) if said.contains(why)))
}

/// The room with every right of the broadcaster, after `prepare`.
async fn prepared(pace: Pace, prepare: impl FnOnce(&FakeTwitch)) -> TwitchRoom {
    let rights = all_rights(Identity::Broadcaster);
    TwitchRoom::start_with(pace, &[], prepare, &[(Identity::Broadcaster, &rights)]).await
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
    // One answer comes a second late: the look at Twitch's list waits for it.
    let room = prepared(hurry(), |twitch| twitch.world().fail(SUBSCRIBE, Fault::Html(502), 1)).await;
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
async fn every_reason_of_a_revocation_is_told() {
    let mut room = TwitchRoom::start().await;
    room.restored().await;
    let before = asked(&room);
    let table = [
        ("channel.cheer", "authorization_revoked", "took the right back: sign in again"),
        ("channel.poll.begin", "user_removed", "The account is gone"),
        ("channel.hype_train.end", "version_removed", "no longer offers it"),
        ("channel.follow", "moderator_removed", "no longer a moderator"),
        ("channel.chat.clear", "chat_user_banned", "banned or timed out"),
        ("channel.prediction.end", "something_new", "Twitch took it away"),
    ];
    for (kind, status, why) in table {
        room.twitch.world().revoke(kind, status);
        room.until(status, |twitch| is_off(twitch, kind, why)).await;
    }
    said(&mut room, "the rest runs").await;
    assert_eq!(asked(&room), before, "none is asked for again at once");
    let arrive = |twitch: &Twitch| {
        twitch.subscriptions.iter().filter(|one| one.state == SubscriptionState::Active).count()
            == SUBSCRIPTIONS.len() - 6
    };
    room.until("the rest", arrive).await;
}

#[tokio::test]
async fn what_was_revoked_comes_back_with_the_next_token() {
    let room = TwitchRoom::start().await;
    room.restored().await;
    {
        let mut world = room.twitch.world();
        world.manners.token_life = 20_000;
        world.expire_tokens();
        world.revoke("channel.cheer", "authorization_revoked");
    }
    // The revocation makes the room look at Twitch, the look finds the dead token, the keeper renews it.
    room.until("off", |twitch| is_off(twitch, "channel.cheer", "sign in again")).await;
    room.restored().await;
    assert_eq!(room.twitch.world().count("POST", "/oauth2/token"), 1);
}

#[tokio::test]
async fn what_was_revoked_is_tried_again_after_a_while() {
    let pace = Pace { again: Duration::from_millis(700), ..hurry() };
    let room = prepared(pace, |_| {}).await;
    room.restored().await;
    room.twitch.world().revoke("channel.chat.message", "chat_user_banned");
    room.until("off", |twitch| is_off(twitch, "channel.chat.message", "banned")).await;
    room.restored().await;
}

#[tokio::test]
async fn each_kind_is_switched_off_and_on_while_everything_runs() {
    let mut room = TwitchRoom::start().await;
    room.restored().await;
    let (before, since) = (asked(&room), room.open_since());
    let cheer = || json!({"user_id": "7", "user_name": "Anna", "bits": 5});
    for wanted in SUBSCRIPTIONS {
        let name = wanted.name();
        room.set(&[("TWITCH_EVENTS_OFF", &name)]);
        room.until(&name, |twitch| {
            twitch.subscription(wanted).is_none() && twitch.subscriptions.len() == SUBSCRIPTIONS.len() - 1
        })
        .await;
    }
    room.set(&[("TWITCH_EVENTS_OFF", "channel.cheer, channel.bits.use")]);
    room.until("no cheers", |twitch| twitch.subscriptions.len() == SUBSCRIPTIONS.len() - 2).await;
    let gone = |kind: &str| room.twitch.world().subscribed().iter().all(|one| one != kind);
    let mut cell = room.cell.clone();
    let given_back = async {
        while !gone("channel.cheer") || !gone("channel.bits.use") {
            tokio::time::timeout(Duration::from_millis(50), cell.changed()).await.ok();
        }
    };
    tokio::time::timeout(Duration::from_secs(60), given_back).await.expect("given back");
    room.set(&[]);
    room.restored().await;
    assert_eq!(room.twitch.world().subscribed().len(), SUBSCRIPTIONS.len());
    room.twitch.world().emit_for(BROADCASTER, "channel.cheer", cheer());
    assert_eq!(room.happening().await.text, "Anna cheered 5 bits.");
    said(&mut room, "never away").await;
    assert_eq!(room.open_since(), since, "still the first connection");
    assert!(asked(&room) >= before + SUBSCRIPTIONS.len(), "each was asked for again");
}

#[tokio::test]
async fn a_part_that_is_off_hears_nothing_of_its_own() {
    let mut room = TwitchRoom::start().await;
    room.restored().await;
    room.set(&[("TWITCH_FEATURES", "chat,raids")]);
    room.until("ten kinds", |twitch| twitch.subscriptions.len() == 10).await;
    room.restored().await;
    // Twitch may not have heard of it yet, or refuses to take it back.
    room.twitch.world().push_raw(
        r#"{"metadata":{"message_type":"notification","message_id":"late","subscription_type":"channel.follow"},
            "payload":{"subscription":{},"event":{"user_id":"7","user_name":"Anna"}}}"#,
    );
    said(&mut room, "chat is on").await;
    room.twitch.world().emit_for(BROADCASTER, "channel.chat.clear", json!({}));
    assert_eq!(room.happening().await.text, "The chat was cleared.", "the follow is left out");
}

#[tokio::test]
async fn without_a_subscription_in_time_it_comes_back_and_does_not_hammer() {
    let refuse = |twitch: &FakeTwitch| {
        let mut world = twitch.world();
        world.manners.first_subscription_secs = 1;
        // Every kind is asked for once at first, and again within the second.
        world.fail(SUBSCRIBE, Fault::Html(502), 100);
    };
    let mut room = prepared(hurry(), refuse).await;
    room.line("no subscription came in time").await;
    room.restored().await;
    said(&mut room, "at last").await;
    assert!(asked(&room) < 500, "{} questions", asked(&room));
}

#[tokio::test]
async fn a_list_that_cannot_be_read_is_read_again() {
    let room = TwitchRoom::start().await;
    room.restored().await;
    {
        let mut world = room.twitch.world();
        world.lose_subscriptions("channel.raid");
        world.fail(SUBSCRIBE, Fault::Garbage, 2);
        world.fail(SUBSCRIBE, Fault::Html(404), 1);
    }
    let mut cell = room.cell.clone();
    let again = async {
        while room.twitch.world().subscribed().len() < SUBSCRIPTIONS.len() {
            tokio::time::timeout(Duration::from_millis(50), cell.changed()).await.ok();
        }
    };
    tokio::time::timeout(Duration::from_secs(60), again).await.expect("asked for again");
}

#[tokio::test]
async fn a_page_of_somebody_between_is_no_subscription() {
    let room = prepared(hurry(), |twitch| twitch.world().fail(SUBSCRIBE, Fault::Garbage, 40)).await;
    room.restored().await;
    assert_eq!(room.twitch.world().subscribed().len(), SUBSCRIPTIONS.len());
}
