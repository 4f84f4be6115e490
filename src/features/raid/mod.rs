//! Room: what follows our raid. `domain/raid` decides; this room carries it out: the wish goes into
//! the store before anything is stopped, orders go through the desk, every step into the journal.

use crate::config::Config;
use crate::domain::command::{ObsOrder, Order, Outcome, RaidOrder, TwitchOrder};
use crate::domain::event::Fact;
use crate::domain::journal::{Tone, Topic};
use crate::domain::people::Origin;
use crate::domain::raid::{Effect, Input, Kept, Machine, Now, Raid, RaidView, Rule, Sight};
use crate::domain::stream::Obs;
use crate::domain::twitch::Twitch;
use crate::kit::clock;
use crate::kit::units::{Millis, Mono, UnixMs};
use crate::runtime::bus::Bus;
use crate::runtime::desk::{Desk, Ticket};
use crate::runtime::journal::Journal;
use crate::runtime::shared::{Reader, Writer};
use crate::runtime::supervisor::Task;
use crate::store::Store;
use crate::store::wanted::Wanted;
use futures_util::FutureExt as _;
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// The name under which its orders and lines stand in the journal.
const RULE: &str = "raid";
/// The wish's name in the store.
const ROW: &str = "raid.stop";

/// What the room is built from.
pub struct Parts {
    /// Settings in force.
    pub config: Reader<Config>,
    /// OBS as reported.
    pub obs: Reader<Obs>,
    /// Twitch as reported.
    pub twitch: Reader<Twitch>,
    /// The desk's [`Room::Raid`](crate::runtime::desk::Room::Raid).
    pub orders: mpsc::Receiver<Ticket>,
    /// Where its own orders go.
    pub desk: Desk,
    /// Where our raid is told.
    pub bus: Bus,
    /// Where it tells what it does.
    pub journal: Journal,
    /// Keeps the wanted stop over a restart.
    pub store: Store,
    /// What pages show.
    pub cell: Writer<RaidView>,
}

/// How often the store is asked for what was kept, and how long apart, before the room goes on without.
const READS: (u32, Duration) = (5, Duration::from_secs(1));
/// Between two tries to write down what is to be kept.
const AGAIN: Millis = Millis(2_000);

/// The room. What it knows survives a restart of the task.
pub struct RaidRoom {
    parts: Parts,
    machine: Option<Machine>,
    /// What stands in the store.
    written: Option<Kept>,
    /// The store could not be written to: try again then.
    again: Option<Mono>,
    jobs: JoinSet<(Input, Option<Ticket>)>,
}

impl RaidRoom {
    /// A room that knows of no raid yet.
    pub fn new(parts: Parts) -> Self {
        Self { parts, machine: None, written: None, again: None, jobs: JoinSet::new() }
    }

    /// The machine as it was, or with the wish from before the daemon's restart.
    async fn wake(&mut self) {
        if self.machine.is_some() {
            return;
        }
        self.written = self.recall().await;
        let (machine, effects) = match self.written.clone() {
            Some(kept) => Machine::recall(now(), kept),
            None => (Machine::default(), Vec::new()),
        };
        self.machine = Some(machine);
        self.carry_out(effects, None).await;
    }

    /// One whose deadline is over is read as well: it is told and dropped.
    async fn recall(&self) -> Option<Kept> {
        for _ in 0..READS.0 {
            if let Ok(rows) = self.parts.store.patient().wanted(UnixMs(0)).await {
                let row = rows.into_iter().find(|row| row.name == ROW)?;
                return match serde_json::from_str(&row.value) {
                    Ok(kept) => Some(kept),
                    Err(error) => self.drop_unreadable(&error).await,
                };
            }
            tokio::time::sleep(READS.1).await;
        }
        let text = "Whether a stop after a raid was wanted before the restart cannot be read from the database.";
        self.tell(Tone::Bad, text.to_owned(), None);
        None
    }

    /// An older or newer version of the program may have written it.
    async fn drop_unreadable(&self, error: &serde_json::Error) -> Option<Kept> {
        let text = format!(
            "What was to follow on a raid before the restart cannot be understood (row '{ROW}' of the table \
             'wanted': {error}) and is dropped. If the stream was to stop, stop it yourself."
        );
        self.tell(Tone::Bad, text, None);
        // One that stays is only told again.
        let _ = self.parts.store.unwant(ROW).await;
        None
    }

    async fn step(&mut self, input: Input, ticket: Option<Ticket>) {
        let (obs, twitch) = (self.parts.obs.get(), self.parts.twitch.get());
        let rule = self.parts.config.with(rule);
        let sight = Sight { obs: &obs, twitch: &twitch, rule: &rule };
        let machine = self.machine.get_or_insert_default();
        let effects = machine.step(now(), &sight, input);
        self.carry_out(effects, ticket).await;
    }

    /// What is to outlive the daemon is written down before anything is done.
    async fn carry_out(&mut self, effects: Vec<Effect>, mut ticket: Option<Ticket>) {
        self.publish();
        self.write_down().await;
        for effect in effects {
            match effect {
                Effect::Stop => self.stop(),
                Effect::Say(message) => self.say(message),
                Effect::TakeBack => self.take_back(ticket.take()),
                Effect::Answer(outcome) => ticket.take().map_or((), |ticket| ticket.answer(outcome)),
                Effect::Tell(tone, text, raid) => self.tell(tone, text, raid),
            }
        }
    }

    fn publish(&self) {
        let Some(machine) = &self.machine else { return };
        let view = machine.view(clock::mono());
        self.parts.cell.edit_if_changed(|cell| *cell = view);
    }

    /// Brings the store to what the machine knows; tried again until it works.
    async fn write_down(&mut self) {
        let kept = self.machine.as_ref().and_then(Machine::kept);
        let now = clock::mono();
        if kept == self.written || self.again.is_some_and(|again| now < again) {
            return;
        }
        let done = match &kept {
            Some(kept) => self.parts.store.want(&row(kept)).await,
            None => self.parts.store.unwant(ROW).await,
        };
        let failed_before = std::mem::take(&mut self.again).is_some();
        match done {
            Ok(()) => self.written = kept,
            Err(error) => {
                self.again = Some(now + AGAIN);
                if !failed_before {
                    let text = format!(
                        "What follows on the raid could not be written down ({error}): a restart would not know it."
                    );
                    self.tell(Tone::Warn, text, None);
                }
            }
        }
    }

    fn stop(&mut self) {
        let desk = self.parts.desk.clone();
        self.jobs.spawn(async move {
            let order = desk.give(Origin::Automation(RULE), Order::Obs(ObsOrder::StopShow));
            (Input::Answered(whatever_happens(order).await), None)
        });
    }

    /// Said once: whether it came through stands in the journal.
    fn say(&self, message: String) {
        let desk = self.parts.desk.clone();
        let order = TwitchOrder::Say { message, identity: None, reply_to: None };
        tokio::spawn(async move { desk.give(Origin::Automation(RULE), Order::Twitch(order)).await });
    }

    fn take_back(&mut self, ticket: Option<Ticket>) {
        let desk = self.parts.desk.clone();
        let Some(ticket) = ticket else { return };
        self.jobs.spawn(async move {
            let order = desk.give(ticket.origin.clone(), Order::Twitch(TwitchOrder::CancelRaid));
            (Input::TookBack(whatever_happens(order).await), Some(ticket))
        });
    }

    fn tell(&self, tone: Tone, text: String, raid: Option<Raid>) {
        let data = raid.map_or(serde_json::Value::Null, |raid| serde_json::json!({ "raid": raid }));
        self.parts.journal.note_with(Topic::Decision, tone, RULE, text, data);
    }

    /// How long nothing needs to be looked at.
    fn wait(&self) -> Option<Duration> {
        let now = clock::mono();
        let due = self.machine.as_ref().and_then(|machine| machine.due(now));
        let next = [due, self.again].into_iter().flatten().min()?;
        Some(next.since(now).max(Millis(1)).into())
    }
}

/// The outcome of an order, also of one that panics: who waits for its answer would wait for ever.
async fn whatever_happens(order: impl Future<Output = Outcome>) -> Outcome {
    let ended = AssertUnwindSafe(order).catch_unwind().await;
    ended.unwrap_or_else(|_| Outcome::Failed("A bug in this program: the order broke off.".to_owned()))
}

fn now() -> Now {
    Now { mono: clock::mono(), unix: clock::unix() }
}

fn rule(config: &Config) -> Rule {
    let raid = &config.twitch.raid;
    Rule { enabled: raid.enabled, delay: raid.delay, message: raid.message.clone() }
}

fn asked(order: &Order) -> Input {
    match order {
        Order::Raid(RaidOrder::Cancel) => Input::Cancel,
        Order::Raid(RaidOrder::StopNow) => Input::StopNow,
        _ => Input::Look,
    }
}

fn told(fact: Option<Fact>) -> Input {
    match fact {
        Some(Fact::RaidSent { to_id, to_name, viewers, at }) => {
            Input::Raided(Raid { to_id, to_name, viewers: Some(viewers) }, at)
        }
        _ => Input::Look,
    }
}

fn row(kept: &Kept) -> Wanted {
    let began = kept.stop.as_ref().map(|wish| wish.show.began);
    let began = began.or(kept.asked.as_ref().map(|asked| asked.began)).flatten();
    Wanted {
        name: ROW.to_owned(),
        value: serde_json::to_string(kept).unwrap_or_default(),
        bound_to: began.map_or_else(|| "the show on air".to_owned(), |began| began.0.to_string()),
        deadline: kept.deadline(),
        asked_at: clock::unix(),
    }
}

impl Task for RaidRoom {
    fn name(&self) -> &'static str {
        "raid"
    }

    async fn run(&mut self, stop: CancellationToken) -> anyhow::Result<()> {
        let (mut facts, mut happenings) = (self.parts.bus.listen(), self.parts.bus.listen_to_happenings());
        self.wake().await;
        self.step(Input::Look, None).await;
        loop {
            let wait = self.wait();
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                Some(ticket) = self.parts.orders.recv() => self.step(asked(&ticket.order), Some(ticket)).await,
                fact = facts.next() => self.step(told(fact), None).await,
                Some(happening) = happenings.next() => {
                    if happening.is_raid_called_off() {
                        self.step(Input::CalledOff(happening.at), None).await;
                    }
                }
                Some(Ok((input, ticket))) = self.jobs.join_next() => self.step(input, ticket).await,
                () = self.parts.obs.changed() => self.step(Input::Look, None).await,
                () = self.parts.twitch.changed() => self.step(Input::Look, None).await,
                () = tokio::time::sleep(wait.unwrap_or_default()), if wait.is_some() => {
                    self.step(Input::Look, None).await;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_order_that_panics_has_an_outcome() {
        let panics = async { panic!("dropped a plate") };
        assert!(matches!(whatever_happens(panics).await, Outcome::Failed(text) if text.contains("bug")));
        assert!(whatever_happens(async { Outcome::Done(String::new()) }).await.is_done());
    }
}
