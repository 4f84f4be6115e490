//! The bus of facts: broadcast, past tense, may be lost. Who falls behind is told how much it
//! missed, and the total is shown on the health page. Happenings and chat have a lane each, so that
//! neither a thousand gifts in one second nor thousands of messages can push out a scene switch.

use crate::domain::chat::ChatMessage;
use crate::domain::event::Fact;
use crate::domain::happening::Happening;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::broadcast;

/// Facts that wait for a slow listener before the oldest is dropped.
const CAPACITY: usize = 256;
/// The same for happenings: a thousand gifts are a thousand of them and more. The lane itself takes
/// 128 KiB, and 4 MiB once every place in it is taken, which ends as soon as all have heard them.
const HAPPENINGS_CAPACITY: usize = 4096;
/// The same for chat messages.
const CHAT_CAPACITY: usize = 4096;

/// A handle on the bus; clones share it.
#[derive(Clone)]
pub struct Bus {
    facts: broadcast::Sender<Fact>,
    happenings: broadcast::Sender<Arc<Happening>>,
    chat: broadcast::Sender<Arc<ChatMessage>>,
    missed: Arc<AtomicU64>,
    missed_chat: Arc<AtomicU64>,
}

/// One listener on a lane: facts, happenings, or chat messages.
pub struct Listener<T = Fact> {
    lane: broadcast::Receiver<T>,
    missed: Arc<AtomicU64>,
}

impl Bus {
    /// An empty bus.
    pub fn new() -> Self {
        Self {
            facts: broadcast::channel(CAPACITY).0,
            happenings: broadcast::channel(HAPPENINGS_CAPACITY).0,
            chat: broadcast::channel(CHAT_CAPACITY).0,
            missed: Arc::default(),
            missed_chat: Arc::default(),
        }
    }

    /// Tells everyone who listens. Nobody listening is no error.
    pub fn tell(&self, fact: Fact) {
        let _ = self.facts.send(fact);
    }

    /// Hears every fact told from now on.
    pub fn listen(&self) -> Listener {
        Listener { lane: self.facts.subscribe(), missed: self.missed.clone() }
    }

    /// Tells what happened on a platform.
    pub fn happened(&self, happening: Arc<Happening>) {
        let _ = self.happenings.send(happening);
    }

    /// Hears every happening from now on.
    pub fn listen_to_happenings(&self) -> Listener<Arc<Happening>> {
        Listener { lane: self.happenings.subscribe(), missed: self.missed.clone() }
    }

    /// Passes a chat message on.
    pub fn say(&self, message: Arc<ChatMessage>) {
        let _ = self.chat.send(message);
    }

    /// Hears every chat message from now on.
    pub fn listen_to_chat(&self) -> Listener<Arc<ChatMessage>> {
        Listener { lane: self.chat.subscribe(), missed: self.missed_chat.clone() }
    }

    /// Chat messages that slow listeners have missed since the start.
    pub fn missed_chat(&self) -> u64 {
        self.missed_chat.load(Ordering::Relaxed)
    }

    /// Facts and happenings that slow listeners have missed since the start, over all listeners.
    pub fn missed(&self) -> u64 {
        self.missed.load(Ordering::Relaxed)
    }
}

impl Default for Bus {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Clone> Listener<T> {
    /// The next one; `None` when the bus is gone. Missed ones are counted, not returned.
    pub async fn next(&mut self) -> Option<T> {
        loop {
            match self.lane.recv().await {
                Ok(told) => return Some(told),
                Err(broadcast::error::RecvError::Lagged(count)) => {
                    self.missed.fetch_add(count, Ordering::Relaxed);
                }
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_slow_listener_loses_the_oldest_and_is_counted() {
        let bus = Bus::new();
        let mut slow = bus.listen();
        for _ in 0..CAPACITY + 10 {
            bus.tell(Fact::StreamStarted);
        }
        bus.tell(Fact::StreamStopped);
        assert_eq!(slow.next().await, Some(Fact::StreamStarted));
        assert_eq!(bus.missed(), 11);
    }
}
