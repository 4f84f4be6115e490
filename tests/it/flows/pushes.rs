//! Statistics that are sent to us: from the front door to the feeds cell.

use crate::web::house::{House, json};
use futures_util::{SinkExt, StreamExt};
use std::time::Duration;
use stream_control::config::{Config, Feed as Settings, Values};
use stream_control::domain::server::Server;
use stream_control::domain::signal::{Feeds, Paces, Publisher, Reach};
use stream_control::domain::stream::{MediaInput, Obs, ObsLink};
use stream_control::features::ingest_watch::{Door, IngestWatch, Parts, Refusal};
use stream_control::kit::secret::Secret;
use stream_control::kit::units::{Kbps, Millis};
use stream_control::runtime::desk::{DeskBuilder, Room};
use stream_control::runtime::journal;
use stream_control::runtime::shared::{self, Reader, Writer};
use stream_control::runtime::supervisor::Supervisor;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};

const SLS: &str = r#"{"publishers":{"publish/live/feed1":{"bitrate":2500,"msRcvBuf":1960}},"status":"ok"}"#;
const FRAME: &str = r#"{"type":"stats","streams":[{"feed":"feed1","bitrate":6200,"rtt":80,"connected":true}]}"#;

fn feed(kind: Server) -> Settings {
    Settings { kind: Some(kind), push_key: Some(Secret::from("k-123")), ..Settings::unset("cam".into()) }
}

/// Sends a body to the front door; the status and the words.
async fn post(house: &House, path: &str, key: Option<&str>, body: String) -> (u16, String) {
    let visitor = house.visitor();
    let request = visitor.client.post(format!("{}{path}", visitor.base)).body(body);
    let request = if let Some(key) = key { request.header("authorization", key) } else { request };
    let answer = request.send().await.expect("an answer");
    match answer.status().as_u16() {
        204 => (204, String::new()),
        status => (status, json(answer).await["error"].as_str().unwrap_or_default().to_owned()),
    }
}

#[tokio::test]
async fn a_push_needs_the_key_and_something_that_can_be_read() {
    let house = House::claimed().await;
    house.door.take_for(&[feed(Server::Push)]);
    let path = "/ingest/push/cam";
    let large = format!("{{\"publishers\":{{}},\"x\":\"{}\"}}", "x".repeat(256 * 1024));
    let table = [
        ("/ingest/push/cam?key=k-123", None, SLS.to_owned(), 204, ""),
        (path, Some("k-123"), SLS.to_owned(), 204, ""),
        (path, Some("Bearer k-123"), FRAME.to_owned(), 204, ""),
        (path, None, SLS.to_owned(), 401, "key is missing or wrong"),
        (path, Some("k-12"), SLS.to_owned(), 401, "key is missing or wrong"),
        ("/ingest/push/cam?key=", Some("k-123"), SLS.to_owned(), 401, "key is missing or wrong"),
        ("/ingest/push/other?key=k-123", None, SLS.to_owned(), 404, "no feed 'other'"),
        (path, Some("k-123"), large.clone(), 413, "more than this server takes"),
        (path, Some("nobody's"), large, 401, "key is missing or wrong"),
        (path, Some("k-123"), "<html>".to_owned(), 422, "an HTML page"),
        (path, Some("k-123"), "{\"a\":1}".to_owned(), 422, "JSON without publishers"),
    ];
    for (path, key, body, status, words) in table {
        let (found, said) = post(&house, path, key, body).await;
        assert_eq!(found, status, "{path} {key:?}: {said}");
        assert!(said.contains(words), "{said}");
    }
}

#[tokio::test]
async fn a_flood_is_told_to_slow_down() {
    let house = House::claimed().await;
    house.door.take_for(&[feed(Server::Push)]);
    let mut statuses = Vec::new();
    while !statuses.contains(&429) {
        assert!(statuses.len() < 1000, "never refused");
        let all = (0..40).map(|_| post(&house, "/ingest/push/cam?key=k-123", None, SLS.to_owned()));
        statuses.extend(futures_util::future::join_all(all).await.into_iter().map(|(status, _)| status));
    }
    assert!(statuses.contains(&204) && statuses.iter().all(|status| matches!(status, 204 | 429)), "{statuses:?}");
}

#[tokio::test]
async fn a_socket_takes_one_document_after_the_other() {
    let house = House::claimed().await;
    house.door.take_for(&[feed(Server::Push)]);
    let base = house.visitor().base.replace("http", "ws");
    for (path, status) in [("/ws/ingest/cam", 401), ("/ws/ingest/cam?key=no", 401), ("/ws/ingest/other?key=k-123", 404)]
    {
        match connect_async(format!("{base}{path}")).await {
            Err(Error::Http(answer)) => assert_eq!(answer.status().as_u16(), status, "{path}"),
            other => panic!("{path}: {other:?}"),
        }
    }
    let mut request = format!("{base}/ws/ingest/cam").into_client_request().expect("a request");
    request.headers_mut().insert("authorization", "k-123".parse().expect("a header"));
    let (mut socket, _) = connect_async(request).await.expect("a socket");
    for text in [FRAME, SLS, "no document"] {
        socket.send(Message::text(text)).await.expect("sent");
    }
    let said = next(&mut socket).await;
    assert!(
        said.to_text().expect("text").contains("no statistics of a known kind"),
        "only the last is answered: {said}"
    );
    house.door.take_for(&[]);
    socket.send(Message::text(FRAME)).await.expect("sent");
    match next(&mut socket).await {
        Message::Close(Some(frame)) => assert_eq!(frame.code, CloseCode::Policy),
        other => panic!("{other}"),
    }
}

async fn next<S>(socket: &mut S) -> Message
where
    S: futures_util::Stream<Item = Result<Message, Error>> + Unpin,
{
    loop {
        let message = tokio::time::timeout(Duration::from_secs(60), socket.next()).await.expect("in time");
        match message.expect("not ended").expect("no error") {
            Message::Ping(_) | Message::Pong(_) => {}
            message => return message,
        }
    }
}

/// The room with one feed that is not asked.
struct Watch {
    door: Door,
    obs: Writer<Obs>,
    feeds: Reader<Feeds>,
    _kept: (Writer<Config>, Writer<Paces>, stream_control::runtime::desk::Desk, Supervisor),
}

impl Watch {
    fn new(feed: Settings) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let usual = Config::parse(&Values::from_pairs([])).expect("the defaults");
        let (config, config_reader) = shared::cell(Config { feeds: vec![feed], ..usual });
        let (paces, paces_reader) = shared::cell(Paces::default());
        let (feeds_writer, feeds) = shared::cell(Feeds::default());
        let (obs, obs_reader) = shared::cell(Obs::default());
        let (journal, _) = journal::lane();
        let mut desk = DeskBuilder::new(journal.clone());
        let orders = desk.room(Room::Ingest);
        let mut supervisor = Supervisor::new(journal.clone());
        let parts =
            Parts { config: config_reader, paces: paces_reader, feeds: feeds_writer, obs: obs_reader, orders, journal };
        let room = IngestWatch::new(parts).expect("a client");
        let door = room.door();
        supervisor.start(room);
        Self { door, obs, feeds, _kept: (config, paces, desk.open(), supervisor) }
    }

    /// Waits for a sample that is so.
    async fn sees(&mut self, what: &str, wanted: impl Fn(&Reach, Publisher, Option<Kbps>) -> bool) {
        let fits = |feeds: &Feeds| {
            let sample = feeds.first().and_then(|feed| feed.sample.as_ref());
            sample.is_some_and(|sample| wanted(&sample.reach, sample.publisher, sample.kbps_server))
        };
        let waited = tokio::time::timeout(Duration::from_secs(60), self.feeds.until(fits)).await;
        assert!(waited.is_ok(), "waited in vain for {what}: {:?}", self.feeds.get());
    }
}

fn says(words: &'static str) -> impl Fn(&Reach, Publisher, Option<Kbps>) -> bool {
    move |reach, publisher, _| publisher == Publisher::Unknown && reach.reason().contains(words)
}

#[tokio::test]
async fn a_pushed_feed_is_what_came_last_and_unknown_in_silence() {
    let mut watch = Watch::new(feed(Server::Push));
    watch.sees("nothing yet", says("nothing was pushed yet")).await;
    assert_eq!(watch.door.push(&"cam".into(), b"k-123", SLS.as_bytes()), Ok(()));
    watch.sees("present", |_, publisher, kbps| publisher == Publisher::Present && kbps == Some(Kbps(2500.0))).await;
    let server = watch.feeds.with(|feeds| feeds.first().and_then(|feed| feed.server));
    assert_eq!(server, Some(Server::Sls));
    watch.sees("silence", says("nothing was pushed for 3 s")).await;
    assert_eq!(watch.door.push(&"cam".into(), b"k-123", br#"{"publishers":{},"status":"ok"}"#), Ok(()));
    watch.sees("absent", |_, publisher, _| publisher == Publisher::Absent).await;
    let refused = watch.door.push(&"cam".into(), b"k-123", b"<html>");
    assert!(matches!(refused, Err(Refusal::Unreadable(_))));
    watch.sees("why", says("an HTML page")).await;
}

#[tokio::test]
async fn obs_is_an_ingest_of_last_resort() {
    let mut watch = Watch::new(feed(Server::Obs));
    watch.sees("no OBS", says("OBS is not connected")).await;
    let source = MediaInput::unread("cam".into(), "Feed".to_owned());
    let shows = |source: MediaInput| Obs { link: ObsLink::Connected, media: vec![source], ..Obs::default() };
    watch.obs.set(shows(MediaInput { playing: true, cursor: Some(Millis(1000)), ..source.clone() }));
    watch.sees("present", |_, publisher, _| publisher == Publisher::Present).await;
    watch.obs.set(shows(MediaInput { over: true, ..source.clone() }));
    watch.sees("absent", |_, publisher, _| publisher == Publisher::Absent).await;
    watch.obs.set(shows(source));
    watch.sees("neither", says("does not say whether 'Feed' plays")).await;
}
