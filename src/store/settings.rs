//! Table `settings`: what people changed in the page.

use super::{Result, Store};
use crate::kit::clock;
use sqlx::{AnyConnection, Row as _};

impl Store {
    /// Every row: key and value.
    pub async fn settings(&self) -> Result<Vec<(String, String)>> {
        let query = sqlx::query("SELECT key, value FROM settings ORDER BY key").fetch_all(&self.pool);
        let rows = self.within(query).await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
    }

    /// Writes or (on `None`) removes rows: all of them or none.
    pub async fn put_settings(&self, changes: &[(String, Option<String>)], by: &str) -> Result<()> {
        self.within(async {
            let mut together = self.pool.begin().await?;
            put(&mut together, changes, by).await?;
            together.commit().await
        })
        .await
    }
}

/// The rows within a transaction.
pub(super) async fn put(
    together: &mut AnyConnection,
    changes: &[(String, Option<String>)],
    by: &str,
) -> std::result::Result<(), sqlx::Error> {
    for (key, value) in changes {
        let query = match value {
            Some(value) => sqlx::query(
                "INSERT INTO settings (key, value, changed_at, changed_by) VALUES ($1, $2, $3, $4) \
                 ON CONFLICT (key) DO UPDATE SET value = excluded.value, \
                 changed_at = excluded.changed_at, changed_by = excluded.changed_by",
            )
            .bind(key.as_str())
            .bind(value.as_str())
            .bind(clock::unix().0)
            .bind(by),
            None => sqlx::query("DELETE FROM settings WHERE key = $1").bind(key.as_str()),
        };
        query.execute(&mut *together).await?;
    }
    Ok(())
}
