//! Any bytes as a recording, through reader, conversations, memory, meter and machine.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use stream_control::config::{Config, Values};
use stream_control::replay::{self, Options};

static OPTIONS: LazyLock<Options> = LazyLock::new(|| {
    let config = Config::parse(&Values::from_pairs([])).expect("the defaults are good");
    Options { scene: config.scenes.live.clone(), config, thin_out: false }
});

fuzz_target!(|file: &[u8]| {
    let _ = replay::play(file, &OPTIONS, |_| Ok(()));
});
