use super::*;
use crate::demo::fake_ingest::{FakeIngest, Manners, Mode, Shape};
use crate::kit::units::Kbps;

async fn on(fakes: &[&FakeIngest]) -> Report {
    let ports: Vec<u16> = fakes.iter().filter_map(|fake| fake.url().port()).collect();
    probe(&Host::Ipv4([127, 0, 0, 1].into()), &ports).await.expect("a report")
}

#[test]
fn only_machines_are_looked_at() {
    for good in ["127.0.0.1", "box", "box.local", "::1", "[fd00::7]", " 10.0.0.2 ", "ингест.example"] {
        assert!(host(good).is_some(), "{good}");
    }
    for bad in ["", "a b", "http://box", "box:80", "a/b", "user@box", "box?x", "1.2.3.4.5.6/..", &"x".repeat(300)] {
        assert!(host(bad).is_none(), "{bad}");
    }
}

#[tokio::test]
async fn several_servers_are_told_apart_and_measured() {
    let _ = rustls::crypto::ring::default_provider().install_default();
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
    let _ = rustls::crypto::ring::default_provider().install_default();
    let idle = FakeIngest::start(Shape::Sls).await.unwrap();
    let report = on(&[&idle]).await;
    assert_eq!(report.found.iter().map(|one| (one.server, one.publishers.len())).collect::<Vec<_>>(), [(Server::Sls, 0)]);
    for manners in [Manners::Html, Manners::Empty, Manners::Close, Manners::NotHttp, Manners::Status(401)] {
        idle.behave(manners);
        assert_eq!(on(&[&idle]).await.found, [], "{manners:?}: its own place alone is a sign");
    }
    assert_eq!(on(&[&idle]).await.tried, PLACES.len());
}

#[tokio::test]
async fn a_machine_that_hangs_takes_five_seconds_at_most() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let fake = FakeIngest::start(Shape::Nginx).await.unwrap();
    fake.behave(Manners::Hang);
    let began = std::time::Instant::now();
    assert_eq!(on(&[&fake]).await.found, []);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

fn look_at(server: Server, url: &str, note: &str, names: &[&str]) -> Look {
    let named = |name: &&str| Sample { feed: Some((*name).to_owned()), ..Sample::absent(Mono::default()) };
    let publishers = names.iter().map(named).collect();
    Look { server, url: Url::parse(url).unwrap(), at: Mono::default(), publishers, note: note.to_owned() }
}

#[test]
fn each_server_is_told_once() {
    let looks = vec![
        look_at(Server::Nginx, "http://h:8080/stat", "", &["a"]),
        look_at(Server::Nginx, "http://h:8080/stats", "", &["a"]),
        look_at(Server::Datarhei, "http://h:8080/api/v3/process", "wants a login: x", &[]),
        look_at(Server::Nms2, "http://h:8000/api/streams", "wants a login: x", &[]),
        look_at(Server::Nms4, "http://h:8000/api/v1/streams", "wants a login: x", &[]),
        look_at(Server::Nimble, "http://h:8082/manage/rtmp_status", "", &["b"]),
        look_at(Server::Nimble, "http://h:8082/manage/srt_receiver_stats", "", &["c"]),
    ];
    let told: Vec<(Server, usize)> = once_each(looks).iter().map(|look| (look.server, look.publishers.len())).collect();
    assert_eq!(told, [(Server::Nginx, 1), (Server::Nms2, 0), (Server::Nimble, 2)]);
}
