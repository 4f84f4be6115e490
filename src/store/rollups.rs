//! Table `rollups`: the samples in steps of 15 s. Kept beside every sample that is written, so that a
//! day of several feeds is read in a moment.

use super::{Result, Store};
use crate::kit::units::{Kbps, Millis, UnixMs};
use sqlx::Row as _;
use sqlx::any::AnyRow;
use std::collections::BTreeMap;

/// What one row covers.
pub const STEP: Millis = Millis(15_000);

/// What a feed did during one step of a look back.
#[derive(Clone, Debug, PartialEq)]
pub struct Bucket {
    /// When the step began.
    pub at: UnixMs,
    /// The feed's id.
    pub feed: String,
    /// Smallest, mean and largest rate; `None` where none was known.
    pub kbps: Option<(Kbps, Kbps, Kbps)>,
    /// Mean and largest round-trip time.
    pub rtt: Option<(Millis, Millis)>,
    /// Mean and smallest buffer level.
    pub buffer: Option<(Millis, Millis)>,
}

/// What a sample adds to its step.
pub(super) struct Reading<'a> {
    pub at: UnixMs,
    pub feed: &'a str,
    pub kbps: Option<Kbps>,
    pub rtt: Option<Millis>,
    pub buffer: Option<Millis>,
}

/// Readings of one kind, taken together. Sums, so that two of these can be added.
#[derive(Default)]
struct Sum {
    count: i64,
    sum: f64,
    min: Option<f64>,
    max: Option<f64>,
}

impl Sum {
    fn take(&mut self, reading: Option<f64>) {
        let Some(reading) = reading else { return };
        self.count += 1;
        self.sum += reading;
        self.min = Some(self.min.map_or(reading, |least| least.min(reading)));
        self.max = Some(self.max.map_or(reading, |most| most.max(reading)));
    }

    /// As the whole milliseconds that it was made of.
    fn whole(reading: Option<f64>) -> Option<i64> {
        reading.map(|reading| reading as i64)
    }
}

/// Adds readings to their steps, within the transaction that writes the samples.
pub(super) async fn add<'a>(
    connection: &mut sqlx::AnyConnection,
    readings: impl Iterator<Item = Reading<'a>>,
) -> sqlx::Result<()> {
    let mut steps: BTreeMap<(i64, &str), [Sum; 3]> = BTreeMap::new();
    for reading in readings {
        let [kbps, rtt, buffer] = steps.entry((start(reading.at), reading.feed)).or_default();
        kbps.take(reading.kbps.map(|kbps| kbps.0));
        rtt.take(reading.rtt.map(|span| span.0 as f64));
        buffer.take(reading.buffer.map(|span| span.0 as f64));
    }
    for ((at, feed), [kbps, rtt, buffer]) in steps {
        sqlx::query(ADD)
            .bind(at)
            .bind(feed)
            .bind(kbps.count)
            .bind(kbps.sum)
            .bind(kbps.min)
            .bind(kbps.max)
            .bind(rtt.count)
            .bind(rtt.sum as i64)
            .bind(Sum::whole(rtt.max))
            .bind(buffer.count)
            .bind(buffer.sum as i64)
            .bind(Sum::whole(buffer.min))
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

fn start(at: UnixMs) -> i64 {
    let step = STEP.0 as i64;
    at.0 / step * step
}

/// NULL compares as unknown, so a CASE keeps what is there when nothing comes.
const ADD: &str = "INSERT INTO rollups (at, feed, kbps_count, kbps_sum, kbps_min, kbps_max, rtt_count, rtt_sum, \
    rtt_max, buffer_count, buffer_sum, buffer_min) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
    ON CONFLICT (at, feed) DO UPDATE SET \
    kbps_count = rollups.kbps_count + excluded.kbps_count, kbps_sum = rollups.kbps_sum + excluded.kbps_sum, \
    kbps_min = CASE WHEN rollups.kbps_min IS NULL OR excluded.kbps_min < rollups.kbps_min \
        THEN excluded.kbps_min ELSE rollups.kbps_min END, \
    kbps_max = CASE WHEN rollups.kbps_max IS NULL OR excluded.kbps_max > rollups.kbps_max \
        THEN excluded.kbps_max ELSE rollups.kbps_max END, \
    rtt_count = rollups.rtt_count + excluded.rtt_count, rtt_sum = rollups.rtt_sum + excluded.rtt_sum, \
    rtt_max = CASE WHEN rollups.rtt_max IS NULL OR excluded.rtt_max > rollups.rtt_max \
        THEN excluded.rtt_max ELSE rollups.rtt_max END, \
    buffer_count = rollups.buffer_count + excluded.buffer_count, \
    buffer_sum = rollups.buffer_sum + excluded.buffer_sum, \
    buffer_min = CASE WHEN rollups.buffer_min IS NULL OR excluded.buffer_min < rollups.buffer_min \
        THEN excluded.buffer_min ELSE rollups.buffer_min END";

const FROM_ROLLUPS: &str = "SELECT at / $3 * $3 AS step, feed, CAST(SUM(kbps_count) AS BIGINT), SUM(kbps_sum), \
    MIN(kbps_min), MAX(kbps_max), CAST(SUM(rtt_count) AS BIGINT), CAST(SUM(rtt_sum) AS BIGINT), \
    CAST(MAX(rtt_max) AS BIGINT), CAST(SUM(buffer_count) AS BIGINT), CAST(SUM(buffer_sum) AS BIGINT), \
    CAST(MIN(buffer_min) AS BIGINT) FROM rollups WHERE at >= $1 AND at < $2 GROUP BY 1, 2 ORDER BY 1, 2";

const FROM_SAMPLES: &str = "SELECT at / $3 * $3 AS step, feed, COUNT(kbps), COALESCE(SUM(kbps), 0.0), \
    MIN(kbps), MAX(kbps), COUNT(rtt_ms), COALESCE(CAST(SUM(rtt_ms) AS BIGINT), 0), MAX(rtt_ms), \
    COUNT(buffer_ms), COALESCE(CAST(SUM(buffer_ms) AS BIGINT), 0), MIN(buffer_ms) \
    FROM samples WHERE at >= $1 AND at < $2 GROUP BY 1, 2 ORDER BY 1, 2";

impl Store {
    /// What each feed did, step by step, oldest first; steps without a sample are left out. Steps that
    /// are whole multiples of [`STEP`] are read from rows made for it, others from every single sample.
    pub async fn buckets(&self, from: UnixMs, to: UnixMs, step: Millis) -> Result<Vec<Bucket>> {
        let text = if step.0.is_multiple_of(STEP.0) { FROM_ROLLUPS } else { FROM_SAMPLES };
        let query = sqlx::query(text)
            .bind(from.0)
            .bind(to.0)
            .bind(i64::try_from(step.0.max(1)).unwrap_or(i64::MAX))
            .fetch_all(&self.pool);
        self.within(query).await?.iter().map(bucket).collect()
    }

    /// Removes steps older than `before`, 5,000 at most; gives how many went.
    pub async fn prune_rollups(&self, before: UnixMs) -> Result<u64> {
        let query = sqlx::query(
            "DELETE FROM rollups WHERE (at, feed) IN \
             (SELECT at, feed FROM rollups WHERE at < $1 ORDER BY at LIMIT 5000)",
        )
        .bind(before.0)
        .execute(&self.pool);
        Ok(self.within(query).await?.rows_affected())
    }
}

fn bucket(row: &AnyRow) -> Result<Bucket> {
    let mean = |count: i64, sum: f64| if count > 0 { sum / count as f64 } else { 0.0 };
    let span = |count: usize, sum: usize, edge: usize| -> Result<Option<(Millis, Millis)>> {
        let mean = mean(row.try_get(count)?, row.try_get::<i64, _>(sum)? as f64);
        let edge = row.try_get::<Option<i64>, _>(edge)?.and_then(|edge| u64::try_from(edge).ok());
        Ok(edge.map(|edge| (Millis(mean.round().max(0.0) as u64), Millis(edge))))
    };
    let kbps_mean = mean(row.try_get(2)?, row.try_get(3)?);
    let (least, most) = (row.try_get::<Option<f64>, _>(4)?, row.try_get::<Option<f64>, _>(5)?);
    Ok(Bucket {
        at: UnixMs(row.try_get(0)?),
        feed: row.try_get(1)?,
        kbps: least.zip(most).map(|(least, most)| (Kbps(least), Kbps(kbps_mean), Kbps(most))),
        rtt: span(6, 7, 8)?,
        buffer: span(9, 10, 11)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::Executor as _;

    #[tokio::test]
    async fn a_database_of_the_first_version_brings_its_past_along() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).await.unwrap();
        let first_version = "DROP TABLE rollups; DROP TABLE scenes; DROP TABLE chat_commands; \
            DROP TABLE chat_names; DROP TABLE happenings; DROP TABLE raid_targets; \
            DELETE FROM _sqlx_migrations WHERE version >= 2; \
            INSERT INTO samples (at, feed, class, kbps, rtt_ms) VALUES (30000, 'live/secret', 'GOOD', 1000.0, 60), \
            (31000, 'live/secret', 'GOOD', 3000.0, NULL), (50000, '', 'UNKNOWN', NULL, NULL);";
        store.pool.execute(first_version).await.unwrap();
        store.close().await;
        let store = Store::open(dir.path()).await.unwrap();
        let buckets = store.buckets(UnixMs(0), UnixMs(99_000), STEP).await.unwrap();
        let bucket = |at, kbps, rtt| Bucket { at: UnixMs(at), feed: "main".to_owned(), kbps, rtt, buffer: None };
        let rates = Some((Kbps(1000.0), Kbps(2000.0), Kbps(3000.0)));
        let rtt = Some((Millis(60), Millis(60)));
        assert_eq!(buckets, [bucket(30_000, rates, rtt), bucket(45_000, None, None)]);
        let feeds: Vec<String> =
            store.samples_since(UnixMs(0)).await.unwrap().into_iter().map(|row| row.feed).collect();
        assert_eq!(feeds, ["main"; 3], "a publisher's name may be a stream key");
    }
}
