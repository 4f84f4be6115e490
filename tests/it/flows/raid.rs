//! Our raid goes out and the show ends: confirmed by OBS, once, and never a later show. Over the wire,
//! with an OBS and a Twitch that misbehave.

use crate::support::app::{App, owner};
use std::time::Duration;
use stream_control::config::{Config, Values};
use stream_control::demo::fake_obs::{FakeObs, Script};
use stream_control::demo::fake_twitch::FakeTwitch;
use stream_control::domain::command::{ObsOrder, Order, Outcome, RaidOrder, TwitchOrder};
use stream_control::domain::event::Fact;
use stream_control::domain::raid::{Kept, Raid, RaidView, Show, Stage, Wish};
use stream_control::domain::stream::{Obs, ObsLink, Output};
use stream_control::domain::twitch::{OutgoingRaid, Twitch};
use stream_control::features::raid::{Parts, RaidRoom};
use stream_control::kit::clock;
use stream_control::kit::units::UnixMs;
use stream_control::runtime::bus::Bus;
use stream_control::runtime::desk::{Desk, DeskBuilder, Room, Ticket};
use stream_control::runtime::journal;
use stream_control::runtime::shared::{self, Reader, Writer};
use stream_control::runtime::supervisor::Supervisor;
use stream_control::store::Store;
use stream_control::store::wanted::Wanted;
use tempfile::TempDir;
use tokio::sync::mpsc;

/// A daemon with the OBS and the Twitch that it speaks with.
struct Night {
    obs: FakeObs,
    twitch: FakeTwitch,
    app: App,
    delay: &'static str,
}

impl Night {
    /// On air.
    async fn on_air(delay: &'static str) -> Self {
        let night = Self::set(delay, TempDir::new().expect("a folder")).await;
        night.obs.human_start();
        night.app.obs("on air", |obs| obs.is_live() == Some(true) && obs.live_since.is_some()).await;
        night
    }

    async fn set(delay: &'static str, folder: TempDir) -> Self {
        let obs = FakeObs::start(0, Script::default()).await.expect("a free port");
        let twitch = FakeTwitch::start(0).await.expect("a free port");
        let app = start(&obs, &twitch, delay, folder).await;
        let night = Self { obs, twitch, app, delay };
        night.app.obs("OBS", |obs| obs.is_connected() && obs.output.is_some()).await;
        night
    }

    fn raided(&self) {
        let (to_id, to_name) = ("9001".to_owned(), "TrailRunner".to_owned());
        self.app.ctx.bus.tell(Fact::RaidSent { to_id, to_name, viewers: 87, at: clock::unix() });
    }

    async fn order(&self, order: RaidOrder) -> Outcome {
        self.app.ctx.desk.give(owner(), Order::Raid(order)).await
    }

    async fn raid(&self, what: &str, wanted: impl Fn(&RaidView) -> bool) {
        let mut cell = self.app.ctx.cells.raid.clone();
        let waited = tokio::time::timeout(Duration::from_secs(60), cell.until(wanted)).await;
        assert!(waited.is_ok(), "waited in vain for {what}: {:?}", cell.get());
    }

    async fn ended(&self, text: &str) {
        self.raid(text, |view| view.ended.as_ref().is_some_and(|ended| ended.text.contains(text))).await;
    }

    async fn restart(self) -> Self {
        let Self { obs, twitch, app, delay } = self;
        let app = start(&obs, &twitch, delay, app.stop().await).await;
        Self { obs, twitch, app, delay }
    }

    fn stops(&self) -> usize {
        self.obs.count("StopStream")
    }
}

async fn start(obs: &FakeObs, twitch: &FakeTwitch, delay: &str, folder: TempDir) -> App {
    let (port, settings) = (obs.port().to_string(), twitch.settings());
    let more = [("OBS_PORT", port.as_str()), ("RAID_AUTO_STOP_DELAY", delay)];
    let all: Vec<(&str, &str)> = settings.iter().map(|(key, value)| (*key, value.as_str())).chain(more).collect();
    App::start_in(folder, &all).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_raid_stops_the_show_and_a_chat_line_that_fails_repeats_nothing() {
    let night = Night::on_air("0").await;
    night.raided();
    night.raided();
    night.ended("The stream has ended after the raid to TrailRunner.").await;
    night.app.line("raid: say 'Raided TrailRunner successfully & ended stream!' in chat").await;
    assert!(!night.obs.is_streaming());
    let reads = night.obs.count("GetStreamStatus");
    night.obs.until_heard("GetStreamStatus", reads + 2).await;
    assert_eq!(night.stops(), 1);
    let rows = night.app.ctx.cells.raid.get();
    assert_eq!(rows.stage, Stage::Idle);
    night.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_link_is_waited_for() {
    let night = Night::on_air("0").await;
    night.obs.set(|script| script.close = true);
    night.app.obs("OBS away", |obs| !obs.is_connected()).await;
    night.raided();
    night.raid("a stop that waits", |view| matches!(view.stage, Stage::Stopping { tries: 0, .. })).await;
    night.obs.set(|script| script.close = false);
    night.ended("The stream has ended").await;
    assert_eq!((night.stops(), night.obs.is_streaming()), (1, false));
    night.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_obs_that_refuses_is_asked_again() {
    let night = Night::on_air("0").await;
    night.obs.set(|script| script.refuse_stops = 2);
    night.raided();
    night.app.line("OBS has not stopped after the raid (try 2)").await;
    night.ended("The stream has ended").await;
    assert_eq!(night.stops(), 3);
    night.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_between_raid_and_stop_forgets_nothing() {
    let night = Night::on_air("6").await;
    night.raided();
    night.raid("a countdown", |view| matches!(view.stage, Stage::Counting { .. })).await;
    night.app.line("The stream stops in").await;
    let night = night.restart().await;
    night.ended("The stream has ended").await;
    assert_eq!(night.stops(), 1);
    night.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_later_show_is_left_alone_after_a_restart() {
    let night = Night::on_air("0").await;
    let Night { obs, twitch, app, delay } = night;
    let folder = app.stop().await;
    // The raid went out of a show that began an hour ago; the one on air is younger.
    let now = clock::unix();
    let (began, raided) = (UnixMs(now.0 - 3_600_000), UnixMs(now.0 - 120_000));
    let deadline = UnixMs(now.0 + 400_000);
    let raid = Raid { to_id: "9001".to_owned(), to_name: "TrailRunner".to_owned(), viewers: Some(87) };
    let wish = Wish { raid, show: Show { began: Some(began), raided }, stop_at: raided, deadline };
    let value = serde_json::to_string(&Kept { stop: Some(wish), ..Kept::default() }).expect("JSON");
    let store = Store::open(folder.path()).await.expect("the store");
    let name = "raid.stop".to_owned();
    store
        .want(&Wanted { name, value, bound_to: began.0.to_string(), deadline, asked_at: raided })
        .await
        .expect("a row");
    store.close().await;
    let app = start(&obs, &twitch, delay, folder).await;
    let night = Night { obs, twitch, app, delay };
    night.ended("Another stream runs").await;
    assert_eq!((night.stops(), night.obs.is_streaming()), (0, true));
    night.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_kept_and_cannot_be_understood_is_told_once() {
    let Night { obs, twitch, app, delay } = Night::on_air("0").await;
    let folder = app.stop().await;
    let store = Store::open(folder.path()).await.expect("the store");
    let (name, value) = ("raid.stop".to_owned(), r#"{"stop": "of another version"}"#.to_owned());
    let now = clock::unix();
    let wish = Wanted { name, value, bound_to: String::new(), deadline: UnixMs(now.0 + 600_000), asked_at: now };
    store.want(&wish).await.expect("a row");
    store.close().await;
    let night = Night { app: start(&obs, &twitch, delay, folder).await, obs, twitch, delay };
    night.app.line("cannot be understood").await;
    night.app.obs("on air", |obs| obs.is_live() == Some(true)).await;
    let folder = night.app.stop().await;
    let store = Store::open(folder.path()).await.expect("the store");
    let rows = store.wanted(UnixMs(0)).await.expect("rows");
    assert!(rows.iter().all(|row| row.name != "raid.stop"), "{rows:?}");
    assert!(night.obs.is_streaming());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_may_keep_the_show() {
    let night = Night::on_air("3600").await;
    night.raided();
    night.raid("a countdown", |view| matches!(view.stage, Stage::Counting { .. })).await;
    assert!(night.order(RaidOrder::Cancel).await.is_done());
    night.ended("was cancelled").await;
    let night = night.restart().await;
    night.app.obs("still on air", |obs| obs.output == Some(Output::Streaming)).await;
    night.raid("nothing", |view| view.stage == Stage::Idle).await;
    assert_eq!(night.order(RaidOrder::StopNow).await, Outcome::Failed("There is no raid to stop after.".to_owned()));
    assert_eq!(night.stops(), 0);
    assert_eq!(night.twitch.world().count("POST", "/helix/raids"), 0);
    night.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_want_to_wait_stops_at_once() {
    let night = Night::on_air("3600").await;
    night.raided();
    night.raid("a countdown", |view| matches!(view.stage, Stage::Counting { .. })).await;
    assert!(night.order(RaidOrder::StopNow).await.is_done());
    night.ended("The stream has ended").await;
    night.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn off_air_a_raid_stops_nothing() {
    let night = Night::set("0", TempDir::new().expect("a folder")).await;
    night.raided();
    night.ended("there is nothing to stop").await;
    night.obs.human_start();
    night.app.obs("on air", |obs| obs.is_live() == Some(true)).await;
    assert_eq!(night.stops(), 0);
    night.app.stop().await;
}

/// The room alone, with a raid of ours that was begun so many seconds ago and EventSub away.
struct Alone {
    view: Reader<RaidView>,
    desk: Desk,
    to_obs: mpsc::Receiver<Ticket>,
    to_twitch: mpsc::Receiver<Ticket>,
    obs: Writer<Obs>,
    bus: Bus,
    _kept: (Writer<Twitch>, Writer<Config>, Supervisor, TempDir),
}

impl Alone {
    async fn with_raid_begun(secs_ago: i64) -> Self {
        let now = clock::unix();
        let (config_cell, config) = shared::cell(Config::parse(&Values::from_pairs([])).expect("the defaults"));
        let began = Some(UnixMs(now.0 - 3_600_000));
        let live =
            Obs { link: ObsLink::Connected, output: Some(Output::Streaming), live_since: began, ..Obs::default() };
        let (obs_cell, obs) = shared::cell(live);
        let asked_at = Some(UnixMs(now.0 - secs_ago * 1000));
        let (to_id, to_name) = ("9001".to_owned(), "TrailRunner".to_owned());
        let raid = Some(OutgoingRaid { to_id, to_name, asked_at, confirmed_at: None, viewers: None });
        let (twitch_cell, twitch) = shared::cell(Twitch { raid, ..Twitch::default() });
        let (cell, view) = shared::cell(RaidView::default());
        let folder = TempDir::new().expect("a folder");
        let store = Store::open(folder.path()).await.expect("a store");
        let journal = journal::lane().0;
        let mut builder = DeskBuilder::new(journal.clone());
        let (to_obs, to_twitch) = (builder.room(Room::Obs), builder.room(Room::Twitch));
        let orders = builder.room(Room::Raid);
        let desk = builder.open();
        let bus = Bus::new();
        let mut supervisor = Supervisor::new(journal.clone());
        supervisor.start(RaidRoom::new(Parts {
            config,
            obs,
            twitch,
            orders,
            desk: desk.clone(),
            bus: bus.clone(),
            journal,
            store,
            cell,
        }));
        Self {
            view,
            desk,
            bus,
            to_obs,
            to_twitch,
            obs: obs_cell,
            _kept: (twitch_cell, config_cell, supervisor, folder),
        }
    }

    async fn stage(&mut self, wanted: impl Fn(&Stage) -> bool) {
        let waited = tokio::time::timeout(Duration::from_secs(60), self.view.until(|view| wanted(&view.stage))).await;
        assert!(waited.is_ok(), "{:?}", self.view.get());
    }

    async fn next(lane: &mut mpsc::Receiver<Ticket>) -> Ticket {
        tokio::time::timeout(Duration::from_secs(60), lane.recv()).await.expect("in time").expect("an order")
    }
}

#[tokio::test]
async fn a_raid_that_nobody_heard_of_is_a_question() {
    let mut alone = Alone::with_raid_begun(200).await;
    alone.stage(|stage| matches!(stage, Stage::Asking { to, .. } if to == "TrailRunner")).await;
    assert!(alone.to_obs.try_recv().is_err(), "never a guess");
    assert!(alone.desk.give(owner(), Order::Raid(RaidOrder::StopNow)).await.is_done());
    let stop = Alone::next(&mut alone.to_obs).await;
    assert_eq!(stop.order, Order::Obs(ObsOrder::StopShow));
    alone.obs.edit(|obs| (obs.output, obs.live_since) = (Some(Output::Stopped), None));
    stop.answer(Outcome::Done("The stream has ended.".to_owned()));
    let line = Alone::next(&mut alone.to_twitch).await;
    assert!(matches!(&line.order, Order::Twitch(TwitchOrder::Say { message, .. }) if message.contains("TrailRunner")));
    alone.stage(|stage| *stage == Stage::Idle).await;
}

#[tokio::test]
async fn a_cancel_ahead_of_the_raid_takes_it_back_at_twitch() {
    let mut alone = Alone::with_raid_begun(3).await;
    alone.stage(|stage| matches!(stage, Stage::Waiting { heard: false, spared: false, .. })).await;
    let desk = alone.desk.clone();
    let asking = tokio::spawn(async move { desk.give(owner(), Order::Raid(RaidOrder::Cancel)).await });
    let ticket = Alone::next(&mut alone.to_twitch).await;
    assert_eq!((&ticket.order, &ticket.origin), (&Order::Twitch(TwitchOrder::CancelRaid), &owner()));
    alone.stage(|stage| matches!(stage, Stage::Waiting { spared: true, .. })).await;
    ticket.answer(Outcome::Done("The raid is taken back.".to_owned()));
    let told = Outcome::Done("The raid is taken back. The stream goes on.".to_owned());
    assert_eq!(asking.await.expect("no panic"), told);
    alone.stage(|stage| *stage == Stage::Idle).await;
}

#[tokio::test]
async fn a_cancel_that_twitch_does_not_take_spares_the_show_all_the_same() {
    let mut alone = Alone::with_raid_begun(3).await;
    alone.stage(|stage| matches!(stage, Stage::Waiting { .. })).await;
    let desk = alone.desk.clone();
    let asking = tokio::spawn(async move { desk.give(owner(), Order::Raid(RaidOrder::Cancel)).await });
    Alone::next(&mut alone.to_twitch).await.answer(Outcome::Failed("Twitch cannot be reached.".to_owned()));
    let told = "Twitch cannot be reached. The stream goes on in any case.".to_owned();
    assert_eq!(asking.await.expect("no panic"), Outcome::Failed(told));
    let (to_id, to_name) = ("9001".to_owned(), "TrailRunner".to_owned());
    alone.bus.tell(Fact::RaidSent { to_id, to_name, viewers: 87, at: clock::unix() });
    alone.stage(|stage| *stage == Stage::Idle).await;
    assert!(alone.view.get().ended.is_some_and(|ended| ended.text.contains("as was asked")));
    assert!(alone.to_obs.try_recv().is_err());
}
