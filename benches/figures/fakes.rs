//! The SRT rows through the whole daemon, against the built-in ingest server and OBS.

use crate::app::App;
use crate::table::Table;
use crate::watch::Worst;
use std::time::{Duration, Instant};
use stream_control::demo::fake_ingest::{FakeIngest, Mode, Shape};
use stream_control::demo::fake_obs::{FakeObs, Script};
use stream_control::domain::failover::{Class, Place};
use stream_control::kit::units::Kbps;

const GOOD: Kbps = Kbps(4000.0);
/// Each round begins in another phase of the poll.
const ROUNDS: u32 = 4;

/// Adds the rows.
pub async fn measure(table: &mut Table) {
    let obs = FakeObs::start(0, Script::default()).await.expect("a port");
    obs.human_start();
    let ingest = FakeIngest::start(Shape::Sls).await.expect("a port");
    ingest.set(Mode::Healthy(GOOD));
    let (port, url) = (obs.port().to_string(), ingest.url().to_string());
    let app = App::start(&[("OBS_PORT", &port), ("STATS_URL", &url), ("LOW_SCENE_NAME", "LOW")]).await;
    let faults = [
        ("SRT blackhole", Mode::Blackhole, "≤ 2.5 s"),
        ("SRT link capped to 400 kbit/s", Mode::Weak(Kbps(400.0)), "≤ 3 s"),
        ("SRT encoder paused", Mode::Stalled, "≤ 3.2 s"),
    ];
    for (what, mode, reach) in faults {
        let mut worst = Worst::default();
        for round in 0..ROUNDS {
            settle(&app, round).await;
            let began = Instant::now();
            ingest.set(mode);
            worst.note(&app, began, "LIVE", &[Place::Low, Place::Offline]).await;
            ingest.set(Mode::Gone);
            ingest.set(Mode::Healthy(GOOD));
        }
        worst.row(table, &format!("fakes: {what} → LOW or OFFLINE"), reach);
    }
    app.stop().await;
}

async fn settle(app: &App, round: u32) {
    app.view("a good feed", |view| view.class == Class::Good && view.wanted == Some(Place::Live)).await;
    app.scene("LIVE").await;
    tokio::time::sleep(Duration::from_secs(4) + Duration::from_millis(250) * round).await;
}
