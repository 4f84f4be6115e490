//! Real event documents, one by one: what is read from each, and what is let go.

use super::*;
use crate::domain::chat::Fragment;
use HappeningKind as Kind;
use proptest::prelude::*;

fn told(kind: &str, event: Value) -> Notification {
    Notification {
        id: "m1".to_owned(),
        at: Some(UnixMs(1000)),
        kind: kind.to_owned(),
        version: "1".to_owned(),
        condition: json!({}),
        event,
    }
}

fn user(before: &str, event: Value) -> Value {
    let mut event = event;
    let fields = event.as_object_mut().unwrap();
    for (field, value) in [("id", "7"), ("login", "anna"), ("name", "Anna")] {
        fields.insert(format!("{before}user_{field}"), json!(value));
    }
    event
}

fn happened(notification: &Notification) -> Happening {
    match understand(notification) {
        Meaning::Happened { happening, .. } => *happening,
        other => panic!("{other:?}"),
    }
}

fn chat(event: Value) -> ChatMessage {
    match understand(&told("channel.chat.message", user("chatter_", event))) {
        Meaning::Chat(message) => *message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_event_reads_as_a_sentence() {
    let to = |event| user("to_broadcaster_", event);
    let from = |event| user("from_broadcaster_", event);
    let by = |event| user("", event);
    let table = [
        ("channel.follow", by(json!({"followed_at": "2026"})), Kind::Follow, None, "Anna follows."),
        (
            "channel.subscribe",
            by(json!({"tier": "2000", "is_gift": false})),
            Kind::Subscribe,
            None,
            "Anna subscribed (tier 2).",
        ),
        (
            "channel.subscribe",
            by(json!({"tier": "1000", "is_gift": true})),
            Kind::Subscribe,
            None,
            "Anna was given a subscription (tier 1).",
        ),
        (
            "channel.subscription.message",
            by(json!({"tier": "1000", "cumulative_months": 15})),
            Kind::Subscribe,
            Some(15),
            "Anna subscribed for 15 months (tier 1).",
        ),
        (
            "channel.subscription.gift",
            by(json!({"total": 5, "tier": "3000", "is_anonymous": false})),
            Kind::Gift,
            Some(5),
            "Anna gave 5 subscriptions (tier 3).",
        ),
        (
            "channel.subscription.gift",
            json!({"total": 1, "tier": "1000", "is_anonymous": true, "user_id": null}),
            Kind::Gift,
            Some(1),
            "Somebody gave 1 subscription (tier 1).",
        ),
        ("channel.cheer", by(json!({"bits": 100, "message": "hi"})), Kind::Bits, Some(100), "Anna cheered 100 bits."),
        ("channel.cheer", json!({"bits": 1, "is_anonymous": true}), Kind::Bits, Some(1), "Somebody cheered 1 bit."),
        (
            "channel.bits.use",
            by(json!({"bits": 50, "type": "power_up", "power_up": {"type": "message_effect"}})),
            Kind::Bits,
            Some(50),
            "Anna used 50 bits on message effect.",
        ),
        (
            "channel.bits.use",
            by(json!({"bits": 5, "type": "custom_power_up", "custom_power_up": {"title": "Horn"}})),
            Kind::Bits,
            Some(5),
            "Anna used 5 bits on Horn.",
        ),
        ("channel.bits.use", by(json!({"bits": 5, "type": "combo"})), Kind::Bits, Some(5), "Anna used 5 bits."),
        (
            "channel.channel_points_custom_reward_redemption.add",
            by(json!({"user_input": "", "reward": {"title": "Water", "cost": 300}})),
            Kind::Redemption,
            Some(300),
            "Anna redeemed Water (300 points).",
        ),
        (
            "channel.custom_power_up_redemption.add",
            by(json!({"custom_power_up": {"title": "Horn", "bits": 20}})),
            Kind::Redemption,
            Some(20),
            "Anna redeemed Horn (20 bits).",
        ),
        ("channel.raid", from(json!({"viewers": 1})), Kind::RaidIn, Some(1), "Anna raided with 1 viewer."),
        (
            "channel.hype_train.begin",
            json!({"level": 1, "total": 5, "type": "golden_kappa"}),
            Kind::HypeTrain,
            Some(1),
            "A hype train begins.",
        ),
        ("channel.hype_train.progress", json!({"level": 3}), Kind::HypeTrain, Some(3), "The hype train is at level 3."),
        (
            "channel.hype_train.end",
            json!({"level": 4, "ended_at": "2026"}),
            Kind::HypeTrain,
            Some(4),
            "The hype train ends at level 4.",
        ),
        (
            "channel.poll.begin",
            json!({"title": "A?", "choices": [{"id": "1", "title": "b"}]}),
            Kind::Poll,
            Some(0),
            "A poll begins: A?",
        ),
        (
            "channel.poll.progress",
            json!({"title": "A?", "choices": [{"title": "b", "votes": 2}]}),
            Kind::Poll,
            Some(2),
            "The poll goes on: A? (2 votes)",
        ),
        (
            "channel.poll.end",
            json!({"title": "A?", "choices": [{"title": "b", "votes": 2}, {"title": "c", "votes": 1}]}),
            Kind::Poll,
            Some(3),
            "The poll ends: A? – b",
        ),
        ("channel.prediction.begin", json!({"title": "A?"}), Kind::Prediction, Some(0), "A prediction begins: A?"),
        (
            "channel.prediction.progress",
            json!({"title": "A?", "outcomes": [{"channel_points": 9}]}),
            Kind::Prediction,
            Some(9),
            "The prediction goes on: A? (9 points)",
        ),
        ("channel.prediction.lock", json!({"title": "A?"}), Kind::Prediction, Some(0), "The prediction is closed: A?"),
        (
            "channel.prediction.end",
            json!({"title": "A?", "winning_outcome_id": "1", "outcomes": [{"id": "1", "title": "b"}]}),
            Kind::Prediction,
            Some(0),
            "The prediction ends: A? – b",
        ),
        (
            "channel.ad_break.begin",
            json!({"duration_seconds": 60, "is_automatic": true}),
            Kind::AdBreak,
            Some(60),
            "Ads run for 60 seconds.",
        ),
        (
            "channel.ad_break.begin",
            json!({"duration_seconds": "60", "is_automatic": "false"}),
            Kind::AdBreak,
            Some(60),
            "Ads run for 60 seconds.",
        ),
        ("channel.shoutout.create", to(json!({"viewer_count": 3})), Kind::Shoutout, None, "A shout-out went to Anna."),
        (
            "channel.shoutout.receive",
            from(json!({"viewer_count": 3})),
            Kind::Shoutout,
            Some(3),
            "Anna gave us a shout-out before 3 viewers.",
        ),
        ("stream.online", json!({"id": "1", "type": "live"}), Kind::Live, None, "Twitch shows the channel as live."),
        ("stream.offline", json!({"id": "1"}), Kind::Live, None, "Twitch no longer shows the channel as live."),
        (
            "channel.update",
            json!({"title": "Rain", "category_name": "IRL"}),
            Kind::Channel,
            None,
            "The channel now says: Rain (IRL).",
        ),
        ("channel.chat.clear", json!({}), Kind::Removed, None, "The chat was cleared."),
        (
            "channel.chat.message_delete",
            user("target_", json!({})),
            Kind::Removed,
            None,
            "A message of Anna was removed from chat.",
        ),
        (
            "channel.chat.clear_user_messages",
            user("target_", json!({})),
            Kind::Removed,
            None,
            "All messages of Anna were removed from chat.",
        ),
    ];
    for (kind, event, is, amount, text) in table {
        let happening = happened(&told(kind, event));
        assert_eq!((happening.kind, happening.amount, happening.text.as_str()), (is, amount, text), "{kind}");
        assert_eq!((happening.id.as_str(), happening.at), ("m1", UnixMs(1000)));
    }
}

#[test]
fn every_wanted_type_is_understood() {
    for wanted in crate::domain::twitch_features::SUBSCRIPTIONS {
        let event = user("chatter_", json!({}));
        assert_ne!(understand(&told(wanted.kind, event)), Meaning::Unknown, "{}", wanted.kind);
    }
    assert_eq!(understand(&told("channel.party", json!({}))), Meaning::Unknown);
}

#[test]
fn our_raid_is_news_of_its_own() {
    let raid = Notification {
        condition: json!({"from_broadcaster_user_id": "1", "to_broadcaster_user_id": ""}),
        ..told("channel.raid", user("to_broadcaster_", json!({"viewers": 87})))
    };
    let Meaning::Happened { happening, news, .. } = understand(&raid) else { panic!("a happening") };
    assert_eq!((happening.kind, happening.text.as_str()), (Kind::RaidOut, "We raided Anna with 87 viewers."));
    let sent = News::RaidSent { to_id: "7".to_owned(), to_name: "Anna".to_owned(), viewers: 87 };
    assert_eq!(news, Some(sent));
}

#[test]
fn a_notice_keeps_twitchs_words_and_says_who_tells_it_better() {
    let notice = |kind: &str, more: Value| {
        let mut event = user("chatter_", json!({"notice_type": kind, "system_message": format!("Anna: {kind}")}));
        event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        event
    };
    let table = [
        (notice("sub", json!({"sub": {"sub_plan": "1000"}})), Kind::Subscribe, None, Some("channel.subscribe")),
        (
            notice("resub", json!({"resub": {"cumulative_months": 9}})),
            Kind::Subscribe,
            Some(9),
            Some("channel.subscription.message"),
        ),
        (
            notice("community_sub_gift", json!({"community_sub_gift": {"total": 5}})),
            Kind::Gift,
            Some(5),
            Some("channel.subscription.gift"),
        ),
        (notice("raid", json!({"raid": {"viewer_count": 4}})), Kind::RaidIn, Some(4), Some("channel.raid")),
        (notice("watch_streak", json!({"watch_streak": {"streak_count": 3}})), Kind::Notice, Some(3), None),
        (notice("modiversary", json!({"modiversary": {"months": 12}})), Kind::Notice, Some(12), None),
        (notice("unknown", json!({})), Kind::Notice, None, None),
        (notice("something_new", json!({"something_new": [1]})), Kind::Notice, None, None),
        (
            notice("raid", json!({"source_broadcaster_user_id": "9", "broadcaster_user_id": "1"})),
            Kind::Notice,
            None,
            None,
        ),
    ];
    for (event, kind, amount, better) in table {
        let what = event["notice_type"].to_string();
        let Meaning::Happened { happening, told_by, .. } = understand(&told("channel.chat.notification", event)) else {
            panic!("{what}")
        };
        assert_eq!((happening.kind, happening.amount, told_by), (kind, amount, better), "{what}");
        assert_eq!(happening.text, format!("Anna: {}", what.trim_matches('"')));
    }
}

#[test]
fn a_message_is_read_whole() {
    let message = chat(json!({
        "broadcaster_user_id": "1", "message_id": "u-1", "color": "#1E90FF",
        "message": {"text": "hi Kappa cheer5 @Bob x", "fragments": [
            {"type": "text", "text": "hi "}, {"type": "emote", "text": "Kappa", "emote": {"id": "25"}},
            {"type": "cheermote", "text": "cheer5", "cheermote": {"bits": "5"}},
            {"type": "mention", "text": "@Bob", "mention": {"user_login": "bob"}},
            {"type": "gif", "text": "x", "gif": {"gif_id": "1", "url": "https://x"}}, 7]},
        "badges": [{"set_id": "moderator", "id": "1", "info": ""}, {"set_id": "subscriber", "id": "12", "info": "14"}],
        "cheer": {"bits": 5}, "reply": {"parent_message_id": "p", "parent_user_name": "Bob", "parent_message_body": "yo"},
        "channel_points_custom_reward_id": "r", "message_type": "something_new",
    }));
    let text = |text: &str| text.to_owned();
    assert_eq!(
        message.fragments,
        [
            Fragment::Text(text("hi ")),
            Fragment::Emote { id: text("25"), text: text("Kappa") },
            Fragment::Cheer { bits: 5, text: text("cheer5") },
            Fragment::Mention { login: text("bob"), text: text("@Bob") },
            Fragment::Other(text("x")),
            Fragment::Other(String::new()),
        ]
    );
    assert_eq!((message.id.as_str(), message.bits, message.reward.as_deref()), ("u-1", Some(5), Some("r")));
    assert_eq!(
        message.author.badges.iter().map(|badge| badge.set.as_str()).collect::<Vec<_>>(),
        ["moderator", "subscriber"]
    );
    assert_eq!(message.reply_to.map(|reply| reply.name), Some(text("Bob")));
    assert_eq!((message.own, message.from_channel), (false, None));
}

#[test]
fn a_shared_chat_names_the_other_channel() {
    let from = |source: Value| {
        chat(json!({"broadcaster_user_id": "1", "source_broadcaster_user_id": source, "source_broadcaster_user_name": "Bob"})).from_channel
    };
    assert_eq!(from(Value::Null), None);
    assert_eq!(from(json!("1")), None, "our own channel");
    assert_eq!(from(json!("2")).as_deref(), Some("Bob"));
}

#[test]
fn nothing_can_dress_up_or_grow_without_end() {
    let message = chat(json!({
        "color": "red;background:url(x)",
        "message": {"text": format!("\u{202e}!st\u{200b}op{}", "x".repeat(65_536)), "fragments": vec![json!({"type": "text"}); 9000]},
        "badges": vec![json!({"set_id": "vip"}); 900],
    }));
    assert!(message.text.starts_with("!stop") && message.text.chars().count() < 2100);
    assert_eq!((message.fragments.len(), message.author.badges.len(), message.author.colour.as_str()), (500, 32, ""));
    let name = format!("\u{2067}An\u{200b}na{}", "a".repeat(9000));
    let follow = happened(&told("channel.follow", json!({"user_id": "7", "user_name": name})));
    assert!(follow.text.starts_with("Anna") && follow.text.chars().count() < 100, "{}", follow.text);
}

#[test]
fn a_message_without_author_is_no_message() {
    assert_eq!(understand(&told("channel.chat.message", json!({"message": {"text": "!stop"}}))), Meaning::Unknown);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
    ];
    let keys = prop_oneof![
        Just("message"),
        Just("text"),
        Just("fragments"),
        Just("badges"),
        Just("bits"),
        Just("choices"),
        Just("votes"),
        Just("outcomes"),
        Just("channel_points"),
        Just("viewers"),
        Just("chatter_user_id"),
        Just("user_id"),
        Just("user_name"),
        Just("reward"),
        Just("tier"),
        Just("total"),
        Just("notice_type"),
        Just("level"),
        Just("duration_seconds"),
    ];
    leaf.prop_recursive(4, 48, 8, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec((keys.clone(), inner), 0..8)
                .prop_map(|fields| fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
        ]
    })
}

proptest! {
    #[test]
    fn no_event_can_break_the_reader(event in any_json(), at in 0_usize..31) {
        let kinds = crate::domain::twitch_features::SUBSCRIPTIONS;
        let kind = kinds.get(at).map_or("channel.party", |wanted| wanted.kind);
        let frame = json!({"metadata": {"message_type": "notification", "subscription_type": kind}, "payload": {"event": event}});
        if let super::super::frame::Frame::Notification(told) = super::super::frame::read(&frame.to_string()) {
            let _ = understand(&told);
        }
    }
}
