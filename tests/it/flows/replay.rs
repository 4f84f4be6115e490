//! From the wire to a recording and back: the daemon polls a fake server that misbehaves, its
//! recording is saved, and the built program replays it to the decision that was made.

use crate::support::show::Show;
use crate::support::visitor::Visitor;
use std::process::Stdio;
use std::time::Duration;
use stream_control::demo::fake_ingest::{Mode, Shape};
use stream_control::domain::command::{FailoverOrder, Order};
use stream_control::domain::signal::Feeds;
use stream_control::kit::units::Millis;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

async fn program(words: &[&str], input: &[u8]) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stream-control"));
    command.env_clear().args(words).args(["--env-file", "/nonexistent/.env"]);
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = pipes.spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    // A program that has seen enough closes its end.
    let _ = stdin.write_all(input).await;
    drop(stdin);
    child.wait_with_output().await.expect("it ends")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_daemon_recorded_replays_to_the_same_decision_without_a_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("polls.jsonl");
    let path = file.to_string_lossy().into_owned();
    let show = Show::on_air(Shape::Nginx, &[("RECORD_POLLS", path.as_str())]).await;
    show.ingest.set(Mode::Gone);
    show.app.scene("OFFLINE").await;
    // The daemon decides between two polls; a recording tells of it with the poll that follows.
    let polls = |feeds: &Feeds| feeds.first().map_or(0, |feed| feed.polls);
    let mut feeds = show.app.ctx.cells.feeds.clone();
    let later = feeds.with(polls) + 2;
    tokio::time::timeout(Duration::from_secs(60), feeds.until(|feeds| polls(feeds) >= later)).await.expect("polls");
    let asked = reqwest::Client::new().get(show.app.url("/api/v1/polls.jsonl")).header("cookie", show.page.cookie());
    let saved = asked.send().await.expect("an answer");
    let name = saved.headers()["content-disposition"].to_str().expect("text").to_owned();
    assert!(name.starts_with("attachment; filename=\"polls-2") && name.ends_with(".jsonl\""), "{name}");
    let saved = saved.text().await.expect("a body");
    let stranger = Visitor::new(show.app.address).get("/api/v1/polls.jsonl").await;
    assert_eq!(
        (stranger.status, stranger.location.as_str()),
        (303, "/login?next=%2Fapi%2Fv1%2Fpolls.jsonl"),
        "a person is shown the door"
    );
    show.app.stop().await;

    for recording in [saved, std::fs::read_to_string(&file).expect("the file")] {
        assert!(!recording.contains("feed1"), "the publisher's name is gone: {recording}");
        let output = program(&["replay", "-", "--json"], recording.as_bytes()).await;
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let decisions = text(&output.stdout);
        let last = decisions.lines().last().unwrap_or_default();
        assert!(last.contains("\"to\":\"OFFLINE\"") && last.contains("\"class\":\"ABSENT\""), "{decisions}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn announced_work_is_recorded_and_is_no_outage_when_it_is_replayed() {
    let show = Show::on_air(Shape::Nginx, &[]).await;
    let work = FailoverOrder::Maintenance { feed: None, span: Millis(300_000), why: "a new address".to_owned() };
    assert!(show.app.order(Order::Failover(work)).await.is_done());
    show.ingest.set(Mode::Gone);
    let polls = |feeds: &Feeds| feeds.first().map_or(0, |feed| feed.polls);
    let mut feeds = show.app.ctx.cells.feeds.clone();
    let later = feeds.with(polls) + 5;
    tokio::time::timeout(Duration::from_secs(60), feeds.until(|feeds| polls(feeds) >= later)).await.expect("polls");
    let asked = reqwest::Client::new().get(show.app.url("/api/v1/polls.jsonl")).header("cookie", show.page.cookie());
    let saved = asked.send().await.expect("an answer").text().await.expect("a body");
    show.app.stop().await;

    let is_work = |line: &&str| line.contains("\"type\":\"maintenance\"") && line.contains("\"seconds\":300.0");
    assert_eq!(saved.lines().filter(is_work).count(), 1, "{saved}");
    assert!(!saved.contains("a new address"), "no words of people: {saved}");
    let without: String = saved.lines().filter(|line| !is_work(line)).map(|line| format!("{line}\n")).collect();
    for (recording, falls) in [(saved, false), (without, true)] {
        let output = program(&["replay", "-", "--json"], recording.as_bytes()).await;
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        // Before the feed began nobody was there either.
        let decisions = text(&output.stdout);
        let last = decisions.lines().last().unwrap_or_default();
        assert_eq!(last.contains("\"to\":\"OFFLINE\""), falls, "{decisions}");
    }
}

#[tokio::test]
async fn the_example_of_the_documentation_does_what_it_says() {
    let example = include_bytes!("../../../docs/replay-example.jsonl");
    let page = include_str!("../../../docs/replay.md");
    let output = program(&["replay", "-"], example).await;
    let said = text(&output.stdout) + &text(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    for line in said.lines() {
        assert!(page.contains(line), "docs/replay.md is to show: {line}");
    }
    let output = program(&["replay", "-", "--scene", "Away", "--set", "OFFLINE_SCENE_NAME=Away"], example).await;
    let said = text(&output.stdout);
    assert!(said.trim_start().starts_with("1.40 s  OFFLINE -> LIVE     GOOD"), "{said}{}", text(&output.stderr));
}

#[tokio::test]
async fn mistakes_end_with_1_and_say_where() {
    let table: [(&[&str], &str, &str); 5] = [
        (
            &["replay", "-"],
            "{\"t\":0}\n{\"t\":1,\"type\":\"nginks\"}\n",
            "standard input, line 2: type is 'nginks'. Allowed: auto, nginx",
        ),
        (&["replay", "-"], "{\"t\":0}\nrubbish\n{\"t\":1}\n", "standard input, line 2: "),
        (&["replay", "/no/such/file"], "", "cannot open /no/such/file"),
        (&["replay", "-", "--set", "BITRATE_LOW_KPBS=1"], "", "Did you mean BITRATE_LOW_KBPS?"),
        (&["replay", "-", "--set", "BITRATE_LOW_KBPS=lots"], "", "BITRATE_LOW_KBPS is 'lots'"),
    ];
    for (words, input, wanted) in table {
        let output = program(words, input.as_bytes()).await;
        let said = text(&output.stderr);
        assert!(said.contains(wanted), "{words:?}: {said}");
        assert_eq!(output.status.code(), Some(1), "{words:?}");
    }
}
