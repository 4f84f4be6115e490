//! One scale of states for everything that the page shows, with reason and since.

use crate::kit::units::UnixMs;
use serde::Serialize;

/// The state words, the same everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// All inside limits.
    Good,
    /// Early sign, no switch yet.
    Weak,
    /// The LOW scene is shown.
    Low,
    /// Connected but nothing usable, or gone.
    Lost,
    /// Good again, waiting for the hold to end.
    Recovering,
    /// It cannot be measured.
    Unknown,
    /// A person stopped automation.
    Paused,
    /// The current scene is outside the rules.
    #[serde(rename = "notmanaged")]
    NotManaged,
    /// Switched off on purpose, or not set up.
    Off,
    /// Asked to start, not confirmed.
    Starting,
    /// Asked to stop, not confirmed.
    Stopping,
    /// Only a person can fix it.
    #[serde(rename = "needsyou")]
    NeedsYou,
}

impl State {
    /// The word as people read it.
    pub fn word(self) -> &'static str {
        match self {
            State::Good => "Good",
            State::Weak => "Weak",
            State::Low => "Low",
            State::Lost => "Lost",
            State::Recovering => "Recovering",
            State::Unknown => "Unknown",
            State::Paused => "Paused",
            State::NotManaged => "Not managed",
            State::Off => "Off",
            State::Starting => "Starting",
            State::Stopping => "Stopping",
            State::NeedsYou => "Needs you",
        }
    }
}

/// One row of the health list: noun, state, reason, since, what to do.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Health {
    /// The thing: "OBS", "Ingest", "History".
    pub name: &'static str,
    /// Its state.
    pub state: State,
    /// One line of reason with numbers.
    pub reason: String,
    /// Since when it is so, where known.
    pub since: Option<UnixMs>,
    /// One repair that a person can do, where there is one.
    pub repair: Option<String>,
    /// Details to be unfolded, a line each.
    pub more: Vec<String>,
}

impl Health {
    /// A row with nothing but a thing, its state and the reason.
    pub fn new(name: &'static str, state: State, reason: impl Into<String>) -> Self {
        Self { name, state, reason: reason.into(), since: None, repair: None, more: Vec::new() }
    }
}
