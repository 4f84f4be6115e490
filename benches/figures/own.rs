//! Our own share: from the sample at hand to the order that OBS confirms, through cell, machine,
//! desk and socket, against the built-in OBS. The order is sent before it is confirmed, so this is
//! an upper bound of "sample at hand → order sent".

use crate::table::Table;
use std::time::{Duration, Instant};
use stream_control::config::{Config, Values};
use stream_control::demo::fake_obs::{FakeObs, Script};
use stream_control::domain::failover::View;
use stream_control::domain::ids::FeedId;
use stream_control::domain::signal::{Feed, Feeds, Paces, Publisher, Sample};
use stream_control::domain::stream::Obs;
use stream_control::features::failover::{self, Failover};
use stream_control::features::obs_link::{self, ObsLink};
use stream_control::kit::clock;
use stream_control::kit::units::{Kbps, Millis};
use stream_control::runtime::bus::Bus;
use stream_control::runtime::desk::{DeskBuilder, Room};
use stream_control::runtime::shared::{self, Reader, Writer};
use stream_control::runtime::{journal, supervisor::Supervisor};
use stream_control::store::Store;
use tokio::sync::mpsc;

const ROUNDS: usize = 1000;

struct Rooms {
    feeds: Writer<Feeds>,
    obs: Reader<Obs>,
    polls: u64,
    _supervisor: Supervisor,
    _fake: FakeObs,
    _data: tempfile::TempDir,
    _lines: mpsc::Receiver<stream_control::domain::journal::Entry>,
}

/// Adds the row.
pub async fn measure(table: &mut Table) {
    let mut rooms = Rooms::open().await;
    let mut spans = Vec::with_capacity(ROUNDS);
    for round in 0..ROUNDS {
        let (rate, scene) = if round % 2 == 0 { (400.0, "LOW") } else { (4000.0, "LIVE") };
        spans.push(rooms.switch(rate, scene).await);
    }
    spans.sort_unstable();
    let at = |share: f64| spans[((spans.len() - 1) as f64 * share) as usize];
    table.row(
        "own share: sample at hand → order sent and confirmed",
        format!("p50 {:.2} ms", at(0.5).as_secs_f64() * 1e3),
        format!("p99 {:.2} ms", at(0.99).as_secs_f64() * 1e3),
        "≤ 5 ms p99",
    );
}

impl Rooms {
    /// The two rooms with every timer at zero, so that each sample is a decision.
    async fn open() -> Self {
        let fake = FakeObs::start(0, Script::default()).await.expect("a port");
        fake.human_start();
        let port = fake.port().to_string();
        let values = Values::from_pairs([("OBS_PORT", port.as_str()), ("LOW_SCENE_NAME", "LOW")]);
        let mut config = Config::parse(&values).expect("settings");
        let rules = &mut config.rules;
        (rules.low_after, rules.low_after_severe, rules.recover_low) = (Millis(0), Millis(0), Millis(0));
        (rules.dwell, rules.grace, rules.flap_ceiling) = (Millis(0), Millis(0), Millis(0));

        let data = tempfile::TempDir::new().expect("a folder");
        let store = Store::open(data.path()).await.expect("a store");
        let (journal, lines) = journal::lane();
        let mut desk = DeskBuilder::new(journal.clone());
        let (to_obs, to_failover) = (desk.room(Room::Obs), desk.room(Room::Failover));
        let (bus, desk) = (Bus::new(), desk.open());
        let config = shared::cell(config).1;
        let (obs_cell, obs) = shared::cell(Obs::default());
        let (feeds, feeds_reader) = shared::cell(Feeds::default());
        let (pace_cell, pace) = shared::cell(Paces::default());
        let mut supervisor = Supervisor::new(journal.clone());
        supervisor.start(ObsLink::new(obs_link::Parts {
            config: config.clone(),
            pace,
            orders: to_obs,
            cell: obs_cell,
            bus: bus.clone(),
            journal: journal.clone(),
        }));
        supervisor.start(Failover::new(failover::Parts {
            config,
            feeds: feeds_reader,
            obs: obs.clone(),
            orders: to_failover,
            desk,
            view: shared::cell(View::default()).0,
            pace: pace_cell,
            bus,
            journal,
            samples: mpsc::channel(1).0,
            store,
        }));
        obs.clone().until(|obs| obs.is_live() == Some(true)).await;
        Self { feeds, obs, polls: 0, _supervisor: supervisor, _fake: fake, _data: data, _lines: lines }
    }

    async fn switch(&mut self, rate: f64, scene: &str) -> Duration {
        self.polls += 1;
        let sample =
            Sample { publisher: Publisher::Present, kbps_server: Some(Kbps(rate)), ..Sample::absent(clock::mono()) };
        let began = Instant::now();
        let feed = Feed { polls: self.polls, sample: Some(sample), ..Feed::default() };
        self.feeds.set(Feeds { list: vec![(FeedId::main(), feed)] });
        self.obs.until(|obs| obs.scene.as_ref().is_some_and(|name| name.as_str() == scene)).await;
        began.elapsed()
    }
}
