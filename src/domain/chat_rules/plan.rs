//! What a command asks for: orders, in which order, and what to say then. The words are chosen here,
//! before anything is done; what really happened decides which of them are said.

use super::book::Book;
use super::fuzzy::{Meant, meant};
use super::phrases::{self as say, Phrase, Reply};
use super::table::{self, Limit, Role, Switch, Verb};
use crate::domain::command::{ChangeSetting, ChatOrder, FailoverOrder, ObsOrder, Order, RaidOrder};
use crate::domain::failover::rules::Rules;
use crate::domain::failover::{Class, View};
use crate::domain::ids::SceneName;
use crate::domain::stream::{Obs, ObsLink};
use crate::kit::text;
use crate::kit::units::Millis;

/// What is looked at.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    /// OBS as reported.
    pub obs: &'a Obs,
    /// What failover sees.
    pub view: &'a View,
    /// The scenes by role.
    pub scenes: &'a Roles,
    /// The limits in force.
    pub rules: &'a Rules,
    /// FIX_DELAY_SEC.
    pub pause: Millis,
    /// The commands.
    pub book: &'a Book,
    /// Those that the author may use.
    pub allowed: &'a [&'static str],
}

/// The scenes that the settings name.
#[derive(Clone, Debug, PartialEq)]
pub struct Roles {
    /// LIVE_SCENE_NAME
    pub live: SceneName,
    /// BRB_SCENE_NAME
    pub brb: SceneName,
    /// STARTING_SCENE_NAME
    pub starting: SceneName,
    /// OFFLINE_SCENE_NAME
    pub offline: Option<SceneName>,
    /// ENDING_SCENE_NAME
    pub ending: Option<SceneName>,
    /// PRIVACY_SCENE_NAME
    pub privacy: Option<SceneName>,
    /// REFRESH_SCENE_NAME
    pub refresh: Option<SceneName>,
}

/// What is to be done, one after the other; the first that fails ends it.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The steps.
    pub steps: Vec<Step>,
    /// What is said when all are done.
    pub end: End,
}

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Give an order.
    Give {
        /// Which.
        order: Order,
        /// What is said when it fails; `{reason}` is put in.
        failed: Phrase,
    },
    /// Wait, and go on only if this scene is still on and nobody asked for another one.
    Wait {
        /// How long.
        span: Millis,
        /// The scene.
        scene: SceneName,
    },
}

/// What is said when all is done.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// This.
    Say(Reply),
    /// What the last order ended with, in a phrase with `{text}`.
    Outcome(Phrase),
}

impl Plan {
    fn say(reply: Reply) -> Self {
        Self { steps: Vec::new(), end: End::Say(reply) }
    }

    fn give(order: Order, end: Reply) -> Self {
        Self { steps: vec![Step::Give { order, failed: say::FAILED }], end: End::Say(end) }
    }

    /// It changes the scene, so an earlier plan that still waits must not.
    pub fn moves_scene(&self) -> bool {
        let moves = |step: &Step| {
            matches!(
                step,
                Step::Give { order: Order::Obs(ObsOrder::SwitchScene { .. } | ObsOrder::SetCollection { .. }), .. }
            )
        };
        self.steps.iter().any(moves)
    }
}

/// The plan for a command.
pub fn plan(verb: Verb, name: &str, args: &str, seen: Seen<'_>) -> Plan {
    match verb {
        Verb::Start => start(seen),
        Verb::Stop => stop(seen),
        Verb::Fix => there_and_back(&seen.scenes.brb, &seen.scenes.live, say::FIXED, seen),
        Verb::Refresh => refresh(seen),
        Verb::Scene(role) => scene(role, seen),
        Verb::Switch => switch(name, args, seen),
        Verb::Source if args.is_empty() => usage(name, seen),
        Verb::Source => {
            let order = ObsOrder::SetSourceVisible { scene: None, item: args.to_owned(), visible: None };
            reported(Order::Obs(order))
        }
        Verb::Collection if args.is_empty() => usage(name, seen),
        Verb::Collection => reported(Order::Obs(ObsOrder::SetCollection { name: args.to_owned() })),
        Verb::Record => record(name, args, seen),
        Verb::Limit(limit) => set_limit(limit, name, args, seen),
        Verb::Setting(switch) => setting(switch, name, args, seen),
        Verb::Guard => guard(name, args, seen),
        Verb::Alias => alias(name, args, seen),
        Verb::Cancel => reported(Order::Raid(RaidOrder::Cancel)),
        Verb::Bitrate => Plan::say(bitrate(seen)),
        Verb::SourceInfo => Plan::say(say::SOURCE_INFO.with([("text", &seen.view.headline)])),
        Verb::ServerInfo => Plan::say(server_info(seen)),
        Verb::ObsInfo => Plan::say(obs_info(seen.obs)),
        Verb::Version => Plan::say(say::VERSION.with([("version", env!("CARGO_PKG_VERSION"))])),
        Verb::Help => Plan::say(help(args, seen)),
    }
}

fn start(seen: Seen<'_>) -> Plan {
    if seen.obs.is_live() == Some(true) {
        // A slip of the finger must not take a running show off the air.
        return Plan::say(say::ALREADY_LIVE.plain());
    }
    let scene = &seen.scenes.starting;
    let start = Step::Give { order: Order::Obs(ObsOrder::StartStream), failed: say::START_FAILED };
    let end = End::Say(say::STARTED.with([("scene", scene.as_str())]));
    Plan { steps: vec![start, show(scene, say::STARTED_NO_SCENE)], end }
}

fn stop(seen: Seen<'_>) -> Plan {
    let stop = Step::Give { order: Order::Obs(ObsOrder::StopStream), failed: say::STOP_FAILED };
    match &seen.scenes.offline {
        Some(scene) => {
            let end = End::Say(say::STOPPED_SCENE.with([("scene", scene.as_str())]));
            Plan { steps: vec![stop, show(scene, say::STOPPED_NO_SCENE)], end }
        }
        None => Plan { steps: vec![stop], end: End::Say(say::STOPPED.plain()) },
    }
}

fn there_and_back(there: &SceneName, back: &SceneName, done: Phrase, seen: Seen<'_>) -> Plan {
    let wait = Step::Wait { span: seen.pause, scene: there.clone() };
    let end = End::Say(lands(back, done, seen));
    Plan { steps: vec![show(there, say::NOT_SHOWN), wait, show(back, say::NOT_SHOWN)], end }
}

fn refresh(seen: Seen<'_>) -> Plan {
    match (&seen.scenes.refresh, &seen.obs.scene) {
        (None, _) => Plan::say(say::NO_SCENE_SET.with([("key", "REFRESH_SCENE_NAME")])),
        (Some(_), None) => Plan::say(say::OBS_UNREADABLE.plain()),
        (Some(there), Some(on)) => {
            // Twice in a row it leads to where the first one began: to LIVE.
            let back = if on == there { &seen.scenes.live } else { on };
            there_and_back(there, back, say::REFRESHED, seen)
        }
    }
}

fn scene(role: Role, seen: Seen<'_>) -> Plan {
    let roles = seen.scenes;
    let (scene, key) = match role {
        Role::Live => (Some(&roles.live), "LIVE_SCENE_NAME"),
        Role::Brb => (Some(&roles.brb), "BRB_SCENE_NAME"),
        Role::Starting => (Some(&roles.starting), "STARTING_SCENE_NAME"),
        Role::Ending => (roles.ending.as_ref(), "ENDING_SCENE_NAME"),
        Role::Privacy => (roles.privacy.as_ref(), "PRIVACY_SCENE_NAME"),
    };
    match scene {
        Some(scene) => shown(scene, seen),
        None => Plan::say(say::NO_SCENE_SET.with([("key", key)])),
    }
}

fn switch(name: &str, args: &str, seen: Seen<'_>) -> Plan {
    if args.is_empty() {
        return usage(name, seen);
    }
    let names: Vec<&str> = seen.obs.scenes.iter().map(SceneName::as_str).collect();
    match meant(args, &names) {
        Meant::One(scene) => shown(&scene.into(), seen),
        Meant::Several(names) => Plan::say(which(&names)),
        // Without a connection nothing is known of OBS's scenes; the desk says so.
        Meant::None if names.is_empty() => shown(&args.into(), seen),
        Meant::None => Plan::say(say::NO_SUCH.with([("name", &text::excerpt(args, 60))])),
    }
}

fn shown(scene: &SceneName, seen: Seen<'_>) -> Plan {
    Plan { steps: vec![show(scene, say::NOT_SHOWN)], end: End::Say(lands(scene, say::SHOWS, seen)) }
}

/// That a scene is on; and that the feed is lost, if it is the live scene that has no picture then.
fn lands(scene: &SceneName, done: Phrase, seen: Seen<'_>) -> Reply {
    let lost = matches!(seen.view.class, Class::Absent | Class::Stalled | Class::Bad);
    match *scene == seen.scenes.live && lost {
        true => {
            say::SHOWS_BUT_LOST.with([("scene", scene.as_str()), ("feed", seen.view.headline.trim_end_matches('.'))])
        }
        false => done.with([("scene", scene.as_str())]),
    }
}

fn show(scene: &SceneName, failed: Phrase) -> Step {
    let order = ObsOrder::SwitchScene { scene: scene.clone(), reason: "asked for in chat".to_owned() };
    Step::Give { order: Order::Obs(order), failed }
}

fn reported(order: Order) -> Plan {
    Plan { steps: vec![Step::Give { order, failed: say::FAILED }], end: End::Outcome(say::DONE) }
}

fn record(name: &str, args: &str, seen: Seen<'_>) -> Plan {
    match (on_off(args, seen), args, seen.obs.recording) {
        (Some(true), ..) => Plan::give(Order::Obs(ObsOrder::StartRecord), say::RECORDING_ON.plain()),
        (Some(false), ..) => Plan::give(Order::Obs(ObsOrder::StopRecord), say::RECORDING_OFF.plain()),
        (None, "", Some(true)) => Plan::say(say::RECORDING_ON.plain()),
        (None, "", Some(false)) => Plan::say(say::RECORDING_OFF.plain()),
        (None, "", None) => Plan::say(say::OBS_UNREADABLE.plain()),
        _ => usage(name, seen),
    }
}

fn set_limit(limit: Limit, name: &str, args: &str, seen: Seen<'_>) -> Plan {
    if args.is_empty() {
        return Plan::say(limit_is(limit, now(limit, seen.rules)));
    }
    let by_time = matches!(limit, Limit::RttLow | Limit::RttLost);
    let wanted = match (seen.book.choice(args).as_str(), by_time) {
        ("off" | "0", true) => None,
        (number, _) => match number.parse::<u32>() {
            Ok(number) => Some(f64::from(number)),
            Err(_) => return usage(name, seen),
        },
    };
    let value = wanted.map(|number| number.to_string()).unwrap_or_default();
    Plan::give(settings(limit.key().0, value), limit_is(limit, wanted))
}

/// The limit in words; `None` where it is off.
fn limit_is(limit: Limit, value: Option<f64>) -> Reply {
    let phrase = match (limit, value) {
        (Limit::Low, _) => say::RATE_LOW,
        (Limit::Offline, _) => say::RATE_LOST,
        (Limit::RttLow, Some(_)) => say::DELAY_LOW,
        (Limit::RttLow, None) => return say::DELAY_LOW_OFF.plain(),
        (Limit::RttLost, Some(_)) => say::DELAY_LOST,
        (Limit::RttLost, None) => return say::DELAY_LOST_OFF.plain(),
    };
    phrase.with([("value", &format!("{} {}", value.unwrap_or_default(), limit.key().1))])
}

fn now(limit: Limit, rules: &Rules) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "no delay is that long")]
    let time = |value: Option<Millis>| value.map(|value| value.0 as f64);
    match limit {
        Limit::Low => Some(rules.low.0),
        Limit::Offline => Some(rules.offline.0),
        Limit::RttLow => time(rules.rtt_low),
        Limit::RttLost => time(rules.rtt_offline),
    }
}

fn setting(switch: Switch, name: &str, args: &str, seen: Seen<'_>) -> Plan {
    let Some(on) = on_off(args, seen) else { return usage(name, seen) };
    let phrase = match (switch, on) {
        (Switch::Announce, true) => say::NOTIFY_ON,
        (Switch::Announce, false) => say::NOTIFY_OFF,
        (Switch::Public, true) => say::PUBLIC_ON,
        (Switch::Public, false) => say::PUBLIC_OFF,
        (Switch::Moderators, true) => say::MOD_ON,
        (Switch::Moderators, false) => say::MOD_OFF,
        (Switch::AutoStop, true) => say::AUTOSTOP_ON,
        (Switch::AutoStop, false) => say::AUTOSTOP_OFF,
    };
    Plan::give(settings(switch.key(), on.to_string()), phrase.plain())
}

fn settings(key: &str, value: String) -> Order {
    Order::Settings(ChangeSetting { changes: vec![(key.to_owned(), Some(value))] })
}

fn guard(name: &str, args: &str, seen: Seen<'_>) -> Plan {
    match on_off(args, seen) {
        Some(true) => Plan::give(Order::Failover(FailoverOrder::Resume), say::GUARD_ON.plain()),
        Some(false) => Plan::give(Order::Failover(FailoverOrder::Pause), say::GUARD_OFF.plain()),
        None => usage(name, seen),
    }
}

fn on_off(args: &str, seen: Seen<'_>) -> Option<bool> {
    match seen.book.choice(args).as_str() {
        "on" | "start" => Some(true),
        "off" | "stop" => Some(false),
        _ => None,
    }
}

fn alias(name: &str, args: &str, seen: Seen<'_>) -> Plan {
    let words: Vec<&str> = args.split_whitespace().collect();
    let verb = seen.book.choice(words.first().copied().unwrap_or_default());
    let order = match (verb.as_str(), words.get(1..).unwrap_or_default()) {
        ("add", [word, command]) => ChatOrder::AddAlias { word: (*word).to_owned(), command: (*command).to_owned() },
        ("rem" | "remove", [word]) => ChatOrder::RemoveAlias { word: (*word).to_owned() },
        _ => return usage(name, seen),
    };
    reported(Order::Chat(order))
}

fn bitrate(seen: Seen<'_>) -> Reply {
    let view = seen.view;
    let several = view.feeds.len() > 1;
    let feeds = view.feeds.iter().map(|feed| {
        let rate = feed.kbps.map_or_else(|| "–".to_owned(), |kbps| kbps.to_string());
        format!("{} {rate}", feed.name)
    });
    match view.kbps {
        _ if several => say::BITRATE.with([("rates", &feeds.collect::<Vec<_>>().join(", "))]),
        Some(kbps) if view.class != Class::Absent => say::BITRATE.with([("rates", &kbps.to_string())]),
        _ => say::BITRATE_UNKNOWN.with([("reason", &view.headline)]),
    }
}

fn server_info(seen: Seen<'_>) -> Reply {
    let feeds = seen.view.feeds.iter().map(|feed| {
        let server = feed.server.map_or_else(|| "?".to_owned(), |server| server.to_string());
        format!("{}: {server}, {}", feed.name, feed.reason)
    });
    let text = feeds.collect::<Vec<_>>().join("; ");
    say::SERVER_INFO.with([("text", if text.is_empty() { &seen.view.headline } else { &text })])
}

fn obs_info(obs: &Obs) -> Reply {
    let scene = obs.scene.as_ref().map_or("?", SceneName::as_str);
    let dropped = obs.dropped_frames.unwrap_or_default().to_string();
    match (&obs.link, obs.is_live()) {
        (ObsLink::Lost { reason, .. }, _) => say::OBS_DOWN.with([("reason", reason)]),
        (_, Some(true)) => say::OBS_INFO_LIVE.with([("scene", scene), ("dropped", &dropped)]),
        (_, Some(false)) => say::OBS_INFO_OFF.with([("scene", scene)]),
        (_, None) => say::OBS_UNREADABLE.plain(),
    }
}

fn help(args: &str, seen: Seen<'_>) -> Reply {
    let prefix = seen.book.prefix();
    match seen.book.spec(args.strip_prefix(prefix).unwrap_or(args)) {
        Some(spec) => {
            let usage = format!("{prefix}{} {}", spec.name, spec.args);
            say::HELP_ONE.with([("usage", usage.trim_end()), ("does", spec.does)])
        }
        None => {
            let names: Vec<String> = seen.allowed.iter().map(|name| format!("{prefix}{name}")).collect();
            say::HELP.with([("commands", &names.join(" "))])
        }
    }
}

fn usage(name: &str, seen: Seen<'_>) -> Plan {
    let args = table::find(name).map_or("", |spec| spec.args);
    Plan::say(say::USAGE.with([("usage", &format!("{}{name} {args}", seen.book.prefix()))]))
}

/// Names as a question; a few are enough.
pub fn which(names: &[&str]) -> Reply {
    let shown: Vec<String> = names.iter().take(6).map(|name| format!("'{}'", text::excerpt(name, 60))).collect();
    say::WHICH.with([("names", &shown.join(", "))])
}
