//! Any bytes as a statistics document, and the same without names.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use stream_control::adapters::ingest::pseudonyms::Pseudonyms;
use stream_control::adapters::ingest::{
    datarhei, detect, irlhosting, nginx, nimble, ome, openrtmp, pushed, rist, xiu,
};

static NAMES: LazyLock<Pseudonyms> = LazyLock::new(|| Pseudonyms::new().expect("random numbers"));

fuzz_target!(|body: &[u8]| {
    let all = [
        detect::parse, nginx::parse, datarhei::parse, irlhosting::parse, nimble::parse, ome::parse, openrtmp::parse,
        pushed::parse, rist::parse, xiu::parse,
    ];
    for parse in all {
        if let Ok(document) = parse(body) {
            let rates = document.publishers.iter().filter_map(|one| one.kbps_server);
            rates.for_each(|rate| assert!((0.0..=1e8).contains(&rate.0), "{document:?}"));
        }
    }
    let _ = NAMES.document(&String::from_utf8_lossy(body));
});
