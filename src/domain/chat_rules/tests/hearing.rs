//! Which of the messages that are commands count.

use super::super::book::Book;
use super::super::ear::Ear;
use super::*;
use crate::domain::chat::ChatMessage;

#[test]
fn what_comes_twice_late_from_elsewhere_or_from_us_is_no_command() {
    let (book, people, mut ear) = (book(), people(), Ear::default());
    let mut at = 0;
    let mut hear = |message: &ChatMessage, wall: i64| {
        at += 2_000;
        ear.hear((Mono(at), UnixMs(wall)), &book, &people, message).is_some()
    };
    let anna = |id: &str| message(id, ("1", "anna"), &[], "!brb");
    assert!(hear(&anna("a"), HOUR) && !hear(&anna("a"), HOUR));
    assert!(hear(&anna("b"), HOUR + 60_000) && !hear(&anna("c"), HOUR + 60_001));
    assert!(!hear(&anna("c"), HOUR), "an old one does not count later");
    assert!(!hear(&ChatMessage { own: true, ..anna("d") }, HOUR));
    assert!(!hear(&ChatMessage { from_channel: Some("other".to_owned()), ..anna("e") }, HOUR));
}

#[test]
fn a_clock_that_is_off_by_hours_costs_three_messages_at_most() {
    let (book, people) = (book(), people());
    for off in [5 * HOUR, -5 * HOUR] {
        let mut ear = Ear::default();
        let mut hear = |id: u64, late: i64| {
            let message = message(&id.to_string(), ("1", "anna"), &[], "!brb");
            ear.hear((Mono(id * 2_000), UnixMs(HOUR + off + late)), &book, &people, &message).is_some()
        };
        let first: Vec<bool> = (0..4).map(|id| hear(id, 100)).collect();
        assert!(first[3], "{off}: {first:?}");
        assert!(!hear(9, 120_000), "{off}: a late one is still late");
    }
}

#[test]
fn ids_are_forgotten_in_their_order_and_not_before() {
    let (book, people, mut ear, mut at) = (book(), people(), Ear::default(), 0);
    let mut hear = |id: usize| {
        // Each at its own moment: nobody is in a hurry here.
        let message = message(&id.to_string(), ("1", "anna"), &[], "!brb");
        at += 60_000;
        ear.hear((Mono(at), UnixMs(HOUR)), &book, &people, &message).is_some()
    };
    assert!((0..4096).all(&mut hear));
    assert!(!(0..4096).any(&mut hear));
    assert!(hear(4096) && hear(0) && !hear(4095));
}

#[test]
fn viewers_wait_and_moderators_do_not() {
    let (book, people, mut ear) = (book(), people(), Ear::default());
    let mut next = 0;
    let mut hear = |at: u64, author: (&str, &str), badges: &[&str]| {
        next += 1;
        let message = message(&next.to_string(), author, badges, "!bitrate");
        ear.hear((Mono(at), UnixMs(HOUR)), &book, &people, &message).is_some()
    };
    let (one, two) = (("10", "one"), ("11", "two"));
    assert!(hear(0, one, &[]) && !hear(9_999, one, &[]) && hear(10_000, one, &[]));
    assert!(!hear(11_000, two, &[]), "all viewers together wait too");
    assert!(hear(12_000, two, &[]));
    assert!(hear(12_001, ("5", "mod"), &["moderator"]) && hear(13_001, ("5", "mod"), &["moderator"]));
}

#[test]
fn how_long_viewers_wait_can_be_set() {
    let people = people();
    for (seconds, wait) in [(Some(60), 60_000), (Some(0), 1_000), (None, 10_000)] {
        let book = Book::new(manners(), &[changed("bitrate", |bitrate| bitrate.wait_sec = seconds)]);
        let mut ear = Ear::default();
        let mut hear = |at: u64| {
            let message = message(&at.to_string(), ("10", "one"), &[], "!bitrate");
            ear.hear((Mono(at), UnixMs(HOUR)), &book, &people, &message).is_some()
        };
        assert!(hear(0) && !hear(wait - 1) && hear(2 * wait), "{seconds:?}");
    }
    let book = book();
    assert!(book.checked(&changed("fix", |fix| fix.wait_sec = Some(3_600))).is_ok());
    assert!(book.checked(&changed("fix", |fix| fix.wait_sec = Some(3_601))).is_err());
}

#[test]
fn the_same_twice_within_a_second_is_a_slip_and_a_flood_is_cut() {
    let (book, people, mut ear, mut next) = (book(), people(), Ear::default(), 0);
    let mut hear = |at: u64, author: (&str, &str), badges: &[&str], text: &str| {
        next += 1;
        let message = message(&next.to_string(), author, badges, text);
        ear.hear((Mono(at), UnixMs(HOUR)), &book, &people, &message).is_some()
    };
    let anna = ("1", "anna");
    assert!(hear(0, anna, &[], "!source map") && !hear(999, anna, &[], "!source map"));
    assert!(hear(999, ("7", "owner"), &["broadcaster"], "!source map"), "somebody else means it");
    assert!(hear(1_000, anna, &[], "!source clock"), "it is another one");
    assert!(hear(2_000, anna, &[], "!source clock"));
    let carried = (0..2_000).filter(|n| hear(20_000 + n, anna, &[], &format!("!source {n}"))).count();
    assert_eq!(carried, 10);
    assert!(hear(22_000, ("7", "owner"), &["broadcaster"], "!stop"), "the others go on");
    assert!(hear(30_000, anna, &[], "!stop"));
}

#[test]
fn a_crowd_leaves_nothing_behind_that_grows() {
    let (people, mut ear) = (people(), Ear::default());
    let book = Book::new(manners(), &[changed("bitrate", |bitrate| bitrate.wait_sec = Some(0))]);
    for n in 1_000..61_000_u64 {
        let id = n.to_string();
        let message = message(&id, (&id, &id), &[], "!bitrate");
        assert!(ear.hear((Mono(n), UnixMs(HOUR)), &book, &people, &message).is_some());
    }
    assert!(ear.remembered() <= 50_000, "{}", ear.remembered());
}
