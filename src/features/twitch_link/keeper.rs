//! One identity's tokens: validated at start and every hour, renewed before their end and after a 401,
//! the new pair on the disk before anyone uses it.
//!
//! A renewal of a Public application uses the refresh token up. The one window that cannot be closed is
//! between Twitch's answer and our disk: whoever is stopped there finds a used token at the next start,
//! and a note beside it that says why.

mod disk;
mod held;
mod pending;
mod show;
mod signing;
mod words;

use super::tokens::Ask;
use crate::adapters::twitch::access::Access;
use crate::adapters::twitch::error::TwitchError;
use crate::adapters::twitch::oauth::{Granted, OAuth, Validated};
use crate::config::{self, Config};
use crate::domain::chat::Identity;
use crate::domain::journal::{Tone, Topic};
use crate::domain::twitch::Twitch;
use crate::domain::twitch_features as features;
use crate::kit::backoff::Backoff;
use crate::kit::clock;
use crate::kit::secret::Secret;
use crate::kit::units::{Millis, Mono};
use crate::runtime::journal::Journal;
use crate::runtime::shared::{Reader, Writer};
use crate::runtime::supervisor::Task;
use crate::store::tokens::{Notes, Pair};
use disk::Disk;
use held::Held;
use pending::Pending;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// How often the file is looked at: `authorize` and sister programs write it too.
const WATCH: Millis = Millis(10_000);
/// Between tries while Twitch cannot be reached.
const TRIES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// What a keeper is built from.
pub(super) struct Parts {
    pub(super) identity: Identity,
    pub(super) config: Reader<Config>,
    pub(super) cell: Arc<Writer<Twitch>>,
    pub(super) asks: mpsc::Receiver<Ask>,
    pub(super) journal: Journal,
}

/// See the module's head.
pub(super) struct Keeper {
    parts: Parts,
    twitch: config::Twitch,
    oauth: Option<OAuth>,
    disk: Disk,
    held: Option<Held>,
    /// Why there is no usable token although there was one.
    gone: Option<String>,
    /// The pair that the file held when it was last read or written.
    known: Option<Pair>,
    pending: Pending,
    backoff: Backoff,
    watch_at: Mono,
}

impl Keeper {
    pub(super) fn new(parts: Parts) -> Self {
        let twitch = parts.config.with(|config| config.twitch.clone());
        let disk = Disk::new(twitch.tokens_path.clone(), parts.identity);
        let backoff = Backoff::new(TRIES.0, TRIES.1);
        let (held, gone, known, pending) = (None, None, None, Pending::default());
        Self { parts, twitch, oauth: None, disk, held, gone, known, pending, backoff, watch_at: Mono(0) }
    }

    /// Takes in the settings; the file is read anew only where they touch the sign-in.
    async fn settle(&mut self, begin: bool) -> anyhow::Result<()> {
        let before = std::mem::replace(&mut self.twitch, self.parts.config.with(|config| config.twitch.clone()));
        if begin || !same_ground(&before, &self.twitch) {
            self.oauth = OAuth::new(&self.twitch)?;
            self.disk = Disk::new(self.twitch.tokens_path.clone(), self.parts.identity);
            (self.gone, self.known, self.pending) = (None, None, Pending::default());
            self.backoff.reset();
            // What stands in memory alone must not be lost for a setting.
            self.held = self.held.take().filter(|held| held.unsaved.is_some());
            if self.held.is_some() {
                self.save().await;
            } else if self.is_wanted() {
                self.load().await;
            }
            self.look().await;
            self.watch_at = clock::mono() + WATCH;
        }
        self.show();
        Ok(())
    }

    fn is_wanted(&self) -> bool {
        self.oauth.is_some() && (self.parts.identity == Identity::Broadcaster || self.twitch.bot)
    }

    /// The pair of the file; without one, that of the working folder or of `.env` is taken over.
    async fn load(&mut self) {
        match self.read().await {
            Ok(Some((pair, notes))) => self.hold(pair, notes),
            Ok(None) if self.parts.identity == Identity::Broadcaster => self.take_over().await,
            Ok(None) => {}
            Err(why) => self.lose(why),
        }
    }

    async fn take_over(&mut self) {
        if let Some(old) = self.twitch.old_tokens_path.clone()
            && self.disk.take_over(old).await == Ok(true)
            && let Ok(Some((pair, notes))) = self.read().await
        {
            self.note(Tone::Info, &words::old_file_taken(&self.twitch.tokens_path));
            return self.hold(pair, notes);
        }
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

    fn hold(&mut self, pair: Pair, notes: Notes) {
        self.gone = None;
        self.held = Some(Held::new(pair, notes));
    }

    fn lose(&mut self, why: String) {
        if self.gone.as_ref() != Some(&why) {
            self.note(Tone::Bad, &words::sign_in_again(&why));
        }
        (self.held, self.gone) = (None, Some(why));
    }

    /// Asks Twitch what the token is worth, and renews it when that is nothing.
    async fn look(&mut self) {
        let (Some(oauth), Some(held)) = (self.oauth.clone(), &self.held) else { return };
        match oauth.validate(&held.pair.access).await {
            Ok(valid) => self.take(valid, None),
            Err(TwitchError::Unauthorised(_)) => self.renew().await,
            Err(passing) => self.later(passing),
        }
    }

    fn take(&mut self, valid: Validated, life: Option<Millis>) {
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
    fn wrong(&self, valid: &Validated) -> Option<String> {
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

    /// Twitch cannot be asked: everything stays, and is looked at again soon.
    fn later(&mut self, error: TwitchError) {
        let wait = self.backoff.next(clock::jitter());
        tracing::debug!("twitch sign-in of the {}: {error}", self.parts.identity.word());
        if let Some(held) = &mut self.held {
            held.due = clock::mono() + Millis::from(wait);
            held.trouble = Some(error);
        }
    }

    /// Makes a new pair. A sister program may have done so already: then its pair is taken.
    async fn renew(&mut self) {
        let (Some(oauth), Some(held)) = (self.oauth.clone(), &self.held) else { return };
        let (refresh, saved) = (held.pair.refresh.clone(), held.unsaved.is_none());
        if saved && self.adopt_newer().await {
            return;
        }
        if saved && self.disk.begin_renewal().await.is_err() {
            // A disk that is full now says so when the new pair is to be written.
            tracing::debug!("the token file takes no note of a renewal");
        }
        match oauth.refresh(&refresh).await {
            Ok(granted) => self.granted(granted).await,
            Err(TwitchError::Refused { status: 400 | 403, message } | TwitchError::Unauthorised(message)) => {
                if !(saved && self.adopt_newer().await) {
                    let notes = self.held.as_ref().map(|held| held.notes).unwrap_or_default();
                    self.lose(words::refused(&message, &self.twitch, notes));
                }
            }
            Err(passing) => {
                if let Some(held) = &mut self.held {
                    held.notes.renewing |= passing.may_have_been_done();
                }
                self.later(passing);
            }
        }
    }

    /// A pair in the file that is another than ours was put there by a sister program.
    async fn adopt_newer(&mut self) -> bool {
        let Ok(Some((pair, notes))) = self.read().await else { return false };
        if self.held.as_ref().is_some_and(|held| held.pair == pair) {
            return false;
        }
        self.note(Tone::Info, words::SISTER);
        self.hold(pair, notes);
        self.ask_about(None).await;
        true
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
    async fn ask_about(&mut self, life: Option<Millis>) {
        let (Some(oauth), Some(held)) = (self.oauth.clone(), &self.held) else { return };
        match oauth.validate(&held.pair.access).await {
            Ok(valid) => self.take(valid, life),
            Err(error) => self.later(error),
        }
    }

    async fn save(&mut self) {
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
    async fn watch(&mut self) {
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

    async fn obey(&mut self, ask: Ask) {
        match ask {
            Ask::Access(answer) => return drop(answer.send(self.access())),
            Ask::Refused(token, answer) => {
                if self.held.as_ref().is_some_and(|held| held.pair.access == token) {
                    self.look().await;
                }
                let trouble = self.held.as_ref().and_then(|held| held.trouble.clone());
                drop(answer.send(trouble.map_or_else(|| self.access(), Err)));
            }
            Ask::Begin(answer) => drop(answer.send(self.begin().await)),
            Ask::Consent { redirect, binding, answer } => drop(answer.send(self.consent(redirect, binding))),
            Ask::Finish { state, binding, code, answer } => {
                drop(answer.send(self.finish(&state, &binding, code).await));
            }
            Ask::End(answer) => {
                self.pending = Pending::default();
                drop(answer.send(Ok(words::GIVEN_UP.to_owned())));
            }
            Ask::Forget(answer) => drop(answer.send(self.forget().await)),
        }
        self.show();
    }

    fn access(&self) -> Result<Access, TwitchError> {
        let missing = |why: &str| Err(TwitchError::NotSignedIn(why.to_owned()));
        let Some(oauth) = &self.oauth else { return missing(words::NOT_SET_UP) };
        let Some(held) = &self.held else {
            return missing(&self.gone.clone().unwrap_or_else(|| words::nobody(self.parts.identity)));
        };
        let checked = held.who.as_ref().filter(|_| !(held.over(clock::mono()) && held.trouble.is_some()));
        let Some(who) = checked else {
            let being_checked = || TwitchError::Unreachable(words::BEING_CHECKED.to_owned());
            return Err(held.trouble.clone().unwrap_or_else(being_checked));
        };
        Ok(Access {
            client_id: oauth.client_id().to_owned(),
            token: held.pair.access.clone(),
            user_id: who.user_id.clone(),
            login: who.login.clone(),
            scopes: who.scopes.clone(),
        })
    }

    fn scopes(&self) -> Vec<&'static str> {
        features::scopes(&self.twitch.features, self.parts.identity)
    }

    /// When the next thing is to be done.
    fn next(&self) -> Mono {
        let held = self.held.as_ref().map(Held::next);
        self.pending.next().into_iter().chain(held).fold(self.watch_at, Mono::min)
    }

    async fn tick(&mut self) {
        match (self.pending.due(), self.oauth.clone()) {
            (Some(Ok(device)), Some(oauth)) => self.poll(&oauth, &device).await,
            (Some(_), _) => {
                self.pending = Pending::default();
                self.note(Tone::Warn, words::TOO_LATE);
            }
            (None, _) => {}
        }
        let now = clock::mono();
        if self.held.as_ref().and_then(|held| held.unsaved.as_ref()).is_some_and(|(_, again)| *again <= now) {
            self.save().await;
        }
        if self.watch_at <= now {
            self.watch().await;
        }
        match &self.held {
            Some(held) if held.due <= now && held.near_end(now) => self.renew().await,
            Some(held) if held.due <= now => self.look().await,
            _ => {}
        }
        self.show();
    }

    fn note(&self, tone: Tone, text: &str) {
        let origin = match self.parts.identity {
            Identity::Broadcaster => "twitch",
            Identity::Bot => "twitch bot",
        };
        self.parts.journal.note(Topic::Link, tone, origin, text.to_owned());
    }
}

/// Whether two settings mean the same application, file and channel: then a sign-in is not touched.
fn same_ground(a: &config::Twitch, b: &config::Twitch) -> bool {
    let files = a.tokens_path == b.tokens_path && a.first_tokens == b.first_tokens;
    let application = a.client_id == b.client_id && a.client_secret == b.client_secret && a.oauth2_url == b.oauth2_url;
    files && application && a.bot == b.bot && a.broadcaster_id == b.broadcaster_id
}

impl Task for Keeper {
    fn name(&self) -> &'static str {
        match self.parts.identity {
            Identity::Broadcaster => "twitch sign-in",
            Identity::Bot => "twitch bot sign-in",
        }
    }

    async fn run(&mut self, stop: CancellationToken) -> anyhow::Result<()> {
        let mut config = self.parts.config.clone();
        config.see();
        self.settle(true).await?;
        loop {
            let wait = self.next().since(clock::mono()).into();
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = config.changed() => self.settle(false).await?,
                Some(ask) = self.parts.asks.recv() => self.obey(ask).await,
                () = tokio::time::sleep(wait) => self.tick().await,
            }
        }
    }
}
