//! Plays recorded polls through the real parsers, memory, meter and machine in virtual time, in
//! front of an OBS that obeys at once: what would have been decided, and why.
//!
//! [`reader`] takes lines together to polls, `ear` makes samples of them, [`stage`] holds the
//! machine and the scenes. Nothing here waits or reads a clock.

pub mod command;
mod ear;
pub mod reader;
pub mod stage;

use crate::adapters::ingest::recording::News;
use crate::config::Config;
use crate::domain::failover::{Class, Place};
use crate::domain::ids::{FeedId, SceneName};
use crate::domain::signal::Sample;
use crate::kit::units::{Millis, Mono};
use ear::Ears;
use reader::{Poll, Reader};
use serde::Serialize;
use stage::Stage;
use std::io::BufRead;

pub use reader::Trouble;

/// Poll times that jitter by less than this count as on time.
const ON_TIME: Millis = Millis(60);

/// How a file is played.
#[derive(Clone, Debug)]
pub struct Options {
    /// The settings whose limits, scenes and feeds count.
    pub config: Config,
    /// The scene that is on at the beginning.
    pub scene: SceneName,
    /// Leaves out polls that come sooner than the machine wants them: for recordings that were made
    /// at a fixed quick pace.
    pub thin_out: bool,
}

/// One decision.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Decision {
    /// Seconds, as the file counts them.
    pub t: f64,
    /// The place before.
    pub from: Place,
    /// The place now wanted.
    pub to: Place,
    /// The scene of that place; `None` where there is none.
    pub scene: Option<SceneName>,
    /// Class of the newest reading.
    pub class: Class,
    /// Why, with numbers.
    pub reason: String,
    /// The feed that decided, where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feed: Option<FeedId>,
}

/// What became of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Played {
    /// Polls that were read.
    pub polls: u64,
    /// Seconds from the first to the last of them, pauses between recordings left out.
    pub seconds: f64,
    /// What a person should know, a sentence each: a torn last line, a second recording.
    pub warnings: Vec<String>,
}

/// Plays `input` and tells each decision as it falls.
/// Errors: the input cannot be read, or a line of it cannot be understood, or `tell` fails.
pub fn play(
    input: impl BufRead,
    options: &Options,
    mut tell: impl FnMut(&Decision) -> std::io::Result<()>,
) -> Result<Played, Trouble> {
    // The parts that ask are made for TLS, although nobody is asked.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut reader = Reader::new(input);
    let mut world = World::new(options)?;
    let mut played = Played::default();
    while let Some(poll) = reader.next_poll()? {
        if world.is_past(&poll) {
            played.seconds += world.seconds();
            played.warnings.push(format!("line {}: the time goes back, so a new recording begins here", poll.line));
            world = World::new(options)?;
        }
        played.polls += 1;
        for decision in world.live_through(&poll) {
            tell(&decision).map_err(Trouble::Io)?;
        }
    }
    played.seconds += world.seconds();
    played.warnings.extend(reader.torn());
    Ok(played)
}

/// One recording's own time, feeds and machine.
struct World<'a> {
    options: &'a Options,
    ears: Ears,
    stage: Stage<'a>,
    began: Option<f64>,
    now: Mono,
}

impl<'a> World<'a> {
    fn new(options: &'a Options) -> Result<Self, Trouble> {
        let stage = Stage::new(&options.config, options.scene.clone());
        let ears = Ears::new().map_err(|error| Trouble::Io(std::io::Error::other(error)))?;
        Ok(Self { options, ears, stage, began: None, now: Mono(0) })
    }

    fn is_past(&self, poll: &Poll) -> bool {
        self.began.is_some_and(|began| moment(poll.t, began) < self.now || poll.t < began)
    }

    fn seconds(&self) -> f64 {
        self.now.since(Mono(0)).secs_f64()
    }

    fn live_through(&mut self, poll: &Poll) -> Vec<Decision> {
        let began = *self.began.get_or_insert(poll.t);
        let at = moment(poll.t, began);
        let named = poll.feed.as_deref().map(FeedId::from);
        let feed = named.clone().unwrap_or_else(|| self.first_feed());
        if self.options.thin_out && poll.is_poll() && !self.ears.is_due(&feed, at + ON_TIME, self.stage.pace(&feed)) {
            return Vec::new();
        }
        if named.is_some() || !poll.is_maintenance() {
            self.stage.know(&feed);
        }
        let mut decisions = self.stage.wait_until(at);
        self.now = at;
        for news in &poll.news {
            match news {
                News::Show(show) => self.stage.show(show, &feed),
                News::Maintenance(span) => decisions.extend(self.stage.expect_work(at, named.as_ref(), *span)),
                News::Request { .. } => {}
            }
        }
        let heard: Option<Sample> = self.ears.hear(&feed, at, poll, &self.options.config);
        let fresh: Vec<(FeedId, Sample)> = heard.into_iter().map(|sample| (feed.clone(), sample)).collect();
        decisions.extend(self.stage.step(at, &fresh));
        let in_file = |at: Mono| (at.since(Mono(0)).secs_f64() + began) * 1000.0;
        decisions.into_iter().map(|made| Decision { t: in_file(made.at).round() / 1000.0, ..made.decision }).collect()
    }

    fn first_feed(&self) -> FeedId {
        self.options.config.first_feed().map_or_else(FeedId::main, |feed| feed.id.clone())
    }
}

fn moment(t: f64, began: f64) -> Mono {
    Mono(0) + Millis::from_secs_f64(t - began)
}

#[cfg(test)]
mod tests;
