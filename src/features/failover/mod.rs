//! Room: failover. Reads the feed, what OBS reports and the settings, steps the pure machine, gives
//! its orders through the desk and writes the failover cell. It switches nothing itself.

mod pause;
mod show;

use crate::config::Config;
use crate::domain::command::{FailoverOrder, ObsOrder, Order, Outcome};
use crate::domain::event::Fact;
use crate::domain::failover::machine::{Effect, Inputs, Machine, Standing};
use crate::domain::failover::scenes::{Reported, Targets};
use crate::domain::failover::{Place, View, words};
use crate::domain::journal::{Tone, Topic};
use crate::domain::people::Origin;
use crate::domain::signal::{Feeds, Paces, Sample};
use crate::domain::stream::Obs;
use crate::kit::clock;
use crate::kit::units::{Kbps, Millis, Mono, UnixMs};
use crate::runtime::bus::Bus;
use crate::runtime::desk::{Desk, Ticket};
use crate::runtime::journal::Journal;
use crate::runtime::shared::{Reader, Writer};
use crate::runtime::supervisor::Task;
use crate::store::Store;
use crate::store::samples::SampleRow;
use show::Show;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// The name under which automation's orders stand in the journal.
const RULE: &str = "failover";
/// Between two tries of an order that failed.
const RETRY: Millis = Millis(500);
/// After this many failures in a row the tries come slower.
const QUICK_TRIES: u32 = 3;
/// Between the slower tries.
const SLOW_RETRY: Millis = Millis(5000);

/// What the room is built from.
pub struct Parts {
    /// Settings in force.
    pub config: Reader<Config>,
    /// The newest poll of each feed.
    pub feeds: Reader<Feeds>,
    /// OBS as reported.
    pub obs: Reader<Obs>,
    /// Pause and resume.
    pub orders: mpsc::Receiver<Ticket>,
    /// Where scene orders go.
    pub desk: Desk,
    /// The failover cell.
    pub view: Writer<View>,
    /// How fast to poll each feed.
    pub pace: Writer<Paces>,
    /// Where facts are told.
    pub bus: Bus,
    /// Where decisions are written down.
    pub journal: Journal,
    /// Where the feed is written down second by second while live.
    pub samples: mpsc::Sender<SampleRow>,
    /// Keeps a pause over a restart.
    pub store: Store,
}

/// The room. Its machine survives a restart of the task.
pub struct Failover {
    parts: Parts,
    machine: Machine,
    seen_polls: u64,
    paused: Option<(String, UnixMs)>,
    sent: JoinSet<(Place, Outcome)>,
    switching: Option<Place>,
    failures: u32,
    retry_at: Option<Mono>,
    show: Show,
}

impl Failover {
    /// A room that has seen nothing yet.
    pub fn new(parts: Parts) -> Self {
        Self {
            parts,
            machine: Machine::default(),
            seen_polls: 0,
            paused: None,
            sent: JoinSet::new(),
            switching: None,
            failures: 0,
            retry_at: None,
            show: Show::default(),
        }
    }

    /// Steps the machine with whatever is new and carries out what follows; when to do so again
    /// although nothing is new.
    fn tick(&mut self) -> Mono {
        let now = clock::mono();
        let config = self.parts.config.get();
        let feed = self.parts.feeds.with(|feeds| feeds.first().cloned()).unwrap_or_default();
        let obs = self.parts.obs.get();
        let fresh = feed.sample.as_ref().filter(|_| feed.polls != self.seen_polls);
        self.seen_polls = feed.polls;

        let reported = reported(&obs);
        let targets = targets(&config, &obs);
        let inputs = self.inputs(fresh, &reported, &targets, &config);
        let mut machine = std::mem::take(&mut self.machine);
        let effects = machine.step(now, inputs);
        self.machine = machine;

        let existing: Vec<&str> = obs.scenes.iter().map(|scene| scene.as_str()).collect();
        let names = names(&config, &existing);
        for effect in effects {
            self.carry_out(effect, now, &targets, &config, &names);
        }
        self.publish(now, &reported, &targets, &config, &names, fresh);
        let timer = self.machine.wake_at(now, self.inputs(None, &reported, &targets, &config));
        let retry = self.retry_at.filter(|at| *at > now);
        timer.into_iter().chain(retry).min().unwrap_or(now + Millis(1000))
    }

    fn inputs<'a>(
        &self,
        sample: Option<&'a Sample>,
        obs: &'a Reported,
        targets: &'a Targets,
        config: &'a Config,
    ) -> Inputs<'a> {
        let paused = self.paused.is_some();
        Inputs { sample, obs, targets, rules: &config.rules, paused, switching: self.switching }
    }

    fn carry_out(&mut self, effect: Effect, now: Mono, targets: &Targets, config: &Config, names: &words::Names<'_>) {
        match effect {
            Effect::Decided { from, to, reason } => self.decided(from, to, &reason, config.rules.low, names),
            Effect::Switch { to, reason } => self.order_switch(to, reason, now, targets),
        }
    }

    fn decided(&mut self, from: Place, to: Place, reason: &str, low: Kbps, names: &words::Names<'_>) {
        let tone = if to == Place::Live { Tone::Good } else { Tone::Warn };
        let text = words::decision(from, to, reason, names);
        let data = show::numbers(self.machine.verdict(), self.machine.measured());
        self.parts.journal.note_with(Topic::Decision, tone, RULE, text, data);
        (self.failures, self.retry_at) = (0, None);
        let reason = reason.to_owned();
        match (from, to) {
            (_, Place::Live) => self.parts.bus.tell(Fact::FeedRestored { reason }),
            (Place::Live, _) => {
                let rate = self.machine.measured().kbps.filter(|rate| *rate < low);
                self.parts.bus.tell(Fact::FeedWeak { to, rate, reason });
            }
            _ => {}
        }
    }

    fn order_switch(&mut self, to: Place, reason: String, now: Mono, targets: &Targets) {
        if self.retry_at.is_some_and(|at| now < at) {
            return;
        }
        let Some(scene) = targets.scene(to).cloned() else { return };
        let desk = self.parts.desk.clone();
        self.switching = Some(to);
        self.sent.spawn(async move {
            let order = Order::Obs(ObsOrder::SwitchScene { scene, reason });
            (to, desk.give(Origin::Automation(RULE), order).await)
        });
    }

    /// An order of ours was answered, or broke off. The scene itself is a level: if it is still not
    /// the wanted one, the next tick orders it again.
    fn answered(&mut self, answer: Option<(Place, Outcome)>) {
        let replaced = answer.as_ref().is_some_and(|(place, _)| self.switching != Some(*place));
        if replaced {
            return;
        }
        self.switching = None;
        if answer.is_some_and(|(_, outcome)| outcome.is_done()) {
            (self.failures, self.retry_at) = (0, None);
        } else {
            self.failures += 1;
            let wait = if self.failures < QUICK_TRIES { RETRY } else { SLOW_RETRY };
            self.retry_at = Some(clock::mono() + wait);
        }
    }

    async fn obey(&mut self, ticket: Ticket) {
        let by = ticket.origin.to_string();
        let (done, kept) = match &ticket.order {
            Order::Failover(FailoverOrder::Pause) => {
                let (who, since) = self.paused.get_or_insert((by, clock::unix())).clone();
                ("Automatic switching is paused.", pause::keep(&self.parts.store, who, since).await)
            }
            Order::Failover(FailoverOrder::Resume) => {
                self.paused = None;
                ("Automatic switching is on.", pause::forget(&self.parts.store).await)
            }
            other => {
                let text = format!("The failover room cannot {other}.");
                return ticket.answer(Outcome::Failed(text));
            }
        };
        let text =
            kept.map_or_else(|why| format!("{done} A restart will not remember it: {why}."), |()| done.to_owned());
        ticket.answer(Outcome::Done(text));
    }

    fn publish(
        &mut self,
        now: Mono,
        reported: &Reported,
        targets: &Targets,
        config: &Config,
        names: &words::Names<'_>,
        fresh: Option<&Sample>,
    ) {
        let inputs = self.inputs(None, reported, targets, config);
        let standing = self.machine.standing(now, inputs);
        let text = words::standing(&standing, names, self.machine.verdict(), self.machine.wanted());
        // WAIT_FOR_STREAM_START=false: a guard that waits for the stream says nothing of it.
        let silent = matches!(standing, Standing::NotStreaming) && !config.rules.wait_for_stream_start;
        if let Some(tone) = self.show.worth_a_line(&standing, now).filter(|_| !silent) {
            let data = show::numbers(self.machine.verdict(), self.machine.measured());
            self.parts.journal.note_with(Topic::Standing, tone, RULE, text.clone(), data);
        }
        let view = self.show.view(&self.machine, &standing, text, self.paused.clone(), fresh);
        self.parts.view.edit_if_changed(|cell| *cell = view);
        if let Some(row) = self.show.row(fresh, reported.live, self.machine.verdict(), self.machine.measured()) {
            // A full lane costs a point of a curve, never a decision.
            let _ = self.parts.samples.try_send(row);
        }
        let pace = self.machine.pace();
        if let Some(first) = config.first_feed() {
            self.parts.pace.edit_if_changed(|cell| *cell = Paces::default().with(&first.id, pace));
        }
    }
}

impl Task for Failover {
    fn name(&self) -> &'static str {
        "failover"
    }

    async fn run(&mut self, stop: CancellationToken) -> anyhow::Result<()> {
        self.paused = pause::recall(&self.parts.store).await.or(self.paused.take());
        let mut next = self.tick();
        loop {
            let wait = next.since(clock::mono());
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = self.parts.feeds.changed() => {}
                () = self.parts.obs.changed() => {}
                () = self.parts.config.changed() => {}
                () = tokio::time::sleep(wait.into()) => {}
                Some(ticket) = self.parts.orders.recv() => self.obey(ticket).await,
                Some(answer) = self.sent.join_next() => self.answered(answer.ok()),
            }
            next = self.tick();
        }
    }
}

fn reported(obs: &Obs) -> Reported {
    Reported {
        live: obs.is_live(),
        scene: obs.scene.clone().filter(|_| obs.is_connected()),
        human_switches: obs.human_switches,
        media_moving: obs.media.as_ref().and_then(|media| media.moving.map(|moving| moving && media.playing)),
    }
}

fn targets(config: &Config, obs: &Obs) -> Targets {
    let scenes = &config.scenes;
    Targets::resolve(&scenes.live, &scenes.low, scenes.offline.as_ref(), &obs.scenes)
}

fn names<'a>(config: &'a Config, existing: &'a [&'a str]) -> words::Names<'a> {
    let scenes = &config.scenes;
    words::Names {
        live: scenes.live.as_str(),
        low: scenes.low.as_str(),
        offline: scenes.offline.as_ref().map(|scene| scene.as_str()),
        existing,
    }
}
