//! The JSON token file. The broadcaster's pair stands at the top as Stream-Control (Python) wrote it,
//! the bot's under `identities.bot`; whatever else a sister program keeps there is kept.
//!
//! ```json
//! {"access_token": "…", "refresh_token": "…", "identities": {"bot": {"access_token": "…", "refresh_token": "…"}}}
//! ```
//!
//! Beside each pair stand `renewed_at` and, while a renewal runs, `renewal_begun` (unix seconds): what a
//! later start needs in order to say why a pair is dead. Where somebody signed out stands `signed_out`, so
//! that tokens of earlier settings are not taken over again.

use super::file;
use crate::domain::chat::Identity;
use crate::kit::clock;
use crate::kit::secret::Secret;
use crate::kit::units::UnixMs;
use serde_json::{Map, Value};
use std::fs::Permissions;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// A larger file is none of ours.
const LARGEST: u64 = 256 * 1024;
/// Damaged files that are kept.
const MOST_DAMAGED: u8 = 9;
const RENEWED: &str = "renewed_at";
const BEGUN: &str = "renewal_begun";
const SIGNED_OUT: &str = "signed_out";

/// An access token with the refresh token that makes the next one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The access token.
    pub access: Secret<String>,
    /// The refresh token.
    pub refresh: Secret<String>,
}

/// What stands beside a pair.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// When the pair was written.
    pub renewed_at: Option<UnixMs>,
    /// A renewal was begun whose end never came to the disk: a refresh token that works once may be used up.
    pub renewing: bool,
}

/// Why the file gives no pair, in words.
#[derive(Debug, thiserror::Error)]
pub enum TokenFileError {
    /// The disk says no.
    #[error("the token file {0} cannot be used: {1}")]
    Disk(PathBuf, #[source] io::Error),
    /// It is no JSON object: it is left as it is until somebody signs in anew.
    #[error("the token file {0} is damaged ({1})")]
    Damaged(PathBuf, String),
}

/// The file; it is read anew each time, because sister programs may write it too.
#[derive(Clone, Debug)]
pub struct TokenFile {
    path: PathBuf,
}

impl TokenFile {
    /// The file at this path; it need not exist.
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// An identity's pair; `None` when there is no file or no pair in it.
    ///
    /// # Errors
    /// The file cannot be read, or is no JSON object.
    pub fn read(&self, identity: Identity) -> Result<Option<Pair>, TokenFileError> {
        Ok(looked_up(&self.document()?, identity).and_then(pair))
    }

    /// What stands beside an identity's pair.
    ///
    /// # Errors
    /// As [`TokenFile::read`].
    pub fn notes(&self, identity: Identity) -> Result<Notes, TokenFileError> {
        let document = self.document()?;
        let Some(place) = looked_up(&document, identity) else { return Ok(Notes::default()) };
        let renewed_at = place.get(RENEWED).and_then(Value::as_i64).map(|secs| UnixMs(secs.saturating_mul(1000)));
        Ok(Notes { renewed_at, renewing: place.contains_key(BEGUN) })
    }

    /// Writes down that an identity's pair is about to be renewed; its new pair wipes that out. A file that
    /// holds no pair any more gets this one, so that no note ever stands alone.
    ///
    /// # Errors
    /// As [`TokenFile::write`].
    pub fn begin_renewal(&self, identity: Identity, pair: &Pair, notes: Notes) -> Result<(), TokenFileError> {
        self.change(|document| begun(document, identity, pair, notes))
    }

    /// Takes that back: the renewal did not happen.
    ///
    /// # Errors
    /// As [`TokenFile::write`].
    pub fn end_renewal(&self, identity: Identity) -> Result<(), TokenFileError> {
        self.change(|document| drop(place_of(document, identity).remove(BEGUN)))
    }

    /// Puts an identity's pair in place of the old one, on the disk before this returns.
    ///
    /// # Errors
    /// The disk says no (the old file is then whole), or the file is damaged.
    pub fn write(&self, identity: Identity, pair: &Pair) -> Result<(), TokenFileError> {
        self.change(|document| put(document, identity, pair))
    }

    /// Puts an identity's pair back with what stood beside it, where the file holds none any more.
    ///
    /// # Errors
    /// As [`TokenFile::write`].
    pub fn put_back(&self, identity: Identity, pair: &Pair, notes: Notes) -> Result<(), TokenFileError> {
        self.change(|document| again(document, identity, pair, notes))
    }

    /// Takes an identity's pair out, because somebody signed out.
    ///
    /// # Errors
    /// As [`TokenFile::write`].
    pub fn forget(&self, identity: Identity) -> Result<(), TokenFileError> {
        self.change(|document| {
            let place = place_of(document, identity);
            for key in ["access_token", "refresh_token", RENEWED, BEGUN] {
                place.remove(key);
            }
            place.insert(SIGNED_OUT.to_owned(), seconds());
        })
    }

    /// Whether somebody signed an identity out, and nobody signed it in since.
    ///
    /// # Errors
    /// As [`TokenFile::read`].
    pub fn signed_out(&self, identity: Identity) -> Result<bool, TokenFileError> {
        Ok(looked_up(&self.document()?, identity).is_some_and(|place| place.contains_key(SIGNED_OUT)))
    }

    /// Closes the file to other users, if it is open to them; then true.
    ///
    /// # Errors
    /// Its rights cannot be changed.
    pub fn close(&self) -> Result<bool, TokenFileError> {
        let Ok(found) = std::fs::metadata(&self.path) else { return Ok(false) };
        if !found.is_file() || found.permissions().mode() & 0o077 == 0 {
            return Ok(false);
        }
        std::fs::set_permissions(&self.path, Permissions::from_mode(0o600))
            .map(|()| true)
            .map_err(|error| TokenFileError::Disk(self.path.clone(), error))
    }

    /// Moves a damaged file aside, so that tokens have a place; where it went, if it is damaged. Those that
    /// were moved before stay, up to nine of them; then the last of them is replaced.
    ///
    /// # Errors
    /// The disk says no.
    pub fn set_aside(&self) -> Result<Option<PathBuf>, TokenFileError> {
        let _turn = file::Turn::wait(&self.path);
        if !matches!(self.document(), Err(TokenFileError::Damaged(..))) {
            return Ok(None);
        }
        let aside = self.free_place();
        // What is left of the tokens is nobody else's business.
        let _ = self.close();
        std::fs::rename(&self.path, &aside).map_err(|error| TokenFileError::Disk(self.path.clone(), error))?;
        Ok(Some(aside))
    }

    /// `twitch_tokens.json.damaged`, then `.damaged-2` and so on.
    fn free_place(&self) -> PathBuf {
        let place = |n: u8| {
            let mut name = self.path.file_name().unwrap_or_default().to_owned();
            name.push(".damaged");
            if n > 1 {
                name.push(format!("-{n}"));
            }
            self.path.with_file_name(name)
        };
        (1..MOST_DAMAGED)
            .map(place)
            .find(|path| path.symlink_metadata().is_err())
            .unwrap_or_else(|| place(MOST_DAMAGED))
    }

    /// Takes over another file, with all that stands in it, where there is none yet; false where there is
    /// nothing to take over.
    ///
    /// # Errors
    /// The other file cannot be read or is damaged, or the disk says no.
    pub fn take_over(&self, old: &Path) -> Result<bool, TokenFileError> {
        let old = Self::new(old.to_path_buf());
        if !self.document()?.is_empty() || old.read(Identity::Broadcaster)?.is_none() {
            return Ok(false);
        }
        let found = old.document()?;
        self.change(|document| *document = found)?;
        Ok(true)
    }

    fn change(&self, change: impl FnOnce(&mut Map<String, Value>)) -> Result<(), TokenFileError> {
        self.change_watched(change, &mut |_| Ok(()))
    }

    fn change_watched(
        &self,
        change: impl FnOnce(&mut Map<String, Value>),
        watch: &mut dyn FnMut(file::Step) -> io::Result<()>,
    ) -> Result<(), TokenFileError> {
        let _turn = file::Turn::wait(&self.path);
        let mut document = self.document()?;
        change(&mut document);
        let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
        text.push('\n');
        file::replace_watched(&self.path, text.as_bytes(), watch)
            .map_err(|error| TokenFileError::Disk(self.path.clone(), error))
    }

    fn document(&self) -> Result<Map<String, Value>, TokenFileError> {
        let damaged = |why: &str| TokenFileError::Damaged(self.path.clone(), why.to_owned());
        match std::fs::metadata(&self.path) {
            Ok(found) if !found.is_file() => return Err(damaged("it is no file")),
            Ok(found) if found.len() > LARGEST => return Err(damaged("it is larger than 256 KiB")),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Map::new()),
            Err(error) => return Err(TokenFileError::Disk(self.path.clone(), error)),
        }
        let bytes = std::fs::read(&self.path).map_err(|error| TokenFileError::Disk(self.path.clone(), error))?;
        // serde's own message may quote the text around the mistake: a token.
        match serde_json::from_slice(&bytes) {
            Ok(Value::Object(document)) => Ok(document),
            Ok(_) => Err(damaged("it holds no JSON object")),
            Err(error) => Err(damaged(&format!("no JSON, line {}", error.line()))),
        }
    }
}

fn begun(document: &mut Map<String, Value>, identity: Identity, pair: &Pair, notes: Notes) {
    again(document, identity, pair, notes);
    place_of(document, identity).insert(BEGUN.to_owned(), seconds());
}

fn again(document: &mut Map<String, Value>, identity: Identity, held: &Pair, notes: Notes) {
    if looked_up(document, identity).and_then(pair).is_some() {
        return;
    }
    put(document, identity, held);
    let place = place_of(document, identity);
    if let Some(at) = notes.renewed_at {
        place.insert(RENEWED.to_owned(), Value::from(at.0 / 1000));
    }
    if notes.renewing {
        place.insert(BEGUN.to_owned(), seconds());
    }
}

fn put(document: &mut Map<String, Value>, identity: Identity, pair: &Pair) {
    let place = place_of(document, identity);
    place.insert("access_token".to_owned(), Value::from(pair.access.reveal().as_str()));
    place.insert("refresh_token".to_owned(), Value::from(pair.refresh.reveal().as_str()));
    place.insert(RENEWED.to_owned(), seconds());
    place.remove(BEGUN);
    place.remove(SIGNED_OUT);
}

fn seconds() -> Value {
    Value::from(clock::unix().0 / 1000)
}

fn looked_up(document: &Map<String, Value>, identity: Identity) -> Option<&Map<String, Value>> {
    match identity {
        Identity::Broadcaster => Some(document),
        Identity::Bot => document.get("identities")?.get("bot")?.as_object(),
    }
}

fn place_of(document: &mut Map<String, Value>, identity: Identity) -> &mut Map<String, Value> {
    match identity {
        Identity::Broadcaster => document,
        Identity::Bot => object_in(object_in(document, "identities"), "bot"),
    }
}

fn object_in<'a>(document: &'a mut Map<String, Value>, key: &str) -> &'a mut Map<String, Value> {
    let slot = document.entry(key).or_insert(Value::Null);
    if !slot.is_object() {
        *slot = Value::Object(Map::new());
    }
    slot.as_object_mut().expect("made an object above")
}

fn pair(place: &Map<String, Value>) -> Option<Pair> {
    let token = |key: &str| {
        // Stream-Control (Python) let people paste tokens with the prefix that chat libraries want.
        let text = place.get(key)?.as_str()?.trim();
        Some(text.strip_prefix("oauth:").unwrap_or(text)).filter(|text| !text.is_empty())
    };
    Some(Pair { access: Secret::from(token("access_token")?), refresh: Secret::from(token("refresh_token")?) })
}

#[cfg(test)]
mod tests;
