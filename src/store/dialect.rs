//! All that differs between databases: how one is opened, its migrations, the meaning of its error
//! codes. PostgreSQL comes in here later, and nowhere else.

use super::StoreError;
use sqlx::any::AnyPoolOptions;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{AnyConnection, Connection as _, Executor as _};
use std::path::Path;

static SQLITE: Migrator = sqlx::migrate!("src/store/migrations/sqlite");

/// Settings of each connection. NORMAL may lose the last lines at a power cut, never the file; the
/// busy time-out stays below our own limit.
const SQLITE_CONNECTION: &str = "PRAGMA busy_timeout = 1500; PRAGMA synchronous = NORMAL; \
    PRAGMA foreign_keys = ON; PRAGMA cache_size = -2000;";
/// Setting of the file, which stays in it: readers pass the writer.
const SQLITE_FILE: &str = "PRAGMA journal_mode = WAL;";

/// The address of the database file at `path`, created when missing.
pub(super) fn file_url(path: &Path) -> Result<String, StoreError> {
    let bad = || StoreError::Other(format!("'{}' is no usable path", path.display()));
    let whole = std::path::absolute(path).map_err(|_| bad())?;
    let url = url::Url::from_file_path(whole).map_err(|()| bad())?;
    Ok(format!("sqlite://{}?mode=rwc", url.path()))
}

/// How connections of this kind of database are opened.
pub(super) fn pool_options(_url: &str) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(3)
        .after_connect(|connection, _| Box::pin(async move { connection.execute(SQLITE_CONNECTION).await.map(|_| ()) }))
        .after_release(|connection, _| Box::pin(is_done(connection)))
}

/// Whether a connection that comes back is in no transaction; else it is closed. A full disk makes SQLite
/// end one by itself; sqlx goes on counting it, and the next one that it takes back would hold the lock for
/// ever.
async fn is_done(connection: &mut AnyConnection) -> Result<bool, sqlx::Error> {
    if connection.is_in_transaction() {
        // A transaction that was dropped is taken back before this is answered.
        connection.ping().await?;
    }
    Ok(!connection.is_in_transaction())
}

/// Brings the database up to date over one connection of its own: a pool would keep trying and hide
/// the reason when the file is damaged or locked.
pub(super) async fn prepare(url: &str) -> Result<(), StoreError> {
    let mut connection = AnyConnection::connect(url).await?;
    connection.execute(SQLITE_CONNECTION).await?;
    connection.execute(SQLITE_FILE).await?;
    match SQLITE.run(&mut connection).await {
        Ok(()) => Ok(connection.close().await?),
        Err(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) => Err(error.into()),
        Err(error) => Err(StoreError::Other(error.to_string())),
    }
}

/// What an error code means (SQLite result codes; the low byte is the primary code).
pub(super) fn meaning(code: &str, message: &str) -> StoreError {
    match code.parse::<u32>().map(|code| code & 0xff) {
        Ok(5 | 6) => StoreError::Busy,
        Ok(8) => StoreError::ReadOnly,
        Ok(13) => StoreError::Full,
        Ok(11 | 26) => StoreError::Damaged,
        Ok(10 | 14) => StoreError::Disk(message.to_owned()),
        _ => StoreError::Other(message.to_owned()),
    }
}
