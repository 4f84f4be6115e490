//! One identity's tokens: validated at start and every hour, renewed before their end and after a 401,
//! the new pair on the disk before anyone uses it.
//!
//! A renewal of a Public application uses the refresh token up. The one window that cannot be closed is
//! between Twitch's answer and our disk: whoever is stopped there finds a used token at the next start,
//! and a note beside it that says why.

mod custody;
mod disk;
mod held;
mod pending;
mod show;
mod signing;
mod words;
mod worth;

use super::tokens::Ask;
use crate::adapters::twitch::access::Access;
use crate::adapters::twitch::error::TwitchError;
use crate::adapters::twitch::oauth::OAuth;
use crate::config::{self, Config};
use crate::domain::chat::Identity;
use crate::domain::journal::{Tone, Topic};
use crate::domain::twitch::Twitch;
use crate::domain::twitch_features as features;
use crate::kit::backoff::Backoff;
use crate::kit::clock;
use crate::kit::units::{Millis, Mono};
use crate::runtime::journal::Journal;
use crate::runtime::shared::{Reader, Writer};
use crate::runtime::supervisor::Task;
use crate::store::tokens::{Notes, Pair};
use custody::Known;
use disk::Disk;
use held::Held;
use pending::Pending;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

/// How often the file is looked at: `authorize` and sister programs write it too.
const WATCH: Millis = Millis(10_000);
/// A file that gives nothing is looked at again after this: it may just be being written.
const MOMENT: Millis = Millis(1000);
/// Between tries while Twitch cannot be reached.
const TRIES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// What a keeper is built from.
pub(super) struct Parts {
    pub(super) identity: Identity,
    pub(super) config: Reader<Config>,
    pub(super) cell: Arc<Writer<Twitch>>,
    pub(super) asks: mpsc::Receiver<Ask>,
    pub(super) journal: Journal,
    /// The shortest and the longest wait before a sign-in that Twitch refused is tried again.
    pub(super) refused: (Duration, Duration),
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
    /// The pair that Twitch refused, and when it is tried again.
    kept: Option<Held>,
    patience: Backoff,
    /// How the last try to sign in ended, when it did not end in a sign-in.
    in_vain: Option<String>,
    known: Known,
    /// The file did not give our pair at the last look.
    missed: bool,
    pending: Pending,
    backoff: Backoff,
    watch_at: Mono,
}

impl Keeper {
    pub(super) fn new(parts: Parts) -> Self {
        let twitch = parts.config.with(|config| config.twitch.clone());
        let disk = Disk::new(twitch.tokens_path.clone(), parts.identity);
        let backoff = Backoff::new(TRIES.0, TRIES.1);
        let patience = Backoff::new(parts.refused.0, parts.refused.1);
        Self {
            parts,
            twitch,
            oauth: None,
            disk,
            held: None,
            gone: None,
            kept: None,
            patience,
            in_vain: None,
            known: Known::Unread,
            missed: false,
            pending: Pending::default(),
            backoff,
            watch_at: Mono(0),
        }
    }

    /// Takes in the settings; the file is read anew only where they touch the sign-in.
    async fn settle(&mut self, begin: bool) -> anyhow::Result<()> {
        let before = std::mem::replace(&mut self.twitch, self.parts.config.with(|config| config.twitch.clone()));
        if begin || !same_ground(&before, &self.twitch) {
            self.oauth = OAuth::new(&self.twitch)?;
            self.disk = Disk::new(self.twitch.tokens_path.clone(), self.parts.identity);
            (self.gone, self.kept, self.in_vain, self.missed) = (None, None, None, false);
            (self.known, self.pending) = (Known::Unread, Pending::default());
            self.backoff.reset();
            self.patience.reset();
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

    fn hold(&mut self, pair: Pair, notes: Notes) {
        (self.gone, self.kept, self.missed) = (None, None, false);
        self.patience.reset();
        self.held = Some(Held::new(pair, notes));
    }

    fn lose(&mut self, why: String) {
        if self.gone.is_none() {
            self.note(Tone::Bad, &words::sign_in_again(&why));
        }
        (self.held, self.gone) = (None, Some(why));
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
            Ask::Begin(answer) => {
                let begun = self.begin().await;
                self.reply(answer, begun);
            }
            Ask::Consent { redirect, binding, answer } => drop(answer.send(self.consent(redirect, binding))),
            Ask::Finish { state, binding, code, answer } => {
                let finished = self.finish(&state, &binding, code).await;
                if let Err(why) = &finished {
                    self.was_in_vain(Tone::Warn, why);
                }
                self.reply(answer, finished);
            }
            Ask::End(answer) => {
                (self.pending, self.in_vain) = (Pending::default(), None);
                self.reply(answer, Ok(words::GIVEN_UP.to_owned()));
            }
            Ask::Forget(answer) => {
                let forgotten = self.forget().await;
                self.reply(answer, forgotten);
            }
        }
        self.show();
    }

    /// Answers once it is shown: who has the answer looks at the page next.
    fn reply<T>(&self, answer: oneshot::Sender<T>, told: T) {
        self.show();
        drop(answer.send(told));
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
        let kept = self.kept.as_ref().map(|kept| kept.due);
        self.pending.next().into_iter().chain(held).chain(kept).fold(self.watch_at, Mono::min)
    }

    async fn tick(&mut self) {
        match (self.pending.due(), self.oauth.clone()) {
            (Some(Ok((device, scopes))), Some(oauth)) => self.poll(&oauth, &device, &scopes).await,
            (Some(_), _) => {
                self.pending = Pending::default();
                self.was_in_vain(Tone::Warn, words::TOO_LATE);
            }
            (None, _) => {}
        }
        let now = clock::mono();
        let unsaved = |held: &Held| held.unsaved.as_ref().is_some_and(|(_, again)| *again <= now);
        let save_again = self.held.as_ref().is_some_and(unsaved);
        // Whatever somebody else has written is seen before anything is written over it.
        if self.watch_at <= now || save_again {
            self.watch().await;
        }
        if self.held.as_ref().is_some_and(unsaved) {
            self.save().await;
        }
        if self.kept.as_ref().is_some_and(|kept| kept.due <= now) {
            self.try_kept().await;
        }
        match &self.held {
            Some(held) if held.due <= now && held.near_end(now) => self.renew(false).await,
            Some(held) if held.due <= now => self.look().await,
            _ => {}
        }
        self.show();
    }

    /// A sign-in that was begun has ended without one: the page says why, until the next is begun.
    fn was_in_vain(&mut self, tone: Tone, why: &str) {
        self.note(tone, why);
        self.in_vain = Some(why.to_owned());
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
