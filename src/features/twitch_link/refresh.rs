//! "Read it again now", and whether anybody looks: how often Twitch is asked hangs on both.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Notify;

/// Asks for a fresh look at Twitch; clones ask the same one.
#[derive(Clone, Default)]
pub struct Refresh(Arc<Inner>);

#[derive(Default)]
struct Inner {
    now: Notify,
    watchers: AtomicUsize,
}

/// A page that is open; it counts until dropped.
pub struct Watching(Arc<Inner>);

impl Refresh {
    /// The channel and its stream are read again at once. Several wishes become one look.
    pub fn now(&self) {
        self.0.now.notify_one();
    }

    /// Somebody looks at a page that shows Twitch, as long as this lives.
    pub fn watch(&self) -> Watching {
        if self.0.watchers.fetch_add(1, Ordering::Relaxed) == 0 {
            self.now();
        }
        Watching(self.0.clone())
    }

    /// Whether anybody looks.
    pub(super) fn is_watched(&self) -> bool {
        self.0.watchers.load(Ordering::Relaxed) > 0
    }

    /// Waits for the next wish.
    pub(super) async fn wished(&self) {
        self.0.now.notified().await;
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.0.watchers.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn somebody_looks_until_the_last_page_is_closed() {
        let refresh = Refresh::default();
        let (one, two) = (refresh.watch(), refresh.watch());
        refresh.wished().await;
        drop(one);
        assert!(refresh.is_watched());
        drop(two);
        assert!(!refresh.is_watched());
    }
}
