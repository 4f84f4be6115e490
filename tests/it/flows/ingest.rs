//! The ingest side over real sockets: the poller against every misbehaviour of the fake server, and
//! the watching room with its pace, its cell and its journal lines.

use std::time::Duration;
use stream_control::adapters::ingest::Poller;
use stream_control::config::{Config, Feed as Settings, Values};
use stream_control::demo::fake_ingest::{FakeIngest, Manners, Mode, Shape};
use stream_control::domain::ids::FeedId;
use stream_control::domain::journal::{Entry, Topic};
use stream_control::domain::server::Server;
use stream_control::domain::signal::{Feed, Feeds, Pace, Paces, Publisher, Reach, Sample};
use stream_control::domain::stream::Obs;
use stream_control::features::ingest_watch::{Door, IngestWatch, Parts};
use stream_control::kit::secret::Secret;
use stream_control::kit::units::{Bytes, Kbps, Millis};
use stream_control::runtime::desk::{Desk, DeskBuilder, Room};
use stream_control::runtime::journal;
use stream_control::runtime::shared::{self, Reader, Writer};
use stream_control::runtime::supervisor::Supervisor;
use tokio::sync::mpsc;
use url::Url;

/// Long enough that a busy machine does not turn a right answer into a time-out.
pub(super) const PATIENT: Millis = Millis(10_000);

pub(super) fn settings(url: Option<Url>, feed: Option<&str>, timeout: Millis) -> Settings {
    // Any client needs a crypto provider, also for plain HTTP; another test may have been first.
    rustls::crypto::ring::default_provider().install_default().ok();
    let publisher = feed.map(str::to_owned);
    Settings { url: url.map(Secret::new), publisher, timeout, ..Settings::unset(FeedId::main()) }
}

pub(super) async fn fake(shape: Shape, mode: Mode) -> FakeIngest {
    let fake = FakeIngest::start(shape).await.expect("a free port");
    fake.set(mode);
    fake
}

async fn poll(url: Url, feed: Option<&str>, timeout: Millis) -> Sample {
    let poller = Poller::new(&settings(Some(url), feed, timeout)).expect("a client");
    poller.expect("a poller, for there is an address").poll().await.sample
}

const BOTH: [Shape; 2] = [Shape::Sls, Shape::Nginx];

#[tokio::test]
async fn a_page_that_cannot_be_read_is_unknown_with_the_reason() {
    let malformed = |what: &str| Reach::Malformed(what.to_owned());
    let table = [
        (Manners::Status(500), [Reach::Http(500), Reach::Http(500)]),
        (Manners::Status(302), [Reach::Http(302), Reach::Http(302)]),
        (Manners::Status(404), [Reach::Http(404), Reach::Http(404)]),
        (Manners::Status(401), [Reach::Auth(401), Reach::Auth(401)]),
        (Manners::Status(403), [Reach::Auth(403), Reach::Auth(403)]),
        (
            Manners::RateLimit { retry_after: 7 },
            [7, 7].map(|s| Reach::RateLimited { retry_after: Some(Millis(s * 1000)) }),
        ),
        (Manners::Html, ["an HTML page"; 2].map(malformed)),
        (Manners::Empty, ["an empty answer"; 2].map(malformed)),
        (Manners::HalfDocument, ["JSON that ends in the middle", "XML that ends in the middle"].map(malformed)),
        (Manners::HalfBody, ["an answer that breaks off"; 2].map(malformed)),
        (Manners::TenMebibytes, ["an answer larger than 1 MiB"; 2].map(malformed)),
        (Manners::NotHttp, ["an answer that is not HTTP"; 2].map(malformed)),
        (Manners::Close, ["the connection closed without an answer"; 2].map(|why| Reach::Refused(why.to_owned()))),
    ];
    for (manners, wanted) in table {
        for (shape, wanted) in BOTH.into_iter().zip(wanted) {
            let fake = fake(shape, Mode::Healthy(Kbps(2500.0))).await;
            fake.behave(manners);
            let sample = poll(fake.url(), None, PATIENT).await;
            assert_eq!(sample.reach, wanted, "{manners:?} {shape:?}");
            assert_eq!(sample, Sample::unreadable(sample.at, wanted), "nothing else is told");
        }
    }
}

#[tokio::test]
async fn a_page_that_hangs_is_given_up_in_time() {
    let fake = fake(Shape::Sls, Mode::Gone).await;
    fake.behave(Manners::Hang);
    let sample = poll(fake.url(), None, Millis(50)).await;
    assert_eq!((sample.reach, sample.publisher), (Reach::Timeout, Publisher::Unknown));
}

#[tokio::test]
async fn an_address_with_https_where_there_is_none_says_so() {
    let fake = fake(Shape::Sls, Mode::Gone).await;
    fake.behave(Manners::NotHttp);
    let mut url = fake.url();
    url.set_scheme("https").expect("a web address");
    let Reach::Refused(why) = poll(url, None, PATIENT).await.reach else { panic!("it must be refused") };
    assert_eq!(why, "no secure connection; is it http instead of https?");
}

#[tokio::test]
async fn nobody_listening_is_told_as_such() {
    let url = fake(Shape::Sls, Mode::Gone).await.url();
    let refused =
        async || poll(url.clone(), None, PATIENT).await.reach == Reach::Refused("connection refused".to_owned());
    // The port is free as soon as the dropped fake's task has gone.
    let wait = async {
        while !refused().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), wait).await.expect("refused once the port is free");
}

#[tokio::test]
async fn odd_numbers_make_a_sample_without_them() {
    for manners in [Manners::MinusOne, Manners::Huge, Manners::NaN, Manners::Strings, Manners::MissingFields] {
        for shape in BOTH {
            let fake = fake(shape, Mode::Healthy(Kbps(2500.0))).await;
            fake.behave(manners);
            let sample = poll(fake.url(), None, PATIENT).await;
            if (shape, manners) == (Shape::Sls, Manners::NaN) {
                assert_eq!(sample.reach, Reach::Malformed("JSON with errors in it".to_owned()));
                continue;
            }
            assert_eq!((&sample.reach, sample.publisher), (&Reach::Ok, Publisher::Present), "{manners:?} {shape:?}");
            let wanted = if (shape, manners) == (Shape::Sls, Manners::Strings) { Some(Kbps(2500.0)) } else { None };
            assert_eq!(sample.kbps_server, wanted, "{manners:?} {shape:?}");
            assert_eq!(
                (sample.rx_bytes, sample.media_ts, sample.dropped.filter(|count| *count > 0)),
                (None, None, None)
            );
        }
    }
}

#[tokio::test]
async fn fields_that_nobody_knows_do_no_harm() {
    for shape in BOTH {
        let fake = fake(shape, Mode::Healthy(Kbps(2500.0))).await;
        fake.behave(Manners::ExtraFields);
        let sample = poll(fake.url(), None, PATIENT).await;
        assert_eq!((&sample.reach, sample.publisher), (&Reach::Ok, Publisher::Present), "{shape:?}");
        assert!(sample.kbps_server.is_some(), "{shape:?}");
    }
}

#[tokio::test]
async fn of_two_publishers_none_is_taken_without_a_choice() {
    let fake = fake(Shape::Nginx, Mode::TwoPublishers(Kbps(2500.0))).await;
    let names = vec!["out/feed1".to_owned(), "publish/feed1".to_owned()];
    let unchosen = poll(fake.url(), None, PATIENT).await;
    assert_eq!((unchosen.reach, unchosen.publisher), (Reach::Ambiguous(names.clone()), Publisher::Unknown));
    assert_eq!(poll(fake.url(), Some("feed1"), PATIENT).await.reach, Reach::Ambiguous(names));
    assert_eq!(poll(fake.url(), Some("publish/feed1"), PATIENT).await.feed.as_deref(), Some("publish/feed1"));
    assert_eq!(poll(fake.url(), Some("publish/feed9"), PATIENT).await.publisher, Publisher::Absent);
}

#[tokio::test]
async fn the_login_of_the_address_goes_along_as_basic_authentication() {
    let fake = fake(Shape::Nginx, Mode::Gone).await;
    let mut url = fake.url();
    url.set_username("bob").expect("a host");
    url.set_password(Some("p w")).expect("a host");
    poll(url, None, PATIENT).await;
    let head = fake.asked().remove(0).head.to_lowercase();
    // bob:p w
    assert!(head.contains(&"authorization: Basic Ym9iOnAgdw==".to_lowercase()), "{head}");
    assert!(!head.lines().next().expect("a request line").contains("bob"));
}

#[tokio::test]
async fn counters_advance_and_nginx_is_asked_over_a_new_connection_each_time() {
    let fake = fake(Shape::Nginx, Mode::Healthy(Kbps(8000.0))).await;
    let mut poller = Poller::new(&settings(Some(fake.url()), None, PATIENT)).expect("a client").expect("a poller");
    let first = poller.poll().await.sample;
    let mut later = poller.poll().await.sample;
    while later.rx_bytes == first.rx_bytes {
        later = poller.poll().await.sample;
    }
    assert!(later.rx_bytes > first.rx_bytes && later.media_ts > first.media_ts);
    assert_eq!((&later.session, later.rx_bytes > Some(Bytes(0))), (&first.session, true));
    assert_eq!(fake.connections(), fake.asked().len() as u64, "a kept connection would stay with one worker");
}

#[tokio::test]
async fn an_srt_server_is_asked_over_one_connection() {
    let fake = fake(Shape::Sls, Mode::Healthy(Kbps(2500.0))).await;
    let mut poller = Poller::new(&settings(Some(fake.url()), None, PATIENT)).expect("a client").expect("a poller");
    for _ in 0..5 {
        poller.poll().await;
    }
    assert_eq!(fake.connections(), 2, "one until the server is recognised, then one for good");
}

/// The room at work, with what it is told and what it tells.
pub(super) struct Watched {
    pub(super) config: Writer<Config>,
    pub(super) pace: Writer<Paces>,
    pub(super) desk: Desk,
    pub(super) door: Door,
    pub(super) feeds: Reader<Feeds>,
    lines: mpsc::Receiver<Entry>,
    _supervisor: Supervisor,
}

impl Watched {
    fn new(feed: Settings, pace: Pace) -> Self {
        let paces = Paces::default().with(&feed.id, pace);
        Self::over(vec![feed], paces)
    }

    pub(super) fn over(feeds: Vec<Settings>, paces: Paces) -> Self {
        let usual = Config::parse(&Values::from_pairs([])).expect("the defaults");
        let (config, config_reader) = shared::cell(Config { feeds, ..usual });
        let (pace, paces) = shared::cell(paces);
        let (cell, feeds) = shared::cell(Feeds::default());
        let (journal, lines) = journal::lane();
        let mut builder = DeskBuilder::new(journal.clone());
        let orders = builder.room(Room::Ingest);
        let mut supervisor = Supervisor::new(journal.clone());
        let obs = shared::cell(Obs::default()).1;
        let parts = Parts { config: config_reader, paces, feeds: cell, obs, orders, journal };
        let room = IngestWatch::new(parts).expect("a client");
        let door = room.door();
        supervisor.start(room);
        Self { config, pace, desk: builder.open(), door, feeds, lines, _supervisor: supervisor }
    }

    /// The first feed.
    fn feed(&self) -> Feed {
        self.feeds.with(|feeds| feeds.first().cloned()).unwrap_or_default()
    }

    /// Waits until the feeds are so.
    pub(super) async fn until(&mut self, wanted: impl Fn(&Feeds) -> bool) {
        let wait = tokio::time::timeout(Duration::from_secs(60), self.feeds.until(wanted));
        wait.await.unwrap_or_else(|_| panic!("never so, but {:?}", self.feeds.get()));
    }

    /// The first sample of the first feed that fits.
    async fn sample(&mut self, wanted: impl Fn(&Sample) -> bool) -> Sample {
        self.until(|feeds| feeds.first().and_then(|feed| feed.sample.as_ref()).is_some_and(&wanted)).await;
        self.feed().sample.expect("a sample")
    }

    /// Waits until the fake has been asked `count` times; the gaps between them in ms.
    async fn gaps(&mut self, fake: &FakeIngest, count: usize) -> Vec<u64> {
        let asked = self.feed().polls;
        let wait = self.feeds.until(|_| fake.asked().len() >= count);
        tokio::time::timeout(Duration::from_secs(60), wait).await.unwrap_or_else(|_| panic!("only {asked} polls"));
        fake.asked().windows(2).map(|pair| pair[1].at.since(pair[0].at).0).collect()
    }

    /// The lines about connections since the last call.
    pub(super) fn told(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.lines.try_recv().ok())
            .filter(|entry| entry.topic == Topic::Link)
            .map(|entry| entry.text)
            .collect()
    }
}

#[tokio::test]
async fn the_room_waits_for_an_address_and_takes_a_new_one_at_once() {
    let mut room = Watched::new(settings(None, None, PATIENT), Pace::Calm);
    room.sample(|sample| sample.reach == Reach::NotSetUp).await;
    let fake = fake(Shape::Nginx, Mode::Healthy(Kbps(2500.0))).await;
    room.config.edit(|config| config.feeds[0] = settings(Some(fake.url()), None, PATIENT));
    let sample = room.sample(|sample| sample.reach == Reach::Ok).await;
    assert_eq!((sample.publisher, sample.feed.as_deref()), (Publisher::Present, Some("publish/feed1")));
    let feed = room.feed();
    assert_eq!((feed.polls, feed.server), (2, Some(Server::Nginx)));
    assert_eq!(
        room.told(),
        [
            "No ingest is set up (STATS_URL is empty).",
            "The ingest statistics can be read: nginx-rtmp answers.",
            "Connected to the ingest: publish/fe…d1.",
        ]
    );
}

#[tokio::test]
async fn a_poll_under_way_does_not_delay_new_settings() {
    let hanging = fake(Shape::Sls, Mode::Gone).await;
    hanging.behave(Manners::Hang);
    let good = fake(Shape::Sls, Mode::Healthy(Kbps(2500.0))).await;
    let mut room = Watched::new(settings(Some(hanging.url()), None, Millis(3_600_000)), Pace::Calm);
    while hanging.asked().is_empty() {
        tokio::task::yield_now().await;
    }
    room.config.edit(|config| config.feeds[0] = settings(Some(good.url()), None, PATIENT));
    assert_eq!(room.sample(|sample| sample.reach == Reach::Ok).await.publisher, Publisher::Present);
}

#[tokio::test]
async fn polls_keep_the_pace_and_quicken_when_asked() {
    let fake = fake(Shape::Sls, Mode::Healthy(Kbps(2500.0))).await;
    let mut room = Watched::new(settings(Some(fake.url()), None, PATIENT), Pace::Calm);
    // Measured where the requests arrive, which a busy machine shifts: three seconds, or 0.75 if it were quick.
    let calm = room.gaps(&fake, 4).await;
    assert!(calm.iter().sum::<u64>() >= 2000, "{calm:?}");
    room.pace.set(Paces::default().with(&FeedId::main(), Pace::Quick));
    let quick = room.gaps(&fake, 10).await.split_off(3);
    assert!(quick.iter().any(|gap| *gap < 700), "{quick:?}");
}

#[tokio::test]
async fn polls_never_overlap() {
    let fake = fake(Shape::Sls, Mode::Gone).await;
    fake.behave(Manners::Hang);
    let mut room = Watched::new(settings(Some(fake.url()), None, Millis(600)), Pace::Quick);
    // Five time-outs, or 1.25 s if they overlapped.
    let gaps = room.gaps(&fake, 6).await;
    assert!(gaps.iter().sum::<u64>() >= 2000, "{gaps:?}");
}

#[tokio::test]
async fn a_server_that_asks_us_to_slow_down_is_left_alone_as_long_as_it_says() {
    let fake = fake(Shape::Sls, Mode::Healthy(Kbps(2500.0))).await;
    fake.behave(Manners::RateLimit { retry_after: 1 });
    let mut room = Watched::new(settings(Some(fake.url()), None, PATIENT), Pace::Quick);
    let gaps = room.gaps(&fake, 2).await;
    assert!(gaps[0] >= 950, "{gaps:?}");
}

#[tokio::test]
async fn a_reload_of_nginx_is_no_absence() {
    let fake = fake(Shape::Nginx, Mode::Healthy(Kbps(2500.0))).await;
    let mut room = Watched::new(settings(Some(fake.url()), None, PATIENT), Pace::Quick);
    room.sample(|sample| sample.publisher == Publisher::Present).await;
    fake.reload();
    fake.set(Mode::Gone);
    let sample = room.sample(|sample| sample.publisher != Publisher::Present).await;
    assert_eq!((sample.reach, sample.publisher), (Reach::Restarted, Publisher::Unknown));
}

#[tokio::test]
async fn a_blackhole_shows_in_the_buffer_and_an_end_as_absence() {
    let fake = fake(Shape::Sls, Mode::Healthy(Kbps(2500.0))).await;
    let mut room = Watched::new(settings(Some(fake.url()), Some("feed1"), PATIENT), Pace::Quick);
    room.sample(|sample| sample.buffer == Some(Millis(1970))).await;
    fake.set(Mode::Blackhole);
    let draining = room.sample(|sample| sample.buffer < Some(Millis(1970))).await;
    assert_eq!(draining.kbps_server, Some(Kbps(2500.0)), "the published rate does not know yet");
    fake.set(Mode::Gone);
    room.sample(|sample| sample.publisher == Publisher::Absent).await;
    assert_eq!(room.told().last().map(String::as_str), Some("Nobody is connected to the ingest."));
}
