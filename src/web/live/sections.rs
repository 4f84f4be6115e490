//! The sections of the Live page, as they travel: finished words, one type per section.

use crate::domain::alert::Alert;
use crate::domain::journal::{Tone, Topic};
use crate::domain::twitch::Channel;
use crate::kit::units::UnixMs;
use serde::Serialize;
use std::collections::BTreeMap;

/// How loud a state is: it picks colour and shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Green, filled dot.
    Good,
    /// Amber, half dot.
    Warn,
    /// Red, triangle.
    Bad,
    /// Grey, ring.
    Muted,
}

/// Everything on the Live page; each field is a section of its own on the wire.
#[derive(Debug, Serialize)]
pub struct LiveView {
    /// The top strip's state.
    pub feed: FeedView,
    /// The last 60 s of rates.
    pub spark: Spark,
    /// OBS.
    pub obs: ObsView,
    /// Every feed, where there are several; empty otherwise.
    pub feeds: Vec<FeedRow>,
    /// What a person must not overlook: a test that runs, work on the ingest.
    pub notices: Notices,
    /// Our raid and what follows.
    pub raid: RaidSection,
    /// Scene buttons.
    pub scenes: Vec<SceneView>,
    /// The large keys.
    pub keys: Vec<KeyView>,
    /// Automatic switching.
    pub failover: FailoverView,
    /// The newest journal lines, newest first.
    pub journal: Vec<LineView>,
    /// One row per thing.
    pub health: Vec<RowView>,
    /// The newest alerts.
    pub alerts: Vec<Alert>,
    /// Twitch.
    pub twitch: TwitchView,
}

/// Twitch, for the strip, the stream's page and the chat page.
#[derive(Debug, Serialize)]
pub struct TwitchView {
    /// "Live", "Not live", "Unknown", "Off".
    pub word: &'static str,
    /// Colour and shape.
    pub level: Level,
    /// Why nothing can be done there, and what to do; `None` when somebody is signed in.
    pub blocked: Option<String>,
    /// The channel's name in lower case, once the broadcaster is signed in.
    pub login: Option<String>,
    /// As whom something can be said: `broadcaster`, `bot`, with the accounts' names.
    pub voices: Vec<(&'static str, String)>,
    /// Since when Twitch shows the stream; `None` while it does not.
    pub live_since: Option<UnixMs>,
    /// How many watch.
    pub viewers: Option<u64>,
    /// What is odd: Twitch cannot be read, or OBS streams and Twitch shows nothing.
    pub hint: Option<String>,
    /// Why chat does not arrive here.
    pub deaf: Option<String>,
    /// Parts that cannot be used, by their word in TWITCH_FEATURES, and why.
    pub lacks: BTreeMap<&'static str, &'static str>,
    /// Title, category, tags and labels as Twitch has them.
    pub channel: Option<Channel>,
    /// Ads as scheduled.
    pub ads: Option<AdsView>,
}

/// Ads as scheduled.
#[derive(Debug, Serialize)]
pub struct AdsView {
    /// The next one.
    pub next_at: Option<UnixMs>,
    /// Its length in seconds.
    pub seconds: u64,
    /// How often it may be put off.
    pub snoozes: u64,
    /// Until when nobody who comes in sees an ad first.
    pub preroll_free_seconds: u64,
}

/// The feed. The publisher's name stays out: on RTMP it is the stream key, and screens are shown.
#[derive(Debug, Serialize)]
pub struct FeedView {
    /// State word.
    pub word: &'static str,
    /// Colour and shape.
    pub level: Level,
    /// Reason with numbers.
    pub headline: String,
    /// Since when.
    pub since: Option<UnixMs>,
    /// The rate's number ("5.8"), or a dash.
    pub rate: String,
    /// The rate's unit.
    pub unit: &'static str,
    /// Delay and buffer, where the server tells them.
    pub detail: String,
    /// When the newest readable sample came in.
    pub last_reading: Option<UnixMs>,
}

/// One feed among several.
#[derive(Debug, Serialize)]
pub struct FeedRow {
    /// Its id.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// State word.
    pub word: &'static str,
    /// Colour and shape.
    pub level: Level,
    /// The rate with its unit, or a dash.
    pub rate: String,
    /// Its scenes are the ones shown.
    pub on_air: bool,
    /// Why it is so.
    pub reason: String,
}

/// What stands above everything else while it lasts.
#[derive(Debug, Serialize)]
pub struct Notices {
    /// Until when a test runs.
    pub testing: Option<UnixMs>,
    /// What work on the ingest is announced.
    pub work: Option<String>,
    /// Until when at most.
    pub work_until: Option<UnixMs>,
}

/// The sparkline: few bytes, since it goes over the air every second.
#[derive(Debug, Serialize)]
pub struct Spark {
    /// The newest point's time.
    pub end: UnixMs,
    /// (age in tenths of a second, kbit/s or unknown), oldest first.
    pub points: Vec<(i64, Option<i64>)>,
    /// Below this is weak.
    pub low: i64,
    /// From this on is good.
    pub high: i64,
}

/// OBS.
#[derive(Debug, Serialize)]
pub struct ObsView {
    /// Connected and read.
    pub connected: bool,
    /// "On air", "Off air", "OBS lost".
    pub word: &'static str,
    /// Colour and shape.
    pub level: Level,
    /// A show is on; `None` while OBS cannot be read.
    pub live: Option<bool>,
    /// Since when the show is on.
    pub live_since: Option<UnixMs>,
    /// OBS records; `None` while OBS cannot be read.
    pub recording: Option<bool>,
    /// The program scene.
    pub scene: Option<String>,
    /// OBS Studio's version.
    pub version: Option<String>,
    /// Why OBS cannot be read.
    pub reason: Option<String>,
    /// What a person can do about it.
    pub repair: Option<String>,
    /// Since when the connection is as it is.
    pub since: Option<UnixMs>,
    /// Orders on their way.
    pub pending: Vec<PendingView>,
}

/// An order on its way.
#[derive(Debug, Serialize)]
pub struct PendingView {
    /// "start the stream".
    pub what: String,
    /// Asked when.
    pub since: UnixMs,
}

/// The raid, on the Live page while something goes on, and on its own page.
#[derive(Debug, Serialize)]
pub struct RaidSection {
    /// Something goes on.
    pub on: bool,
    /// "Raid under way", "Stopping".
    pub word: &'static str,
    /// Colour and shape.
    pub level: Level,
    /// In plain words.
    pub text: String,
    /// What the page counts down to.
    pub until: Option<UnixMs>,
    /// What happens at that moment: "The raid goes out", "The stream stops".
    pub then: &'static str,
    /// Label of the button that lets the show go on; empty for none.
    pub cancel: &'static str,
    /// Label of the button that stops at once; empty for none.
    pub stop: &'static str,
    /// What will follow on the next raid.
    pub rule: String,
    /// How the last one ended.
    pub ended: Option<String>,
    /// When.
    pub ended_at: Option<UnixMs>,
}

/// A scene button.
#[derive(Debug, Serialize)]
pub struct SceneView {
    /// As OBS spells it.
    pub name: String,
    /// The role that the daemon knows it by.
    pub role: Option<&'static str>,
    /// On air now.
    pub active: bool,
    /// Shown at once, not folded away.
    pub first: bool,
}

/// A large key.
#[derive(Debug, Serialize)]
pub struct KeyView {
    /// `live`, `brb`, `privacy`, `picture`, `starting`.
    pub id: &'static str,
    /// The scene it shows; `None` for the media restart.
    pub scene: Option<String>,
    /// That scene is on air.
    pub active: bool,
    /// Why it cannot be pressed.
    pub blocked: Option<String>,
}

/// Automatic switching.
#[derive(Debug, Serialize)]
pub struct FailoverView {
    /// "On", "Paused", "Not managed", "Off".
    pub word: &'static str,
    /// Colour and shape.
    pub level: Level,
    /// It acts on scenes now.
    pub armed: bool,
    /// Who paused it.
    pub paused_by: Option<String>,
    /// When it was paused.
    pub paused_since: Option<UnixMs>,
    /// Why nothing happens now, or what is about to happen.
    pub standing: String,
    /// "Low below 800 kbit/s, good from 1.0 Mbit/s".
    pub limits: String,
    /// The scene that it wants.
    pub wanted: Option<String>,
}

/// A journal line.
#[derive(Debug, Serialize)]
pub struct LineView {
    /// When.
    pub at: UnixMs,
    /// What about.
    pub topic: Topic,
    /// How loud.
    pub tone: Tone,
    /// In plain words.
    pub text: String,
}

/// A health row.
#[derive(Debug, Serialize)]
pub struct RowView {
    /// The thing.
    pub name: &'static str,
    /// State word.
    pub word: &'static str,
    /// Colour and shape.
    pub level: Level,
    /// Reason.
    pub reason: String,
    /// Since when.
    pub since: Option<UnixMs>,
    /// What to do.
    pub repair: Option<String>,
    /// Details to be unfolded.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub more: Vec<String>,
}
