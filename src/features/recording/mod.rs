//! Room: RECORD_WITH_STREAM. Recording starts with the stream and ends with it. A recording of a
//! person is never touched, and one that a person stopped is not started again.

mod rule;

use crate::config::Config;
use crate::domain::command::{ObsOrder, Order, Outcome};
use crate::domain::people::Origin;
use crate::domain::stream::Obs;
use crate::kit::clock;
use crate::kit::units::UnixMs;
use crate::runtime::desk::Desk;
use crate::runtime::shared::Reader;
use crate::runtime::supervisor::Task;
use crate::store::Store;
use crate::store::wanted::Wanted;
use rule::{Decision, Memory, decide, let_go};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// The name under which its orders stand in the journal, and its memory in the store.
const RULE: &str = "recording";

/// What the room is built from.
pub struct Parts {
    /// Settings in force.
    pub config: Reader<Config>,
    /// OBS as reported.
    pub obs: Reader<Obs>,
    /// Where its orders go.
    pub desk: Desk,
    /// Keeps what was decided over a restart in the middle of a stream.
    pub store: Store,
}

/// The room.
pub struct Recording {
    parts: Parts,
    memory: Option<Memory>,
    sent: JoinSet<(ObsOrder, Outcome)>,
    /// Our recording has been seen to run, so that its end means something.
    seen: bool,
}

impl Recording {
    /// A room that remembers nothing yet.
    pub fn new(parts: Parts) -> Self {
        Self { parts, memory: None, sent: JoinSet::new(), seen: false }
    }

    async fn look(&mut self) {
        let obs = self.parts.obs.get();
        let ours = self.memory.is_some_and(|memory| memory.ours);
        self.seen = ours && (self.seen || obs.recording == Some(true));
        if self.seen && obs.recording == Some(false) && obs.is_live() == Some(true) {
            self.remember(self.memory.map(let_go)).await;
        }
        let wanted = self.parts.config.with(|config| config.record_with_stream);
        let Some(Decision { memory, order }) = decide(wanted, self.memory, &obs) else { return };
        self.remember(memory).await;
        if let Some(order) = order {
            let desk = self.parts.desk.clone();
            self.sent.spawn(async move {
                let given = Order::Obs(order.clone());
                (order, desk.give(Origin::Automation(RULE), given).await)
            });
        }
    }

    /// A start that failed stands in the journal; it is not tried again.
    async fn answered(&mut self, order: &ObsOrder, outcome: &Outcome) {
        if *order == ObsOrder::StartRecord && !outcome.is_done() {
            self.remember(self.memory.map(let_go)).await;
        }
    }

    async fn remember(&mut self, memory: Option<Memory>) {
        if memory == self.memory {
            return;
        }
        self.memory = memory;
        // A row that cannot be written costs the memory of a restart, nothing else.
        let _ = match memory {
            Some(memory) => self.parts.store.want(&row(memory)).await,
            None => self.parts.store.unwant(RULE).await,
        };
    }
}

fn row(memory: Memory) -> Wanted {
    Wanted {
        name: RULE.to_owned(),
        value: if memory.ours { "ours" } else { "left" }.to_owned(),
        bound_to: memory.stream.0.to_string(),
        deadline: UnixMs(i64::MAX),
        asked_at: clock::unix(),
    }
}

async fn recall(store: &Store) -> Option<Memory> {
    let rows = store.patient().wanted(UnixMs(0)).await.ok()?;
    let row = rows.into_iter().find(|row| row.name == RULE)?;
    Some(Memory { stream: UnixMs(row.bound_to.parse().ok()?), ours: row.value == "ours" })
}

impl Task for Recording {
    fn name(&self) -> &'static str {
        "recording"
    }

    async fn run(&mut self, stop: CancellationToken) -> anyhow::Result<()> {
        self.memory = recall(&self.parts.store).await.or(self.memory.take());
        loop {
            self.look().await;
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = self.parts.obs.changed() => {}
                () = self.parts.config.changed() => {}
                Some(Ok((order, outcome))) = self.sent.join_next() => self.answered(&order, &outcome).await,
            }
        }
    }
}
