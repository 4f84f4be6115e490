//! Room: Twitch. Keeps the tokens of each identity and carries orders to Helix.

mod keeper;
pub mod names;
mod tokens;

pub use tokens::Tokens;

use crate::config::Config;
use crate::domain::chat::Identity;
use crate::domain::command::{Order, Outcome, TwitchOrder};
use crate::domain::twitch::Twitch;
use crate::runtime::desk::Ticket;
use crate::runtime::journal::Journal;
use crate::runtime::shared::{Reader, Writer};
use crate::runtime::supervisor::{Supervisor, Task};
use keeper::Keeper;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Questions that wait for one keeper.
const QUESTIONS: usize = 64;

/// The room's task for orders.
pub struct TwitchLink {
    orders: mpsc::Receiver<Ticket>,
    tokens: BTreeMap<Identity, Tokens>,
}

/// What the room is built from.
pub struct Parts {
    /// Settings in force.
    pub config: Reader<Config>,
    /// The Twitch cell.
    pub cell: Writer<Twitch>,
    /// The desk's [`Room::Twitch`](crate::runtime::desk::Room::Twitch).
    pub orders: mpsc::Receiver<Ticket>,
    /// Where lines are written down.
    pub journal: Journal,
}

/// Starts the room's tasks; the tokens of the broadcaster and of the bot, for the pages that sign in.
pub fn start(supervisor: &mut Supervisor, parts: Parts) -> BTreeMap<Identity, Tokens> {
    let cell = Arc::new(parts.cell);
    let keep = |identity| {
        let (asks_in, asks) = mpsc::channel(QUESTIONS);
        let (config, cell, journal) = (parts.config.clone(), cell.clone(), parts.journal.clone());
        supervisor.start(Keeper::new(keeper::Parts { identity, config, cell, asks, journal }));
        (identity, Tokens::new(identity, asks_in))
    };
    let tokens: BTreeMap<Identity, Tokens> = Identity::ALL.map(keep).into();
    supervisor.start(TwitchLink { orders: parts.orders, tokens: tokens.clone() });
    tokens
}

impl TwitchLink {
    /// Each order is carried by a task of its own: one that waits for Twitch holds up no other.
    fn obey(&self, ticket: Ticket) {
        let tokens = self.tokens.clone();
        tokio::spawn(async move {
            let outcome = match &ticket.order {
                Order::Twitch(TwitchOrder::BeginSignIn(who)) => spoken(tokens[who].begin().await),
                Order::Twitch(TwitchOrder::EndSignIn(who)) => spoken(tokens[who].end().await),
                Order::Twitch(TwitchOrder::SignOut(who)) => spoken(tokens[who].forget().await),
                other => Outcome::Failed(format!("Twitch cannot {other}.")),
            };
            ticket.answer(outcome);
        });
    }
}

fn spoken(words: Result<String, String>) -> Outcome {
    words.map_or_else(Outcome::Failed, Outcome::Done)
}

impl Task for TwitchLink {
    fn name(&self) -> &'static str {
        "twitch"
    }

    async fn run(&mut self, stop: CancellationToken) -> anyhow::Result<()> {
        loop {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                Some(ticket) = self.orders.recv() => self.obey(ticket),
            }
        }
    }
}
