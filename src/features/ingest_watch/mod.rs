//! Room: asks the statistics of every feed, each in a task of its own and at its own pace, and keeps
//! the feeds cell at the newest polls. A server that hangs delays nobody but its own feed.

mod door;
mod link_notes;
mod obs_source;
mod orders;
mod pushes;
pub mod recorder;
mod watcher;
mod witness;
mod words;

pub use door::Door;
pub use pushes::{LARGEST, Refusal};

use crate::adapters::host::sockets::Ports;
use crate::adapters::ingest::http::Http;
use crate::config::{self, Config};
use crate::domain::ids::FeedId;
use crate::domain::signal::{Feeds, Paces};
use crate::domain::stream::Obs;
use crate::runtime::desk::Ticket;
use crate::runtime::journal::Journal;
use crate::runtime::shared::{Reader, Writer};
use crate::runtime::supervisor::Task;
use recorder::Recorder;
use std::net::IpAddr;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};
use tokio_util::sync::CancellationToken;
use watcher::Watcher;

/// What the room is built from.
pub struct Parts {
    /// Settings in force.
    pub config: Reader<Config>,
    /// How fast each feed is to be polled.
    pub paces: Reader<Paces>,
    /// The feeds cell.
    pub feeds: Writer<Feeds>,
    /// OBS as last reported: its media sources are an ingest of last resort.
    pub obs: Reader<Obs>,
    /// Orders to servers.
    pub orders: mpsc::Receiver<Ticket>,
    /// Where the state of the connections is written down.
    pub journal: Journal,
}

/// The room.
pub struct IngestWatch {
    config: Reader<Config>,
    orders: mpsc::Receiver<Ticket>,
    tools: Tools,
    http: Http,
    door: Door,
}

/// What every watcher shares.
#[derive(Clone)]
struct Tools {
    config: Reader<Config>,
    paces: Reader<Paces>,
    obs: Reader<Obs>,
    feeds: Arc<Writer<Feeds>>,
    journal: Journal,
    /// The kernel's word on the ports that publishers connect to.
    ports: Ports,
    recorder: Option<Recorder>,
}

impl Tools {
    /// Where OBS is while it may stream, perhaps to the very server that is asked.
    fn streaming_obs(&self) -> Option<IpAddr> {
        let may_stream = self.obs.with(Obs::is_live) != Some(false);
        self.config.with(|config| witness::address(&config.obs.host)).filter(|_| may_stream)
    }
}

/// A feed that is being watched.
struct Watched {
    settings: config::Feed,
    task: AbortHandle,
}

impl IngestWatch {
    /// A room that polls what the settings say. Fails only when the system gives no HTTP client (no
    /// usable TLS).
    pub fn new(parts: Parts) -> anyhow::Result<Self> {
        let Parts { config, paces, feeds, obs, orders, journal } = parts;
        let (feeds, ports) = (Arc::new(feeds), Ports::default());
        let tools = Tools { config: config.clone(), paces, obs, feeds, journal, ports, recorder: None };
        Ok(Self { config, orders, tools, http: Http::new()?, door: Door::default() })
    }

    /// The same, with every poll written down.
    pub fn recorded_by(mut self, recorder: Recorder) -> Self {
        self.tools.recorder = Some(recorder);
        self
    }

    /// The way in for those who know that something has just happened at a feed.
    pub fn door(&self) -> Door {
        self.door.clone()
    }

    /// Starts and stops only what the settings changed. The count of polls never begins anew: readers
    /// tell new samples by it.
    fn follow(&self, watched: &mut Vec<Watched>, tasks: &mut JoinSet<()>) {
        let wanted = self.config.with(|config| config.feeds.clone());
        watched.retain(|one| {
            let stays = wanted.contains(&one.settings);
            if !stays {
                one.task.abort();
            }
            stays
        });
        self.tools.feeds.edit(|feeds| list(feeds, &wanted));
        self.door.keep(wanted.iter().map(|feed| &feed.id));
        self.door.take_for(&wanted);
        for settings in wanted {
            if !watched.iter().any(|one| one.settings == settings) {
                let watcher = Watcher::new(&settings, self.tools.clone(), &self.door);
                let task = tasks.spawn(watcher.run(self.http.clone()));
                watched.push(Watched { settings, task });
            }
        }
    }
}

impl Task for IngestWatch {
    fn name(&self) -> &'static str {
        "ingest"
    }

    async fn run(&mut self, stop: CancellationToken) -> anyhow::Result<()> {
        // Dropped with this future, and the watchers with it.
        let (mut tasks, mut watched) = (JoinSet::new(), Vec::new());
        let mut errands = JoinSet::new();
        self.config.see();
        self.follow(&mut watched, &mut tasks);
        loop {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = self.config.changed() => self.follow(&mut watched, &mut tasks),
                Some(ticket) = self.orders.recv() => {
                    let errand = orders::Errand::of(&ticket.order, &self.config, &self.tools.feeds);
                    errands.spawn(orders::run(errand, ticket, self.http.clone(), self.door.clone()));
                }
                Some(_) = errands.join_next() => {}
                Some(ended) = tasks.join_next() => match ended {
                    Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
                    _ => {}
                }
            }
        }
    }
}

/// The cell's list in the order of the settings; what is known of a feed stays.
fn list(feeds: &mut Feeds, wanted: &[config::Feed]) {
    let mut take = |id: &FeedId| feeds.get_mut(id).map(std::mem::take).unwrap_or_default();
    feeds.list = wanted.iter().map(|one| (one.id.clone(), take(&one.id))).collect();
}
