//! From NOALBS: on the command line and on the page, whole or not at all; and the look for an ingest.

use crate::support::app::App;
use crate::support::program::Program;
use crate::support::real::comes_true;
use crate::support::visitor::Visitor;
use serde_json::json;
use std::time::Duration;
use stream_control::demo::fake_ingest::{FakeIngest, Mode, Shape};
use stream_control::domain::chat_command::Audience;
use stream_control::kit::units::Kbps;
use stream_control::store::Store;
use tokio::process::Command;

const PASSWORD: &str = "correct horse battery";
const ONE: &str = include_str!("../../samples/noalbs/v2-one-server.json");
const EVERYTHING: &str = include_str!("../../samples/noalbs/v2-everything.json");
const DOTENV: &str = include_str!("../../samples/noalbs/dotenv.txt");

/// The program with these words, in a folder that it may write to.
async fn run(program: &Program, words: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stream-control"));
    command.args(words).current_dir(program.folder.path()).env_clear().env("DATA_DIR", program.data());
    let output = command.output().await.expect("it starts");
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

fn folder_of_noalbs(program: &Program, config: &str) {
    let folder = program.folder.path().join("noalbs");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("config.json"), config).expect("a config.json");
    std::fs::write(folder.join(".env"), DOTENV).expect("a .env");
}

#[tokio::test]
async fn the_command_line_shows_first_and_then_writes_everything() {
    let program = Program::new("", &[]);
    folder_of_noalbs(&program, EVERYTHING);
    let (good, text) = run(&program, &["import", "noalbs", "noalbs", "--dry-run"]).await;
    assert!(good && text.contains("dry run"), "{text}");
    for told in ["BITRATE_LOW_KBPS = 600", "feed phone-srt", ".env TWITCH_BOT_OAUTH", "LIVE_FROM_STARTING = true"] {
        assert!(text.contains(told), "{told} is missing from:\n{text}");
    }
    assert!(!text.contains("sesame"), "{text}");
    assert!(!program.data().join("stream-control.db").exists(), "a dry run makes no files");

    let (good, text) = run(&program, &["import", "noalbs", "noalbs/config.json"]).await;
    assert!(good && text.contains("Written to") && !text.contains("sesame"), "{text}");
    let store = Store::open(&program.data()).await.expect("a store");
    let rows = store.settings().await.expect("rows");
    let row = |key: &str| rows.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
    assert_eq!((row("OBS_PASSWORD"), row("LOW_AFTER_SEC")), (Some("sesame-obs"), Some("8")));
    assert!(row("FEEDS").is_some_and(|feeds| feeds.contains("sesame-nms")));
    let commands = store.chat_commands().await.expect("commands");
    let live = commands.iter().find(|command| command.name == "live").expect("live");
    assert_eq!((live.audience, live.enabled), (Audience::Moderators, true));
    store.close().await;
    let (good, text) = run(&program, &["check"]).await;
    assert!(good && text.contains("No mistakes"), "{text}");
}

#[tokio::test]
async fn the_command_line_writes_nothing_where_there_is_a_mistake() {
    let program = Program::new("", &[]);
    folder_of_noalbs(&program, r#"{"switcher": {"triggers": {"low": "fast"}}, "software": {"port": true}}"#);
    let (good, text) = run(&program, &["import", "noalbs", "noalbs"]).await;
    assert!(!good && text.contains("switcher.triggers.low is text") && text.contains("software.port is"), "{text}");
    // A file that is good by itself, on settings that do not go with it.
    folder_of_noalbs(&program, r#"{"switcher": {"switchingScenes": {"normal": "lowbitrate"}}, "software": {}}"#);
    let (good, text) = run(&program, &["import", "noalbs", "noalbs"]).await;
    assert!(!good && text.contains("Nothing was written") && text.contains("LOW_SCENE_NAME"), "{text}");
    let store = Store::open(&program.data()).await.expect("a store");
    assert_eq!(store.settings().await.expect("rows"), []);
    let (good, text) = run(&program, &["import", "noalbs", "nowhere"]).await;
    assert!(!good && text.contains("is not there"), "{text}");
}

#[tokio::test]
async fn the_page_shows_first_and_then_puts_everything_in_force() {
    let app = App::start(&[("LOGIN_PASSWORD", PASSWORD), ("OBS_PORT", "1")]).await;
    let owner = Visitor::signed_in(app.address, PASSWORD).await;
    assert!(owner.get("/settings").await.body.contains("href=\"/import\""));
    let wrong = owner.form("/import", &[("config", r#"{"switcher": {"retryAttempts": "x"}}"#), ("env", "")]).await;
    assert!(wrong.status == 422 && wrong.body.contains("switcher.retryAttempts is text"), "{wrong:?}");

    let shown = owner.form("/import", &[("config", EVERYTHING), ("env", DOTENV)]).await;
    assert!(shown.status == 200 && shown.body.contains("switcher.triggers.low"), "{shown:?}");
    assert!(!shown.body.contains("sesame"), "no secret goes back");
    assert_eq!(app.ctx.cells.config.with(|config| config.feeds.len()), 1, "nothing is done yet");
    let ticket = shown.body.split("name=\"ticket\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let ticket = ticket.expect("a ticket").to_owned();

    let done = owner.form("/import/apply", &[("ticket", &ticket)]).await;
    assert_eq!((done.status, done.location.as_str()), (303, "/import?done=1"), "{done:?}");
    app.ctx.cells.config.with(|config| {
        assert_eq!(config.rules.low, Kbps(600.0));
        assert!(config.feeds.iter().any(|feed| feed.id.as_str() == "phone-srt"));
        assert_eq!(config.obs.host, "192.168.1.7");
    });
    app.line("import the settings of NOALBS").await;
    let again = owner.form("/import/apply", &[("ticket", &ticket)]).await;
    assert_eq!(again.status, 410, "once is enough");

    let small = owner.form("/import", &[("config", ONE)]).await;
    assert!(small.body.contains("STATS_FEED"), "{small:?}");
    let folder = app.stop().await;
    let store = Store::open(folder.path()).await.expect("a store");
    assert!(store.chat_commands().await.expect("commands").iter().any(|one| one.name == "fix"));
}

#[tokio::test]
async fn strangers_can_neither_import_nor_look_round() {
    let app = App::start(&[("LOGIN_PASSWORD", PASSWORD), ("OBS_PORT", "1")]).await;
    let stranger = Visitor::new(app.address);
    for path in ["/import", "/find"] {
        assert_ne!(stranger.get(path).await.status, 200, "{path}");
    }
    let asked = stranger.post("/api/v1/probe", json!({"host": "127.0.0.1"})).await;
    assert!(asked.status != 200 && !asked.body.contains("found"), "{asked:?}");
    let owner = Visitor::signed_in(app.address, PASSWORD).await;
    for host in ["http://box", "box:22", "a b", ""] {
        assert_eq!(owner.post("/api/v1/probe", json!({ "host": host })).await.status, 400, "{host}");
    }
    assert_eq!(owner.post("/api/v1/probe", json!({"hosts": 1})).await.status, 400);
    let found = owner.form("/find", &[("host", "not a host")]).await;
    assert!(found.status == 422 && found.body.contains("Write the name or address"), "{found:?}");
    app.stop().await;
}

#[tokio::test]
async fn the_probe_prints_words_and_json() {
    let fake = FakeIngest::start(Shape::Nginx).await.expect("a fake");
    fake.set(Mode::Healthy(Kbps(3000.0)));
    let port = fake.url().port().expect("a port").to_string();
    let program = Program::new("", &[]);
    // One look gives an answer less than a second, which a busy machine may need for itself.
    let found = async |more: &[&str]| {
        let words: Vec<&str> =
            ["probe", "127.0.0.1", "--port", &port].into_iter().chain(more.iter().copied()).collect();
        let mut found = (false, String::new());
        comes_true(Duration::from_secs(60), async || {
            found = run(&program, &words).await;
            found.1.contains("publish/feed1")
        })
        .await;
        found
    };
    let (good, text) = found(&[]).await;
    assert!(good, "{text}");
    for told in ["nginx-rtmp at http://127.0.0.1:", "publish/feed1: ", "kbit/s", "STATS_FEED=publish/feed1"] {
        assert!(text.contains(told), "{told} is missing from:\n{text}");
    }
    let (good, text) = found(&["--json"]).await;
    let report: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let one = &report["found"][0];
    assert!(good && one["server"] == "nginx" && one["publishers"][0]["kbps"].as_u64() > Some(1000), "{text}");
    let (good, text) = run(&program, &["probe", "http://x"]).await;
    assert!(!good && text.contains("is no machine"), "{text}");
}
