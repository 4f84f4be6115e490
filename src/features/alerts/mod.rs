//! Room: alerts. Hears that the feed got weak or came back, takes orders to raise an alert, numbers
//! every alert and tells it on the bus, from where overlays and pages pick it up.

mod limit;

use crate::domain::alert::{Alert, AlertKind};
use crate::domain::command::{Order, Outcome, RaiseAlert};
use crate::domain::event::Fact;
use crate::domain::failover::Place;
use crate::domain::journal::{Tone, Topic};
use crate::kit::{clock, text};
use crate::runtime::bus::{Bus, Listener};
use crate::runtime::desk::Ticket;
use crate::runtime::journal::Journal;
use crate::runtime::shared::Writer;
use crate::runtime::supervisor::Task;
use limit::Limit;
use std::collections::VecDeque;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Alerts that the cell keeps.
const KEPT: usize = 5;

/// Longest message that is shown and spoken, in characters.
const MESSAGE_MAX: usize = 300;

/// The alerts cell: the newest alerts, newest last.
pub type Recent = VecDeque<Alert>;

/// The room.
pub struct AlertsRoom {
    bus: Bus,
    facts: Listener,
    orders: mpsc::Receiver<Ticket>,
    recent: Writer<Recent>,
    journal: Journal,
    limit: Limit,
    last_id: u64,
}

impl AlertsRoom {
    /// Builds the room; it hears the bus from now on. `orders` is the desk's lane
    /// [`crate::runtime::desk::Room::Alerts`].
    pub fn new(bus: Bus, orders: mpsc::Receiver<Ticket>, recent: Writer<Recent>, journal: Journal) -> Self {
        let facts = bus.listen();
        Self { bus, facts, orders, recent, journal, limit: Limit::default(), last_id: 0 }
    }

    /// Reacts to one fact.
    pub fn hear(&mut self, fact: &Fact) {
        let Some((kind, message)) = words(fact) else { return };
        let now = clock::mono();
        if self.limit.admits(kind, now) {
            // What people and programs raise is theirs: it must not silence the next weak feed.
            self.limit.shown(kind, now);
            self.raise(kind, message, "failover");
        }
    }

    /// Answers one order. People and programs that ask are not held back by the quiet time.
    pub fn take(&mut self, ticket: Ticket) {
        let Order::Alerts(RaiseAlert { kind, message }) = &ticket.order else {
            return ticket.answer(Outcome::Failed("The alerts room cannot do that.".to_owned()));
        };
        let message = text::excerpt(message.trim(), MESSAGE_MAX);
        if message.is_empty() {
            return ticket.answer(Outcome::Failed("The alert needs a message.".to_owned()));
        }
        let id = self.raise(*kind, message, &ticket.origin.to_string());
        ticket.answer(Outcome::Done(format!("Alert {id} is out.")));
    }

    fn raise(&mut self, kind: AlertKind, message: String, by: &str) -> u64 {
        self.last_id += 1;
        let alert = Alert { id: self.last_id, kind, message, ts: clock::unix() };
        let tone = if kind == AlertKind::Low { Tone::Warn } else { Tone::Good };
        self.journal.note(Topic::Alert, tone, by, format!("Alert shown: {}", alert.message));
        self.recent.edit(|recent| {
            recent.push_back(alert.clone());
            while recent.len() > KEPT {
                recent.pop_front();
            }
        });
        self.bus.tell(Fact::AlertRaised(alert));
        self.last_id
    }
}

impl Task for AlertsRoom {
    fn name(&self) -> &'static str {
        "alerts"
    }

    async fn run(&mut self, stop: CancellationToken) -> anyhow::Result<()> {
        loop {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                Some(ticket) = self.orders.recv() => self.take(ticket),
                Some(fact) = self.facts.next() => self.hear(&fact),
                else => anyhow::bail!("the bus and the desk are gone"),
            }
        }
    }
}

/// What viewers are told about a fact; `None` for facts that are no news to them.
fn words(fact: &Fact) -> Option<(AlertKind, String)> {
    match fact {
        Fact::FeedWeak { to: Place::Offline, .. } => {
            Some((AlertKind::Low, "Connection lost – hang on, we are reconnecting.".to_owned()))
        }
        Fact::FeedWeak { rate, .. } => {
            let rate = rate.map(|kbps| format!(" ({kbps})")).unwrap_or_default();
            Some((AlertKind::Low, format!("Weak signal, picture may stutter{rate}.")))
        }
        Fact::FeedRestored { .. } => Some((AlertKind::Restored, "We are back!".to_owned())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::people::{Origin, Role};
    use crate::kit::units::Kbps;
    use crate::runtime::desk::{Desk, DeskBuilder, Room};
    use crate::runtime::shared::Reader;
    use crate::runtime::{journal, shared};

    struct House {
        room: AlertsRoom,
        recent: Reader<Recent>,
        desk: Desk,
        lines: mpsc::Receiver<crate::domain::journal::Entry>,
    }

    fn house() -> House {
        let (journal, lines) = journal::lane();
        let mut builder = DeskBuilder::new(journal.clone());
        let orders = builder.room(Room::Alerts);
        let (writer, recent) = shared::cell(Recent::new());
        let room = AlertsRoom::new(Bus::new(), orders, writer, journal);
        House { room, recent, desk: builder.open(), lines }
    }

    fn weak(to: Place, rate: Option<Kbps>) -> Fact {
        Fact::FeedWeak { to, rate, reason: "310 kbit/s < 800 kbit/s".to_owned() }
    }

    #[test]
    fn viewers_hear_kind_words_with_the_number_or_none() {
        let table = [
            (Place::Low, Some(Kbps(310.0)), "Weak signal, picture may stutter (310 kbit/s)."),
            (Place::Low, None, "Weak signal, picture may stutter."),
            (Place::Offline, Some(Kbps(0.0)), "Connection lost – hang on, we are reconnecting."),
        ];
        for (to, rate, text) in table {
            assert_eq!(words(&weak(to, rate)), Some((AlertKind::Low, text.to_owned())));
        }
        assert_eq!(words(&Fact::StreamStarted), None);
    }

    #[test]
    fn a_weak_feed_becomes_one_numbered_alert_in_cell_bus_and_journal() {
        let mut house = house();
        let mut ear = house.room.bus.listen();
        let weak = weak(Place::Low, Some(Kbps(310.0)));
        house.room.hear(&weak);
        house.room.hear(&weak);
        let shown = house.recent.get();
        assert_eq!(shown.len(), 1, "the second is within the quiet time");
        assert_eq!(shown[0].id, 1);
        let told = futures_util::FutureExt::now_or_never(ear.next()).flatten();
        assert_eq!(told, Some(Fact::AlertRaised(shown[0].clone())));
        let line = house.lines.try_recv().expect("a journal line");
        assert_eq!(line.text, "Alert shown: Weak signal, picture may stutter (310 kbit/s).");
    }

    #[tokio::test]
    async fn orders_are_numbered_bounded_and_the_cell_keeps_five() {
        let house = house();
        let (mut room, recent, desk) = (house.room, house.recent, house.desk);
        let stop = CancellationToken::new();
        let ended = stop.clone();
        let running = tokio::spawn(async move { room.run(stop).await });
        let give = |message: String| {
            let origin = Origin::Person { name: "Anna".to_owned(), role: Role::Owner };
            desk.give(origin, Order::Alerts(RaiseAlert { kind: AlertKind::Low, message }))
        };
        for n in 1..=6 {
            assert_eq!(give(format!("number {n}")).await, Outcome::Done(format!("Alert {n} is out.")));
        }
        assert!(matches!(give("  ".to_owned()).await, Outcome::Failed(_)));
        give("x".repeat(1000)).await;
        let kept = recent.get();
        assert_eq!(kept.iter().map(|alert| alert.id).collect::<Vec<_>>(), [3, 4, 5, 6, 7]);
        assert_eq!(kept[4].message.chars().count(), MESSAGE_MAX + 1, "cut, with an ellipsis");
        ended.cancel();
        running.await.expect("no panic").expect("a clean end");
    }
}
