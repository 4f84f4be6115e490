//! One identity's tokens: validated at start and every hour, renewed before their end and after a 401,
//! the new pair on the disk before anyone uses it.
//!
//! A renewal of a Public application uses the refresh token up. The one window that cannot be closed is
//! between Twitch's answer and our disk: whoever is stopped there finds a used token at the next start,
//! and says so.

use super::tokens::Ask;
use crate::adapters::twitch::error::TwitchError;
use crate::adapters::twitch::helix::Access;
use crate::adapters::twitch::oauth::{Device, DeviceAnswer, Granted, OAuth, Validated};
use crate::config::Config;
use crate::domain::chat::Identity;
use crate::domain::journal::{Tone, Topic};
use crate::domain::twitch::{SignIn, Twitch};
use crate::domain::twitch_features as features;
use crate::kit::backoff::Backoff;
use crate::kit::clock;
use crate::kit::secret::Secret;
use crate::kit::text;
use crate::kit::units::{Millis, Mono, UnixMs};
use crate::runtime::journal::Journal;
use crate::runtime::shared::{Reader, Writer};
use crate::runtime::supervisor::Task;
use crate::store::tokens::{Pair, TokenFile};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use url::Url;

/// Twitch wants tokens validated this often.
const VALIDATE: Millis = Millis(3_600_000);
/// A token is renewed when less than this is left of its life, or a quarter of it where that is less.
const MARGIN: Millis = Millis(600_000);
/// A file that could not be written is tried again after this.
const SAVE_AGAIN: Millis = Millis(60_000);
/// A sign-in by code grant that nobody finished is forgotten after this.
const CONSENT_LIFE: Millis = Millis(600_000);
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
    oauth: Option<OAuth>,
    file: TokenFile,
    held: Option<Held>,
    /// Why there is no usable token although there was one.
    gone: Option<String>,
    device: Option<(Device, Mono, Mono)>,
    consent: Option<(String, Url, Mono)>,
    backoff: Backoff,
}

/// A pair, and what is known of it.
struct Held {
    pair: Pair,
    who: Option<Who>,
    /// When to look at it again.
    due: Mono,
    /// A renewal was sent whose answer never came: the refresh token may be used up.
    answer_lost: bool,
    /// Why it stands in memory alone.
    unsaved: Option<String>,
}

struct Who {
    user_id: String,
    login: String,
    scopes: Vec<String>,
    life: Millis,
    expires: Mono,
    validated_at: UnixMs,
}

impl Keeper {
    pub(super) fn new(parts: Parts) -> Self {
        let file = TokenFile::new(parts.config.with(|config| config.twitch.tokens_path.clone()));
        let backoff = Backoff::new(TRIES.0, TRIES.1);
        Self { parts, oauth: None, file, held: None, gone: None, device: None, consent: None, backoff }
    }

    /// Reads settings and file anew.
    async fn settle(&mut self) -> anyhow::Result<()> {
        let twitch = self.parts.config.with(|config| config.twitch.clone());
        self.oauth = OAuth::new(&twitch)?;
        self.file = TokenFile::new(twitch.tokens_path.clone());
        (self.held, self.gone, self.device, self.consent) = (None, None, None, None);
        self.backoff.reset();
        if self.oauth.is_some() && (self.parts.identity == Identity::Broadcaster || twitch.bot) {
            self.load(twitch.first_tokens).await;
        }
        self.show();
        Ok(())
    }

    /// The pair of the file; without one, that of `.env` is taken over once.
    async fn load(&mut self, first: Option<(Secret<String>, Secret<String>)>) {
        match self.read_file().await {
            Ok(Some(pair)) => self.hold(pair),
            Ok(None) => {
                let Some((access, refresh)) = first.filter(|_| self.parts.identity == Identity::Broadcaster) else {
                    return;
                };
                let bare = |token: &Secret<String>| Secret::from(token.reveal().trim_start_matches("oauth:"));
                let pair = Pair { access: bare(&access), refresh: bare(&refresh) };
                self.note(Tone::Info, "The first tokens of the settings were taken over.");
                self.hold(pair);
                self.save().await;
            }
            Err(why) => self.lose(why),
        }
        if self.held.is_some() {
            self.look().await;
        }
    }

    fn hold(&mut self, pair: Pair) {
        self.gone = None;
        self.held = Some(Held { pair, who: None, due: clock::mono(), answer_lost: false, unsaved: None });
    }

    fn lose(&mut self, why: String) {
        if self.gone.as_ref() != Some(&why) {
            self.note(Tone::Bad, &format!("Sign in to Twitch again: {why}"));
        }
        self.held = None;
        self.gone = Some(why);
    }

    /// Asks Twitch what the token is worth, and renews it when that is little.
    async fn look(&mut self) {
        let (Some(oauth), Some(held)) = (self.oauth.clone(), &self.held) else { return };
        match oauth.validate(&held.pair.access).await {
            Ok(valid) if valid.client_id != oauth.client_id() => {
                self.lose("the tokens were made for another application (TWITCH_CLIENT_ID).".to_owned());
            }
            Ok(valid) => self.take(valid, None),
            Err(TwitchError::Unauthorised(_)) => self.renew().await,
            Err(passing) => self.later(&passing),
        }
        self.show();
    }

    /// Takes in what Twitch says of the token; `life` of a fresh one is its whole life.
    fn take(&mut self, valid: Validated, life: Option<Millis>) {
        let Some(held) = &mut self.held else { return };
        let now = clock::mono();
        let life = life.or(held.who.as_ref().map(|who| who.life)).unwrap_or(valid.life).max(valid.life);
        let margin = MARGIN.min(Millis(life.0 / 4));
        let renew = now + Millis(valid.life.0.saturating_sub(margin.0));
        held.due = renew.min(now + VALIDATE);
        held.answer_lost = false;
        held.who = Some(Who {
            user_id: valid.user_id,
            login: valid.login,
            scopes: valid.scopes,
            life,
            expires: now + valid.life,
            validated_at: clock::unix(),
        });
        self.backoff.reset();
    }

    /// Twitch cannot be asked: everything stays, and is looked at again soon.
    fn later(&mut self, error: &TwitchError) {
        let wait = self.backoff.next(clock::jitter());
        if let Some(held) = &mut self.held {
            held.due = clock::mono() + Millis::from(wait);
        }
        tracing::debug!("twitch sign-in of the {}: {error}", self.parts.identity.word());
    }

    /// Makes a new pair. A sister program may have done so already: then its pair is taken.
    async fn renew(&mut self) {
        let (Some(oauth), Some(held)) = (self.oauth.clone(), &self.held) else { return };
        let (old, unsaved) = (held.pair.clone(), held.unsaved.is_some());
        if !unsaved && self.adopt_newer(&old).await {
            return;
        }
        match oauth.refresh(&old.refresh).await {
            Ok(granted) => self.granted(granted).await,
            Err(TwitchError::Refused { message, .. } | TwitchError::Unauthorised(message)) => {
                if unsaved || !self.adopt_newer(&old).await {
                    let lost = self.held.as_ref().is_some_and(|held| held.answer_lost);
                    self.lose(refused(&message, lost));
                }
            }
            Err(passing) => {
                if let Some(held) = self.held.as_mut() {
                    held.answer_lost |= !matches!(passing, TwitchError::RateLimited { .. });
                }
                self.later(&passing);
            }
        }
    }

    /// A pair in the file that is another than ours was put there by a sister program.
    async fn adopt_newer(&mut self, ours: &Pair) -> bool {
        let Ok(Some(pair)) = self.read_file().await else { return false };
        if pair == *ours {
            return false;
        }
        self.note(Tone::Info, "Another program renewed the Twitch tokens; they were taken over.");
        self.hold(pair);
        self.ask_about(None).await;
        true
    }

    /// A new pair: to the disk first, then asked about, then used.
    async fn granted(&mut self, granted: Granted) {
        self.hold(Pair { access: granted.access, refresh: granted.refresh });
        self.save().await;
        self.ask_about(Some(granted.life)).await;
    }

    /// Asks Twitch about a pair that is new to us; what it is worth otherwise shows at the next look.
    async fn ask_about(&mut self, life: Option<Millis>) {
        let (Some(oauth), Some(held)) = (self.oauth.clone(), &self.held) else { return };
        match oauth.validate(&held.pair.access).await {
            Ok(valid) => self.take(valid, life),
            Err(error) => self.later(&error),
        }
    }

    async fn save(&mut self) {
        let Some(pair) = self.held.as_ref().map(|held| held.pair.clone()) else { return };
        let (file, identity) = (self.file.clone(), self.parts.identity);
        let written = tokio::task::spawn_blocking(move || file.write(identity, &pair)).await;
        let failed = match written {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => Some("the token file could not be written".to_owned()),
        };
        let before = self.held.as_ref().is_some_and(|held| held.unsaved.is_some());
        match (&failed, before) {
            (Some(why), false) => self.note(Tone::Bad, &format!("The new Twitch tokens are in memory only: {why}")),
            (None, true) => self.note(Tone::Good, "The Twitch tokens are on the disk again."),
            _ => {}
        }
        if let Some(held) = &mut self.held {
            held.unsaved = failed;
        }
    }

    async fn read_file(&self) -> Result<Option<Pair>, String> {
        let (file, identity) = (self.file.clone(), self.parts.identity);
        let read = tokio::task::spawn_blocking(move || file.read(identity)).await;
        read.map_err(|_| "the token file could not be read.".to_owned())?
            .map_err(|error| text::sentence(&error.to_string()))
    }

    async fn obey(&mut self, ask: Ask) {
        match ask {
            Ask::Access(answer) => drop(answer.send(self.access())),
            Ask::Refused(token, answer) => {
                if self.held.as_ref().is_some_and(|held| held.pair.access == token) {
                    self.look().await;
                }
                drop(answer.send(self.access()));
            }
            Ask::Begin(answer) => drop(answer.send(self.begin().await)),
            Ask::Consent(redirect, answer) => drop(answer.send(self.consent(redirect))),
            Ask::Finish { state, code, answer } => drop(answer.send(self.finish(&state, code).await)),
            Ask::End(answer) => {
                (self.device, self.consent) = (None, None);
                drop(answer.send(Ok("The sign-in was given up.".to_owned())));
            }
            Ask::Forget(answer) => drop(answer.send(self.forget().await)),
        }
        self.show();
    }

    fn access(&self) -> Result<Access, TwitchError> {
        let missing = |why: String| Err(TwitchError::NotSignedIn(why));
        let Some(oauth) = &self.oauth else { return missing("Twitch is not set up (TWITCH_CLIENT_ID).".to_owned()) };
        let Some(held) = &self.held else {
            let who = self.parts.identity.word();
            return missing(self.gone.clone().unwrap_or_else(|| format!("The {who} is not signed in to Twitch.")));
        };
        let Some(who) = &held.who else {
            return Err(TwitchError::Unreachable("the sign-in is being checked".to_owned()));
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
        self.parts.config.with(|config| features::scopes(&config.twitch.features, self.parts.identity))
    }

    async fn begin(&mut self) -> Result<String, String> {
        let Some(oauth) = self.oauth.clone() else { return Err("Set TWITCH_CLIENT_ID first.".to_owned()) };
        let device = oauth.begin_device(&self.scopes()).await.map_err(|error| text::sentence(&error.to_string()))?;
        let now = clock::mono();
        let told = format!("Type {} at {}.", device.user_code, device.verification_uri);
        self.device = Some((device.clone(), now + device.life, now + device.interval));
        Ok(told)
    }

    fn consent(&mut self, redirect: Url) -> Result<Url, String> {
        let Some(oauth) = self.oauth.clone().filter(OAuth::is_confidential) else {
            return Err("This way needs TWITCH_CLIENT_SECRET. Use the code instead.".to_owned());
        };
        let state = secret_word().ok_or("The system gives no random numbers.")?;
        let url = oauth.consent_url(&redirect, &self.scopes(), &state);
        self.consent = Some((state, redirect, clock::mono() + CONSENT_LIFE));
        Ok(url)
    }

    async fn finish(&mut self, state: &str, code: Secret<String>) -> Result<String, String> {
        let Some(oauth) = self.oauth.clone() else { return Err("Set TWITCH_CLIENT_ID first.".to_owned()) };
        let waiting = self.consent.take().filter(|(wanted, _, until)| wanted == state && clock::mono() < *until);
        let Some((_, redirect, _)) = waiting else {
            return Err("This sign-in was not begun here, or is too old. Begin it again.".to_owned());
        };
        let granted = oauth.exchange(&code, &redirect).await.map_err(|error| text::sentence(&error.to_string()))?;
        self.signed_in(granted).await
    }

    /// Asks whether the code was typed.
    async fn poll_device(&mut self) {
        let (Some(oauth), Some((device, until, _))) = (self.oauth.clone(), self.device.clone()) else { return };
        let now = clock::mono();
        if now >= until {
            self.device = None;
            self.note(Tone::Warn, "The sign-in code was not typed in time.");
            return self.show();
        }
        match oauth.poll_device(&device, &self.scopes()).await {
            Ok(DeviceAnswer::Pending) | Err(_) => {
                if let Some((_, _, next)) = &mut self.device {
                    *next = clock::mono() + device.interval;
                }
            }
            Ok(DeviceAnswer::Over(why)) => {
                self.device = None;
                self.note(Tone::Warn, &why);
            }
            Ok(DeviceAnswer::Granted(granted)) => {
                self.device = None;
                match self.signed_in(granted).await {
                    Ok(told) => self.note(Tone::Good, &told),
                    Err(why) => self.note(Tone::Bad, &why),
                }
            }
        }
        self.show();
    }

    /// Somebody agreed: whose account is it, and is it the right one?
    async fn signed_in(&mut self, granted: Granted) -> Result<String, String> {
        let Some(oauth) = self.oauth.clone() else { return Err("Set TWITCH_CLIENT_ID first.".to_owned()) };
        let checked = oauth.validate(&granted.access).await;
        if let Ok(valid) = &checked
            && let Some(wrong) = self.wrong_account(valid)
        {
            let _ = oauth.revoke(&granted.access).await;
            return Err(wrong);
        }
        if self.read_file().await.is_err() {
            let file = self.file.clone();
            let _ = tokio::task::spawn_blocking(move || file.set_aside()).await;
        }
        let life = granted.life;
        self.hold(Pair { access: granted.access, refresh: granted.refresh });
        self.save().await;
        let who = match checked {
            Ok(valid) => {
                let login = valid.login.clone();
                self.take(valid, Some(life));
                login
            }
            Err(passing) => {
                self.later(&passing);
                "the account".to_owned()
            }
        };
        Ok(format!("Signed in to Twitch as {who}."))
    }

    fn wrong_account(&self, valid: &Validated) -> Option<String> {
        let wanted = self.parts.config.with(|config| config.twitch.broadcaster_id.clone());
        match (self.parts.identity, wanted) {
            (Identity::Broadcaster, Some(id)) if id != valid.user_id => Some(format!(
                "{} is not the channel of TWITCH_BROADCASTER_ID. Sign in with the channel's account.",
                valid.login
            )),
            _ => None,
        }
    }

    async fn forget(&mut self) -> Result<String, String> {
        let held = self.held.take();
        (self.gone, self.device, self.consent) = (None, None, None);
        let (file, identity) = (self.file.clone(), self.parts.identity);
        let forgotten = tokio::task::spawn_blocking(move || file.forget(identity)).await;
        if let (Some(oauth), Some(held)) = (&self.oauth, held) {
            let _ = oauth.revoke(&held.pair.access).await;
        }
        match forgotten {
            Ok(Ok(())) => Ok("Signed out of Twitch.".to_owned()),
            Ok(Err(error)) => Err(text::sentence(&error.to_string())),
            Err(_) => Err("The token file could not be written.".to_owned()),
        }
    }

    fn show(&self) {
        let now = clock::mono();
        let shown = match (&self.device, &self.held, &self.gone) {
            (Some((device, until, _)), _, _) => SignIn::Pending {
                user_code: device.user_code.clone(),
                verification_uri: device.verification_uri.clone(),
                expires_at: moment(*until, now),
            },
            (None, Some(held), _) => self.shown(held, now),
            (None, None, Some(reason)) => SignIn::NeedsSignIn { reason: reason.clone() },
            (None, None, None) => SignIn::Unlinked,
        };
        let identity = self.parts.identity;
        self.parts.cell.edit_if_changed(|twitch| {
            twitch.set_up = self.oauth.is_some();
            twitch.sign_in.insert(identity, shown);
        });
    }

    fn shown(&self, held: &Held, now: Mono) -> SignIn {
        let Some(who) = &held.who else {
            return SignIn::Unknown { reason: "Twitch cannot be reached; it is tried again.".to_owned() };
        };
        let lacks = |scope: &&&str| !who.scopes.iter().any(|has| has == **scope);
        SignIn::Linked {
            user_id: who.user_id.clone(),
            login: who.login.clone(),
            expires_at: moment(who.expires, now),
            scopes: who.scopes.clone(),
            validated_at: Some(who.validated_at),
            missing: self.scopes().iter().filter(lacks).map(|scope| (*scope).to_owned()).collect(),
            unsaved: held.unsaved.clone(),
        }
    }

    fn due(&self) -> Option<Mono> {
        let poll = self.device.as_ref().map(|(_, _, next)| *next);
        let held = self.held.as_ref().map(|held| match held.unsaved {
            Some(_) => held.due.min(clock::mono() + SAVE_AGAIN),
            None => held.due,
        });
        poll.into_iter().chain(held).min()
    }

    async fn tick(&mut self) {
        let now = clock::mono();
        if self.device.as_ref().is_some_and(|(_, _, next)| *next <= now) {
            self.poll_device().await;
        }
        if self.held.as_ref().is_some_and(|held| held.unsaved.is_some()) {
            self.save().await;
        }
        if self.held.as_ref().is_some_and(|held| held.due <= now) {
            self.look_or_renew().await;
        }
    }

    /// Near the end of its life a token is renewed; before that it is validated.
    async fn look_or_renew(&mut self) {
        let now = clock::mono();
        let near = |who: &Who| who.expires.since(now) <= MARGIN.min(Millis(who.life.0 / 4));
        if self.held.as_ref().and_then(|held| held.who.as_ref()).is_some_and(near) {
            self.renew().await;
            self.show();
        } else {
            self.look().await;
        }
    }

    fn note(&self, tone: Tone, text: &str) {
        let origin = match self.parts.identity {
            Identity::Broadcaster => "twitch",
            Identity::Bot => "twitch bot",
        };
        self.parts.journal.note(Topic::Link, tone, origin, text.to_owned());
    }
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
        let mut settings = config.with(|config| config.twitch.clone());
        self.settle().await?;
        loop {
            let wait = self.due().map_or(Duration::from_secs(3600), |due| due.since(clock::mono()).into());
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = config.until(|config| config.twitch != settings) => {
                    settings = config.with(|config| config.twitch.clone());
                    self.settle().await?;
                }
                Some(ask) = self.parts.asks.recv() => self.obey(ask).await,
                () = tokio::time::sleep(wait) => self.tick().await,
            }
        }
    }
}

fn moment(at: Mono, now: Mono) -> UnixMs {
    let left = i64::try_from(at.since(now).0).unwrap_or(i64::MAX);
    UnixMs(clock::unix().0.saturating_add(left))
}

fn refused(message: &str, answer_lost: bool) -> String {
    if answer_lost {
        "Twitch's answer to the last renewal was lost on the way, and a renewal works once.".to_owned()
    } else {
        format!(
            "Twitch no longer accepts the stored sign-in ({message}). It ends after 30 days without use, with a new password, or when it is used elsewhere."
        )
    }
}

/// A word that nobody can guess; `None` when the system has no randomness.
fn secret_word() -> Option<String> {
    let mut bytes = [0_u8; 24];
    getrandom::fill(&mut bytes).ok()?;
    Some(hex::encode(bytes))
}
