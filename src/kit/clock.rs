//! The only place that asks what time it is.

use super::units::{Mono, UnixMs};
use std::sync::OnceLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

static BEGIN: OnceLock<Instant> = OnceLock::new();

/// The monotonic moment: milliseconds since the first call in this process.
pub fn mono() -> Mono {
    let begin = *BEGIN.get_or_init(Instant::now);
    Mono(u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX))
}

/// The wall clock, for rows and people. Never used for a timer.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the wall clock")]
pub fn unix() -> UnixMs {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMs(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// A number in 0..1 that differs from call to call: enough for jitter, nothing to guard a secret with.
pub fn jitter() -> f64 {
    let begin = *BEGIN.get_or_init(Instant::now);
    f64::from(begin.elapsed().subsec_nanos() % 1009) / 1009.0
}
