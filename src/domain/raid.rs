//! What follows when our viewers are sent to another channel: the show is stopped, confirmed, and said
//! so. Pure: time, OBS and Twitch as reported go in, effects come out.
//!
//! The stop is a wish that is bound to the show of the raid. It outlives a dead link and a restart of
//! the daemon, and never touches a later show.

mod asking;
mod asks;
mod clocks;
mod ending;
mod follow;
mod machine;
#[cfg(test)]
mod property;
mod show;
#[cfg(test)]
mod stories;
#[cfg(test)]
mod tests;
mod waiting;
mod words;

pub use machine::Machine;
pub use show::Show;

use super::command::Outcome;
use super::journal::Tone;
use super::stream::Obs;
use super::twitch::Twitch;
use crate::kit::units::{Millis, Mono, UnixMs};
use serde::{Deserialize, Serialize};

/// Twitch counts so long from "raid" to the raid (dev.twitch.tv, "Start a raid").
pub const COUNT: Millis = Millis(90_000);
/// Its event may come so much later. Longer than a connection to EventSub may be dead unnoticed (the
/// 36 s of its watchdog): only one that is known to have lived all the time proves that no raid went out.
pub const LATE: Millis = Millis(45_000);
/// A stop that did not succeed for so long is given up, and a question that nobody answered.
pub const LIMIT: Millis = Millis(600_000);

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

/// A raid that Twitch was asked for, and of which it is not known yet whether it went out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The raid.
    pub raid: Raid,
    /// When it goes out.
    pub due: UnixMs,
    /// When the show began that it leaves.
    pub began: Option<UnixMs>,
}

/// A person cancelled: what goes out all the same does not end the show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spared {
    /// The raid to this channel; `None` for whichever comes.
    pub to_id: Option<String>,
    /// Until then.
    pub until: UnixMs,
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// A raid whose end is open.
    pub asked: Option<Asked>,
    /// A raid that was cancelled and may go out all the same.
    pub spared: Option<Spared>,
    /// The stop that is wanted.
    pub stop: Option<Wish>,
}

impl Kept {
    /// After this moment none of it counts.
    pub fn deadline(&self) -> UnixMs {
        let asked = self.asked.as_ref().map(|asked| after(asked.due, Millis(LATE.0 + LIMIT.0)));
        let spared = self.spared.as_ref().map(|spared| spared.until);
        let stop = self.stop.as_ref().map(|wish| wish.deadline);
        [asked, spared, stop].into_iter().flatten().max().unwrap_or_default()
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
    /// Chat shows that the raid was called off, and when.
    CalledOff(UnixMs),
    /// A person wants the show to go on.
    Cancel,
    /// How Twitch answered the wish to take the raid back.
    TookBack(Outcome),
    /// A person says that the raid went out, or does not want to wait.
    StopNow,
    /// How our stop ended.
    Answered(Outcome),
}

/// What is to be done, in this order, once what is to outlive the daemon is written down.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Stop the stream, over this very connection.
    Stop,
    /// Say this in chat.
    Say(String),
    /// Ask Twitch to take the raid back, and come back with its answer and the one who asked.
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
    /// The channel of another raid that Twitch counts down to meanwhile.
    pub next: Option<String>,
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

/// So long after a moment.
fn after(at: UnixMs, span: Millis) -> UnixMs {
    UnixMs(at.0.saturating_add_unsigned(span.0))
}
