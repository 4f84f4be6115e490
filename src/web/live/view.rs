//! The Live page as finished words: one pure function from the cells to what the page shows.

use super::raid;
use super::sections::{
    FailoverView, FeedRow, FeedView, KeyView, Level, LineView, LiveView, Notices, ObsView, PendingView, RowView,
    SceneView, Spark,
};
use crate::config::{Config, Scenes};
use crate::domain::failover::repair::Troubles;
use crate::domain::failover::{Class, FeedView as FailoverFeed, Place, View};
use crate::domain::health::{Health, State};
use crate::domain::ids::SceneName;
use crate::domain::journal::{Entry, Tail, Tone, Topic};
use crate::domain::raid::RaidView;
use crate::domain::signal::Feeds;
use crate::domain::stream::{Obs, ObsLink, Output};
use crate::domain::twitch::Twitch;
use crate::features::alerts::Recent;
use crate::features::health;
use crate::kit::units::{Kbps, UnixMs};
use crate::kit::{clock, text};
use crate::runtime::supervisor::TaskState;
use crate::web::ctx::Ctx;
use crate::web::words;
use serde_json::{Map, Value};

/// Journal lines on the Live page.
const LINES: usize = 5;

/// What the view is composed from.
pub struct Seen<'a> {
    /// OBS as last reported.
    pub obs: &'a Obs,
    /// The failover cell.
    pub view: &'a View,
    /// The newest poll of each feed.
    pub feeds: &'a Feeds,
    /// The journal's newest lines.
    pub tail: &'a Tail,
    /// The settings in force.
    pub config: &'a Config,
    /// The supervisor's list.
    pub tasks: &'a [TaskState],
    /// The newest alerts.
    pub alerts: &'a Recent,
    /// What could not be mended.
    pub troubles: &'a Troubles,
    /// Twitch as last reported.
    pub twitch: &'a Twitch,
    /// Our raid and what follows.
    pub raid: &'a RaidView,
    /// The moment of looking.
    pub now: UnixMs,
    /// Facts that slow listeners missed.
    pub bus_missed: u64,
}

/// Looks at all cells and composes the sections by name.
pub fn compose_all(ctx: &Ctx) -> Map<String, Value> {
    let cells = &ctx.cells;
    let (obs, view, feeds, tail) = (cells.obs.get(), cells.view.get(), cells.feeds.get(), cells.tail.get());
    let (config, tasks, alerts) = (cells.config.get(), cells.tasks.get(), cells.alerts.get());
    let (troubles, twitch, raid) = (cells.troubles.get(), cells.twitch.get(), cells.raid.get());
    let seen = Seen {
        obs: &obs,
        view: &view,
        feeds: &feeds,
        tail: &tail,
        config: &config,
        tasks: &tasks,
        alerts: &alerts,
        troubles: &troubles,
        twitch: &twitch,
        raid: &raid,
        now: clock::unix(),
        bus_missed: ctx.bus.missed(),
    };
    match serde_json::to_value(compose(&seen)) {
        Ok(Value::Object(sections)) => sections,
        _ => Map::new(),
    }
}

/// The Live page from the cells.
pub fn compose(seen: &Seen<'_>) -> LiveView {
    let scenes = &seen.config.scenes;
    LiveView {
        feed: feed(seen.view),
        spark: spark(seen.view, seen.config),
        feeds: feeds(seen.view),
        notices: notices(seen.view),
        raid: raid::section(seen.raid, &seen.config.twitch.raid),
        obs: obs(seen.obs),
        scenes: scene_buttons(seen.obs, scenes),
        keys: keys(seen.obs, scenes),
        failover: failover(seen.view, seen.config),
        journal: latest(seen.tail),
        health: health_rows(seen),
        alerts: seen.alerts.iter().cloned().collect(),
        twitch: super::twitch::compose(seen.twitch, seen.obs, seen.now),
    }
}

/// Colour and shape of a state.
pub fn level(state: State) -> Level {
    match state {
        State::Good => Level::Good,
        State::Weak | State::Low | State::Recovering | State::Starting | State::Stopping => Level::Warn,
        State::Lost | State::NeedsYou => Level::Bad,
        State::Unknown | State::Paused | State::NotManaged | State::Off => Level::Muted,
    }
}

fn feed(view: &View) -> FeedView {
    let (rate, unit) = rate(view.kbps);
    FeedView {
        word: view.state.word(),
        level: level(view.state),
        headline: view.headline.clone(),
        since: known(view.since),
        rate,
        unit,
        detail: detail(view),
        last_reading: view.last_reading,
    }
}

/// The feeds, where there is a choice.
fn feeds(view: &View) -> Vec<FeedRow> {
    let row = |feed: &FailoverFeed| {
        let state = class_state(feed.class);
        FeedRow {
            id: feed.id.to_string(),
            name: feed.name.clone(),
            word: state.word(),
            level: level(state),
            rate: feed.kbps.map_or_else(|| "–".to_owned(), |kbps| kbps.to_string()),
            on_air: feed.on_air,
            reason: text::sentence(&feed.reason),
        }
    };
    if view.feeds.len() < 2 { Vec::new() } else { view.feeds.iter().map(row).collect() }
}

/// A single reading in the words of a state; what failover makes of it is told elsewhere.
pub fn class_state(class: Class) -> State {
    match class {
        Class::Good => State::Good,
        Class::Mid => State::Weak,
        Class::Low => State::Low,
        Class::Warming => State::Starting,
        Class::Bad | Class::Stalled | Class::Absent => State::Lost,
        Class::Unknown => State::Unknown,
    }
}

fn notices(view: &View) -> Notices {
    Notices {
        testing: view.testing,
        work: view.maintenance.as_ref().map(|(what, _)| what.clone()),
        work_until: view.maintenance.as_ref().map(|(_, until)| *until),
    }
}

/// Number and unit apart, so that the page can set the number large.
fn rate(kbps: Option<Kbps>) -> (String, &'static str) {
    match kbps {
        None => ("–".to_owned(), "kbit/s"),
        Some(Kbps(n)) if n < 999.5 => (format!("{n:.0}"), "kbit/s"),
        Some(Kbps(n)) => (format!("{:.1}", n / 1000.0), "Mbit/s"),
    }
}

fn detail(view: &View) -> String {
    let delay = view.rtt.map(|rtt| format!("delay {} ms", rtt.0));
    let buffer = view.buffer.map(|(level, latency)| format!("buffer {} of {} ms", level.0, latency.0));
    delay.into_iter().chain(buffer).collect::<Vec<_>>().join(" · ")
}

fn spark(view: &View, config: &Config) -> Spark {
    let end = view.spark.back().map_or(UnixMs(0), |(at, _)| *at);
    let points = view.spark.iter().map(|(at, kbps)| ((end.0 - at.0) / 100, kbps.map(|kbps| kbps.0.round() as i64)));
    Spark {
        end,
        points: points.collect(),
        low: config.rules.low.0.round() as i64,
        high: config.rules.high.0.round() as i64,
    }
}

fn obs(obs: &Obs) -> ObsView {
    let (word, level) = obs_word(obs);
    let (reason, repair) = match &obs.link {
        ObsLink::Lost { reason, repair } => (Some(text::sentence(reason)), repair.clone()),
        ObsLink::Starting | ObsLink::Connected => (None, None),
    };
    let live = obs.is_live();
    ObsView {
        connected: obs.is_connected(),
        word,
        level,
        live,
        // What OBS said before it was lost is not shown as if it were of now.
        live_since: obs.live_since.filter(|_| live == Some(true)),
        recording: obs.recording.filter(|_| obs.is_connected()),
        scene: obs.scene.as_ref().filter(|_| obs.is_connected()).map(SceneName::to_string),
        version: obs.version.clone().filter(|_| obs.is_connected()),
        reason,
        repair,
        since: known(obs.link_since),
        pending: obs.pending.iter().map(|p| PendingView { what: p.what.clone(), since: p.since }).collect(),
    }
}

fn obs_word(obs: &Obs) -> (&'static str, Level) {
    match &obs.link {
        ObsLink::Starting => ("Connecting to OBS", Level::Muted),
        ObsLink::Lost { .. } => ("OBS lost", Level::Bad),
        ObsLink::Connected => {
            let level = match obs.output {
                Some(Output::Streaming) => Level::Good,
                Some(Output::Starting | Output::Stopping | Output::Reconnecting) => Level::Warn,
                Some(Output::Stopped) | None => Level::Muted,
            };
            (words::output(obs.output), level)
        }
    }
}

/// Managed scenes first (LIVE, LOW, OFFLINE), then those with another role, then the rest in OBS's order.
fn scene_buttons(obs: &Obs, roles: &Scenes) -> Vec<SceneView> {
    if !obs.is_connected() {
        return Vec::new();
    }
    let mut buttons: Vec<(usize, SceneView)> = obs
        .scenes
        .iter()
        .map(|scene| {
            let found = by_role(roles).into_iter().enumerate().find(|(_, (_, name))| *name == Some(scene));
            let (rank, role) = found.map_or((usize::MAX, None), |(rank, (role, _))| (rank, Some(role)));
            let active = obs.scene.as_ref() == Some(scene);
            (rank, SceneView { name: scene.to_string(), role, active, first: role.is_some() })
        })
        .collect();
    buttons.sort_by_key(|(rank, _)| *rank);
    buttons.into_iter().map(|(_, button)| button).collect()
}

fn by_role(roles: &Scenes) -> [(&'static str, Option<&SceneName>); 6] {
    [
        ("Live", Some(&roles.live)),
        ("Low", Some(&roles.low)),
        ("Offline", roles.offline.as_ref()),
        ("BRB", Some(&roles.brb)),
        ("Privacy", roles.privacy.as_ref()),
        ("Starting", Some(&roles.starting)),
    ]
}

fn keys(obs: &Obs, roles: &Scenes) -> Vec<KeyView> {
    let scene_key = |id, scene: &SceneName| {
        let there = obs.scenes.contains(scene);
        let blocked = obs_blocks(obs).or_else(|| (!there).then(|| words::no_such_scene(scene)));
        let active = obs.is_connected() && obs.scene.as_ref() == Some(scene);
        KeyView { id, scene: Some(scene.to_string()), active, blocked }
    };
    let picture = KeyView {
        id: "picture",
        scene: None,
        active: false,
        blocked: obs_blocks(obs).or_else(|| obs.media.is_empty().then(|| no_media(obs))),
    };
    let mut keys = vec![scene_key("live", &roles.live), scene_key("brb", &roles.brb)];
    keys.extend(
        roles.privacy.iter().filter(|scene| obs.scenes.contains(scene)).map(|scene| scene_key("privacy", scene)),
    );
    keys.push(picture);
    if obs.scenes.contains(&roles.starting) {
        keys.push(scene_key("starting", &roles.starting));
    }
    keys
}

fn obs_blocks(obs: &Obs) -> Option<String> {
    (!obs.is_connected()).then(|| words::OBS_AWAY.to_owned())
}

fn no_media(obs: &Obs) -> String {
    obs.media_notes.first().map_or_else(|| words::NO_MEDIA.to_owned(), |(_, note)| note.clone())
}

fn failover(view: &View, config: &Config) -> FailoverView {
    let (word, level) = match (&view.paused, view.state, view.armed) {
        (Some(_), _, _) => (State::Paused.word(), Level::Warn),
        (None, State::NotManaged, _) => (State::NotManaged.word(), level(State::NotManaged)),
        (None, _, true) => ("On", Level::Good),
        (None, _, false) => (State::Off.word(), level(State::Off)),
    };
    let place = |place| match place {
        Place::Live => config.scenes.live.to_string(),
        Place::Low => config.scenes.low.to_string(),
        Place::Offline => config.scenes.offline.as_ref().unwrap_or(&config.scenes.low).to_string(),
    };
    FailoverView {
        word,
        level,
        armed: view.armed,
        paused_by: view.paused.as_ref().map(|(who, _)| who.clone()),
        paused_since: view.paused.as_ref().map(|(_, since)| *since),
        standing: view.standing.clone(),
        limits: words::limits(config.rules.low, config.rules.high, config.rules.offline),
        wanted: view.wanted.filter(|_| view.armed).map(place),
    }
}

/// The newest lines worth a glance. What automation ordered and OBS confirmed stands in the line of
/// its decision already.
fn latest(tail: &Tail) -> Vec<LineView> {
    let twice = |entry: &&Entry| entry.topic == Topic::Order && entry.tone == Tone::Info;
    tail.lines.iter().rev().filter(|entry| !twice(entry)).take(LINES).map(line).collect()
}

/// A journal line as the page shows it.
pub fn line(entry: &Entry) -> LineView {
    LineView { at: entry.at, topic: entry.topic, tone: entry.tone, text: entry.text.clone() }
}

/// The health rows as the page shows them.
pub fn health_rows(seen: &Seen<'_>) -> Vec<RowView> {
    let seen = health::Seen {
        obs: seen.obs,
        view: seen.view,
        feeds: seen.feeds,
        troubles: seen.troubles,
        raid: seen.raid,
        tail: seen.tail,
        tasks: seen.tasks,
        scenes: &seen.config.scenes,
        twitch: seen.twitch,
        twitch_settings: &seen.config.twitch,
        bus_missed: seen.bus_missed,
    };
    health::rows(&seen).into_iter().map(row).collect()
}

fn row(row: Health) -> RowView {
    RowView {
        name: row.name,
        word: row.state.word(),
        level: level(row.state),
        reason: row.reason,
        since: row.since,
        repair: row.repair,
        more: row.more,
    }
}

fn known(at: UnixMs) -> Option<UnixMs> {
    Some(at).filter(|at| at.0 > 0)
}
