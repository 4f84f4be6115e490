//! Our raid and a real OBS: the show ends once, and a later one goes on.

use super::real::World;
use crate::support::app::App;
use std::time::Duration;
use stream_control::domain::command::{ChangeSetting, ObsOrder, Order};
use stream_control::domain::event::Fact;
use stream_control::domain::raid::{RaidView, Stage};
use stream_control::domain::stream::{ObsLink, Output};
use stream_control::kit::clock;

fn raided(app: &App, id: &str) {
    let (to_id, to_name) = (id.to_owned(), "TrailRunner".to_owned());
    app.ctx.bus.tell(Fact::RaidSent { to_id, to_name, viewers: 87, at: clock::unix() });
}

async fn raid(app: &App, what: &str, wanted: impl Fn(&RaidView) -> bool) {
    let mut cell = app.ctx.cells.raid.clone();
    let waited = tokio::time::timeout(Duration::from_secs(60), cell.until(wanted)).await;
    assert!(waited.is_ok(), "waited in vain for {what}: {:?}", cell.get());
}

async fn ended(app: &App, text: &str) {
    raid(app, text, |view| view.ended.as_ref().is_some_and(|ended| ended.text.contains(text))).await;
}

async fn start(app: &App) {
    let outcome = app.order(Order::Obs(ObsOrder::StartStream)).await;
    assert!(outcome.is_done(), "{outcome:?}");
    app.obs("streaming", |obs| obs.output == Some(Output::Streaming) && obs.live_since.is_some()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_raid_ends_the_show_and_the_next_one_goes_on() {
    let mut world = World::on_air_with(&[("RAID_AUTO_STOP_DELAY", "2")]).await;
    raided(&world.app, "1");
    ended(&world.app, "The stream has ended after the raid").await;
    world.app.obs("stopped", |obs| obs.output == Some(Output::Stopped)).await;
    start(&world.app).await;
    raid(&world.app, "rest", |view| view.stage == Stage::Idle).await;

    // OBS crashes before the stop comes, and is started again for another show.
    let changes = vec![("RAID_AUTO_STOP_DELAY".to_owned(), Some("120".to_owned()))];
    assert!(world.app.order(Order::Settings(ChangeSetting { changes })).await.is_done());
    raided(&world.app, "2");
    raid(&world.app, "the countdown", |view| matches!(view.stage, Stage::Counting { .. })).await;
    world.obs.kill();
    world.app.obs("OBS lost", |obs| matches!(obs.link, ObsLink::Lost { .. })).await;
    world.obs.restart().await;
    world.app.obs("OBS back", |obs| obs.is_connected()).await;
    // A show that died with OBS is over, which is what was wanted.
    ended(&world.app, "The stream has ended after the raid").await;
    start(&world.app).await;
    world.app.obs("on air", |obs| obs.is_live() == Some(true)).await;
    world.app.stop().await;
}
