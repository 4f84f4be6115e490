//! No name, key or address gets out, and a document still says the same.

use super::*;
use crate::adapters::ingest::detect;
use crate::domain::signal::Sample;
use std::path::PathBuf;

/// Names, keys and addresses in the recorded samples, whoever they belong to.
const SECRETS: &[&str] = &[
    "feed1",
    "feed2",
    "keyA",
    "sink1",
    "goodkey",
    "tlskey",
    "EXAMPLEKEY",
    "10.99.0",
    "example.net",
    "vid-61448o9",
    "n8fm8051",
    "T1EYT664",
    "mwozmy3mqr0dw16w",
    "0d6c1c9a",
];

fn pseudonyms() -> Pseudonyms {
    Pseudonyms::new().expect("random numbers")
}

fn samples() -> Vec<(PathBuf, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/samples/ingest");
    let paths = std::fs::read_dir(folder).expect("the samples").map(|entry| entry.expect("an entry").path());
    paths
        .map(|path| (path.clone(), String::from_utf8_lossy(&std::fs::read(path).expect("a file")).into_owned()))
        .collect()
}

#[test]
fn no_name_or_key_of_the_samples_remains() {
    for (path, text) in samples() {
        let given_away = pseudonyms().document(&text);
        for secret in SECRETS {
            assert!(!given_away.contains(secret), "{secret} remains of {}: {given_away}", path.display());
        }
    }
}

#[test]
fn a_document_says_the_same_as_before() {
    let pseudonyms = pseudonyms();
    for (path, text) in samples() {
        let nameless = |sample: &Sample| Sample { feed: None, session: None, links: Vec::new(), ..sample.clone() };
        let read = |text: &str| detect::parse(text.as_bytes());
        match (read(&text), read(&pseudonyms.document(&text))) {
            (Ok(was), Ok(is)) => {
                assert_eq!((was.server, was.process_age), (is.server, is.process_age), "{}", path.display());
                let numbers = |all: &[Sample]| all.iter().map(nameless).collect::<Vec<_>>();
                assert_eq!(numbers(&was.publishers), numbers(&is.publishers), "{}", path.display());
                let names: HashSet<_> = was.names().iter().map(|name| pseudonyms.name(name)).collect();
                assert_eq!(names, is.names().into_iter().collect(), "{}", path.display());
            }
            (was, is) => assert_eq!(was.is_ok(), is.is_ok(), "{}: {is:?}", path.display()),
        }
    }
}

#[test]
fn only_known_words_and_measurements_stay() {
    let mut pseudonyms = pseudonyms();
    pseudonyms.hide("http://h/stats?key=48151623");
    pseudonyms.know("/rx/octets");
    let table = [
        (r#"{"publishers":{"KEY":{"bitrate":4520}}}"#, r#"{"publishers":{"*":{"bitrate":4520}}}"#),
        (
            r#"{"connections":{"4711":{"stats":{"4712":1}},"47x1":2}}"#,
            r#"{"connections":{"4711":{"stats":{"*":1}},"*":2}}"#,
        ),
        (r#"{"connections":{},"publisher":{"4711":4711}}"#, r#"{"connections":{},"publisher":{"*":4711}}"#),
        (r#"{"octets":"12","chips":"12"}"#, r#"{"octets":"12","*":"*"}"#),
        (r#"{"name":"4815","bandwidth":"4815"}"#, r#"{"name":"*","bandwidth":"4815"}"#),
        (r#"{"bandwidth":"48151623","uptime":"101ms"}"#, r#"{"bandwidth":"*","uptime":"101ms"}"#),
        (r#"{"a":"\u004bEY"}"#, r#"{"*":"*"}"#),
        (r#"{"bytes":1.8e+19,"rtt":-1,"speed":NaN}"#, r#"{"bytes":1.8e+19,"rtt":-1,"speed":NaN}"#),
        (r#"{"state":"cut in the mid"#, r#"{"state":"* in the *"#),
        (r#"{"start_time":"2026-11-20T12:47:09.10+00:00"}"#, r#"{"start_time":"2026-11-20T12:47:09.10+00:00"}"#),
        ("<name>a&amp;b</name><time>12</time>", "<name>*</name><time>12</time>"),
        ("<address>127.0.0.1:29360/live/keyA</address>", "<address>127.0.0.1:*/live/*</address>"),
        ("<name>cut <", "<name>* <"),
        ("offline", "offline"),
        ("key=KEY", "key=*"),
        ("", ""),
    ];
    for (given, wanted) in table {
        let got = pseudonyms.document(given);
        assert_eq!(starred(&got), wanted, "{given}");
        assert_eq!(got, pseudonyms.document(given), "the same each time");
    }
    let ip = pseudonyms.document("198.51.100.7");
    assert!(ip.starts_with("203.0.113."), "{ip}");
}

/// The text with a star for each pseudonym.
fn starred(text: &str) -> String {
    let mut parts = text.split("name-");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| out + "*" + &part[8..])
}

#[test]
fn another_run_has_other_pseudonyms() {
    assert_ne!(pseudonyms().name("feed1"), pseudonyms().name("feed1"));
}

proptest::proptest! {
    #[test]
    fn any_text_at_all_is_read(text in "\\PC*", open in "[{\\[<\"]?") {
        let _ = pseudonyms().document(&format!("{open}{text}"));
    }

    #[test]
    fn a_key_wherever_it_stands_is_hidden(before in "[ -~]{0,20}", after in "[^A-Za-z0-9_.-][ -~]{0,20}", open in "[{\\[<]?") {
        let text = format!("{open}{before} sEcReT0key{after}");
        proptest::prop_assert!(!pseudonyms().document(&text).contains("sEcReT0key"));
    }
}
