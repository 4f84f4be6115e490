//! The pair and its file: read at the start, written before it is used, watched for what `authorize` and
//! sister programs write.

use super::held::Held;
use super::{Keeper, MOMENT, WATCH, words};
use crate::domain::chat::Identity;
use crate::domain::journal::Tone;
use crate::kit::clock;
use crate::kit::secret::Secret;
use crate::store::tokens::{Notes, Pair};

/// What the file held for this identity when it was last read or written.
#[derive(PartialEq)]
pub(super) enum Known {
    /// It could not be read so far.
    Unread,
    Nothing,
    Holds(Pair),
}

impl Known {
    fn of(found: Option<&(Pair, Notes)>) -> Self {
        found.map_or(Self::Nothing, |(pair, _)| Self::Holds(pair.clone()))
    }

    pub(super) fn is(&self, pair: &Pair) -> bool {
        matches!(self, Self::Holds(known) if known == pair)
    }
}

impl Keeper {
    /// The pair of the file; without one, that of the working folder or of `.env` is taken over.
    pub(super) async fn load(&mut self) {
        if self.disk.close().await == Ok(true) {
            self.note(Tone::Warn, words::WAS_OPEN);
        }
        match self.read().await {
            Ok(Some((pair, notes))) => self.hold(pair, notes),
            Ok(None) if self.parts.identity == Identity::Broadcaster => self.take_over().await,
            Ok(None) => {}
            Err(why) => self.lose(why),
        }
    }

    async fn take_over(&mut self) {
        if self.disk.signed_out().await == Ok(true) {
            if self.twitch.first_tokens.is_some() {
                self.note(Tone::Info, words::FIRST_LEFT);
            }
        } else if !self.take_old_file().await {
            self.take_first_tokens().await;
        }
    }

    async fn take_old_file(&mut self) -> bool {
        let Some(old) = self.twitch.old_tokens_path.clone() else { return false };
        match self.disk.take_over(old).await {
            Ok(true) => {}
            Ok(false) => return false,
            Err(why) => {
                self.note(Tone::Warn, &words::old_file_left(&why));
                return false;
            }
        }
        let Ok(Some((pair, notes))) = self.read().await else { return false };
        self.note(Tone::Info, &words::old_file_taken(&self.twitch.tokens_path));
        self.hold(pair, notes);
        true
    }

    async fn take_first_tokens(&mut self) {
        let Some((access, refresh)) = self.twitch.first_tokens.clone() else { return };
        let bare = |token: &Secret<String>| Secret::from(token.reveal().trim_start_matches("oauth:"));
        self.hold(Pair { access: bare(&access), refresh: bare(&refresh) }, Notes::default());
        self.look().await;
        // Tokens that Twitch refused are not put where they would stand in the way of better ones.
        if self.held.is_some() {
            self.note(Tone::Info, words::FIRST_TAKEN);
            self.save().await;
        }
    }

    /// Takes over what `authorize` or a sister program has put into the file.
    pub(super) async fn adopt_newer(&mut self) -> bool {
        match self.disk.read().await {
            Ok(Some((pair, notes))) if self.is_newer(&pair) => self.adopt(pair, notes),
            _ => return false,
        }
        self.ask_about(None).await;
        true
    }

    /// Neither ours nor the one that stood in the file before: somebody has put it there. One that stands in
    /// memory alone is newer than whatever a file holds that could not be read until now.
    fn is_newer(&self, pair: &Pair) -> bool {
        let ours = |held: &Held| held.pair == *pair || (held.unsaved.is_some() && self.known == Known::Unread);
        !self.known.is(pair) && !self.held.as_ref().is_some_and(ours)
    }

    fn adopt(&mut self, pair: Pair, notes: Notes) {
        self.known = Known::Holds(pair.clone());
        self.note(Tone::Info, words::SISTER);
        self.hold(pair, notes);
    }

    pub(super) async fn save(&mut self) {
        let Some(pair) = self.held.as_ref().map(|held| held.pair.clone()) else { return };
        let written = self.disk.write(pair.clone()).await;
        let Some(held) = &mut self.held else { return };
        let was_unsaved = held.unsaved.take().is_some();
        match written {
            Ok(()) => {
                held.notes = Notes { renewed_at: Some(clock::unix()), renewing: false };
                self.known = Known::Holds(pair);
                if was_unsaved {
                    self.note(Tone::Good, words::SAVED_AGAIN);
                }
            }
            Err(why) if was_unsaved => held.not_saved(why),
            Err(why) => self.in_memory(why),
        }
    }

    /// The file takes nothing: tried again later, and said once.
    fn in_memory(&mut self, why: String) {
        self.note(Tone::Bad, &words::in_memory_only(&why));
        if let Some(held) = &mut self.held {
            held.not_saved(why);
        }
    }

    async fn read(&mut self) -> Result<Option<(Pair, Notes)>, String> {
        let found = self.disk.read().await?;
        self.known = Known::of(found.as_ref());
        Ok(found)
    }

    /// Takes over what somebody else has put into the file, and sees that it still gives what we put there.
    pub(super) async fn watch(&mut self) {
        self.watch_at = clock::mono() + WATCH;
        if !self.is_wanted() {
            return;
        }
        match self.disk.read().await {
            Ok(Some((pair, notes))) if self.is_newer(&pair) => {
                self.adopt(pair, notes);
                self.look().await;
            }
            Ok(Some((pair, _))) => (self.known, self.missed) = (Known::Holds(pair), false),
            Ok(None) | Err(_) => self.miss().await,
        }
    }

    /// The file gives our pair no more. Somebody may be writing it just now: what is still so a moment later
    /// is mended.
    async fn miss(&mut self) {
        let Some(held) = self.held.as_ref().filter(|held| self.known.is(&held.pair)) else { return };
        if held.unsaved.is_some() {
            return;
        }
        if !std::mem::replace(&mut self.missed, true) {
            self.watch_at = clock::mono() + MOMENT;
            return;
        }
        self.missed = false;
        match self.disk.put_back(held.pair.clone(), held.notes).await {
            Ok(aside) => self.note(Tone::Warn, &words::put_back(&self.twitch.tokens_path, aside.as_deref())),
            Err(why) => self.in_memory(why),
        }
    }
}
