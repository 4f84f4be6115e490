//! What was asked of OBS and is not yet confirmed. Pure: time and OBS's reports go in, requests and
//! answers come out.
//!
//! Start and stop are wishes of people: they end at confirmation, at the deadline or at any contrary
//! report or press, and are sent again after a reconnect. A scene switch is asked for 3 s at most
//! and gives way to a newer one. A media restart is sent once. Recording is wished for like the stream.

mod choose;
mod output;
mod press;
mod record;
mod restart;
mod switch;

pub use choose::{Choice, List};

use crate::adapters::obs::ObsError;
use crate::domain::command::{ObsOrder, Outcome};
use crate::domain::ids::SceneName;
use crate::domain::people::Origin;
use crate::domain::stream::{Obs, ObsLink, Output};
use crate::kit::units::{Millis, Mono};

/// Names one order from its asking to its answer.
pub type Id = u64;

/// What comes in.
#[derive(Clone, Debug)]
pub enum Input<'a> {
    /// Someone gave an order.
    Asked(Id, &'a ObsOrder, &'a Origin),
    /// OBS accepted the request of this order.
    Accepted(Id),
    /// OBS refused the request of this order.
    Refused(Id, &'a ObsError),
    /// OBS reported a state of the stream output by itself.
    Output(Output),
    /// OBS reported a program scene by itself; it stands in the cell.
    Scene,
    /// OBS reported that the media source of this name was restarted or began to play.
    MediaPlays(&'a str),
    /// OBS reported by itself that the record output runs, or does not; it stands in the cell.
    Record,
    /// What was asked for by [`Request::List`].
    Listed(Id, &'a [Choice]),
    /// Everything was read; it stands in the cell.
    Read,
    /// A new connection stands and everything was read.
    Connected,
    /// The connection is gone.
    Lost,
    /// Time passed.
    Tick,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Ask OBS.
    Send(Id, Request),
    /// Tell the one who asked how it ended.
    Answer(Id, Outcome),
    /// Read OBS's state, to see whether it happened.
    Read,
}

/// A request to OBS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// `StartStream`
    Start,
    /// `StopStream`
    Stop,
    /// `SetCurrentProgramScene`
    Switch(SceneName),
    /// `SetInputSettings` with the same and `TriggerMediaInputAction` for the media source of this name.
    Restart(String),
    /// `StartRecord`
    StartRecord,
    /// `StopRecord`
    StopRecord,
    /// `GetSceneItemList` with `GetSceneItemEnabled`, or `GetSceneCollectionList`
    List(List),
    /// `SetSceneItemEnabled`
    ShowItem(SceneName, i64, bool),
    /// `SetCurrentSceneCollection`
    SetCollection(String),
}

/// How long each kind of order may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Start and stop of stream or recording, from the press to OBS's report.
    pub output: Millis,
    /// A scene switch, from the order to OBS's report.
    pub switch: Millis,
    /// Between two tries of a refused switch, and between two looks for its confirmation.
    pub retry: Millis,
    /// A media restart, from the order to the first moving picture.
    pub restart: Millis,
    /// For so long a late scene change still counts as ours.
    pub claim: Millis,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            output: Millis(30_000),
            switch: Millis(3_000),
            retry: Millis(500),
            restart: Millis(8_000),
            claim: Millis(10_000),
        }
    }
}

/// Everything that is asked and not confirmed.
#[derive(Default)]
pub struct Wishes {
    limits: Limits,
    output: output::Slot,
    record: record::Slot,
    switch: switch::Slot,
    restart: restart::Slot,
    choose: choose::Slot,
}

impl Wishes {
    /// Nothing asked yet.
    pub fn new(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// One step. `obs` is the cell as it stands after the report that `input` speaks of.
    pub fn step(&mut self, now: Mono, obs: &Obs, input: &Input<'_>) -> Vec<Effect> {
        let mut effects = Vec::new();
        let view = View { now, obs, input, limits: &self.limits };
        self.output.step(&view, &mut effects);
        self.record.step(&view, &mut effects);
        self.switch.step(&view, &mut effects);
        self.restart.step(&view, &mut effects);
        self.choose.step(&view, &mut effects);
        effects
    }

    /// Who of ours is behind the program scene that OBS just reported; `None` for a person in OBS.
    /// Ask once per report: the claim is used up.
    pub fn author_of(&mut self, now: Mono, scene: &SceneName) -> Option<Origin> {
        self.switch.author_of(now, scene).or_else(|| self.choose.author(now))
    }

    /// When the next [`Input::Tick`] is needed.
    pub fn due(&self) -> Option<Mono> {
        let limits = &self.limits;
        let slots = [
            self.output.due(limits),
            self.record.due(limits),
            self.switch.due(limits),
            self.restart.due(limits),
            self.choose.due(limits),
        ];
        slots.into_iter().flatten().min()
    }
}

/// What one step looks at.
struct View<'a> {
    now: Mono,
    obs: &'a Obs,
    input: &'a Input<'a>,
    limits: &'a Limits,
}

impl View<'_> {
    fn is_over(&self, asked: Mono, limit: Millis) -> bool {
        self.now.since(asked) >= limit
    }

    /// Why nothing can be asked of OBS now.
    fn no_link(&self) -> Option<String> {
        match &self.obs.link {
            ObsLink::Connected => None,
            ObsLink::Starting => Some("OBS is not connected yet.".to_owned()),
            ObsLink::Lost { reason, repair } => {
                let repair = repair.as_ref().map(|text| format!(" {text}")).unwrap_or_default();
                Some(format!("OBS is not connected: {reason}{repair}"))
            }
        }
    }
}

#[cfg(test)]
mod tests;
