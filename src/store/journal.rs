//! Table `journal`: what happened, in plain words.

use super::{Result, Store, StoreError};
use crate::domain::journal::{Entry, Tone, Topic};
use crate::kit::units::UnixMs;
use serde::{Serialize, de::DeserializeOwned};
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// Rows that one call of [`Store::prune_journal`] removes at most, so that it stays within its limit.
const PRUNED_AT_ONCE: i64 = 5000;

/// A line as it stands in the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Rises with every line.
    pub id: i64,
    /// The line.
    pub entry: Entry,
}

/// Which lines are wanted; empty lists and texts want all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    /// About one of these.
    pub topics: Vec<Topic>,
    /// In one of these tones.
    pub tones: Vec<Tone>,
    /// With this in text or origin; case does not matter.
    pub text: String,
    /// Not before.
    pub from: Option<UnixMs>,
    /// Before.
    pub to: Option<UnixMs>,
}

impl Wanted {
    /// Whether a line that is not in the table yet is wanted.
    pub fn takes(&self, entry: &Entry) -> bool {
        let text = self.text.to_ascii_lowercase();
        (self.topics.is_empty() || self.topics.contains(&entry.topic))
            && (self.tones.is_empty() || self.tones.contains(&entry.tone))
            && (entry.text.to_ascii_lowercase().contains(&text) || entry.origin.to_ascii_lowercase().contains(&text))
            && self.from.is_none_or(|from| entry.at >= from)
            && self.to.is_none_or(|to| entry.at < to)
    }

    fn pattern(&self) -> String {
        // ASCII alone: that is as far as every database lowers.
        let plain = self.text.to_ascii_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        if plain.is_empty() { String::new() } else { format!("%{plain}%") }
    }
}

/// Words between commas, to be looked for with commas round them; empty for none.
fn list<T: Serialize>(variants: &[T]) -> String {
    if variants.is_empty() {
        String::new()
    } else {
        format!(",{},", variants.iter().map(word).collect::<Vec<_>>().join(","))
    }
}

macro_rules! lines {
    ($order:literal) => {
        concat!(
            "SELECT at, topic, tone, text, origin, data, id FROM journal WHERE id > $1 AND id < $2 \
             AND at >= $3 AND at < $4 AND ($5 = '' OR $5 LIKE '%,' || topic || ',%') \
             AND ($6 = '' OR $6 LIKE '%,' || tone || ',%') \
             AND ($7 = '' OR LOWER(text) LIKE $7 ESCAPE '\\' OR LOWER(origin) LIKE $7 ESCAPE '\\') ORDER BY ",
            $order,
            " LIMIT $8"
        )
    };
}

impl Store {
    /// The newest wanted lines before the line `before` (`None` for the very newest), newest first.
    pub async fn lines_before(&self, before: Option<i64>, wanted: &Wanted, most: u32) -> Result<Vec<Line>> {
        self.lines(lines!("id DESC"), (0, before.unwrap_or(i64::MAX)), wanted, most).await
    }

    /// The oldest wanted lines after the line `after` (0 for the very oldest), oldest first.
    pub async fn lines_after(&self, after: i64, wanted: &Wanted, most: u32) -> Result<Vec<Line>> {
        self.lines(lines!("id"), (after, i64::MAX), wanted, most).await
    }

    /// The newest lines of a span that stand as marks in a look back, newest first: not those that
    /// repeat another (why nothing happens, what automation ordered).
    pub async fn marks(&self, from: UnixMs, to: UnixMs, most: u32) -> Result<Vec<Line>> {
        let query = sqlx::query(
            "SELECT at, topic, tone, text, origin, data, id FROM journal WHERE at >= $1 AND at < $2 \
             AND topic IN ('decision', 'order', 'link', 'system') AND NOT (topic = 'order' AND tone = 'info') \
             ORDER BY at DESC, id DESC LIMIT $3",
        )
        .bind(from.0)
        .bind(to.0)
        .bind(i64::from(most))
        .fetch_all(&self.pool);
        self.within(query).await?.iter().map(line).collect()
    }

    async fn lines(&self, text: &'static str, ids: (i64, i64), wanted: &Wanted, most: u32) -> Result<Vec<Line>> {
        let query = sqlx::query(text)
            .bind(ids.0)
            .bind(ids.1)
            .bind(wanted.from.map_or(i64::MIN, |from| from.0))
            .bind(wanted.to.map_or(i64::MAX, |to| to.0))
            .bind(list(&wanted.topics))
            .bind(list(&wanted.tones))
            .bind(wanted.pattern())
            .bind(i64::from(most))
            .fetch_all(&self.pool);
        self.within(query).await?.iter().map(line).collect()
    }

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

fn line(row: &AnyRow) -> Result<Line> {
    Ok(Line { id: row.try_get(6)?, entry: entry(row)? })
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
