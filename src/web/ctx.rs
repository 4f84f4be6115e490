//! What every handler may look at and use: the cells, the desk, the door.

use super::live::board::Board;
use crate::config::Config;
use crate::domain::chat::{ChatTail, Identity};
use crate::domain::chat_command::ChatTable;
use crate::domain::failover::View;
use crate::domain::failover::repair::Troubles;
use crate::domain::happening::EventTail;
use crate::domain::journal::Tail;
use crate::domain::raid::RaidView;
use crate::domain::signal::Feeds;
use crate::domain::stream::Obs;
use crate::domain::twitch::Twitch;
use crate::features::access::Access;
use crate::features::alerts::Recent;
use crate::features::import::Imports;
use crate::features::ingest_watch::Door;
use crate::features::ingest_watch::recorder::Tape;
use crate::features::journal::history::History;
use crate::features::probe::Probe;
use crate::features::settings::view::SettingsView;
use crate::features::twitch_link::{Searches, Tokens};
use crate::runtime::bus::Bus;
use crate::runtime::desk::Desk;
use crate::runtime::shared::Reader;
use crate::runtime::supervisor::TaskList;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// Sockets of one kind that may be open at a time.
const SOCKETS: u32 = 64;

/// The latest values that the page shows.
#[derive(Clone)]
pub struct Cells {
    /// OBS as last reported.
    pub obs: Reader<Obs>,
    /// What failover sees, wants and says.
    pub view: Reader<View>,
    /// The newest poll of each feed.
    pub feeds: Reader<Feeds>,
    /// What could not be mended.
    pub troubles: Reader<Troubles>,
    /// The journal's newest lines.
    pub tail: Reader<Tail>,
    /// The settings in force.
    pub config: Reader<Config>,
    /// The supervisor's list.
    pub tasks: Reader<TaskList>,
    /// The newest alerts.
    pub alerts: Reader<Recent>,
    /// Twitch as last reported.
    pub twitch: Reader<Twitch>,
    /// The newest chat messages.
    pub chat: Reader<ChatTail>,
    /// The newest happenings.
    pub events: Reader<EventTail>,
    /// Our raid and what follows.
    pub raid: Reader<RaidView>,
    /// The chat commands as they are.
    pub commands: Reader<ChatTable>,
    /// The settings as the page edits them.
    pub settings: Reader<SettingsView>,
    /// The last ten minutes of polls, without names.
    pub tape: Tape,
}

/// Shared by all requests; clones are cheap.
#[derive(Clone)]
pub struct Ctx {
    /// The latest values.
    pub cells: Cells,
    /// Where facts are heard.
    pub bus: Bus,
    /// Where orders are given.
    pub desk: Desk,
    /// Who may come in.
    pub access: Access,
    /// Where servers and programs tell what happened at a feed, and send its statistics.
    pub ingest: Door,
    /// What was.
    pub history: History,
    /// Files of other programs that wait for a yes.
    pub imports: Imports,
    /// Looks for ingest servers.
    pub probe: Probe,
    /// Cancelled when the daemon stops: sockets say goodbye.
    pub stop: CancellationToken,
    /// The Live page's sections with their sequence numbers.
    pub board: Arc<Board>,
    /// Seats for Live pages.
    pub live_seats: Arc<Semaphore>,
    /// Seats for overlays.
    pub overlay_seats: Arc<Semaphore>,
    /// Seats for those who send statistics.
    pub ingest_seats: Arc<Semaphore>,
    /// How many of the overlays' may be taken from outside: nobody has to sign in for one, and a
    /// stranger who takes all he can get must not silence the overlay at home.
    pub far_seats: Arc<Semaphore>,
    /// The keepers of the Twitch tokens, for the sign-in by code grant.
    pub sign_in: Arc<BTreeMap<Identity, Tokens>>,
    /// Questions to Twitch that change nothing.
    pub twitch: Searches,
}

/// What a [`Ctx`] is built from; see there.
pub struct Parts {
    /// The latest values.
    pub cells: Cells,
    /// Where facts are heard.
    pub bus: Bus,
    /// Where orders are given.
    pub desk: Desk,
    /// Who may come in.
    pub access: Access,
    /// Where it is told that something happened at a feed.
    pub ingest: Door,
    /// What was.
    pub history: History,
    /// Ends the sockets.
    pub stop: CancellationToken,
}

impl Ctx {
    /// The state for [`super::router`].
    pub fn new(parts: Parts) -> Self {
        let Parts { cells, bus, desk, access, ingest, history, stop } = parts;
        Self {
            cells,
            bus,
            desk,
            access,
            ingest,
            history,
            imports: Imports::default(),
            probe: Probe::default(),
            stop,
            board: Arc::default(),
            live_seats: Arc::new(Semaphore::new(SOCKETS as usize)),
            overlay_seats: Arc::new(Semaphore::new(SOCKETS as usize)),
            ingest_seats: Arc::new(Semaphore::new(SOCKETS as usize)),
            far_seats: Arc::new(Semaphore::new(SOCKETS as usize / 2)),
            sign_in: Arc::default(),
            twitch: Searches::default(),
        }
    }

    /// Waits until no WebSocket is open.
    pub async fn all_seats_free(&self) {
        for seats in [&self.live_seats, &self.overlay_seats, &self.ingest_seats] {
            let _ = seats.acquire_many(SOCKETS).await;
        }
    }
}
