//! Table `accounts`: who may sign in.

use super::journal::word;
use super::{Result, Store};
use crate::domain::people::Role;
use crate::kit::clock;
use crate::kit::secret::Secret;
use sqlx::Row as _;

/// Someone who may sign in.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// Unique and never shown.
    pub id: String,
    /// Shown in page and journal.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// A PHC string; `None` for an account whose password stands in the settings.
    pub password_hash: Option<Secret<String>>,
}

impl Store {
    /// Writes an account in place of any other of its id.
    pub async fn put_account(&self, account: &Account) -> Result<()> {
        let hash = account.password_hash.as_ref().map(|hash| hash.reveal().clone()).unwrap_or_default();
        let query = sqlx::query(
            "INSERT INTO accounts (id, name, role, password_hash, created_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, role = excluded.role, \
             password_hash = excluded.password_hash",
        )
        .bind(account.id.as_str())
        .bind(account.name.as_str())
        .bind(word(&account.role))
        .bind(hash)
        .bind(clock::unix().0)
        .execute(&self.pool);
        self.within(query).await.map(|_| ())
    }

    /// An account by its id.
    pub async fn account(&self, id: &str) -> Result<Option<Account>> {
        let query = sqlx::query("SELECT id, name, role, password_hash FROM accounts WHERE id = $1")
            .bind(id)
            .fetch_optional(&self.pool);
        let Some(row) = self.within(query).await? else { return Ok(None) };
        let hash: String = row.try_get(3)?;
        let password_hash = if hash.is_empty() { None } else { Some(Secret::new(hash)) };
        let role = role(row.try_get(2)?);
        Ok(Some(Account { id: row.try_get(0)?, name: row.try_get(1)?, role, password_hash }))
    }
}

/// A role by its word; an unknown one may nothing.
pub(super) fn role(text: &str) -> Role {
    [Role::Owner, Role::Admin, Role::Chat].into_iter().find(|role| word(role) == text).unwrap_or(Role::Viewer)
}
