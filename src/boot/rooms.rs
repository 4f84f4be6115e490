//! Builds each room from what all share and what is its own, and starts it.

use super::ends::Readers;
use crate::config::Config;
use crate::domain::chat::ChatTail;
use crate::domain::chat_command::ChatTable;
use crate::domain::failover::View;
use crate::domain::failover::repair::Troubles;
use crate::domain::happening::EventTail;
use crate::domain::journal::{Entry, Tail};
use crate::domain::raid::RaidView;
use crate::domain::signal::{Feeds, Paces};
use crate::domain::stream::Obs;
use crate::domain::twitch::Twitch;
use crate::features::alerts::{AlertsRoom, Recent};
use crate::features::chat::{self, ChatRoom};
use crate::features::failover::{self, Failover};
use crate::features::happenings::{self, Happenings};
use crate::features::ingest_watch::recorder::{self, Tape};
use crate::features::ingest_watch::{self, Door, IngestWatch};
use crate::features::journal::history::History;
use crate::features::journal::{self as history_room, JournalRoom};
use crate::features::obs_link::{self, ObsLink};
use crate::features::raid::{self, RaidRoom};
use crate::features::recording::{self, Recording};
use crate::features::repair::{self, RepairRoom};
use crate::features::twitch_link;
use crate::runtime::bus::Bus;
use crate::runtime::desk::{Desk, Ticket};
use crate::runtime::journal::Journal;
use crate::runtime::shared::{Reader, Writer};
use crate::runtime::supervisor::Supervisor;
use crate::store::Store;
use crate::store::samples::SampleRow;
use std::sync::Arc;
use tokio::sync::mpsc::{Receiver, Sender};

/// What any room may hold; the rooms that are started with it.
pub(super) struct Rooms {
    pub config: Reader<Config>,
    pub store: Store,
    pub journal: Journal,
    pub bus: Bus,
    pub desk: Desk,
    pub read: Readers,
    pub supervisor: Supervisor,
}

impl Rooms {
    /// Started first, as it writes down what the others do, and stopped last.
    pub fn history(&mut self, entries: Receiver<Entry>, samples: Receiver<SampleRow>) -> (Reader<Tail>, History) {
        let room = JournalRoom::new(history_room::Parts {
            store: self.store.clone(),
            journal: self.journal.clone(),
            entries,
            samples,
            config: self.config.clone(),
            obs: self.read.obs.clone(),
        });
        let seen = (room.tail(), room.history());
        self.supervisor.start(room);
        seen
    }

    pub fn happenings(&mut self, chat: Writer<ChatTail>, events: Writer<EventTail>) {
        let (config, bus, store) = (self.config.clone(), self.bus.clone(), self.store.clone());
        self.supervisor.start(Happenings::new(happenings::Parts { config, bus, store, chat, events }));
    }

    pub fn alerts(&mut self, orders: Receiver<Ticket>, recent: Writer<Recent>) {
        self.supervisor.start(AlertsRoom::new(self.bus.clone(), orders, recent, self.journal.clone()));
    }

    pub fn obs_link(&mut self, orders: Receiver<Ticket>, cell: Writer<Obs>) {
        self.supervisor.start(ObsLink::new(obs_link::Parts {
            config: self.config.clone(),
            pace: self.read.paces.clone(),
            orders,
            cell,
            bus: self.bus.clone(),
            journal: self.journal.clone(),
        }));
    }

    pub fn recording(&mut self) {
        self.supervisor.start(Recording::new(recording::Parts {
            config: self.config.clone(),
            obs: self.read.obs.clone(),
            desk: self.desk.clone(),
            store: self.store.clone(),
        }));
    }

    pub fn repair(&mut self, troubles: Writer<Troubles>) {
        self.supervisor.start(RepairRoom::new(repair::Parts {
            config: self.config.clone(),
            feeds: self.read.feeds.clone(),
            obs: self.read.obs.clone(),
            view: self.read.view.clone(),
            desk: self.desk.clone(),
            journal: self.journal.clone(),
            troubles,
        }));
    }

    /// The watch over the feeds and the recorder of what it hears. Errors: no client, no random numbers.
    pub fn ingest(&mut self, orders: Receiver<Ticket>, feeds: Writer<Feeds>) -> anyhow::Result<(Door, Tape)> {
        let (config, journal) = (self.config.clone(), self.journal.clone());
        let (recorder, recorder_room, tape) = recorder::recorder(config, journal, &self.bus)?;
        let watch = IngestWatch::new(ingest_watch::Parts {
            config: self.config.clone(),
            paces: self.read.paces.clone(),
            feeds,
            obs: self.read.obs.clone(),
            orders,
            journal: self.journal.clone(),
        })?;
        let door = watch.door();
        self.supervisor.start(recorder_room);
        self.supervisor.start(watch.recorded_by(recorder));
        Ok((door, tape))
    }

    pub fn failover(
        &mut self,
        orders: Receiver<Ticket>,
        view: Writer<View>,
        pace: Writer<Paces>,
        samples: Sender<SampleRow>,
    ) {
        self.supervisor.start(Failover::new(failover::Parts {
            config: self.config.clone(),
            feeds: self.read.feeds.clone(),
            obs: self.read.obs.clone(),
            orders,
            desk: self.desk.clone(),
            view,
            pace,
            bus: self.bus.clone(),
            journal: self.journal.clone(),
            samples,
            store: self.store.clone(),
        }));
    }

    pub fn raid(&mut self, orders: Receiver<Ticket>, cell: Writer<RaidView>) {
        self.supervisor.start(RaidRoom::new(raid::Parts {
            config: self.config.clone(),
            obs: self.read.obs.clone(),
            twitch: self.read.twitch.clone(),
            orders,
            desk: self.desk.clone(),
            bus: self.bus.clone(),
            journal: self.journal.clone(),
            store: self.store.clone(),
            cell,
        }));
    }

    pub fn twitch(&mut self, orders: Receiver<Ticket>, cell: Writer<Twitch>) -> twitch_link::Started {
        let parts = twitch_link::Parts {
            config: self.config.clone(),
            cell,
            orders,
            journal: self.journal.clone(),
            bus: self.bus.clone(),
            pace: twitch_link::Pace::default(),
            obs: self.read.obs.clone(),
            store: self.store.clone(),
        };
        twitch_link::start(&mut self.supervisor, parts)
    }

    pub fn chat(&mut self, twitch: &twitch_link::Started, orders: Receiver<Ticket>, cell: Writer<ChatTable>) {
        let searches = twitch.searches.clone();
        let lookup: chat::Lookup = Arc::new(move |names| {
            let searches = searches.clone();
            Box::pin(async move { searches.ids(&names).await })
        });
        self.supervisor.start(ChatRoom::new(chat::Parts {
            config: self.config.clone(),
            obs: self.read.obs.clone(),
            view: self.read.view.clone(),
            twitch: self.read.twitch.clone(),
            lookup,
            bus: self.bus.clone(),
            desk: self.desk.clone(),
            orders,
            store: self.store.clone(),
            cell,
            journal: self.journal.clone(),
        }));
    }
}
