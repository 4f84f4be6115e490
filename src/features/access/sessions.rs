//! Sessions kept in memory beside the store, so that not every request reads the disk and a locked
//! database signs nobody out.

use super::Person;
use crate::kit::units::{Millis, Mono, UnixMs};
use crate::store::sessions::Session;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;

/// How long an entry is believed before the store is asked again.
const FRESH: Millis = Millis(60_000);
/// Entries kept.
const CAPACITY: usize = 1000;

/// What is known of tokens, by their hashes.
pub(super) struct Known {
    entries: HashMap<String, Entry>,
    pub(super) fresh: Millis,
}

impl Default for Known {
    fn default() -> Self {
        Self { entries: HashMap::new(), fresh: FRESH }
    }
}

struct Entry {
    /// `None`: signed out, though the store may still hold the row.
    person: Option<Person>,
    expires_at: UnixMs,
    checked_at: Mono,
    /// The row that could not be written yet.
    unsaved: Option<Session>,
}

/// What memory says of a token.
#[derive(Debug, PartialEq)]
pub(super) enum Look {
    /// Signed in, checked lately.
    Fresh(Person),
    /// Signed in when last checked; ask the store.
    Stale(Person),
    /// Signed in, known only here so far; write the row.
    Unsaved(Person, Session),
    /// Signed out or over.
    Ended,
    /// Ask the store.
    Unknown,
}

/// Ties sessions to the password under which they were opened: a new password, whoever set it and
/// wherever, ends them all, with no row to change.
#[derive(Clone)]
pub(super) struct Tie([u8; 32]);

impl Tie {
    /// To a password as it is written down, in clear or as a hash.
    pub fn to(written: &str) -> Self {
        Self(Sha256::digest(written).into())
    }

    /// The hash of a token in hex; `None` for what cannot be one of our tokens.
    pub fn token_hash(&self, token: &str) -> Option<String> {
        let ours = token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_hexdigit());
        ours.then(|| hex::encode(Sha256::new().chain_update(self.0).chain_update(token).finalize()))
    }
}

impl Known {
    pub fn look(&self, hash: &str, now: UnixMs, mono: Mono) -> Look {
        let Some(entry) = self.entries.get(hash) else { return Look::Unknown };
        match (&entry.person, &entry.unsaved) {
            (None, _) => Look::Ended,
            (Some(_), _) if entry.expires_at <= now => Look::Ended,
            (Some(person), _) if mono.since(entry.checked_at) < self.fresh => Look::Fresh(person.clone()),
            (Some(person), Some(session)) => Look::Unsaved(person.clone(), session.clone()),
            (Some(person), None) => Look::Stale(person.clone()),
        }
    }

    pub fn remember(&mut self, hash: &str, person: Person, expires_at: UnixMs, unsaved: Option<Session>, mono: Mono) {
        // Signed out while the store was being asked: that stays.
        if self.entries.get(hash).is_some_and(|entry| entry.person.is_none()) {
            return;
        }
        self.make_room();
        self.entries.insert(hash.to_owned(), Entry { person: Some(person), expires_at, checked_at: mono, unsaved });
    }

    /// Believes an entry for a while longer; `saved` when its row is written.
    pub fn checked(&mut self, hash: &str, saved: bool, mono: Mono) {
        if let Some(entry) = self.entries.get_mut(hash) {
            entry.checked_at = mono;
            if saved {
                entry.unsaved = None;
            }
        }
    }

    /// Signed out. Kept as such for as long as the process runs: the row may outlive a locked database.
    /// Only of what is known, so that strangers cannot fill the memory.
    pub fn end(&mut self, hash: &str) {
        if let Some(entry) = self.entries.get_mut(hash) {
            entry.person = None;
        }
    }

    pub fn forget(&mut self, hash: &str) {
        self.entries.remove(hash);
    }

    /// Those that the store knows as well can be asked for again.
    fn make_room(&mut self) {
        if self.entries.len() >= CAPACITY {
            self.entries.retain(|_, entry| entry.person.is_none() || entry.unsaved.is_some());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::people::Role;

    fn anna() -> Person {
        Person { name: "Anna".to_owned(), role: Role::Owner }
    }

    #[test]
    fn an_entry_is_fresh_then_stale_then_over() {
        let mut known = Known::default();
        known.remember("aa", anna(), UnixMs(100_000), None, Mono(0));
        let table = [(1, 59_999, Look::Fresh(anna())), (1, 60_000, Look::Stale(anna())), (100_000, 0, Look::Ended)];
        for (now, mono, wanted) in table {
            assert_eq!(known.look("aa", UnixMs(now), Mono(mono)), wanted);
        }
        assert_eq!(known.look("bb", UnixMs(1), Mono(0)), Look::Unknown);
    }

    #[test]
    fn who_signed_out_is_not_remembered_by_a_late_answer() {
        let mut known = Known::default();
        known.remember("aa", anna(), UnixMs(100_000), None, Mono(0));
        known.end("aa");
        known.remember("aa", anna(), UnixMs(100_000), None, Mono(0));
        assert_eq!(known.look("aa", UnixMs(1), Mono(0)), Look::Ended);
    }

    #[test]
    fn memory_is_bounded_and_keeps_what_only_it_knows() {
        let mut known = Known::default();
        known.remember("out", anna(), UnixMs(100_000), None, Mono(0));
        known.end("out");
        known.end("stranger");
        for number in 0..5000 {
            known.remember(&number.to_string(), anna(), UnixMs(100_000), None, Mono(0));
        }
        assert!(known.entries.len() <= CAPACITY);
        assert_eq!(known.look("out", UnixMs(1), Mono(0)), Look::Ended);
        assert_eq!(known.look("stranger", UnixMs(1), Mono(0)), Look::Unknown);
    }

    #[test]
    fn what_is_no_token_of_ours_is_never_looked_up() {
        for token in ["", "abc", &"g".repeat(64), &"a".repeat(65)] {
            assert_eq!(Tie::to("x").token_hash(token), None);
        }
        assert_eq!(Tie::to("x").token_hash(&"a".repeat(64)).map(|hash| hash.len()), Some(64));
    }
}
