//! Every sample of every server, spoiled in every way that a network, a proxy, another version or a
//! bad will can spoil it: no parser panics, and no number comes out that no link could carry.
//! `PROPTEST_CASES` says how many; the command that runs all tests asks for more than the default.

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::LazyLock;
use stream_control::adapters::ingest::document::{Document, ParseError};
use stream_control::adapters::ingest::pseudonyms::Pseudonyms;
use stream_control::adapters::ingest::recording::{Line, News, write};
use stream_control::adapters::ingest::{
    datarhei, detect, irlhosting, nginx, nimble, ome, openrtmp, pointers, pushed, rist, xiu,
};
use stream_control::config::{Config, Pointers, Values};
use stream_control::kit::units::Millis;
use stream_control::replay::{self, Options};

/// No link is faster (kbit/s).
const FASTEST: f64 = 1e8;

static SAMPLES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/samples/ingest");
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("the samples").map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).expect("a sample")).collect()
});

/// What happens to a document on its way.
#[derive(Clone, Debug)]
enum Harm {
    CutAt(Index),
    Byte(Index, u8),
    Twice(Index),
    Swap(Index, Value),
    Gone(Index),
    Wrapped(usize),
    Brackets(usize),
}

fn harm() -> impl Strategy<Value = Harm> {
    let place = any::<Index>;
    prop_oneof![
        place().prop_map(Harm::CutAt),
        (place(), any::<u8>()).prop_map(|(at, byte)| Harm::Byte(at, byte)),
        place().prop_map(Harm::Twice),
        (place(), strange()).prop_map(|(at, value)| Harm::Swap(at, value)),
        place().prop_map(Harm::Gone),
        (1_usize..200).prop_map(Harm::Wrapped),
        (1_usize..100_000).prop_map(Harm::Brackets),
    ]
}

/// A value of another type, or a number that nobody expects.
fn strange() -> impl Strategy<Value = Value> {
    let numbers =
        [json!(-1), json!(u64::MAX), json!(i64::MIN), json!(1.8e19), json!(1e308), json!(-0.0), json!(5e-324)];
    let words =
        ["", "NaN", "-1", "inf", "1e999", "18446744073709551616", "0x10", "null", "\u{0}", "ü\u{202e}", "live/../.."];
    let others = [json!(null), json!(true), json!([]), json!({}), json!([[[]]]), json!({"a": {"a": 1}})];
    let words = words.map(|word| json!(word));
    prop_oneof![
        proptest::sample::select(numbers.to_vec()),
        proptest::sample::select(words.to_vec()),
        proptest::sample::select(others.to_vec()),
        any::<i64>().prop_map(|number| json!(number)),
        any::<f64>().prop_map(|number| json!(number)),
        "\\PC{0,40}".prop_map(|word| json!(word)),
    ]
}

fn harmed(document: &[u8], harms: &[Harm]) -> Vec<u8> {
    harms.iter().fold(document.to_vec(), after)
}

fn after(mut document: Vec<u8>, harm: &Harm) -> Vec<u8> {
    match harm {
        Harm::CutAt(at) if !document.is_empty() => document.truncate(at.index(document.len())),
        Harm::Byte(at, byte) if !document.is_empty() => {
            let at = at.index(document.len());
            document[at] = *byte;
        }
        Harm::Twice(at) if !document.is_empty() => {
            let copy = document[at.index(document.len())..].to_vec();
            document.extend(copy);
        }
        Harm::Swap(at, value) => return in_json(document, at, |place| *place = value.clone()),
        Harm::Gone(at) => {
            return in_json(document, at, |place| match place {
                Value::Object(object) => object.clear(),
                Value::Array(list) => list.clear(),
                other => *other = Value::Null,
            });
        }
        Harm::Wrapped(depth) => {
            let (open, close) = (b"{\"publishers\":".repeat(*depth), b"}".repeat(*depth));
            return [open, document, close].concat();
        }
        Harm::Brackets(depth) => return [b"[".repeat(*depth), document].concat(),
        _ => {}
    }
    document
}

/// Changes one value of the document; what is no JSON stays.
fn in_json(document: Vec<u8>, at: &Index, change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let Ok(mut root) = serde_json::from_slice::<Value>(&document) else { return document };
    let mut pointers = vec![String::new()];
    collect(&root, String::new(), &mut pointers);
    let pointer = &pointers[at.index(pointers.len())];
    if let Some(place) = root.pointer_mut(pointer) {
        change(place);
    }
    root.to_string().into_bytes()
}

fn collect(value: &Value, here: String, found: &mut Vec<String>) {
    let escaped = |name: &str| name.replace('~', "~0").replace('/', "~1");
    let inside: Vec<(String, &Value)> = match value {
        Value::Object(object) => object.iter().map(|(name, value)| (escaped(name), value)).collect(),
        Value::Array(list) => list.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    for (name, value) in inside {
        let pointer = format!("{here}/{name}");
        collect(value, pointer.clone(), found);
        found.push(pointer);
    }
}

type Parser = fn(&[u8]) -> Result<Document, ParseError>;

/// Every way to read bytes; those that `detect` would not come to as well.
const PARSERS: &[(&str, Parser)] = &[
    ("detect", detect::parse),
    ("nginx", nginx::parse),
    ("datarhei", datarhei::parse),
    ("irlhosting", irlhosting::parse),
    ("nimble", nimble::parse),
    ("ome", ome::parse),
    ("openrtmp", openrtmp::parse),
    ("pushed", pushed::parse),
    ("rist", rist::parse),
    ("xiu", xiu::parse),
    ("pointers", by_pointers),
];

fn by_pointers(body: &[u8]) -> Result<Document, ParseError> {
    let at = |pointer: &str| Some(pointer.to_owned());
    let (bytes, rate, online) = (at("/streams/0/recv_bytes"), at("/publisher/bitrate"), at("/isLive"));
    pointers::parse(body, &Pointers { bytes, rate, online, ..Pointers::default() })
}

fn is_sane(document: &Document) -> bool {
    document.publishers.iter().all(|one| {
        let links = one.links.iter().filter_map(|link| link.kbps);
        let rates = one.kbps_server.into_iter().chain(one.kbps_mean).chain(links);
        rates.into_iter().all(|rate| (0.0..=FASTEST).contains(&rate.0))
    })
}

/// Reads a document in every way there is.
fn read(document: &[u8]) -> Result<(), TestCaseError> {
    for (name, parse) in PARSERS {
        if let Ok(document) = parse(document) {
            prop_assert!(is_sane(&document), "{name}: {document:?}");
        }
    }
    Ok(())
}

#[test]
fn every_sample_is_read_whole_and_at_every_cut() {
    for sample in SAMPLES.iter() {
        for end in 0..=sample.len().min(6000) {
            let _ = detect::parse(&sample[..end]);
        }
        read(sample).expect("a sane document");
    }
}

proptest! {
    #[test]
    fn a_spoiled_document_is_read_without_panic_or_nonsense(
        at in any::<Index>(),
        harms in proptest::collection::vec(harm(), 1..4),
    ) {
        read(&harmed(&SAMPLES[at.index(SAMPLES.len())], &harms))?;
    }

    #[test]
    fn spoiled_polls_never_stop_the_machine(
        polls in proptest::collection::vec((any::<Index>(), proptest::option::of(harm()), 0_u64..5000, 0_u16..700), 1..12),
        work in any::<u32>(),
    ) {
        let names = Pseudonyms::new().expect("random numbers");
        let (mut at, mut text) = (0, Vec::new());
        write(Millis(at), None, &News::Maintenance(Millis(work.into())), &mut text);
        for (sample, harm, later, status) in polls {
            at += later;
            let body = harmed(&SAMPLES[sample.index(SAMPLES.len())], harm.as_slice());
            let body = names.document(&String::from_utf8_lossy(&body));
            let status = stream_control::adapters::ingest::http::Status::Http(if status < 100 { 200 } else { status.min(599) });
            write(Millis(at), None, &News::Request { kind: None, status, body: body.into(), publisher: None }, &mut text);
        }
        let config = Config::parse(&Values::from_pairs([])).expect("the defaults are good");
        let options = Options { scene: config.scenes.live.clone(), config, thin_out: false };
        let played = replay::play(text.as_slice(), &options, |_| Ok(()));
        prop_assert!(played.is_ok_and(|played| played.polls > 0));
    }

    #[test]
    fn any_line_is_read_or_refused_in_words(line in "\\PC{0,80}", t in any::<f64>(), word in "[a-z0-9]{0,8}") {
        let written = format!("{{\"t\":{t},\"type\":\"{word}\",\"status\":\"{word}\",\"body\":{{}}}}");
        let work = format!("{{\"t\":0,\"type\":\"maintenance\",\"body\":{{\"seconds\":{t}}}}}");
        for line in [line.as_str(), written.as_str(), work.as_str()] {
            if let Err(why) = Line::parse(line) {
                prop_assert!(!why.is_empty() && why.len() < 2000, "{why}");
            }
        }
    }

    #[test]
    fn any_bytes_as_a_recording_end_in_words(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let config = Config::parse(&Values::from_pairs([])).expect("the defaults are good");
        let options = Options { scene: config.scenes.live.clone(), config, thin_out: false };
        if let Err(trouble) = replay::play(bytes.as_slice(), &options, |_| Ok(())) {
            prop_assert!(trouble.to_string().starts_with("line "));
        }
    }
}
