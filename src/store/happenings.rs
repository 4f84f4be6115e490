//! Table `happenings`: what happened on platforms, each once.

use super::journal::word;
use super::{Result, Store};
use crate::domain::happening::Happening;
use crate::kit::units::UnixMs;
use sqlx::Row as _;

/// Rows that one call of [`Store::prune_happenings`] removes at most.
const PRUNED_AT_ONCE: i64 = 5000;

impl Store {
    /// Writes happenings: all of them or none. One that is there already stays as it is.
    pub async fn add_happenings(&self, happenings: &[Happening]) -> Result<()> {
        self.within(async {
            let mut together = self.pool.begin().await?;
            for happening in happenings {
                let body = serde_json::to_string(happening).unwrap_or_default();
                sqlx::query(
                    "INSERT INTO happenings (id, at, kind, body) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING",
                )
                .bind(happening.id.as_str())
                .bind(happening.at.0)
                .bind(word(&happening.kind))
                .bind(body)
                .execute(&mut *together)
                .await?;
            }
            together.commit().await
        })
        .await
    }

    /// The newest `count`, oldest of them first. Rows that cannot be read (written by a newer version)
    /// are left out.
    pub async fn newest_happenings(&self, count: u32) -> Result<Vec<Happening>> {
        let query = sqlx::query("SELECT body FROM happenings ORDER BY at DESC, id DESC LIMIT $1")
            .bind(i64::from(count))
            .fetch_all(&self.pool);
        let rows = self.within(query).await?;
        let body = |row: &sqlx::any::AnyRow| row.try_get::<String, _>(0).ok();
        Ok(rows.iter().rev().filter_map(|row| serde_json::from_str(&body(row)?).ok()).collect())
    }

    /// Removes those older than `before`, some at a time; gives how many went.
    pub async fn prune_happenings(&self, before: UnixMs) -> Result<u64> {
        let query = sqlx::query(
            "DELETE FROM happenings WHERE id IN (SELECT id FROM happenings WHERE at < $1 ORDER BY at LIMIT $2)",
        )
        .bind(before.0)
        .bind(PRUNED_AT_ONCE)
        .execute(&self.pool);
        Ok(self.within(query).await?.rows_affected())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::happening::HappeningKind;

    fn happening(id: &str, at: i64) -> Happening {
        Happening {
            id: id.to_owned(),
            at: UnixMs(at),
            kind: HappeningKind::Bits,
            who: Some(("7".to_owned(), "Anna".to_owned())),
            amount: Some(100),
            text: format!("Anna cheered {at} bits."),
            message: None,
            data: serde_json::json!({"a": 1}),
        }
    }

    #[tokio::test]
    async fn each_is_kept_once_until_it_is_too_old() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).await.unwrap();
        let (old, new) = (happening("a", 1), happening("b", 2));
        store.add_happenings(&[old.clone(), new.clone()]).await.unwrap();
        store.add_happenings(&[happening("a", 9)]).await.unwrap();
        assert_eq!(store.newest_happenings(9).await.unwrap(), [old, new.clone()]);
        assert_eq!(store.prune_happenings(UnixMs(2)).await.unwrap(), 1);
        assert_eq!(store.newest_happenings(9).await.unwrap(), [new]);
    }
}
