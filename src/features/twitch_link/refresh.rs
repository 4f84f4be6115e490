//! What Helix said before and is no longer sure of: events tell that something changed, and after each
//! fresh session nobody knows what was missed. Whoever reads Helix waits here.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;

/// A part of what Helix tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Live or not, and since when: `GET /streams`.
    Stream,
    /// Title, category, labels: `GET /channels`.
    Channel,
    /// The next ad: `GET /channels/ads`.
    Ads,
}

impl Part {
    /// All of it.
    pub const ALL: [Part; 3] = [Part::Stream, Part::Channel, Part::Ads];
}

/// A handle; clones share it. Parts that are named several times before anyone reads are read once.
#[derive(Clone, Debug, Default)]
pub struct Refresh(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    parts: Mutex<BTreeSet<Part>>,
    told: Notify,
}

impl Refresh {
    /// These are to be read again.
    pub fn wanted(&self, parts: &[Part]) {
        self.0.parts.lock().unwrap_or_else(PoisonError::into_inner).extend(parts);
        self.0.told.notify_one();
    }

    /// Waits until something is to be read again. For one reader; a wait that is dropped loses nothing.
    pub async fn next(&self) -> BTreeSet<Part> {
        loop {
            let parts = std::mem::take(&mut *self.0.parts.lock().unwrap_or_else(PoisonError::into_inner));
            if !parts.is_empty() {
                return parts;
            }
            self.0.told.notified().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_named_twice_is_read_once() {
        let refresh = Refresh::default();
        refresh.wanted(&[Part::Stream]);
        refresh.wanted(&[Part::Stream, Part::Ads]);
        assert_eq!(refresh.next().await, BTreeSet::from([Part::Stream, Part::Ads]));
        let again = tokio::time::timeout(std::time::Duration::from_millis(5), refresh.next()).await;
        assert!(again.is_err());
    }
}
