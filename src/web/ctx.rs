//! What every handler may look at and use: the cells, the desk, the door.

use super::live::board::Board;
use crate::config::Config;
use crate::domain::chat::Identity;
use crate::domain::failover::View;
use crate::domain::journal::Tail;
use crate::domain::signal::Feeds;
use crate::domain::stream::Obs;
use crate::domain::twitch::Twitch;
use crate::features::access::Access;
use crate::features::alerts::Recent;
use crate::features::settings::view::SettingsView;
use crate::features::twitch_link::Tokens;
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
    /// The settings as the page edits them.
    pub settings: Reader<SettingsView>,
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
    /// Cancelled when the daemon stops: sockets say goodbye.
    pub stop: CancellationToken,
    /// The Live page's sections with their sequence numbers.
    pub board: Arc<Board>,
    /// Seats for Live pages.
    pub live_seats: Arc<Semaphore>,
    /// Seats for overlays.
    pub overlay_seats: Arc<Semaphore>,
    /// How many of those may be taken from outside: nobody has to sign in for one, and a stranger who
    /// takes all he can get must not silence the overlay at home.
    pub far_seats: Arc<Semaphore>,
    /// The keepers of the Twitch tokens, for the sign-in by code grant.
    pub sign_in: Arc<BTreeMap<Identity, Tokens>>,
}

impl Ctx {
    /// The state for [`super::router`]; `stop` ends the sockets.
    pub fn new(cells: Cells, bus: Bus, desk: Desk, access: Access, stop: CancellationToken) -> Self {
        Self {
            cells,
            bus,
            desk,
            access,
            stop,
            board: Arc::default(),
            live_seats: Arc::new(Semaphore::new(SOCKETS as usize)),
            overlay_seats: Arc::new(Semaphore::new(SOCKETS as usize)),
            far_seats: Arc::new(Semaphore::new(SOCKETS as usize / 2)),
            sign_in: Arc::default(),
        }
    }

    /// Waits until no WebSocket is open.
    pub async fn all_seats_free(&self) {
        for seats in [&self.live_seats, &self.overlay_seats] {
            let _ = seats.acquire_many(SOCKETS).await;
        }
    }
}
