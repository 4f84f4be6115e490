//! The journal room: prints each line, keeps the newest for the page, writes all of them down. When
//! they cannot be written the show goes on: the page says so, lines wait, and are written later.

mod backlog;
mod clean;
pub mod history;
mod program;

use crate::config::Config;
use crate::domain::history::Program;
use crate::domain::journal::{Entry, Tail, Tone};
use crate::domain::stream::Obs;
use crate::kit::clock;
use crate::runtime::journal::Journal;
use crate::runtime::shared::{self, Reader, Writer};
use crate::runtime::supervisor::Task;
use crate::store::samples::SampleRow;
use crate::store::{Store, StoreError};
use backlog::Backlog;
use history::History;
use program::ProgramWatch;
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
/// Time that the last rows have at the end.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Writes history.
pub struct JournalRoom {
    store: Store,
    journal: Journal,
    entries: mpsc::Receiver<Entry>,
    samples: mpsc::Receiver<SampleRow>,
    config: Reader<Config>,
    obs: Reader<Obs>,
    program: ProgramWatch,
    tail: Writer<Tail>,
    waiting_lines: Backlog<Entry>,
    waiting_samples: Backlog<SampleRow>,
    waiting_programs: Backlog<Program>,
}

/// What the room is built from.
pub struct Parts {
    /// Where rows are kept.
    pub store: Store,
    /// The lane whose end `entries` is, asked for its count of lost lines.
    pub journal: Journal,
    /// Lines to write down.
    pub entries: mpsc::Receiver<Entry>,
    /// The feeds second by second.
    pub samples: mpsc::Receiver<SampleRow>,
    /// What is kept, and what each scene is for.
    pub config: Reader<Config>,
    /// The program scene.
    pub obs: Reader<Obs>,
}

/// One write: what goes out together.
#[derive(Default)]
struct Batch {
    lines: Vec<Entry>,
    samples: Vec<SampleRow>,
    programs: Vec<Program>,
}

/// A write that ended: how many of each went out (lines, samples, programs), and how it ended.
type Written = ([usize; 3], Result<(), StoreError>);

impl Batch {
    /// Lines first: a sample that cannot be written costs a point of a curve.
    async fn write(self, store: Store) -> Written {
        let mut out = [0; 3];
        let done = async {
            store.add_lines(&self.lines).await?;
            out[0] = self.lines.len();
            store.add_programs(&self.programs).await?;
            out[2] = self.programs.len();
            store.add_samples(&self.samples).await?;
            out[1] = self.samples.len();
            Ok(())
        };
        let done = done.await;
        (out, done)
    }
}

impl JournalRoom {
    /// The room.
    pub fn new(parts: Parts) -> Self {
        let Parts { store, journal, entries, samples, config, obs } = parts;
        Self {
            store,
            journal,
            entries,
            samples,
            config,
            obs,
            program: ProgramWatch::default(),
            tail: shared::cell(Tail::default()).0,
            waiting_lines: Backlog::new(LINE_WAIT),
            waiting_samples: Backlog::new(SAMPLE_WAIT),
            waiting_programs: Backlog::new(LINE_WAIT),
        }
    }

    /// The newest lines, and whether history is being written.
    pub fn tail(&self) -> Reader<Tail> {
        self.tail.reader()
    }

    /// A handle for looking back at what this room writes.
    pub fn history(&self) -> History {
        History::new(self.store.clone(), self.tail(), self.config.clone())
    }

    fn take_line(&mut self, entry: Entry) {
        print(&entry);
        self.waiting_lines.push(entry.clone());
        let waiting = self.waiting_lines.waiting();
        self.tail.edit(|tail| {
            tail.lines.push_back(entry);
            if tail.lines.len() > TAIL {
                tail.lines.pop_front();
            }
            tail.waiting = waiting.min(tail.lines.len());
        });
        self.count_lost();
    }

    /// Notes what OBS shows, if that is news.
    fn look_at_obs(&mut self) {
        let news = self.obs.with(|obs| self.config.with(|config| self.program.look(obs, config, clock::unix())));
        if let Some(program) = news {
            self.waiting_programs.push(program);
        }
    }

    fn count_lost(&mut self) {
        let lost = self.journal.lost() + self.waiting_lines.dropped();
        if self.tail.with(|tail| tail.lost != lost) {
            self.tail.edit(|tail| tail.lost = lost);
        }
    }

    /// When rows should go out, if any wait.
    fn due(&self) -> Option<Instant> {
        let due = [self.waiting_lines.due(), self.waiting_samples.due(), self.waiting_programs.due()];
        due.into_iter().flatten().min()
    }

    fn begin_write(&mut self, writes: &mut JoinSet<Written>) {
        let batch = Batch {
            lines: self.waiting_lines.batch(),
            samples: self.waiting_samples.batch(),
            programs: self.waiting_programs.batch(),
        };
        writes.spawn(batch.write(self.store.clone()));
    }

    fn end_write(&mut self, ([lines, samples, programs], result): Written) {
        self.waiting_lines.remove(lines);
        self.waiting_samples.remove(samples);
        self.waiting_programs.remove(programs);
        let waiting = self.waiting_lines.waiting();
        self.tail.edit_if_changed(|tail| tail.waiting = waiting.min(tail.lines.len()));
        match result {
            Ok(()) => {
                self.waiting_lines.calm();
                self.waiting_samples.calm();
                self.waiting_programs.calm();
                self.tail.edit_if_changed(|tail| tail.not_writing = None);
            }
            Err(error) => self.failed(&error),
        }
    }

    fn failed(&mut self, error: &StoreError) {
        tracing::warn!("history is not being written: {error}");
        self.waiting_lines.put_off(clock::jitter());
        self.waiting_samples.put_off(clock::jitter());
        self.waiting_programs.put_off(clock::jitter());
        let since = self.tail.with(|tail| tail.not_writing.as_ref().map(|(_, since)| *since));
        let since = since.unwrap_or_else(clock::unix);
        self.tail.edit_if_changed(|tail| tail.not_writing = Some((error.to_string(), since)));
    }

    fn hurry(&mut self) {
        self.waiting_lines.hurry();
        self.waiting_samples.hurry();
        self.waiting_programs.hurry();
    }

    /// What OBS showed when the run before ended without a word is not known from its last sign on.
    async fn close_the_run_before(&mut self) {
        if let Ok(Some(last)) = self.store.patient().last_sign().await {
            self.waiting_programs.push(Program::unknown(last));
        }
    }

    /// Shows the last lines of the run before, ahead of those of this one.
    async fn read_back(&mut self) {
        if let Ok(older) = self.store.patient().newest_lines(READ_BACK).await {
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
        if let Some(end) = self.program.end(clock::unix()) {
            self.waiting_programs.push(end);
        }
        self.hurry();
        let rest = async {
            if let Some(Ok(written)) = writes.join_next().await {
                self.end_write(written);
            }
            while self.due().is_some() {
                self.begin_write(writes);
                let Some(Ok(written)) = writes.join_next().await else { break };
                let failed = written.1.is_err();
                self.end_write(written);
                if failed {
                    break;
                }
                self.hurry();
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
        self.close_the_run_before().await;
        self.program = ProgramWatch::default();
        self.look_at_obs();
        let mut writes = JoinSet::new();
        let mut cleaning = JoinSet::new();
        let mut clean = Some(Instant::now());
        loop {
            let due = self.due();
            tokio::select! {
                () = stop.cancelled() => break,
                Some(entry) = self.entries.recv() => self.take_line(entry),
                Some(sample) = self.samples.recv() => self.waiting_samples.push(sample),
                () = self.obs.changed() => self.look_at_obs(),
                () = at(due), if writes.is_empty() => self.begin_write(&mut writes),
                Some(Ok(written)) = writes.join_next() => self.end_write(written),
                () = at(clean) => {
                    clean = None;
                    cleaning.spawn(clean::round(self.store.clone(), self.config.with(|config| config.keep.clone())));
                }
                Some(rest) = cleaning.join_next() => clean = Some(Instant::now() + rest.unwrap_or(clean::PAUSE)),
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

fn print(entry: &Entry) {
    match entry.tone {
        Tone::Info | Tone::Good => tracing::info!("{}", entry.text),
        Tone::Warn | Tone::Bad => tracing::warn!("{}", entry.text),
    }
}

#[cfg(test)]
mod tests;
