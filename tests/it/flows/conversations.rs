//! Servers that are asked in a way of their own, over real sockets: live, gone, and everything that a
//! server does wrong; tokens, logins and their end.

use crate::support::scripted::{Asked, Say, Scripted, fine, not_found};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use stream_control::adapters::ingest::nimble::signature;
use stream_control::adapters::ingest::{Answer, Poller};
use stream_control::config::{Feed as Settings, Login, Pointers};
use stream_control::domain::server::Server;
use stream_control::domain::signal::{Publisher, Reach};
use stream_control::kit::secret::Secret;
use stream_control::kit::units::{Bytes, Kbps, Millis};
use url::Url;

/// Long enough that a busy machine does not turn a right answer into a time-out.
const PATIENT: Millis = Millis(10_000);

fn settings(url: Url, kind: Option<Server>) -> Settings {
    rustls::crypto::ring::default_provider().install_default().ok();
    let pointers =
        Pointers { bytes: Some("/bytes_in".to_owned()), online: Some("/live".to_owned()), ..Pointers::default() };
    let pointers = (kind == Some(Server::Json)).then_some(pointers);
    Settings { url: Some(Secret::new(url)), kind, pointers, timeout: PATIENT, ..Settings::unset("phone".into()) }
}

fn poller(settings: &Settings) -> Poller {
    Poller::new(settings).expect("a client").expect("a poller, for there is an address")
}

async fn poll(settings: &Settings) -> Answer {
    poller(settings).poll().await
}

fn recorded(name: &str) -> String {
    let path = format!("{}/tests/samples/ingest/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).expect("a recorded document")
}

/// A server: the address that a person writes, what is then asked, the live document and what stands
/// for nobody.
struct Row {
    server: Server,
    written: &'static str,
    asked: &'static str,
    live: fn() -> String,
    gone: fn() -> Say,
}

const ROWS: &[Row] = &[
    Row {
        server: Server::Nimble,
        written: "",
        asked: "GET /manage/srt_receiver_stats",
        live: || recorded("synthetic-nimble-srt_receiver_stats-live.json"),
        gone: || fine(recorded("synthetic-nimble-srt_receiver_stats-disconnected.json")),
    },
    Row {
        server: Server::Xiu,
        written: "/api/query_stream",
        asked: "GET /api/query_whole_streams",
        live: || recorded("synthetic-xiu-query_stream-live.json"),
        gone: || fine(recorded("synthetic-xiu-query_stream-offline.json")),
    },
    Row {
        server: Server::Ome,
        written: "/v1/stats/current/vhosts/default/apps/app/streams/feed1",
        asked: "GET /v1/stats/current/vhosts/default/apps/app/streams/feed1",
        live: || recorded("synthetic-ome-stream-stats-live.json"),
        gone: || Say::This(404, recorded("synthetic-ome-stream-stats-404.json")),
    },
    Row {
        server: Server::Datarhei,
        written: "/api/v3/process/feed1/state",
        asked: "GET /api/v3/process/feed1/state",
        live: || recorded("synthetic-datarhei-process-state.json"),
        gone: || fine(r#"{"order":"stop","exec":"finished","progress":{"inputs":[],"outputs":[]}}"#),
    },
    Row {
        server: Server::Rist,
        written: "/stats",
        asked: "GET /stats",
        live: || recorded("rist-receiver-live.json"),
        gone: || fine(recorded("synthetic-rist-http-stats-idle.json")),
    },
    Row {
        server: Server::IrlHosting,
        written: "/stats/secret",
        asked: "GET /stats/secret",
        live: || recorded("synthetic-irlhosting-srt-live.json"),
        gone: || fine(recorded("synthetic-irlhosting-srt-offline.json")),
    },
    Row {
        server: Server::OpenRtmp,
        written: "/stats?key=k",
        asked: "GET /stats?key=k",
        live: || recorded("synthetic-openrtmp-stats-live.json"),
        gone: || fine(recorded("synthetic-openrtmp-offline.txt")),
    },
    Row {
        server: Server::Json,
        written: "/any",
        asked: "GET /any",
        live: || r#"{"bytes_in":1000,"live":"online"}"#.to_owned(),
        gone: || fine(r#"{"bytes_in":0,"live":"offline"}"#),
    },
];

async fn says(row: &'static Row, say: fn(&Row) -> Say) -> Scripted {
    Scripted::start(move |asked| if asked.line == row.asked { say(row) } else { not_found() }).await
}

#[tokio::test]
async fn what_a_server_does_is_what_the_sample_says() {
    type Case = (&'static str, fn(&Row) -> Say, fn(&Reach) -> bool, Publisher);
    let table: &[Case] = &[
        ("live", |row| fine((row.live)()), |reach| *reach == Reach::Ok, Publisher::Present),
        ("gone", |row| (row.gone)(), |reach| *reach == Reach::Ok, Publisher::Absent),
        (
            "401",
            |_| Say::This(401, String::new()),
            |reach| matches!(reach, Reach::Auth(401) | Reach::Login(_)),
            Publisher::Unknown,
        ),
        ("500", |_| Say::This(500, "oh".to_owned()), |reach| *reach == Reach::Http(500), Publisher::Unknown),
        (
            "a page",
            |_| fine("<!DOCTYPE html><html><body>Log in</body></html>"),
            |reach| *reach == Reach::Malformed("an HTML page".to_owned()),
            Publisher::Unknown,
        ),
        (
            "cut off",
            |row| fine(&(row.live)()[..20]),
            |reach| *reach == Reach::Malformed("JSON that ends in the middle".to_owned()),
            Publisher::Unknown,
        ),
    ];
    for (what, say, wanted, publisher) in table {
        for row in ROWS {
            let scripted = says(row, *say).await;
            let answer = poll(&settings(scripted.url(row.written), Some(row.server))).await;
            let heard = answer.sample;
            assert!(wanted(&heard.reach), "{what} {}: {:?}", row.server, heard.reach);
            assert_eq!(heard.publisher, *publisher, "{what} {}", row.server);
        }
    }
}

#[tokio::test]
async fn a_server_that_hangs_is_given_up_in_time() {
    for row in ROWS {
        let scripted = Scripted::start(|_| Say::Nothing).await;
        let hasty = Settings { timeout: Millis(50), ..settings(scripted.url(row.written), Some(row.server)) };
        let sample = poll(&hasty).await.sample;
        assert_eq!((sample.reach, sample.publisher), (Reach::Timeout, Publisher::Unknown), "{}", row.server);
    }
}

#[tokio::test]
async fn without_a_kind_the_answers_tell_who_it_is() {
    // A line of plain text and any JSON need the kind; all others are known live and gone.
    for row in ROWS.iter().filter(|row| !matches!(row.server, Server::OpenRtmp | Server::Json)) {
        for (say, publisher) in [(live as fn(&Row) -> Say, Publisher::Present), (gone, Publisher::Absent)] {
            let scripted = says(row, say).await;
            let written = row.written.replace("query_stream", "query_whole_streams");
            let written = if written.is_empty() { row.asked.trim_start_matches("GET ") } else { &written };
            let answer = poll(&settings(scripted.url(written), None)).await;
            let seen = (answer.server, answer.sample.publisher);
            assert_eq!(seen, (Some(row.server), publisher), "{:?}", answer.sample.reach);
        }
    }
}

fn live(row: &Row) -> Say {
    fine((row.live)())
}

fn gone(row: &Row) -> Say {
    (row.gone)()
}

#[tokio::test]
async fn nimble_has_a_receiver_by_where_it_listens_and_a_stream_by_its_name() {
    let scripted = Scripted::start(|asked| match asked.line.as_str() {
        "GET /manage/srt_receiver_stats" => fine(recorded("synthetic-nimble-srt_receiver_stats-live.json")),
        "GET /manage/rtmp_status" => fine(recorded("synthetic-nimble-rtmp_status-live.json")),
        _ => not_found(),
    })
    .await;
    let table = [
        (None, Publisher::Present, Some(Bytes(296_960_120)), None),
        (Some("0.0.0.0:9000"), Publisher::Present, Some(Bytes(296_960_120)), None),
        (Some(":9000"), Publisher::Present, Some(Bytes(296_960_120)), None),
        (Some("live/srt"), Publisher::Present, None, Some(Kbps(4015.12))),
        (Some("live/other"), Publisher::Absent, None, None),
    ];
    for (publisher, wanted, bytes, kbps) in table {
        let publisher = publisher.map(str::to_owned);
        let feed = Settings { publisher, ..settings(scripted.url(""), Some(Server::Nimble)) };
        let sample = poll(&feed).await.sample;
        assert_eq!(
            (sample.publisher, sample.rx_bytes, sample.kbps_server),
            (wanted, bytes, kbps),
            "{:?}",
            feed.publisher
        );
    }
}

#[tokio::test]
async fn nimble_gets_a_signature_and_never_the_token() {
    let scripted = Scripted::start(|asked| {
        let query: Vec<(String, String)> = parameters(asked);
        let value = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        let salt = value("salt").and_then(|salt| salt.parse().ok()).unwrap_or_default();
        if value("hash").as_ref() == Some(&signature(salt, "token-1")[1].1) {
            fine(recorded("synthetic-nimble-srt_receiver_stats-live.json"))
        } else {
            Say::This(403, String::new())
        }
    })
    .await;
    let with =
        |token: &str| Settings { token: Some(Secret::from(token)), ..settings(scripted.url(""), Some(Server::Nimble)) };
    assert_eq!(poll(&with("token-1")).await.sample.publisher, Publisher::Present);
    let Reach::Login(words) = poll(&with("other")).await.sample.reach else { panic!("the token is wrong") };
    assert!(words.contains("management_token"), "{words}");
    let asked = scripted.asked().into_iter().filter(|asked| asked.line.contains("/manage/")).collect::<Vec<_>>();
    assert!(asked.iter().all(|asked| !asked.line.contains("token-1") && asked.authorization.is_none()), "{asked:?}");
}

fn parameters(asked: &Asked) -> Vec<(String, String)> {
    let query = asked.line.split_once('?').map_or("", |(_, query)| query);
    url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

#[tokio::test]
async fn oven_media_engine_takes_its_token_and_tells_how_long_nothing_came() {
    const LINE: &str = "GET /v1/stats/current/vhosts/default/apps/app/streams/feed1";
    let scripted = Scripted::start(|asked| {
        let right = asked.authorization == Some(format!("Basic {}", STANDARD.encode("ome-access")));
        match (right, asked.line.as_str()) {
            (false, _) => Say::This(
                401,
                r#"{"message":"[HTTP] Authorization header is required to call API (401)","statusCode":401}"#
                    .to_owned(),
            ),
            (true, LINE) => fine(recorded("synthetic-ome-stream-stats-live.json").replace("2026-11-20", "2001-11-20")),
            (true, _) => not_found(),
        }
    })
    .await;
    let feed = |token: &str, kind| Settings {
        token: Some(Secret::from(token)),
        publisher: Some("app/feed1".to_owned()),
        ..settings(scripted.url(""), kind)
    };
    let sample = poll(&feed("ome-access", Some(Server::Ome))).await.sample;
    assert_eq!((sample.reach, sample.publisher), (Reach::Ok, Publisher::Present));
    assert!(sample.idle > Some(Millis(1_000_000)), "long ago by the answer's own date: {:?}", sample.idle);
    for kind in [Some(Server::Ome), None] {
        let Reach::Login(words) = poll(&feed("wrong", kind)).await.sample.reach else { panic!("{kind:?}") };
        assert!(words.contains("AccessToken"), "{words}");
    }
}

/// A datarhei Core: its tokens count up, and only the newest is good until it is taken away.
struct Core {
    scripted: Scripted,
    valid: Arc<AtomicU32>,
    refreshable: Arc<AtomicU32>,
}

const NEVER: u32 = 0;

impl Core {
    async fn start() -> Self {
        let (valid, refreshable, given) =
            (Arc::new(AtomicU32::new(NEVER)), Arc::new(AtomicU32::new(NEVER)), AtomicU32::new(0));
        let (is_valid, is_refreshable) = (valid.clone(), refreshable.clone());
        let scripted = Scripted::start(move |asked| {
            let next = || given.fetch_add(1, Ordering::SeqCst) + 1;
            let bearer = |kind: &str, number: &AtomicU32| {
                let number = number.load(Ordering::SeqCst);
                number != NEVER && asked.authorization == Some(format!("Bearer {kind}{number}"))
            };
            let give = |number: u32| {
                is_valid.store(number, Ordering::SeqCst);
                format!(r#""access_token":"a{number}""#)
            };
            match asked.line.as_str() {
                "POST /api/login" if asked.body.contains(r#""password":"right""#) => {
                    let number = next();
                    is_refreshable.store(number, Ordering::SeqCst);
                    fine(format!(r#"{{{},"refresh_token":"r{number}"}}"#, give(number)))
                }
                "GET /api/login/refresh" if bearer("r", &is_refreshable) => fine(format!("{{{}}}", give(next()))),
                "GET /api/v3/srt" if bearer("a", &is_valid) => fine(recorded("synthetic-datarhei-srt-channels.json")),
                "GET /api/v3/process?filter=state" if bearer("a", &is_valid) => {
                    fine(recorded("synthetic-datarhei-process-list.json"))
                }
                "GET /api/v3/rtmp" if bearer("a", &is_valid) => fine("[]"),
                _ => Say::This(401, r#"{"code":401,"message":"Unauthorized","details":["no"]}"#.to_owned()),
            }
        })
        .await;
        Self { scripted, valid, refreshable }
    }

    fn feed(&self, password: &str, publisher: Option<&str>) -> Settings {
        let login = Login { user: "admin".to_owned(), password: Secret::from(password) };
        let publisher = publisher.map(str::to_owned);
        Settings { login: Some(login), publisher, ..settings(self.scripted.url(""), Some(Server::Datarhei)) }
    }

    /// What was asked since the last call, as one word each.
    fn asked(&self, seen: &mut usize) -> Vec<String> {
        let lines = self.scripted.lines();
        let new = lines[*seen..].iter().map(|line| line.rsplit('/').next().unwrap_or_default().to_owned());
        let new = new.collect();
        *seen = lines.len();
        new
    }
}

#[tokio::test]
async fn datarhei_gives_a_token_that_runs_out() {
    let core = Core::start().await;
    let mut poller = poller(&core.feed("right", None));
    let mut seen = 0;
    let mut present = async |why: &str| {
        let sample = poller.poll().await.sample;
        assert_eq!((sample.reach, sample.publisher), (Reach::Ok, Publisher::Present), "{why}");
    };
    present("the first").await;
    assert_eq!(core.asked(&mut seen), ["srt", "login", "srt"]);
    present("with the token").await;
    assert_eq!(core.asked(&mut seen), ["srt"]);
    core.valid.store(NEVER, Ordering::SeqCst);
    present("refreshed").await;
    assert_eq!(core.asked(&mut seen), ["srt", "refresh", "srt"]);
    core.valid.store(NEVER, Ordering::SeqCst);
    core.refreshable.store(NEVER, Ordering::SeqCst);
    present("logged in anew").await;
    assert_eq!(core.asked(&mut seen), ["srt", "refresh", "login", "srt"]);
}

#[tokio::test]
async fn datarhei_is_not_asked_again_and_again_with_a_wrong_password() {
    let core = Core::start().await;
    let mut poller = poller(&core.feed("wrong", None));
    for _ in 0..4 {
        let answer = poller.poll().await;
        let Reach::Login(words) = answer.sample.reach else { panic!("the password is wrong") };
        assert!(words.contains("user and password of the feed 'phone'"), "{words}");
        assert!(answer.exchanges.iter().all(|one| !String::from_utf8_lossy(&one.body).contains("token")));
    }
    let logins = core.scripted.lines().iter().filter(|line| line.contains("/api/login")).count();
    assert_eq!(logins, 1);
}

#[tokio::test]
async fn datarhei_has_publishers_in_three_places() {
    let core = Core::start().await;
    let table = [
        (None, Publisher::Present, Some(Millis(1961))),
        (Some("feed1"), Publisher::Present, Some(Millis(1961))),
        (Some("9a1c"), Publisher::Present, None),
        (Some("yt"), Publisher::Absent, None),
    ];
    for (publisher, wanted, buffer) in table {
        let mut poller = poller(&core.feed("right", publisher));
        for _ in 0..2 {
            let sample = poller.poll().await.sample;
            assert_eq!((sample.publisher, sample.buffer), (wanted, buffer), "{publisher:?} {:?}", sample.reach);
        }
    }
}

#[tokio::test]
async fn secrets_stay_out_of_what_is_recorded() {
    let core = Core::start().await;
    let answer = poll(&core.feed("right", None)).await;
    let heard: String = answer.exchanges.iter().map(|one| String::from_utf8_lossy(&one.body).into_owned()).collect();
    assert!(heard.contains("recv_bytes") && !heard.contains("access_token"), "{heard}");
}
