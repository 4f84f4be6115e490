//! Any bytes as the config.json of NOALBS, with any .env beside.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stream_control::adapters::noalbs;

fuzz_target!(|files: (&[u8], Option<&[u8]>)| {
    let (config, env) = files;
    if let Ok(plan) = noalbs::read(config, env) {
        let _ = plan.table();
    }
});
