//! The way into the room for those who hear of a feed before its next poll: web callbacks, pushes.

use crate::domain::ids::FeedId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Clones are cheap and lead to the same room.
#[derive(Clone, Default)]
pub struct Door {
    bells: Arc<Mutex<HashMap<FeedId, Arc<Notify>>>>,
}

impl Door {
    /// Has a feed polled at once; false if there is no such feed. Many nudges in a row make no more
    /// than five polls a second, and no more than the server bears.
    pub fn nudge(&self, feed: &FeedId) -> bool {
        let bell = self.lock().get(feed).cloned();
        bell.inspect(|bell| bell.notify_one()).is_some()
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
