//! The plans of whole files, and what is said about files that are none.

use super::*;
use proptest::prelude::*;

const ONE: &str = include_str!("../../../tests/samples/noalbs/v2-one-server.json");
const EVERYTHING: &str = include_str!("../../../tests/samples/noalbs/v2-everything.json");
const OLD: &str = include_str!("../../../tests/samples/noalbs/v1-nginx.json");
const OLD_BELABOX: &str = include_str!("../../../tests/samples/noalbs/v1-belabox.json");
const DOTENV: &str = include_str!("../../../tests/samples/noalbs/dotenv.txt");

fn plan(text: &str, env: Option<&str>) -> Plan {
    read(text.as_bytes(), env.map(str::as_bytes)).expect("a plan")
}

/// The table, the settings as they are written, and the commands.
fn whole(plan: &Plan) -> String {
    let mut out = plan.table();
    out.push('\n');
    for (key, value) in &plan.settings {
        out.push_str(&format!("{key}={}\n", value.reveal()));
    }
    for command in &plan.commands {
        out.push_str(&format!("{command:?}\n"));
    }
    out
}

fn told(text: &str) -> String {
    crate::config::mistake::all(&read(text.as_bytes(), None).expect_err("mistakes"))
}

#[test]
fn one_server_becomes_the_one_feed() {
    insta::assert_snapshot!(whole(&plan(ONE, Some(DOTENV))));
}

#[test]
fn every_kind_of_server_and_every_option_has_its_line() {
    insta::assert_snapshot!(whole(&plan(EVERYTHING, None)));
}

#[test]
fn version_1_is_told_apart_and_read() {
    insta::assert_snapshot!(whole(&plan(OLD, None)));
    insta::assert_snapshot!(whole(&plan(OLD_BELABOX, None)));
}

#[test]
fn no_secret_is_shown() {
    for text in [ONE, EVERYTHING, OLD, OLD_BELABOX] {
        let plan = plan(text, Some(DOTENV));
        let shown = format!("{}{plan:?}", plan.table());
        assert!(!shown.contains("sesame"), "{shown}");
    }
}

#[test]
fn every_plan_is_a_change_that_the_settings_take() {
    for text in [ONE, EVERYTHING, OLD, OLD_BELABOX] {
        let order = plan(text, None).order();
        let rows = order.change.changes.into_iter().filter_map(|(key, value)| Some((key, value?)));
        let values = crate::config::Values::default().with_rows(rows.clone().filter(|(_, value)| !value.is_empty()));
        let known = |key: &str| crate::config::keys::find(key).is_some_and(|key| key.editable);
        assert_eq!(rows.filter(|(key, _)| !known(key)).collect::<Vec<_>>(), []);
        let config = crate::config::Config::parse(&values).map_err(|wrong| crate::config::mistake::all(&wrong));
        assert_eq!(config.err(), None);
    }
}

#[test]
fn what_is_no_noalbs_configuration_is_told_in_words() {
    let table = [
        ("", "config.json is empty."),
        ("[1]", "is no NOALBS configuration"),
        ("{}", "is no NOALBS configuration"),
        ("{\"ipObs\": \"localhost:4444\"}", "is no NOALBS configuration"),
        ("{\"switcher\": {\"a\"}}", "look at line 1, column 18"),
        ("{\n\"switcher\": [}\n", "look at line 2"),
        ("\u{feff}{\"switcher\": 7}", "switcher is another number. Allowed: a section in braces { }."),
    ];
    for (given, wanted) in table {
        assert!(told(given).contains(wanted), "{given}: {}", told(given));
    }
    assert!(read(b"\xff\xfe", None).is_err());
    assert!(read(&vec![b' '; LIMIT + 1], None).is_err());
}

#[test]
fn each_mistake_names_its_path_and_all_are_told_together() {
    let text = r#"{
        "switcher": {
            "bitrateSwitcherEnabled": "yes", "retryAttempts": 256,
            "triggers": { "low": "800", "rtt": -1, "offline": 1.5 },
            "switchingScenes": { "normal": 1 },
            "streamServers": [ 1, { "streamServer": { "type": "Nginx", "statsUrl": "ftp://x" } }, { "streamServer": {} } ]
        },
        "software": { "type": "XSplit", "port": 70000 },
        "chat": { "platform": "Mixer", "admins": "anna", "commands": { "Fix": { "permission": "Vip" } } },
        "optionalOptions": []
    }"#;
    let told = told(text);
    for path in [
        "switcher.bitrateSwitcherEnabled is text",
        "switcher.retryAttempts is another number",
        "switcher.triggers.low is text. Allowed: a whole number from 0 to 1000000, without quotes.",
        "switcher.triggers.rtt is",
        "switcher.triggers.offline is",
        "switcher.switchingScenes.normal is another number",
        "switcher.streamServers[0] is",
        "switcher.streamServers[1].streamServer.statsUrl is no such address",
        "switcher.streamServers[2].streamServer.type is missing",
        "switcher.streamServers[2].streamServer.statsUrl is missing",
        "software.type is no software",
        "software.port is another number",
        "chat.platform is text",
        "chat.admins is text",
        "chat.commands.Fix.permission is text",
        "optionalOptions is a list",
    ] {
        assert!(told.contains(path), "{path} is missing from:\n{told}");
    }
}

#[test]
fn an_alias_that_cannot_stand_for_its_command_is_told() {
    let two = r#"{"switcher": {}, "chat": {"commands": {
        "Fix": {"alias": ["f", "fix", "cancel", "two words"]}, "Bitrate": {"alias": ["F", "b"]}}}}"#;
    let one = r#"{"obs": {}, "rtmp": {"stats": "http://h/"}, "twitchChat": {
        "modCommands": ["fix"], "alias": [["f", "fix"], ["cancel", "fix"], ["f", "bitrate"], ["d", "dance"]]}}"#;
    let table: [(&str, &[(&str, &str)], &[&str]); 2] = [
        (
            two,
            &[
                ("cancel", "'cancel' is a command of its own here, so it does not stand for 'fix'"),
                ("two words", "up to 25 characters"),
                ("f", "'f' stands for 'bitrate' already"),
            ],
            &["f", "b"],
        ),
        (
            one,
            &[("cancel", "command of its own"), ("f", "stands for 'fix' already"), ("d, dance", "no such command")],
            &["f"],
        ),
    ];
    for (file, refused, taken) in table {
        let plan = plan(file, None);
        for (value, note) in refused {
            let told = |line: &&Line| line.value == *value && line.note.contains(note) && line.path.ends_with("alias");
            assert_eq!(plan.lines.iter().filter(told).count(), 1, "{value}:\n{}", plan.table());
        }
        let aliases: Vec<&str> = plan.commands.iter().flat_map(|one| &one.aliases).map(String::as_str).collect();
        assert_eq!(aliases, taken, "{file}");
    }
}

#[test]
fn a_seventeenth_server_is_one_too_many() {
    let server = r#"{"streamServer":{"type":"Rist","statsUrl":"http://h/"},"name":"a"}"#;
    let file = |count| format!("{{\"switcher\":{{\"streamServers\":[{}]}}}}", vec![server; count].join(","));
    assert!(told(&file(17)).contains("switcher.streamServers holds more than 16"));
    let plan = plan(&file(16), None);
    let feeds = plan.settings.iter().find(|(key, _)| *key == "FEEDS").expect("FEEDS").1.reveal().clone();
    assert!(feeds.contains("\"id\":\"a-16\""), "{feeds}");
}

fn json() -> impl Strategy<Value = Value> {
    let names = prop::sample::select(vec![
        "switcher",
        "software",
        "chat",
        "obs",
        "rtmp",
        "triggers",
        "low",
        "offline",
        "streamServers",
        "streamServer",
        "type",
        "statsUrl",
        "commands",
        "Fix",
        "alias",
        "permission",
        "twitchChat",
        "ip",
        "platform",
        "Kick",
        "name",
        "dependsOn",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        prop::sample::select(vec!["Nginx", "Obs", "WebSocket", "http://h/stat", "a:4455"]).prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 48, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((names.clone(), inner), 0..6)
                .prop_map(|pairs| pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
        ]
    })
}

/// A document with one value of it replaced.
fn bent(mut root: Value, at: usize, with: Value) -> Value {
    fn count(value: &mut Value, left: &mut usize, with: &Value) {
        if *left == 0 {
            *value = with.clone();
        }
        *left = left.wrapping_sub(1);
        match value {
            Value::Array(list) => list.iter_mut().for_each(|one| count(one, left, with)),
            Value::Object(object) => object.values_mut().for_each(|one| count(one, left, with)),
            _ => {}
        }
    }
    let mut left = at;
    count(&mut root, &mut left, &with);
    root
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics_on_any_bytes(config: Vec<u8>, env: Vec<u8>) {
        let _ = read(&config, Some(&env));
    }

    #[test]
    fn nothing_panics_on_any_json(root in json()) {
        let _ = read(root.to_string().as_bytes(), None);
    }

    #[test]
    fn a_good_file_with_one_value_changed_gives_a_plan_or_mistakes(at in 0usize..260, with in json()) {
        let good: Value = document(EVERYTHING.as_bytes()).expect("JSON");
        let text = bent(good, at, with).to_string();
        match read(text.as_bytes(), None) {
            Ok(plan) => prop_assert!(!plan.lines.is_empty()),
            Err(mistakes) => prop_assert!(!mistakes.is_empty()),
        }
    }
}
