//! Repairs and recordings in the whole daemon, on fakes; and the repair room alone where a whole
//! daemon has no such settings.

use crate::support::show::{GOOD, PASSWORD, Show};
use crate::support::visitor::row;
use std::time::Duration;
use stream_control::config::{Config, Feed, Values};
use stream_control::demo::fake_ingest::{Mode, Shape};
use stream_control::demo::fake_obs::Script;
use stream_control::domain::command::{IngestOrder, Order, Outcome};
use stream_control::domain::failover::repair::Troubles;
use stream_control::domain::failover::{Class, View};
use stream_control::domain::ids::FeedId;
use stream_control::domain::signal::Feeds;
use stream_control::domain::stream::{Obs, ObsLink, Output};
use stream_control::features::repair::{Parts, RepairRoom};
use stream_control::kit::secret::Secret;
use stream_control::runtime::desk::{DeskBuilder, Room};
use stream_control::runtime::supervisor::Supervisor;
use stream_control::runtime::{journal, shared};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_source_is_restarted_once_and_all_is_well() {
    let show = Show::on_air(Shape::Nginx, &[]).await;
    show.obs.move_media("Feed", false);
    show.app.line("'Feed' in OBS stands still although the feed 'main' is good. It is restarted once.").await;
    show.app.line("repair: restart the media source of 'main' – done.").await;
    show.app.line("'Feed' plays and moves again.").await;
    assert_eq!(show.obs.count("SetInputSettings"), 1);
    show.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_restart_does_not_mend_needs_you() {
    let show = Show::on_air(Shape::Nginx, &[]).await;
    show.obs.set(|script| script.ignore_restart = true);
    show.obs.move_media("Feed", false);
    show.app.line("A restart did not help.").await;
    let live = show.page.live("the row", |live| !row(live, "Repair").is_null()).await;
    assert_eq!(row(&live, "Repair")["word"], "Needs you", "{live:#}");
    assert_eq!(show.obs.count("SetInputSettings"), 1, "not again and again");
    show.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_picture_is_seen_though_numbers_and_cursor_are_fine() {
    let show = Show::on_air(Shape::Nginx, &[]).await;
    show.obs.freeze_picture(true);
    show.app.line("The picture of 'Feed' in OBS stands still although the feed 'main' arrives.").await;
    show.obs.until_heard("SetInputSettings", 1).await;
    show.obs.freeze_picture(false);
    show.app.line("'Feed' plays and moves again.").await;
    show.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn recording_follows_the_stream_and_survives_a_restart_of_the_daemon() {
    let settings = [("RECORD_WITH_STREAM", "true")];
    let show = Show::on_air(Shape::Sls, &settings).await;
    show.app.obs("recording", |obs| obs.recording == Some(true)).await;
    let Show { obs, ingest, app, page } = show;
    drop(page);
    let (port, url) = (obs.port().to_string(), ingest.url().to_string());
    let mut all = crate::support::show::settings(&port, &url);
    all.extend_from_slice(&settings);
    let app = crate::support::app::App::start_in(app.stop().await, &all).await;
    app.obs("the show goes on", |obs| obs.is_live() == Some(true) && obs.recording == Some(true)).await;
    assert_eq!(obs.count("StartRecord"), 1, "it records already, and it is ours");
    obs.human_stop();
    app.obs("stopped with the stream", |obs| obs.recording == Some(false)).await;
    assert_eq!((obs.count("StopRecord"), PASSWORD.is_empty()), (1, false));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_who_stops_the_recording_is_obeyed() {
    let show = Show::with(Shape::Sls, Script::default(), &[("RECORD_WITH_STREAM", "true")]).await;
    show.ingest.set(Mode::Healthy(GOOD));
    show.page.live("OBS connected", |live| live["obs"]["connected"] == true).await;
    show.obs.human_start();
    show.app.obs("recording", |obs| obs.recording == Some(true)).await;
    show.obs.human_record(false);
    show.app.obs("stopped by hand", |obs| obs.recording == Some(false)).await;
    show.obs.human_record(true);
    show.app.obs("started by hand", |obs| obs.recording == Some(true)).await;
    show.obs.human_stop();
    show.app.obs("the stream is over", |obs| obs.output == Some(Output::Stopped)).await;
    let before = show.obs.count("GetRecordStatus");
    show.obs.until_heard("GetRecordStatus", before + 2).await;
    assert_eq!((show.obs.count("StartRecord"), show.obs.count("StopRecord")), (1, 0));
    assert!(show.obs.is_recording(), "a person's recording goes on");
    show.app.stop().await;
}

#[tokio::test]
async fn a_silent_publisher_is_dropped_once() {
    let usual = Config::parse(&Values::from_pairs([])).expect("the defaults");
    let control = Some(Secret::new("http://127.0.0.1:1/control".parse().expect("a URL")));
    let feeds = vec![Feed { control, ..Feed::unset(FeedId::main()) }];
    let (_config, config) = shared::cell(Config { feeds, ..usual });
    let (_feeds, feeds) = shared::cell(Feeds::default());
    let live = Obs { link: ObsLink::Connected, output: Some(Output::Streaming), ..Obs::default() };
    let (_obs, obs) = shared::cell(live);
    let (_view, view) = shared::cell(View { class: Class::Stalled, ..View::default() });
    let (troubles, _troubles) = shared::cell(Troubles::default());
    let mut builder = DeskBuilder::new(journal::lane().0);
    let mut orders = builder.room(Room::Ingest);
    let (journal, mut lines) = journal::lane();
    let parts = Parts { config, feeds, obs, view, desk: builder.open(), journal, troubles };
    let mut supervisor = Supervisor::new(journal::lane().0);
    supervisor.start(RepairRoom::new(parts));

    let ticket =
        tokio::time::timeout(Duration::from_secs(60), orders.recv()).await.expect("in time").expect("an order");
    assert_eq!(ticket.order, Order::Ingest(IngestOrder::DropPublisher { feed: FeedId::main() }));
    ticket.answer(Outcome::Done("Dropped.".to_owned()));
    let line = lines.recv().await.expect("a line").text;
    let silent = line.strip_prefix("The publisher of 'main' is connected but has sent nothing for ");
    let silent = silent.and_then(|rest| rest.split(' ').next()).and_then(|number| number.parse::<f64>().ok());
    assert!(silent >= Some(5.0), "{line}");
    let again = tokio::time::timeout(Duration::from_secs(7), orders.recv()).await;
    assert!(again.is_err(), "once for each session");
}
