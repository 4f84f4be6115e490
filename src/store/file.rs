//! Files that the program rewrites: written beside the old one, synced, renamed over it, the folder
//! synced. Whoever reads the name sees the old file or the new one, whole, whatever happens meanwhile.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, fchown};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The steps of a replacement, in order: a test stops after each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The temporary file exists, empty.
    Created,
    /// Half of the bytes are in it.
    HalfWritten,
    /// All bytes are in it.
    Written,
    /// They are on the disk.
    Synced,
    /// The temporary file has taken the name.
    Renamed,
    /// The name is on the disk too.
    FolderSynced,
}

impl Step {
    /// All of them.
    pub const ALL: [Step; 6] =
        [Self::Created, Self::HalfWritten, Self::Written, Self::Synced, Self::Renamed, Self::FolderSynced];
}

/// Held while a file is read, changed and replaced: two who did that at once would each undo the other.
/// Other threads wait for it, and so do other processes of this program.
pub struct Turn {
    _folder: Option<File>,
    _here: MutexGuard<'static, ()>,
}

impl Turn {
    /// Waits for the turn. The folder itself is locked (`flock`), where its file system can do that.
    pub fn wait(path: &Path) -> Self {
        static HERE: Mutex<()> = Mutex::new(());
        let here = HERE.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = File::open(folder_of(path)).ok().filter(|folder| folder.lock().is_ok());
        Self { _folder: folder, _here: here }
    }
}

/// Replaces a file that holds secrets: mode 0600 from its first byte on. The folder is made if it is
/// missing. A symbolic link is followed: its target is replaced.
///
/// # Errors
/// Those of the disk; the old file is then still there, whole.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace_watched(path, bytes, &mut |_| Ok(()))
}

/// The same, told of each step; an error from `watch` stops there, as a stop of the process would.
///
/// # Errors
/// Those of the disk and of `watch`.
pub fn replace_watched(path: &Path, bytes: &[u8], watch: &mut dyn FnMut(Step) -> io::Result<()>) -> io::Result<()> {
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let folder = folder_of(&path);
    std::fs::create_dir_all(folder)?;
    let temporary = beside(&path);
    let mut file = fresh(&temporary)?;
    give_to_owner(&file, folder);
    watch(Step::Created)?;
    let (first, second) = bytes.split_at(bytes.len() / 2);
    file.write_all(first)?;
    watch(Step::HalfWritten)?;
    file.write_all(second)?;
    watch(Step::Written)?;
    file.sync_all()?;
    watch(Step::Synced)?;
    std::fs::rename(&temporary, &path)?;
    watch(Step::Renamed)?;
    File::open(folder)?.sync_all()?;
    watch(Step::FolderSynced)
}

/// The folder's owner owns the file: one that root writes (`sudo stream-control authorize`) can be read by
/// the daemon. Who is not root cannot give files away, and need not.
fn give_to_owner(file: &File, folder: &Path) {
    if let Ok(owner) = std::fs::metadata(folder) {
        let _ = fchown(file, Some(owner.uid()), Some(owner.gid()));
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

/// A leftover of a stopped process has the same name and is replaced.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    path.with_file_name(name)
}

fn fresh(path: &Path) -> io::Result<File> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn whoever_stops_at_any_step_leaves_the_old_file_or_the_new_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens.json");
        for step in Step::ALL {
            replace(&path, b"the old one").unwrap();
            let stop = &mut |now| if now == step { Err(io::Error::other("stopped")) } else { Ok(()) };
            assert!(replace_watched(&path, b"the new one!", stop).is_err());
            let left = std::fs::read(&path).unwrap();
            let new = matches!(step, Step::Renamed | Step::FolderSynced);
            assert_eq!(left, if new { &b"the new one!"[..] } else { b"the old one" }, "{step:?}");
            replace(&path, b"and on").unwrap();
            assert_eq!(std::fs::read(&path).unwrap(), b"and on", "a leftover is no hindrance after {step:?}");
        }
    }

    #[test]
    fn only_the_owner_may_read_it_also_when_the_old_one_was_open_to_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("made/too/tokens.json");
        replace(&path, b"1").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        replace(&path, b"2").unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn what_root_writes_belongs_to_the_folders_owner() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens.json");
        let root = std::fs::metadata(folder.path()).unwrap().uid() == 0;
        // Who is not root owns the folder anyway.
        let wanted = if root { (1234, 2345) } else { owner(folder.path()) };
        std::os::unix::fs::chown(folder.path(), Some(wanted.0), Some(wanted.1)).unwrap();
        replace(&path, b"1").unwrap();
        assert_eq!(owner(&path), wanted);
    }

    fn owner(path: &Path) -> (u32, u32) {
        let found = std::fs::metadata(path).unwrap();
        (found.uid(), found.gid())
    }

    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (target, link) = (folder.path().join("real.json"), folder.path().join("link.json"));
        replace(&target, b"1").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        replace(&link, b"2").unwrap();
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(std::fs::read(&target).unwrap(), b"2");
    }
}
