//! Who may enter: the claim of a new daemon, sign-in, sessions. A handle that pages call; there is no
//! task behind it. A locked database signs nobody out and keeps nobody from signing in.

mod doors;
mod password;
mod sessions;

use crate::config::Web;
use crate::config::password_hash::StoredHash;
use crate::domain::journal::{Tone, Topic};
use crate::domain::people::Role;
use crate::kit::clock;
use crate::kit::secret::Secret;
use crate::kit::units::{Millis, UnixMs};
use crate::runtime::journal::Journal;
use crate::store::accounts::Account;
use crate::store::sessions::Session;
use crate::store::{Store, StoreError};
use doors::Doors;
use password::Check;
use sessions::{Known, Look, Tie};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use subtle::ConstantTimeEq as _;
use tokio::sync::Semaphore;

/// How long a session lasts; the cookie takes the same time.
pub const SESSION: Duration = Duration::from_secs(7 * 24 * 3600);
/// Fewest characters of a password that is chosen here.
pub const SHORTEST_PASSWORD: usize = 12;
/// Most bytes of a password; longer ones are refused before any work is done.
pub const LONGEST_PASSWORD: usize = 1024;

const OWNER: &str = "owner";
/// Passwords that are checked at once: each takes memory and a whole core.
const AT_ONCE: usize = 2;
/// Longest wait for one's turn to be checked; shorter than the page's own limit for a request, so that
/// a try that never was checked is forgiven.
const TURN: Duration = Duration::from_secs(8);

/// The handle; clones share it.
#[derive(Clone)]
pub struct Access(Arc<Inner>);

struct Inner {
    store: Store,
    journal: Journal,
    lock: Mutex<Lock>,
    doors: Mutex<Doors>,
    known: Mutex<Known>,
    turns: Arc<Semaphore>,
}

/// What opens the door: the passwords that sign in as owner, or the code of the claim.
enum Lock {
    Unclaimed(Secret<String>),
    Claiming,
    Claimed(Keys),
}

/// The passwords that open, and what ties sessions to them.
#[derive(Clone)]
struct Keys {
    checks: Arc<[Check]>,
    tie: Tie,
}

/// Someone who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The account's name.
    pub name: String,
    /// The account's role.
    pub role: Role,
}

/// Why a claim was refused. The texts may be shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClaimError {
    /// Someone was here before.
    #[error("This Stream Control already has an owner. Sign in instead.")]
    AlreadyClaimed,
    /// The code of the link is wrong or of an earlier start.
    #[error("This link is no longer valid. Use the link that the newest start printed.")]
    WrongCode,
    /// The password is too short or too long.
    #[error("Choose a password of at least {SHORTEST_PASSWORD} characters (at most {LONGEST_PASSWORD} bytes).")]
    Password,
    /// The account could not be kept, or the machine is too busy.
    #[error("The password could not be saved: {0}. Try again.")]
    NotSaved(String),
}

/// Why a sign-in was refused. The texts may be shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// Not the password.
    #[error("That is not the password.")]
    Wrong,
    /// Too many wrong ones from this address.
    #[error("Too many wrong passwords from your address. Try again in {retry_after}.")]
    TooMany {
        /// How long to wait.
        retry_after: Millis,
    },
    /// Nobody owns this daemon yet.
    #[error("This Stream Control has no owner yet. Open the link that was printed at its start.")]
    Unclaimed,
    /// Too many are signing in.
    #[error("Too many people are signing in. Try again in a moment.")]
    Busy,
}

impl Access {
    /// Reads who owns this daemon. LOGIN_PASSWORD_HASH and LOGIN_PASSWORD, where set, take the place
    /// of a password that was chosen at the claim.
    pub async fn open(store: Store, web: &Web, journal: Journal) -> Result<Self, StoreError> {
        let patient = store.patient();
        let account = patient.account(OWNER).await?;
        let mut keys = from_settings(web);
        if keys.is_some() && account.is_none() {
            patient.put_account(&owner(None)).await?;
        }
        if keys.is_none() {
            let hash = account.and_then(|account| account.password_hash);
            keys = hash.and_then(|hash| Keys::of_hash(&hash));
        }
        let lock = match keys {
            Some(keys) => Lock::Claimed(keys),
            None => Lock::Unclaimed(random_token()?),
        };
        let (doors, known, turns) = (Mutex::default(), Mutex::default(), Arc::new(Semaphore::new(AT_ONCE)));
        Ok(Self(Arc::new(Inner { store, journal, lock: Mutex::new(lock), doors, known, turns })))
    }

    /// Whether somebody owns this daemon. Until then only near addresses are served.
    pub fn claimed(&self) -> bool {
        matches!(*self.lock(), Lock::Claimed(_))
    }

    /// Path and query of the claim link, to be printed at start; `None` once claimed.
    pub fn claim_path(&self) -> Option<String> {
        match &*self.lock() {
            Lock::Unclaimed(code) => Some(format!("/claim?code={}", code.reveal())),
            _ => None,
        }
    }

    /// Whether this is the code of the claim link: the page asks before it shows its form.
    pub fn claim_code_fits(&self, code: &str) -> bool {
        matches!(&*self.lock(), Lock::Unclaimed(wanted) if same(code, wanted.reveal()))
    }

    /// Takes possession: the owner's password is set, the code is void. Sign in next.
    pub async fn claim(&self, code: &str, password: &str) -> Result<(), ClaimError> {
        if self.claimed() {
            return Err(ClaimError::AlreadyClaimed);
        }
        if !self.claim_code_fits(code) {
            return Err(ClaimError::WrongCode);
        }
        if password.chars().count() < SHORTEST_PASSWORD || password.len() > LONGEST_PASSWORD {
            return Err(ClaimError::Password);
        }
        let claiming = Claiming::begin(self, code)?;
        let hash = self.new_hash(password).await?;
        let keys = Keys::of_hash(&hash).ok_or_else(|| ClaimError::NotSaved("no hash could be made".to_owned()))?;
        let kept = self.0.store.put_account(&owner(Some(hash))).await;
        kept.map_err(|error| ClaimError::NotSaved(error.to_string()))?;
        claiming.done(keys);
        self.note(Tone::Good, "This Stream Control was claimed by its owner.".to_owned());
        Ok(())
    }

    /// Signs the owner in: a new session's token, for the cookie. Wrong passwords are counted by
    /// address, five a minute.
    pub async fn sign_in(&self, password: &str, address: IpAddr, agent: &str) -> Result<Secret<String>, SignInError> {
        let Some(Keys { checks, tie }) = self.keys() else { return Err(SignInError::Unclaimed) };
        let entered = guard(&self.0.doors).knock(address, clock::mono());
        entered.map_err(|retry_after| SignInError::TooMany { retry_after })?;
        let right = password.len() <= LONGEST_PASSWORD
            && self.check(checks, password).await.inspect_err(|_| {
                guard(&self.0.doors).forgive(address);
            })?;
        if !right {
            self.note(Tone::Warn, format!("Wrong password from {address}."));
            return Err(SignInError::Wrong);
        }
        guard(&self.0.doors).forgive(address);
        self.note(Tone::Info, format!("The owner signed in from {address}."));
        self.new_session(&tie, address, agent).await
    }

    /// Who holds this session token; `None` when it is unknown or has ended.
    pub async fn person(&self, token: &str) -> Option<Person> {
        let (hash, now) = (self.keys()?.tie.token_hash(token)?, clock::unix());
        let stale = match guard(&self.0.known).look(&hash, now, clock::mono()) {
            Look::Fresh(person) => return Some(person),
            Look::Ended => return None,
            Look::Unsaved(person, session) => Some((person, Some(session))),
            Look::Stale(person) => Some((person, None)),
            Look::Unknown => None,
        };
        if let Some((person, Some(session))) = stale {
            let saved = self.0.store.add_session(&session).await.is_ok();
            guard(&self.0.known).checked(&hash, saved, clock::mono());
            return Some(person);
        }
        match self.0.store.session_owner(&hash, now).await {
            Ok(Some(found)) => {
                let person = Person { name: found.name, role: found.role };
                guard(&self.0.known).remember(&hash, person.clone(), found.expires_at, None, clock::mono());
                let _ = self.0.store.touch_session(&hash, now).await;
                Some(person)
            }
            Ok(None) => {
                guard(&self.0.known).forget(&hash);
                None
            }
            // The database cannot be asked: who was signed in stays so.
            Err(_) => {
                guard(&self.0.known).checked(&hash, true, clock::mono());
                stale.map(|(person, _)| person)
            }
        }
    }

    /// Ends a session, at once and also while the database cannot be written.
    pub async fn sign_out(&self, token: &str) {
        let Some(hash) = self.keys().and_then(|keys| keys.tie.token_hash(token)) else { return };
        guard(&self.0.known).end(&hash);
        let _ = self.0.store.end_session(&hash).await;
    }

    async fn new_session(&self, tie: &Tie, address: IpAddr, agent: &str) -> Result<Secret<String>, SignInError> {
        let token = random_token().map_err(|_| SignInError::Busy)?;
        let hash = tie.token_hash(token.reveal()).ok_or(SignInError::Busy)?;
        let created_at = clock::unix();
        let session = Session {
            token_hash: hash.clone(),
            account_id: OWNER.to_owned(),
            created_at,
            expires_at: after(created_at, SESSION),
            address: address.to_string(),
            agent: crate::kit::text::excerpt(agent, 200),
        };
        let unsaved = self.0.store.add_session(&session).await.is_err().then(|| session.clone());
        let person = Person { name: OWNER.to_owned(), role: Role::Owner };
        guard(&self.0.known).remember(&hash, person, session.expires_at, unsaved, clock::mono());
        Ok(token)
    }

    async fn check(&self, checks: Arc<[Check]>, password: &str) -> Result<bool, SignInError> {
        let password = password.to_owned();
        self.in_turn(move || checks.iter().fold(false, |right, check| check.fits(&password) | right)).await
    }

    async fn new_hash(&self, password: &str) -> Result<Secret<String>, ClaimError> {
        let password = password.to_owned();
        let hashed = self.in_turn(move || password::hash(&password)).await;
        let hashed = hashed.map_err(|error| ClaimError::NotSaved(error.to_string()))?;
        hashed.ok_or_else(|| ClaimError::NotSaved("no hash could be made".to_owned()))
    }

    /// Runs heavy work beside the runtime, few at once. The turn ends with the work, not with the
    /// caller, who may hang up.
    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, SignInError> {
        let turn = tokio::time::timeout(TURN, self.0.turns.clone().acquire_owned()).await;
        let turn = turn.map_err(|_| SignInError::Busy)?.map_err(|_| SignInError::Busy)?;
        let work = move || {
            let result = work();
            drop(turn);
            result
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| SignInError::Busy)
    }

    /// What opens, once somebody owns this daemon.
    fn keys(&self) -> Option<Keys> {
        match &*self.lock() {
            Lock::Claimed(keys) => Some(keys.clone()),
            Lock::Unclaimed(_) | Lock::Claiming => None,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Lock> {
        guard(&self.0.lock)
    }

    fn note(&self, tone: Tone, text: String) {
        self.0.journal.note(Topic::System, tone, "access", text);
    }
}

impl Keys {
    fn new(check: Check, written: &str) -> Self {
        Self { checks: Arc::new([check]), tie: Tie::to(written) }
    }

    fn of_hash(hash: &Secret<String>) -> Option<Self> {
        let stored = StoredHash::parse(hash.reveal()).ok()?;
        Some(Self::new(Check::Stored(stored), hash.reveal()))
    }
}

/// A claim under way: nobody else can begin one, and the code comes back if it fails.
struct Claiming<'a> {
    access: &'a Access,
    code: Option<Secret<String>>,
}

impl<'a> Claiming<'a> {
    fn begin(access: &'a Access, code: &str) -> Result<Self, ClaimError> {
        let mut lock = access.lock();
        match std::mem::replace(&mut *lock, Lock::Claiming) {
            Lock::Unclaimed(wanted) if same(code, wanted.reveal()) => Ok(Self { access, code: Some(wanted) }),
            other => {
                *lock = other;
                Err(ClaimError::WrongCode)
            }
        }
    }

    fn done(mut self, keys: Keys) {
        self.code = None;
        *self.access.lock() = Lock::Claimed(keys);
    }
}

impl Drop for Claiming<'_> {
    fn drop(&mut self) {
        if let Some(code) = self.code.take() {
            *self.access.lock() = Lock::Unclaimed(code);
        }
    }
}

/// The hash counts alone where both are set.
fn from_settings(web: &Web) -> Option<Keys> {
    let clear = |password: &Secret<String>| Keys::new(Check::Clear(password.clone()), password.reveal());
    web.password_hash.as_ref().and_then(Keys::of_hash).or_else(|| web.password.as_ref().map(clear))
}

fn owner(password_hash: Option<Secret<String>>) -> Account {
    Account { id: OWNER.to_owned(), name: OWNER.to_owned(), role: Role::Owner, password_hash }
}

/// 256 random bits in hex.
fn random_token() -> Result<Secret<String>, StoreError> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| StoreError::Other(format!("no random numbers ({error})")))?;
    Ok(Secret::new(hex::encode(bytes)))
}

fn same(given: &str, wanted: &str) -> bool {
    given.as_bytes().ct_eq(wanted.as_bytes()).into()
}

fn after(moment: UnixMs, span: Duration) -> UnixMs {
    UnixMs(moment.0.saturating_add(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
}

fn guard<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
