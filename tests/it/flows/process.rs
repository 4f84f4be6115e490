//! The built program as a process: how it starts, refuses to start, stops, dies and comes back.

use crate::support::program::{FullDisk, Program};
use crate::support::real::comes_true;
use crate::support::show::{GOOD, PASSWORD, WEAK, settings};
use crate::support::visitor::{Visitor, row};
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use sqlx::{Connection as _, SqliteConnection};
use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;
use stream_control::demo::fake_ingest::{FakeIngest, Mode, Shape};
use stream_control::demo::fake_obs::{FakeObs, Script, Start};
use stream_control::store::Store;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

/// Longest wait for the end after SIGTERM; it needs far less.
const STOP_TIME: Duration = Duration::from_secs(60);
/// Longest wait for an end by itself.
const LIMIT: Duration = Duration::from_secs(60);

/// The texts of the newest journal rows in this folder.
async fn rows(data: &Path) -> Vec<String> {
    let store = Store::open(data).await.expect("the database");
    let lines = store.newest_lines(200).await.expect("lines");
    store.close().await;
    lines.into_iter().map(|line| line.text).collect()
}

mod start {
    use super::*;

    #[tokio::test]
    async fn without_any_env_it_starts_on_defaults_and_is_claimed_once() {
        let program = Program::new("", &[]);
        let mut process = program.start().await;
        let code = program.line("/claim?code=").await;
        let visitor = program.visitor();
        assert_eq!(visitor.get("/").await.location, "/claim");
        assert_eq!(visitor.get(&format!("/claim?code={code}")).await.status, 200);
        let claim = async |code: &str, password: &str, again: &str| {
            visitor.form("/claim", &[("code", code), ("password", password), ("again", again)]).await
        };
        assert_eq!(claim("wrong", PASSWORD, PASSWORD).await.status, 403);
        assert_eq!(claim(&code, "too short", "too short").await.status, 422);
        assert_eq!(claim(&code, PASSWORD, "something else").await.status, 422);
        let claimed = claim(&code, PASSWORD, PASSWORD).await;
        assert_eq!((claimed.status, claimed.location.as_str()), (303, "/"), "{claimed:?}");
        assert_eq!(visitor.get("/").await.status, 200, "signed in at once");
        assert_eq!(claim(&code, "another password", "another password").await.location, "/login");
        process.signal("TERM");
        assert_eq!(process.ended(STOP_TIME).await, Some(0), "{}", program.output());

        let mut process = program.start().await;
        assert_eq!(visitor.get("/").await.status, 200, "the session is kept");
        Visitor::signed_in(program.address, PASSWORD).await;
        process.signal("TERM");
        assert_eq!(process.ended(STOP_TIME).await, Some(0), "{}", program.output());
        assert_eq!(program.output().matches("/claim?code=").count(), 1, "{}", program.output());
        assert_eq!(program.output().matches("Stream Control is ready at").count(), 2);
    }

    #[tokio::test]
    async fn a_stream_control_users_env_starts_it() {
        let program = Program::new(include_str!("../../samples/upstream.env"), &[]);
        let mut check = program.launch(&["check"]);
        assert_eq!(check.ended(LIMIT).await, Some(0), "{}", program.output());
        let told = program.output();
        assert!(told.contains("No mistakes.") && !told.contains("Did you mean"), "{told}");
        for secret in ["upstreamSalt1234", "obs password", "oauth:abcdef", "qrstuvwxyz", "alert-token"] {
            assert!(!told.contains(secret), "{secret} in {told}");
        }

        let mut process = program.start().await;
        let owner = Visitor::signed_in(program.address, "upstream password").await;
        let mut page = String::new();
        for path in ["/settings", "/settings/switching", "/settings/feed/main"] {
            page += &owner.get(path).await.body;
        }
        for value in ["lowbitrate", "700", "1200", "http://127.0.0.1:8181/stats?publisher=••••"] {
            assert!(page.contains(&format!("value=\"{value}\"")), "{value} in {page}");
        }
        let live = owner.live("OBS looked for", |live| live["obs"]["word"] == "OBS lost").await;
        assert!(live["obs"]["repair"].as_str().is_some_and(|text| text.contains("OBS_PORT")), "{live:#}");
        process.signal("TERM");
        assert_eq!(process.ended(STOP_TIME).await, Some(0));
        assert!(!program.output().contains("/claim?code="), "it has an owner");
    }

    #[tokio::test]
    async fn a_port_that_is_taken_is_a_clear_error() {
        let program = Program::new("", &[]);
        let _taken = TcpListener::bind(program.address).expect("a free port");
        let mut process = program.launch(&[]);
        assert_eq!(process.ended(LIMIT).await, Some(1), "{}", program.output());
        let told = format!("cannot listen on {} (BIND_ADDR): ", program.address);
        assert!(program.output().contains(&told), "{}", program.output());
    }

    #[tokio::test]
    async fn all_mistakes_are_told_before_any_port_is_bound() {
        let mistakes =
            [("OBS_PORT", "0"), ("STATS_URL", "ftp://x"), ("BITRATE_LOW_KBPS", "many"), ("LOW_SCENE_NAME", "LIVE")];
        let program = Program::new("no equals sign\n", &mistakes);
        // The port is taken, so reaching for it would be the first thing told.
        let _taken = TcpListener::bind(program.address).expect("a free port");
        let mut process = program.launch(&[]);
        assert_eq!(process.ended(LIMIT).await, Some(1));
        let told = program.output();
        for (key, _) in mistakes {
            assert!(told.contains(&format!("{key} is '")), "{key} in {told}");
        }
        assert!(told.contains("Line 1") && !told.contains("cannot listen"), "{told}");
        assert!(!program.data().join(stream_control::store::FILE).exists(), "no database either");
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_written_is_a_clear_error() {
        let program = Program::new("", &[]);
        let mut process = program.launch_on_disk("ro");
        assert_eq!(process.ended(LIMIT).await, Some(1), "{}", program.output());
        let told = program.output();
        assert!(told.contains("Cannot open the database") && told.contains("Check that DATA_DIR exists"), "{told}");
    }

    #[tokio::test]
    async fn the_demo_shows_a_sag_within_a_minute_and_leaves_nothing() {
        let program = Program::new("", &[]);
        let mut process = program.launch(&["demo"]);
        let url = program.line("Demo: open ").await;
        let password = program.line("sign in with the password ").await;
        let address = url.trim_start_matches("http://").trim_end_matches('/').parse().expect("an address");
        let owner = Visitor::signed_in(address, &password).await;
        let low = |live: &Value| live["feed"]["word"] == "Low" && live["obs"]["scene"] == "LOW";
        owner.live("LOW in the demo", low).await;
        process.signal("TERM");
        assert_eq!(process.ended(STOP_TIME).await, Some(0), "{}", program.output());
        let left = std::fs::read_dir(program.folder.path()).expect("the folder").flatten();
        let demo = left.filter(|entry| entry.file_name().to_string_lossy().contains("demo")).count();
        assert_eq!(demo, 0, "its own folder is gone");
    }
}

/// A program on air against fakes, its owner signed in.
struct Air {
    obs: FakeObs,
    ingest: FakeIngest,
    program: Program,
}

impl Air {
    async fn new(script: Script) -> Self {
        let obs = FakeObs::start(0, script).await.expect("a free port");
        let ingest = FakeIngest::start(Shape::Nginx).await.expect("a free port");
        ingest.set(Mode::Healthy(GOOD));
        let program = Program::new("", &settings(&obs.port().to_string(), ingest.url().as_str()));
        Self { obs, ingest, program }
    }

    async fn owner(&self) -> Visitor {
        let owner = Visitor::signed_in(self.program.address, PASSWORD).await;
        owner.live("OBS connected", |live| live["obs"]["connected"] == true).await;
        owner
    }

    async fn on_air(&self) -> Visitor {
        let owner = self.owner().await;
        self.obs.human_start();
        owner.live("on air", |live| live["feed"]["word"] == "Good" && live["failover"]["armed"] == true).await;
        owner
    }
}

mod end {
    use super::*;

    #[tokio::test]
    async fn sigterm_ends_it_in_time_with_an_open_socket_and_a_pending_order() {
        let air = Air::new(Script { start: Start::Blocked, ..Script::default() }).await;
        let mut process = air.program.start().await;
        let owner = air.owner().await;
        let mut request = format!("ws://{}/ws/live", owner.address).into_client_request().expect("a request");
        let headers = request.headers_mut();
        headers.insert("cookie", owner.cookie().parse().expect("a cookie"));
        headers.insert("origin", format!("http://{}", owner.address).parse().expect("an origin"));
        let (mut socket, _) = tokio_tungstenite::connect_async(request).await.expect("a socket");
        assert!(matches!(socket.next().await, Some(Ok(Message::Text(_)))), "the snapshot comes at once");

        let order = owner.post("/api/v1/obs/start", Value::Null);
        let stop = async {
            let pending = |live: &Value| live["obs"]["pending"].as_array().is_some_and(|orders| !orders.is_empty());
            owner.live("a pending order", pending).await;
            process.signal("TERM");
            process.ended(STOP_TIME).await
        };
        let closed = async {
            while let Some(Ok(message)) = socket.next().await {
                if let Message::Close(frame) = message {
                    return frame.map(|frame| frame.reason.to_string());
                }
            }
            None
        };
        let (answer, code, goodbye) = tokio::join!(order, stop, closed);
        assert_eq!(code, Some(0), "{}", air.program.output());
        assert_eq!(goodbye.as_deref(), Some("the server stops"));
        assert!(answer.status >= 400, "the order has an honest end: {answer:?}");
        let rows = rows(&air.program.data()).await;
        assert!(rows.iter().any(|text| text == "Stream Control stops."), "{rows:#?}");
        assert!(rows.iter().any(|text| text.contains("start the stream")), "{rows:#?}");
    }

    #[tokio::test]
    async fn sigterm_ends_it_in_time_though_the_database_is_locked() {
        let air = Air::new(Script::default()).await;
        let mut process = air.program.start().await;
        let owner = air.on_air().await;
        let file = air.program.data().join(stream_control::store::FILE);
        let mut other = SqliteConnection::connect(&format!("sqlite://{}", file.display())).await.expect("it opens");
        sqlx::query("BEGIN EXCLUSIVE").execute(&mut other).await.expect("the lock");
        assert_eq!(owner.post("/api/v1/obs/scene", json!({"scene": "BRB"})).await.status, 200);
        process.signal("TERM");
        assert_eq!(process.ended(STOP_TIME).await, Some(0), "{}", air.program.output());
        assert!(air.obs.is_streaming(), "the show is not the daemon's to end");
    }

    #[tokio::test]
    async fn after_kill_9_the_database_is_whole_and_everyone_is_still_signed_in() {
        let air = Air::new(Script::default()).await;
        let mut process = air.program.start().await;
        let owner = air.on_air().await;
        let fields = [("BITRATE_LOW_KBPS", "900"), ("was.BITRATE_LOW_KBPS", "")];
        assert_eq!(owner.form("/settings", &fields).await.location, "/settings?saved=1");
        assert_eq!(owner.post("/api/v1/failover/pause", Value::Null).await.status, 200);
        assert_eq!(owner.post("/api/v1/failover/resume", Value::Null).await.status, 200);
        air.ingest.set(Mode::Weak(WEAK));
        owner.live("LOW", |live| live["obs"]["scene"] == "LOW").await;
        process.kill();

        let file = air.program.data().join(stream_control::store::FILE);
        let mut database = SqliteConnection::connect(&format!("sqlite://{}", file.display())).await.expect("it opens");
        let whole: String = sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut database).await.expect("rows");
        assert_eq!(whole, "ok");
        database.close().await.expect("a clean end");

        let mut process = air.program.start().await;
        let low = |live: &Value| live["feed"]["word"] == "Low" && live["failover"]["armed"] == true;
        let live = owner.live("the show taken up again", low).await;
        assert!(live["failover"]["limits"].as_str().is_some_and(|text| text.contains("900 kbit/s")), "{live:#}");
        assert_eq!((air.obs.count("StartStream"), air.obs.count("StopStream")), (0, 0));
        process.signal("TERM");
        assert_eq!(process.ended(STOP_TIME).await, Some(0));
    }

    #[tokio::test]
    async fn on_a_full_disk_the_show_goes_on_and_history_with_the_first_free_space() {
        let air = Air::new(Script::default()).await;
        let mut process = air.program.launch_on_disk("size=2m");
        air.program.ready().await;
        let owner = air.on_air().await;
        // The disk is mounted for the program alone; this is the way to it from outside.
        let disk = format!("/proc/{}/root{}", process.id(), air.program.data().display());
        let disk = FullDisk::fill(Path::new(&disk)).await;

        air.ingest.set(Mode::Weak(WEAK));
        owner.live("LOW", |live| live["feed"]["word"] == "Low" && live["obs"]["scene"] == "LOW").await;
        let full = "History is not being written: the disk is full.";
        let told = comes_true(Duration::from_secs(60), async || {
            // Each order is a line more to be written.
            let scene = owner.post("/api/v1/obs/scene", json!({"scene": "BRB"})).await;
            assert_eq!(scene.status, 200, "orders work: {scene:?}");
            let live = owner.live("anything", |_| true).await;
            row(&live, "History")["reason"] == full && row(&live, "History")["word"] == "Needs you"
        });
        assert!(told.await, "{}", air.program.output());
        assert_eq!(owner.get("/").await.status, 200);

        disk.empty().await;
        owner.live("history again", |live| row(live, "History")["word"] == "Good").await;
        process.signal("TERM");
        assert_eq!(process.ended(STOP_TIME).await, Some(0), "{}", air.program.output());
    }
}
