//! The pages of the feeds: what they show, what each form writes, and what they never show.

use super::house::{House, PASSWORD, header};
use serde_json::{Value, json};
use stream_control::domain::command::{ChangeSetting, Order, Outcome};

const FEEDS: &str = r#"{"feeds":[
    {"id":"phone","name":"Phone","url":"http://bob:hunter2@h/stat?key=hunter3","user":"admin","password":"hunter4","group":"pair"},
    {"id":"cam","name":"Second camera","type":"sls","depends_on":{"feed":"phone","scenes":{"live":"SOLO"}}}],
    "groups":[{"name":"pair","mode":"any"}],"cameras":[{"scene":"SPLIT","feeds":["phone","cam"]}]}"#;
const ENV: &[(&str, &str)] = &[("LOGIN_PASSWORD", PASSWORD), ("FEEDS", FEEDS)];
const MAIN: &[(&str, &str)] =
    &[("LOGIN_PASSWORD", PASSWORD), ("STATS_URL", "http://bob:hunter2@h/stat"), ("STATS_FEED", "publish/feed1")];

async fn house(env: &[(&str, &str)]) -> House {
    House::open(env, |_| Outcome::Done("Saved.".to_owned())).await
}

/// What FEEDS becomes by the one order that was given.
fn written(house: &House) -> Value {
    let orders = house.orders.lock().unwrap();
    let [Order::Settings(ChangeSetting { changes })] = orders.as_slice() else { panic!("{orders:?}") };
    let [(key, Some(text))] = changes.as_slice() else { panic!("{changes:?}") };
    assert_eq!(key, "FEEDS");
    serde_json::from_str(text).expect("JSON")
}

#[tokio::test]
async fn the_pages_show_everything_but_secrets() {
    let house = house(ENV).await;
    let owner = house.owner().await;
    for (path, texts) in [
        ("/settings/feeds", ["Second camera", "Group pair", "Scene SPLIT"]),
        ("/settings/feed/phone", ["value=\"http://••••@h/stat?key=••••\"", "Set – type to replace", "value=\"admin\""]),
        ("/settings/feed/cam", ["SRT Live Server", "value=\"phone\" selected", "SOLO – not in OBS"]),
        ("/settings/feeds/new", ["New feed", "Found out by the answer", "The common one"]),
    ] {
        let html = owner.page(path).await.text().await.unwrap();
        for text in texts {
            assert!(html.contains(text), "{text} is missing from {path}: {html}");
        }
        assert!(!html.contains("hunter"), "a secret on {path}");
    }
    assert_eq!(owner.page("/settings/feed/nobody").await.status(), 404);
}

#[tokio::test]
async fn the_first_change_makes_the_stats_feed_the_first_entry() {
    let house = house(MAIN).await;
    let form = [("name", "Backpack"), ("type", "auto"), ("url", "http://10.0.0.2:8181/stats"), ("priority", "2")];
    let answer = house.owner().await.post_form("/settings/feeds/new", &form).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, "/settings/feeds?saved=1"));
    let feeds = json!([
        {"id": "main", "url": "http://bob:hunter2@h/stat", "publisher": "publish/feed1"},
        {"id": "backpack", "name": "Backpack", "url": "http://10.0.0.2:8181/stats", "priority": 2}]);
    assert_eq!(written(&house), json!({"feeds": feeds, "groups": [], "cameras": []}));
}

#[tokio::test]
async fn an_edit_keeps_the_secrets_that_were_not_typed_anew() {
    let house = house(ENV).await;
    let form = [
        ("name", "Phone one"),
        ("url", "http://••••@h/stat?key=••••"),
        ("user", "admin"),
        ("password", ""),
        ("token", "hunter5"),
        ("group", "solo"),
    ];
    let answer = house.owner().await.post_form("/settings/feed/phone", &form).await;
    assert_eq!(answer.status(), 303, "{}", answer.text().await.unwrap());
    let document = written(&house);
    let phone = &document["feeds"][0];
    assert_eq!(phone["url"], "http://bob:hunter2@h/stat?key=hunter3");
    assert_eq!([&phone["name"], &phone["password"], &phone["token"]], ["Phone one", "hunter4", "hunter5"]);
    assert_eq!(document["groups"], json!([{"name": "solo", "mode": "priority"}]), "a group lives by its members");
}

#[tokio::test]
async fn every_mistake_stands_beside_its_field_and_nothing_is_sent() {
    let house = house(ENV).await;
    let form = [
        ("name", "x"),
        ("url", "h:8080/stat"),
        ("priority", "many"),
        ("user", ""),
        ("password", "hunter6"),
        ("port", "99999"),
    ];
    let answer = house.owner().await.post_form("/settings/feeds/new", &form).await;
    assert_eq!(answer.status(), 422);
    let html = answer.text().await.unwrap();
    for (id, text) in [("url", "http://"), ("priority", "whole number"), ("user", "Give both"), ("port", "65535")] {
        let at = html.find(&format!("id=\"{id}-error\"")).unwrap_or_else(|| panic!("no {id} in {html}"));
        assert!(html[at..].split("</p>").next().unwrap().contains(text), "{id}");
    }
    assert!(html.contains("4 fields need a correction"), "{html}");
    assert!(
        html.contains("value=\"many\"") && !html.contains("hunter"),
        "what was typed comes back, a secret does not"
    );
    let dots = house.owner().await.post_form("/settings/feed/phone", &[("url", "http://••••@other/stat")]).await;
    assert!(dots.text().await.unwrap().contains("still holds the dots"));
    assert!(house.orders.lock().unwrap().is_empty());
}

#[tokio::test]
async fn feeds_are_moved_removed_and_put_together() {
    let moved = house(ENV).await;
    moved.owner().await.post_form("/settings/feed/cam/move", &[("up", "true")]).await;
    assert_eq!(written(&moved)["feeds"][0]["id"], "cam");

    let removed = house(ENV).await;
    let owner = removed.owner().await;
    let list = owner.page("/settings/feeds").await.text().await.unwrap();
    assert!(
        list.contains("&#39;Second camera&#39; will no longer wait for it. One scene"),
        "the effect is told: {list}"
    );
    owner.post_form("/settings/feed/phone/remove", &[]).await;
    let left = json!({"feeds": [{"id": "cam", "name": "Second camera", "type": "sls"}], "groups": [], "cameras": []});
    assert_eq!(written(&removed), left);

    let together = house(ENV).await;
    let form = [
        ("mode.pair", "handover"),
        ("camera.0.scene", ""),
        ("camera.1.scene", "LIVE"),
        ("camera.1.feed", "phone"),
        ("camera.1.feed", "cam"),
    ];
    together.owner().await.post_form("/settings/feeds/together", &form).await;
    let document = written(&together);
    assert_eq!(document["groups"], json!([{"name": "pair", "mode": "handover"}]));
    assert_eq!(document["cameras"], json!([{"scene": "LIVE", "feeds": ["phone", "cam"]}]));

    let alone = house(ENV).await;
    let form = [("camera.0.scene", "LIVE"), ("camera.0.feed", "phone")];
    let answer = alone.owner().await.post_form("/settings/feeds/together", &form).await;
    assert!(answer.text().await.unwrap().contains("at least two feeds"));
    assert!(alone.orders.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_was_found_fills_a_new_feed_and_the_page_can_be_forgotten() {
    let house = house(MAIN).await;
    let owner = house.owner().await;
    let form = [("type", "nginx"), ("url", "http://h:8080/stat"), ("publisher", "publish/<b>"), ("name", "feed1")];
    let html = owner.post_form("/settings/feeds/draft", &form).await.text().await.unwrap();
    for text in [
        "value=\"nginx\" selected",
        "value=\"http://h:8080/stat\"",
        "value=\"publish/&#60;b&#62;\"",
        "action=\"/settings/feeds/new\"",
    ] {
        assert!(html.contains(text), "{text}: {html}");
    }
    assert!(house.orders.lock().unwrap().is_empty(), "nothing is saved yet");
    owner.post_form("/settings/feeds/back", &[]).await;
    let changes = vec![("FEEDS".to_owned(), None)];
    assert_eq!(*house.orders.lock().unwrap(), [Order::Settings(ChangeSetting { changes })]);
}
