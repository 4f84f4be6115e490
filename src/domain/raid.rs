//! What follows when our viewers are sent to another channel: the show is stopped, confirmed, and said
//! so. Pure: time, OBS and Twitch as reported go in, effects come out.
//!
//! The stop is a wish that is bound to the show of the raid. It outlives a dead link and a restart of
//! the daemon, and never touches a later show.

mod machine;
#[cfg(test)]
mod property;
#[cfg(test)]
mod tests;
mod words;

pub use machine::{Machine, hears};

use super::command::Outcome;
use super::journal::Tone;
use super::stream::Obs;
use super::twitch::Twitch;
use crate::kit::units::{Millis, Mono, UnixMs};
use serde::{Deserialize, Serialize};

/// Twitch counts so long from "raid" to the raid (dev.twitch.tv, "Start a raid").
pub const COUNT: Millis = Millis(90_000);
/// Its event may come so much later.
pub const LATE: Millis = Millis(15_000);
/// A stop that did not succeed for so long is given up, and a question that nobody answered.
pub const LIMIT: Millis = Millis(600_000);
/// Two beginnings closer than this are one: a beginning is computed from a duration that travels.
const SAME: Millis = Millis(5_000);
/// A computed beginning is off by less. Nobody ends a show and begins the next one in this time.
const NOISE: Millis = Millis(1_000);
/// OBS counts the duration in frames, which lags behind the clock by the hundredth at most.
const DRIFT: f64 = 0.01;
/// More than this is never taken for drift.
const MOST_DRIFT: Millis = Millis(120_000);

/// The two clocks at one moment: the one for timers, and the one for rows and people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// For timers.
    pub mono: Mono,
    /// For rows and people.
    pub unix: UnixMs,
}

/// One raid of ours.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raid {
    /// The raided channel's id.
    pub to_id: String,
    /// Its name.
    pub to_name: String,
    /// Viewers taken along, where known.
    pub viewers: Option<u64>,
}

/// The show that a stop is meant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Show {
    /// When it began, by OBS's own output duration; `None` when OBS was away at the raid.
    pub began: Option<UnixMs>,
    /// When the raid went out. A show that began later is another one.
    pub raided: UnixMs,
}

impl Show {
    /// Whether the show that began then is this one. In doubt it is not.
    pub fn is(&self, began: UnixMs) -> bool {
        let Some(known) = self.began else { return began.0 <= self.raided.0.saturating_add_unsigned(NOISE.0) };
        let apart = Millis(known.0.abs_diff(began.0));
        let drift = self.raided.since(known).scale(DRIFT).min(MOST_DRIFT);
        apart <= SAME || (apart <= drift && began <= self.raided)
    }
}

/// A stop that is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// The raid behind it.
    pub raid: Raid,
    /// The show that is to end.
    pub show: Show,
    /// Not before.
    pub stop_at: UnixMs,
    /// Not after.
    pub deadline: UnixMs,
}

/// What outlives the daemon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    /// Twitch counts down to a raid that we asked for.
    Asked {
        /// The raid.
        raid: Raid,
        /// When it goes out.
        due: UnixMs,
    },
    /// The show is to end.
    Stop(Wish),
}

impl Kept {
    /// After this moment it counts no more.
    pub fn deadline(&self) -> UnixMs {
        match self {
            Kept::Asked { due, .. } => UnixMs(due.0.saturating_add_unsigned(LATE.0 + LIMIT.0)),
            Kept::Stop(wish) => wish.deadline,
        }
    }
}

/// What the settings say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rule {
    /// A raid stops the stream.
    pub enabled: bool,
    /// So long after it.
    pub delay: Millis,
    /// What is said in chat when the stream has stopped, with `{channel}`; `None` for nothing.
    pub message: Option<String>,
}

/// What one step looks at.
#[derive(Clone, Copy, Debug)]
pub struct Sight<'a> {
    /// OBS as reported.
    pub obs: &'a Obs,
    /// Twitch as reported.
    pub twitch: &'a Twitch,
    /// What the settings say.
    pub rule: &'a Rule,
}

/// What came in.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// Time passed, or something that is looked at changed.
    Look,
    /// `channel.raid` from us, and when it was sent.
    Raided(Raid, UnixMs),
    /// A person wants the show to go on.
    Cancel,
    /// A person says that the raid went out, or does not want to wait.
    StopNow,
    /// How our stop ended.
    Answered(Outcome),
}

/// What is to be done, in this order.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Keep this over a restart, in place of what was kept.
    Keep(Kept),
    /// Forget what is kept.
    Forget,
    /// Stop the stream, over this very connection.
    Stop,
    /// Say this in chat.
    Say(String),
    /// Ask Twitch to take the raid back; its answer is the answer to the one who asked.
    TakeBack,
    /// Answer the one who asked.
    Answer(Outcome),
    /// Write this down; the raid, where the line tells that one went out.
    Tell(Tone, String, Option<Raid>),
}

/// The raid cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RaidView {
    /// What goes on.
    pub stage: Stage,
    /// How the last one ended.
    pub ended: Option<Ended>,
}

/// What goes on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// Nothing.
    #[default]
    Idle,
    /// Twitch counts down to the raid.
    Waiting {
        /// The channel.
        to: String,
        /// When it goes out.
        until: UnixMs,
        /// EventSub is up, so that it will be known.
        heard: bool,
        /// A person cancelled: the show goes on whatever Twitch does.
        spared: bool,
    },
    /// The raid went out; the stop follows.
    Counting {
        /// The raid.
        raid: Raid,
        /// When the stop comes.
        until: UnixMs,
    },
    /// The stop is asked until OBS reports that the stream has stopped.
    Stopping {
        /// The raid.
        raid: Raid,
        /// How often OBS was asked.
        tries: u32,
        /// Why it has not worked yet.
        answer: Option<String>,
        /// When it is given up.
        until: UnixMs,
    },
    /// Nobody knows whether the raid went out: stop now?
    Asking {
        /// The channel.
        to: String,
        /// When the question is dropped.
        until: UnixMs,
    },
}

/// How a raid ended for us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// When.
    pub at: UnixMs,
    /// In plain words.
    pub text: String,
    /// It wants a person.
    pub bad: bool,
}
