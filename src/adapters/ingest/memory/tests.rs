//! Sessions, restarts and absences over several polls.

use super::*;
use crate::adapters::ingest::{detect, document::Server};
use crate::domain::signal::Publisher;

fn nginx(pid: &str, up_secs: u64, client: Option<&str>) -> Document {
    let one = |id: &str| Sample {
        publisher: Publisher::Present,
        feed: Some("publish/feed1".to_owned()),
        session: Some(id.to_owned()),
        ..Sample::absent(Mono(0))
    };
    Document {
        server: Server::Nginx,
        process: Some(pid.to_owned()),
        process_age: Some(Millis(up_secs * 1000)),
        publishers: client.map(one).into_iter().collect(),
    }
}

/// Reads one document a second and tells what each became.
fn read(documents: &[Document]) -> Vec<String> {
    let mut memory = Memory::default();
    let mut tell = |(second, document): (usize, &Document)| {
        let at = Mono(1000 * second as u64);
        let sample = memory.sample(at, document, None);
        assert_eq!(sample.at, at);
        match (&sample.reach, sample.publisher) {
            (Reach::Ok, Publisher::Present) => sample.session.expect("a session"),
            (Reach::Ok, _) => "absent".to_owned(),
            (reach, publisher) => format!("{reach:?} {publisher:?}"),
        }
    };
    documents.iter().enumerate().map(&mut tell).collect()
}

#[test]
fn an_encoder_that_leaves_is_absent_at_once() {
    let told = read(&[nginx("7", 1, Some("1")), nginx("7", 2, None), nginx("7", 3, Some("2"))]);
    assert_eq!(told, ["7/1", "absent", "7/2"]);
}

#[test]
fn a_reload_hides_the_publisher_and_is_not_believed_for_a_while() {
    let mut documents = vec![nginx("7", 100, Some("1"))];
    documents.extend((0..12).map(|second| nginx("8", second, None)));
    let told = read(&documents);
    assert_eq!(told[0], "7/1");
    assert!(told[1..10].iter().all(|one| one == "Restarted Unknown"), "{told:?}");
    assert!(told[10..].iter().all(|one| one == "absent"), "{told:?}");
}

#[test]
fn a_restart_under_the_same_pid_shows_by_the_younger_process() {
    let told = read(&[nginx("7", 100, Some("1")), nginx("7", 0, None), nginx("7", 1, Some("1"))]);
    assert_eq!(told, ["7/1", "Restarted Unknown", "7+1/1"]);
}

#[test]
fn two_workers_that_answer_in_turn_never_make_an_absence() {
    let (carrier, other) = (nginx("7", 5, Some("1")), nginx("8", 5, None));
    let told = read(&[other.clone(), carrier.clone(), other.clone(), other.clone(), carrier]);
    assert_eq!(told, ["absent", "7/1", "Restarted Unknown", "Restarted Unknown", "7/1"]);
}

#[test]
fn workers_in_turn_are_told_from_a_reload() {
    let several = |pids: &[&str]| {
        let mut memory = Memory::default();
        for pid in pids {
            memory.sample(Mono(0), &nginx(pid, 5, None), None);
        }
        memory.several_workers()
    };
    assert!(several(&["7", "8", "7"]));
    assert!(!several(&["7", "8", "8", "9"]));
}

fn srt(entry: &str) -> Document {
    let body = if entry.is_empty() {
        r#"{"publishers":{}}"#.to_owned()
    } else {
        format!(r#"{{"publishers":{{"a/b/c":{{{entry}}}}}}}"#)
    };
    detect::parse(body.as_bytes()).expect("a document")
}

#[test]
fn an_srt_publisher_that_became_younger_is_a_new_session() {
    let up = |secs: u32| srt(&format!(r#""uptime":{secs}"#));
    let told = read(&[up(5), up(6), up(6), up(0), up(1), srt(""), up(2)]);
    assert_eq!(told, ["a/b/c#1", "a/b/c#1", "a/b/c#1", "a/b/c#2", "a/b/c#2", "absent", "a/b/c#3"]);
}

#[test]
fn without_an_age_falling_counters_tell_a_new_session() {
    let drops = |count: u32| srt(&format!(r#""pktRcvDrop":{count}"#));
    assert_eq!(read(&[drops(5), drops(9), drops(0)]), ["a/b/c#1", "a/b/c#1", "a/b/c#2"]);
    let reset = |secs: u32, count: u32| srt(&format!(r#""uptime":{secs},"pktRcvDrop":{count}"#));
    assert_eq!(read(&[reset(5, 9), reset(6, 0)]), ["a/b/c#1", "a/b/c#1"], "counters of an interval");
}

#[test]
fn several_publishers_are_named_and_none_is_taken() {
    let both = detect::parse(br#"{"publishers":{"b":{"bitrate":9000},"a":{"bitrate":1}}}"#).expect("a document");
    let sample = Memory::default().sample(Mono(0), &both, None);
    assert_eq!(sample.reach, Reach::Ambiguous(vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!((sample.publisher, sample.kbps_server), (Publisher::Unknown, None));
}
