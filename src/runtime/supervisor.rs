//! Keeps the daemon's tasks running: restarts what ends or panics with back-off, shows each one's
//! state, stops them in reverse order of their start.

use super::journal::Journal;
use super::shared::{self, Reader, Writer};
use crate::domain::journal::{Tone, Topic};
use crate::kit::backoff::Backoff;
use crate::kit::clock;
use crate::kit::units::UnixMs;
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A long-running part of the daemon. Built first, run later; `run` may be called again after an
/// error or a panic, so it keeps in `self` only what survives both.
pub trait Task: Send + 'static {
    /// The name in the task list and the journal.
    fn name(&self) -> &'static str;

    /// Runs until `stop` is cancelled (then returns `Ok`) or something breaks.
    fn run(&mut self, stop: CancellationToken) -> impl Future<Output = anyhow::Result<()>> + Send;
}

/// What the page shows of a task.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskState {
    /// The task's name.
    pub name: &'static str,
    /// Running now, or waiting for its next try.
    pub running: bool,
    /// Since when.
    pub since: UnixMs,
    /// How often it was started again.
    pub restarts: u32,
    /// Why it ended last, if it ever did.
    pub last_error: Option<String>,
}

/// The list of all tasks, in order of their start.
pub type TaskList = Vec<TaskState>;

/// What a task has at least for its stop, whatever those before it took.
const MOMENT: Duration = Duration::from_millis(250);

/// Starts, watches and stops tasks.
pub struct Supervisor {
    tasks: Vec<Running>,
    states: Arc<Writer<TaskList>>,
    reader: Reader<TaskList>,
    journal: Journal,
}

struct Running {
    name: &'static str,
    stop: CancellationToken,
    handle: JoinHandle<()>,
}

impl Supervisor {
    /// A supervisor without tasks.
    pub fn new(journal: Journal) -> Self {
        let (writer, reader) = shared::cell(TaskList::new());
        Self { tasks: Vec::new(), states: Arc::new(writer), reader, journal }
    }

    /// The state of every task.
    pub fn states(&self) -> Reader<TaskList> {
        self.reader.clone()
    }

    /// Starts a task and keeps it running.
    pub fn start(&mut self, task: impl Task) {
        let name = task.name();
        let index = self.states.edit(|list| {
            list.push(TaskState { name, running: true, since: clock::unix(), restarts: 0, last_error: None });
            list.len() - 1
        });
        let stop = CancellationToken::new();
        let keeper = Keeper { index, states: self.states.clone(), journal: self.journal.clone(), stop: stop.clone() };
        self.tasks.push(Running { name, stop, handle: tokio::spawn(keeper.keep(task)) });
    }

    /// Stops all tasks, last started first. They have `grace` together to end by themselves, and
    /// each at least a moment of its own, before they are cut off.
    pub async fn stop(self, grace: Duration) {
        let end = tokio::time::Instant::now() + grace;
        for task in self.tasks.into_iter().rev() {
            task.stop.cancel();
            let abort = task.handle.abort_handle();
            let until = end.max(tokio::time::Instant::now() + MOMENT);
            if tokio::time::timeout_at(until, task.handle).await.is_err() {
                tracing::warn!(task = task.name, "did not stop within its grace time and was cut off");
                abort.abort();
            }
        }
    }
}

struct Keeper {
    index: usize,
    states: Arc<Writer<TaskList>>,
    journal: Journal,
    stop: CancellationToken,
}

impl Keeper {
    async fn keep(self, mut task: impl Task) {
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(30));
        while !self.stop.is_cancelled() {
            let began = tokio::time::Instant::now();
            let ended = AssertUnwindSafe(task.run(self.stop.clone())).catch_unwind().await;
            if self.stop.is_cancelled() {
                break;
            }
            if began.elapsed() > Duration::from_secs(60) {
                backoff.reset();
            }
            self.report_end(task.name(), reason(ended));
            tokio::select! {
                () = tokio::time::sleep(backoff.next(clock::jitter())) => self.report_start(),
                () = self.stop.cancelled() => break,
            }
        }
        self.states.edit(|list| list[self.index].running = false);
    }

    fn report_end(&self, name: &str, why: String) {
        self.journal.note(
            Topic::System,
            Tone::Bad,
            "supervisor",
            format!("Task '{name}' ended and will be started again: {why}"),
        );
        self.states.edit(|list| {
            let state = &mut list[self.index];
            (state.running, state.since, state.last_error) = (false, clock::unix(), Some(why));
        });
    }

    fn report_start(&self) {
        self.states.edit(|list| {
            let state = &mut list[self.index];
            (state.running, state.since) = (true, clock::unix());
            state.restarts += 1;
        });
    }
}

fn reason(ended: Result<anyhow::Result<()>, Box<dyn std::any::Any + Send>>) -> String {
    match ended {
        Ok(Ok(())) => "it ended by itself".to_owned(),
        Ok(Err(error)) => format!("{error:#}"),
        Err(panic) => {
            let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
            let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
            format!("a bug in this program ({})", text.unwrap_or_else(|| "no details".to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::journal;

    struct Clumsy {
        runs: u32,
    }

    impl Task for Clumsy {
        fn name(&self) -> &'static str {
            "clumsy"
        }

        async fn run(&mut self, stop: CancellationToken) -> anyhow::Result<()> {
            self.runs += 1;
            match self.runs {
                1 => panic!("dropped a plate"),
                2 => anyhow::bail!("no plates left"),
                _ => stop.cancelled().await,
            }
            Ok(())
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_panics_or_fails_is_started_again_and_says_why() {
        let (journal, mut lines) = journal::lane();
        let mut supervisor = Supervisor::new(journal);
        let mut states = supervisor.states();
        supervisor.start(Clumsy { runs: 0 });
        states.until(|list| list[0].restarts == 2 && list[0].running).await;
        assert_eq!(states.get()[0].last_error.as_deref(), Some("no plates left"));
        assert!(lines.recv().await.expect("a line").text.contains("dropped a plate"));
        supervisor.stop(Duration::from_secs(1)).await;
        assert!(!states.get()[0].running);
    }

    struct Stopping(&'static str, Arc<std::sync::Mutex<Vec<&'static str>>>);

    impl Task for Stopping {
        fn name(&self) -> &'static str {
            self.0
        }

        async fn run(&mut self, stop: CancellationToken) -> anyhow::Result<()> {
            stop.cancelled().await;
            self.1.lock().expect("not poisoned").push(self.0);
            Ok(())
        }
    }

    struct Deaf;

    impl Task for Deaf {
        fn name(&self) -> &'static str {
            "deaf"
        }

        async fn run(&mut self, _stop: CancellationToken) -> anyhow::Result<()> {
            std::future::pending().await
        }
    }

    #[tokio::test(start_paused = true)]
    async fn tasks_that_hang_share_one_grace() {
        let order = Arc::default();
        let mut supervisor = Supervisor::new(journal::lane().0);
        supervisor.start(Stopping("writes its rows", Arc::clone(&order)));
        for _ in 0..4 {
            supervisor.start(Deaf);
        }
        tokio::task::yield_now().await;
        let began = tokio::time::Instant::now();
        supervisor.stop(Duration::from_secs(1)).await;
        assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
        assert_eq!(*order.lock().expect("not poisoned"), ["writes its rows"], "still in time");
    }

    #[tokio::test]
    async fn tasks_stop_in_reverse_order() {
        let order = Arc::default();
        let mut supervisor = Supervisor::new(journal::lane().0);
        for name in ["first", "second", "third"] {
            supervisor.start(Stopping(name, Arc::clone(&order)));
        }
        tokio::task::yield_now().await;
        supervisor.stop(Duration::from_secs(1)).await;
        assert_eq!(*order.lock().expect("not poisoned"), ["third", "second", "first"]);
    }
}
