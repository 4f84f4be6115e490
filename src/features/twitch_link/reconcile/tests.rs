//! What the reconciler asks for, and what it does with each answer.

use super::*;
use crate::domain::twitch_features::SUBSCRIPTIONS;
use serde_json::json;

fn plan(scopes: &[&str]) -> Plan {
    let url = |text: &str| url::Url::parse(text).expect("an address");
    Plan {
        socket: url("ws://localhost/ws"),
        helix: url("http://localhost/helix/"),
        channel: "1".to_owned(),
        user: "1".to_owned(),
        wanted: SUBSCRIPTIONS.iter().collect(),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        token_ends: UnixMs(0),
    }
}

fn level(scopes: &[&str]) -> Level {
    Level::fresh(&plan(scopes))
}

/// What Twitch answers to a subscription that it takes.
fn taken(wanted: &Wanted) -> Result<Option<String>, TwitchError> {
    Ok(Some(format!("id of {}", wanted.name())))
}

/// Asks until nothing is due, answering each by `answer`; the kinds in the order of asking.
fn settle(level: &mut Level, answer: impl Fn(&Wanted) -> Result<Option<String>, TwitchError>) -> Vec<&'static str> {
    let mut asked = Vec::new();
    while let Some(question) = level.next(clock::mono()) {
        asked.push(question.wanted.kind);
        level.answered(question.wanted, answer(question.wanted), clock::mono());
    }
    asked
}

fn state(level: &Level, name: &str) -> SubscriptionState {
    let shown = level.shown(Identity::Broadcaster);
    shown.iter().find(|one| one.wanted.name() == name).expect("a row").state.clone()
}

#[test]
fn the_most_important_come_first_and_few_at_a_time() {
    let mut level = level(&["user:read:chat"]);
    let first: Vec<Question> = std::iter::from_fn(|| level.next(clock::mono())).collect();
    let kinds: Vec<&str> = first.iter().map(|question| question.wanted.kind).collect();
    assert_eq!(kinds, ["channel.chat.message", "channel.raid", "channel.raid", "stream.online"]);
    assert_eq!(level.due(), None, "an answer comes first");
    level.answered(first[0].wanted, Ok(None), clock::mono());
    assert_eq!(level.next(clock::mono()).map(|question| question.wanted.kind), Some("stream.offline"));
}

#[test]
fn a_missing_right_costs_its_events_alone() {
    let mut level = level(&["user:read:chat"]);
    let asked = settle(&mut level, taken);
    assert!(asked.iter().all(|kind| !kind.contains("cheer")), "not even asked for");
    assert_eq!(
        state(&level, "channel.cheer"),
        SubscriptionState::Off("Missing right bits:read: sign in again.".to_owned())
    );
    assert_eq!(state(&level, "channel.raid (out)"), SubscriptionState::Active);
    assert!(level.follow(&plan(&["bits:read", "user:read:chat"])).is_empty());
    assert_eq!(settle(&mut level, taken), ["channel.cheer", "channel.bits.use"]);
    assert!(level.is_active("channel.cheer"));
}

#[test]
fn every_answer_has_its_reaction() {
    let refused = |status, message: &str| TwitchError::Refused { status, message: message.to_owned() };
    let off = |text: &str| SubscriptionState::Off(text.to_owned());
    let table = [
        (refused(400, "bad"), off("Twitch refuses it (bad).")),
        (refused(400, "websocket transport session does not exist"), SubscriptionState::Asked),
        (refused(403, "no"), off("Twitch does not allow it (no).")),
        (refused(410, "gone"), off("Twitch no longer offers it.")),
        (TwitchError::Unauthorised("dead".to_owned()), off("Missing right user:read:chat: sign in again.")),
        (TwitchError::RateLimited { until: None }, SubscriptionState::Asked),
        (TwitchError::Trouble("HTTP 502".to_owned()), SubscriptionState::Asked),
        (TwitchError::Unreachable("no answer".to_owned()), SubscriptionState::Asked),
        (TwitchError::Malformed("Helix"), SubscriptionState::Asked),
        (TwitchError::NotSignedIn("later".to_owned()), SubscriptionState::Asked),
    ];
    for (error, wanted) in table {
        let mut level = level(&["user:read:chat"]);
        let question = level.next(clock::mono()).expect("a question");
        level.answered(question.wanted, Err(error.clone()), clock::mono());
        assert_eq!(state(&level, "channel.chat.message"), wanted, "{error:?}");
        if wanted == SubscriptionState::Asked {
            let later = clock::mono() + Millis(1001);
            assert_eq!(
                level.next(later).map(|question| question.wanted),
                Some(question.wanted),
                "asked again: {error:?}"
            );
        }
    }
}

#[test]
fn a_revocation_is_final_until_something_changes() {
    let mut level = level(&["user:read:chat"]);
    settle(&mut level, taken);
    let revoked = Revocation {
        id: "r".to_owned(),
        kind: "channel.raid".to_owned(),
        condition: json!({"from_broadcaster_user_id": "1", "to_broadcaster_user_id": ""}),
        status: "user_removed".to_owned(),
    };
    assert_eq!(level.revoked(&revoked).as_deref(), Some("channel.raid (out)"));
    assert_eq!(state(&level, "channel.raid (out)"), SubscriptionState::Off("The account is gone.".to_owned()));
    assert_eq!(state(&level, "channel.raid (in)"), SubscriptionState::Active, "the other direction stays");
    assert!(level.next(clock::mono()).is_none(), "no loop");
    level.try_again();
    assert_eq!(settle(&mut level, taken), ["channel.raid"], "what lacks a right is not asked for");
    assert_eq!(level.revoked(&Revocation { kind: "channel.party".to_owned(), ..revoked }), None);
}

#[test]
fn what_twitch_lost_is_asked_for_again() {
    let mut level = level(&[]);
    settle(&mut level, taken);
    let listed = |kind: &str, condition: Value, enabled| Listed {
        kind: kind.to_owned(),
        condition,
        session: "s2".to_owned(),
        enabled,
    };
    let has = [
        listed("channel.raid", json!({"from_broadcaster_user_id": "1"}), true),
        listed("channel.raid", json!({"to_broadcaster_user_id": "1"}), false),
        listed("stream.online", json!({"broadcaster_user_id": "1"}), true),
        listed("stream.offline", json!({"broadcaster_user_id": "2"}), true),
        listed("channel.update", json!({"broadcaster_user_id": "1"}), true),
    ];
    let sessions = ["s1".to_owned(), "s2".to_owned()];
    assert_eq!(level.listed(&has, &sessions, Mono(0)), 0, "the list is older than the subscriptions");
    let asked = clock::mono() + Millis(1);
    assert_eq!(level.listed(&has, &sessions, asked), 2);
    let names: Vec<Value> = std::iter::from_fn(|| level.next(asked)).map(|question| question.condition).collect();
    assert_eq!(names, [json!({"to_broadcaster_user_id": "1"}), json!({"broadcaster_user_id": "1"})]);
}

#[test]
fn what_is_switched_off_is_given_back_and_the_rest_left_alone() {
    let (mut level, all) = (level(&["user:read:chat", "bits:read"]), plan(&["user:read:chat", "bits:read"]));
    settle(&mut level, taken);
    let without = |name: &str| {
        let wanted = all.wanted.iter().copied().filter(|wanted| wanted.name() != name).collect();
        Plan { wanted, ..all.clone() }
    };
    assert_eq!(level.follow(&without("channel.raid (in)")), ["id of channel.raid (in)"]);
    assert!(level.wants("channel.raid") && level.next(clock::mono()).is_none(), "nothing else is asked for");
    assert_eq!(level.follow(&without("channel.cheer")), ["id of channel.cheer"]);
    assert!(!level.wants("channel.cheer"));
    assert_eq!(settle(&mut level, taken), ["channel.raid"], "what was off before is back");
}

#[test]
fn an_answer_to_what_nobody_wants_any_more_is_given_back() {
    let mut level = level(&["user:read:chat"]);
    let question = level.next(clock::mono()).expect("a question");
    let mut less = plan(&["user:read:chat"]);
    less.wanted.retain(|wanted| *wanted != question.wanted);
    assert!(level.follow(&less).is_empty());
    let unwanted = level.answered(question.wanted, taken(question.wanted), clock::mono());
    assert_eq!(unwanted.as_deref(), Some("id of channel.chat.message"));
}

#[test]
fn another_token_is_reason_to_try_again_but_not_the_same_one_told_anew() {
    let (mut level, plan) = (level(&["user:read:chat"]), plan(&["user:read:chat"]));
    settle(&mut level, |wanted| match wanted.kind {
        "channel.update" => Err(TwitchError::Unauthorised("dead".to_owned())),
        _ => taken(wanted),
    });
    level.follow(&Plan { token_ends: UnixMs(2_000), ..plan.clone() });
    assert!(level.next(clock::mono()).is_none(), "validated, not renewed");
    level.follow(&Plan { token_ends: UnixMs(14_400_000), ..plan });
    assert_eq!(settle(&mut level, taken), ["channel.update"]);
    assert!(level.is_settled());
}
