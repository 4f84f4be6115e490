//! The journal room: prints each line, keeps the newest for the page, writes all of them down. When
//! they cannot be written the show goes on: the page says so, lines wait, and are written later.

mod backlog;

use crate::domain::journal::{Entry, Tail, Tone};
use crate::kit::clock;
use crate::kit::units::{Millis, UnixMs};
use crate::runtime::journal::Journal;
use crate::runtime::shared::{self, Reader, Writer};
use crate::runtime::supervisor::Task;
use crate::store::samples::SampleRow;
use crate::store::{Store, StoreError};
use backlog::Backlog;
use std::future::pending;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

/// Lines that the page sees.
const TAIL: usize = 200;
/// Lines read back at start.
const READ_BACK: u32 = 50;
/// Longest wait of a line before it is written.
const LINE_WAIT: Duration = Duration::from_secs(1);
/// Longest wait of a sample before it is written.
const SAMPLE_WAIT: Duration = Duration::from_secs(10);
/// How long rows are kept.
const KEEP: Millis = Millis(30 * 24 * 3600 * 1000);
/// How many lines are kept.
const KEEP_LINES: i64 = 200_000;
/// Time between two clean-ups.
const CLEAN_EVERY: Duration = Duration::from_secs(3600);
/// Time that the last rows have at the end.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Writes history.
pub struct JournalRoom {
    store: Store,
    journal: Journal,
    entries: mpsc::Receiver<Entry>,
    samples: mpsc::Receiver<SampleRow>,
    tail: Writer<Tail>,
    waiting_lines: Backlog<Entry>,
    waiting_samples: Backlog<SampleRow>,
}

/// A write that ended: how many of each went out, and how it ended.
type Written = (usize, usize, Result<(), StoreError>);

impl JournalRoom {
    /// The room; `journal` is the lane whose end `entries` is, asked for its count of lost lines.
    pub fn new(
        store: Store,
        journal: Journal,
        entries: mpsc::Receiver<Entry>,
        samples: mpsc::Receiver<SampleRow>,
    ) -> Self {
        let (waiting_lines, waiting_samples) = (Backlog::new(LINE_WAIT), Backlog::new(SAMPLE_WAIT));
        Self { store, journal, entries, samples, tail: shared::cell(Tail::default()).0, waiting_lines, waiting_samples }
    }

    /// The newest lines, and whether history is being written.
    pub fn tail(&self) -> Reader<Tail> {
        self.tail.reader()
    }

    fn take_line(&mut self, entry: Entry) {
        print(&entry);
        self.tail.edit(|tail| {
            tail.lines.push_back(entry.clone());
            if tail.lines.len() > TAIL {
                tail.lines.pop_front();
            }
        });
        self.waiting_lines.push(entry);
        self.count_lost();
    }

    fn count_lost(&mut self) {
        let lost = self.journal.lost() + self.waiting_lines.dropped();
        if self.tail.with(|tail| tail.lost != lost) {
            self.tail.edit(|tail| tail.lost = lost);
        }
    }

    /// When rows should go out, if any wait.
    fn due(&self) -> Option<Instant> {
        [self.waiting_lines.due(), self.waiting_samples.due()].into_iter().flatten().min()
    }

    fn begin_write(&mut self, writes: &mut JoinSet<Written>) {
        let (store, lines, samples) = (self.store.clone(), self.waiting_lines.batch(), self.waiting_samples.batch());
        writes.spawn(async move {
            let (taken_lines, taken_samples) = (lines.len(), samples.len());
            // Lines first: a sample that cannot be written costs a point of a curve.
            let done = match store.add_lines(&lines).await {
                Ok(()) => store.add_samples(&samples).await.map_err(|error| (taken_lines, error)),
                Err(error) => Err((0, error)),
            };
            match done {
                Ok(()) => (taken_lines, taken_samples, Ok(())),
                Err((lines_out, error)) => (lines_out, 0, Err(error)),
            }
        });
    }

    fn end_write(&mut self, (lines, samples, result): Written) {
        self.waiting_lines.remove(lines);
        self.waiting_samples.remove(samples);
        match result {
            Ok(()) => {
                self.waiting_lines.calm();
                self.waiting_samples.calm();
                self.tail.edit_if_changed(|tail| tail.not_writing = None);
            }
            Err(error) => {
                tracing::warn!("history is not being written: {error}");
                self.waiting_lines.put_off(clock::jitter());
                self.waiting_samples.put_off(clock::jitter());
                let since = self.tail.with(|tail| tail.not_writing.as_ref().map(|(_, since)| *since));
                let since = since.unwrap_or_else(clock::unix);
                self.tail.edit_if_changed(|tail| tail.not_writing = Some((error.to_string(), since)));
            }
        }
    }

    /// Shows the last lines of the run before, ahead of those of this one.
    async fn read_back(&mut self) {
        if let Ok(older) = self.store.newest_lines(READ_BACK).await {
            self.tail.edit(|tail| {
                if tail.lines.is_empty() {
                    tail.lines.extend(older);
                }
            });
        }
    }

    /// Takes what lies in the lanes and writes it: the last act.
    async fn last_words(&mut self, writes: &mut JoinSet<Written>) {
        while let Ok(entry) = self.entries.try_recv() {
            self.take_line(entry);
        }
        while let Ok(sample) = self.samples.try_recv() {
            self.waiting_samples.push(sample);
        }
        self.waiting_lines.hurry();
        self.waiting_samples.hurry();
        let rest = async {
            if let Some(Ok(written)) = writes.join_next().await {
                self.end_write(written);
            }
            while self.due().is_some() {
                self.begin_write(writes);
                let Some(Ok(written)) = writes.join_next().await else { break };
                let failed = written.2.is_err();
                self.end_write(written);
                if failed {
                    break;
                }
                self.waiting_lines.hurry();
                self.waiting_samples.hurry();
            }
        };
        if timeout(LAST_WORDS, rest).await.is_err() {
            tracing::warn!("the last rows could not be written in time");
        }
    }
}

impl Task for JournalRoom {
    fn name(&self) -> &'static str {
        "journal"
    }

    async fn run(&mut self, stop: CancellationToken) -> anyhow::Result<()> {
        self.read_back().await;
        let mut writes = JoinSet::new();
        let mut cleaning = JoinSet::new();
        let mut clean = tokio::time::interval(CLEAN_EVERY);
        loop {
            let due = self.due();
            tokio::select! {
                () = stop.cancelled() => break,
                Some(entry) = self.entries.recv() => self.take_line(entry),
                Some(sample) = self.samples.recv() => self.waiting_samples.push(sample),
                () = at(due), if writes.is_empty() => self.begin_write(&mut writes),
                Some(Ok(written)) = writes.join_next() => self.end_write(written),
                _ = clean.tick(), if cleaning.is_empty() => { cleaning.spawn(clean_up(self.store.clone())); },
                Some(_) = cleaning.join_next() => {}
            }
        }
        self.last_words(&mut writes).await;
        Ok(())
    }
}

async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => pending().await,
    }
}

/// Removes what is too old or too much, in small steps; what fails is tried again an hour later.
async fn clean_up(store: Store) {
    let before = UnixMs(clock::unix().0.saturating_sub(i64::try_from(KEEP.0).unwrap_or(i64::MAX)));
    while store.prune_journal(before, KEEP_LINES).await.is_ok_and(|gone| gone > 0) {}
    while store.prune_samples(before).await.is_ok_and(|gone| gone > 0) {}
}

fn print(entry: &Entry) {
    match entry.tone {
        Tone::Info | Tone::Good => tracing::info!("{}", entry.text),
        Tone::Warn | Tone::Bad => tracing::warn!("{}", entry.text),
    }
}

#[cfg(test)]
mod tests;
