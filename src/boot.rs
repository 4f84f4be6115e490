//! Builds the house: the only file that knows every room. A straight list in order of construction;
//! stopping is the same list backwards.

use crate::config::{self, Values, mistake};
use crate::domain::chat::{ChatTail, Identity};
use crate::domain::chat_command::ChatTable;
use crate::domain::failover::View;
use crate::domain::failover::repair::Troubles;
use crate::domain::happening::EventTail;
use crate::domain::journal::{Tone, Topic};
use crate::domain::raid::RaidView;
use crate::domain::signal::{Feeds, Paces};
use crate::domain::stream::Obs;
use crate::domain::twitch::Twitch;
use crate::features::access::Access;
use crate::features::alerts::{AlertsRoom, Recent};
use crate::features::chat::{self, ChatRoom};
use crate::features::failover::{self, Failover};
use crate::features::happenings::{self, Happenings};
use crate::features::ingest_watch::{self, IngestWatch, recorder};
use crate::features::journal::{self as history_room, JournalRoom};
use crate::features::obs_link::{self, ObsLink};
use crate::features::raid::{self, RaidRoom};
use crate::features::recording::{self, Recording};
use crate::features::repair::{self, RepairRoom};
use crate::features::settings::SettingsRoom;
use crate::features::twitch_link;
use crate::runtime::bus::Bus;
use crate::runtime::desk::{DeskBuilder, Room};
use crate::runtime::journal::{self, Journal};
use crate::runtime::shared;
use crate::runtime::supervisor::Supervisor;
use crate::store::Store;
use crate::web::ctx::{self, Cells, Ctx};
use crate::web::{limits, shell};
use anyhow::Context as _;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Time that the tasks have together to end by themselves. They need a fraction of a second; this is
/// for one that hangs. With open requests and the store the daemon ends within five seconds.
const GRACE: Duration = Duration::from_millis(1500);

/// Samples that wait for the journal room.
const SAMPLES: usize = 256;

/// What the daemon begins with.
pub struct Start {
    /// The settings' layers without the store's rows; they parse without mistakes.
    pub values: Values,
}

/// A daemon with every room running, not yet serving.
pub struct House {
    ctx: Ctx,
    bind: SocketAddr,
    supervisor: Supervisor,
    store: Store,
    journal: Journal,
    stop: CancellationToken,
}

/// Runs the daemon until SIGTERM or SIGINT.
pub async fn run(start: Start) -> anyhow::Result<()> {
    let house = House::build(start).await?;
    let bind = house.bind;
    let listener = TcpListener::bind(bind).await.with_context(|| format!("cannot listen on {bind} (BIND_ADDR)"))?;
    let stop = house.stop_token();
    tokio::spawn(stop_on_signal(stop));
    house.serve(listener).await
}

impl House {
    /// Opens the store, settles the settings and starts every room.
    /// Errors: the store cannot be opened, or the settings do not parse.
    pub async fn build(start: Start) -> anyhow::Result<Self> {
        // One TLS provider throughout; a second call (another house in the same process) changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let config = config::Config::parse(&start.values).map_err(|m| anyhow::anyhow!(mistake::all(&m)))?;
        let store = Store::open(&config.web.data_dir).await?;
        let settled =
            config::settle(&start.values, store.settings().await?).map_err(|m| anyhow::anyhow!(mistake::all(&m)))?;

        let (journal, lines) = journal::lane();
        let (samples_in, samples_out) = mpsc::channel(SAMPLES);
        let bus = Bus::new();
        let stop = CancellationToken::new();
        let mut desk = DeskBuilder::new(journal.clone()).until(stop.clone());
        let orders = |desk: &mut DeskBuilder, room| desk.room(room);
        let (to_obs, to_failover) = (orders(&mut desk, Room::Obs), orders(&mut desk, Room::Failover));
        let to_ingest = orders(&mut desk, Room::Ingest);
        let (to_alerts, to_settings) = (orders(&mut desk, Room::Alerts), orders(&mut desk, Room::Settings));
        let (to_twitch, to_raid) = (orders(&mut desk, Room::Twitch), orders(&mut desk, Room::Raid));
        let to_chat = orders(&mut desk, Room::Chat);
        let desk = desk.open();

        let (obs_cell, obs) = shared::cell(Obs::default());
        let (feeds_cell, feeds) = shared::cell(Feeds::default());
        let (view_cell, view) = shared::cell(View::default());
        let (pace_cell, pace) = shared::cell(Paces::default());
        let (troubles_cell, troubles) = shared::cell(Troubles::default());
        let (twitch_cell, twitch) = shared::cell(Twitch::default());
        let (chat_cell, chat) = shared::cell(ChatTail::default());
        let (events_cell, events) = shared::cell(EventTail::default());
        let (raid_cell, raid) = shared::cell(RaidView::default());
        let (commands_cell, commands) = shared::cell(ChatTable::default());
        let (recent_cell, alerts) = shared::cell(Recent::default());

        for mistake in &settled.set_aside {
            journal.note(
                Topic::System,
                Tone::Warn,
                "settings",
                format!("A saved setting no longer fits and is set aside: {mistake}"),
            );
        }
        let settings = SettingsRoom::new(store.clone(), settled, to_settings, bus.clone());
        let config = settings.config();
        let history = JournalRoom::new(history_room::Parts {
            store: store.clone(),
            journal: journal.clone(),
            entries: lines,
            samples: samples_out,
            config: config.clone(),
            obs: obs.clone(),
        });
        let look_back = history.history();
        let (recorder, recorder_room, tape) = recorder::recorder(config.clone(), journal.clone())?;
        let cells = Cells {
            obs: obs.clone(),
            view: view.clone(),
            feeds: feeds.clone(),
            troubles,
            tail: history.tail(),
            config: config.clone(),
            tasks: shared::cell(Vec::new()).1,
            alerts,
            settings: settings.view(),
            tape,
            twitch: twitch.clone(),
            chat,
            events,
            raid,
            commands,
        };
        let access = Access::open(store.clone(), &config.get().web, journal.clone()).await?;

        let watch = IngestWatch::new(ingest_watch::Parts {
            config: config.clone(),
            paces: pace.clone(),
            feeds: feeds_cell,
            obs: obs.clone(),
            orders: to_ingest,
            journal: journal.clone(),
        })?;
        let ingest = watch.door();

        let obs_for_twitch = obs.clone();
        let mut supervisor = Supervisor::new(journal.clone());
        supervisor.start(history);
        supervisor.start(settings);
        supervisor.start(Happenings::new(happenings::Parts {
            config: config.clone(),
            bus: bus.clone(),
            store: store.clone(),
            chat: chat_cell,
            events: events_cell,
        }));
        supervisor.start(AlertsRoom::new(bus.clone(), to_alerts, recent_cell, journal.clone()));
        supervisor.start(ObsLink::new(obs_link::Parts {
            config: config.clone(),
            pace,
            orders: to_obs,
            cell: obs_cell,
            bus: bus.clone(),
            journal: journal.clone(),
        }));
        supervisor.start(Recording::new(recording::Parts {
            config: config.clone(),
            obs: obs.clone(),
            desk: desk.clone(),
            store: store.clone(),
        }));
        supervisor.start(RepairRoom::new(repair::Parts {
            config: config.clone(),
            feeds: feeds.clone(),
            obs: obs.clone(),
            view: view.clone(),
            desk: desk.clone(),
            journal: journal.clone(),
            troubles: troubles_cell,
        }));
        supervisor.start(recorder_room);
        supervisor.start(watch.recorded_by(recorder));
        supervisor.start(Failover::new(failover::Parts {
            config: config.clone(),
            feeds,
            obs: obs.clone(),
            orders: to_failover,
            desk: desk.clone(),
            view: view_cell,
            pace: pace_cell,
            bus: bus.clone(),
            journal: journal.clone(),
            samples: samples_in,
            store: store.clone(),
        }));
        supervisor.start(RaidRoom::new(raid::Parts {
            config: config.clone(),
            obs: obs.clone(),
            twitch: twitch.clone(),
            orders: to_raid,
            desk: desk.clone(),
            bus: bus.clone(),
            journal: journal.clone(),
            store: store.clone(),
            cell: raid_cell,
        }));

        let twitch_room = twitch_link::start(
            &mut supervisor,
            twitch_link::Parts {
                config: config.clone(),
                cell: twitch_cell,
                orders: to_twitch,
                journal: journal.clone(),
                bus: bus.clone(),
                pace: twitch_link::Pace::default(),
                obs: obs_for_twitch,
                store: store.clone(),
            },
        );

        let (asker, settings_of) = (twitch_room.tokens[&Identity::Broadcaster].clone(), config.clone());
        supervisor.start(ChatRoom::new(chat::Parts {
            config: config.clone(),
            obs,
            view,
            twitch,
            lookup: Arc::new(move |names| {
                let (tokens, helix) = (asker.clone(), settings_of.with(|config| config.twitch.helix_url.clone()));
                Box::pin(async move { twitch_link::names::ids(&tokens, helix, names).await })
            }),
            bus: bus.clone(),
            desk: desk.clone(),
            orders: to_chat,
            store: store.clone(),
            cell: commands_cell,
            journal: journal.clone(),
        }));

        let cells = Cells { tasks: supervisor.states(), ..cells };
        let parts = ctx::Parts { cells, bus, desk, access, ingest, history: look_back, stop: stop.clone() };
        let ctx = Ctx { sign_in: Arc::new(twitch_room.tokens), twitch: twitch_room.searches, ..Ctx::new(parts) };
        let bind = config.with(|config| config.web.bind);
        Ok(Self { ctx, bind, supervisor, store, journal, stop })
    }

    /// Cancel it to stop the house.
    pub fn stop_token(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// What the web floor sees; tests look through it too.
    pub fn ctx(&self) -> &Ctx {
        &self.ctx
    }

    /// Serves until stopped, then stops every room and closes the store.
    pub async fn serve(self, listener: TcpListener) -> anyhow::Result<()> {
        let address = listener.local_addr()?;
        self.greet(address);
        notify_systemd(&self.stop);
        let served = shell::serve(listener, self.ctx).await;
        self.stop.cancel();
        self.journal.note(Topic::System, Tone::Info, "daemon", "Stream Control stops.");
        self.supervisor.stop(GRACE).await;
        self.store.close().await;
        served.context("the page could not be served any longer")
    }

    fn greet(&self, address: SocketAddr) {
        let page = page(address, at_home());
        self.journal.note(Topic::System, Tone::Good, "daemon", format!("Stream Control is ready at {page}/"));
        if let Some(path) = self.ctx.access.claim_path() {
            // Straight to standard output: the one-time code must not become a row.
            tracing::warn!("Nobody owns this daemon yet. Open this link once to choose a password: {page}{path}");
        }
    }
}

/// The page's address for people. The phone in one's hand is no `localhost`, so where every address is
/// served, that of the home network is told.
fn page(served: SocketAddr, home: Option<IpAddr>) -> String {
    match (served.ip().is_unspecified(), home) {
        (false, _) => format!("http://{served}"),
        (true, Some(home)) => format!("http://{}", SocketAddr::new(home, served.port())),
        (true, None) => format!("http://localhost:{}", served.port()),
    }
}

/// This machine's address in the home network, if it is in one. Nothing is sent: the kernel only says
/// which address it would take (192.0.2.1 is TEST-NET-1, RFC 5737).
fn at_home() -> Option<IpAddr> {
    let socket = std::net::UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    Some(socket.local_addr().ok()?.ip()).filter(|ip| limits::is_private(*ip) && !ip.is_loopback())
}

/// Cancels `stop` at SIGTERM or SIGINT.
pub async fn stop_on_signal(stop: CancellationToken) {
    let (Ok(mut term), Ok(mut int)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) else {
        return;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
    stop.cancel();
}

/// Tells systemd that the house is ready and, if asked to, that it is still alive: from the same
/// runtime that serves and polls, so that a runtime that hangs goes silent.
fn notify_systemd(stop: &CancellationToken) {
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
    let Some(limit) = sd_notify::watchdog_enabled() else { return };
    let stop = stop.clone();
    tokio::spawn(async move {
        while !stop.is_cancelled() {
            let _ = sd_notify::notify(&[sd_notify::NotifyState::Watchdog]);
            tokio::time::sleep(limit / 3).await;
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_printed_address_can_be_opened() {
        let table = [
            ("127.0.0.1:5000", Some("192.168.1.7"), "http://127.0.0.1:5000"),
            ("[::1]:5000", None, "http://[::1]:5000"),
            ("0.0.0.0:5000", Some("192.168.1.7"), "http://192.168.1.7:5000"),
            ("[::]:5000", None, "http://localhost:5000"),
        ];
        for (served, home, wanted) in table {
            let home = home.map(|home| home.parse().unwrap());
            assert_eq!(page(served.parse().unwrap(), home), wanted);
        }
    }
}
