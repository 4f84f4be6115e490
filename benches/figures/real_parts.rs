//! The nginx rows on real parts: ffmpeg → nginx-rtmp → OBS, the daemon between them.

use crate::app::App;
use crate::real::nginx::RealNginx;
use crate::real::obs::{RealObs, Setup};
use crate::real::ports::free_port;
use crate::real::publisher::Publisher;
use crate::table::Table;
use crate::watch::Worst;
use std::time::{Duration, Instant};
use stream_control::domain::command::{ObsOrder, Order};
use stream_control::domain::failover::{Class, Place};
use stream_control::domain::stream::Obs;

const ROUNDS: u32 = 4;

struct World {
    nginx: RealNginx,
    publisher: Publisher,
    app: App,
    _obs: RealObs,
}

/// Adds the rows.
pub async fn measure(table: &mut Table) {
    let mut world = World::on_air().await;
    let (mut stall, mut kill, mut picture) = (Worst::default(), Worst::default(), Worst::default());
    for round in 0..ROUNDS {
        // Another phase of the poll each time.
        world.settle(Duration::from_millis(u64::from(round) * 250)).await;
        let began = Instant::now();
        world.publisher.stall();
        stall.note(&world.app, began, "LIVE", &[Place::Offline]).await;
        world.publisher.resume();
        world.settle(Duration::from_millis(u64::from(round) * 250)).await;
        let began = Instant::now();
        world.publisher.kill();
        kill.note(&world.app, began, "LIVE", &[Place::Offline]).await;
        world.publisher = Publisher::start(&world.nginx.publish_url("feed1"), 2000);
        let began = world.first_moving().await;
        picture.note(&world.app, began, "OFFLINE", &[Place::Live]).await;
    }
    stall.row(table, "real: nginx stall → OFFLINE", "≤ 3.2 s");
    kill.row(table, "real: nginx kill → OFFLINE", "≤ 1.5 s");
    picture.row(table, "real: moving OBS media cursor → LIVE", "≤ 1.5 s");
    world.app.stop().await;
}

impl World {
    async fn on_air() -> Self {
        let nginx = RealNginx::start().await;
        let publisher = Publisher::start(&nginx.publish_url("feed1"), 2000);
        let obs = RealObs::start("password", free_port()).await;
        let (media_url, stream_server) = (nginx.publish_url("feed1"), nginx.out_url());
        let scenes = &["LIVE", "LOW", "OFFLINE"];
        obs.prepare(&Setup { media_url: &media_url, stream_server: &stream_server, stream_key: "show", scenes }).await;
        let port = obs.port().to_string();
        let app = App::start(&[
            ("OBS_PORT", &port),
            ("OBS_PASSWORD", "password"),
            ("STATS_URL", &nginx.stats_url()),
            ("STATS_FEED", "publish/feed1"),
            ("LOW_SCENE_NAME", "LOW"),
        ])
        .await;
        app.obs("OBS connected", Obs::is_connected).await;
        let started = app.order(Order::Obs(ObsOrder::StartStream)).await;
        assert!(started.is_done(), "{started:?}");
        Self { nginx, publisher, app, _obs: obs }
    }

    /// Waits for a quiet LIVE and for the flapping to be forgotten as far as it matters here.
    async fn settle(&self, phase: Duration) {
        self.app.view("a good feed", |view| view.class == Class::Good && view.wanted == Some(Place::Live)).await;
        self.app.scene("LIVE").await;
        tokio::time::sleep(Duration::from_secs(62) + phase).await;
    }

    async fn first_moving(&self) -> Instant {
        self.app.obs("a still picture", |obs| moving(obs) != Some(true)).await;
        self.app.obs("a moving picture", |obs| moving(obs) == Some(true)).await;
        Instant::now()
    }
}

fn moving(obs: &Obs) -> Option<bool> {
    obs.media.first().and_then(|media| media.moving)
}
