//! The main job on real parts: ffmpeg → nginx-rtmp → OBS's media source → OBS streaming to nginx,
//! and the daemon between them.

use crate::support::app::App;
use crate::support::real::nginx::RealNginx;
use crate::support::real::obs::{FEED, RealObs, Setup};
use crate::support::real::ports::free_port;
use crate::support::real::publisher::Publisher;
use obws::requests::inputs::SetSettings;
use stream_control::domain::command::{ObsOrder, Order};
use stream_control::domain::failover::Class;
use stream_control::domain::health::State;
use stream_control::domain::journal::Tail;
use stream_control::domain::stream::{ObsLink, Output};

const PASSWORD: &str = "obs-password";
const GOOD: u32 = 2000;
const WEAK: u32 = 400;

/// All of it, running.
pub(super) struct World {
    pub(super) nginx: RealNginx,
    pub(super) obs: RealObs,
    pub(super) publisher: Publisher,
    pub(super) app: App,
}

impl World {
    /// Everything connected, the stream running, LIVE on and the feed good.
    pub(super) async fn on_air() -> Self {
        Self::on_air_with(&[]).await
    }

    /// The same with more settings.
    pub(super) async fn on_air_with(more: &[(&str, &str)]) -> Self {
        let nginx = RealNginx::start().await;
        let played = nginx.publish_url("feed1");
        let world = Self::ready(nginx, &played, more).await;
        world.start_stream().await;
        world
    }

    /// The same before the stream begins; OBS plays the feed from this address.
    pub(super) async fn ready(nginx: RealNginx, played: &str, more: &[(&str, &str)]) -> Self {
        let publisher = Publisher::start(&nginx.publish_url("feed1"), GOOD);
        let obs = RealObs::start(PASSWORD, free_port()).await;
        let setup = Setup {
            media_url: played,
            stream_server: &nginx.out_url(),
            stream_key: "show",
            scenes: &["LIVE", "LOW", "OFFLINE", "BRB"],
        };
        obs.prepare(&setup).await;
        let (port, url) = (obs.port().to_string(), nginx.stats_url());
        let mut settings = vec![
            ("OBS_PORT", port.as_str()),
            ("OBS_PASSWORD", PASSWORD),
            ("STATS_URL", url.as_str()),
            ("STATS_FEED", "publish/feed1"),
            ("LOW_SCENE_NAME", "LOW"),
        ];
        settings.extend_from_slice(more);
        let app = App::start(&settings).await;
        let world = Self { nginx, obs, publisher, app };
        world.app.obs("OBS connected", |obs| obs.is_connected()).await;
        world
    }

    /// Starts the stream and waits until LIVE is on and the feed good.
    pub(super) async fn start_stream(&self) {
        let outcome = self.app.order(Order::Obs(ObsOrder::StartStream)).await;
        assert!(outcome.is_done(), "{outcome:?}");
        self.app.obs("streaming", |obs| obs.output == Some(Output::Streaming)).await;
        self.app.view("a good feed", |view| view.class == Class::Good && view.armed).await;
        self.app.scene("LIVE").await;
    }

    fn publish_again(&mut self, kbps: u32) {
        self.publisher = Publisher::start(&self.nginx.publish_url("feed1"), kbps);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_scene_follows_the_feed_and_says_why() {
    let mut world = World::on_air().await;

    world.publisher.stall();
    world.app.scene("OFFLINE").await;
    world.app.line("LIVE → OFFLINE: connected, but nothing has arrived for").await;
    world.publisher.resume();
    world.app.scene("LIVE").await;
    world.app.line("OFFLINE → LIVE").await;

    world.publisher.kill();
    world.app.scene("OFFLINE").await;
    world.app.line("LIVE → OFFLINE: nobody publishes").await;

    world.publish_again(WEAK);
    world.app.scene("LOW").await;
    world.app.view("the low state", |view| view.state == State::Low).await;

    world.publisher.kill();
    world.publish_again(GOOD);
    world.app.scene("LIVE").await;
    world.app.obs("a moving picture", |obs| obs.media.iter().any(|media| media.moving == Some(true))).await;
    world.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_obs_that_crashes_in_the_middle_is_found_again_and_not_started() {
    let mut world = World::on_air().await;
    world.obs.kill();
    world.app.obs("OBS lost", |obs| matches!(obs.link, ObsLink::Lost { .. })).await;
    world.publisher.kill();
    world.obs.restart().await;
    world.app.obs("OBS back", |obs| obs.is_connected() && obs.output == Some(Output::Stopped)).await;
    world.app.line("OBS is back, not streaming").await;
    world.app.view("hands off", |view| !view.armed).await;

    world.publish_again(GOOD);
    world.start_stream().await;
    let outcome = world.app.order(Order::Obs(ObsOrder::StopStream)).await;
    assert!(outcome.is_done(), "{outcome:?}");
    world.app.obs("stopped", |obs| obs.output == Some(Output::Stopped)).await;
    world.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_show_begins_anew_as_soon_as_the_last_one_has_ended() {
    let world = World::on_air().await;
    for order in [ObsOrder::StopStream, ObsOrder::StartStream, ObsOrder::StopStream, ObsOrder::StartStream] {
        let outcome = world.app.order(Order::Obs(order)).await;
        assert!(outcome.is_done(), "{outcome:?}");
    }
    world.app.obs("streaming", |obs| obs.output == Some(Output::Streaming)).await;
    world.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_in_obs_is_obeyed() {
    let mut world = World::on_air().await;
    let hand = world.obs.client().await;
    hand.scenes().set_current_program_scene("BRB").await.expect("OBS switches");
    world.app.view("not managed", |view| view.state == State::NotManaged).await;
    world.publisher.kill();
    world.app.view("the feed is gone", |view| view.class == Class::Absent).await;
    world.app.scene("BRB").await;

    hand.scenes().set_current_program_scene("LIVE").await.expect("OBS switches");
    world.app.scene("OFFLINE").await;
    world.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hung_obs_is_noticed_and_found_again() {
    let world = World::on_air().await;
    world.obs.freeze();
    world.app.obs("OBS lost", |obs| matches!(obs.link, ObsLink::Lost { .. })).await;
    world.obs.thaw();
    world.app.obs("OBS back and still streaming", |obs| obs.is_connected() && obs.is_live() == Some(true)).await;
    let outcome = world.app.switch("BRB").await;
    assert!(outcome.is_done(), "{outcome:?}");
    world.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_rests_off_air_as_obs_makes_them_holds_nothing_back() {
    let mut world = World::on_air().await;
    let hand = world.obs.client().await;
    let settings = serde_json::json!({"restart_on_activate": true});
    let change = SetSettings { input: FEED.into(), settings: &settings, overlay: Some(true) };
    hand.inputs().set_settings(change).await.expect("OBS takes the setting");

    world.publisher.kill();
    world.app.scene("OFFLINE").await;
    world.publish_again(GOOD);
    world.app.scene("LIVE").await;
    let waited = |tail: &Tail| tail.lines.iter().any(|line| line.text.contains("does not show its picture yet"));
    assert!(!world.app.ctx.cells.tail.with(waited), "a source that rests is no dead picture");
    world.app.stop().await;
}
