//! The room with an OBS that obeys: what people ask of it, and what it asks of OBS.

use super::*;
use crate::config::Values;
use crate::domain::failover::Class;
use crate::domain::failover::lineup::{Member, SceneSet};
use crate::domain::health::State;
use crate::domain::journal::Entry;
use crate::domain::people::Role;
use crate::domain::signal::{Feed, Publisher};
use crate::domain::stream::{ObsLink, Output};
use crate::kit::units::Bytes;
use crate::runtime::desk::{DeskBuilder, Room};
use crate::runtime::supervisor::Supervisor;
use crate::runtime::{journal, shared};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(10);

struct House {
    obs: Writer<Obs>,
    feeds: Writer<Feeds>,
    view: Reader<View>,
    paces: Reader<Paces>,
    rows: mpsc::Receiver<SampleRow>,
    lines: mpsc::Receiver<Entry>,
    /// What the room that holds OBS is asked.
    asked: mpsc::Receiver<Ticket>,
    desk: Desk,
    _supervisor: Supervisor,
    _dir: tempfile::TempDir,
}

/// A room for two feeds, A and B, each with a LIVE scene of its own; quick in everything.
async fn house(change: impl FnOnce(&mut Config)) -> House {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await.unwrap();
    let mut config = Config::parse(&Values::from_pairs([("PRIVACY_SCENE_NAME", "PRIVACY")])).unwrap();
    config.lineup.members = vec![member("a", "A"), member("b", "B")];
    (config.scenes.low, config.scenes.offline) = ("LOW".into(), Some("OFFLINE".into()));
    config.rules.absent_after = Millis(20);
    change(&mut config);

    let (journal, lines) = journal::lane();
    let mut desk = DeskBuilder::new(journal.clone());
    let (asked, orders) = (desk.room(Room::Obs), desk.room(Room::Failover));
    let desk = desk.open();
    let (obs, obs_reader) = shared::cell(on_air());
    let (feeds, feeds_reader) = shared::cell(Feeds::default());
    let (view_cell, view) = shared::cell(View::default());
    let (pace, paces) = shared::cell(Paces::default());
    let (samples, rows) = mpsc::channel(64);
    let mut supervisor = Supervisor::new(journal.clone());
    supervisor.start(Failover::new(Parts {
        config: shared::cell(config).1,
        feeds: feeds_reader,
        obs: obs_reader,
        orders,
        desk: desk.clone(),
        view: view_cell,
        pace,
        bus: Bus::new(),
        journal,
        samples,
        store,
    }));
    House { obs, feeds, view, paces, rows, lines, asked, desk, _supervisor: supervisor, _dir: dir }
}

fn member(id: &str, live: &str) -> Member {
    let scenes = SceneSet { live: Some(live.into()), ..SceneSet::default() };
    Member { id: id.into(), name: format!("Feed {live}"), priority: 0, group: None, scenes, depends_on: None }
}

fn on_air() -> Obs {
    Obs {
        link: ObsLink::Connected,
        output: Some(Output::Streaming),
        scene: Some("A".into()),
        scenes: ["A", "B", "LOW", "OFFLINE", "PRIVACY"].map(SceneName::from).into(),
        ..Obs::default()
    }
}

impl House {
    /// One poll of both feeds: how many kilobytes each has received, `None` for nobody.
    fn poll(&self, at: u64, received: [Option<u64>; 2]) {
        self.feeds.edit(|feeds| {
            let polls = feeds.first().map_or(0, |feed| feed.polls) + 1;
            let feed = |kilobytes: Option<u64>| Feed { polls, sample: Some(sample(at, kilobytes)), ..Feed::default() };
            feeds.list = vec![("a".into(), feed(received[0])), ("b".into(), feed(received[1]))];
        });
    }

    /// Two polls, since a rate needs two samples.
    async fn both_good(&mut self) {
        for (second, class) in [(1, Class::Warming), (2, Class::Good)] {
            self.poll(second * 1000, [Some(second * 400), Some(second * 400)]);
            self.sees(|view| view.feeds.iter().filter(|feed| feed.class == class).count() == 2).await;
        }
    }

    async fn sees(&mut self, wanted: impl Fn(&View) -> bool) {
        let seen = tokio::time::timeout(PATIENCE, self.view.until(wanted)).await;
        assert!(seen.is_ok(), "{:?}", self.view.get());
    }

    async fn asked(&mut self) -> Ticket {
        tokio::time::timeout(PATIENCE, self.asked.recv()).await.expect("an order").expect("an order")
    }

    async fn order(&self, order: FailoverOrder) -> Outcome {
        let anna = Origin::Person { name: "Anna".to_owned(), role: Role::Owner };
        self.desk.give(anna, Order::Failover(order)).await
    }

    async fn line(&mut self, wanted: &str) {
        let found = async { while !self.lines.recv().await.expect("a line").text.contains(wanted) {} };
        tokio::time::timeout(PATIENCE, found).await.unwrap_or_else(|_| panic!("no line with '{wanted}'"));
    }
}

fn sample(at: u64, kilobytes: Option<u64>) -> Sample {
    let at = Mono(at);
    let Some(kilobytes) = kilobytes else { return Sample::absent(at) };
    Sample {
        publisher: Publisher::Present,
        session: Some("1".to_owned()),
        rx_bytes: Some(Bytes(kilobytes * 1000)),
        media_ts: Some(Millis(kilobytes * 2)),
        ..Sample::absent(at)
    }
}

fn scene_of(ticket: &Ticket) -> &str {
    match &ticket.order {
        Order::Obs(ObsOrder::SwitchScene { scene, .. }) => scene.as_str(),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn another_feed_takes_over_and_every_feed_is_shown() {
    let mut house = house(|_| {}).await;
    house.both_good().await;
    house.poll(4000, [None, Some(1600)]);
    let ticket = house.asked().await;
    assert_eq!(scene_of(&ticket), "B");
    house.obs.edit(|obs| obs.scene = Some("B".into()));
    ticket.answer(Outcome::Done("On.".to_owned()));
    house.sees(|view| view.feeds[1].on_air && !view.feeds[0].on_air && view.state == State::Good).await;
    house.line("A → B: Feed A: nobody publishes").await;
    let names: Vec<String> = house.view.with(|view| view.feeds.iter().map(|feed| feed.name.clone()).collect());
    assert_eq!(names, ["Feed A", "Feed B"]);
    let rows: Vec<String> = std::iter::from_fn(|| house.rows.try_recv().ok()).map(|row| row.feed).collect();
    assert_eq!(rows, ["a", "b"], "one row a second and feed");
    assert_eq!(house.paces.with(|paces| paces.of(&"b".into())), crate::domain::signal::Pace::Calm);
}

#[tokio::test]
async fn the_stream_is_stopped_once_after_a_long_offline() {
    let mut house = house(|config| config.rules.offline_stop = Some(Millis(50))).await;
    house.both_good().await;
    house.poll(4000, [None, None]);
    let ticket = house.asked().await;
    assert_eq!(scene_of(&ticket), "OFFLINE");
    house.obs.edit(|obs| obs.scene = Some("OFFLINE".into()));
    ticket.answer(Outcome::Done("On.".to_owned()));
    let stop = house.asked().await;
    assert_eq!((stop.order.clone(), stop.origin.clone()), (Order::Obs(ObsOrder::StopShow), Origin::Automation(RULE)));
    stop.answer(Outcome::Failed("A person pressed start.".to_owned()));
    house.line("The stream is stopped (OFFLINE_STOP_MIN): OFFLINE has been on for").await;
    house.poll(5000, [None, None]);
    house.poll(6000, [Some(10), None]);
    house.sees(|view| view.feeds[0].class == Class::Warming).await;
    assert!(house.asked.try_recv().is_err(), "a person goes on: it is not asked again");
}

#[tokio::test]
async fn a_test_is_visible_and_ends_with_the_stream() {
    let mut house = house(|_| {}).await;
    assert!(!house.order(FailoverOrder::StartTest).await.is_done(), "OBS streams");
    house.obs.edit(|obs| obs.output = Some(Output::Stopped));
    house.both_good().await;
    assert!(house.order(FailoverOrder::StartTest).await.is_done());
    house.sees(|view| view.testing.is_some() && view.armed).await;
    house.poll(4000, [None, None]);
    assert_eq!(scene_of(&house.asked().await), "OFFLINE");
    house.obs.edit(|obs| obs.output = Some(Output::Streaming));
    house.sees(|view| view.testing.is_none() && view.armed).await;
    house.line("The test of automatic switching is over: the stream has begun.").await;
    house.obs.edit(|obs| obs.output = Some(Output::Stopped));
    assert!(house.order(FailoverOrder::StartTest).await.is_done());
    assert!(house.order(FailoverOrder::StopTest).await.is_done());
    house.sees(|view| view.testing.is_none() && !view.armed).await;
}

#[tokio::test]
async fn announced_work_is_shown_and_switches_nothing() {
    let mut house = house(|_| {}).await;
    house.both_good().await;
    let work = |feed: &str| FailoverOrder::Maintenance {
        feed: Some(feed.into()),
        span: Millis(60_000),
        why: "new destinations".to_owned(),
    };
    assert!(house.order(work("a")).await.is_done());
    house.poll(4000, [None, None]);
    house.sees(|view| view.feeds[0].class == Class::Unknown && view.feeds[1].class == Class::Absent).await;
    let announced = house.view.with(|view| view.maintenance.clone());
    assert_eq!(announced.map(|(why, _)| why).as_deref(), Some("new destinations"));
    assert!(house.asked.try_recv().is_err());
    assert!(!house.order(work("c")).await.is_done(), "no such feed");
}

#[tokio::test]
async fn privacy_wins_over_an_order_under_way() {
    let mut house = house(|_| {}).await;
    house.both_good().await;
    house.poll(4000, [None, Some(1600)]);
    let under_way = house.asked().await;
    assert_eq!(scene_of(&under_way), "B");
    house.obs.edit(|obs| {
        obs.scene = Some("PRIVACY".into());
        obs.human_switches += 1;
    });
    let replacing = house.asked().await;
    assert_eq!(scene_of(&replacing), "PRIVACY", "before the other one can get through");
    under_way.answer(Outcome::Failed("Replaced by a newer order.".to_owned()));
    house.sees(|view| view.state == State::NotManaged && view.standing.contains("privacy scene")).await;
}
