//! What the reconciler asks for, and what it does with each answer.

use super::*;
use crate::domain::twitch_features::SUBSCRIPTIONS;
use serde_json::json;

fn level(scopes: &[&str]) -> Level {
    let wanted: Vec<&'static Wanted> = SUBSCRIPTIONS.iter().collect();
    let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    Level::fresh(&wanted, "1", "1", &scopes)
}

/// Asks until nothing is due, answering each by `answer`; the kinds in the order of asking.
fn settle(level: &mut Level, answer: impl Fn(&Question) -> Result<(), TwitchError>) -> Vec<&'static str> {
    let mut asked = Vec::new();
    while let Some(question) = level.next(clock::mono()) {
        asked.push(question.wanted.kind);
        level.answered(question.row, answer(&question), clock::mono());
    }
    asked
}

fn state(level: &Level, name: &str) -> SubscriptionState {
    let shown = level.shown(Identity::Broadcaster);
    shown.iter().find(|one| one.name == name).expect("a row").state.clone()
}

#[test]
fn the_most_important_come_first_and_few_at_a_time() {
    let mut level = level(&["user:read:chat"]);
    let first: Vec<Question> = std::iter::from_fn(|| level.next(clock::mono())).collect();
    let kinds: Vec<&str> = first.iter().map(|question| question.wanted.kind).collect();
    assert_eq!(kinds, ["channel.chat.message", "channel.raid", "channel.raid", "stream.online"]);
    assert_eq!(level.due(), None, "an answer comes first");
    level.answered(first[0].row, Ok(()), clock::mono());
    assert_eq!(level.next(clock::mono()).map(|question| question.wanted.kind), Some("stream.offline"));
}

#[test]
fn a_missing_right_costs_its_events_alone() {
    let mut level = level(&["user:read:chat"]);
    let asked = settle(&mut level, |_| Ok(()));
    assert!(asked.iter().all(|kind| !kind.contains("cheer")), "not even asked for");
    assert_eq!(
        state(&level, "channel.cheer"),
        SubscriptionState::Off("Missing right bits:read: sign in again.".to_owned())
    );
    assert_eq!(state(&level, "channel.raid (out)"), SubscriptionState::Active);
    level.scopes(&["bits:read".to_owned(), "user:read:chat".to_owned()]);
    assert_eq!(settle(&mut level, |_| Ok(())), ["channel.cheer", "channel.bits.use"]);
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
        level.answered(question.row, Err(error.clone()), clock::mono());
        assert_eq!(state(&level, "channel.chat.message"), wanted, "{error:?}");
        if wanted == SubscriptionState::Asked {
            let later = clock::mono() + Millis(1001);
            assert_eq!(level.next(later).map(|question| question.row), Some(question.row), "asked again: {error:?}");
        }
    }
}

#[test]
fn a_revocation_is_final_until_something_changes() {
    let mut level = level(&["user:read:chat"]);
    settle(&mut level, |_| Ok(()));
    let revoked = Revocation {
        id: "r".to_owned(),
        kind: "channel.raid".to_owned(),
        condition: json!({"from_broadcaster_user_id": "1", "to_broadcaster_user_id": ""}),
        status: "user_removed".to_owned(),
    };
    assert_eq!(level.revoked(&revoked), Some("channel.raid"));
    assert_eq!(state(&level, "channel.raid (out)"), SubscriptionState::Off("The account is gone.".to_owned()));
    assert_eq!(state(&level, "channel.raid (in)"), SubscriptionState::Active, "the other direction stays");
    assert!(level.next(clock::mono()).is_none(), "no loop");
    level.try_again();
    assert_eq!(settle(&mut level, |_| Ok(())), ["channel.raid"], "what lacks a right is not asked for");
    assert_eq!(level.revoked(&Revocation { kind: "channel.party".to_owned(), ..revoked }), None);
}

#[test]
fn what_twitch_lost_is_asked_for_again() {
    let mut level = level(&[]);
    settle(&mut level, |_| Ok(()));
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
