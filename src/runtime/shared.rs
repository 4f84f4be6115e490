//! A latest value that many may read and one may write: `Arc<RwLock<T>>` plus a change signal.
//!
//! The lock is std's and is reached through closures only, so it cannot be held over an await.
//! Only the newest value counts: a slow reader skips what it missed.

use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::watch;

struct Cell<T> {
    value: RwLock<T>,
    changes: watch::Sender<u64>,
}

/// The one writer of a cell.
pub struct Writer<T>(Arc<Cell<T>>);

/// One of many readers of a cell; each remembers which change it has seen.
pub struct Reader<T> {
    cell: Arc<Cell<T>>,
    seen: watch::Receiver<u64>,
}

/// A new cell: its writer and a first reader, to be cloned.
pub fn cell<T>(value: T) -> (Writer<T>, Reader<T>) {
    let (changes, seen) = watch::channel(0);
    let cell = Arc::new(Cell { value: RwLock::new(value), changes });
    (Writer(cell.clone()), Reader { cell, seen })
}

impl<T> Cell<T> {
    fn with<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        // A poisoned lock holds the last whole value: cells are replaced or edited by short closures.
        look(&self.value.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<T> Writer<T> {
    /// Replaces the value and wakes the readers.
    pub fn set(&self, value: T) {
        self.edit(|slot| *slot = value);
    }

    /// Changes the value in place and wakes the readers.
    pub fn edit<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        let result = change(&mut self.0.value.write().unwrap_or_else(PoisonError::into_inner));
        self.0.changes.send_modify(|version| *version += 1);
        result
    }

    /// Changes the value in place and wakes the readers only if it then differs.
    pub fn edit_if_changed(&self, change: impl FnOnce(&mut T))
    where
        T: Clone + PartialEq,
    {
        // One lock throughout: a cell whose writer is shared must not lose what another wrote meanwhile.
        let changed = {
            let mut slot = self.0.value.write().unwrap_or_else(PoisonError::into_inner);
            let mut next = slot.clone();
            change(&mut next);
            let changed = *slot != next;
            *slot = next;
            changed
        };
        if changed {
            self.0.changes.send_modify(|version| *version += 1);
        }
    }

    /// Looks at the value.
    pub fn with<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        self.0.with(look)
    }

    /// A reader that has seen nothing newer than now.
    pub fn reader(&self) -> Reader<T> {
        Reader { cell: self.0.clone(), seen: self.0.changes.subscribe() }
    }
}

impl<T> Reader<T> {
    /// Looks at the value.
    pub fn with<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        self.cell.with(look)
    }

    /// A copy of the value.
    pub fn get(&self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    /// Waits for a change that this reader has not seen. When the writer is gone it waits for ever,
    /// so that a `select!` over several cells never spins.
    pub async fn changed(&mut self) {
        if self.seen.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Counts the present value as seen.
    pub fn see(&mut self) {
        self.seen.mark_unchanged();
    }

    /// Waits until the value satisfies `wanted`, which may be at once.
    pub async fn until(&mut self, wanted: impl Fn(&T) -> bool) {
        self.seen.mark_unchanged();
        while !self.with(&wanted) {
            self.changed().await;
        }
    }
}

impl<T> Clone for Reader<T> {
    fn clone(&self) -> Self {
        Self { cell: self.cell.clone(), seen: self.seen.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_reader_sees_the_newest_value_once() {
        let (writer, mut reader) = cell(1);
        writer.set(2);
        writer.set(3);
        reader.changed().await;
        assert_eq!(reader.get(), 3);
        let again = tokio::time::timeout(std::time::Duration::from_millis(5), reader.changed()).await;
        assert!(again.is_err(), "two writes are one change to a late reader");
    }

    #[tokio::test]
    async fn an_edit_that_changes_nothing_wakes_nobody() {
        let (writer, mut reader) = cell(vec![1]);
        writer.edit_if_changed(|_| {});
        let woken = tokio::time::timeout(std::time::Duration::from_millis(5), reader.changed()).await;
        assert!(woken.is_err());
        writer.edit_if_changed(|list| list.push(2));
        reader.changed().await;
        assert_eq!(reader.get(), [1, 2]);
    }

    #[tokio::test]
    async fn until_returns_when_the_value_fits() {
        let (writer, mut reader) = cell(0);
        let waiting = tokio::spawn(async move {
            reader.until(|n| *n == 2).await;
            reader.get()
        });
        writer.set(1);
        writer.set(2);
        assert_eq!(waiting.await.expect("no panic"), 2);
    }
}
