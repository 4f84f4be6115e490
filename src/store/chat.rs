//! Table `chat_commands`: who may write what in chat. The chat room reads it.

use super::{Result, Store, settings};
use crate::domain::chat_command::{Audience, ChatCommand};
use crate::kit::clock;
use sqlx::{AnyConnection, Row as _};

impl Store {
    /// Every command, by name. Rows that cannot be read (written by a newer version) are for admins
    /// alone.
    pub async fn chat_commands(&self) -> Result<Vec<ChatCommand>> {
        let query = sqlx::query("SELECT command, enabled, role, aliases, people FROM chat_commands ORDER BY command")
            .fetch_all(&self.pool);
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
        "INSERT INTO chat_commands (command, enabled, role, aliases, people, changed_at, changed_by) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(command.name.as_str())
    .bind(i64::from(command.enabled))
    .bind(command.audience.word())
    .bind(list(&command.aliases))
    .bind(list(&command.people))
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
