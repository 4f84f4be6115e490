//! Rows that wait to be written: bounded, due after a while, put off while writing fails.

use crate::kit::backoff::Backoff;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::time::Instant;

/// Rows of one write.
const BATCH: usize = 100;
/// Rows that wait at most; beyond this the oldest are dropped and counted.
const CAPACITY: usize = 2000;

/// Rows of one kind, oldest first.
pub(super) struct Backlog<T> {
    rows: VecDeque<T>,
    wait: Duration,
    due: Option<Instant>,
    failing: bool,
    dropped: u64,
    /// Rows at the front that a write under way has copied; dropping them early is not forgotten.
    gone_early: usize,
    backoff: Backoff,
}

impl<T: Clone> Backlog<T> {
    /// Nothing waits; a row is due `wait` after it came.
    pub fn new(wait: Duration) -> Self {
        let backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(30));
        Self { rows: VecDeque::new(), wait, due: None, failing: false, dropped: 0, gone_early: 0, backoff }
    }

    /// One more row waits.
    pub fn push(&mut self, row: T) {
        if self.rows.len() == CAPACITY {
            self.rows.pop_front();
            self.dropped += 1;
            self.gone_early += 1;
        }
        self.rows.push_back(row);
        let now = Instant::now();
        self.due.get_or_insert(now + self.wait);
        if self.rows.len() >= BATCH && !self.failing {
            self.due = Some(now);
        }
    }

    /// When the next batch should go out; `None` when nothing waits.
    pub fn due(&self) -> Option<Instant> {
        self.due.filter(|_| !self.rows.is_empty())
    }

    /// A copy of the oldest rows if they are due: they stay until [`Backlog::remove`].
    pub fn batch(&mut self) -> Vec<T> {
        self.gone_early = 0;
        let due = self.due().is_some_and(|due| due <= Instant::now());
        self.rows.iter().take(if due { BATCH } else { 0 }).cloned().collect()
    }

    /// What waits is due now.
    pub fn hurry(&mut self) {
        self.due = Some(Instant::now());
    }

    /// The oldest `count` rows are written.
    pub fn remove(&mut self, count: usize) {
        if count == 0 {
            return;
        }
        let count = count.saturating_sub(self.gone_early).min(self.rows.len());
        self.gone_early = 0;
        self.rows.drain(..count);
        let wait = if self.rows.len() >= BATCH { Duration::ZERO } else { self.wait };
        self.due = (!self.rows.is_empty()).then(|| Instant::now() + wait);
    }

    /// Writing works.
    pub fn calm(&mut self) {
        self.failing = false;
        self.backoff.reset();
    }

    /// Writing failed: the next try comes later each time.
    pub fn put_off(&mut self, jitter: f64) {
        self.failing = true;
        let wait = self.backoff.next(jitter);
        self.due = Some(Instant::now() + wait);
    }

    /// Rows that wait.
    pub fn waiting(&self) -> usize {
        self.rows.len()
    }

    /// Rows dropped because too many waited.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn rows_are_due_after_the_wait_or_when_a_batch_is_full() {
        let mut backlog = Backlog::new(Duration::from_secs(10));
        assert_eq!(backlog.due(), None);
        backlog.push(0);
        assert_eq!(backlog.due(), Some(Instant::now() + Duration::from_secs(10)));
        assert!(backlog.batch().is_empty(), "not yet");
        (1..250).for_each(|row| backlog.push(row));
        assert_eq!(backlog.due(), Some(Instant::now()));
        assert_eq!(backlog.batch().len(), 100);
        backlog.remove(100);
        assert_eq!(backlog.batch()[0], 100);
        assert_eq!(backlog.due(), Some(Instant::now()), "another full batch waits");
        backlog.remove(100);
        backlog.remove(50);
        assert_eq!(backlog.due(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_failing_backlog_waits_longer_each_time_and_keeps_the_newest() {
        let mut backlog = Backlog::new(Duration::from_secs(1));
        (0..3000).for_each(|row| backlog.push(row));
        assert_eq!((backlog.batch()[0], backlog.dropped()), (1000, 1000));
        backlog.push(3000);
        backlog.put_off(1.0);
        backlog.push(3001);
        assert_eq!(backlog.due(), Some(Instant::now() + Duration::from_secs(1)), "a new row does not hurry it");
        backlog.put_off(1.0);
        assert_eq!(backlog.due(), Some(Instant::now() + Duration::from_secs(2)));
        backlog.hurry();
        assert_eq!(backlog.batch()[0], 1002);
        backlog.push(3002);
        backlog.remove(100);
        backlog.hurry();
        assert_eq!(backlog.batch()[0], 1102, "one of the batch was dropped while it was being written");
    }
}
