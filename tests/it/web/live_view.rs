//! What the Live page says in each state, word for word.

use std::collections::VecDeque;
use stream_control::config::{Config, Values, settle};
use stream_control::domain::failover::repair::Troubles;
use stream_control::domain::failover::{Class, Place, View};
use stream_control::domain::health::State;
use stream_control::domain::ids::FeedId;
use stream_control::domain::journal::{Entry, Tail, Tone, Topic};
use stream_control::domain::server::Server;
use stream_control::domain::signal::{Feed, Feeds, Reach, Sample};
use stream_control::domain::stream::{MediaInput, Obs, ObsLink, Pending};
use stream_control::domain::twitch::Twitch;
use stream_control::features::alerts::Recent;
use stream_control::kit::units::{Kbps, Millis, Mono, UnixMs};
use stream_control::runtime::supervisor::TaskState;
use stream_control::web::live::{
    sections::LiveView,
    view::{Seen, compose},
};

const T: i64 = 1_700_000_000_000;

fn good() -> (Obs, View, Feed) {
    let media =
        MediaInput { playing: true, moving: Some(true), ..MediaInput::unread(FeedId::main(), "SRT feed".to_owned()) };
    let obs = Obs {
        link_since: UnixMs(T - 60_000),
        live_since: Some(UnixMs(T - 50_000)),
        media: vec![media],
        ..super::house::connected()
    };
    let view = View {
        class: Class::Good,
        state: State::Good,
        headline: "Feed good – 5.8 Mbit/s, delay 62 ms".to_owned(),
        since: UnixMs(T - 40_000),
        armed: true,
        standing: "All well; LIVE is shown.".to_owned(),
        wanted: Some(Place::Live),
        kbps: Some(Kbps(5821.0)),
        rtt: Some(Millis(62)),
        buffer: Some((Millis(980), Millis(1000))),
        feed: Some("publish/live/feed1".to_owned()),
        spark: VecDeque::from([
            (UnixMs(T - 2000), Some(Kbps(5700.4))),
            (UnixMs(T - 1000), None),
            (UnixMs(T), Some(Kbps(5821.0))),
        ]),
        last_reading: Some(UnixMs(T)),
        ..View::default()
    };
    let feed = Feed {
        polls: 3,
        sample: Some(Sample { reach: Reach::Ok, ..Sample::absent(Mono(0)) }),
        server: Some(Server::Sls),
        ..Feed::default()
    };
    (obs, view, feed)
}

fn shown(obs: &Obs, view: &View, feed: &Feed) -> LiveView {
    let settled = settle(&Values::from_pairs([]), Vec::new()).unwrap();
    shown_with(obs, view, feed, &settled.config)
}

fn shown_with(obs: &Obs, view: &View, feed: &Feed, config: &Config) -> LiveView {
    let feeds = Feeds { list: vec![(FeedId::main(), feed.clone())] };
    let line = Entry {
        at: UnixMs(T),
        topic: Topic::Decision,
        tone: Tone::Good,
        text: "Switched to 'LIVE': 5.1 Mbit/s for 4.0 s.".to_owned(),
        origin: "failover".to_owned(),
        data: serde_json::Value::Null,
    };
    let tail = Tail { lines: VecDeque::from([line]), ..Tail::default() };
    let task = TaskState { name: "obs", running: true, since: UnixMs(T), restarts: 0, last_error: None };
    let alerts = Recent::new();
    let seen = Seen {
        obs,
        view,
        feeds: &feeds,
        tail: &tail,
        config,
        tasks: &[task],
        alerts: &alerts,
        troubles: &Troubles::default(),
        raid: &stream_control::domain::raid::RaidView::default(),
        twitch: &Twitch::default(),
        now: UnixMs(T),
        bus_missed: 0,
    };
    compose(&seen)
}

/// Compares with `snapshots/it__web__live_view__<name>.snap`.
fn same_as(name: &str, shown: serde_json::Value) {
    insta::with_settings!({ omit_expression => true }, { insta::assert_json_snapshot!(name, shown) });
}

#[test]
fn good_is_shown_whole() {
    let (obs, view, feed) = good();
    same_as("good", serde_json::to_value(shown(&obs, &view, &feed)).unwrap());
}

/// The sections that differ from a good evening.
fn difference(case: impl FnOnce(&mut Obs, &mut View, &mut Feed)) -> serde_json::Value {
    let (mut obs, mut view, mut feed) = good();
    let before = serde_json::to_value(shown(&obs, &view, &feed)).unwrap();
    case(&mut obs, &mut view, &mut feed);
    let mut after = serde_json::to_value(shown(&obs, &view, &feed)).unwrap();
    after.as_object_mut().unwrap().retain(|name, value| before[name] != *value);
    after
}

#[test]
fn several_feeds_a_test_work_and_a_recording() {
    use stream_control::domain::failover::FeedView;
    let feed = |id: &str, class, on_air, kbps: Option<f64>| FeedView {
        id: id.into(),
        name: id.to_uppercase(),
        server: None,
        class,
        reason: "told by the ingest".to_owned(),
        on_air,
        kbps: kbps.map(Kbps),
        rtt: None,
        buffer: None,
        last_reading: None,
    };
    same_as(
        "several",
        difference(|obs, view, _| {
            obs.recording = Some(true);
            view.feeds = vec![feed("phone", Class::Good, true, Some(4200.0)), feed("cam2", Class::Absent, false, None)];
            view.testing = Some(UnixMs(T + 60_000));
            view.maintenance = Some(("nginx reload".to_owned(), UnixMs(T + 20_000)));
        }),
    );
}

#[test]
fn the_privacy_key_is_there_where_its_scene_is() {
    let keys = |setting: &str| -> Vec<&'static str> {
        let (obs, view, feed) = good();
        let values = Values::from_pairs([("PRIVACY_SCENE_NAME", setting)]);
        let config = settle(&values, Vec::new()).unwrap().config;
        shown_with(&obs, &view, &feed, &config).keys.iter().map(|key| key.id).collect()
    };
    assert_eq!(keys(""), ["live", "brb", "picture"]);
    assert_eq!(keys("Curtain"), ["live", "brb", "picture"], "OBS has no such scene");
    assert_eq!(keys("Camera"), ["live", "brb", "privacy", "picture"]);
}

#[test]
fn weak() {
    same_as(
        "weak",
        difference(|_, view, _| {
            view.state = State::Weak;
            view.headline = "Feed weak for 1 s – 620 kbit/s, switching below 800".to_owned();
            view.kbps = Some(Kbps(620.0));
        }),
    );
}

#[test]
fn low() {
    same_as(
        "low",
        difference(|obs, view, _| {
            view.state = State::Low;
            view.headline = "Low scene – 312 kbit/s".to_owned();
            view.wanted = Some(Place::Low);
            view.kbps = Some(Kbps(312.0));
            obs.scene = Some("lowbitrate".into());
        }),
    );
}

#[test]
fn lost() {
    same_as(
        "lost",
        difference(|obs, view, _| {
            view.state = State::Lost;
            view.headline = "Feed lost – connected, but 0 kbit/s for 8 s".to_owned();
            view.wanted = Some(Place::Offline);
            view.kbps = Some(Kbps(0.0));
            obs.scene = Some("OFFLINE".into());
            obs.media.iter_mut().for_each(|media| media.moving = Some(false));
        }),
    );
}

#[test]
fn unknown() {
    same_as(
        "unknown",
        difference(|_, view, feed| {
            view.state = State::Unknown;
            view.headline = "Cannot read the ingest statistics (HTTP 404). Scenes are left alone.".to_owned();
            (view.kbps, view.rtt, view.buffer) = (None, None, None);
            feed.sample = Some(Sample::unreadable(Mono(9), Reach::Http(404)));
        }),
    );
}

#[test]
fn paused() {
    same_as(
        "paused",
        difference(|_, view, _| {
            view.paused = Some(("Anna".to_owned(), UnixMs(T - 180_000)));
            view.armed = false;
            view.standing = "Automatic switching is paused.".to_owned();
        }),
    );
}

#[test]
fn obs_lost_shows_nothing_old_as_if_it_were_of_now() {
    same_as(
        "obs_lost",
        difference(|obs, _, _| {
            obs.link = ObsLink::Lost {
                reason: "the password is wrong".to_owned(),
                repair: Some("Set OBS_PASSWORD.".to_owned()),
            };
            obs.pending = vec![Pending { what: "stop the stream".to_owned(), since: UnixMs(T) }];
        }),
    );
}

#[test]
fn scenes_stand_by_role_first_and_missing_ones_block_their_key() {
    let (mut obs, view, feed) = good();
    obs.scenes = ["Zoo", "BRB", "Camera", "lowbitrate"].map(Into::into).to_vec();
    let live = shown(&obs, &view, &feed);
    let names: Vec<_> = live.scenes.iter().map(|scene| (scene.name.as_str(), scene.first)).collect();
    assert_eq!(names, [("lowbitrate", true), ("BRB", true), ("Zoo", false), ("Camera", false)]);
    let keys: Vec<_> = live.keys.iter().map(|key| (key.id, key.blocked.as_deref())).collect();
    assert_eq!(keys, [("live", Some("OBS has no scene 'LIVE'")), ("brb", None), ("picture", None)]);
}
