//! A publisher that comes and goes on real parts, while OBS plays the feed and streams to the same
//! nginx: whose connection it is, whose bytes are its rate, and whose source plays it.

use super::real::World;
use crate::support::app::App;
use crate::support::real::nginx::RealNginx;
use crate::support::real::obs::FEED;
use crate::support::real::ports::free_port;
use crate::support::real::publisher::Publisher;
use crate::support::real::{Process, comes_true, tied};
use serde_json::json;
use std::time::Duration;
use stream_control::domain::command::{ObsOrder, Order};
use stream_control::domain::event::Fact;
use stream_control::domain::failover::{Class, View};
use stream_control::domain::signal::{Feeds, Publisher as Standing, Sample};
use stream_control::domain::stream::{Obs, Output};
use stream_control::kit::units::{Kbps, Millis};
use tempfile::TempDir;

const GOOD: u32 = 2000;
/// No publisher of these tests comes near; the bytes of a session before are many times as much.
const TOO_MUCH: Kbps = Kbps(8000.0);

async fn sample(app: &App, what: &str, wanted: impl Fn(&Sample) -> bool) -> Sample {
    let newest = |feeds: &Feeds| feeds.first().and_then(|feed| feed.sample.clone());
    let mut feeds = app.ctx.cells.feeds.clone();
    let wait = feeds.until(|feeds| newest(feeds).is_some_and(|sample| wanted(&sample)));
    let waited = tokio::time::timeout(Duration::from_secs(60), wait).await;
    assert!(waited.is_ok(), "never {what}: {:?}", app.ctx.cells.feeds.with(newest));
    app.ctx.cells.feeds.with(newest).expect("a sample")
}

/// Follows the failover card until the feed is judged; the highest rate that it showed.
async fn highest_rate(app: &App, judged: impl Fn(&View) -> bool) -> Kbps {
    let (mut view, mut highest) = (app.ctx.cells.view.clone(), Kbps(0.0));
    let follow = async {
        loop {
            let (rate, done) = view.with(|view| (view.kbps, judged(view)));
            highest = rate.filter(|rate| *rate > highest).unwrap_or(highest);
            if done {
                return;
            }
            view.changed().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), follow).await.expect("the feed is judged");
    highest
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn obs_that_streams_to_the_same_port_never_speaks_for_the_feed() {
    let nginx = RealNginx::start().await;
    let (port, played) = (nginx.rtmp_port().to_string(), nginx.publish_url("feed1"));
    let mut world = World::ready(nginx, &played, &[("STATS_PORT", &port)]).await;
    world.start_stream().await;
    let runs = |sample: &Sample| sample.witness.is_some_and(|seen| seen.last_received < Millis(1000));
    sample(&world.app, "a witness that sees it run", runs).await;

    world.publisher.kill();
    let gone = |sample: &Sample| sample.publisher == Standing::Absent && sample.witness.is_none();
    sample(&world.app, "gone, though OBS streams on", gone).await;
    world.app.scene("OFFLINE").await;

    // nginx counts on where it was, since OBS holds the stream.
    world.publisher = Publisher::start(&played, GOOD);
    let rate = highest_rate(&world.app, |view| view.class == Class::Good && view.armed).await;
    assert!(rate < TOO_MUCH, "{rate}");
    let seen = sample(&world.app, "a witness again", runs).await;
    let (own, counted) = (seen.witness.expect("seen").bytes, seen.rx_bytes.expect("counted"));
    assert!(own < counted, "its own connection is younger than the counter: {own:?} {counted:?}");
    world.publisher.stall();
    let silent = |sample: &Sample| sample.witness.is_some_and(|seen| seen.last_received > Millis(2500));
    sample(&world.app, "a stall that the kernel sees", silent).await;
    world.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_daemon_that_starts_in_the_middle_counts_no_bytes_of_earlier_sessions() {
    let nginx = RealNginx::start().await;
    let url = nginx.publish_url("feed1");
    let folder = TempDir::new().expect("a folder");
    let mut player = tied("ffmpeg");
    player.args(["-hide_banner", "-nostdin", "-loglevel", "warning", "-i", &url, "-c", "copy", "-f", "null", "-"]);
    let mut publisher = Publisher::start(&url, GOOD);
    let counted = async || {
        let page = nginx.stats().await.unwrap_or_default();
        let bytes = page.split("<bytes_in>").nth(2).and_then(|rest| rest.split('<').next()?.parse::<u64>().ok());
        bytes.unwrap_or(0)
    };
    let counts = async |least: u64| counted().await > least;
    assert!(comes_true(Duration::from_secs(30), async || counts(0).await).await, "it publishes");
    let _player = Process::start(player, &folder.path().join("player.log"));
    assert!(comes_true(Duration::from_secs(60), async || counts(5_000_000).await).await, "a while passes");
    publisher.kill();
    let publishing = async || nginx.stats().await.is_some_and(|page| page.contains("<publishing/>"));
    assert!(comes_true(Duration::from_secs(30), async || !publishing().await).await, "it is gone");
    let before = counted().await;
    let _publisher = Publisher::start(&url, GOOD);
    // More than half a second of its own, and not yet the three seconds that a rate is taken over.
    assert!(comes_true(Duration::from_secs(30), async || counts(before + 150_000).await).await, "it is back");

    let settings = [("STATS_URL", nginx.stats_url()), ("OBS_PORT", free_port().to_string())];
    let settings: Vec<(&str, &str)> = settings.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let app = App::start(&settings).await;
    let rate = highest_rate(&app, |view| view.class == Class::Good).await;
    assert!(rate < TOO_MUCH, "{rate}");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_begin_and_end_as_often_as_they_are_begun_and_ended() {
    let nginx = RealNginx::start().await;
    let played = nginx.publish_url("feed1");
    let world = World::ready(nginx, &played, &[]).await;
    let mut told = world.app.ctx.bus.listen();
    for _ in 0..3 {
        world.start_stream().await;
        let outcome = world.app.order(Order::Obs(ObsOrder::StopStream)).await;
        assert!(outcome.is_done(), "{outcome:?}");
        world.app.obs("stopped", |obs| obs.output == Some(Output::Stopped) && obs.live_since.is_none()).await;
        // OBS is read again several times, and may still answer that it runs.
        let polls = |feeds: &Feeds| feeds.first().map_or(0, |feed| feed.polls);
        let mut feeds = world.app.ctx.cells.feeds.clone();
        let later = feeds.with(polls) + 4;
        tokio::time::timeout(Duration::from_secs(60), feeds.until(|feeds| polls(feeds) >= later)).await.expect("polls");
    }
    world.app.ctx.bus.tell(Fact::SettingsChanged);
    let (mut begun, mut ended) = (0, 0);
    loop {
        match told.next().await.expect("the last fact comes") {
            Fact::StreamStarted => begun += 1,
            Fact::StreamStopped => ended += 1,
            Fact::SettingsChanged => break,
            _ => {}
        }
    }
    assert_eq!((begun, ended), (3, 3));
    world.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_source_of_one_feed_is_not_taken_for_that_of_another() {
    let nginx = RealNginx::start().await;
    let (url, played) = (nginx.stats_url(), nginx.publish_url("feed1"));
    let feed = |id: &str| json!({"id": id, "type": "nginx", "url": url, "publisher": format!("publish/{id}")});
    let feeds = json!({"feeds": [feed("feed2"), feed("feed1")]}).to_string();
    let world = World::ready(nginx, &played, &[("FEEDS", &feeds)]).await;
    let plays = |obs: &Obs| obs.media.iter().any(|media| media.feed.as_str() == "feed1" && media.name == FEED);
    world.app.obs("the source of feed1", plays).await;
    world.app.obs("a moving picture", |obs| obs.media.iter().any(|media| media.moving == Some(true))).await;
    let strangers =
        world.app.ctx.cells.obs.with(|obs| obs.media.iter().filter(|one| one.feed.as_str() != "feed1").count());
    assert_eq!(strangers, 0, "nobody plays feed2");
    world.app.stop().await;
}
