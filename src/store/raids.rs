//! Table `raid_targets`: the channels that were raided lately, for the list on the page.

use super::{Result, Store};
use crate::kit::units::UnixMs;
use serde::Serialize;
use sqlx::Row as _;

/// A raided channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RaidTarget {
    /// Its id.
    pub id: String,
    /// Its name in lower case.
    pub login: String,
    /// Its name as shown.
    pub name: String,
}

impl Store {
    /// A channel was raided.
    pub async fn raided(&self, target: &RaidTarget, at: UnixMs) -> Result<()> {
        let query = sqlx::query(
            "INSERT INTO raid_targets (id, login, name, raided_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (id) DO UPDATE SET login = excluded.login, name = excluded.name, raided_at = excluded.raided_at",
        )
        .bind(target.id.as_str())
        .bind(target.login.as_str())
        .bind(target.name.as_str())
        .bind(at.0)
        .execute(&self.pool);
        self.within(query).await.map(|_| ())
    }

    /// The channels raided last, the newest first.
    pub async fn raid_targets(&self, most: u32) -> Result<Vec<RaidTarget>> {
        let query = sqlx::query("SELECT id, login, name FROM raid_targets ORDER BY raided_at DESC, id LIMIT $1")
            .bind(i64::from(most))
            .fetch_all(&self.pool);
        let target = |row: &sqlx::any::AnyRow| {
            Ok(RaidTarget { id: row.try_get(0)?, login: row.try_get(1)?, name: row.try_get(2)? })
        };
        self.within(query).await?.iter().map(target).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_newest_comes_first_and_a_new_name_replaces_the_old() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let target = |id: &str, name: &str| RaidTarget { id: id.into(), login: name.to_lowercase(), name: name.into() };
        for (at, one) in [(1, target("1", "Old")), (2, target("2", "Two")), (3, target("1", "New"))] {
            store.raided(&one, UnixMs(at)).await.unwrap();
        }
        assert_eq!(store.raid_targets(10).await, Ok(vec![target("1", "New"), target("2", "Two")]));
        assert_eq!(store.raid_targets(1).await.map(|rows| rows.len()), Ok(1));
    }
}
