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
use crate::kit::units::{Millis, UnixMs};
use crate::runtime::bus::Bus;
use crate::runtime::desk::{Desk, Ticket};
use crate::runtime::journal::Journal;
use crate::runtime::shared::{Reader, Writer};
use crate::runtime::supervisor::Task;
use crate::store::Store;
use crate::store::wanted::Wanted;
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

/// The room. What it knows survives a restart of the task.
pub struct RaidRoom {
    parts: Parts,
    machine: Option<Machine>,
    stops: JoinSet<Outcome>,
}

impl RaidRoom {
    /// A room that knows of no raid yet.
    pub fn new(parts: Parts) -> Self {
        Self { parts, machine: None, stops: JoinSet::new() }
    }

    /// The machine as it was, or with the wish from before the daemon's restart.
    async fn wake(&mut self) {
        if self.machine.is_some() {
            return;
        }
        let (machine, effects) = match recall(&self.parts.store).await {
            Some(kept) => Machine::recall(now(), kept),
            None => (Machine::default(), Vec::new()),
        };
        self.machine = Some(machine);
        self.carry_out(effects, None).await;
    }

    async fn step(&mut self, input: Input, ticket: Option<Ticket>) {
        let (obs, twitch) = (self.parts.obs.get(), self.parts.twitch.get());
        let rule = self.parts.config.with(rule);
        let sight = Sight { obs: &obs, twitch: &twitch, rule: &rule };
        let machine = self.machine.get_or_insert_default();
        let effects = machine.step(now(), &sight, input);
        self.carry_out(effects, ticket).await;
    }

    async fn carry_out(&mut self, effects: Vec<Effect>, mut ticket: Option<Ticket>) {
        self.publish();
        for effect in effects {
            match effect {
                Effect::Keep(kept) => self.keep(&kept).await,
                Effect::Forget => self.forget().await,
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

    async fn keep(&self, kept: &Kept) {
        if let Err(error) = self.parts.store.want(&row(kept)).await {
            let text = format!("The wanted stop could not be written down ({error}): a restart would forget it.");
            self.tell(Tone::Warn, text, None);
        }
    }

    async fn forget(&self) {
        // A row that stays is bound to a show that is over: it is dropped when it is read.
        let _ = self.parts.store.unwant(ROW).await;
    }

    fn stop(&mut self) {
        let desk = self.parts.desk.clone();
        self.stops.spawn(async move { desk.give(Origin::Automation(RULE), Order::Obs(ObsOrder::StopShow)).await });
    }

    /// Said once: whether it came through stands in the journal.
    fn say(&self, message: String) {
        let desk = self.parts.desk.clone();
        let order = TwitchOrder::Say { message, identity: None, reply_to: None };
        tokio::spawn(async move { desk.give(Origin::Automation(RULE), Order::Twitch(order)).await });
    }

    fn take_back(&self, ticket: Option<Ticket>) {
        let desk = self.parts.desk.clone();
        let Some(ticket) = ticket else { return };
        tokio::spawn(async move {
            let outcome = desk.give(ticket.origin.clone(), Order::Twitch(TwitchOrder::CancelRaid)).await;
            ticket.answer(outcome);
        });
    }

    fn tell(&self, tone: Tone, text: String, raid: Option<Raid>) {
        let data = raid.map_or(serde_json::Value::Null, |raid| serde_json::json!({ "raid": raid }));
        self.parts.journal.note_with(Topic::Decision, tone, RULE, text, data);
    }
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
    let began = match kept {
        Kept::Stop(wish) => wish.show.began,
        Kept::Asked { .. } => None,
    };
    Wanted {
        name: ROW.to_owned(),
        value: serde_json::to_string(kept).unwrap_or_default(),
        bound_to: began.map_or_else(|| "the show on air".to_owned(), |began| began.0.to_string()),
        deadline: kept.deadline(),
        asked_at: clock::unix(),
    }
}

/// One whose deadline is over is read as well: it is told and dropped.
async fn recall(store: &Store) -> Option<Kept> {
    let rows = store.wanted(UnixMs(0)).await.ok()?;
    let row = rows.into_iter().find(|row| row.name == ROW)?;
    serde_json::from_str(&row.value).ok()
}

impl Task for RaidRoom {
    fn name(&self) -> &'static str {
        "raid"
    }

    async fn run(&mut self, stop: CancellationToken) -> anyhow::Result<()> {
        let mut facts = self.parts.bus.listen();
        self.wake().await;
        self.step(Input::Look, None).await;
        loop {
            let due = self.machine.as_ref().and_then(Machine::due);
            let wait = due.map(|due| due.since(clock::mono()).max(Millis(1)));
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                Some(ticket) = self.parts.orders.recv() => self.step(asked(&ticket.order), Some(ticket)).await,
                fact = facts.next() => self.step(told(fact), None).await,
                Some(Ok(outcome)) = self.stops.join_next() => self.step(Input::Answered(outcome), None).await,
                () = self.parts.obs.changed() => self.step(Input::Look, None).await,
                () = self.parts.twitch.changed() => self.step(Input::Look, None).await,
                () = tokio::time::sleep(wait.map_or(Duration::ZERO, Duration::from)), if wait.is_some() => {
                    self.step(Input::Look, None).await;
                }
            }
        }
    }
}
