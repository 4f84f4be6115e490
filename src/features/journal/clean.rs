//! Removing what is older than JOURNAL_DAYS and SAMPLES_DAYS, a little at a time: the writer of new
//! rows always gets his turn.

use crate::config::Keep;
use crate::kit::clock;
use crate::kit::units::{Millis, UnixMs};
use crate::store::{Result, Store};
use std::time::Duration;

/// From one round to the next when nothing is left to remove.
pub(super) const PAUSE: Duration = Duration::from_secs(3600);
/// The same while there is more.
const SOON: Duration = Duration::from_secs(30);
/// Steps of one round; a step removes a few thousand rows of each table.
const STEPS: usize = 10;
/// Between two steps.
const BREATH: Duration = Duration::from_millis(100);
/// Lines that are kept at most, however young.
const LINES: i64 = 200_000;

/// Removes some of what is too old; how long to wait before the next round. What fails is tried again
/// then.
pub(super) async fn round(store: Store, keep: Keep) -> Duration {
    for _ in 0..STEPS {
        match step(&store, &keep).await {
            Ok(0) | Err(_) => return PAUSE,
            Ok(_) => tokio::time::sleep(BREATH).await,
        }
    }
    SOON
}

async fn step(store: &Store, keep: &Keep) -> Result<u64> {
    let (lines, samples) = (before(keep.journal_days), before(keep.samples_days));
    Ok(store.prune_journal(lines, LINES).await?
        + store.prune_samples(samples).await?
        + store.prune_rollups(samples).await?
        + store.prune_programs(samples).await?)
}

fn before(days: u32) -> UnixMs {
    let span = Millis(u64::from(days) * 24 * 3600 * 1000);
    UnixMs(clock::unix().0.saturating_sub(i64::try_from(span.0).unwrap_or(i64::MAX)))
}
