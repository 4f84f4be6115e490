//! The room with a lane, a file and a tape.

use super::*;
use crate::config::{Feed, Values};
use crate::domain::journal::Entry;
use crate::domain::signal::Reach;
use crate::kit::secret::Secret;
use crate::runtime::journal;
use crate::runtime::shared::{self, Writer};

const PAGE: &str =
    r#"{"publishers":{"publish/live/TOPSECRET":{"bitrate":2800,"msRcvBuf":1970,"rtt":40,"uptime":70}},"status":"ok"}"#;

struct Room {
    room: RecorderRoom,
    config: Writer<Config>,
    lines: mpsc::Receiver<Entry>,
    recorder: Recorder,
    feed: Feed,
}

impl Room {
    fn writing_to(path: Option<PathBuf>) -> Self {
        let mut config = Config::parse(&Values::from_pairs([])).expect("the defaults are good");
        let url = "http://bob:PASSWORD@h:1/stats?publisher=publish/live/TOPSECRET&key=31415926";
        let publisher = Some("publish/live/TOPSECRET".to_owned());
        let url = Some(Secret::new(url.parse().expect("an address")));
        let feed = Feed { url, publisher, ..Feed::unset(FeedId::main()) };
        config.feeds = vec![feed.clone()];
        config.keep.polls = path;
        let (writer, reader) = shared::cell(config);
        let (journal, lines) = journal::lane();
        let (recorder, mut room, _) = recorder(reader, journal, &Bus::new()).expect("random numbers");
        room.learn();
        Self { room, config: writer, lines, recorder, feed }
    }

    async fn hears(&mut self, status: Status, body: &str) {
        self.hears_at(Mono(1500), status, body).await;
    }

    async fn hears_at(&mut self, at: Mono, status: Status, body: &str) {
        let exchanges = vec![Exchange { status, body: body.as_bytes().to_vec() }];
        let mut answer = Answer { exchanges, ..Answer::unreadable(at, Reach::Timeout) };
        self.recorder.keep(&self.feed, &mut answer);
        let heard = self.room.heard.recv().await.expect("it was handed on");
        self.room.write_down(&[heard]).await;
    }

    fn taped(&self) -> String {
        self.room.tape.pieces().iter().map(|piece| String::from_utf8_lossy(&piece.lines()).into_owned()).collect()
    }

    fn told(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.lines.try_recv().ok()).map(|line| line.text).collect()
    }
}

#[tokio::test]
async fn a_poll_goes_to_file_and_tape_without_a_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("polls.jsonl");
    let mut room = Room::writing_to(Some(path.clone()));
    room.hears(Status::Http(200), PAGE).await;
    room.hears(Status::Http(500), "bob and PASSWORD at 192.0.2.44 want TOPSECRET 31415926").await;
    room.hears(Status::Timeout, "").await;
    let written = std::fs::read_to_string(path).expect("a file");
    assert_eq!(written, room.taped());
    for secret in ["TOPSECRET", "PASSWORD", "bob", "31415926", "192.0.2.44"] {
        assert!(!written.contains(secret), "{written}");
    }
    let lines: Vec<_> = written.lines().map(|line| recording::Line::parse(line).expect("a good line")).collect();
    assert!(lines.iter().all(|line| line.t == 1.5 && line.feed.as_deref() == Some("main")));
    let News::Request { publisher: Some(wish), body, .. } = &lines[0].news else { panic!("{written}") };
    assert!(body.contains(&format!("\"{wish}\":{{\"bitrate\":2800")), "the wish still fits: {written}");
    assert_eq!(room.told(), Vec::<String>::new());
}

#[tokio::test]
async fn a_file_that_cannot_be_written_is_told_once_and_stops_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut room = Room::writing_to(Some(folder.path().join("no/such/folder/polls.jsonl")));
    for _ in 0..5 {
        room.hears(Status::Http(200), PAGE).await;
    }
    assert_eq!(room.taped().lines().count(), 5, "the tape runs on");
    let told = room.told();
    assert!(told.len() == 1 && told[0].contains("(RECORD_POLLS): No such file"), "{told:?}");

    let good = folder.path().join("polls.jsonl");
    room.config.edit(|config| config.keep.polls = Some(good.clone()));
    room.hears(Status::Http(200), PAGE).await;
    assert_eq!(std::fs::read_to_string(good).expect("a file").lines().count(), 1, "another file is tried at once");
}

#[tokio::test]
async fn nothing_is_written_where_no_file_is_set_and_a_full_lane_stops_nobody() {
    let mut room = Room::writing_to(None);
    room.hears(Status::Http(200), PAGE).await;
    assert_eq!((room.taped().lines().count(), room.told().len()), (1, 0));
    for _ in 0..2 * QUEUE {
        let heard = Exchange { status: Status::Refused, body: Vec::new() };
        let mut answer = Answer { exchanges: vec![heard], ..Answer::unreadable(Mono(0), Reach::Timeout) };
        room.recorder.keep(&room.feed, &mut answer);
    }
    assert_eq!(room.room.heard.len(), QUEUE);
}

#[tokio::test]
async fn announced_work_stands_between_the_polls_and_time_never_goes_back() {
    let mut room = Room::writing_to(None);
    room.hears(Status::Timeout, "").await;
    // An earlier moment than that of the test's polls, as when polls of two feeds end at once.
    room.hears_at(Mono(1499), Status::Timeout, "").await;
    room.room.newest = clock::mono() + Millis(3_600_000);
    room.room.work_announced(Some(&FeedId::main()), Millis(30_000)).await;
    room.room.work_announced(None, Millis(1500)).await;
    let taped = room.taped();
    let lines: Vec<_> = taped.lines().map(|line| recording::Line::parse(line).expect("a good line")).collect();
    let told: Vec<_> = lines.iter().map(|line| (line.feed.as_deref(), &line.news)).collect();
    assert!(lines.is_sorted_by(|one, next| one.t <= next.t) && lines[1].t == 1.5, "{taped}");
    assert_eq!(
        told[2..],
        [(Some("main"), &News::Maintenance(Millis(30_000))), (None, &News::Maintenance(Millis(1500)))]
    );
}
