//! The bus of facts: broadcast, past tense, may be lost. Who falls behind is told how much it
//! missed, and the total is shown on the health page.

use crate::domain::event::Fact;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::broadcast;

/// Facts that wait for a slow listener before the oldest is dropped.
const CAPACITY: usize = 256;

/// A handle on the bus; clones share it.
#[derive(Clone)]
pub struct Bus {
    facts: broadcast::Sender<Fact>,
    missed: Arc<AtomicU64>,
}

/// One listener.
pub struct Listener {
    facts: broadcast::Receiver<Fact>,
    missed: Arc<AtomicU64>,
}

impl Bus {
    /// An empty bus.
    pub fn new() -> Self {
        Self { facts: broadcast::channel(CAPACITY).0, missed: Arc::default() }
    }

    /// Tells everyone who listens. Nobody listening is no error.
    pub fn tell(&self, fact: Fact) {
        let _ = self.facts.send(fact);
    }

    /// Hears every fact told from now on.
    pub fn listen(&self) -> Listener {
        Listener { facts: self.facts.subscribe(), missed: self.missed.clone() }
    }

    /// Facts that slow listeners have missed since the start, over all listeners.
    pub fn missed(&self) -> u64 {
        self.missed.load(Ordering::Relaxed)
    }
}

impl Default for Bus {
    fn default() -> Self {
        Self::new()
    }
}

impl Listener {
    /// The next fact; `None` when the bus is gone. Missed facts are counted, not returned.
    pub async fn next(&mut self) -> Option<Fact> {
        loop {
            match self.facts.recv().await {
                Ok(fact) => return Some(fact),
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
