//! The ids behind the names of the settings. Each name is looked up once and its id kept in the
//! database for as long as somebody needs the name: a new name of the same person changes nothing, and
//! a name that was given up gives nothing to the next who takes it.

use crate::domain::journal::{Tone, Topic};
use crate::domain::twitch::{SignIn, Twitch};
use crate::kit::backoff::Backoff;
use crate::kit::clock;
use crate::runtime::journal::Journal;
use crate::runtime::shared::Reader;
use crate::store::Store;
use std::collections::{BTreeSet, HashMap};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// The ids of the names that exist, by name in lower case; or why they cannot be looked up.
pub type Looked = Result<HashMap<String, String>, String>;
/// Looks names up at the platform.
pub type Lookup = Arc<dyn Fn(Vec<String>) -> Pin<Box<dyn Future<Output = Looked> + Send>> + Send + Sync>;

/// Waits between tries.
const AGAIN: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(60));
/// Names in one question (Helix `Get Users`).
const MOST: usize = 100;

/// The names.
pub(super) struct Names {
    lookup: Lookup,
    journal: Journal,
    store: Store,
    kept: HashMap<String, String>,
    wanted: BTreeSet<String>,
    known: HashMap<String, Option<String>>,
    asking: JoinSet<(Vec<String>, Looked)>,
    backoff: Backoff,
    linked: bool,
}

impl Names {
    pub(super) fn new(lookup: Lookup, journal: Journal, store: Store) -> Self {
        let (kept, wanted, known, asking) = (HashMap::new(), BTreeSet::new(), HashMap::new(), JoinSet::new());
        let backoff = Backoff::new(AGAIN.0, AGAIN.1);
        Self { lookup, journal, store, kept, wanted, known, asking, backoff, linked: false }
    }

    /// Takes up what an earlier run has kept.
    pub(super) async fn load(&mut self) -> anyhow::Result<()> {
        self.kept = self.store.patient().chat_names().await?;
        self.known = self.kept.iter().map(|(name, id)| (name.clone(), Some(id.clone()))).collect();
        Ok(())
    }

    /// All that is known.
    pub(super) fn known(&self) -> &HashMap<String, Option<String>> {
        &self.known
    }

    /// The names that are needed from now on; the others are forgotten, and those that nobody had are
    /// looked up anew.
    pub(super) fn want(&mut self, wanted: BTreeSet<String>) {
        self.known.retain(|name, id| wanted.contains(name) && id.is_some());
        self.wanted = wanted;
    }

    /// Writes down what is known.
    pub(super) async fn keep(&mut self) {
        let ids = self.known.iter().filter_map(|(name, id)| Some((name.clone(), id.clone()?)));
        let ids: HashMap<String, String> = ids.collect();
        if ids == self.kept {
            return;
        }
        match self.store.put_chat_names(&ids).await {
            Ok(()) => self.kept = ids,
            Err(error) => {
                let text = format!(
                    "Who the chat's admins are could not be kept: {error}. They are looked up again after a restart."
                );
                self.journal.note(Topic::System, Tone::Warn, "chat", text);
            }
        }
    }

    /// Asks for those that are not known yet, at once.
    pub(super) fn ask(&mut self) {
        if self.linked {
            self.backoff.reset();
            self.ask_after(Duration::ZERO);
        }
    }

    fn ask_after(&mut self, wait: Duration) {
        let open = self.wanted.iter().filter(|name| !self.known.contains_key(*name));
        let open: Vec<String> = open.take(MOST).cloned().collect();
        self.asking.abort_all();
        if open.is_empty() {
            return;
        }
        let lookup = self.lookup.clone();
        self.asking.spawn(async move {
            tokio::time::sleep(wait).await;
            let looked = lookup(open.clone()).await;
            (open, looked)
        });
    }

    /// Somebody may have signed in: then names can be looked up.
    pub(super) fn see(&mut self, twitch: &Reader<Twitch>) {
        let linked = twitch.with(|twitch| twitch.sign_in.values().any(|one| matches!(one, SignIn::Linked { .. })));
        let newly = linked && !std::mem::replace(&mut self.linked, linked);
        if newly {
            self.ask();
        }
    }

    /// Ends when more is known. Waits for ever while nothing is asked.
    pub(super) async fn next(&mut self) {
        loop {
            match self.asking.join_next().await {
                Some(Ok((asked, Ok(found)))) => {
                    self.take(asked, &found);
                    self.ask();
                    return;
                }
                Some(Ok((_, Err(_)))) => {
                    let wait = self.backoff.next(clock::jitter());
                    self.ask_after(wait);
                }
                Some(Err(_)) => {}
                None => std::future::pending().await,
            }
        }
    }

    fn take(&mut self, asked: Vec<String>, found: &HashMap<String, String>) {
        let missing: Vec<&str> = asked.iter().filter(|name| !found.contains_key(*name)).map(String::as_str).collect();
        if !missing.is_empty() {
            let names = missing.join(", ");
            let text =
                format!("Nobody on Twitch is called {names}. Check the names of admins and people for chat commands.");
            self.journal.note(Topic::System, Tone::Warn, "chat", text);
        }
        for name in asked {
            let id = found.get(&name).cloned();
            self.known.insert(name, id);
        }
    }
}
