//! The file of RECORD_POLLS: appended to, for its owner's eyes only, and never larger than its limit.

use std::io::{self, SeekFrom};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use tokio::fs::{self, File, OpenOptions};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _};

/// A file that grows beyond this becomes `<name>.1`, in place of the one before.
const LIMIT: u64 = 64 * 1024 * 1024;
/// No line is longer: that far back the end of the last whole one is looked for.
const LONGEST_LINE: u64 = 8 * 1024 * 1024;

/// The open file.
pub struct PollFile {
    path: PathBuf,
    file: File,
    size: u64,
    limit: u64,
}

impl PollFile {
    /// Opens it, or makes it. A last line that breaks off is cut away, so that the next one begins
    /// on a line of its own.
    pub async fn open(path: PathBuf) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        let mut file = options.read(true).append(true).create(true).mode(0o600).open(&path).await?;
        let about = file.metadata().await?;
        if about.is_file() && about.permissions().mode() & 0o077 != 0 {
            file.set_permissions(std::fs::Permissions::from_mode(0o600)).await?;
        }
        let size = if about.is_file() { cut_torn_line(&mut file, about.len()).await? } else { 0 };
        Ok(Self { path, file, size, limit: LIMIT })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends whole lines.
    pub async fn append(&mut self, lines: &[u8]) -> io::Result<()> {
        if self.size > 0 && self.size + lines.len() as u64 > self.limit {
            self.rotate().await?;
        }
        self.size += lines.len() as u64;
        self.file.write_all(lines).await?;
        self.file.flush().await
    }

    async fn rotate(&mut self) -> io::Result<()> {
        let mut old = self.path.clone().into_os_string();
        old.push(".1");
        fs::rename(&self.path, old).await?;
        let limit = self.limit;
        *self = Self { limit, ..Self::open(self.path.clone()).await? };
        Ok(())
    }
}

/// The size after cutting.
async fn cut_torn_line(file: &mut File, size: u64) -> io::Result<u64> {
    let from = size.saturating_sub(LONGEST_LINE);
    file.seek(SeekFrom::Start(from)).await?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail).await?;
    let whole = tail.iter().rposition(|byte| *byte == b'\n').map_or(from, |at| from + at as u64 + 1);
    if whole < size {
        file.set_len(whole).await?;
    }
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn opened(folder: &tempfile::TempDir, limit: u64) -> PollFile {
        PollFile { limit, ..PollFile::open(folder.path().join("polls.jsonl")).await.expect("a file") }
    }

    #[tokio::test]
    async fn a_torn_line_is_cut_away_and_the_next_begins_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("polls.jsonl");
        for (before, wanted) in [("", "new\n"), ("a\nb\n", "a\nb\nnew\n"), ("a\nb", "a\nnew\n"), ("torn", "new\n")] {
            std::fs::write(&path, before).expect("written");
            opened(&folder, LIMIT).await.append(b"new\n").await.expect("appended");
            assert_eq!(std::fs::read_to_string(&path).expect("read"), wanted);
            assert_eq!(std::fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        }
    }

    #[tokio::test]
    async fn a_full_file_becomes_number_one_and_a_new_one_begins() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut file = opened(&folder, 10).await;
        for line in ["1234\n", "5678\n", "abcd\n", "a line longer than the limit\n", "z\n"] {
            file.append(line.as_bytes()).await.expect("appended");
        }
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect("read");
        assert_eq!(read("polls.jsonl"), "z\n");
        assert_eq!(read("polls.jsonl.1"), "a line longer than the limit\n");
    }
}
