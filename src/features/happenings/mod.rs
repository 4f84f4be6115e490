//! Room: happenings. Keeps the newest chat messages and events for pages, and writes events down for as
//! long as the journal is kept. What cannot be written waits, and the page says so.

use crate::config::Config;
use crate::domain::chat::{ChatMessage, ChatTail};
use crate::domain::happening::{EVENT_TAIL, EventTail, Happening};
use crate::kit::backoff::Backoff;
use crate::kit::clock;
use crate::kit::units::{Millis, UnixMs};
use crate::runtime::bus::{Bus, Listener};
use crate::runtime::shared::{Reader, Writer};
use crate::runtime::supervisor::Task;
use crate::store::{self, Store};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

/// Events that wait for the disk at most; beyond, new ones are shown but not written.
const WAITING: usize = 5000;
/// Events are written together that come within this.
const GATHER: Duration = Duration::from_millis(500);
/// Between two tries to write.
const TRIES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));
/// From one removal of old rows to the next.
const PRUNE: Duration = Duration::from_secs(3600);
/// Time for the last rows when the daemon stops.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// What the room is built from.
pub struct Parts {
    /// Settings in force.
    pub config: Reader<Config>,
    /// Where events and messages are told.
    pub bus: Bus,
    /// Where events are written.
    pub store: Store,
    /// The newest messages.
    pub chat: Writer<ChatTail>,
    /// The newest events.
    pub events: Writer<EventTail>,
}

/// The room.
pub struct Happenings {
    config: Reader<Config>,
    store: Store,
    told: Listener<Arc<Happening>>,
    messages: Listener<Arc<ChatMessage>>,
    chat: Writer<ChatTail>,
    events: Writer<EventTail>,
    waiting: Vec<Happening>,
    write_at: Option<Instant>,
    backoff: Backoff,
}

type Written = (usize, store::Result<()>);

impl Happenings {
    /// Listens from now on.
    pub fn new(parts: Parts) -> Self {
        let Parts { config, bus, store, chat, events } = parts;
        let (told, messages) = (bus.listen_to_happenings(), bus.listen_to_chat());
        let backoff = Backoff::new(TRIES.0, TRIES.1);
        Self { config, store, told, messages, chat, events, waiting: Vec::new(), write_at: None, backoff }
    }

    /// Shows what the run before wrote.
    async fn read_back(&mut self) {
        let older = self.store.patient().newest_happenings(EVENT_TAIL as u32).await.unwrap_or_default();
        self.events.edit(|tail| {
            if tail.happenings.is_empty() {
                for happening in older {
                    tail.push(happening);
                }
            }
        });
    }

    fn take(&mut self, happening: &Happening) {
        if !self.events.edit(|tail| tail.push(happening.clone())) {
            return;
        }
        if self.waiting.len() < WAITING {
            self.waiting.push(happening.clone());
        }
        self.write_at.get_or_insert_with(|| Instant::now() + GATHER);
    }

    fn write(&mut self, writes: &mut JoinSet<Written>) {
        self.write_at = None;
        let (store, batch) = (self.store.clone(), self.waiting.clone());
        writes.spawn(async move { (batch.len(), store.add_happenings(&batch).await) });
    }

    fn written(&mut self, (count, result): Written) {
        let trouble = result.err().map(|error| error.to_string());
        if trouble.is_none() {
            self.waiting.drain(..count.min(self.waiting.len()));
            self.backoff.reset();
        }
        let wait = if trouble.is_some() { self.backoff.next(clock::jitter()) } else { GATHER };
        self.write_at = (!self.waiting.is_empty()).then(|| Instant::now() + wait);
        self.events.edit_if_changed(|tail| tail.not_writing = trouble);
    }

    fn oldest(&self) -> UnixMs {
        let days = self.config.with(|config| config.keep.journal_days);
        let span = Millis(u64::from(days) * 24 * 3600 * 1000);
        UnixMs(clock::unix().0.saturating_sub(i64::try_from(span.0).unwrap_or(i64::MAX)))
    }

    /// What waits is written before the daemon ends.
    async fn last_words(&mut self, writes: &mut JoinSet<Written>) {
        let rest = async {
            if let Some(Ok(written)) = writes.join_next().await {
                self.written(written);
            }
            if !self.waiting.is_empty() {
                let _ = self.store.add_happenings(&self.waiting).await;
            }
        };
        let _ = timeout(LAST_WORDS, rest).await;
    }
}

impl Task for Happenings {
    fn name(&self) -> &'static str {
        "happenings"
    }

    async fn run(&mut self, stop: CancellationToken) -> anyhow::Result<()> {
        self.read_back().await;
        let mut writes = JoinSet::new();
        let mut prune = Instant::now() + GATHER;
        loop {
            let write_at = self.write_at.unwrap_or_else(|| Instant::now() + PRUNE);
            tokio::select! {
                () = stop.cancelled() => break,
                Some(happening) = self.told.next() => self.take(&happening),
                Some(message) = self.messages.next() => self.chat.edit(|tail| tail.push(message)),
                () = sleep_until(write_at), if writes.is_empty() && self.write_at.is_some() => self.write(&mut writes),
                Some(Ok(written)) = writes.join_next() => self.written(written),
                () = sleep_until(prune) => {
                    prune = Instant::now() + PRUNE;
                    let (store, oldest) = (self.store.clone(), self.oldest());
                    tokio::spawn(async move { while matches!(store.prune_happenings(oldest).await, Ok(1..)) {} });
                }
            }
        }
        self.last_words(&mut writes).await;
        Ok(())
    }
}
