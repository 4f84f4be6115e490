//! Room: Twitch. Keeps the tokens of each identity, listens to EventSub and carries orders to Helix.

mod actions;
mod caller;
mod keeper;
mod names;
mod plan;
mod poll;
mod reconcile;
mod refresh;
mod searches;
mod seen;
pub mod sent;
mod sockets;
mod tokens;
mod words;

pub use refresh::{Refresh, Watching};
pub use searches::{FoundChannel, Label, Raided, Searches};
pub use sockets::Pace;
pub use tokens::Tokens;

use crate::config::Config;
use crate::domain::chat::{ChatMessage, Identity};
use crate::domain::command::{Order, Outcome, TwitchOrder};
use crate::domain::event::Fact;
use crate::domain::happening::Happening;
use crate::domain::stream::Obs;
use crate::domain::twitch::{OutgoingRaid, Twitch};
use crate::kit::units::UnixMs;
use crate::runtime::bus::{self, Bus};
use crate::runtime::desk::Ticket;
use crate::runtime::journal::Journal;
use crate::runtime::shared::{Reader, Writer};
use crate::runtime::supervisor::{Supervisor, Task};
use crate::store::Store;
use actions::Actions;
use caller::Caller;
use keeper::Keeper;
use plan::Watch;
use poll::Poller;
use seen::Seen;
use sent::Sent;
use sockets::Listener;
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
    actions: Actions,
    facts: bus::Listener,
    happenings: bus::Listener<Arc<Happening>>,
    chat: bus::Listener<Arc<ChatMessage>>,
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
    /// Where facts and chat messages are told.
    pub bus: Bus,
    /// How patient the connections and the sign-in are.
    pub pace: Pace,
    /// OBS as last reported.
    pub obs: Reader<Obs>,
    /// Where raided channels are remembered.
    pub store: Store,
}

/// What the pages need of the room.
pub struct Started {
    /// The tokens of the broadcaster and of the bot, for signing in.
    pub tokens: BTreeMap<Identity, Tokens>,
    /// Questions that change nothing.
    pub searches: Searches,
}

/// Starts the room's tasks.
pub fn start(supervisor: &mut Supervisor, parts: Parts) -> Started {
    let cell = Arc::new(parts.cell);
    let keep = |identity| {
        let (asks_in, asks) = mpsc::channel(QUESTIONS);
        let (config, cell, journal) = (parts.config.clone(), cell.clone(), parts.journal.clone());
        let refused = parts.pace.refused;
        supervisor.start(Keeper::new(keeper::Parts { identity, config, cell, asks, journal, refused }));
        (identity, Tokens::new(identity, asks_in))
    };
    let tokens: BTreeMap<Identity, Tokens> = Identity::ALL.map(keep).into();
    let (refresh, sent, seen) = (Refresh::default(), Sent::default(), Arc::<Seen>::default());
    for (identity, tokens) in &tokens {
        supervisor.start(Listener::new(sockets::Parts {
            watch: Watch::new(*identity, parts.config.clone(), cell.reader()),
            cell: cell.clone(),
            tokens: tokens.clone(),
            bus: parts.bus.clone(),
            refresh: refresh.clone(),
            sent: sent.clone(),
            seen: seen.clone(),
            journal: parts.journal.clone(),
            pace: parts.pace,
        }));
    }
    let caller = Caller::new(parts.config.clone(), cell, tokens.clone());
    let searches = Searches::new(caller.clone(), parts.store.clone(), refresh.clone());
    let actions = Actions {
        caller: caller.clone(),
        store: parts.store,
        journal: parts.journal,
        refresh: refresh.clone(),
        pace: Arc::default(),
        sent,
    };
    supervisor.start(Poller::new(caller, parts.obs, refresh));
    let (facts, chat) = (parts.bus.listen(), parts.bus.listen_to_chat());
    let (orders, happenings) = (parts.orders, parts.bus.listen_to_happenings());
    supervisor.start(TwitchLink { orders, tokens: tokens.clone(), actions, facts, happenings, chat });
    Started { tokens, searches }
}

impl TwitchLink {
    /// Each order is carried by a task of its own: one that waits for Twitch holds up no other.
    fn obey(&self, ticket: Ticket) {
        let (tokens, actions) = (self.tokens.clone(), self.actions.clone());
        tokio::spawn(async move {
            let outcome = match &ticket.order {
                Order::Twitch(TwitchOrder::BeginSignIn(who)) => spoken(tokens[who].begin().await),
                Order::Twitch(TwitchOrder::EndSignIn(who)) => spoken(tokens[who].end().await),
                Order::Twitch(TwitchOrder::SignOut(who)) => spoken(tokens[who].forget().await),
                Order::Twitch(order) => actions.obey(order, &ticket.origin).await,
                other => Outcome::Failed(format!("Twitch cannot {other}.")),
            };
            ticket.answer(outcome);
        });
    }

    /// The badges of our own messages tell how much the account may say.
    fn overhear(&self, message: &ChatMessage) {
        let ours = self.actions.caller.identity_of(&message.author.id);
        let free = |set: &str| matches!(set, "broadcaster" | "moderator" | "lead_moderator" | "vip");
        if let Some(identity) = ours.filter(|_| message.from_channel.is_none()) {
            self.actions.speaks_freely(identity, message.author.badges.iter().any(|badge| free(&badge.set)));
        }
    }

    /// Chat may tell late that a raid was called off, when the next one is asked for already.
    fn called_off(&self, at: UnixMs) {
        let is_this = |raid: &OutgoingRaid| raid.confirmed_at.is_none() && raid.asked_at <= Some(at);
        self.actions.caller.cell.edit_if_changed(|twitch| {
            twitch.raid.take_if(|raid| is_this(raid));
        });
    }

    /// The raid went out, whoever began it.
    fn raid_sent(&self, to_id: String, to_name: String, viewers: u64, at: UnixMs) {
        let asked = self
            .actions
            .caller
            .cell
            .with(|twitch| twitch.raid.as_ref().is_some_and(|raid| raid.to_id == to_id && raid.asked_at.is_some()));
        if !asked {
            let (actions, id, name) = (self.actions.clone(), to_id.clone(), to_name.clone());
            tokio::spawn(async move { actions.remember_sent(&id, &name).await });
        }
        self.actions.caller.cell.edit_if_changed(|twitch| {
            let asked_at = twitch.raid.as_ref().filter(|raid| raid.to_id == to_id).and_then(|raid| raid.asked_at);
            let (confirmed_at, viewers) = (Some(at), Some(viewers));
            twitch.raid = Some(OutgoingRaid { to_id, to_name, asked_at, confirmed_at, viewers });
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
                Some(fact) = self.facts.next() => {
                    if let Fact::RaidSent { to_id, to_name, viewers, at } = fact {
                        self.raid_sent(to_id, to_name, viewers, at);
                    }
                }
                Some(happening) = self.happenings.next() => {
                    if happening.is_raid_called_off() {
                        self.called_off(happening.at);
                    }
                }
                Some(message) = self.chat.next() => self.overhear(&message),
            }
        }
    }
}
