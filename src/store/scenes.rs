//! Table `scenes`: what OBS showed, and from when on.

use super::journal::{from_word, word};
use super::{Result, Store};
use crate::domain::history::Program;
use crate::domain::ids::SceneName;
use crate::kit::units::UnixMs;
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// Rows that one call gives at most: a change a minute over two weeks.
const MOST: i64 = 20_000;

impl Store {
    /// Writes what OBS shows from a moment on.
    pub async fn add_programs(&self, programs: &[Program]) -> Result<()> {
        if programs.is_empty() {
            return Ok(());
        }
        self.within(async {
            let mut together = self.pool.begin().await?;
            for program in programs {
                sqlx::query("INSERT INTO scenes (at, scene, role, live) VALUES ($1, $2, $3, $4)")
                    .bind(program.at.0)
                    .bind(program.scene.as_ref().map(SceneName::as_str).unwrap_or_default())
                    .bind(word(&program.role))
                    .bind(program.live.map(i64::from))
                    .execute(&mut *together)
                    .await?;
            }
            together.commit().await
        })
        .await
    }

    /// What OBS showed within a span, oldest first: the row that was in force when it began, and each
    /// change in it.
    pub async fn programs(&self, from: UnixMs, to: UnixMs) -> Result<Vec<Program>> {
        let query = sqlx::query(
            "SELECT at, scene, role, live FROM scenes \
             WHERE at >= COALESCE((SELECT MAX(at) FROM scenes WHERE at <= $1), $1) AND at < $2 \
             ORDER BY at, id LIMIT $3",
        )
        .bind(from.0)
        .bind(to.0)
        .bind(MOST)
        .fetch_all(&self.pool);
        self.within(query).await?.iter().map(program).collect()
    }

    /// The newest row of any history: how far the last run is known to have lived.
    pub async fn last_sign(&self) -> Result<Option<UnixMs>> {
        let query = sqlx::query(
            "SELECT MAX(at) FROM (SELECT MAX(at) AS at FROM scenes UNION ALL SELECT MAX(at) FROM samples \
             UNION ALL SELECT MAX(at) FROM journal) AS signs",
        )
        .fetch_one(&self.pool);
        Ok(self.within(query).await?.try_get::<Option<i64>, _>(0)?.map(UnixMs))
    }

    /// Removes rows older than `before`, 5,000 at most, but the one that was in force then; gives how
    /// many went.
    pub async fn prune_programs(&self, before: UnixMs) -> Result<u64> {
        let query = sqlx::query(
            "DELETE FROM scenes WHERE id IN (SELECT id FROM scenes WHERE at < $1 \
             AND id < (SELECT MAX(id) FROM scenes WHERE at < $1) ORDER BY id LIMIT 5000)",
        )
        .bind(before.0)
        .execute(&self.pool);
        Ok(self.within(query).await?.rows_affected())
    }
}

fn program(row: &AnyRow) -> Result<Program> {
    let scene: String = row.try_get(1)?;
    Ok(Program {
        at: UnixMs(row.try_get(0)?),
        scene: (!scene.is_empty()).then_some(SceneName(scene)),
        role: from_word(row.try_get(2)?)?,
        live: row.try_get::<Option<i64>, _>(3)?.map(|truth| truth != 0),
    })
}
