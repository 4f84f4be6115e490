//! Finding ingest servers on a machine, over real sockets.

use crate::support::real::comes_true;
use crate::support::real::nginx::RealNginx;
use crate::support::real::publisher::Publisher;
use std::time::Duration;
use stream_control::adapters::ingest::probe::{ProbeError, Report, probe};
use stream_control::demo::fake_ingest::{FakeIngest, Manners, Mode, Shape};
use stream_control::domain::server::Server;
use stream_control::kit::units::Kbps;
use url::Host;

async fn on(fakes: &[&FakeIngest]) -> Report {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let ports: Vec<u16> = fakes.iter().filter_map(|fake| fake.url().port()).collect();
    probe(&Host::Ipv4([127, 0, 0, 1].into()), &ports).await.expect("a report")
}

#[tokio::test]
async fn several_servers_are_told_apart_and_measured() {
    let nginx = FakeIngest::start(Shape::Nginx).await.unwrap();
    let sls = FakeIngest::start(Shape::Sls).await.unwrap();
    nginx.set(Mode::TwoPublishers(Kbps(3000.0)));
    sls.set(Mode::Healthy(Kbps(5000.0)));
    let report = on(&[&nginx, &sls]).await;
    let [one, other] = &report.found[..] else { panic!("{report:?}") };
    assert_eq!((one.server, other.server), (Server::Nginx, Server::Sls));
    assert!(one.note.is_empty() && one.url.starts_with("http://127.0.0.1:"), "{one:?}");
    let names: Vec<_> = one.publishers.iter().filter_map(|seen| seen.name.as_deref()).collect();
    assert!(names.contains(&"publish/feed1") && names.len() == 2, "{names:?}");
    let near = |kbps: Option<u64>, wanted: u64| kbps.is_some_and(|kbps| kbps.abs_diff(wanted) < wanted / 3);
    let feed1 = one.publishers.iter().find(|seen| seen.name.as_deref() == Some("publish/feed1"));
    assert!(feed1.is_some_and(|seen| near(seen.kbps, 3000)), "{one:?}");
    assert!(near(other.publishers[0].kbps, 5000), "{other:?}");
}

#[tokio::test]
async fn a_server_without_publishers_is_found_and_nonsense_is_not() {
    let idle = FakeIngest::start(Shape::Sls).await.unwrap();
    let report = on(&[&idle]).await;
    assert_eq!(
        report.found.iter().map(|one| (one.server, one.publishers.len())).collect::<Vec<_>>(),
        [(Server::Sls, 0)]
    );
    for manners in [Manners::Html, Manners::Empty, Manners::Close, Manners::NotHttp, Manners::Status(401)] {
        idle.behave(manners);
        assert_eq!(on(&[&idle]).await.found, [], "{manners:?}: its own place alone is a sign");
    }
    assert!(on(&[&idle]).await.tried > 15, "every usual path is tried");
}

#[tokio::test]
async fn a_machine_that_hangs_is_given_up() {
    let fake = FakeIngest::start(Shape::Nginx).await.unwrap();
    fake.behave(Manners::Hang);
    let report = tokio::time::timeout(Duration::from_secs(60), on(&[&fake])).await.expect("an end");
    assert_eq!(report.found, []);
}

#[tokio::test]
async fn real_nginx_is_found_with_its_publisher_and_rate() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let nginx = RealNginx::start().await;
    let _publisher = Publisher::start(&nginx.publish_url("feed1"), 2000);
    let connected = async || nginx.stats().await.is_some_and(|page| page.contains("<publishing/>"));
    assert!(comes_true(Duration::from_secs(60), connected).await, "the publisher connects");
    let port = url::Url::parse(&nginx.stats_url()).ok().and_then(|url| url.port()).expect("a port");
    let report = probe(&Host::Ipv4([127, 0, 0, 1].into()), &[port]).await.expect("a report");
    let found = report.found.first().unwrap_or_else(|| panic!("{report:?}"));
    assert_eq!(found.server, Server::Nginx);
    let feed = found.publishers.iter().find(|seen| seen.name.as_deref() == Some("publish/feed1"));
    assert!(feed.is_some_and(|feed| feed.kbps.is_some()), "{report:?}");
}

#[tokio::test]
async fn a_name_that_nobody_knows_is_told_as_such() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let name = "no-such-machine.invalid".to_owned();
    let refused = probe(&Host::Domain(name.clone()), &[]).await.expect_err("no machine");
    assert_eq!(refused, ProbeError::UnknownName(name));
    assert!(refused.to_string().starts_with("no machine is known by the name 'no-such-machine.invalid'."), "{refused}");
}
