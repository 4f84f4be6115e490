//! Any text as the value of FEEDS (and of every other setting that is a text): types or mistakes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stream_control::config::{Config, Values};

fuzz_target!(|text: &str| {
    for key in ["FEEDS", "STATS_URL", "STATS_FEED"] {
        if let Err(mistakes) = Config::parse(&Values::from_pairs([(key, text)])) {
            assert!(mistakes.iter().all(|mistake| !mistake.text.is_empty()));
        }
    }
});
