//! The test mode, which is the real thing without a stream; and that a file taken away names nobody.

use crate::support::real::comes_true;
use crate::support::show::{GOOD, Show};
use std::time::Duration;
use stream_control::demo::fake_ingest::{Mode, Shape};
use stream_control::demo::fake_obs::Script;
use stream_control::domain::command::{FailoverOrder, Order};
use stream_control::kit::clock;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_test_switches_scenes_and_shows_alerts_though_nobody_streams() {
    let show = Show::with(Shape::Nginx, Script::default(), &[]).await;
    show.ingest.set(Mode::Healthy(GOOD));
    show.page.live("OBS connected", |live| live["obs"]["connected"] == true).await;
    let begun = show.app.order(Order::Failover(FailoverOrder::StartTest)).await;
    assert!(begun.text().starts_with("Scenes are switched and alerts are shown as if OBS streamed"), "{begun:?}");
    show.is_good().await;
    show.ingest.set(Mode::Gone);
    show.app.scene("OFFLINE").await;
    show.app.line("Alert shown: Connection lost").await;
    show.ingest.set(Mode::Healthy(GOOD));
    show.app.scene("LIVE").await;
    show.app.line("Alert shown: We are back!").await;
    assert_eq!(show.obs.count("StartStream"), 0);
    show.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_that_are_taken_away_do_not_name_the_publisher() {
    let show = Show::on_air(Shape::Nginx, &[]).await;
    show.app.line("Connected to the ingest: publish/").await;
    let now = clock::unix().0;
    let span = format!("from={}&to={}", now - 600_000, now + 600_000);
    let file = async |path: &str| show.page.get(&format!("/api/v1/{path}?{span}")).await.body;
    let named = |text: &str| text.contains("Connected to the ingest: publish/fe…d1.");
    for path in ["journal/export.csv", "journal/export.json"] {
        let written = comes_true(Duration::from_secs(60), async || named(&file(path).await)).await;
        assert!(written, "{path}: the line, with the name masked");
    }
    for path in ["journal/export.csv", "journal/export.json", "timeline/export.csv", "timeline/export.json"] {
        assert!(!file(path).await.contains("feed1"), "{path}");
    }
    show.app.stop().await;
}
