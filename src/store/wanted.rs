//! Table `wanted`: wishes of people that outlive a restart, each with its deadline.

use super::{Result, Store};
use crate::kit::units::UnixMs;
use sqlx::Row as _;

/// A wish: at most one of each name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// What it is about (`stream`).
    pub name: String,
    /// What is wanted (`start`).
    pub value: String,
    /// What it is bound to: it ends when that is gone (a connection, a stream).
    pub bound_to: String,
    /// After this moment it counts no more.
    pub deadline: UnixMs,
    /// When it was asked for.
    pub asked_at: UnixMs,
}

impl Store {
    /// Writes a wish in place of any other of its name.
    pub async fn want(&self, wish: &Wanted) -> Result<()> {
        let query = sqlx::query(
            "INSERT INTO wanted (name, value, bound_to, deadline, asked_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (name) DO UPDATE SET value = excluded.value, bound_to = excluded.bound_to, \
             deadline = excluded.deadline, asked_at = excluded.asked_at",
        )
        .bind(wish.name.as_str())
        .bind(wish.value.as_str())
        .bind(wish.bound_to.as_str())
        .bind(wish.deadline.0)
        .bind(wish.asked_at.0)
        .execute(&self.pool);
        self.within(query).await.map(|_| ())
    }

    /// The wishes whose deadline lies after `now`.
    pub async fn wanted(&self, now: UnixMs) -> Result<Vec<Wanted>> {
        let query = sqlx::query(
            "SELECT name, value, bound_to, deadline, asked_at FROM wanted WHERE deadline > $1 ORDER BY name",
        )
        .bind(now.0)
        .fetch_all(&self.pool);
        let wish = |row: &sqlx::any::AnyRow| {
            Ok(Wanted {
                name: row.try_get(0)?,
                value: row.try_get(1)?,
                bound_to: row.try_get(2)?,
                deadline: UnixMs(row.try_get(3)?),
                asked_at: UnixMs(row.try_get(4)?),
            })
        };
        self.within(query).await?.iter().map(wish).collect()
    }

    /// Ends a wish.
    pub async fn unwant(&self, name: &str) -> Result<()> {
        let query = sqlx::query("DELETE FROM wanted WHERE name = $1").bind(name).execute(&self.pool);
        self.within(query).await.map(|_| ())
    }
}
