//! What cannot be taken is refused in words that name it, wherever it comes in; nothing is ordered then.

use super::house::{House, json};

#[tokio::test]
async fn a_body_names_what_of_it_is_wrong_and_what_is_allowed() {
    let house = House::claimed().await;
    let owner = house.owner().await;
    let table = [
        ("/api/v1/failover/maintenance", r#"{"seconds":5,"fed":"main"}"#, "unknown field `fed`, expected one of"),
        ("/api/v1/failover/maintenance", r#"{"seconds":5,"feed":"phone"}"#, "no feed 'phone'. Allowed: main."),
        ("/api/v1/failover/test", r#"{"on":"yes"}"#, "invalid type: string"),
        ("/api/v1/twitch/channel", r#"{"title":"x","categry_id":"1"}"#, "unknown field `categry_id`"),
        ("/api/v1/twitch/announce", r#"{"message":"x","color":"blue"}"#, "unknown field `color`"),
        ("/api/v1/twitch/marker", r#"{"descripton":"x"}"#, "unknown field `descripton`"),
        ("/api/v1/twitch/say", r#"{"message":"x","reply":"y"}"#, "unknown field `reply`"),
        ("/api/v1/twitch/ads/run", r#"{"seconds":-30}"#, "Send JSON {\"seconds\": 30, 60"),
        ("/api/v1/obs/scene", "{", "EOF while parsing"),
    ];
    for (path, body, wanted) in table {
        let answer = owner.post_json(path, body).await;
        assert_eq!(answer.status(), 400, "{path} {body}");
        let told = json(answer).await["error"].as_str().unwrap_or_default().to_owned();
        assert!(told.contains(wanted) && told.len() < 600, "{path} {body}: {told}");
    }
    assert_eq!(*house.orders.lock().unwrap(), []);
}

#[tokio::test]
async fn an_address_names_what_of_it_is_wrong() {
    let house = House::claimed().await;
    let owner = house.owner().await;
    let table = [
        ("/api/v1/journal?tpoic=order", "unknown field `tpoic`"),
        ("/api/v1/journal?topic=ordr", "Did you mean 'order'?"),
        ("/api/v1/journal?limit=-1", "limit: invalid digit"),
        ("/api/v1/journal/export.csv?tone=loud", "tone is 'loud'. Allowed: warn or bad."),
        ("/api/v1/timeline?form=5", "unknown field `form`"),
        ("/api/v1/timeline/export.json?from=x", "from: invalid digit"),
        ("/api/v1/twitch/search/channels?query=x", "unknown field `query`"),
        ("/api/v1/twitch/search/categories", "missing field `q`"),
    ];
    for (path, wanted) in table {
        let answer = owner.get(path).await;
        assert_eq!(answer.status(), 400, "{path}");
        let told = json(answer).await["error"].as_str().unwrap_or_default().to_owned();
        assert!(told.contains(wanted), "{path}: {told}");
    }
}

#[tokio::test]
async fn a_form_names_what_of_it_is_wrong() {
    let house = House::claimed().await;
    let owner = house.owner().await;
    let command = [("name", "fix"), ("audience", "admins"), ("aliases", ""), ("people", "")];
    let table: [(&str, &[(&str, &str)], &str); 8] = [
        ("/chat-commands", &[("name", "fix")], "missing field `audience`"),
        ("/chat-commands", &[&command[..], &[("enabld", "on")]].concat(), "unknown field `enabld`"),
        ("/settings/switching/test", &[("on", "maybe")], "on: "),
        ("/settings/feed/main/move", &[("to", "top")], "missing field `up`"),
        ("/settings/feeds/new", &[("nmae", "Phone")], "nmae"),
        ("/settings/feeds/together", &[("camera.7.scene", "A")], "camera.7.scene"),
        ("/twitch/features", &[("featur", "chat")], "has no field"),
        ("/import", &[("confg", "{}")], "unknown field `confg`"),
    ];
    for (path, fields, wanted) in table {
        let answer = owner.post_form(path, fields).await;
        assert_eq!(answer.status(), 422, "{path} {fields:?}");
        let told = answer.text().await.unwrap();
        assert!(told.contains(wanted), "{path} {fields:?}: {told}");
    }
    assert_eq!(*house.orders.lock().unwrap(), []);
}
