//! Commands: which messages are one, and who may.

mod hearing;
mod plans;

use super::book::{Book, Manners};
use super::docs;
use super::ear::Ear;
use super::people::People;
use crate::domain::chat::{Author, Badge, ChatMessage, ChatRole};
use crate::domain::chat_command::{Audience, ChatCommand};
use crate::kit::units::{Mono, UnixMs};

const HOUR: i64 = 3_600_000;

fn manners() -> Manners {
    Manners { prefix: "!".to_owned(), relaxed: false, public: true, moderators: true }
}

fn book() -> Book {
    Book::new(manners(), &[])
}

fn changed(name: &str, change: impl FnOnce(&mut ChatCommand)) -> ChatCommand {
    let mut command = book().commands().iter().find(|one| one.name == name).expect("a command").clone();
    change(&mut command);
    command
}

fn people() -> People {
    let ids = [("anna", Some("1")), ("ben", Some("2")), ("nightbot", Some("9")), ("ghost", None)];
    let ids = ids.map(|(name, id)| (name.to_owned(), id.map(str::to_owned))).into();
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    People { ids, admins: names(&["anna", "ghost", "not_looked_up"]), ignored: names(&["nightbot"]) }
}

fn message(id: &str, author: (&str, &str), badges: &[&str], text: &str) -> ChatMessage {
    let badges = badges.iter().map(|set| Badge { set: (*set).to_owned(), id: "1".to_owned(), info: String::new() });
    ChatMessage {
        id: id.to_owned(),
        at: UnixMs(HOUR),
        author: Author {
            id: author.0.to_owned(),
            login: author.1.to_owned(),
            badges: badges.collect(),
            ..Author::default()
        },
        text: text.to_owned(),
        fragments: Vec::new(),
        reply_to: None,
        bits: None,
        reward: None,
        from_channel: None,
        own: false,
    }
}

fn hears(book: &Book, message: &ChatMessage) -> Option<&'static str> {
    let now = (Mono(0), UnixMs(HOUR));
    Ear::default().hear(now, book, &people(), message).map(|heard| heard.spec.name)
}

#[test]
fn a_command_is_exact_unless_it_need_not_be() {
    let lenient = Book::new(Manners { relaxed: true, ..manners() }, &[]);
    let both = |text: &str, exact: Option<&str>, relaxed: Option<&str>| {
        assert_eq!(book().find(text).map(|call| call.spec.name), exact, "{text:?}");
        assert_eq!(lenient.find(text).map(|call| call.spec.name), relaxed, "{text:?} leniently");
    };
    both("!brb", Some("brb"), Some("brb"));
    both("!BRB", None, Some("brb"));
    both("!brb please", None, Some("brb"));
    both("!brb \u{e0000}", Some("brb"), Some("brb"));
    both("!brb\u{e0000}", Some("brb"), Some("brb"));
    both("!brb \u{34f}", Some("brb"), Some("brb"));
    both("!brb\u{34f}", Some("brb"), Some("brb"));
    both("!b\u{34f}rb", None, None);
    both(&format!("!brb{}", " ".repeat(65_536)), Some("brb"), Some("brb"));
    both(&format!("!brb{}", "b".repeat(65_536)), None, None);
    both(&"!".repeat(65_536), None, None);
    both(" !brb", None, Some("brb"));
    both("\u{200b}!brb", None, Some("brb"));
    both("!b\u{200b}rb", None, None);
    both("\u{202e}brb!", None, None);
    both("!brbb", None, None);
    both("brb", None, None);
    both("!", None, None);
    both("!switch cam", Some("switch"), Some("switch"));
}

#[test]
fn arguments_lose_their_invisible_ends_alone() {
    let found = |text| book().find(text).map(|call| call.args.to_owned());
    assert_eq!(found("!switch \u{200b} Cam\u{200b}2 \u{34f}\u{e0000}").as_deref(), Some("Cam\u{200b}2"));
    assert_eq!(found("!trigger\u{3000}500").as_deref(), Some("500"));
}

#[test]
fn who_may_is_told_by_badge_and_id_and_never_by_name() {
    let table: &[(&str, (&str, &str), &[&str], Option<&str>)] = &[
        ("!stop", ("7", "owner"), &["broadcaster"], Some("stop")),
        ("!stop", ("1", "anna"), &[], Some("stop")),
        ("!stop", ("1", "anna_renamed"), &[], Some("stop")),
        ("!stop", ("66", "anna"), &[], None),
        ("!stop", ("66", "not_looked_up"), &[], None),
        ("!stop", ("", "ghost"), &[], None),
        ("!stop", ("5", "mod"), &["moderator"], None),
        ("!refresh", ("5", "mod"), &["moderator"], Some("refresh")),
        ("!refresh", ("5", "mod"), &["lead_moderator"], Some("refresh")),
        ("!refresh", ("6", "vip"), &["vip", "subscriber"], None),
        ("!bitrate", ("8", "viewer"), &[], Some("bitrate")),
        ("!bitrate", ("9", "nightbot"), &["moderator"], None),
    ];
    for (text, author, badges, wanted) in table {
        assert_eq!(hears(&book(), &message("a", *author, badges, text)), *wanted, "{text} by {author:?} {badges:?}");
    }
}

#[test]
fn rows_change_who_may_and_what_it_is_called() {
    let rows = [
        changed("fix", |fix| {
            fix.audience = Audience::Vips;
            fix.aliases = vec!["f".to_owned(), "brb".to_owned()];
        }),
        changed("live", |live| live.people = vec!["ben".to_owned()]),
        changed("start", |start| start.enabled = false),
    ];
    let book = Book::new(manners(), &rows);
    let (vip, ben) = (("6", "vip"), ("2", "somebody_new"));
    assert_eq!(hears(&book, &message("a", vip, &["vip"], "!f")), Some("fix"));
    assert_eq!(hears(&book, &message("a", vip, &["vip"], "!brb")), None, "a command's own name stays its own");
    assert_eq!(hears(&book, &message("a", ben, &[], "!live")), Some("live"));
    assert_eq!(hears(&book, &message("a", ("3", "ben"), &[], "!live")), None);
    assert_eq!(hears(&book, &message("a", ("7", "owner"), &["broadcaster"], "!start")), None, "switched off");
}

#[test]
fn rows_of_another_program_count_though_they_are_written_otherwise() {
    let row = changed("privacy", |privacy| {
        privacy.aliases = vec!["!Hide".to_owned(), "brb".to_owned()];
        privacy.people = vec!["@Ben".to_owned()];
    });
    let book = Book::new(manners(), &[row, changed("fix", |fix| fix.name = "of_a_later_version".to_owned())]);
    assert_eq!(hears(&book, &message("a", ("2", "ben"), &[], "!hide")), Some("privacy"));
    assert_eq!(hears(&book, &message("a", ("1", "anna"), &[], "!brb")), Some("brb"));
    assert_eq!(book.commands().len(), super::table::COMMANDS.len());
}

#[test]
fn commands_of_viewers_and_moderators_can_be_switched_off() {
    let with = |public, moderators| Book::new(Manners { public, moderators, ..manners() }, &[]);
    let (viewer, moderator) =
        (message("a", ("8", "v"), &[], "!bitrate"), message("a", ("5", "m"), &["moderator"], "!refresh"));
    assert_eq!([hears(&with(false, true), &viewer), hears(&with(false, true), &moderator)], [None, Some("refresh")]);
    assert_eq!([hears(&with(true, false), &viewer), hears(&with(true, false), &moderator)], [Some("bitrate"), None]);
    let anna = message("a", ("1", "anna"), &[], "!stop");
    assert_eq!(hears(&with(false, false), &anna), Some("stop"));
}

#[test]
fn aliases_are_put_in_order_or_refused() {
    let book = Book::new(manners(), &[changed("fix", |fix| fix.aliases = vec!["f".to_owned()])]);
    assert_eq!(book.with_alias("!Repair", "!f").expect("good").aliases, ["f", "repair"]);
    assert_eq!(book.without_alias("F").expect("good").aliases, [""; 0]);
    let long = "x".repeat(26);
    let refused = [
        ("f", "brb"),
        ("stop", "brb"),
        ("a b", "brb"),
        (long.as_str(), "brb"),
        ("x", "nothing"),
        ("a\u{202e}b", "brb"),
    ];
    for (word, command) in refused {
        assert!(book.with_alias(word, command).is_err(), "{word:?} for {command}");
    }
    assert!(book.without_alias("repair").is_err());
}

#[test]
fn an_audience_includes_those_before_it() {
    let least = Audience::ALL.map(Audience::least);
    assert!(least.is_sorted_by(|a, b| a > b) && least[5] == ChatRole::Everyone);
    assert!(Audience::ALL.iter().all(|one| Audience::from_word(one.word()) == Some(*one)));
}

#[test]
fn the_documentation_is_made_from_the_table() {
    let committed =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/chat-commands.md")).unwrap_or_default();
    let wanted = docs::page(include_str!("../../../../assets/lang/en.toml"));
    if committed != wanted {
        let made = std::env::temp_dir().join("chat-commands.md");
        std::fs::write(&made, &wanted).expect("a text");
        panic!("docs/chat-commands.md is out of date; the new one is {}", made.display());
    }
}
