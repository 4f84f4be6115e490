//! Tables `chat_commands`, who may write what in chat, and `chat_names`, the accounts behind the names
//! of those who may. The chat room reads them.

use super::{Result, Store, settings};
use crate::domain::chat_command::{Audience, ChatCommand};
use crate::kit::clock;
use sqlx::{AnyConnection, Row as _};
use std::collections::HashMap;

impl Store {
    /// Every command, by name. Rows that cannot be read (written by a newer version) are for admins
    /// alone.
    pub async fn chat_commands(&self) -> Result<Vec<ChatCommand>> {
        let text = "SELECT command, enabled, role, aliases, people, wait_sec FROM chat_commands ORDER BY command";
        let query = sqlx::query(text).fetch_all(&self.pool);
        self.within(query).await?.iter().map(|row| Ok(command(row)?)).collect()
    }

    /// Puts these commands in place of all there are.
    pub async fn put_chat_commands(&self, commands: &[ChatCommand], by: &str) -> Result<()> {
        self.put_import(&[], Some(commands), by).await
    }

    /// Puts one command in the place of its earlier row.
    pub async fn put_chat_command(&self, command: &ChatCommand, by: &str) -> Result<()> {
        self.within(async {
            let mut together = self.pool.begin().await?;
            let old = sqlx::query("DELETE FROM chat_commands WHERE command = $1").bind(command.name.as_str());
            old.execute(&mut *together).await?;
            put(&mut together, command, by).await?;
            together.commit().await
        })
        .await
    }

    /// The account ids by name in lower case.
    pub async fn chat_names(&self) -> Result<HashMap<String, String>> {
        let query = sqlx::query("SELECT name, id FROM chat_names").fetch_all(&self.pool);
        self.within(query).await?.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
    }

    /// Puts these names in place of all there are.
    pub async fn put_chat_names(&self, names: &HashMap<String, String>) -> Result<()> {
        self.within(async {
            let mut together = self.pool.begin().await?;
            sqlx::query("DELETE FROM chat_names").execute(&mut *together).await?;
            for (name, id) in names {
                let row = sqlx::query("INSERT INTO chat_names (name, id, kept_at) VALUES ($1, $2, $3)");
                row.bind(name.as_str()).bind(id.as_str()).bind(clock::unix().0).execute(&mut *together).await?;
            }
            together.commit().await
        })
        .await
    }

    /// Settings as [`Store::put_settings`] and commands as [`Store::put_chat_commands`]: all of it or
    /// nothing.
    pub async fn put_import(
        &self,
        changes: &[(String, Option<String>)],
        commands: Option<&[ChatCommand]>,
        by: &str,
    ) -> Result<()> {
        self.within(async {
            let mut together = self.pool.begin().await?;
            settings::put(&mut together, changes, by).await?;
            if let Some(commands) = commands {
                sqlx::query("DELETE FROM chat_commands").execute(&mut *together).await?;
                for command in commands {
                    put(&mut together, command, by).await?;
                }
            }
            together.commit().await
        })
        .await
    }
}

async fn put(together: &mut AnyConnection, command: &ChatCommand, by: &str) -> std::result::Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO chat_commands (command, enabled, role, aliases, people, wait_sec, changed_at, changed_by) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(command.name.as_str())
    .bind(i64::from(command.enabled))
    .bind(command.audience.word())
    .bind(list(&command.aliases))
    .bind(list(&command.people))
    .bind(command.wait_sec.map(i64::from))
    .bind(clock::unix().0)
    .bind(by)
    .execute(together)
    .await
    .map(|_| ())
}

fn command(row: &sqlx::any::AnyRow) -> std::result::Result<ChatCommand, sqlx::Error> {
    let role: String = row.try_get(2)?;
    Ok(ChatCommand {
        name: row.try_get(0)?,
        enabled: row.try_get::<i64, _>(1)? != 0,
        audience: Audience::from_word(&role).unwrap_or(Audience::Admins),
        aliases: words(row.try_get(3)?),
        people: words(row.try_get(4)?),
        wait_sec: row.try_get::<Option<i64>, _>(5)?.and_then(|seconds| u32::try_from(seconds).ok()),
    })
}

fn list(words: &[String]) -> String {
    serde_json::Value::from(words).to_string()
}

fn words(list: &str) -> Vec<String> {
    serde_json::from_str(list).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(name: &str) -> ChatCommand {
        ChatCommand {
            name: name.to_owned(),
            enabled: name != "stop",
            audience: Audience::Moderators,
            aliases: vec!["f".to_owned(), "\"quoted\", or not".to_owned()],
            people: vec![],
            wait_sec: (name == "fix").then_some(30),
        }
    }

    #[tokio::test]
    async fn commands_come_back_as_they_went_in_and_take_the_place_of_earlier_ones() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).await.unwrap();
        assert_eq!(store.chat_commands().await.unwrap(), []);
        store.put_chat_commands(&[command("stop"), command("fix")], "Anna").await.unwrap();
        assert_eq!(store.chat_commands().await.unwrap(), [command("fix"), command("stop")]);
        let vips = ChatCommand { audience: Audience::Vips, ..command("fix") };
        store.put_chat_command(&vips, "Anna").await.unwrap();
        assert_eq!(store.chat_commands().await.unwrap(), [vips, command("stop")]);
        store.put_chat_commands(&[command("start")], "Anna").await.unwrap();
        assert_eq!(store.chat_commands().await.unwrap(), [command("start")]);
    }

    #[tokio::test]
    async fn names_come_back_with_their_accounts_and_take_the_place_of_earlier_ones() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).await.unwrap();
        let names = |list: &[(&str, &str)]| list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        assert_eq!(store.chat_names().await, Ok(HashMap::new()));
        for list in [names(&[("anna", "1"), ("ben", "2")]), names(&[("anna", "3")]), names(&[])] {
            store.put_chat_names(&list).await.unwrap();
            assert_eq!(store.chat_names().await, Ok(list));
        }
    }

    #[tokio::test]
    async fn an_import_is_written_whole_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).await.unwrap();
        let row = [("OBS_HOST".to_owned(), Some("box".to_owned()))];
        let twice = [command("fix"), command("fix")];
        assert!(store.put_import(&row, Some(&twice), "Anna").await.is_err(), "a name stands once");
        assert_eq!(store.settings().await.unwrap(), []);
        store.put_import(&row, Some(&twice[..1]), "Anna").await.unwrap();
        assert_eq!(store.settings().await.unwrap().len(), 1);
        store.put_import(&row, None, "Anna").await.unwrap();
        assert_eq!(store.chat_commands().await.unwrap().len(), 1, "left alone");
    }
}
