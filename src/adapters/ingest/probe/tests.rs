//! What counts as a machine, and that each server is told once.

use super::*;

#[test]
fn only_machines_are_looked_at() {
    for good in ["127.0.0.1", "box", "box.local", "::1", "[fd00::7]", " 10.0.0.2 ", "ингест.example"] {
        assert!(host(good).is_some(), "{good}");
    }
    for bad in ["", "a b", "http://box", "box:80", "a/b", "user@box", "box?x", "1.2.3.4.5.6/..", &"x".repeat(300)] {
        assert!(host(bad).is_none(), "{bad}");
    }
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
