//! Table `journal`: what happened, in plain words.

use super::{Result, Store, StoreError};
use crate::domain::journal::Entry;
use crate::kit::units::UnixMs;
use serde::{Serialize, de::DeserializeOwned};
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// Rows that one call of [`Store::prune_journal`] removes at most, so that it stays within its limit.
const PRUNED_AT_ONCE: i64 = 5000;

impl Store {
    /// Writes lines: all of them or none.
    pub async fn add_lines(&self, lines: &[Entry]) -> Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        self.within(async {
            let mut together = self.pool.begin().await?;
            for line in lines {
                sqlx::query(
                    "INSERT INTO journal (at, topic, tone, text, origin, data) VALUES ($1, $2, $3, $4, $5, $6)",
                )
                .bind(line.at.0)
                .bind(word(&line.topic))
                .bind(word(&line.tone))
                .bind(line.text.as_str())
                .bind(line.origin.as_str())
                .bind(line.data.to_string())
                .execute(&mut *together)
                .await?;
            }
            together.commit().await
        })
        .await
    }

    /// The newest `count` lines, oldest of them first.
    pub async fn newest_lines(&self, count: u32) -> Result<Vec<Entry>> {
        let query = sqlx::query("SELECT at, topic, tone, text, origin, data FROM journal ORDER BY id DESC LIMIT $1")
            .bind(i64::from(count))
            .fetch_all(&self.pool);
        self.within(query).await?.iter().rev().map(entry).collect()
    }

    /// Removes lines older than `before` and those beyond the newest `keep`; gives how many went. Call
    /// it again until nothing goes.
    pub async fn prune_journal(&self, before: UnixMs, keep: i64) -> Result<u64> {
        let query = sqlx::query(
            "DELETE FROM journal WHERE id IN (SELECT id FROM journal \
             WHERE at < $1 OR id <= (SELECT COALESCE(MAX(id), 0) FROM journal) - $2 ORDER BY id LIMIT $3)",
        )
        .bind(before.0)
        .bind(keep)
        .bind(PRUNED_AT_ONCE)
        .execute(&self.pool);
        Ok(self.within(query).await?.rows_affected())
    }
}

fn entry(row: &AnyRow) -> Result<Entry> {
    Ok(Entry {
        at: UnixMs(row.try_get(0)?),
        topic: from_word(row.try_get(1)?)?,
        tone: from_word(row.try_get(2)?)?,
        text: row.try_get(3)?,
        origin: row.try_get(4)?,
        data: serde_json::from_str(row.try_get(5)?).unwrap_or_default(),
    })
}

/// The word of a unit variant as serde spells it.
pub(super) fn word(variant: &impl Serialize) -> String {
    serde_json::to_value(variant).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// A unit variant by its word.
pub(super) fn from_word<T: DeserializeOwned>(word: &str) -> Result<T> {
    serde_json::from_value(word.into()).map_err(|_| StoreError::Other(format!("the word '{word}' is unknown")))
}
