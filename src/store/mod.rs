//! Floor 3: rows. One SQL text for every database through sqlx's `Any`; every call has its own time
//! limit, so that a locked database or a slow disk never holds up the show. May import `config`,
//! `domain` and `kit`.

pub mod accounts;
pub mod chat;
mod dialect;
pub mod file;
pub mod happenings;
pub mod journal;
pub mod raids;
pub mod rollups;
pub mod samples;
pub mod scenes;
pub mod sessions;
pub mod settings;
pub mod tokens;
pub mod wanted;

use sqlx::AnyPool;
use std::path::Path;
use std::time::Duration;

/// The database file in DATA_DIR.
pub const FILE: &str = "stream-control.db";
/// Longest wait for one call.
const LIMIT: Duration = Duration::from_secs(2);
/// Longest wait for opening, and for what is read at the start: a migration may have to go through months
/// of samples on a slow card, while everything else starts beside it.
const OPENING: Duration = Duration::from_secs(60);

/// The database; clones share it.
#[derive(Clone)]
pub struct Store {
    pool: AnyPool,
    limit: Duration,
}

/// Why rows could not be read or written, in words for the health list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Another program holds the database.
    #[error("the database is locked by another program")]
    Busy,
    /// No answer within the limit.
    #[error("the database did not answer in time")]
    Slow,
    /// No space left.
    #[error("the disk is full")]
    Full,
    /// The file may not be written.
    #[error("the database may not be written; look at the file's owner and mode")]
    ReadOnly,
    /// The file is no database, or broken.
    #[error("the database file is damaged")]
    Damaged,
    /// The disk says no.
    #[error("the disk reports an error ({0})")]
    Disk(String),
    /// The file cannot be opened at all.
    #[error("{0}")]
    CannotOpen(String),
    /// Anything else.
    #[error("the database reports: {0}")]
    Other(String),
}

/// What store calls give.
pub type Result<T> = std::result::Result<T, StoreError>;

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(inner) => dialect::meaning(&inner.code().unwrap_or_default(), inner.message()),
            sqlx::Error::PoolTimedOut => StoreError::Slow,
            _ => StoreError::Other(error.to_string()),
        }
    }
}

impl Store {
    /// Opens `stream-control.db` in `data_dir`, makes what is missing, brings it up to date. The
    /// error names the file and says what to do.
    pub async fn open(data_dir: &Path) -> Result<Self> {
        let path = data_dir.join(FILE);
        let explain = |error: StoreError| StoreError::CannotOpen(explain(&path, &error));
        prepare_file(data_dir, &path).map_err(|error| explain(StoreError::Disk(error.to_string())))?;
        Self::connect(&dialect::file_url(&path)?).await.map_err(explain)
    }

    /// Opens the database at a URL and brings it up to date.
    pub async fn connect(url: &str) -> Result<Self> {
        sqlx::any::install_default_drivers();
        let opening = async {
            dialect::prepare(url).await?;
            let pool = dialect::pool_options(url).acquire_timeout(OPENING).connect(url).await?;
            Ok(Self { pool, limit: LIMIT })
        };
        tokio::time::timeout(OPENING, opening).await.unwrap_or(Err(StoreError::Busy))
    }

    /// The same database with the patience of a start. What is read once must not be missing for the whole
    /// run because the disk was busy at that moment; a locked database is told as soon as ever.
    pub fn patient(&self) -> Self {
        Self { limit: OPENING, ..self.clone() }
    }

    /// Closes all connections, so that the file is whole.
    pub async fn close(&self) {
        let _ = tokio::time::timeout(LIMIT, self.pool.close()).await;
    }

    async fn within<T>(&self, call: impl Future<Output = std::result::Result<T, sqlx::Error>>) -> Result<T> {
        match tokio::time::timeout(self.limit, call).await {
            Ok(result) => Ok(result?),
            Err(_) => Err(StoreError::Slow),
        }
    }
}

/// The folder, and an empty file that only this user may read: passwords' hashes will be in it.
fn prepare_file(data_dir: &Path, path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
    std::fs::create_dir_all(data_dir)?;
    let file = std::fs::OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
    if file.metadata()?.permissions().mode() & 0o077 == 0 {
        return Ok(());
    }
    file.set_permissions(std::fs::Permissions::from_mode(0o600))
}

fn explain(path: &Path, error: &StoreError) -> String {
    let file = path.display();
    let advice = match error {
        StoreError::Damaged => "Move the file away to begin with an empty history, or put a backup in its place.",
        StoreError::Busy | StoreError::Slow => "Is Stream Control already running? Stop the other one first.",
        StoreError::Full => "Make room on the disk.",
        StoreError::ReadOnly | StoreError::Disk(_) => "Check that DATA_DIR exists and that this user may write there.",
        _ => "Was it written by a newer version? Then start that one.",
    };
    format!("Cannot open the database {file}: {error}. {advice}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::Connection as _;
    use std::os::unix::fs::PermissionsExt as _;

    #[tokio::test]
    async fn the_files_are_for_this_user_alone() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("a b/ü%20?");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(FILE), "").unwrap();
        let store = Store::open(&folder).await.unwrap();
        for file in std::fs::read_dir(&folder).unwrap() {
            let file = file.unwrap();
            assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.path());
        }
        store.close().await;
    }

    #[tokio::test]
    async fn a_file_that_is_no_database_is_named_with_advice() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("stream-control.db");
        std::fs::write(&path, "this is no database, it is a poem ".repeat(100)).unwrap();
        let error = Store::open(dir.path()).await.err().expect("an error").to_string();
        assert!(error.contains(&path.display().to_string()) && error.contains("damaged"), "{error}");
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_made_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("file"), "").unwrap();
        let error = Store::open(&dir.path().join("file/inside")).await.err().expect("an error").to_string();
        assert!(error.contains("DATA_DIR"), "{error}");
    }

    #[tokio::test]
    async fn a_locked_database_answers_in_time() {
        let dir = tempfile::tempdir().unwrap();
        let (store, other) = (Store::open(dir.path()).await.unwrap(), Store::open(dir.path()).await.unwrap());
        let mut held = other.pool.acquire().await.unwrap();
        sqlx::query("BEGIN EXCLUSIVE").execute(&mut *held).await.unwrap();
        let answer = store.put_settings(&[("OBS_HOST".to_owned(), Some("x".to_owned()))], "test").await;
        assert!(matches!(answer, Err(StoreError::Busy | StoreError::Slow)), "{answer:?}");
        let answer = store.patient().put_settings(&[("OBS_HOST".to_owned(), Some("x".to_owned()))], "test").await;
        assert_eq!(answer, Err(StoreError::Busy), "patience is for a slow disk");
        assert_eq!(store.patient().settings().await, Ok(Vec::new()), "readers pass the writer");
        sqlx::query("ROLLBACK").execute(&mut *held).await.unwrap();
        store.patient().put_settings(&[("OBS_HOST".to_owned(), Some("x".to_owned()))], "test").await.unwrap();
    }

    #[tokio::test]
    async fn what_is_read_at_the_start_waits_for_a_slow_disk() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).await.unwrap();
        let slow = async || {
            tokio::time::sleep(LIMIT + Duration::from_millis(100)).await;
            Ok(7)
        };
        assert_eq!(store.within(slow()).await, Err(StoreError::Slow));
        assert_eq!(store.patient().within(slow()).await, Ok(7));
    }

    #[tokio::test]
    async fn a_full_disk_is_told_as_such_and_writing_goes_on_when_there_is_room() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).await.unwrap().patient();
        // The limit belongs to a connection, so every connection of the pool gets it.
        let pages = async |limit: &'static str| {
            let mut held = Vec::new();
            for _ in 0..3 {
                let mut connection = store.pool.acquire().await.unwrap();
                sqlx::query(limit).execute(&mut *connection).await.unwrap();
                held.push(connection);
            }
        };
        let long = vec![("OBS_HOST".to_owned(), Some("x".repeat(1_000_000)))];
        pages("PRAGMA max_page_count = 40").await;
        assert_eq!(store.put_settings(&long, "test").await, Err(StoreError::Full));
        pages("PRAGMA max_page_count = 4000").await;
        assert_eq!(store.put_settings(&long, "test").await, Ok(()));
    }

    #[tokio::test]
    async fn a_write_that_is_taken_back_after_a_full_disk_holds_no_lock() {
        let dir = tempfile::tempdir().unwrap();
        let (store, other) = (Store::open(dir.path()).await.unwrap(), Store::open(dir.path()).await.unwrap());
        let write = "INSERT INTO settings (key, value, changed_at, changed_by) VALUES ($1, $2, 1, 'test')";
        let mut held = Vec::new();
        for _ in 0..3 {
            let mut connection = store.pool.acquire().await.unwrap();
            sqlx::query("PRAGMA max_page_count = 40").execute(&mut *connection).await.unwrap();
            let mut together = connection.begin().await.unwrap();
            let full = sqlx::query(write).bind("A").bind("x".repeat(1_000_000)).execute(&mut *together).await;
            assert_eq!(StoreError::from(full.unwrap_err()), StoreError::Full);
            drop(together);
            held.push(connection);
        }
        drop(held);
        for _ in 0..3 {
            let mut together = store.pool.begin().await.unwrap();
            sqlx::query(write).bind("B").bind("y").execute(&mut *together).await.unwrap();
        }
        assert_eq!(other.put_settings(&[("OBS_HOST".to_owned(), Some("x".to_owned()))], "test").await, Ok(()));
    }
}
