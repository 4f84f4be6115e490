//! The two ends of everything that rooms share: each cell has one writer and many readers, each room
//! of the desk one stream of orders.

use crate::domain::chat::ChatTail;
use crate::domain::chat_command::ChatCommand;
use crate::domain::failover::View;
use crate::domain::failover::repair::Troubles;
use crate::domain::happening::EventTail;
use crate::domain::raid::RaidView;
use crate::domain::signal::{Feeds, Paces};
use crate::domain::stream::Obs;
use crate::domain::twitch::Twitch;
use crate::features::alerts::Recent;
use crate::runtime::desk::{Desk, DeskBuilder, Room, Ticket};
use crate::runtime::journal::Journal;
use crate::runtime::shared::{self, Reader, Writer};
use tokio::sync::mpsc::Receiver;
use tokio_util::sync::CancellationToken;

macro_rules! cells {
    ($($name:ident: $value:ty),+ $(,)?) => {
        /// The ends that write; each goes to the one room that owns the cell.
        pub(super) struct Writers { $(pub $name: Writer<$value>),+ }

        /// The ends that read; whoever needs one takes a clone.
        #[derive(Clone)]
        pub(super) struct Readers { $(pub $name: Reader<$value>),+ }

        /// Every cell, as it is before its room has spoken.
        pub(super) fn cells() -> (Writers, Readers) {
            $(let $name = shared::cell(<$value>::default());)+
            (Writers { $($name: $name.0),+ }, Readers { $($name: $name.1),+ })
        }
    };
}

cells! {
    obs: Obs,
    feeds: Feeds,
    view: View,
    paces: Paces,
    troubles: Troubles,
    alerts: Recent,
    twitch: Twitch,
    chat: ChatTail,
    events: EventTail,
    raid: RaidView,
    commands: Vec<ChatCommand>,
}

/// The orders of each room.
pub(super) struct Orders {
    pub obs: Receiver<Ticket>,
    pub failover: Receiver<Ticket>,
    pub ingest: Receiver<Ticket>,
    pub alerts: Receiver<Ticket>,
    pub settings: Receiver<Ticket>,
    pub twitch: Receiver<Ticket>,
    pub raid: Receiver<Ticket>,
    pub chat: Receiver<Ticket>,
}

/// The desk, open until `stop`, and what comes over it.
pub(super) fn desk(journal: &Journal, stop: &CancellationToken) -> (Desk, Orders) {
    let mut desk = DeskBuilder::new(journal.clone()).until(stop.clone());
    let orders = Orders {
        obs: desk.room(Room::Obs),
        failover: desk.room(Room::Failover),
        ingest: desk.room(Room::Ingest),
        alerts: desk.room(Room::Alerts),
        settings: desk.room(Room::Settings),
        twitch: desk.room(Room::Twitch),
        raid: desk.room(Room::Raid),
        chat: desk.room(Room::Chat),
    };
    (desk.open(), orders)
}
