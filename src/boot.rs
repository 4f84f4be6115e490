//! Builds the house: with its two files below, the only place that knows every room. A straight list in
//! order of construction; stopping is the same list backwards.

mod ends;
mod rooms;

use crate::config::{self, Mistake, Values, mistake};
use crate::domain::journal::{Tone, Topic};
use crate::features::access::Access;
use crate::features::settings::SettingsRoom;
use crate::runtime::bus::Bus;
use crate::runtime::journal::{self, Journal};
use crate::runtime::supervisor::Supervisor;
use crate::store::Store;
use crate::web::ctx::{self, Cells, Ctx};
use crate::web::{limits, shell};
use anyhow::Context as _;
use rooms::Rooms;
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
    // Before the port is open: whoever finds it may end the daemon at once, and it is to end in order.
    stop_on_signal(house.stop_token());
    let listener = TcpListener::bind(bind).await.with_context(|| format!("cannot listen on {bind} (BIND_ADDR)"))?;
    house.serve(listener).await
}

impl House {
    /// Opens the store, settles the settings and starts every room.
    /// Errors: the store cannot be opened, or the settings do not parse.
    pub async fn build(start: Start) -> anyhow::Result<Self> {
        // One TLS provider throughout; a second call (another house in the same process) changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (store, settled) = open(&start.values).await?;
        let ((journal, lines), (samples_in, samples)) = (journal::lane(), mpsc::channel(SAMPLES));
        let (bus, stop) = (Bus::new(), CancellationToken::new());
        let (desk, orders) = ends::desk(&journal, &stop);
        let (write, read) = ends::cells();

        tell_what_does_not_count(&journal, &settled);
        let settings = SettingsRoom::new(store.clone(), settled, orders.settings, bus.clone());
        let (config, settings_view) = (settings.config(), settings.view());
        let access = Access::open(store.clone(), &config.get().web, journal.clone()).await?;

        let supervisor = Supervisor::new(journal.clone());
        let mut rooms = Rooms { config, store, journal, bus, desk, read, supervisor };
        let (tail, history) = rooms.history(lines, samples);
        rooms.supervisor.start(settings);
        rooms.happenings(write.chat, write.events);
        rooms.alerts(orders.alerts, write.alerts);
        rooms.obs_link(orders.obs, write.obs);
        rooms.recording();
        rooms.repair(write.troubles);
        let (ingest, tape) = rooms.ingest(orders.ingest, write.feeds)?;
        rooms.failover(orders.failover, write.view, write.paces, samples_in);
        rooms.raid(orders.raid, write.raid);
        let twitch = rooms.twitch(orders.twitch, write.twitch);
        rooms.chat(&twitch, orders.chat, write.commands);

        let Rooms { config, store, journal, bus, desk, read, supervisor } = rooms;
        let bind = config.with(|config| config.web.bind);
        let tasks = supervisor.states();
        let cells = Cells {
            obs: read.obs,
            view: read.view,
            feeds: read.feeds,
            troubles: read.troubles,
            tail,
            config,
            tasks,
            alerts: read.alerts,
            settings: settings_view,
            tape,
            twitch: read.twitch,
            chat: read.chat,
            events: read.events,
            raid: read.raid,
            commands: read.commands,
        };
        let parts = ctx::Parts { cells, bus, desk, access, ingest, history, stop: stop.clone() };
        let ctx = Ctx { sign_in: Arc::new(twitch.tokens), twitch: twitch.searches, ..Ctx::new(parts) };
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

/// The store, and the settings with what the store knows of them.
async fn open(values: &Values) -> anyhow::Result<(Store, config::Settled)> {
    let told = |mistakes: Vec<Mistake>| anyhow::anyhow!(mistake::all(&mistakes));
    let config = config::Config::parse(values).map_err(told)?;
    let store = Store::open(&config.web.data_dir).await?;
    let settled = config::settle(values, store.patient().settings().await?).map_err(told)?;
    Ok((store, settled))
}

/// Saved settings that had to be set aside, and lines of `.env` without effect.
fn tell_what_does_not_count(journal: &Journal, settled: &config::Settled) {
    let aside = |mistake: &Mistake| format!("A saved setting no longer fits and is set aside: {mistake}");
    for text in settled.set_aside.iter().map(aside).chain(settled.values.warnings()) {
        journal.note(Topic::System, Tone::Warn, "settings", text);
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

/// Cancels `stop` at SIGTERM or SIGINT that come from now on.
pub fn stop_on_signal(stop: CancellationToken) {
    let (Ok(mut term), Ok(mut int)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) else {
        return;
    };
    tokio::spawn(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
        let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
        stop.cancel();
    });
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
