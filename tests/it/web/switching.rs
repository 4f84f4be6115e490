//! The page of automatic switching: presets, single values, measured limits, the test.

use super::house::{House, PASSWORD, header};
use stream_control::domain::command::{ChangeSetting, FailoverOrder, Order, Outcome};
use stream_control::kit::clock;
use stream_control::kit::units::{Kbps, UnixMs};
use stream_control::store::samples::SampleRow;

const ENV: &[(&str, &str)] = &[("LOGIN_PASSWORD", PASSWORD), ("SWITCHING_PRESET", "calm"), ("LOW_AFTER_SEC", "3")];

async fn html(house: &House, path: &str) -> String {
    house.owner().await.page(path).await.text().await.unwrap()
}

/// The piece of a page about one field.
fn about<'a>(html: &'a str, key: &str) -> &'a str {
    let at = html.find(&format!("for=\"{key}\"")).unwrap_or_else(|| panic!("no {key} in {html}"));
    html[at..].split("<div class=\"setting\">").next().unwrap()
}

#[tokio::test]
async fn the_presets_say_what_they_mean_and_each_value_where_it_comes_from() {
    let house = House::open(ENV, |_| Outcome::Done(String::new())).await;
    let html = html(&house, "/settings/switching").await;
    for text in [
        "below 600 kbit/s for 4 s",
        "below 800 kbit/s for 2 s",
        "value=\"calm\" checked",
        "One value below is set by hand.",
    ] {
        assert!(html.contains(text), "{text} is missing from {html}");
    }
    assert!(about(&html, "LOW_AFTER_SEC").contains("value=\"3\""));
    assert!(about(&html, "LOW_AFTER_SEC").contains("In force: 3 seconds, from the environment."));
    let follows = about(&html, "RECOVER_FROM_LOW_SEC");
    assert!(
        follows.contains("value=\"\"") && follows.contains("In force: 8 seconds, from the preset &#39;calm&#39;."),
        "{follows}"
    );
    assert!(!html.contains("for=\"LOW_CONSEC_SAMPLES\""), "what only older files have is not offered");
}

#[tokio::test]
async fn a_preset_and_an_emptied_field_become_one_order() {
    let house = House::open(ENV, |_| Outcome::Done("Saved.".to_owned())).await;
    let form = [
        ("SWITCHING_PRESET", "fast"),
        ("was.SWITCHING_PRESET", "calm"),
        ("LOW_AFTER_SEC", ""),
        ("was.LOW_AFTER_SEC", "3"),
        ("MIN_STAY_SEC", ""),
        ("was.MIN_STAY_SEC", ""),
    ];
    let answer = house.owner().await.post_form("/settings/switching", &form).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, "/settings/switching?saved=1"));
    let changes = [("SWITCHING_PRESET", "fast"), ("LOW_AFTER_SEC", "")]
        .map(|(key, value)| (key.to_owned(), Some(value.to_owned())));
    assert_eq!(*house.orders.lock().unwrap(), [Order::Settings(ChangeSetting { changes: changes.to_vec() })]);
}

#[tokio::test]
async fn a_mistake_opens_its_part_and_stands_beside_its_field() {
    let house = House::open(ENV, |_| Outcome::Failed("FLAP_LIMIT is 'x'. Allowed: a whole number.".to_owned())).await;
    let form =
        [("FLAP_LIMIT", "x"), ("was.FLAP_LIMIT", ""), ("SWITCHING_PRESET", "fast"), ("was.SWITCHING_PRESET", "calm")];
    let answer = house.owner().await.post_form("/settings/switching", &form).await;
    assert_eq!(answer.status(), 422);
    let html = answer.text().await.unwrap();
    assert!(html.contains("one field needs a correction"), "{html}");
    assert!(html.contains("value=\"fast\" checked"), "the choice is not lost");
    let part = html.split("<details").find(|part| part.contains("for=\"FLAP_LIMIT\"")).unwrap();
    assert!(part.split('>').next().unwrap().contains(" open"), "{part}");
    assert!(part.contains("id=\"FLAP_LIMIT-error\""), "{part}");
}

#[tokio::test]
async fn limits_are_measured_from_the_last_good_minutes_and_nothing_is_saved_by_looking() {
    let house = House::open(&ENV[..1], |_| Outcome::Done(String::new())).await;
    assert!(html(&house, "/settings/switching").await.contains("There are no good minutes of a stream yet."));
    let now = clock::unix().0;
    let second = |at: i64, class: &str, kbps: f64| SampleRow {
        at: UnixMs(now - at * 1000),
        feed: "main".to_owned(),
        class: class.to_owned(),
        kbps: Some(Kbps(kbps)),
        rtt: None,
        buffer: None,
        latency: None,
        lost: None,
        dropped: None,
    };
    let rows: Vec<_> =
        (0..400).map(|at| second(at, "GOOD", 4000.0)).chain((0..400).map(|at| second(at, "BAD", 50.0))).collect();
    house.store.add_samples(&rows).await.unwrap();
    let page = html(&house, "/settings/switching").await;
    assert!(page.contains("Your last 6 good minutes had 4.0 Mbit/s in the middle."), "{page}");
    assert!(page.contains("data-low=\"1200\" data-offline=\"320\""), "{page}");
    let filled = html(&house, "/settings/switching?fill=1").await;
    assert!(about(&filled, "BITRATE_LOW_KBPS").contains("value=\"1200\""), "without JavaScript too");
    assert!(house.orders.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_test_is_started_and_ended_by_page_and_api() {
    let house = House::claimed().await;
    let owner = house.owner().await;
    let start = owner.post_form("/settings/switching/test", &[("on", "true")]).await;
    assert_eq!(header(&start, "location"), "/settings/switching#test");
    assert_eq!(owner.post_json("/api/v1/failover/test", r#"{"on":false}"#).await.status(), 200);
    assert_eq!(owner.post_json("/api/v1/failover/test", r#"{"on":"x"}"#).await.status(), 400);
    let orders = [FailoverOrder::StartTest, FailoverOrder::StopTest].map(Order::Failover);
    assert_eq!(*house.orders.lock().unwrap(), orders);
    assert_eq!(house.visitor().post_json("/api/v1/failover/test", r#"{"on":true}"#).await.status(), 401);
}
