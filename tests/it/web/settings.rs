//! The settings page.

use super::house::{House, PASSWORD, header};
use stream_control::domain::command::{ChangeSetting, Order, Outcome};

const ENV: &[(&str, &str)] = &[("LOGIN_PASSWORD", PASSWORD), ("OBS_PASSWORD", "hunter2-hunter2"), ("OBS_HOST", "box")];

#[tokio::test]
async fn the_page_shows_what_is_in_force_and_no_secret() {
    let house = House::open(ENV, |_| Outcome::Done(String::new())).await;
    let html = house.owner().await.page("/settings").await.text().await.unwrap();
    assert!(html.contains(r#"name="OBS_HOST" value="box""#), "{html}");
    assert!(html.contains(r#"<label for="OBS_HOST">OBS machine</label>"#), "{html}");
    assert!(html.contains("Now set – type to replace"));
    assert!(!html.contains("hunter2") && !html.contains(PASSWORD), "no secret on the page");
    assert!(!html.contains("LOGIN_PASSWORD"), "what only .env may set is not offered");
}

#[tokio::test]
async fn edits_become_one_order_and_the_rest_is_left_alone() {
    let house = House::open(ENV, |_| Outcome::Done("Saved.".to_owned())).await;
    let form = [
        ("OBS_HOST", "10.0.0.2"),
        ("was.OBS_HOST", "box"),
        ("OBS_PORT", "4455"),
        ("was.OBS_PORT", "4455"),
        ("OBS_PASSWORD", ""),
    ];
    let owner = house.owner().await;
    let answer = owner.post_form("/settings", &form).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, "/settings?saved=1"));
    let changes = vec![("OBS_HOST".to_owned(), Some("10.0.0.2".to_owned()))];
    assert_eq!(*house.orders.lock().unwrap(), [Order::Settings(ChangeSetting { changes })]);

    let nothing = owner.post_form("/settings", &form[2..]).await;
    assert_eq!(header(&nothing, "location"), "/settings");
    assert_eq!(house.orders.lock().unwrap().len(), 1, "no edit, no order");
}

#[tokio::test]
async fn every_mistake_stands_beside_its_field_and_nothing_typed_is_lost() {
    let house = House::open(ENV, |_| {
        let lines = ["OBS_PORT is 'x' (this page). Allowed: a whole number.", "OBS_HOST is 'a b'. Allowed: a machine."];
        Outcome::Failed(lines.join("\n"))
    })
    .await;
    let form = [("OBS_PORT", "x<b>"), ("was.OBS_PORT", "4455"), ("OBS_PASSWORD", "new-secret")];
    let answer = house.owner().await.post_form("/settings", &form).await;
    assert_eq!(answer.status(), 422);
    let html = answer.text().await.unwrap();
    assert!(html.contains("2 fields need a correction"), "{html}");
    for (id, text) in [("OBS_PORT-error", "Allowed: a whole number."), ("OBS_HOST-error", "Allowed: a machine.")] {
        let at = html.find(&format!("id=\"{id}\"")).unwrap_or_else(|| panic!("no {id} in {html}"));
        assert!(html[at..].split("</p>").next().unwrap().contains(text), "{id}");
    }
    assert!(html.contains("value=\"x&#60;b&#62;\""), "what was typed comes back, escaped: {html}");
    assert!(!html.contains("new-secret"), "a typed secret does not");
}
