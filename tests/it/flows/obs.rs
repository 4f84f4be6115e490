//! The OBS room against a fake OBS over real sockets: every promise, and every way OBS breaks.

use std::time::Duration;
use stream_control::config::{Config, Feed, Values};
use stream_control::demo::fake_obs::{FakeObs, Input, Script, Start};
use stream_control::domain::command::{ObsOrder, Order, Outcome};
use stream_control::domain::event::Fact;
use stream_control::domain::ids::FeedId;
use stream_control::domain::journal::Entry;
use stream_control::domain::people::{Origin, Role};
use stream_control::domain::signal::{Pace, Paces};
use stream_control::domain::stream::{MediaInput, Obs, ObsLink, Output};
use stream_control::features::obs_link::wishes::Limits;
use stream_control::features::obs_link::{ObsLink as Room, Parts};
use stream_control::kit::units::Millis;
use stream_control::runtime::bus::{Bus, Listener};
use stream_control::runtime::desk::{Desk, DeskBuilder, Room as Rooms};
use stream_control::runtime::journal;
use stream_control::runtime::shared::{self, Reader, Writer};
use stream_control::runtime::supervisor::{Supervisor, TaskList};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

const START: ObsOrder = ObsOrder::StartStream;
const STOP: ObsOrder = ObsOrder::StopStream;
const FIX: ObsOrder = ObsOrder::RestartMedia { feed: None };

/// Limits for tests that wait for their end.
const SHORT: Limits = Limits {
    output: Millis(1_500),
    switch: Millis(1_200),
    retry: Millis(300),
    restart: Millis(600),
    claim: Millis(10_000),
};

/// A fake OBS and the room that talks to it, with everything the room needs.
struct Stage {
    fake: FakeObs,
    obs: Reader<Obs>,
    desk: Desk,
    facts: Listener,
    lines: mpsc::Receiver<Entry>,
    config: Writer<Config>,
    pace: Writer<Paces>,
    tasks: Reader<TaskList>,
    _supervisor: Supervisor,
}

impl Stage {
    async fn healthy() -> Self {
        let mut stage = Self::with(Script::default(), Limits::default()).await;
        stage.connected().await;
        stage
    }

    async fn with(script: Script, limits: Limits) -> Self {
        let fake = FakeObs::start(0, script).await.expect("a free port");
        let (config, config_reader) = shared::cell(settings(fake.port()));
        let (pace, pace_reader) = shared::cell(Paces::default());
        let (cell, obs) = shared::cell(Obs::default());
        let (journal, lines) = journal::lane();
        let bus = Bus::new();
        let facts = bus.listen();
        // The desk and the supervisor write lines of their own; these stay out of the test.
        let mut builder = DeskBuilder::new(journal::lane().0);
        let orders = builder.room(Rooms::Obs);
        let mut supervisor = Supervisor::new(journal::lane().0);
        let parts = Parts { config: config_reader, pace: pace_reader, orders, cell, bus, journal };
        supervisor.start(Room::with_limits(parts, limits));
        let tasks = supervisor.states();
        Self { fake, obs, desk: builder.open(), facts, lines, config, pace, tasks, _supervisor: supervisor }
    }

    async fn until(&mut self, what: &str, wanted: impl Fn(&Obs) -> bool) -> Obs {
        let waited = tokio::time::timeout(Duration::from_secs(60), self.obs.until(wanted)).await;
        assert!(waited.is_ok(), "{what} did not come true: {:#?}", self.obs.get());
        self.obs.get()
    }

    async fn connected(&mut self) -> Obs {
        self.until("connected", |obs| obs.is_connected()).await
    }

    async fn lost(&mut self) -> (String, Option<String>) {
        let obs = self.until("lost", |obs| matches!(obs.link, ObsLink::Lost { .. })).await;
        match obs.link {
            ObsLink::Lost { reason, repair } => (reason, repair),
            other => panic!("{other:?}"),
        }
    }

    /// Gives an order and leaves it running.
    fn order(&self, order: ObsOrder) -> JoinHandle<Outcome> {
        self.order_by(anna(), order)
    }

    fn order_by(&self, origin: Origin, order: ObsOrder) -> JoinHandle<Outcome> {
        let desk = self.desk.clone();
        tokio::spawn(async move { desk.give(origin, Order::Obs(order)).await })
    }

    /// Gives an order and waits for its end.
    async fn give(&self, order: ObsOrder) -> Outcome {
        ended(self.order(order)).await
    }

    async fn fact(&mut self, wanted: impl Fn(&Fact) -> bool) -> Fact {
        let wait = async {
            loop {
                let fact = self.facts.next().await.expect("the bus lives");
                if wanted(&fact) {
                    return fact;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(60), wait).await.expect("the fact is told")
    }

    /// The lines so far.
    fn journal(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.lines.try_recv().ok()).map(|entry| entry.text).collect()
    }

    /// Waits until the fake has heard this request `count` times.
    async fn heard(&mut self, request: &str, count: usize) {
        let heard = self.fake.until_heard(request, count);
        tokio::time::timeout(Duration::from_secs(60), heard).await.expect("the request arrives");
    }
}

async fn ended(order: JoinHandle<Outcome>) -> Outcome {
    let outcome = tokio::time::timeout(Duration::from_secs(60), order).await;
    outcome.expect("the order ends").expect("no panic")
}

const RULE: Origin = Origin::Automation("failover");

fn anna() -> Origin {
    Origin::Person { name: "Anna".to_owned(), role: Role::Owner }
}

fn to(scene: &str) -> ObsOrder {
    ObsOrder::SwitchScene { scene: scene.into(), reason: "test".to_owned() }
}

fn shows(scene: &str) -> impl Fn(&Obs) -> bool {
    move |obs| obs.scene.as_ref().is_some_and(|name| name.as_str() == scene)
}

fn does(output: Output) -> impl Fn(&Obs) -> bool {
    move |obs| obs.output == Some(output)
}

fn media(wanted: impl Fn(&MediaInput) -> bool) -> impl Fn(&Obs) -> bool {
    move |obs| obs.media.iter().any(&wanted)
}

fn settings(port: u16) -> Config {
    let port = port.to_string();
    let values = Values::from_pairs([("OBS_PORT", port.as_str()), ("LOW_SCENE_NAME", "LOW")]);
    Config::parse(&values).expect("good settings")
}

// Reading

#[tokio::test]
async fn everything_is_read_at_once() {
    let mut stage = Stage::healthy().await;
    let obs = stage.obs.get();
    assert_eq!(obs.version.as_deref(), Some("30.2.3"));
    let scenes: Vec<&str> = obs.scenes.iter().map(|scene| scene.as_str()).collect();
    assert_eq!(scenes, ["Starting soon", "LIVE", "LOW", "OFFLINE", "BRB", "Intro"], "from top to bottom");
    assert_eq!(obs.scene, Some("LIVE".into()));
    assert_eq!(obs.output, Some(Output::Stopped));
    assert_eq!((obs.live_since, obs.human_switches), (None, 0));
    assert_eq!(stage.fact(|_| true).await, Fact::ObsConnected { version: "30.2.3".to_owned() });
    assert_eq!(stage.journal(), ["Connected to OBS 30.2.3, not streaming."]);
    let obs = stage.until("the feed's source", |obs| !obs.media.is_empty()).await;
    assert_eq!(obs.media.first().map(|media| media.name.as_str()), Some("Feed"), "not the local file");
}

#[tokio::test]
async fn a_show_that_runs_already_is_seen_with_its_uptime() {
    let mut stage = Stage::healthy().await;
    stage.fake.human_start();
    let obs = stage.until("uptime and frames", |obs| obs.dropped_frames.is_some() && obs.live_since.is_some()).await;
    assert_eq!((obs.output, obs.dropped_frames), (Some(Output::Streaming), Some(2)));
    assert_eq!(stage.fact(|fact| matches!(fact, Fact::StreamStarted)).await, Fact::StreamStarted);
    stage.fake.human_stop();
    let obs = stage.until("stopped", does(Output::Stopped)).await;
    assert_eq!((obs.live_since, obs.dropped_frames), (None, None));
    assert_eq!(stage.fact(|fact| matches!(fact, Fact::StreamStopped)).await, Fact::StreamStopped);
}

#[tokio::test]
async fn the_picture_of_the_feed_is_watched() {
    let mut stage = Stage::healthy().await;
    let moving = stage.until("moving", media(|media| media.moving == Some(true))).await.media.remove(0);
    assert!(moving.playing && moving.moving_since.is_some());
    stage.fake.move_media("Feed", false);
    let frozen = stage.until("frozen", media(|media| media.moving == Some(false))).await.media.remove(0);
    assert_eq!(frozen.moving_since, None);
    stage.fake.move_media("Feed", true);
    let again = stage.until("moving again", media(|media| media.moving == Some(true))).await.media.remove(0);
    assert!(again.moving_since > moving.moving_since);
}

#[tokio::test]
async fn a_source_that_obs_stops_off_air_is_no_witness() {
    let mut stage = Stage::healthy().await;
    let mut feed = Input::media("Feed", "rtmp://127.0.0.1:1935/publish/feed1");
    feed.settings["restart_on_activate"] = serde_json::Value::Null;
    stage.fake.put_input(feed);
    stage.heard("GetInputSettings", 4).await;
    stage.until("moving on air", media(|media| media.moving == Some(true))).await;
    stage.fake.human_switch("OFFLINE");
    stage.until("resting off air", media(|media| !media.playing)).await;
    assert!(media(|media| media.moving.is_none())(&stage.obs.get()));
    stage.fake.human_switch("LIVE");
    stage.until("moving again", media(|media| media.moving == Some(true))).await;
}

#[tokio::test]
async fn the_picture_is_watched_four_times_a_second_while_the_feed_is_in_doubt() {
    let mut stage = Stage::healthy().await;
    stage.fake.human_start();
    stage
        .until("live and moving", |obs| obs.is_live() == Some(true) && media(|media| media.moving == Some(true))(obs))
        .await;
    stage.pace.set(Paces::default().with(&FeedId::main(), Pace::Quick));
    let before = stage.fake.count("GetMediaInputStatus");
    stage.heard("GetMediaInputStatus", before + 5).await;
    let log = stage.fake.log();
    let times: Vec<_> = log.iter().filter(|one| one.request == "GetMediaInputStatus").map(|one| one.at).collect();
    let least = times[before..].windows(2).map(|pair| pair[1].since(pair[0])).min();
    assert!(least < Some(Millis(700)), "sooner than the usual second: {least:?}");
}

#[tokio::test]
async fn the_source_follows_settings_and_obs() {
    let mut stage = Stage::healthy().await;
    stage.fake.put_input(Input::media("Guest", "srt://10.0.0.9:4000?streamid=play/live/guest"));
    let obs = stage.until("no choice", |obs| !obs.media_notes.is_empty()).await;
    assert!(obs.media.is_empty() && obs.media_notes[0].1.contains("MEDIA_SOURCE_NAME"));
    stage.config.edit(|config| config.feeds[0].publisher = Some("publish/live/guest".to_owned()));
    stage.until("the one of the feed's name", media(|media| media.name == "Guest")).await;
    stage.config.edit(|config| config.feeds[0].media_source = Some("Feed".to_owned()));
    let obs = stage.until("the one that is set", media(|media| media.name == "Feed")).await;
    assert!(obs.media_notes.is_empty());
    assert!(obs.is_connected());
}

// Scenes

#[tokio::test]
async fn a_switch_is_done_when_obs_shows_the_scene() {
    let mut stage = Stage::healthy().await;
    assert_eq!(stage.give(to("LOW")).await, Outcome::Done("OBS shows 'LOW'.".to_owned()));
    assert_eq!(stage.fake.current_scene(), "LOW");
    assert_eq!(stage.give(to("LOW")).await, Outcome::Done("OBS already shows 'LOW'.".to_owned()));
    let fact = stage.fact(|fact| matches!(fact, Fact::SceneSwitched { .. })).await;
    assert_eq!(fact, Fact::SceneSwitched { from: Some("LIVE".into()), to: "LOW".into(), by: Some(anna()) });
    let obs = stage.obs.get();
    assert_eq!((obs.human_switches, obs.pending.len()), (1, 0), "a person's word, wherever it was spoken");
    assert_eq!(stage.fake.count("SetCurrentProgramScene"), 1);
}

#[tokio::test]
async fn a_persons_switch_is_counted_and_automations_is_not() {
    let mut stage = Stage::healthy().await;
    stage.fake.human_switch("Intro");
    let obs = stage.until("Intro", shows("Intro")).await;
    assert_eq!(obs.human_switches, 1);
    let fact = stage.fact(|fact| matches!(fact, Fact::SceneSwitched { .. })).await;
    assert_eq!(fact, Fact::SceneSwitched { from: Some("LIVE".into()), to: "Intro".into(), by: None });
    assert!(ended(stage.order_by(RULE, to("LIVE"))).await.is_done());
    stage.fake.rename_scene("LIVE", "Live");
    let obs = stage.until("renamed", shows("Live")).await;
    assert_eq!(obs.human_switches, 1, "neither automation's switch nor a new name is a person's switch");
    assert!(stage.give(to("BRB")).await.is_done());
    assert_eq!(stage.obs.get().human_switches, 2, "a person on the page");
}

#[tokio::test]
async fn a_scene_that_obs_lacks_is_refused_with_the_nearest_name() {
    let mut stage = Stage::healthy().await;
    stage.fake.rename_scene("LOW", "Low bitrate");
    stage.until("renamed", |obs| obs.scenes.contains(&"Low bitrate".into())).await;
    let wanted = "There is no scene 'LOW' in OBS. Did you mean 'Low bitrate'?";
    assert_eq!(stage.give(to("LOW")).await, Outcome::Failed(wanted.to_owned()));
    assert_eq!(stage.fake.count("SetCurrentProgramScene"), 0);
}

#[tokio::test]
async fn a_switch_survives_refusals_lost_reports_and_slowness() {
    let table = [
        ("two refusals", Script { refuse_switches: 2, ..Script::default() }),
        ("a lost report", Script { lose_events: true, ..Script::default() }),
        ("a slow OBS", Script { switch_delay: Duration::from_millis(700), ..Script::default() }),
    ];
    for (name, script) in table {
        let mut stage = Stage::with(script, Limits::default()).await;
        stage.connected().await;
        let outcome = ended(stage.order_by(RULE, to("BRB"))).await;
        assert_eq!(outcome, Outcome::Done("OBS shows 'BRB'.".to_owned()), "{name}");
        assert_eq!(stage.obs.get().human_switches, 0, "{name}");
    }
}

#[tokio::test]
async fn a_switch_that_is_never_shown_times_out() {
    let mut stage = Stage::with(Script { forget_switches: true, ..Script::default() }, SHORT).await;
    stage.connected().await;
    let outcome = stage.give(to("BRB")).await;
    assert!(matches!(&outcome, Outcome::TimedOut(text) if text.contains("does not show 'BRB'")), "{outcome:?}");
}

#[tokio::test]
async fn a_switch_that_is_always_refused_fails_with_the_words_of_obs() {
    let mut stage = Stage::with(Script { refuse_switches: 9, ..Script::default() }, Limits::default()).await;
    stage.connected().await;
    let wanted = "OBS says: The scene is busy. (code 702).";
    assert_eq!(stage.give(to("BRB")).await, Outcome::Failed(wanted.to_owned()));
    assert_eq!(stage.fake.count("SetCurrentProgramScene"), 4);
}

#[tokio::test]
async fn a_newer_switch_replaces_the_older() {
    let script = Script { switch_delay: Duration::from_secs(2), ..Script::default() };
    let mut stage = Stage::with(script, Limits::default()).await;
    stage.connected().await;
    let older = stage.order_by(RULE, to("BRB"));
    stage.until("pending", |obs| obs.pending.iter().any(|one| one.what == "switch to scene 'BRB'")).await;
    let newer = stage.order_by(RULE, to("LOW"));
    let outcome = ended(older).await;
    assert!(matches!(&outcome, Outcome::Failed(text) if text.starts_with("Replaced by a newer order")), "{outcome:?}");
    assert!(ended(newer).await.is_done());
    let obs = stage.obs.get();
    assert_eq!((obs.scene, obs.human_switches), (Some("LOW".into()), 0));
}

#[tokio::test]
async fn a_human_switch_whose_report_was_lost_is_found_by_reading() {
    let mut stage = Stage::healthy().await;
    stage.fake.set(|script| script.lose_events = true);
    stage.fake.human_switch("Intro");
    assert_eq!(stage.until("Intro", shows("Intro")).await.human_switches, 1);
}

// Start and stop

#[tokio::test]
async fn start_and_stop_are_done_when_obs_reports_so() {
    let mut stage = Stage::healthy().await;
    let start = stage.order(START);
    stage.until("starting", |obs| obs.output == Some(Output::Starting) && obs.pending.len() == 1).await;
    assert_eq!(ended(start).await, Outcome::Done("OBS is streaming.".to_owned()));
    assert!(stage.fake.is_streaming());
    assert_eq!(stage.give(START).await, Outcome::Done("Already streaming.".to_owned()));
    assert_eq!(stage.give(STOP).await, Outcome::Done("The stream has ended.".to_owned()));
    assert!(!stage.fake.is_streaming());
    assert_eq!(stage.give(STOP).await, Outcome::Done("The stream is not running.".to_owned()));
    assert_eq!((stage.fake.count("StartStream"), stage.fake.count("StopStream")), (1, 1));
}

#[tokio::test]
async fn a_start_that_does_not_come_to_pass_says_why() {
    let table = [
        (Start::Blocked, "Perhaps a dialog is open in OBS"),
        (Start::Refused, "OBS says: The stream could not be started. (code 702)."),
        (Start::Fails, "Check the stream settings"),
    ];
    for (start, wanted) in table {
        let mut stage = Stage::with(Script { start, ..Script::default() }, SHORT).await;
        stage.connected().await;
        let outcome = stage.give(START).await;
        assert!(!outcome.is_done() && outcome.text().contains(wanted), "{start:?}: {outcome:?}");
        assert_eq!(stage.fake.count("StartStream"), 1, "{start:?}: asked once");
        stage.until("nothing pending", |obs| obs.pending.is_empty()).await;
    }
}

#[tokio::test]
async fn a_contrary_press_ends_a_wish() {
    let mut stage = Stage::with(Script { start: Start::Blocked, ..Script::default() }, Limits::default()).await;
    stage.connected().await;
    let start = stage.order(START);
    stage.heard("StartStream", 1).await;
    let stop = stage.order(STOP);
    assert_eq!(ended(start).await, Outcome::Failed("Cancelled: the opposite was asked.".to_owned()));
    assert!(ended(stop).await.is_done());
}

#[tokio::test]
async fn a_start_waits_until_obs_is_through_with_the_last_stream() {
    let script = Script { ending: Duration::from_secs(4), ..Script::default() };
    let mut stage = Stage::with(script, Limits::default()).await;
    stage.connected().await;
    assert!(stage.give(START).await.is_done() && stage.give(STOP).await.is_done());
    assert_eq!(stage.give(START).await, Outcome::Done("OBS is streaming.".to_owned()));
    assert_eq!(stage.fake.count("StartStream"), 2, "OBS would have forgotten an earlier one");
    let (on, off) = ("OBS is streaming.", "The stream has ended.");
    assert_eq!(stage.journal(), ["Connected to OBS 30.2.3, not streaming.", on, off, on]);
}

#[tokio::test]
async fn a_start_that_is_called_off_while_it_waits_begins_nothing() {
    let script = Script { ending: Duration::from_secs(8), ..Script::default() };
    let mut stage = Stage::with(script, Limits::default()).await;
    stage.connected().await;
    assert!(stage.give(START).await.is_done() && stage.give(STOP).await.is_done());
    let start = stage.order(START);
    stage.until("the start waits", |obs| obs.pending.len() == 1).await;
    assert!(stage.give(STOP).await.is_done() && !ended(start).await.is_done());
    stage.until("through with it", |obs| !obs.ending).await;
    assert!(stage.give(to("BRB")).await.is_done());
    assert_eq!((stage.fake.count("StartStream"), stage.fake.is_streaming()), (1, false));
}

#[tokio::test]
async fn a_stop_in_obs_ends_the_wish_to_start_and_nothing_starts_again() {
    let script = Script { output_delay: Duration::from_millis(300), ..Script::default() };
    let mut stage = Stage::with(script, Limits::default()).await;
    stage.connected().await;
    assert!(stage.give(START).await.is_done());
    stage.fake.human_stop();
    stage.until("stopped by a human", does(Output::Stopped)).await;
    stage.fake.crash().await;
    stage.lost().await;
    stage.fake.restart().await.expect("the port is free");
    stage.connected().await;
    assert_eq!(stage.fake.count("StartStream"), 1);
}

#[tokio::test]
async fn a_pending_start_is_sent_again_after_a_reconnect() {
    let mut stage = Stage::with(Script { start: Start::Blocked, ..Script::default() }, Limits::default()).await;
    stage.connected().await;
    let start = stage.order(START);
    stage.heard("StartStream", 1).await;
    stage.fake.crash().await;
    stage.lost().await;
    assert_eq!(stage.obs.get().pending.len(), 1, "the wish stands");
    stage.fake.set(|script| script.start = Start::Works);
    stage.fake.restart().await.expect("the port is free");
    assert_eq!(ended(start).await, Outcome::Done("OBS is streaming.".to_owned()));
    assert_eq!(stage.fake.count("StartStream"), 2);
}

// The media source

#[tokio::test]
async fn a_media_restart_is_confirmed_by_obs() {
    let mut stage = Stage::healthy().await;
    stage.fake.move_media("Feed", false);
    stage.until("frozen", media(|media| media.moving == Some(false))).await;
    assert_eq!(stage.give(FIX).await, Outcome::Done("OBS restarted 'Feed'.".to_owned()));
    stage.until("moving", media(|media| media.moving == Some(true))).await;
}

#[tokio::test]
async fn a_media_restart_is_confirmed_by_the_moving_picture() {
    let mut stage = Stage::with(Script { lose_events: true, ..Script::default() }, Limits::default()).await;
    stage.fake.move_media("Feed", false);
    stage.until("frozen", media(|media| media.moving == Some(false))).await;
    assert_eq!(stage.give(FIX).await, Outcome::Done("'Feed' plays again.".to_owned()));
}

#[tokio::test]
async fn a_media_restart_that_changes_nothing_times_out() {
    let mut stage = Stage::with(Script { ignore_restart: true, ..Script::default() }, SHORT).await;
    stage.until("moving", media(|media| media.moving == Some(true))).await;
    let outcome = stage.give(FIX).await;
    assert!(matches!(outcome, Outcome::TimedOut(_)), "{outcome:?}");
}

#[tokio::test]
async fn a_media_restart_is_not_sent_again_after_a_reconnect() {
    let mut stage = Stage::with(Script { ignore_restart: true, ..Script::default() }, Limits::default()).await;
    stage.until("a source", |obs| !obs.media.is_empty()).await;
    let fix = stage.order(FIX);
    stage.heard("SetInputSettings", 1).await;
    stage.fake.crash().await;
    let wanted = "The connection to OBS was lost. It is not asked again.";
    assert_eq!(ended(fix).await, Outcome::Failed(wanted.to_owned()));
    stage.fake.restart().await.expect("the port is free");
    stage.connected().await;
    assert!(stage.give(to("BRB")).await.is_done(), "the line works again");
    assert_eq!(stage.fake.count("SetInputSettings"), 1);
}

// A broken world

#[tokio::test]
async fn a_crash_in_the_middle_of_a_show_is_told_and_nothing_is_started() {
    let mut stage = Stage::healthy().await;
    stage.fake.human_start();
    stage.until("live", does(Output::Streaming)).await;
    assert_eq!(stage.journal().last().map(String::as_str), Some("OBS is streaming."));
    stage.fake.crash().await;
    let (reason, _) = stage.lost().await;
    assert_eq!(reason, "OBS closed the connection.");
    let obs = stage.obs.get();
    assert_eq!((obs.is_live(), obs.output, obs.scene, obs.live_since), (None, None, None, None), "unknown, not old");
    stage.fact(|fact| matches!(fact, Fact::ObsLost { .. })).await;
    stage.fake.restart().await.expect("the port is free");
    stage.connected().await;
    stage.fact(|fact| matches!(fact, Fact::ObsConnected { .. })).await;
    stage.fact(|fact| matches!(fact, Fact::StreamStopped)).await;
    assert_eq!(stage.obs.get().output, Some(Output::Stopped));
    assert_eq!(stage.journal(), ["OBS closed the connection.", "OBS is back, not streaming."]);
    assert_eq!(stage.fake.count("StartStream"), 0);
}

#[tokio::test]
async fn an_obs_that_is_closed_says_so() {
    let mut stage = Stage::healthy().await;
    stage.fake.exit().await;
    stage.until("closed", |obs| !obs.is_connected()).await;
    let lost = stage.fact(|fact| matches!(fact, Fact::ObsLost { .. })).await;
    assert_eq!(lost, Fact::ObsLost { reason: "OBS was closed.".to_owned() });
}

#[tokio::test]
async fn without_obs_orders_fail_with_the_reason_and_wishes_wait() {
    let mut stage = Stage::healthy().await;
    stage.fake.crash().await;
    stage.until("nobody there", |obs| matches!(&obs.link, ObsLink::Lost { repair: Some(_), .. })).await;
    for order in [to("LOW"), FIX] {
        let outcome = stage.give(order).await;
        assert!(
            outcome.text().starts_with("OBS is not connected: OBS cannot be reached: nothing listens there."),
            "{outcome:?}"
        );
    }
    let start = stage.order(START);
    stage.until("pending", |obs| obs.pending.len() == 1).await;
    stage.fake.restart().await.expect("the port is free");
    assert!(ended(start).await.is_done());
}

#[tokio::test]
async fn a_wrong_password_needs_a_person_and_the_right_one_connects_at_once() {
    let script = Script { password: Some("correct horse".to_owned()), ..Script::default() };
    let mut stage = Stage::with(script, Limits::default()).await;
    for given in [None, Some("battery staple")] {
        stage.config.edit(|config| config.obs.password = given.map(Into::into));
        stage.until("refused", |obs| matches!(&obs.link, ObsLink::Lost { repair: Some(_), .. })).await;
        let (reason, repair) = stage.lost().await;
        assert_eq!(reason, "OBS refuses the password.");
        assert!(repair.is_some_and(|text| text.contains("OBS_PASSWORD")));
    }
    stage.config.edit(|config| config.obs.password = Some("correct horse".into()));
    stage.connected().await;
    let lines = stage.journal();
    assert!(lines.iter().all(|line| !line.contains("horse") && !line.contains("staple")), "{lines:?}");
}

#[tokio::test]
async fn an_old_obs_gets_a_clear_message_and_no_crash_loop() {
    let version = ("29.0.2".to_owned(), "5.1.0".to_owned());
    let mut stage = Stage::with(Script { version, ..Script::default() }, Limits::default()).await;
    let (reason, repair) = stage.lost().await;
    assert_eq!(reason, "OBS 29.0.2 is too old; Stream Control needs OBS 30.2 or newer.");
    assert_eq!(repair.as_deref(), Some("Update OBS."));
    stage.heard("GetVersion", 3).await;
    assert_eq!(stage.journal().len(), 1, "said once, however often it is tried");
    assert_eq!(stage.tasks.get()[0].restarts, 0);
}

#[tokio::test]
async fn a_beta_of_a_newer_obs_is_welcome() {
    let version = ("32.0.0-beta1".to_owned(), "5.6.2".to_owned());
    let mut stage = Stage::with(Script { version, ..Script::default() }, Limits::default()).await;
    assert_eq!(stage.connected().await.version.as_deref(), Some("32.0.0-beta1"));
}

#[tokio::test]
async fn an_obs_that_accepts_and_never_speaks_is_lost() {
    let mut stage = Stage::with(Script { mute: true, ..Script::default() }, Limits::default()).await;
    let (reason, repair) = stage.lost().await;
    assert_eq!((reason.as_str(), repair), ("OBS does not answer.", None));
    stage.fake.set(|script| script.mute = false);
    stage.connected().await;
}

#[tokio::test]
async fn an_obs_that_hangs_in_the_middle_is_lost_and_found_again() {
    let mut stage = Stage::healthy().await;
    stage.fake.set(|script| script.hang = true);
    let outcome = stage.give(to("LOW")).await;
    assert!(matches!(&outcome, Outcome::TimedOut(text) if text.contains("did not answer")), "{outcome:?}");
    let (reason, _) = stage.lost().await;
    assert_eq!(reason, "OBS does not answer.");
    stage.fake.set(|script| script.hang = false);
    stage.connected().await;
    assert!(stage.give(to("LOW")).await.is_done());
}

#[tokio::test]
async fn a_connection_that_closes_again_and_again_is_tried_with_patience() {
    let mut stage = Stage::with(Script { close: true, ..Script::default() }, Limits::default()).await;
    stage.heard("GetVersion", 3).await;
    let log = stage.fake.log();
    let waited = log[2].at.since(log[1].at);
    assert!(waited >= Millis(1_400), "the second wait is longer than the first: {waited}");
    stage.fake.set(|script| script.close = false);
    stage.connected().await;
    assert_eq!(stage.tasks.get()[0].restarts, 0);
}

#[tokio::test]
async fn a_new_port_is_used_at_once() {
    let mut stage = Stage::healthy().await;
    let other = FakeObs::start(0, Script::default()).await.expect("a free port");
    other.human_switch("Intro");
    stage.config.edit(|config| config.obs.port = other.port());
    let obs = stage.until("the other OBS", shows("Intro")).await;
    assert!(obs.is_connected());
}

// Several feeds

#[tokio::test]
async fn each_feed_has_its_own_source_and_its_own_restart() {
    let mut stage = Stage::healthy().await;
    stage.fake.put_input(Input::media("Cam", "rtmp://127.0.0.1:1935/publish/cam"));
    stage.config.edit(|config| {
        let feed =
            |id: &str, publisher: &str| Feed { publisher: Some(publisher.to_owned()), ..Feed::unset(FeedId::from(id)) };
        config.feeds = vec![feed("phone", "publish/feed1"), feed("cam", "publish/cam"), feed("pc", "publish/pc")];
    });
    let (phone, cam) = (FeedId::from("phone"), FeedId::from("cam"));
    let plays = |obs: &Obs, feed: &FeedId| obs.media_of(feed).is_some_and(|media| media.moving == Some(true));
    let obs = stage.until("both move", |obs| plays(obs, &phone) && plays(obs, &cam)).await;
    assert_eq!(obs.media_of(&cam).map(|media| media.name.as_str()), Some("Cam"));
    assert!(obs.media_note_of(&"pc".into()).is_some_and(|note| note.contains("media_source of the feed 'pc'")));

    stage.fake.move_media("Cam", false);
    stage.until("one stands", |obs| plays(obs, &phone) && !plays(obs, &cam)).await;
    let fix = ObsOrder::RestartMedia { feed: Some(cam.clone()) };
    assert_eq!(stage.give(fix).await, Outcome::Done("OBS restarted 'Cam'.".to_owned()));
    let fix = ObsOrder::RestartMedia { feed: Some("pc".into()) };
    assert!(matches!(stage.give(fix).await, Outcome::Failed(text) if text.contains("media_source")));
    assert_eq!(stage.give(FIX).await, Outcome::Done("OBS restarted 'Feed'.".to_owned()), "the first by default");
}

// The picture and the sound

fn stands_for(wanted: Millis) -> impl Fn(&MediaInput) -> bool {
    move |media| media.picture.is_some_and(|picture| picture.still_for() >= wanted)
}

#[tokio::test]
async fn pictures_are_looked_at_only_while_live_and_on_air() {
    let mut stage = Stage::healthy().await;
    stage.until("moving", media(|media| media.moving == Some(true))).await;
    stage.heard("GetMediaInputStatus", 4).await;
    assert_eq!(stage.fake.count("GetSourceScreenshot"), 0, "no show is on");
    stage.fake.human_start();
    stage.heard("GetSourceScreenshot", 2).await;
    let seen = |media: &MediaInput| media.picture.is_some_and(|picture| picture.still_for() == Millis(0));
    stage.until("a picture that changes", media(seen)).await;
    stage.fake.human_switch("OFFLINE");
    stage.until("off air nobody looks", media(|media| media.picture.is_none())).await;
    let shots = stage.fake.count("GetSourceScreenshot");
    let asked = stage.fake.count("GetSourceActive");
    stage.heard("GetSourceActive", asked + 2).await;
    assert_eq!(stage.fake.count("GetSourceScreenshot"), shots);
    stage.fake.human_switch("LIVE");
    stage.until("looked at again", media(seen)).await;
    stage.fake.human_stop();
    stage.until("the show is over", media(|media| media.picture.is_none())).await;
}

#[tokio::test]
async fn sound_is_listened_to_only_under_suspicion() {
    let mut stage = Stage::healthy().await;
    stage.fake.human_start();
    stage.heard("GetSourceScreenshot", 2).await;
    stage.fake.sound("Feed", 0.5);
    stage.fake.freeze_picture(true);
    let obs = stage.until("a picture that stands", media(stands_for(Millis(3000)))).await;
    assert_eq!(obs.media[0].sound, None, "nobody asked for the first sound");
    let heard = async {
        loop {
            stage.fake.sound("Feed", 0.5);
            if stage.obs.with(media(|media| media.sound.is_some())) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), heard).await.expect("it listens");
    stage.fake.freeze_picture(false);
    stage.until("all is well, nobody listens", media(|media| media.sound.is_none())).await;
}

// Recording

#[tokio::test]
async fn recording_is_confirmed_by_obs_and_never_toggled() {
    let mut stage = Stage::healthy().await;
    stage.until("not recording", |obs| obs.recording == Some(false)).await;
    let (start, stop) = (ObsOrder::StartRecord, ObsOrder::StopRecord);
    assert_eq!(stage.give(start.clone()).await, Outcome::Done("OBS is recording.".to_owned()));
    assert_eq!(stage.give(start).await, Outcome::Done("Already recording.".to_owned()));
    assert_eq!(stage.fake.count("StartRecord"), 1);
    stage.fake.human_record(false);
    stage.until("stopped by hand", |obs| obs.recording == Some(false)).await;
    assert_eq!(stage.give(stop).await, Outcome::Done("Nothing is being recorded.".to_owned()));
    assert_eq!(stage.fake.count("StopRecord"), 0);
}

#[tokio::test]
async fn a_recording_that_is_wished_for_while_obs_is_away_begins_when_it_is_back() {
    let mut stage = Stage::healthy().await;
    stage.fake.crash().await;
    stage.lost().await;
    let order = stage.order(ObsOrder::StartRecord);
    stage.fake.restart().await.expect("the port is free");
    assert_eq!(ended(order).await, Outcome::Done("OBS is recording.".to_owned()));
    assert!(stage.fake.is_recording());
}
