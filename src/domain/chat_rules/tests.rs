//! Commands: messages in, effects out.

use super::book::{Book, Manners};
use super::docs;
use super::ear::Ear;
use super::people::People;
use super::phrases::Reply;
use super::plan::{End, Plan, Roles, Seen, Step, plan};
use super::table::COMMANDS;
use crate::domain::chat::{Author, Badge, ChatMessage, ChatRole};
use crate::domain::chat_command::{Audience, ChatCommand};
use crate::domain::failover::rules::Rules;
use crate::domain::failover::{Class, View};
use crate::domain::stream::{Obs, ObsLink, Output};
use crate::kit::units::{Kbps, Millis, Mono, UnixMs};

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
fn what_comes_twice_late_from_elsewhere_or_from_us_is_no_command() {
    let (book, people, mut ear) = (book(), people(), Ear::default());
    let mut hear =
        |message: &ChatMessage, wall: i64| ear.hear((Mono(0), UnixMs(wall)), &book, &people, message).is_some();
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
        let mut hear = |id: usize, late: i64| {
            let message = message(&id.to_string(), ("1", "anna"), &[], "!brb");
            ear.hear((Mono(0), UnixMs(HOUR + off + late)), &book, &people, &message).is_some()
        };
        let first: Vec<bool> = (0..4).map(|id| hear(id, 100)).collect();
        assert!(first[3], "{off}: {first:?}");
        assert!(!hear(9, 120_000), "{off}: a late one is still late");
    }
}

#[test]
fn ids_are_forgotten_in_their_order_and_not_before() {
    let (book, people, mut ear) = (book(), people(), Ear::default());
    let mut hear = |id: usize| {
        let message = message(&id.to_string(), ("1", "anna"), &[], "!brb");
        ear.hear((Mono(0), UnixMs(HOUR)), &book, &people, &message).is_some()
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
    assert!(hear(12_001, ("5", "mod"), &["moderator"]) && hear(12_002, ("5", "mod"), &["moderator"]));
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

struct Scene {
    obs: Obs,
    view: View,
    roles: Roles,
}

fn scene() -> Scene {
    let scenes = ["LIVE", "LOW", "BRB", "Cam front", "Cam rear"].map(Into::into).into();
    let obs = Obs {
        link: ObsLink::Connected,
        output: Some(Output::Stopped),
        scene: Some("LIVE".into()),
        scenes,
        ..Obs::default()
    };
    let roles = Roles {
        live: "LIVE".into(),
        brb: "BRB".into(),
        starting: "Start".into(),
        offline: Some("OFF".into()),
        ending: None,
        privacy: None,
        refresh: Some("LOW".into()),
    };
    Scene { obs, view: View { class: Class::Good, kbps: Some(Kbps(5800.0)), ..View::default() }, roles }
}

fn planned(scene: &Scene, text: &str) -> Plan {
    let book = book();
    let call = book.find(text).unwrap_or_else(|| panic!("{text} is a command"));
    let (rules, allowed) = (Rules::default(), ["brb", "bitrate"]);
    let seen = Seen {
        obs: &scene.obs,
        view: &scene.view,
        scenes: &scene.roles,
        rules: &rules,
        pause: Millis(1000),
        book: &book,
        allowed: &allowed,
    };
    plan(call.spec.verb, call.spec.name, call.args, seen)
}

/// The plan in words: its orders, its waits, and the key of what is said.
fn told(scene: &Scene, text: &str) -> String {
    let plan = planned(scene, text);
    let steps = plan.steps.iter().map(|step| match step {
        Step::Give { order, .. } => order.to_string(),
        Step::Wait { span, .. } => format!("wait {}", span.0),
    });
    let end = match &plan.end {
        End::Say(reply) => checked(reply),
        End::Outcome(phrase) => phrase.key,
    };
    steps.chain([format!("say {end}")]).collect::<Vec<_>>().join("; ")
}

fn checked(reply: &Reply) -> &'static str {
    assert_eq!(reply.filled().collect::<Vec<_>>(), reply.phrase.holes, "{}", reply.phrase.key);
    reply.phrase.key
}

#[test]
fn every_command_has_its_effects() {
    let scene = scene();
    let table = [
        ("!start", "start the stream; switch to scene 'Start'; say started"),
        ("!live", "switch to scene 'LIVE'; say shows"),
        ("!brb", "switch to scene 'BRB'; say shows"),
        ("!fix", "switch to scene 'BRB'; wait 1000; switch to scene 'LIVE'; say fixed"),
        ("!stop", "stop the stream; switch to scene 'OFF'; say stopped_scene"),
        ("!privacy", "say no_scene_set"),
        ("!starting", "switch to scene 'Start'; say shows"),
        ("!ending", "say no_scene_set"),
        ("!switch REAR", "switch to scene 'Cam rear'; say shows"),
        ("!switch cam", "say which"),
        ("!switch nowhere at all", "say no_such"),
        ("!switch", "say usage"),
        ("!source map", "show or hide the source 'map'; say done"),
        ("!source", "say usage"),
        ("!refresh", "switch to scene 'LOW'; wait 1000; switch to scene 'LIVE'; say refreshed"),
        ("!record on", "start recording; say recording_on"),
        ("!record off", "stop recording; say recording_off"),
        ("!record", "say obs_unreadable"),
        ("!record maybe", "say usage"),
        ("!collection out", "change to the scene collection 'out'; say done"),
        ("!bitrate", "say bitrate"),
        ("!sourceinfo", "say source_info"),
        ("!serverinfo", "say server_info"),
        ("!obsinfo", "say obs_info_off"),
        ("!trigger", "say limit_is"),
        ("!trigger 500", "change BITRATE_LOW_KBPS; say limit_set"),
        ("!trigger -5", "say usage"),
        ("!trigger off", "say usage"),
        ("!otrigger 100", "change BITRATE_OFFLINE_KBPS; say limit_set"),
        ("!rtrigger 900", "change RTT_LOW_MS; say limit_set"),
        ("!rtrigger off", "change RTT_LOW_MS; say limit_set"),
        ("!ortrigger 0", "change RTT_LOST_MS; say limit_set"),
        ("!guard on", "resume automatic switching; say guard_on"),
        ("!guard off", "pause automatic switching; say guard_off"),
        ("!guard", "say usage"),
        ("!noalbs start", "resume automatic switching; say guard_on"),
        ("!noalbs stop", "pause automatic switching; say guard_off"),
        ("!notify off", "change CHAT_ANNOUNCE; say setting_off"),
        ("!public on", "change CHAT_PUBLIC_COMMANDS; say setting_on"),
        ("!mod off", "change CHAT_MOD_COMMANDS; say setting_off"),
        ("!autostop off", "change RAID_AUTO_STOP_ENABLED; say setting_off"),
        ("!alias add f fix", "let 'f' mean the chat command 'fix'; say done"),
        ("!alias rem f", "forget the chat command's other word 'f'; say done"),
        ("!alias f fix", "say usage"),
        ("!cancel", "go on after the raid; say done"),
        ("!help", "say help"),
        ("!help brb", "say help_one"),
        ("!help !fix", "say help_one"),
    ];
    for (text, wanted) in table {
        assert_eq!(told(&scene, text), wanted, "{text}");
    }
    let tried = |name: &str| table.iter().any(|(text, _)| text[1..].split(' ').next() == Some(name));
    assert!(COMMANDS.iter().all(|spec| tried(spec.name)), "every command stands in the table");
}

#[test]
fn what_is_seen_changes_what_is_done_and_said() {
    let mut lost = scene();
    lost.view.class = Class::Absent;
    assert_eq!(told(&lost, "!live"), "switch to scene 'LIVE'; say shows_but_lost");
    assert_eq!(told(&lost, "!brb"), "switch to scene 'BRB'; say shows");
    let mut live = scene();
    live.obs.output = Some(Output::Streaming);
    assert_eq!(told(&live, "!start"), "say already_live");
    assert_eq!(told(&live, "!obsinfo"), "say obs_info_live");
    let mut bare = scene();
    (bare.roles.offline, bare.roles.refresh, bare.view.kbps) = (None, None, None);
    assert_eq!(told(&bare, "!stop"), "stop the stream; say stopped");
    assert_eq!(told(&bare, "!refresh"), "say no_scene_set");
    assert_eq!(told(&bare, "!bitrate"), "say bitrate_unknown");
    let mut down = scene();
    down.obs = Obs { link: ObsLink::Lost { reason: "OBS was closed".to_owned(), repair: None }, ..Obs::default() };
    assert_eq!(told(&down, "!obsinfo"), "say obs_down");
    assert_eq!(told(&down, "!switch cam"), "switch to scene 'cam'; say shows", "the desk says what is wrong");
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
    let wanted = docs::page();
    if committed != wanted {
        let made = std::env::temp_dir().join("chat-commands.md");
        std::fs::write(&made, &wanted).expect("a text");
        panic!("docs/chat-commands.md is out of date; the new one is {}", made.display());
    }
}
