//! The pair and its file: read at the start, written before it is used, watched for what `authorize` and
//! sister programs write.

use super::{Keeper, WATCH, words};
use crate::domain::chat::Identity;
use crate::domain::journal::Tone;
use crate::kit::clock;
use crate::kit::secret::Secret;
use crate::store::tokens::{Notes, Pair};

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
        if !self.take_old_file().await {
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

    /// A pair in the file that is another than ours was put there by a sister program.
    pub(super) async fn adopt_newer(&mut self) -> bool {
        let Ok(Some((pair, notes))) = self.read().await else { return false };
        if self.held.as_ref().is_some_and(|held| held.pair == pair) {
            return false;
        }
        self.note(Tone::Info, words::SISTER);
        self.hold(pair, notes);
        self.ask_about(None).await;
        true
    }

    pub(super) async fn save(&mut self) {
        let Some(pair) = self.held.as_ref().map(|held| held.pair.clone()) else { return };
        let written = self.disk.write(pair.clone()).await;
        let Some(held) = &mut self.held else { return };
        let was_unsaved = held.unsaved.take().is_some();
        match written {
            Ok(()) => {
                held.notes = Notes { renewed_at: Some(clock::unix()), renewing: false };
                self.known = Some(pair);
                if was_unsaved {
                    self.note(Tone::Good, words::SAVED_AGAIN);
                }
            }
            Err(why) => {
                held.not_saved(why.clone());
                if !was_unsaved {
                    self.note(Tone::Bad, &words::in_memory_only(&why));
                }
            }
        }
    }

    async fn read(&mut self) -> Result<Option<(Pair, Notes)>, String> {
        let found = self.disk.read().await?;
        self.known = found.as_ref().map(|(pair, _)| pair.clone());
        Ok(found)
    }

    /// Takes over what somebody else has put into the file since we last looked.
    pub(super) async fn watch(&mut self) {
        self.watch_at = clock::mono() + WATCH;
        if !self.is_wanted() || self.held.as_ref().is_some_and(|held| held.unsaved.is_some()) {
            return;
        }
        let before = self.known.clone();
        let Ok(Some((pair, notes))) = self.read().await else {
            self.known = before;
            return;
        };
        let ours = self.held.as_ref().is_some_and(|held| held.pair == pair);
        if !ours && before.as_ref() != Some(&pair) {
            self.note(Tone::Info, words::SISTER);
            self.hold(pair, notes);
            self.look().await;
        }
    }
}
