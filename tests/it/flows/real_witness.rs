//! What numbers cannot see, on real parts: a frozen picture; and a recording, the
//! kernel's sockets and nginx's callbacks as they really are.

use super::real::World;
use crate::support::app::App;
use crate::support::real::comes_true;
use crate::support::real::hose::Hose;
use crate::support::real::nginx::RealNginx;
use crate::support::real::obs::FEED;
use crate::support::real::ports::free_port;
use crate::support::real::publisher::Publisher;
use obws::requests::inputs::SetSettings;
use serde_json::json;
use std::time::Duration;
use stream_control::adapters::host::sockets::{Hint, Ports};
use stream_control::domain::command::{ObsOrder, Order};
use stream_control::domain::journal::Tail;
use stream_control::domain::signal::{Feeds, Publisher as Standing};
use stream_control::domain::stream::{MediaInput, Obs};
use stream_control::kit::units::{Bytes, Millis, Mono};
use tempfile::TempDir;

const GOOD: u32 = 2000;

fn media(wanted: impl Fn(&MediaInput) -> bool) -> impl Fn(&Obs) -> bool {
    move |obs| obs.media.iter().any(&wanted)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_picture_at_a_healthy_rate_is_seen_and_told() {
    let mut world = World::on_air().await;
    let changes = |media: &MediaInput| media.picture.is_some_and(|picture| picture.still_for() == Millis(0));
    world.app.obs("a picture that changes", media(changes)).await;
    world.publisher.kill();
    world.app.scene("OFFLINE").await;
    world.publisher = Publisher::freezing(&world.nginx.publish_url("feed1"), GOOD);
    world.app.scene("LIVE").await;

    let stands = |media: &MediaInput| {
        let (picture, sound) = (media.picture.map(|one| one.still_for()), media.sound.map(|one| one.still_for()));
        media.moving == Some(true) && picture > Some(Millis(8000)) && sound.is_some_and(|span| span < Millis(2000))
    };
    world.app.obs("a cursor that moves, a tone that is heard, a picture that stands", media(stands)).await;
    world.app.line("The picture of 'Feed' in OBS stands still although the feed 'main' arrives.").await;
    world.app.line("repair: restart the media source of 'main' – done.").await;
    world.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_hangs_on_a_dead_connection_is_opened_anew_once_and_plays_again() {
    let nginx = RealNginx::start().await;
    let hose = Hose::start(nginx.rtmp_port()).await;
    let world = World::ready(nginx, &hose.rtmp_url("publish/feed1"), &[]).await;
    let (hand, settings) = (world.obs.client().await, json!({"reconnect_delay_sec": 10}));
    let change = SetSettings { input: FEED.into(), settings: &settings, overlay: Some(true) };
    hand.inputs().set_settings(change).await.expect("OBS takes the delay");
    // Before the stream, so that nothing is repaired that only begins to play; and by the connection that the
    // new settings make, so that none is opened after the hose is clogged.
    let mut before = None;
    let moves = async || {
        if hose.opened() < 2 {
            return false;
        }
        let status = hand.media_inputs().status(FEED.into()).await.expect("OBS knows it");
        let now = status.cursor.filter(|now| now.is_positive());
        now.is_some_and(|now| before.replace(now).is_some_and(|before| now > before))
    };
    assert!(comes_true(Duration::from_secs(60), moves).await, "OBS plays through the hose");
    world.start_stream().await;
    world.app.obs("a cursor that moves", media(|media| media.moving == Some(true))).await;

    hose.clog();
    world.app.obs("a cursor that stands", media(|media| media.moving == Some(false))).await;
    world.app.line("'Feed' in OBS stands still although the feed 'main' is good. It is restarted once.").await;
    world.app.line("repair: restart the media source of 'main' – done.").await;
    world.app.line("'Feed' plays and moves again.").await;
    world.app.obs("a cursor that moves again", media(|media| media.moving == Some(true))).await;
    let restarts = |tail: &Tail| tail.lines.iter().filter(|line| line.text.contains("is restarted once")).count();
    assert_eq!(world.app.ctx.cells.tail.with(restarts), 1, "not again and again");
    world.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn recording_begins_and_ends_with_the_stream() {
    let world = World::on_air_with(&[("RECORD_WITH_STREAM", "true")]).await;
    world.app.obs("recording", |obs| obs.recording == Some(true)).await;
    let hand = world.obs.client().await;
    assert!(hand.recording().status().await.expect("OBS says so").active);
    let outcome = world.app.order(Order::Obs(ObsOrder::StopStream)).await;
    assert!(outcome.is_done(), "{outcome:?}");
    world.app.obs("no recording", |obs| obs.recording == Some(false)).await;
    world.app.line("The recording has ended.").await;
    for (order, on) in [(ObsOrder::StartRecord, true), (ObsOrder::StopRecord, false)] {
        let outcome = world.app.order(Order::Obs(order)).await;
        assert!(outcome.is_done(), "{outcome:?}");
        // OBS reports the end a moment before it says so when asked.
        let is_so = async || hand.recording().status().await.expect("OBS says so").active == on;
        assert!(comes_true(Duration::from_secs(60), is_so).await);
    }
    world.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_kernel_sees_a_publisher_of_nginx_stall_and_no_player() {
    let nginx = RealNginx::start().await;
    let publisher = Publisher::start(&nginx.publish_url("feed1"), GOOD);
    let mut sockets = Ports::default().watch(nginx.rtmp_port()).expect("sock_diag");
    let mut seen = async |what: &str, wanted: &dyn Fn(Millis, Bytes) -> bool| {
        let wait = async {
            loop {
                match sockets.witness(Hint::default()) {
                    Some(seen) if wanted(seen.last_received, seen.bytes) => return seen,
                    _ => tokio::time::sleep(Duration::from_millis(50)).await,
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(60), wait).await.unwrap_or_else(|_| panic!("never {what}"))
    };
    let live = seen("live", &|silent, bytes| silent < Millis(500) && bytes > Bytes(100_000)).await;
    publisher.stall();
    let stalled = seen("silent", &|silent, _| silent > Millis(1500)).await;
    assert!(stalled.bytes >= live.bytes);
    publisher.resume();
    seen("live again", &|silent, bytes| silent < Millis(500) && bytes > stalled.bytes).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_callback_of_nginx_has_the_feed_polled_at_once() {
    let port = free_port();
    let nginx = RealNginx::start_calling(&format!("http://127.0.0.1:{port}/ingest/nginx/main")).await;
    let settings = [("STATS_URL", nginx.stats_url()), ("OBS_PORT", free_port().to_string())];
    let settings: Vec<(&str, &str)> = settings.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let app = App::start_at(port, TempDir::new().expect("a folder"), &settings).await;
    // A poll may have been due anyhow when the call came, or the machine was busy; one of twenty shows it.
    for _ in 0..20 {
        let mut publisher = Publisher::start(&nginx.publish_url("feed1"), GOOD);
        let present = until(&app, Standing::Present).await;
        publisher.kill();
        let mut last = present;
        let gone = loop {
            let (standing, at) = newest(&app);
            match standing {
                Some(Standing::Absent) => break at,
                _ => last = at,
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        };
        if gone.since(last) < Millis(800) {
            return drop(app.stop().await);
        }
    }
    panic!("every poll came at its usual time");
}

fn newest(app: &App) -> (Option<Standing>, Mono) {
    let of = |feeds: &Feeds| feeds.first().and_then(|feed| feed.sample.as_ref()).map(|one| (one.publisher, one.at));
    app.ctx.cells.feeds.with(of).map_or((None, Mono(0)), |(standing, at)| (Some(standing), at))
}

async fn until(app: &App, wanted: Standing) -> Mono {
    let so = |feeds: &Feeds| {
        feeds.first().and_then(|feed| feed.sample.as_ref()).is_some_and(|sample| sample.publisher == wanted)
    };
    let mut feeds = app.ctx.cells.feeds.clone();
    tokio::time::timeout(Duration::from_secs(60), feeds.until(so)).await.expect("it comes true");
    newest(app).1
}
