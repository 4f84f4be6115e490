//! Looking back over the API: pages of lines, the timeline, files to take away, work that is announced.

use super::house::{House, PASSWORD, header, json};
use crate::support::past::{decision, past};
use serde_json::{Value, json};
use stream_control::domain::command::{FailoverOrder, Order, Outcome};
use stream_control::domain::journal::{Entry, Tone, Topic};
use stream_control::kit::units::{Millis, UnixMs};

const HOUR: i64 = 3_600_000;
/// A moment on a whole day, so that steps of any length begin there.
const T: i64 = 20_000 * 24 * HOUR;

fn texts(lines: &Value) -> Vec<String> {
    lines.as_array().unwrap().iter().map(|line| line["text"].as_str().unwrap().to_owned()).collect()
}

fn order(at: i64, text: &str) -> Entry {
    Entry { topic: Topic::Order, origin: "Anna".to_owned(), ..decision(UnixMs(at), Tone::Info, text) }
}

#[tokio::test]
async fn lines_come_in_pages_filtered_and_found() {
    let house = House::claimed().await;
    let owner = house.owner().await;
    let lines: Vec<Entry> = (0..250).map(|n| decision(UnixMs(T + n), Tone::Warn, &format!("line {n}"))).collect();
    house.store.add_lines(&lines).await.unwrap();
    house.store.add_lines(&[order(T + 900, "100 % of 'it'_"), order(T + 901, "Switched BY HAND")]).await.unwrap();

    let mut seen = Vec::new();
    let mut before = String::new();
    loop {
        let page = json(owner.get(&format!("/api/v1/journal?topic=decision&limit=100{before}")).await).await;
        let Some(last) = page.as_array().unwrap().last() else { break };
        before = format!("&before={}", last["id"]);
        seen.extend(texts(&page));
    }
    let wanted: Vec<String> = (0..250).rev().map(|n| format!("line {n}")).collect();
    assert_eq!(seen, wanted, "every line once, newest first");

    let table: &[(&str, &[&str])] = &[
        ("q=by%20hand", &["Switched BY HAND"]),
        ("q=anna", &["Switched BY HAND", "100 % of 'it'_"]),
        ("q=%25", &["100 % of 'it'_"]),
        ("q=it%27_", &["100 % of 'it'_"]),
        ("q=line%2024_", &[]),
        ("topic=order,link", &["Switched BY HAND", "100 % of 'it'_"]),
        ("topic=order&tone=warn", &[]),
        ("q=line&limit=2", &["line 249", "line 248"]),
    ];
    for (query, wanted) in table {
        let found = json(owner.get(&format!("/api/v1/journal?{query}")).await).await;
        assert_eq!(texts(&found), *wanted, "{query}");
    }
    let part = json(owner.get(&format!("/api/v1/journal?from={}&to={}", T + 10, T + 12)).await).await;
    assert_eq!(texts(&part), ["line 11", "line 10"]);
    assert_eq!(part[0]["data"]["rule"], "low", "the numbers come along");
}

#[tokio::test]
async fn lines_that_are_not_written_yet_stand_ahead_once() {
    let house = House::claimed().await;
    let owner = house.owner().await;
    let (old, both, new) = (order(T, "old"), order(T + 1, "written this moment"), order(T + 2, "not written"));
    house.store.add_lines(&[old.clone(), both.clone()]).await.unwrap();
    house.tail.edit(|tail| {
        tail.lines.extend([old, both, new]);
        tail.waiting = 2;
    });
    let lines = json(owner.get("/api/v1/journal").await).await;
    assert_eq!(texts(&lines), ["not written", "written this moment", "old"]);
    assert_eq!((lines[0]["id"].clone(), lines[1]["id"].is_number()), (Value::Null, true));
}

#[tokio::test]
async fn a_day_of_two_feeds_is_told_with_every_dip() {
    let house = House::claimed().await;
    let owner = house.owner().await;
    past(&house.store, UnixMs(T + 24 * HOUR), 24 * 3600, &["main", "cam2"]).await;
    let path = format!("/api/v1/timeline?from={T}&to={}&points=600", T + 24 * HOUR);
    let day = json(owner.get(&path).await).await;
    assert_eq!((day["step"].as_i64(), day["from"].as_i64()), (Some(150_000), Some(T)));
    let feed = &day["feeds"][0];
    let column =
        |name: &str| -> Vec<Option<i64>> { feed[name].as_array().unwrap().iter().map(Value::as_i64).collect() };
    let (least, mean, most) = (column("kbps_min"), column("kbps"), column("kbps_max"));
    assert_eq!((least.len(), day["feeds"].as_array().unwrap().len()), (576, 2));
    assert_eq!(least.iter().filter(|rate| **rate == Some(400)).count(), 47, "each sag of 12 s is there");
    let (sag, calm) = (1800 / 150, 5);
    assert!(mean[sag].unwrap() > 2000 && most[sag].unwrap() > 2500, "and does not hide the rest");
    assert_eq!((least[calm], column("rtt_max")[calm]), (Some(2500), Some(79)));
    assert_eq!(day["scenes"].as_array().unwrap().len(), 47 * 2 + 1);
    assert_eq!(day["scenes"][1]["role"], "low");
    assert_eq!(day["marks"].as_array().unwrap().len(), 94);
}

#[tokio::test]
async fn what_nobody_read_is_a_gap_and_a_part_that_makes_no_sense_is_refused() {
    let house = House::claimed().await;
    let owner = house.owner().await;
    past(&house.store, UnixMs(T + 60_000), 60, &["main"]).await;
    let path = format!("/api/v1/timeline?from={}&to={}&points=100", T - 60_000, T + 120_000);
    let part = json(owner.get(&path).await).await;
    let known = part["feeds"][0]["kbps"].as_array().unwrap().iter().map(|rate| rate.is_number());
    assert_eq!(part["step"], 2000);
    assert_eq!(known.collect::<Vec<_>>(), [vec![false; 30], vec![true; 30], vec![false; 30]].concat());
    for query in ["from=5&to=5", "from=9&to=5", "from=-1&to=5", &format!("from=0&to={T}"), "from=x"] {
        assert_eq!(owner.get(&format!("/api/v1/timeline?{query}")).await.status(), 400, "{query}");
    }
    let empty = json(owner.get("/api/v1/timeline?from=1000&to=2000").await).await;
    assert_eq!(empty["feeds"][0]["kbps"], json!([]), "never zero");
}

#[tokio::test]
async fn lines_are_taken_away_whole_as_csv_and_json() {
    let house = House::claimed().await;
    let owner = house.owner().await;
    let lines: Vec<Entry> = (0..2500).map(|n| decision(UnixMs(T + n), Tone::Warn, "LIVE → LOW")).collect();
    house.store.add_lines(&lines).await.unwrap();
    house.store.add_lines(&[order(T + 9000, "=cmd|' /C calc'!A0, \"quoted\"")]).await.unwrap();
    let answer = owner.get("/api/v1/journal/export.csv").await;
    assert!(header(&answer, "content-type").starts_with("text/csv; charset=utf-8"));
    assert_eq!(header(&answer, "content-disposition"), "attachment; filename=\"stream-control-journal.csv\"");
    let text = answer.text().await.unwrap();
    let rows: Vec<&str> = text.split_terminator("\r\n").collect();
    assert_eq!((rows.len(), rows[0]), (2502, "time,unix_ms,id,topic,tone,origin,text,data"));
    assert!(
        rows[1].starts_with("2024-10-04T00:00:00.000Z,1728000000000,1,decision,warn,failover,LIVE → LOW,\"{\"\""),
        "{}",
        rows[1]
    );
    assert!(rows[2501].contains("order,info,Anna,\"'=cmd|' /C calc'!A0, \"\"quoted\"\"\","), "{}", rows[2501]);
    let all = json(owner.get("/api/v1/journal/export.json?topic=order").await).await;
    let text = "=cmd|' /C calc'!A0, \"quoted\"";
    assert_eq!(
        (all.as_array().unwrap().len(), &all[0]["text"], &all[0]["unix_ms"]),
        (1, &json!(text), &json!(T + 9000))
    );
}

#[tokio::test]
async fn numbers_are_taken_away_sample_by_sample_with_their_scene() {
    let house = House::claimed().await;
    let owner = house.owner().await;
    past(&house.store, UnixMs(T + HOUR), 3600, &["main", "cam2"]).await;
    let part = |form: &str, from: i64, to: i64| format!("/api/v1/timeline/export.{form}?from={from}&to={to}");
    let text = owner.get(&part("csv", T, T + HOUR)).await.text().await.unwrap();
    let rows: Vec<&str> = text.split_terminator("\r\n").collect();
    assert_eq!(rows.len(), 1 + 7200, "each second of each feed once");
    assert_eq!(rows[1], "2024-10-04T00:00:00.000Z,1728000000000,main,GOOD,2500.0,60,1800,2000,3,0,LIVE,true");
    assert_eq!(rows.iter().filter(|row| row.contains(",LOW,true")).count(), 20, "ten seconds in LOW, two feeds");
    let some = json(owner.get(&part("json", T + 1000, T + 3000)).await).await;
    let at: Vec<_> = some
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["unix_ms"].as_i64().unwrap() - T, row["feed"].as_str().unwrap()))
        .collect();
    assert_eq!(at, [(1000, "main"), (1000, "cam2"), (2000, "main"), (2000, "cam2")]);
    let none = json(owner.get(&part("json", 1000, 2000)).await).await;
    assert_eq!(none, json!([]));
}

#[tokio::test]
async fn work_on_the_ingest_is_announced_by_people_and_programs() {
    let path = "/api/v1/failover/maintenance";
    let house = House::claimed().await;
    let (owner, script) = (house.owner().await, house.visitor());
    let taken = |house: &House| house.orders.lock().unwrap().pop();
    let work = |feed: Option<&str>, span, why: &str| {
        Some(Order::Failover(FailoverOrder::Maintenance {
            feed: feed.map(Into::into),
            span: Millis(span),
            why: why.into(),
        }))
    };
    let from_here = |body: &str| {
        script
            .client
            .post(format!("{}{path}", script.base))
            .body(body.to_owned())
            .header("content-type", "application/json")
    };
    let body = r#"{"seconds": 20, "reason": "nginx reload", "feed": null}"#;
    assert_eq!(from_here(body).send().await.unwrap().status(), 200, "a script on this machine, without a token");
    assert_eq!(taken(&house), work(None, 20_000, "nginx reload"));
    assert_eq!(owner.post_json(path, r#"{"seconds": 1.5, "feed": "main"}"#).await.status(), 200);
    assert_eq!(taken(&house), work(Some("main"), 1500, "work on the ingest"));
    for bad in
        ["{}", r#"{"seconds":0}"#, r#"{"seconds":301}"#, r#"{"seconds":1e999}"#, r#"{"seconds":5,"feed":"none"}"#, "x"]
    {
        assert_eq!(owner.post_json(path, bad).await.status(), 400, "{bad}");
    }
    let foreign = from_here(body).header("origin", "http://evil.example").send().await.unwrap();
    assert_eq!((foreign.status().as_u16(), taken(&house)), (403, None), "never from another site's page");

    let env = [("LOGIN_PASSWORD", PASSWORD), ("ALERT_TOKEN", "sesame")];
    let house = House::open(&env, |_| Outcome::Done("Done.".to_owned())).await;
    let script = house.visitor();
    let send = |token: &'static str| {
        script
            .client
            .post(format!("{}{path}", script.base))
            .header("x-alert-token", token)
            .header("content-type", "application/json")
            .body(body)
    };
    assert_eq!(send("wrong").send().await.unwrap().status(), 403);
    assert_eq!(send("sesame").send().await.unwrap().status(), 200);
    assert_eq!(taken(&house), work(None, 20_000, "nginx reload"));
    assert_eq!(taken(&house), None);
}
