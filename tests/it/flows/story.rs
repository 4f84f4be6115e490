//! The whole daemon against fakes that speak the wire, seen through its page: every promise of the
//! main job, and a world that breaks in every way.

use crate::support::show::{GOOD, PASSWORD, Show, WEAK};
use crate::support::visitor::{Visitor, row};
use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt as _};
use serde_json::{Value, json};
use std::time::Duration;
use stream_control::demo::fake_ingest::{Manners, Mode, Shape};
use stream_control::demo::fake_obs::{Script, Start};
use stream_control::domain::failover::Class;
use stream_control::domain::journal::Tail;
use stream_control::domain::signal::Feeds;
use stream_control::store::Store;

const BOTH: [Shape; 2] = [Shape::Sls, Shape::Nginx];

fn text<'a>(live: &'a Value, pointer: &str) -> &'a str {
    live.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// Whether any of the newest alerts is of this kind.
fn alerted(live: &Value, kind: &str) -> bool {
    live["alerts"].as_array().is_some_and(|alerts| alerts.iter().any(|alert| alert["type"] == kind))
}

/// Whether the feed is Unknown for this reason.
fn unknown(live: &Value, why: &str) -> bool {
    live["feed"]["word"] == "Unknown" && text(live, "/feed/headline").contains(why)
}

mod feed {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sag_low_recovery_live_blackhole_offline_and_back() {
        join_all(BOTH.map(sag_and_blackhole)).await;
    }

    async fn sag_and_blackhole(shape: Shape) {
        let show = Show::on_air(shape, &[]).await;
        show.ingest.set(Mode::Weak(WEAK));
        let live = show.shows("LOW", "Low").await;
        assert!(text(&live, "/feed/headline").starts_with("Low scene is on – "), "{live:#}");
        show.page.live("the alert", |live| alerted(live, "low")).await;
        assert_eq!(show.obs.current_scene(), "LOW");

        show.ingest.set(Mode::Healthy(GOOD));
        show.shows("LIVE", "Good").await;
        show.page.live("the other alert", |live| alerted(live, "restored")).await;

        show.ingest.set(Mode::Blackhole);
        show.shows("OFFLINE", "Lost").await;
        show.ingest.set(Mode::Connecting(GOOD));
        show.shows("LIVE", "Good").await;
        for line in ["LIVE → LOW: ", "LOW → LIVE: ", " → OFFLINE: ", "OFFLINE → LIVE: "] {
            show.app.line(line).await;
        }
        assert!(show.obs.is_streaming(), "the show went on all the time");
        let spoke = |tail: &Tail| tail.lines.iter().find(|line| line.text.contains("in chat")).cloned();
        assert_eq!(show.app.ctx.cells.tail.with(spoke), None, "nobody is signed in who could tell the chat");
        show.app.stop().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_page_that_cannot_be_read_is_unknown_with_the_reason_and_the_scene_is_left_alone() {
        let unreadable = [
            (Manners::Status(500), "HTTP 500"),
            (Manners::Hang, "do not answer in time"),
            (Manners::Html, "cannot be understood: "),
            (Manners::HalfDocument, "cannot be understood: "),
            (Manners::HalfBody, "cannot be understood: "),
            (Manners::Empty, "cannot be understood: "),
            (Manners::TenMebibytes, "larger than 1 MiB"),
            (Manners::Status(401), "wants a login (HTTP 401)"),
            (Manners::RateLimit { retry_after: 1 }, "slow down (HTTP 429"),
        ];
        let told = BOTH
            .into_iter()
            .flat_map(|shape| unreadable.map(|(manners, why)| Box::pin(misbehave(shape, manners, why))));
        a_few_at_once(told).await;
    }

    async fn misbehave(shape: Shape, manners: Manners, why: &str) {
        let show = Show::on_air(shape, &[]).await;
        let switches = show.switches();
        show.ingest.behave(manners);
        let live = show.page.live(&format!("{manners:?} told as '{why}'"), |live| unknown(live, why)).await;
        assert!(text(row(&live, "Ingest"), "/reason").contains(why), "{live:#}");
        assert!(text(&live, "/feed/headline").ends_with("Scenes are left alone."), "{live:#}");
        assert!(text(&live, "/failover/standing").ends_with("Scenes are left alone."), "{live:#}");

        show.ingest.behave(Manners::Good);
        let live = show.is_good().await;
        assert_eq!((&live["obs"]["scene"], show.switches()), (&json!("LIVE"), switches), "{manners:?} {shape:?}");
        show.app.stop().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn odd_numbers_are_no_numbers_and_switch_nothing() {
        let (no_numbers, no_json) = ("no numbers of the feed that can be understood", "JSON with errors in it");
        let odd = [
            (Manners::NaN, [Some(no_json), Some(no_numbers)]),
            (Manners::MinusOne, [Some(no_numbers); 2]),
            (Manners::Huge, [Some(no_numbers); 2]),
            (Manners::MissingFields, [Some(no_numbers); 2]),
            (Manners::Strings, [None, Some(no_numbers)]),
            (Manners::ExtraFields, [None; 2]),
        ];
        let told = odd.into_iter().flat_map(|(manners, why)| {
            BOTH.into_iter().zip(why).map(move |(shape, why)| Box::pin(count_oddly(shape, manners, why)))
        });
        a_few_at_once(told).await;
    }

    /// Runs the cases side by side, but not so many that a small machine stands still.
    async fn a_few_at_once(cases: impl IntoIterator<Item = impl Future<Output = ()>>) {
        stream::iter(cases).buffer_unordered(6).collect::<()>().await;
    }

    /// What can be made sense of stays Good; the rest is Unknown for as long as it lasts, also when
    /// numbers come again.
    async fn count_oddly(shape: Shape, manners: Manners, why: Option<&str>) {
        let show = Show::on_air(shape, &[]).await;
        let switches = show.switches();
        show.ingest.behave(manners);
        let mut feeds = show.app.ctx.cells.feeds.clone();
        let polls = |feeds: &Feeds| feeds.first().map_or(0, |feed| feed.polls);
        let wanted = feeds.with(polls) + 6;
        tokio::time::timeout(Duration::from_secs(60), feeds.until(|feeds| polls(feeds) >= wanted))
            .await
            .expect("polls");
        match why {
            Some(why) => show.page.live(&format!("{manners:?} of {shape:?} told"), |live| unknown(live, why)).await,
            None => show.is_good().await,
        };
        show.ingest.behave(Manners::Good);
        let live = show.is_good().await;
        assert_eq!((&live["obs"]["scene"], show.switches()), (&json!("LIVE"), switches), "{manners:?} {shape:?}");
        show.app.stop().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn of_several_publishers_one_must_be_chosen_and_the_choice_is_in_force_at_once() {
        let show = Show::on_air(Shape::Sls, &[]).await;
        let switches = show.switches();
        show.ingest.set(Mode::TwoPublishers(GOOD));
        let names = "choose one of publish/live/fe…d1, publish/live/fe…d2";
        let live = show.page.live("the choice", |live| unknown(live, names)).await;
        assert_eq!(row(&live, "Ingest")["word"], "Needs you");
        assert!(text(row(&live, "Ingest"), "/repair").contains("STATS_FEED"), "{live:#}");

        let answer = show.page.form("/settings", &[("STATS_FEED", "publish/live/feed1"), ("was.STATS_FEED", "")]).await;
        assert_eq!((answer.status, answer.location.as_str()), (303, "/settings?saved=1"), "{answer:?}");
        show.is_good().await;
        assert_eq!(show.switches(), switches);
        show.app.stop().await;
    }
}

mod obs {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn every_trouble_is_told_in_plain_words() {
        tokio::join!(
            wrong_password(),
            too_old(),
            gone_and_back(),
            hung_and_back(),
            mute(),
            starts_that_come_to_nothing(),
            scene_that_is_not_there()
        );
    }

    async fn lost(show: &Show, why: &str) -> Value {
        let told = |live: &Value| live["obs"]["word"] == "OBS lost" && text(live, "/obs/reason").contains(why);
        let live = show.page.live(&format!("OBS lost: {why}"), told).await;
        assert_eq!(live["obs"]["live"], Value::Null, "what cannot be read is unknown");
        assert_eq!(row(&live, "This program")["word"], "Good", "no crash loop");
        live
    }

    async fn wrong_password() {
        let script = Script { password: Some("right".to_owned()), ..Script::default() };
        let show = Show::with(Shape::Sls, script, &[("OBS_PASSWORD", "wrong")]).await;
        let live = lost(&show, "OBS refuses the password").await;
        assert_eq!(row(&live, "OBS")["word"], "Needs you");
        assert!(text(&live, "/obs/repair").contains("OBS_PASSWORD"), "{live:#}");
        let answer = show.page.form("/settings", &[("OBS_PASSWORD", "right")]).await;
        assert_eq!(answer.location, "/settings?saved=1", "{answer:?}");
        show.page.live("OBS connected", |live| live["obs"]["connected"] == true).await;
        show.app.stop().await;
    }

    async fn too_old() {
        let script = Script { version: ("29.0.2".to_owned(), "5.1.0".to_owned()), ..Script::default() };
        let show = Show::with(Shape::Sls, script, &[]).await;
        let live = lost(&show, "OBS 29.0.2 is too old").await;
        assert_eq!(live["obs"]["repair"], "Update OBS.");
        show.app.stop().await;
    }

    async fn gone_and_back() {
        let mut show = Show::on_air(Shape::Nginx, &[]).await;
        show.obs.crash().await;
        let live = lost(&show, "").await;
        assert_eq!(live["scenes"], json!([]));
        assert_eq!(live["keys"][0]["blocked"], "OBS is not connected");
        let answer = show.page.post("/api/v1/obs/scene", json!({"scene": "BRB"})).await;
        assert!((400..600).contains(&answer.status) && !answer.text().is_empty(), "{answer:?}");
        show.obs.restart().await.expect("the port is still free");
        let live = show.page.live("OBS back", |live| live["obs"]["connected"] == true).await;
        assert_eq!(live["obs"]["live"], false);
        show.app.line("OBS is back, not streaming").await;
        assert_eq!(show.obs.count("StartStream"), 0, "nothing is started by itself");
        show.app.stop().await;
    }

    async fn hung_and_back() {
        let show = Show::on_air(Shape::Nginx, &[]).await;
        show.obs.set(|script| script.hang = true);
        lost(&show, "OBS does not answer").await;
        show.obs.set(|script| script.hang = false);
        show.is_good().await;
        show.app.stop().await;
    }

    async fn mute() {
        let show = Show::with(Shape::Sls, Script { mute: true, ..Script::default() }, &[]).await;
        lost(&show, "OBS does not answer").await;
        show.app.stop().await;
    }

    async fn starts_that_come_to_nothing() {
        let start = async |start, status, words: &str| {
            let show = Show::with(Shape::Sls, Script { start, ..Script::default() }, &[]).await;
            show.page.live("OBS connected", |live| live["obs"]["connected"] == true).await;
            let answer = show.page.post("/api/v1/obs/start", Value::Null).await;
            assert_eq!(answer.status, status, "{answer:?}");
            assert!(answer.text().contains(words), "{start:?}: {answer:?}");
            show.app.stop().await;
        };
        tokio::join!(
            start(Start::Works, 200, ""),
            start(Start::Blocked, 504, "dialog"),
            start(Start::Refused, 409, "OBS"),
            start(Start::Fails, 409, "OBS"),
        );
    }

    async fn scene_that_is_not_there() {
        let show = Show::on_air(Shape::Sls, &[]).await;
        let answer = show.page.post("/api/v1/obs/scene", json!({"scene": "Intr"})).await;
        assert_eq!(answer.status, 409, "{answer:?}");
        assert!(answer.text().contains("'Intr'"), "{answer:?}");
        assert_eq!(show.obs.current_scene(), "LIVE");
        show.app.stop().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_missing_low_scene_keeps_the_scene_and_names_the_nearest() {
        let show = Show::on_air(Shape::Nginx, &[("LOW_SCENE_NAME", "lowbitrate")]).await;
        show.obs.rename_scene("LOW", "Low bitrate");
        let switches = show.switches();
        show.ingest.set(Mode::Weak(WEAK));
        let told = |live: &Value| text(live, "/failover/standing").contains("there is no scene 'lowbitrate' in OBS");
        let live = show.page.live("the missing scene", told).await;
        assert!(text(&live, "/failover/standing").contains("Did you mean 'Low bitrate'?"), "{live:#}");
        assert_eq!(row(&live, "Scenes")["word"], "Needs you");
        assert!(text(row(&live, "Scenes"), "/repair").contains("'Low bitrate'"), "{live:#}");
        assert_eq!((show.obs.current_scene().as_str(), show.switches()), ("LIVE", switches));

        let fields = [("LOW_SCENE_NAME", "Low bitrate"), ("was.LOW_SCENE_NAME", "lowbitrate")];
        assert_eq!(show.page.form("/settings", &fields).await.location, "/settings?saved=1");
        show.shows("Low bitrate", "Low").await;
        show.app.stop().await;
    }
}

mod people {
    use super::*;

    const LIMITS: &str = "/settings/switching";

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_pause_outlives_a_restart_and_ends_with_a_persons_word() {
        let show = Show::on_air(Shape::Nginx, &[]).await;
        let answer = show.page.post("/api/v1/failover/pause", Value::Null).await;
        assert_eq!((answer.status, answer.text().as_str()), (200, "Automatic switching is paused."));
        let switches = show.switches();
        let show = show.restart().await;
        let live = show.page.live("paused", |live| live["failover"]["word"] == "Paused").await;
        assert!(text(&live, "/failover/paused_by").contains("owner"), "{live:#}");

        show.ingest.set(Mode::Weak(WEAK));
        show.app.view("a weak feed", |view| view.class == Class::Low && view.paused.is_some()).await;
        show.ingest.set(Mode::Gone);
        show.app.view("no feed", |view| view.class == Class::Absent && view.paused.is_some()).await;
        assert_eq!((show.obs.current_scene().as_str(), show.switches()), ("LIVE", switches));
        assert_eq!(show.page.post("/api/v1/failover/resume", Value::Null).await.status, 200);
        show.shows("OFFLINE", "Lost").await;

        let show = show.restart().await;
        show.page
            .live("no pause", |live| live["failover"]["paused_by"].is_null() && live["obs"]["connected"] == true)
            .await;
        show.app.stop().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_setting_is_in_force_at_once_outlives_a_restart_and_goes_back_to_env() {
        let show = Show::on_air(Shape::Nginx, &[]).await;
        for (page, key, value, why) in [
            (LIMITS, "BITRATE_LOW_KBPS", "a lot", "Allowed: a number from 1"),
            ("/settings", "STATS_URL", "http://127.0.0.1/stats?key=••••", "Type the whole value."),
        ] {
            let answer = show.page.form(page, &[(key, value)]).await;
            assert_eq!(answer.status, 422, "{answer:?}");
            assert!(answer.body.contains("Nothing was saved") && answer.body.contains(why), "{answer:?}");
        }

        let fields = [("BITRATE_LOW_KBPS", "3000"), ("was.BITRATE_LOW_KBPS", "")];
        assert_eq!(show.page.form(LIMITS, &fields).await.location, "/settings/switching?saved=1");
        let live = show.shows("LOW", "Low").await;
        assert!(text(&live, "/failover/limits").contains("Low below 3.0 Mbit/s"), "{live:#}");

        let show = show.restart().await;
        let live = show.shows("LOW", "Low").await;
        assert!(text(&live, "/failover/limits").contains("Low below 3.0 Mbit/s"), "{live:#}");
        let page = show.page.get(LIMITS).await.body;
        assert!(page.contains("value=\"3000\""), "{page}");

        let back = [("BITRATE_LOW_KBPS", "3000"), ("was.BITRATE_LOW_KBPS", "3000"), ("back.BITRATE_LOW_KBPS", "on")];
        assert_eq!(show.page.form(LIMITS, &back).await.location, "/settings/switching?saved=1");
        let live = show.shows("LIVE", "Good").await;
        assert!(text(&live, "/failover/limits").contains("Low below 800 kbit/s"), "{live:#}");
        let folder = show.app.stop().await;
        let store = Store::open(folder.path()).await.expect("the database");
        assert_eq!(store.settings().await.expect("rows"), [], "back means no row");
        store.close().await;
    }
}

mod history {
    use super::*;
    use sqlx::{Connection as _, SqliteConnection};

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_locked_database_is_told_the_show_goes_on_and_no_line_is_lost() {
        let show = Show::on_air(Shape::Nginx, &[]).await;
        show.page.live("history", |live| row(live, "History")["word"] == "Good").await;
        let file = show.app.folder().join(stream_control::store::FILE);
        let mut other = SqliteConnection::connect(&format!("sqlite://{}", file.display())).await.expect("a connection");
        sqlx::query("BEGIN EXCLUSIVE").execute(&mut other).await.expect("the lock");

        show.ingest.set(Mode::Weak(WEAK));
        show.shows("LOW", "Low").await;
        let told = |live: &Value| {
            let history = row(live, "History");
            history["word"] == "Needs you"
                && text(history, "/reason").contains("History is not being written: the database")
        };
        let live = show.page.live("the trouble told", told).await;
        assert!(text(row(&live, "History"), "/repair").contains("the show goes on"), "{live:#}");
        assert_eq!(show.page.post("/api/v1/obs/scene", json!({"scene": "BRB"})).await.status, 200, "orders work");
        show.page.live("the scene", |live| live["obs"]["scene"] == "BRB").await;

        let late = Visitor::signed_in(show.app.address, PASSWORD).await;
        assert_eq!(late.get("/").await.status, 200, "nobody is kept out");

        sqlx::query("ROLLBACK").execute(&mut other).await.expect("no lock");
        other.close().await.expect("a clean end");
        show.page.live("history again", |live| row(live, "History")["word"] == "Good").await;
        let folder = show.app.stop().await;
        let store = Store::open(folder.path()).await.expect("the database");
        let lines = store.newest_lines(200).await.expect("lines");
        store.close().await;
        assert!(lines.iter().any(|line| line.text.starts_with("LIVE → LOW: ")), "{lines:#?}");
    }
}
