//! The desk: every order from dashboard, chat, API or automation passes here. It authorises by the
//! one permission table, hands the order to the owning room, waits for the answer and writes the
//! audit line.

use super::journal::Journal;
use crate::domain::command::{Order, Outcome};
use crate::domain::journal::{Tone, Topic};
use crate::domain::people::{Origin, may};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

/// Longest wait for a room's answer. The longest promise a room makes is the 30 s of a stream start.
const DEADLINE: Duration = Duration::from_secs(35);

/// How long an order may still be answered once the daemon stops: less than open requests are given
/// to end, so that whoever asked hears how it stands.
const LAST_WORD: Duration = Duration::from_secs(1);

/// Orders that wait for one room; a full room refuses rather than making the caller wait.
const ROOM_CAPACITY: usize = 32;

/// The rooms that own orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Room {
    /// `features/obs_link`
    Obs,
    /// `features/failover`
    Failover,
    /// `features/ingest_watch`
    Ingest,
    /// `features/alerts`
    Alerts,
    /// `features/settings`
    Settings,
    /// `features/twitch_link`
    Twitch,
    /// `features/raid`
    Raid,
    /// `features/chat`
    Chat,
}

/// An order on its way, with the slip for the answer.
pub struct Ticket {
    /// What is wanted.
    pub order: Order,
    /// Who wants it.
    pub origin: Origin,
    answer: oneshot::Sender<Outcome>,
}

impl Ticket {
    /// Answers the one who asked; they may have stopped waiting.
    pub fn answer(self, outcome: Outcome) {
        let _ = self.answer.send(outcome);
    }
}

/// Built once at start, then cloned freely.
#[derive(Clone)]
pub struct Desk {
    rooms: Arc<HashMap<Room, mpsc::Sender<Ticket>>>,
    journal: Journal,
    stop: CancellationToken,
}

/// Collects the rooms before the desk opens.
pub struct DeskBuilder {
    rooms: HashMap<Room, mpsc::Sender<Ticket>>,
    journal: Journal,
    stop: CancellationToken,
}

impl DeskBuilder {
    /// A desk without rooms.
    pub fn new(journal: Journal) -> Self {
        Self { rooms: HashMap::new(), journal, stop: CancellationToken::new() }
    }

    /// A desk that closes when the daemon stops: nobody is then left waiting for an order's end.
    pub fn until(self, stop: CancellationToken) -> Self {
        Self { stop, ..self }
    }

    /// The stream of tickets for a room.
    pub fn room(&mut self, room: Room) -> mpsc::Receiver<Ticket> {
        let (sender, receiver) = mpsc::channel(ROOM_CAPACITY);
        self.rooms.insert(room, sender);
        receiver
    }

    /// Opens the desk.
    pub fn open(self) -> Desk {
        Desk { rooms: Arc::new(self.rooms), journal: self.journal, stop: self.stop }
    }
}

impl Desk {
    /// Gives an order and waits for its end: done, failed, timed out or refused. Audited either way,
    /// even when the one who asked stops waiting (a browser that goes away).
    pub async fn give(&self, origin: Origin, order: Order) -> Outcome {
        let desk = self.clone();
        let given = tokio::spawn(async move { desk.give_and_audit(origin, order).await });
        given.await.unwrap_or_else(|_| dropped())
    }

    /// Gives an order by which the order of a ticket is carried out, in the name of its author. The line
    /// in the journal is the first one's alone: it ends the same way.
    pub async fn pass_on(&self, ticket: &Ticket, order: Order) -> Outcome {
        let (desk, origin) = (self.clone(), ticket.origin.clone());
        let given = tokio::spawn(async move { desk.carry(origin, order).await });
        given.await.unwrap_or_else(|_| dropped())
    }

    async fn give_and_audit(&self, origin: Origin, order: Order) -> Outcome {
        let what = order.to_string();
        let by = origin.to_string();
        let automation = origin.is_automation();
        let outcome = self.carry(origin, order).await;
        self.audit(&what, &by, automation, &outcome);
        outcome
    }

    async fn carry(&self, origin: Origin, order: Order) -> Outcome {
        if !may(origin.role(), order.kind()) {
            return Outcome::Refused(format!("{origin} may not {order}."));
        }
        let Some(room) = self.rooms.get(&owner(&order)) else {
            return Outcome::Failed(format!("Nobody here can {order}."));
        };
        let (answer, answered) = oneshot::channel();
        if room.try_send(Ticket { order, origin, answer }).is_err() {
            return Outcome::Failed("Too many orders are waiting. Try again in a moment.".to_owned());
        }
        let answer = async { answered.await.unwrap_or_else(|_| dropped()) };
        tokio::select! {
            biased;
            outcome = answer => outcome,
            () = self.closed() => Outcome::TimedOut("Stream Control stops and did not hear how it ended.".to_owned()),
            () = tokio::time::sleep(DEADLINE) => {
                Outcome::TimedOut("Nobody answered in time. Look at the state before you try again.".to_owned())
            }
        }
    }

    async fn closed(&self) {
        self.stop.cancelled().await;
        tokio::time::sleep(LAST_WORD).await;
    }

    fn audit(&self, what: &str, by: &str, automation: bool, outcome: &Outcome) {
        let (word, tone) = match outcome {
            Outcome::Done(_) => ("done", if automation { Tone::Info } else { Tone::Good }),
            Outcome::Failed(_) => ("failed", Tone::Bad),
            Outcome::TimedOut(_) => ("not confirmed", Tone::Warn),
            Outcome::Refused(_) => ("refused", Tone::Warn),
        };
        self.journal.note(Topic::Order, tone, by, format!("{by}: {what} – {word}. {}", outcome.text()));
    }
}

fn dropped() -> Outcome {
    Outcome::Failed("The order was dropped on the way. Try again.".to_owned())
}

fn owner(order: &Order) -> Room {
    match order {
        Order::Obs(_) => Room::Obs,
        Order::Failover(_) => Room::Failover,
        Order::Ingest(_) => Room::Ingest,
        Order::Alerts(_) => Room::Alerts,
        Order::Settings(_) | Order::Import(_) => Room::Settings,
        Order::Twitch(_) => Room::Twitch,
        Order::Raid(_) => Room::Raid,
        Order::Chat(_) => Room::Chat,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::command::{FailoverOrder, ObsOrder};
    use crate::domain::people::Role;
    use crate::runtime::journal;

    fn viewer() -> Origin {
        Origin::Chat { author: "someone".to_owned(), role: Role::Viewer }
    }

    fn owner_of_the_house() -> Origin {
        Origin::Person { name: "Anna".to_owned(), role: Role::Owner }
    }

    #[tokio::test]
    async fn a_viewer_is_refused_before_any_room_hears_of_it() {
        let (journal, mut lines) = journal::lane();
        let mut builder = DeskBuilder::new(journal);
        let mut room = builder.room(Room::Obs);
        let outcome = builder.open().give(viewer(), Order::Obs(ObsOrder::StopStream)).await;
        assert!(matches!(outcome, Outcome::Refused(_)));
        assert!(room.try_recv().is_err());
        assert!(lines.recv().await.expect("an audit line").text.contains("refused"));
    }

    #[tokio::test]
    async fn the_room_answers_the_one_who_asked() {
        let mut builder = DeskBuilder::new(journal::lane().0);
        let mut room = builder.room(Room::Failover);
        let desk = builder.open();
        tokio::spawn(async move {
            let ticket = room.recv().await.expect("a ticket");
            ticket.answer(Outcome::Done("Paused.".to_owned()));
        });
        let outcome = desk.give(owner_of_the_house(), Order::Failover(FailoverOrder::Pause)).await;
        assert_eq!(outcome, Outcome::Done("Paused.".to_owned()));
    }

    #[tokio::test]
    async fn an_order_is_audited_even_if_the_one_who_asked_has_gone() {
        let (journal, mut lines) = journal::lane();
        let mut builder = DeskBuilder::new(journal);
        let mut room = builder.room(Room::Failover);
        let desk = builder.open();
        let asking =
            tokio::spawn(async move { desk.give(owner_of_the_house(), Order::Failover(FailoverOrder::Pause)).await });
        let ticket = room.recv().await.expect("a ticket");
        asking.abort();
        assert!(asking.await.is_err());
        ticket.answer(Outcome::Done("Paused.".to_owned()));
        assert!(lines.recv().await.expect("an audit line").text.contains("Paused."));
    }

    #[tokio::test(start_paused = true)]
    async fn when_the_daemon_stops_nobody_is_left_waiting() {
        let (stop, (journal, mut lines)) = (CancellationToken::new(), journal::lane());
        let mut builder = DeskBuilder::new(journal).until(stop.clone());
        let _room = builder.room(Room::Obs);
        let desk = builder.open();
        stop.cancel();
        let asked = tokio::time::Instant::now();
        let outcome = desk.give(owner_of_the_house(), Order::Obs(ObsOrder::StopStream)).await;
        assert!(matches!(outcome, Outcome::TimedOut(_)));
        assert_eq!(asked.elapsed().as_secs(), LAST_WORD.as_secs());
        assert!(lines.recv().await.expect("an audit line").text.contains("not confirmed"));
    }

    #[tokio::test]
    async fn a_full_room_refuses_at_once() {
        let mut builder = DeskBuilder::new(journal::lane().0);
        let _room = builder.room(Room::Failover);
        let desk = builder.open();
        let waiting: Vec<_> = (0..ROOM_CAPACITY)
            .map(|_| {
                let desk = desk.clone();
                tokio::spawn(
                    async move { desk.give(owner_of_the_house(), Order::Failover(FailoverOrder::Pause)).await },
                )
            })
            .collect();
        tokio::task::yield_now().await;
        let outcome = desk.give(owner_of_the_house(), Order::Failover(FailoverOrder::Pause)).await;
        assert!(matches!(outcome, Outcome::Failed(_)));
        waiting.iter().for_each(tokio::task::JoinHandle::abort);
    }
}
