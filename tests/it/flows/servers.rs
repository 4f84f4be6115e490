//! Servers that are played from their recorded documents: what each is asked, in which way a wrong
//! setting still comes to its statistics, and what of it is recorded.

use crate::support::scripted::{Asked, Say, Scripted, fine, not_found};
use stream_control::adapters::ingest::http::Status;
use stream_control::adapters::ingest::{Answer, Poller};
use stream_control::config::{Feed as Settings, Login};
use stream_control::domain::server::Server;
use stream_control::domain::signal::{Publisher, Reach};
use stream_control::kit::secret::Secret;
use stream_control::kit::units::{Bytes, Millis, Mono};
use url::Url;

/// Long enough that a busy machine does not turn a right answer into a time-out.
const PATIENT: Millis = Millis(10_000);

fn settings(url: Url, kind: Option<Server>) -> Settings {
    rustls::crypto::ring::default_provider().install_default().ok();
    Settings { url: Some(Secret::new(url)), kind, timeout: PATIENT, ..Settings::unset("phone".into()) }
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

/// A server with this document at this address alone.
async fn only(line: &'static str, sample: &'static str) -> Scripted {
    Scripted::start(move |asked| if asked.line == line { fine(recorded(sample)) } else { not_found() }).await
}

const SRS: (&str, &str) = ("GET /api/v1/streams/?count=1000", "srs-streams-rtmp-live50s.json");

/// where it is, its document, who it is, the kinds that are set, the address that is written
type Row = (&'static str, &'static str, Server, &'static [Option<Server>], &'static str);

#[tokio::test]
async fn a_server_is_found_by_any_setting_that_leads_to_its_machine() {
    use Server as S;
    const GUESSES: &[Option<Server>] = &[None, Some(S::Srs), Some(S::MediaMtx), Some(S::Nms4), Some(S::Nginx)];
    let table: &[Row] = &[
        (SRS.0, SRS.1, S::Srs, GUESSES, ""),
        (SRS.0, SRS.1, S::Srs, &[Some(S::Srs)], "/api/v1/streams/"),
        ("GET /api/v1/streams/", SRS.1, S::Srs, &[None, Some(S::Sls)], "/api/v1/streams/"),
        ("GET /stat", "nginx-rtmp-live.xml", S::Nginx, GUESSES, "/"),
        ("GET /stat", "nginx-rtmp-live.xml", S::Nginx, GUESSES, "/stat"),
        ("GET /statistik", "nginx-rtmp-live.xml", S::Nginx, GUESSES, "/statistik"),
        ("GET /stats", "sls-irl-live.json", S::Sls, GUESSES, ""),
        ("GET /api/streams", "nms2-streams-live.json", S::Nms2, GUESSES, ""),
        ("GET /api/streams", "nms2-streams-live.json", S::Nms2, &[None], "/api/streams"),
        ("GET /api/streams", "nms2-streams-offline.json", S::Nms2, &[None, Some(S::Nms2)], "/api/streams"),
        ("GET /v3/paths/list?itemsPerPage=1000", "synthetic-mediamtx-path-live-srt.json", S::MediaMtx, GUESSES, ""),
    ];
    for (line, sample, server, kinds, path) in table {
        for kind in *kinds {
            let scripted = only(line, sample).await;
            let answer = poll(&settings(scripted.url(path), *kind)).await;
            assert_eq!((answer.sample.reach, answer.server), (Reach::Ok, Some(*server)), "{line} {kind:?}");
        }
    }
}

#[tokio::test]
async fn a_page_that_leads_nowhere_is_told_as_it_is_and_not_searched_for_again_and_again() {
    let scripted = Scripted::start(|_| not_found()).await;
    let mut poller = poller(&settings(scripted.url(""), None));
    assert_eq!(poller.poll().await.sample.reach, Reach::Http(404));
    let asked = scripted.asked().len();
    assert!(asked > 5, "looked round: {:?}", scripted.lines());
    for _ in 0..5 {
        assert_eq!(poller.poll().await.sample.reach, Reach::Http(404));
    }
    assert_eq!(scripted.asked().len(), asked + 5);
    let page = Scripted::start(|_| not_found()).await;
    poll(&settings(page.url("/my/own/page"), None)).await;
    assert_eq!(page.lines(), ["GET /my/own/page"], "a page of somebody's own is asked for alone");
}

#[tokio::test]
async fn srs_is_asked_with_its_login_and_tells_how_often_it_counts() {
    let scripted = only(SRS.0, SRS.1).await;
    let mut url = scripted.url("/api/v1/streams/");
    url.set_username("bob").expect("a host");
    url.set_password(Some("pw")).expect("a host");
    let answer = poll(&settings(url, Some(Server::Srs))).await;
    assert_eq!(answer.sample.refresh, Millis(3000));
    assert_eq!((answer.sample.rx_bytes, answer.sample.feed.as_deref()), (Some(Bytes(9_866_097)), Some("live/feed1")));
    assert_eq!(answer.publishers.len(), 1);
    assert_eq!(scripted.asked()[0].authorization.as_deref(), Some("Basic Ym9iOnB3"));
}

/// MediaMTX with one path; `connection` is what it says of the connection behind it.
async fn mediamtx(connection: impl Fn() -> Say + Send + Sync + 'static) -> Scripted {
    Scripted::start(move |asked| match asked.line.as_str() {
        "GET /v3/paths/get/live/feed1" => fine(recorded("synthetic-mediamtx-path-live-srt.json")),
        "GET /v3/paths/list?itemsPerPage=1000" => {
            let path = recorded("synthetic-mediamtx-path-live-srt.json");
            fine(format!(r#"{{"itemCount":1,"pageCount":1,"items":[{path}]}}"#))
        }
        line if line.starts_with("GET /v3/srtconns/get/0d6c1c9a-") => connection(),
        _ => Say::This(404, recorded("synthetic-mediamtx-path-404.json")),
    })
    .await
}

fn connected() -> Say {
    fine(recorded("synthetic-mediamtx-srtconn-live.json"))
}

#[tokio::test]
async fn mediamtx_is_asked_for_the_path_and_then_for_its_connection() {
    let table: &[(&str, Option<&str>, &[&str])] = &[
        ("/v3/paths/get/live/feed1", None, &["GET /v3/paths/get/live/feed1"]),
        ("", Some("live/feed1"), &["GET /v3/paths/get/live/feed1"]),
        ("", None, &["GET /v3/paths/list?itemsPerPage=1000"]),
        ("/v3/paths/list", Some("feed1"), &["GET /v3/paths/get/feed1", "GET /v3/paths/list?itemsPerPage=1000"]),
    ];
    for (path, publisher, wanted) in table {
        let scripted = mediamtx(connected).await;
        let publisher = publisher.map(str::to_owned);
        let feed = Settings { publisher, ..settings(scripted.url(path), Some(Server::MediaMtx)) };
        let sample = poll(&feed).await.sample;
        let figures = (sample.rx_bytes, sample.buffer, sample.latency, sample.rtt);
        assert_eq!(
            figures,
            (Some(Bytes(91_840_211)), Some(Millis(1962)), Some(Millis(2000)), Some(Millis(61))),
            "{path} {:?}",
            scripted.lines()
        );
        let lines = scripted.lines();
        assert_eq!(&lines[..lines.len() - 1], *wanted);
        assert!(lines.last().expect("a line").starts_with("GET /v3/srtconns/get/"), "{lines:?}");
    }
}

#[tokio::test]
async fn what_a_connection_cannot_tell_leaves_its_path_valid() {
    let silent: fn() -> Say = || Say::Nothing;
    for (name, says) in [("error", (|| Say::This(500, "{".to_owned())) as fn() -> Say), ("silence", silent)] {
        let scripted = mediamtx(says).await;
        let feed = Settings { timeout: Millis(1500), ..settings(scripted.url(""), Some(Server::MediaMtx)) };
        let sample = poll(&feed).await.sample;
        assert_eq!((&sample.reach, sample.publisher), (&Reach::Ok, Publisher::Present), "{name}");
        assert_eq!((sample.rx_bytes, sample.buffer), (Some(Bytes(91_840_211)), None), "{name}");
    }
}

#[tokio::test]
async fn a_path_without_publisher_is_an_absence_with_the_others_named() {
    let scripted = mediamtx(connected).await;
    let feed =
        Settings { publisher: Some("live/other".to_owned()), ..settings(scripted.url(""), Some(Server::MediaMtx)) };
    let answer = poll(&feed).await;
    assert_eq!((answer.sample.reach, answer.sample.publisher), (Reach::Ok, Publisher::Absent));
    assert_eq!(answer.names, Some(vec!["live/feed1".to_owned()]));
}

#[tokio::test]
async fn a_token_goes_along_in_the_form_that_each_server_wants() {
    let scripted = only("GET /stats", "sls-irl-live.json").await;
    let token = Some(Secret::from("key 1"));
    let mut url = scripted.url("/stats");
    url.set_username("bob").expect("a host");
    let feed = Settings { token: token.clone(), ..settings(url, Some(Server::Sls)) };
    assert_eq!(poll(&feed).await.sample.reach, Reach::Ok);
    assert_eq!(scripted.asked()[0].authorization.as_deref(), Some("key 1"), "as it is, and no login beside it");

    let scripted = mediamtx(connected).await;
    let feed = Settings { token, ..settings(scripted.url(""), Some(Server::MediaMtx)) };
    poll(&feed).await;
    let sent: Vec<_> = scripted.asked().into_iter().map(|asked| asked.authorization).collect();
    assert_eq!(sent, [Some("Bearer key 1".to_owned()), Some("Bearer key 1".to_owned())]);
}

const REFUSAL: &str = r#"{"success":false,"error":"Invalid or missing authentication token","code":"UNAUTHORIZED"}"#;

/// Node-Media-Server 4.4, whose tokens hold for one request.
fn forgetful(asked: &Asked) -> Say {
    match (asked.line.as_str(), asked.authorization.as_deref()) {
        ("POST /api/v1/login", _) if asked.body.contains("hunter2") => {
            fine(r#"{"success":true,"data":{"token":"sesame"}}"#)
        }
        ("POST /api/v1/login", _) => Say::This(400, r#"{"success":false,"data":{},"message":"wanted"}"#.to_owned()),
        ("GET /api/v1/streams", Some("Bearer sesame")) => fine(recorded("nms4-streams-live.json")),
        _ => Say::This(401, REFUSAL.to_owned()),
    }
}

#[tokio::test]
async fn of_a_login_nothing_is_recorded() {
    let scripted = Scripted::start(forgetful).await;
    let login = Login { user: "admin".to_owned(), password: Secret::from("hunter2") };
    let feed = Settings { login: Some(login), ..settings(scripted.url(""), Some(Server::Nms4)) };
    let mut poller = poller(&feed);
    let heard = poller.poll().await.exchanges;
    let statuses: Vec<Status> = heard.iter().map(|one| one.status.clone()).collect();
    assert_eq!(statuses, [Status::Http(401), Status::Http(200)]);
    let text = format!("{heard:?}");
    assert!(heard.iter().all(|one| !String::from_utf8_lossy(&one.body).contains("sesame")), "{text}");
    assert_eq!(poller.poll().await.exchanges.len(), 1, "the token is kept");
    assert_eq!(scripted.lines().iter().filter(|line| line.starts_with("POST")).count(), 2);
    assert!(scripted.asked().iter().all(|asked| !asked.line.contains("hunter2")));
}

#[tokio::test]
async fn a_token_that_ran_out_is_replaced_in_the_same_poll() {
    let login = std::sync::atomic::AtomicU32::new(0);
    let scripted = Scripted::start(move |asked| {
        use std::sync::atomic::Ordering::Relaxed;
        match asked.line.as_str() {
            "POST /api/v1/login" => {
                let number = login.fetch_add(1, Relaxed) + 1;
                fine(format!(r#"{{"success":true,"data":{{"token":"t{number}"}}}}"#))
            }
            _ if asked.authorization == Some(format!("Bearer t{}", login.load(Relaxed))) => {
                let used = login.load(Relaxed);
                login.store(used + u32::from(used == 1) * 10, Relaxed);
                fine(recorded("nms4-streams-live.json"))
            }
            _ => Say::This(401, REFUSAL.to_owned()),
        }
    })
    .await;
    let secret = Login { user: "admin".to_owned(), password: Secret::from("pw") };
    let feed = Settings { login: Some(secret), ..settings(scripted.url(""), Some(Server::Nms4)) };
    let mut poller = poller(&feed);
    for _ in 0..3 {
        assert_eq!(poller.poll().await.sample.reach, Reach::Ok);
    }
    assert_eq!(scripted.lines().iter().filter(|line| line.starts_with("POST")).count(), 2);
}

#[tokio::test]
async fn a_locked_door_on_an_open_machine_says_whose_it_is_and_opens_with_the_login() {
    let scripted = Scripted::start(|asked| match (asked.line.as_str(), asked.authorization.as_deref()) {
        (line, Some("Basic Ym9iOnB3")) if line.starts_with("GET /v3/paths/list") => {
            fine(r#"{"itemCount":0,"pageCount":0,"items":[]}"#)
        }
        (line, _) if line.starts_with("GET /v3/") => Say::This(401, r#"{"error":"authentication error"}"#.to_owned()),
        _ => not_found(),
    })
    .await;
    let Reach::Login(text) = poll(&settings(scripted.url(""), None)).await.sample.reach else { panic!("locked") };
    assert!(text.starts_with("MediaMTX wants a login (HTTP 401): set user and password"), "{text}");
    let login = Login { user: "bob".to_owned(), password: Secret::from("pw") };
    let answer = poll(&Settings { login: Some(login), ..settings(scripted.url(""), None) }).await;
    assert_eq!((answer.sample.reach, answer.server), (Reach::Ok, Some(Server::MediaMtx)));
}

#[tokio::test]
async fn a_recording_of_a_conversation_plays_as_it_was_heard() {
    let login = || Some(Login { user: "admin".to_owned(), password: Secret::from("hunter2") });
    let servers = [
        (Scripted::start(forgetful).await, Server::Nms4),
        (mediamtx(connected).await, Server::MediaMtx),
        (only(SRS.0, SRS.1).await, Server::Srs),
    ];
    for (scripted, kind) in servers {
        let feed = Settings { login: login(), ..settings(scripted.url(""), Some(kind)) };
        let heard = poll(&feed).await;
        let nowhere =
            Settings { login: login(), ..settings("http://recorded".parse().expect("an address"), Some(kind)) };
        let mut poller = poller(&nowhere);
        let played = poller.replay(heard.sample.at, heard.exchanges.clone()).await;
        assert_eq!(played, heard, "{kind}");
        assert_eq!(
            poller.replay(Mono(7), Vec::new()).await.sample.reach,
            Reach::Refused("nothing was recorded".to_owned())
        );
    }
}

#[tokio::test]
async fn a_refused_login_names_the_server_and_the_setting_and_is_not_repeated() {
    let table: &[(Server, &str, &str)] = &[
        (Server::Nginx, "/stat", "nginx-rtmp wants a login (HTTP 401): set user and password of the feed 'phone'"),
        (Server::Srs, "", "SRS wants a login (HTTP 401): set user and password of the feed 'phone'"),
        (Server::MediaMtx, "", "a user with the action 'api' in mediamtx.yml"),
        (Server::Sls, "/stats", "write ?publisher=NAME behind the address"),
        (Server::Nms2, "", "Node-Media-Server 2 wants a login"),
    ];
    for (kind, path, part) in table {
        let scripted = Scripted::start(|_| Say::This(401, "Unauthorized".to_owned())).await;
        let reach = poll(&settings(scripted.url(path), Some(*kind))).await.sample.reach;
        let Reach::Login(text) = &reach else { panic!("{kind}: {reach:?}") };
        assert!(text.contains(part), "{text}");
        let asked = scripted.lines();
        assert!(asked.iter().all(|line| *line == asked[0]), "no other page gets to see the login: {asked:?}");
    }
    let scripted = Scripted::start(forgetful).await;
    let openirl = Scripted::start(|_| Say::This(404, recorded("synthetic-openirl-sls-stats-badkey-404.json"))).await;
    let wrong = poll(&settings(openirl.url("/stats/KEY"), None)).await.sample.reach;
    assert_eq!(
        wrong,
        Reach::Login(
            "the server says 'Invalid player key': the key in the address (url of the feed 'phone') is wrong"
                .to_owned()
        )
    );

    let main = Settings { id: "main".into(), ..settings(scripted.url(""), Some(Server::Nms4)) };
    let Reach::Login(text) = poll(&main).await.sample.reach else { panic!("no entry without a login") };
    assert_eq!(text, "Node-Media-Server 4 wants a login: write STATS_URL as http://user:password@host/…");

    let refusing = Scripted::start(|_| Say::This(401, REFUSAL.to_owned())).await;
    let login = Login { user: "admin".to_owned(), password: Secret::from("wrong") };
    let mut poller = poller(&Settings { login: Some(login), ..settings(refusing.url(""), Some(Server::Nms4)) });
    for _ in 0..20 {
        assert!(matches!(poller.poll().await.sample.reach, Reach::Login(_)));
    }
    assert_eq!(refusing.lines().iter().filter(|line| line.starts_with("POST")).count(), 1);
}
