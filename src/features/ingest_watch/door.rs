//! The way into the room for those who hear of a feed before its next poll: web callbacks, pushes.

use super::pushes::{Inboxes, Pushes, Refusal};
use crate::config::Feed;
use crate::domain::ids::FeedId;
use crate::runtime::shared::Reader;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Clones are cheap and lead to the same room.
#[derive(Clone, Default)]
pub struct Door {
    bells: Arc<Mutex<HashMap<FeedId, Arc<Notify>>>>,
    pushes: Pushes,
}

impl Door {
    /// Has a feed polled at once; false if there is no such feed. Many nudges in a row make no more
    /// than five polls a second, and no more than the server bears.
    pub fn nudge(&self, feed: &FeedId) -> bool {
        let bell = self.lock().get(feed).cloned();
        bell.inspect(|bell| bell.notify_one()).is_some()
    }

    /// Whether `key` opens this feed for pushed statistics.
    ///
    /// # Errors
    /// No feed of the kind 'push' has this id, or the key is not its own.
    pub fn admit(&self, feed: &FeedId, key: &[u8]) -> Result<(), Refusal> {
        self.pushes.admit(feed, key)
    }

    /// Takes in statistics in any form that is known: at most [`LARGEST`](super::LARGEST) bytes.
    ///
    /// # Errors
    /// As [`Door::admit`]; too often; nothing that can be read.
    pub fn push(&self, feed: &FeedId, key: &[u8], body: &[u8]) -> Result<(), Refusal> {
        self.pushes.push(feed, key, body)
    }

    /// Takes statistics in for those of these feeds that are of the kind 'push'.
    pub fn take_for(&self, feeds: &[Feed]) {
        self.pushes.keep(feeds);
    }

    /// What was pushed.
    pub(super) fn inboxes(&self) -> Reader<Inboxes> {
        self.pushes.inboxes()
    }

    /// The bell of a feed.
    pub(super) fn bell(&self, feed: &FeedId) -> Arc<Notify> {
        self.lock().entry(feed.clone()).or_default().clone()
    }

    /// Forgets every other feed.
    pub(super) fn keep<'a>(&self, feeds: impl Iterator<Item = &'a FeedId>) {
        let known: Vec<&FeedId> = feeds.collect();
        self.lock().retain(|id, _| known.contains(&id));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<FeedId, Arc<Notify>>> {
        self.bells.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
