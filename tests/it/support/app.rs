//! The whole daemon in the test's process: every room, the real router, a store in a folder of its own.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;
use stream_control::boot::{House, Start};
use stream_control::config::Values;
use stream_control::domain::command::{ObsOrder, Order, Outcome};
use stream_control::domain::failover::View;
use stream_control::domain::people::{Origin, Role};
use stream_control::domain::stream::Obs;
use stream_control::runtime::shared::Reader;
use stream_control::web::ctx::Ctx;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Longest wait for anything. Only a bug needs it; it is no measure of speed.
const LIMIT: Duration = Duration::from_secs(180);

/// A running daemon.
pub struct App {
    /// Its cells, desk and bus.
    pub ctx: Ctx,
    /// Where it serves.
    pub address: SocketAddr,
    stop: CancellationToken,
    served: JoinHandle<anyhow::Result<()>>,
    data: TempDir,
}

impl App {
    /// Starts it with these settings, as if they stood in the environment.
    pub async fn start(settings: &[(&str, &str)]) -> Self {
        Self::start_in(TempDir::new().expect("a folder"), settings).await
    }

    /// Starts it in a folder that an earlier one has used.
    pub async fn start_in(data: TempDir, settings: &[(&str, &str)]) -> Self {
        Self::start_at(0, data, settings).await
    }

    /// The same on this port.
    pub async fn start_at(port: u16, data: TempDir, settings: &[(&str, &str)]) -> Self {
        let folder = data.path().to_string_lossy().into_owned();
        let pairs = settings.iter().copied().chain([("DATA_DIR", folder.as_str())]);
        let values = Values::from_pairs(pairs);
        let house = House::build(Start { values }).await.expect("the house stands");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (ctx, stop) = (house.ctx().clone(), house.stop_token());
        Self { ctx, address, stop, served: tokio::spawn(house.serve(listener)), data }
    }

    /// The address of a path on its page.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The folder of its database.
    pub fn folder(&self) -> &Path {
        self.data.path()
    }

    /// Gives an order as the owner at the dashboard.
    pub async fn order(&self, order: Order) -> Outcome {
        self.ctx.desk.give(owner(), order).await
    }

    /// Switches the scene as the owner at the dashboard.
    pub async fn switch(&self, scene: &str) -> Outcome {
        let order = ObsOrder::SwitchScene { scene: scene.into(), reason: "chosen on the page".to_owned() };
        self.order(Order::Obs(order)).await
    }

    /// Waits until OBS as reported satisfies `wanted`.
    pub async fn obs(&self, what: &str, wanted: impl Fn(&Obs) -> bool) {
        until(self.ctx.cells.obs.clone(), what, wanted).await;
    }

    /// Waits until OBS reports this program scene.
    pub async fn scene(&self, name: &str) {
        self.obs(&format!("scene {name}"), |obs| obs.scene.as_ref().is_some_and(|scene| scene.as_str() == name)).await;
    }

    /// Waits until the failover card satisfies `wanted`.
    pub async fn view(&self, what: &str, wanted: impl Fn(&View) -> bool) {
        until(self.ctx.cells.view.clone(), what, wanted).await;
    }

    /// Waits until a journal line contains this text.
    pub async fn line(&self, text: &str) {
        let wanted =
            |tail: &stream_control::domain::journal::Tail| tail.lines.iter().any(|line| line.text.contains(text));
        let mut tail = self.ctx.cells.tail.clone();
        let told = tokio::time::timeout(LIMIT, tail.until(wanted)).await.is_ok();
        let cells = &self.ctx.cells;
        assert!(
            told,
            "waited in vain for {text}: {:#?}\n{:#?}\n{:#?}\n{:#?}",
            cells.feeds.get(),
            cells.view.get(),
            cells.obs.get(),
            cells.tail.get(),
        );
    }

    /// Stops it as SIGTERM does and gives its folder back.
    pub async fn stop(self) -> TempDir {
        self.stop.cancel();
        let ended = tokio::time::timeout(LIMIT, self.served).await.expect("it stops");
        ended.expect("no panic").expect("a clean end");
        self.data
    }
}

/// The owner at the dashboard.
pub fn owner() -> Origin {
    Origin::Person { name: "owner".to_owned(), role: Role::Owner }
}

async fn until<T: std::fmt::Debug>(mut cell: Reader<T>, what: &str, wanted: impl Fn(&T) -> bool) {
    let waited = tokio::time::timeout(LIMIT, cell.until(wanted)).await;
    if waited.is_err() {
        cell.with(|value| panic!("waited in vain for {what}: {value:#?}"));
    }
}
