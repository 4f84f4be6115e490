//! Failover as a pure machine: readings in, wanted scene and reasons out. Time is an argument.

mod bounds;
mod choice;
pub mod classify;
mod course;
pub mod lineup;
pub mod machine;
pub mod measure;
mod pace;
pub mod preset;
pub mod repair;
pub mod rules;
pub mod scenes;
pub mod standing;
pub mod suggest;
pub mod timers;
pub mod watch;
mod why;
pub mod words;

#[cfg(test)]
mod tests;

use crate::domain::health::State;
use crate::domain::ids::FeedId;
use crate::domain::server::Server;
use crate::kit::units::{Kbps, Millis, UnixMs};
use serde::Serialize;
use std::collections::VecDeque;

/// What one reading of the feed means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Class {
    /// It cannot be measured.
    Unknown,
    /// The server says that nobody publishes.
    Absent,
    /// Connected, no picture yet.
    Warming,
    /// Connected, nothing arrives.
    Stalled,
    /// Below the offline limit.
    Bad,
    /// Below the low limit, or the buffer runs dry.
    Low,
    /// Between low and high: keeps the state.
    Mid,
    /// All inside limits.
    Good,
}

impl Class {
    /// The name in rows and numbers.
    pub fn name(self) -> &'static str {
        match self {
            Class::Unknown => "UNKNOWN",
            Class::Absent => "ABSENT",
            Class::Warming => "WARMING",
            Class::Stalled => "STALLED",
            Class::Bad => "BAD",
            Class::Low => "LOW",
            Class::Mid => "MID",
            Class::Good => "GOOD",
        }
    }
}

/// The three scenes that failover manages, by role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Place {
    /// LIVE_SCENE_NAME.
    Live,
    /// LOW_SCENE_NAME.
    Low,
    /// OFFLINE_SCENE_NAME, or LOW where there is none.
    Offline,
}

impl Place {
    /// The name in rows and numbers.
    pub fn name(self) -> &'static str {
        match self {
            Place::Live => "LIVE",
            Place::Low => "LOW",
            Place::Offline => "OFFLINE",
        }
    }
}

/// The failover cell: what the machine sees, wants and says. Finished words for every page.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// Class of the newest reading.
    pub class: Class,
    /// The state word for the page.
    pub state: State,
    /// One line of reason with numbers: "Feed good – 5.8 Mbit/s, delay 62 ms".
    pub headline: String,
    /// Since when `state` is so.
    pub since: UnixMs,
    /// Automation acts on scenes now.
    pub armed: bool,
    /// A person paused automation: who and since when.
    pub paused: Option<(String, UnixMs)>,
    /// Why nothing happens now, or what is about to happen.
    pub standing: String,
    /// The scene role that the machine wants, while armed.
    pub wanted: Option<Place>,
    /// Received rate over the newest window.
    pub kbps: Option<Kbps>,
    /// Round-trip time.
    pub rtt: Option<Millis>,
    /// SRT receive buffer and latency.
    pub buffer: Option<(Millis, Millis)>,
    /// The publisher's name.
    pub feed: Option<String>,
    /// The last 60 s of rates, oldest first; `None` where it was not known.
    pub spark: VecDeque<(UnixMs, Option<Kbps>)>,
    /// When the newest readable sample came in.
    pub last_reading: Option<UnixMs>,
    /// Every feed that is set up, in the order of the settings.
    pub feeds: Vec<FeedView>,
    /// Until when a test runs, in which scenes are switched although OBS does not stream.
    pub testing: Option<UnixMs>,
    /// What work on the ingest is announced, and until when.
    pub maintenance: Option<(String, UnixMs)>,
}

/// One feed among several.
#[derive(Clone, Debug, PartialEq)]
pub struct FeedView {
    /// Its id.
    pub id: FeedId,
    /// Its name for people.
    pub name: String,
    /// What kind of server answers, once recognised.
    pub server: Option<Server>,
    /// Class of its newest reading.
    pub class: Class,
    /// The reason with its numbers.
    pub reason: String,
    /// The scenes that are shown are this feed's.
    pub on_air: bool,
    /// Received rate.
    pub kbps: Option<Kbps>,
    /// Round-trip time.
    pub rtt: Option<Millis>,
    /// SRT receive buffer and latency.
    pub buffer: Option<(Millis, Millis)>,
    /// When the newest readable sample came in.
    pub last_reading: Option<UnixMs>,
}

impl Default for View {
    fn default() -> Self {
        Self {
            class: Class::Unknown,
            state: State::Unknown,
            headline: "Not polled yet.".to_owned(),
            since: UnixMs(0),
            armed: false,
            paused: None,
            standing: "Starting.".to_owned(),
            wanted: None,
            kbps: None,
            rtt: None,
            buffer: None,
            feed: None,
            spark: VecDeque::new(),
            last_reading: None,
            feeds: Vec::new(),
            testing: None,
            maintenance: None,
        }
    }
}
