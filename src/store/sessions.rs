//! Table `sessions`: open sign-ins. Of the token only its SHA-256 is kept.

use super::accounts::role;
use super::{Result, Store};
use crate::domain::people::Role;
use crate::kit::units::UnixMs;
use sqlx::Row as _;

/// A sign-in as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the token, in hex.
    pub token_hash: String,
    /// Whose.
    pub account_id: String,
    /// When it began.
    pub created_at: UnixMs,
    /// When it ends.
    pub expires_at: UnixMs,
    /// Where it was opened from.
    pub address: String,
    /// The browser's own name.
    pub agent: String,
}

/// Whom a session belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionOwner {
    /// The account's name.
    pub name: String,
    /// The account's role.
    pub role: Role,
    /// When the session ends.
    pub expires_at: UnixMs,
}

impl Store {
    /// Writes a new session and forgets those that ended.
    pub async fn add_session(&self, session: &Session) -> Result<()> {
        self.within(async {
            let mut together = self.pool.begin().await?;
            sqlx::query("DELETE FROM sessions WHERE expires_at <= $1")
                .bind(session.created_at.0)
                .execute(&mut *together)
                .await?;
            sqlx::query(
                "INSERT INTO sessions (token_hash, account_id, created_at, expires_at, last_seen, address, agent) \
                 VALUES ($1, $2, $3, $4, $3, $5, $6)",
            )
            .bind(session.token_hash.as_str())
            .bind(session.account_id.as_str())
            .bind(session.created_at.0)
            .bind(session.expires_at.0)
            .bind(session.address.as_str())
            .bind(session.agent.as_str())
            .execute(&mut *together)
            .await?;
            together.commit().await
        })
        .await
    }

    /// Whom the session belongs to, if there is such a one and it has not ended at `now`.
    pub async fn session_owner(&self, token_hash: &str, now: UnixMs) -> Result<Option<SessionOwner>> {
        let query = sqlx::query(
            "SELECT a.name, a.role, s.expires_at FROM sessions s JOIN accounts a ON a.id = s.account_id \
             WHERE s.token_hash = $1 AND s.expires_at > $2",
        )
        .bind(token_hash)
        .bind(now.0)
        .fetch_optional(&self.pool);
        let Some(row) = self.within(query).await? else { return Ok(None) };
        let role = role(row.try_get(1)?);
        Ok(Some(SessionOwner { name: row.try_get(0)?, role, expires_at: UnixMs(row.try_get(2)?) }))
    }

    /// Notes that a session was used.
    pub async fn touch_session(&self, token_hash: &str, now: UnixMs) -> Result<()> {
        let query = sqlx::query("UPDATE sessions SET last_seen = $2 WHERE token_hash = $1")
            .bind(token_hash)
            .bind(now.0)
            .execute(&self.pool);
        self.within(query).await.map(|_| ())
    }

    /// Ends a session.
    pub async fn end_session(&self, token_hash: &str) -> Result<()> {
        let query = sqlx::query("DELETE FROM sessions WHERE token_hash = $1").bind(token_hash).execute(&self.pool);
        self.within(query).await.map(|_| ())
    }
}
