//! The ids behind the names of the settings. Each name is looked up once and its id kept, so that a
//! name that somebody gave up gives nothing to the next who takes it.

use crate::domain::journal::{Tone, Topic};
use crate::domain::twitch::{SignIn, Twitch};
use crate::kit::backoff::Backoff;
use crate::kit::clock;
use crate::runtime::journal::Journal;
use crate::runtime::shared::Reader;
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
    wanted: BTreeSet<String>,
    known: HashMap<String, Option<String>>,
    asking: JoinSet<(Vec<String>, Looked)>,
    backoff: Backoff,
    linked: bool,
}

impl Names {
    pub(super) fn new(lookup: Lookup, journal: Journal) -> Self {
        let (wanted, known, asking) = (BTreeSet::new(), HashMap::new(), JoinSet::new());
        Self { lookup, journal, wanted, known, asking, backoff: Backoff::new(AGAIN.0, AGAIN.1), linked: false }
    }

    /// The names that are needed from now on.
    pub(super) fn want(&mut self, wanted: BTreeSet<String>) {
        self.wanted = wanted;
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

    /// All that is known, when more is known. Waits for ever while nothing is asked.
    pub(super) async fn next(&mut self) -> HashMap<String, Option<String>> {
        loop {
            match self.asking.join_next().await {
                Some(Ok((asked, Ok(found)))) => {
                    self.take(asked, &found);
                    self.ask();
                    return self.known.clone();
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
