//! What the tokens are worth: asked at the start, every hour and after a 401; renewed before their end.

use super::held::Held;
use super::{Keeper, words};
use crate::adapters::twitch::error::TwitchError;
use crate::adapters::twitch::oauth::{Granted, Validated};
use crate::domain::chat::Identity;
use crate::domain::journal::Tone;
use crate::kit::clock;
use crate::kit::units::Millis;
use crate::store::tokens::{Notes, Pair};

impl Keeper {
    /// Asks Twitch what the token is worth, and renews it when that is nothing.
    pub(super) async fn look(&mut self) {
        let (Some(oauth), Some(held)) = (self.oauth.clone(), &self.held) else { return };
        match oauth.validate(&held.pair.access).await {
            Ok(valid) => self.take(valid, None),
            Err(TwitchError::Unauthorised(_)) => self.renew(true).await,
            Err(passing) => self.later(passing),
        }
    }

    pub(super) fn take(&mut self, valid: Validated, life: Option<Millis>) {
        match (self.wrong(&valid), &mut self.held) {
            (Some(why), _) => self.lose(why),
            (None, Some(held)) => {
                held.take(valid, life);
                self.backoff.reset();
            }
            (None, None) => {}
        }
    }

    /// What makes a living token useless here.
    pub(super) fn wrong(&self, valid: &Validated) -> Option<String> {
        let ours = self.oauth.as_ref().is_some_and(|oauth| oauth.client_id() == valid.client_id);
        let channel = self.twitch.broadcaster_id.as_ref().filter(|_| self.parts.identity == Identity::Broadcaster);
        if !ours {
            Some(words::OTHER_APPLICATION.to_owned())
        } else if valid.user_id.is_empty() {
            Some(words::NO_ACCOUNT.to_owned())
        } else {
            channel.filter(|id| **id != valid.user_id).map(|_| words::another_channel(&valid.login))
        }
    }

    /// Twitch cannot be asked: everything stays, and is looked at again soon. A sign-in that would end of
    /// that is announced before.
    pub(super) fn later(&mut self, error: TwitchError) {
        let wait = self.backoff.next(clock::jitter());
        tracing::debug!("twitch sign-in of the {}: {error}", self.parts.identity.word());
        let Some(held) = &mut self.held else { return };
        held.due = clock::mono() + Millis::from(wait);
        held.trouble = Some(error);
        let ends = held.ends_soon(self.twitch.client_secret.is_none());
        if !std::mem::replace(&mut held.warned, ends.is_some())
            && let Some(at) = ends
        {
            self.note(Tone::Warn, &words::ends_soon(at));
        }
    }

    /// Makes a new pair; `dead` says that Twitch takes the old one no more. A sister program may have made
    /// one already: then its pair is taken.
    pub(super) async fn renew(&mut self, dead: bool) {
        let (Some(oauth), Some(held)) = (self.oauth.clone(), &self.held) else { return };
        let (refresh, saved) = (held.pair.refresh.clone(), self.known.is(&held.pair));
        if self.adopt_newer().await || (saved && !self.note_renewal(dead).await) {
            return;
        }
        match oauth.refresh(&refresh).await {
            Ok(granted) => self.granted(granted).await,
            Err(TwitchError::Refused { status: 400 | 403, message } | TwitchError::Unauthorised(message)) => {
                if !self.adopt_newer().await {
                    let notes = self.not_renewed(saved).await;
                    self.refused(words::refused(&message, &self.twitch, notes), notes);
                }
            }
            Err(passing) => {
                match &mut self.held {
                    Some(held) if passing.may_have_been_done() => held.notes.renewing = true,
                    _ => drop(self.not_renewed(saved).await),
                }
                self.later(passing);
            }
        }
    }

    /// Twitch takes the pair no more. That may be Twitch's mistake: it is kept and tried again.
    fn refused(&mut self, why: String, notes: Notes) {
        let kept = self.held.take().map(|held| Held::new(held.pair, notes));
        self.lose(why);
        self.kept = kept;
        self.put_off();
    }

    fn put_off(&mut self) {
        let wait = Millis::from(self.patience.next(clock::jitter()));
        if let Some(kept) = &mut self.kept {
            kept.due = clock::mono() + wait;
        }
    }

    /// Whether a pair that was refused lives again. As long as it does not, no line is written.
    pub(super) async fn try_kept(&mut self) {
        let Some(kept) = self.kept.take() else { return };
        if self.adopt_newer().await {
            return;
        }
        let pair = kept.pair.clone();
        self.held = Some(kept);
        self.look().await;
        if let Some(unasked) = self.held.take_if(|held| held.pair == pair && held.who.is_none()) {
            self.kept = Some(unasked);
            self.put_off();
        } else if let Some(held) = &self.held {
            let stored = held.unsaved.is_some() || self.known.is(&held.pair);
            self.gone = None;
            self.patience.reset();
            self.note(Tone::Good, words::LIVES_AGAIN);
            if !stored {
                self.save().await;
            }
        }
    }

    /// Writes down that a renewal begins. A disk that takes no note would not take the new pair either: the
    /// renewal waits for it as long as the old token lives.
    async fn note_renewal(&mut self, dead: bool) -> bool {
        let Some(held) = &mut self.held else { return false };
        let noted = self.disk.begin_renewal(held.pair.clone(), held.notes).await;
        let Err(why) = noted else {
            held.waits_for_disk = false;
            return true;
        };
        let told = std::mem::replace(&mut held.waits_for_disk, true);
        let waits = !dead && held.wait_for_disk();
        if waits && !told {
            self.note(Tone::Bad, &words::renewal_waits(&why));
        }
        !waits
    }

    /// Twitch renewed nothing: the note of this renewal goes, so that a later start gives the true reason. One
    /// of an earlier renewal, whose answer was lost, stays. What stood beside the pair before.
    async fn not_renewed(&self, saved: bool) -> Notes {
        let notes = self.held.as_ref().map(|held| held.notes).unwrap_or_default();
        if saved && !notes.renewing && self.disk.end_renewal().await.is_err() {
            tracing::debug!("the token file keeps the note of a renewal that did not happen");
        }
        notes
    }

    /// A new pair: to the disk first, then asked about, then used.
    async fn granted(&mut self, granted: Granted) {
        let unsaved = self.held.as_mut().and_then(|held| held.unsaved.take());
        self.hold(Pair { access: granted.access, refresh: granted.refresh }, Notes::default());
        if let Some(held) = &mut self.held {
            held.unsaved = unsaved;
        }
        self.save().await;
        self.ask_about(Some(granted.life)).await;
    }

    /// Asks Twitch about a pair that is new to us; if it cannot say, the next look does.
    pub(super) async fn ask_about(&mut self, life: Option<Millis>) {
        let (Some(oauth), Some(held)) = (self.oauth.clone(), &self.held) else { return };
        match oauth.validate(&held.pair.access).await {
            Ok(valid) => self.take(valid, life),
            Err(error) => self.later(error),
        }
    }
}
