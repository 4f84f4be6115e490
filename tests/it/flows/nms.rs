//! Node-Media-Server, the real one in three versions, fed by ffmpeg: live, stalled, killed, weak; and
//! what a wrong login brings.

use crate::support::real::nms::{LOGIN, RealNms};
use crate::support::real::publisher::Publisher;
use rstest::rstest;
use std::time::Duration;
use stream_control::adapters::ingest::{Answer, Poller};
use stream_control::config::{Feed as Settings, Login};
use stream_control::domain::failover::Class;
use stream_control::domain::failover::classify::classify;
use stream_control::domain::failover::measure::Meter;
use stream_control::domain::failover::rules::Rules;
use stream_control::domain::server::Server;
use stream_control::domain::signal::Reach;
use stream_control::kit::secret::Secret;
use stream_control::kit::units::Millis;
use tokio::time::{Instant, interval};

/// Long enough that a busy machine does not turn a right answer into a time-out.
const PATIENT: Millis = Millis(10_000);

fn settings(url: &str, kind: Option<Server>, password: &str) -> Settings {
    rustls::crypto::ring::default_provider().install_default().ok();
    let login = Login { user: LOGIN.0.to_owned(), password: Secret::from(password) };
    let url = Secret::new(url.parse().expect("an address"));
    Settings { url: Some(url), kind, login: Some(login), timeout: PATIENT, ..Settings::unset("phone".into()) }
}

fn poller(settings: &Settings) -> Poller {
    Poller::new(settings).expect("a client").expect("a poller, for there is an address")
}

/// A feed that is polled four times a second, and what its samples mean.
struct Watch {
    poller: Poller,
    meter: Meter,
}

impl Watch {
    fn new(settings: &Settings) -> Self {
        Self { poller: poller(settings), meter: Meter::default() }
    }

    /// Polls until the feed is of this class.
    async fn becomes(&mut self, wanted: Class) -> Answer {
        let (mut due, end) = (interval(Duration::from_millis(250)), Instant::now() + Duration::from_secs(90));
        loop {
            due.tick().await;
            let answer = self.poller.poll().await;
            let verdict = classify(&answer.sample, &self.meter.push(&answer.sample), &Rules::default());
            if verdict.class == wanted {
                return answer;
            }
            assert!(Instant::now() < end, "never {wanted:?} but {:?}: {}", verdict.class, verdict.reason);
        }
    }
}

#[rstest]
#[case("2.7.4", Server::Nms2)]
#[case("4.2.8", Server::Nms4)]
#[case("4.4.3", Server::Nms4)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_is_seen_as_it_is(#[case] version: &str, #[case] kind: Server) {
    let server = RealNms::start(version).await;
    let mut watch = Watch::new(&settings(&server.url(), Some(kind), LOGIN.1));
    let idle = watch.becomes(Class::Absent).await;
    assert_eq!((idle.server, idle.names), (Some(kind), Some(Vec::new())));

    let mut publisher = Publisher::start(&server.publish_url("feed1"), 2000);
    let live = watch.becomes(Class::Good).await;
    assert_eq!(live.sample.feed.as_deref(), Some("live/feed1"));

    publisher.stall();
    watch.becomes(Class::Stalled).await;
    publisher.resume();
    let resumed = watch.becomes(Class::Good).await;
    assert_eq!(resumed.sample.session, live.sample.session, "still the same connection");

    publisher.kill();
    watch.becomes(Class::Absent).await;
    let _weak = Publisher::start(&server.publish_url("feed1"), 400);
    let weak = watch.becomes(Class::Low).await;
    assert_ne!(weak.sample.session, live.sample.session);
}

#[rstest]
#[case("2.7.4", Server::Nms2)]
#[case("4.2.8", Server::Nms4)]
#[case("4.4.3", Server::Nms4)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_without_a_page_and_a_wrong_kind_lead_there_too(#[case] version: &str, #[case] kind: Server) {
    let server = RealNms::start(version).await;
    for guess in [None, Some(Server::Nginx), Some(Server::Srs), Some(Server::MediaMtx)] {
        let answer = poller(&settings(&server.url(), guess, LOGIN.1)).poll().await;
        assert_eq!((answer.sample.reach, answer.server), (Reach::Ok, Some(kind)), "{guess:?}");
    }
}

#[rstest]
#[case("2.7.4", Server::Nms2)]
#[case("4.2.8", Server::Nms4)]
#[case("4.4.3", Server::Nms4)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_password_names_the_setting_and_locks_nobody_out(#[case] version: &str, #[case] kind: Server) {
    let server = RealNms::start(version).await;
    let mut wrong = poller(&settings(&server.url(), Some(kind), "wrong"));
    for _ in 0..20 {
        let Reach::Login(why) = wrong.poll().await.sample.reach else { panic!("it must not get in") };
        assert!(why.contains("set user and password of the feed 'phone'"), "{why}");
    }
    let right = poller(&settings(&server.url(), Some(kind), LOGIN.1)).poll().await;
    assert_eq!(right.sample.reach, Reach::Ok, "not locked out");
}
