//! Table `samples`: the feed second by second while live.

use super::{Result, Store, rollups};
use crate::kit::units::{Kbps, Millis, UnixMs};
use sqlx::Row as _;

/// One second of the feed.
#[derive(Clone, Debug, PartialEq)]
pub struct SampleRow {
    /// When it was read.
    pub at: UnixMs,
    /// The feed's id.
    pub feed: String,
    /// The class the machine gave it ("good", "low").
    pub class: String,
    /// Rate.
    pub kbps: Option<Kbps>,
    /// Round-trip time.
    pub rtt: Option<Millis>,
    /// Receive-buffer level.
    pub buffer: Option<Millis>,
    /// Negotiated latency.
    pub latency: Option<Millis>,
    /// Packets lost so far.
    pub lost: Option<u64>,
    /// Packets given up so far.
    pub dropped: Option<u64>,
}

/// A place in the samples: everything before it has been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    at: i64,
    id: i64,
}

impl Mark {
    /// Ahead of the first sample of this moment.
    pub fn before(at: UnixMs) -> Self {
        Self { at: at.0.saturating_sub(1), id: i64::MAX }
    }
}

impl Store {
    /// Writes samples and adds them to their steps: all of them or none.
    pub async fn add_samples(&self, samples: &[SampleRow]) -> Result<()> {
        if samples.is_empty() {
            return Ok(());
        }
        self.within(async {
            let mut together = self.pool.begin().await?;
            for sample in samples {
                sqlx::query(
                    "INSERT INTO samples (at, feed, class, kbps, rtt_ms, buffer_ms, latency_ms, lost, dropped) \
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                )
                .bind(sample.at.0)
                .bind(sample.feed.as_str())
                .bind(sample.class.as_str())
                .bind(sample.kbps.map(|kbps| kbps.0))
                .bind(sample.rtt.map(|span| whole(span.0)))
                .bind(sample.buffer.map(|span| whole(span.0)))
                .bind(sample.latency.map(|span| whole(span.0)))
                .bind(sample.lost.map(whole))
                .bind(sample.dropped.map(whole))
                .execute(&mut *together)
                .await?;
            }
            rollups::add(&mut together, samples).await?;
            together.commit().await
        })
        .await
    }

    /// The samples since a moment, oldest first, at most 10,000.
    pub async fn samples_since(&self, since: UnixMs) -> Result<Vec<SampleRow>> {
        let query = sqlx::query(
            "SELECT at, feed, class, kbps, rtt_ms, buffer_ms, latency_ms, lost, dropped FROM samples \
             WHERE at >= $1 ORDER BY at, id LIMIT 10000",
        )
        .bind(since.0)
        .fetch_all(&self.pool);
        self.within(query).await?.iter().map(sample).collect()
    }

    /// The samples from the mark on up to `to`, oldest first, at most `most`; with the mark of the next
    /// page where there may be one.
    pub async fn samples_from(&self, mark: Mark, to: UnixMs, most: u32) -> Result<(Vec<SampleRow>, Option<Mark>)> {
        let query = sqlx::query(
            "SELECT at, feed, class, kbps, rtt_ms, buffer_ms, latency_ms, lost, dropped, id FROM samples \
             WHERE (at, id) > ($1, $2) AND at < $3 ORDER BY at, id LIMIT $4",
        )
        .bind(mark.at)
        .bind(mark.id)
        .bind(to.0)
        .bind(i64::from(most))
        .fetch_all(&self.pool);
        let rows = self.within(query).await?;
        let next = match rows.last() {
            Some(last) if rows.len() == most as usize => Some(Mark { at: last.try_get(0)?, id: last.try_get(9)? }),
            _ => None,
        };
        Ok((rows.iter().map(sample).collect::<Result<_>>()?, next))
    }

    /// The newest samples of this class, newest first, at most `most`.
    pub async fn newest_samples(&self, class: &str, since: UnixMs, most: u32) -> Result<Vec<SampleRow>> {
        let query = sqlx::query(
            "SELECT at, feed, class, kbps, rtt_ms, buffer_ms, latency_ms, lost, dropped FROM samples \
             WHERE at >= $1 AND class = $2 ORDER BY at DESC, id DESC LIMIT $3",
        )
        .bind(since.0)
        .bind(class)
        .bind(i64::from(most))
        .fetch_all(&self.pool);
        self.within(query).await?.iter().map(sample).collect()
    }

    /// Removes samples older than `before`, 5,000 at most; gives how many went.
    pub async fn prune_samples(&self, before: UnixMs) -> Result<u64> {
        let query = sqlx::query(
            "DELETE FROM samples WHERE id IN (SELECT id FROM samples WHERE at < $1 ORDER BY id LIMIT 5000)",
        )
        .bind(before.0)
        .execute(&self.pool);
        Ok(self.within(query).await?.rows_affected())
    }
}

fn sample(row: &sqlx::any::AnyRow) -> Result<SampleRow> {
    let count = |at: usize| -> Result<Option<u64>> {
        Ok(row.try_get::<Option<i64>, _>(at)?.and_then(|number| u64::try_from(number).ok()))
    };
    Ok(SampleRow {
        at: UnixMs(row.try_get(0)?),
        feed: row.try_get(1)?,
        class: row.try_get(2)?,
        kbps: row.try_get::<Option<f64>, _>(3)?.map(Kbps),
        rtt: count(4)?.map(Millis),
        buffer: count(5)?.map(Millis),
        latency: count(6)?.map(Millis),
        lost: count(7)?,
        dropped: count(8)?,
    })
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
