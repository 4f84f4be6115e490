//! Room: failover. Reads the feed, what OBS reports and the settings, steps the pure machine, gives
//! its orders through the desk and writes the failover cell. It switches nothing itself.

mod hand;
mod known;
mod pause;
mod show;

use crate::config::Config;
use crate::domain::command::{FailoverOrder, ObsOrder, Order, Outcome};
use crate::domain::event::Fact;
use crate::domain::failover::machine::{Effect, Machine, Shot, Standing};
use crate::domain::failover::{Place, View, words};
use crate::domain::ids::{FeedId, SceneName};
use crate::domain::journal::{Tone, Topic};
use crate::domain::people::Origin;
use crate::domain::signal::{Feeds, Paces, Sample};
use crate::domain::stream::Obs;
use crate::kit::clock;
use crate::kit::units::{Millis, Mono};
use crate::runtime::bus::Bus;
use crate::runtime::desk::{Desk, Ticket};
use crate::runtime::journal::Journal;
use crate::runtime::shared::{Reader, Writer};
use crate::runtime::supervisor::Task;
use crate::store::Store;
use crate::store::samples::SampleRow;
use hand::{Hand, TEST_SPAN};
use known::Known;
use show::Show;
use std::collections::HashMap;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// The name under which automation's orders stand in the journal.
const RULE: &str = "failover";

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
    seen_polls: HashMap<FeedId, u64>,
    hand: Hand,
    sent: JoinSet<(SceneName, Outcome)>,
    show: Show,
}

impl Failover {
    /// A room that has seen nothing yet.
    pub fn new(parts: Parts) -> Self {
        Self {
            parts,
            machine: Machine::default(),
            seen_polls: HashMap::new(),
            hand: Hand::default(),
            sent: JoinSet::new(),
            show: Show::default(),
        }
    }

    /// Steps the machine with whatever is new and carries out what follows; when to do so again
    /// although nothing is new.
    fn tick(&mut self) -> Mono {
        let now = clock::mono();
        let known = Known::gather(self.parts.config.get(), &self.parts.obs.get());
        let fresh = self.fresh();
        self.end_test(now, known.reported.live);
        let effects = self.machine.step(now, known.inputs(&fresh, &self.hand));
        for effect in effects {
            self.carry_out(effect, now, &known);
        }
        self.publish(now, &known, &fresh);
        let timer = self.machine.wake_at(now, known.inputs(&[], &self.hand));
        let due = [timer, self.hand.retry_at(), self.hand.testing];
        due.into_iter().flatten().filter(|at| *at > now).min().unwrap_or(now + Millis(1000))
    }

    /// The samples that the machine has not seen yet.
    fn fresh(&mut self) -> Vec<(FeedId, Sample)> {
        let seen = &mut self.seen_polls;
        self.parts.feeds.with(|feeds| {
            let new = feeds.list.iter().filter(|(id, feed)| seen.get(id) != Some(&feed.polls));
            let new: Vec<_> = new.map(|(id, feed)| (id.clone(), feed.polls, feed.sample.clone())).collect();
            let take = |(id, polls, sample): (FeedId, u64, Option<Sample>)| {
                seen.insert(id.clone(), polls);
                sample.map(|sample| (id, sample))
            };
            new.into_iter().filter_map(take).collect()
        })
    }

    fn carry_out(&mut self, effect: Effect, now: Mono, known: &Known) {
        match effect {
            Effect::Decided { from, to, reason } => self.decided(&from, &to, &reason, known),
            Effect::Switch { scene, reason } => self.order_switch(scene, reason, now),
            Effect::StopStream { reason } => self.order_stop(&reason),
        }
    }

    fn decided(&mut self, from: &Shot, to: &Shot, reason: &str, known: &Known) {
        let tone = if to.place == Place::Live { Tone::Good } else { Tone::Warn };
        let text = words::decision(&from.scene, &to.scene, reason, &known.scenes.existing);
        let data = show::decision(&self.machine, from, to, reason);
        self.parts.journal.note_with(Topic::Decision, tone, RULE, text, data);
        self.hand.forget_failures();
        let reason = reason.to_owned();
        match (from.place, to.place) {
            (Place::Live, Place::Live) => {}
            (_, Place::Live) => self.parts.bus.tell(Fact::FeedRestored { reason }),
            (Place::Live, to) => {
                let low = known.config.rules.low;
                let rate = self.machine.measured().kbps.filter(|rate| *rate < low);
                self.parts.bus.tell(Fact::FeedWeak { to, rate, reason });
            }
            _ => {}
        }
    }

    fn order_switch(&mut self, scene: SceneName, reason: String, now: Mono) {
        if !self.hand.is_free(now) {
            return;
        }
        let desk = self.parts.desk.clone();
        self.hand.switching = Some(scene.clone());
        self.sent.spawn(async move {
            let order = Order::Obs(ObsOrder::SwitchScene { scene: scene.clone(), reason });
            (scene, desk.give(Origin::Automation(RULE), order).await)
        });
    }

    /// Ordered once; OBS confirms it to the room that holds the connection, and the desk writes down
    /// how it ended. It is not given again: a person may have had a reason to go on.
    fn order_stop(&self, reason: &str) {
        let text = format!("The stream is stopped (OFFLINE_STOP_MIN): {reason}");
        self.parts.journal.note(Topic::Decision, Tone::Warn, RULE, text);
        let desk = self.parts.desk.clone();
        tokio::spawn(async move { desk.give(Origin::Automation(RULE), Order::Obs(ObsOrder::StopShow)).await });
    }

    async fn obey(&mut self, ticket: Ticket) {
        let Order::Failover(order) = &ticket.order else {
            let text = format!("The failover room cannot {}.", ticket.order);
            return ticket.answer(Outcome::Failed(text));
        };
        let by = ticket.origin.to_string();
        let outcome = match order {
            FailoverOrder::Pause => self.pause(by).await,
            FailoverOrder::Resume => self.resume().await,
            FailoverOrder::StartTest => self.start_test(),
            FailoverOrder::StopTest => {
                self.hand.testing = None;
                Outcome::Done("The test is over. Scenes are left alone until OBS streams.".to_owned())
            }
            FailoverOrder::Maintenance { feed, span, why } => self.expect_work(feed.as_ref(), *span, why),
        };
        ticket.answer(outcome);
    }

    async fn pause(&mut self, by: String) -> Outcome {
        let (who, since) = self.hand.paused.get_or_insert((by, clock::unix())).clone();
        let kept = pause::keep(&self.parts.store, who, since).await;
        remembered("Automatic switching is paused.", kept)
    }

    async fn resume(&mut self) -> Outcome {
        self.hand.paused = None;
        remembered("Automatic switching is on.", pause::forget(&self.parts.store).await)
    }

    /// Facts are told in a test as in a show, so that overlays are tried out with it: nobody watches.
    fn start_test(&mut self) -> Outcome {
        match self.parts.obs.with(Obs::is_live) {
            Some(true) => Outcome::Failed("OBS streams, so automatic switching is at work already.".to_owned()),
            None => Outcome::Failed("OBS cannot be read, so there is nothing to test.".to_owned()),
            Some(false) => {
                self.hand.testing = Some(clock::mono() + TEST_SPAN);
                let text =
                    format!("Scenes are switched and alerts are shown as if OBS streamed, for {TEST_SPAN} at most.");
                Outcome::Done(text)
            }
        }
    }

    fn expect_work(&mut self, feed: Option<&FeedId>, span: Millis, why: &str) -> Outcome {
        if let Some(unknown) = feed.filter(|id| self.machine.watches().iter().all(|watch| watch.id() != *id)) {
            return Outcome::Failed(format!("There is no feed '{unknown}'."));
        }
        self.machine.expect_work(clock::mono(), feed, span, why);
        self.parts.bus.tell(Fact::WorkAnnounced { feed: feed.cloned(), span });
        Outcome::Done("Work on the ingest is expected; it will not look like an outage.".to_owned())
    }

    /// A test ends by itself, and when the stream begins: then it is the real thing.
    fn end_test(&mut self, now: Mono, live: Option<bool>) {
        let Some(until) = self.hand.testing else { return };
        let why = match live {
            Some(true) => "the stream has begun",
            _ if now >= until => "its time is over",
            _ => return,
        };
        self.hand.testing = None;
        let text = format!("The test of automatic switching is over: {why}.");
        self.parts.journal.note(Topic::System, Tone::Info, RULE, text);
    }

    fn publish(&mut self, now: Mono, known: &Known, fresh: &[(FeedId, Sample)]) {
        let inputs = known.inputs(&[], &self.hand);
        let standing = self.machine.standing(now, inputs);
        let verdict = show::verdict(&self.machine, &known.config.lineup);
        let cast = self.machine.cast(&known.scenes, &known.config.lineup);
        let text = words::standing(&standing, &cast, &verdict, self.machine.wanted());
        // WAIT_FOR_STREAM_START=false: a guard that waits for the stream says nothing of it.
        let silent = matches!(standing, Standing::NotStreaming) && !known.config.rules.wait_for_stream_start;
        if let Some(tone) = self.show.worth_a_line(&standing, now).filter(|_| !silent) {
            let data = show::standing(&self.machine, &verdict, &standing);
            self.parts.journal.note_with(Topic::Standing, tone, RULE, text.clone(), data);
        }
        self.show.take(fresh, &self.machine);
        let servers = self.parts.feeds.with(show::servers);
        let said = show::Said { standing: &standing, verdict: &verdict, text };
        let view = self.show.view(now, &self.machine, said, &self.hand, &known.config.lineup, &servers);
        self.parts.view.edit_if_changed(|cell| *cell = view);
        for row in self.show.rows(fresh, known.reported.live, &self.machine) {
            // A full lane costs a point of a curve, never a decision.
            let _ = self.parts.samples.try_send(row);
        }
        let watches = self.machine.watches().iter();
        let paces =
            watches.fold(Paces::default(), |paces, watch| paces.with(watch.id(), self.machine.pace_of(watch.id())));
        self.parts.pace.edit_if_changed(|cell| *cell = paces);
    }
}

fn remembered(done: &str, kept: Result<(), crate::store::StoreError>) -> Outcome {
    Outcome::Done(
        kept.map_or_else(|why| format!("{done} A restart will not remember it: {why}."), |()| done.to_owned()),
    )
}

impl Task for Failover {
    fn name(&self) -> &'static str {
        "failover"
    }

    async fn run(&mut self, stop: CancellationToken) -> anyhow::Result<()> {
        self.hand.paused = pause::recall(&self.parts.store).await.or(self.hand.paused.take());
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
                Some(answer) = self.sent.join_next() => match answer {
                    Ok((scene, outcome)) => self.hand.answered(clock::mono(), &scene, &outcome),
                    // Broken off: the level is looked at again.
                    Err(_) => self.hand.switching = None,
                },
            }
            next = self.tick();
        }
    }
}

#[cfg(test)]
mod tests;
