//! `/helix/eventsub/subscriptions`: asking for events on a session, and seeing what Twitch has
//! (dev.twitch.tv, "Create EventSub Subscription", "Get EventSub Subscriptions").

use super::fields::Fields;
use crate::adapters::twitch::access::Access;
use crate::adapters::twitch::error::TwitchError;
use crate::adapters::twitch::helix::Helix;
use crate::domain::twitch_features::{Condition, Wanted};
use serde_json::{Value, json};

const PATH: &str = "eventsub/subscriptions";
/// Pages of a list that are read; one has a hundred entries.
const PAGES: usize = 5;

/// A subscription that Twitch has.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// The type.
    pub kind: String,
    /// Its condition.
    pub condition: Value,
    /// The session that it belongs to.
    pub session: String,
    /// It is enabled.
    pub enabled: bool,
}

/// The condition of a subscription, made by the account `user` for the channel `channel`.
pub fn condition(wanted: &Wanted, channel: &str, user: &str) -> Value {
    match wanted.condition {
        Condition::Broadcaster => json!({"broadcaster_user_id": channel}),
        Condition::Moderator => json!({"broadcaster_user_id": channel, "moderator_user_id": user}),
        Condition::Reader => json!({"broadcaster_user_id": channel, "user_id": user}),
        Condition::From => json!({"from_broadcaster_user_id": channel}),
        Condition::To => json!({"to_broadcaster_user_id": channel}),
    }
}

/// Whether two conditions name the same: Twitch fills the fields that were not given with empty texts.
pub fn same_condition(ours: &Value, theirs: &Value) -> bool {
    let filled = |value: &Value| -> Vec<(String, String)> {
        let fields = value.as_object().into_iter().flatten();
        let texts = fields.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())));
        texts.filter(|(_, text)| !text.is_empty()).collect()
    };
    let (mut ours, mut theirs) = (filled(ours), filled(theirs));
    ours.sort();
    theirs.sort();
    ours == theirs
}

/// Asks for a subscription: its id. That it is there already is as good, but then nobody tells its id.
///
/// # Errors
/// Those of the call; a missing right is [`TwitchError::Unauthorised`] or a refusal with 403. A success
/// that names no subscription (a page of somebody between us and Twitch) is none.
pub async fn subscribe(
    helix: &Helix,
    access: &Access,
    wanted: &Wanted,
    condition: &Value,
    session: &str,
) -> Result<Option<String>, TwitchError> {
    let transport = json!({"method": "websocket", "session_id": session});
    let body = json!({"type": wanted.kind, "version": wanted.version, "condition": condition, "transport": transport});
    match helix.plain("POST", PATH, Some(&body), access).await {
        Ok(body) => created(&body).map(Some),
        Err(TwitchError::Refused { status: 409, .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

fn created(body: &[u8]) -> Result<String, TwitchError> {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    let id = Fields(&answer).list("data", 1).map(|one| one.raw("id").to_owned()).find(|id| !id.is_empty());
    id.ok_or(TwitchError::Malformed("subscription"))
}

/// Gives a subscription back. That it is gone already is as good.
///
/// # Errors
/// Those of the call.
pub async fn unsubscribe(helix: &Helix, access: &Access, id: &str) -> Result<(), TwitchError> {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("id", id).finish();
    match helix.plain("DELETE", &format!("{PATH}?{query}"), None, access).await {
        Ok(_) | Err(TwitchError::Refused { status: 404, .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// What Twitch has of the account's subscriptions.
///
/// # Errors
/// Those of the call.
pub async fn list(helix: &Helix, access: &Access) -> Result<Vec<Listed>, TwitchError> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    for _ in 0..PAGES {
        let path = if cursor.is_empty() { PATH.to_owned() } else { format!("{PATH}?{}", after(&cursor)) };
        let body = helix.plain("GET", &path, None, access).await?;
        let page: Value = serde_json::from_slice(&body).map_err(|_| TwitchError::Malformed("list of subscriptions"))?;
        let page = Fields(&page);
        if page.some("data").is_none() {
            return Err(TwitchError::Malformed("list of subscriptions"));
        }
        found.extend(page.list("data", 1000).map(listed));
        page.below("pagination").raw("cursor").clone_into(&mut cursor);
        if cursor.is_empty() {
            break;
        }
    }
    Ok(found)
}

fn after(cursor: &str) -> String {
    url::form_urlencoded::Serializer::new(String::new()).append_pair("after", cursor).finish()
}

fn listed(one: Fields<'_>) -> Listed {
    Listed {
        kind: one.raw("type").to_owned(),
        condition: one.below("condition").0.clone(),
        session: one.below("transport").raw("session_id").to_owned(),
        enabled: one.raw("status") == "enabled",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::twitch_features::SUBSCRIPTIONS;

    #[test]
    fn only_an_answer_that_names_a_subscription_is_one() {
        assert_eq!(created(br#"{"data":[{"id":"s1","status":"enabled"}],"total":1}"#), Ok("s1".to_owned()));
        for body in [&b"<html>"[..], b"", b"{}", br#"{"data":[]}"#, br#"{"data":[{"id":7}]}"#] {
            assert_eq!(created(body), Err(TwitchError::Malformed("subscription")));
        }
    }

    #[test]
    fn twitch_fills_conditions_with_empty_texts() {
        let ours = condition(&SUBSCRIPTIONS[1], "1", "1");
        assert!(same_condition(&ours, &json!({"from_broadcaster_user_id": "1", "to_broadcaster_user_id": ""})));
        assert!(!same_condition(&ours, &json!({"from_broadcaster_user_id": "", "to_broadcaster_user_id": "1"})));
        assert!(!same_condition(&ours, &Value::Null));
    }
}
