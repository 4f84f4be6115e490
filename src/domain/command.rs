//! Orders: what someone wants done, in the imperative. The desk carries them to the owning room.

use super::alert::AlertKind;
use super::chat::ChatCommand;
use super::ids::{FeedId, SceneName};
use crate::kit::units::Millis;
use std::fmt;

/// An order, by the room that owns it.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// For the room that holds the OBS connection.
    Obs(ObsOrder),
    /// For the failover room.
    Failover(FailoverOrder),
    /// For the room that watches the ingest.
    Ingest(IngestOrder),
    /// For the alerts room.
    Alerts(RaiseAlert),
    /// For the settings room.
    Settings(ChangeSetting),
    /// For the settings room too: what another program's files held.
    Import(Import),
}

/// What OBS can be asked to do.
#[derive(Clone, Debug, PartialEq)]
pub enum ObsOrder {
    /// Start the stream output; a wish that ends at confirmation, deadline or a contrary act.
    StartStream,
    /// Stop the stream output; a wish as above.
    StopStream,
    /// Make a scene the program scene.
    SwitchScene {
        /// The scene to show.
        scene: SceneName,
        /// Why, in plain words, for journal and overlay.
        reason: String,
    },
    /// Restart the media source that plays a feed; never sent twice.
    RestartMedia {
        /// The feed; `None` for the one that stands first.
        feed: Option<FeedId>,
    },
    /// Start recording; a wish like [`ObsOrder::StartStream`].
    StartRecord,
    /// Stop recording; a wish as above.
    StopRecord,
}

/// What the failover room can be asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FailoverOrder {
    /// Leave the scenes alone until resumed.
    Pause,
    /// Take up automatic switching again.
    Resume,
    /// Switch scenes as if OBS streamed, to try the rules out; ends by itself.
    StartTest,
    /// End the test.
    StopTest,
    /// Work on the ingest is about to be done: what the feed shows meanwhile is unknown, not lost.
    Maintenance {
        /// The feed; `None` for all.
        feed: Option<FeedId>,
        /// How long at most; a new session of the publisher ends it earlier.
        span: Millis,
        /// What is done, in plain words.
        why: String,
    },
}

/// What the room that watches the ingest can be asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IngestOrder {
    /// Throw the feed's publisher out of the ingest server (nginx `rtmp_control`), so that a dead
    /// connection makes room for the encoder that wants to come back.
    DropPublisher {
        /// The feed.
        feed: FeedId,
    },
}

/// Show and speak an alert on every overlay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RaiseAlert {
    /// Sound and colour.
    pub kind: AlertKind,
    /// Text shown and spoken.
    pub message: String,
}

/// Change settings rows together; all are applied or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeSetting {
    /// Key and new value; `None` means back to the value of `.env`.
    pub changes: Vec<(String, Option<String>)>,
}

/// Take over another program's settings; all of it or nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The other program's name, for the journal.
    pub from: &'static str,
    /// The settings, as in [`ChangeSetting`].
    pub change: ChangeSetting,
    /// The chat commands that take the place of all there are; `None` leaves them alone.
    pub commands: Option<Vec<ChatCommand>>,
}

/// An order without its details, for the permission table and the audit log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OrderKind {
    /// [`ObsOrder::StartStream`]
    StartStream,
    /// [`ObsOrder::StopStream`]
    StopStream,
    /// [`ObsOrder::SwitchScene`]
    SwitchScene,
    /// [`ObsOrder::RestartMedia`]
    RestartMedia,
    /// [`ObsOrder::StartRecord`]
    StartRecord,
    /// [`ObsOrder::StopRecord`]
    StopRecord,
    /// [`FailoverOrder::Pause`]
    PauseFailover,
    /// [`FailoverOrder::Resume`]
    ResumeFailover,
    /// [`FailoverOrder::StartTest`] and [`FailoverOrder::StopTest`]
    TestFailover,
    /// [`FailoverOrder::Maintenance`]
    Maintenance,
    /// [`IngestOrder::DropPublisher`]
    DropPublisher,
    /// [`RaiseAlert`]
    RaiseAlert,
    /// [`ChangeSetting`]
    ChangeSetting,
    /// [`Import`]
    Import,
}

impl OrderKind {
    /// Every kind, for tables and tests.
    pub const ALL: &[OrderKind] = &[
        Self::StartStream,
        Self::StopStream,
        Self::SwitchScene,
        Self::RestartMedia,
        Self::StartRecord,
        Self::StopRecord,
        Self::PauseFailover,
        Self::ResumeFailover,
        Self::TestFailover,
        Self::Maintenance,
        Self::DropPublisher,
        Self::RaiseAlert,
        Self::ChangeSetting,
        Self::Import,
    ];
}

impl Order {
    /// The kind by which the permission table judges this order.
    pub fn kind(&self) -> OrderKind {
        match self {
            Order::Obs(ObsOrder::StartStream) => OrderKind::StartStream,
            Order::Obs(ObsOrder::StopStream) => OrderKind::StopStream,
            Order::Obs(ObsOrder::SwitchScene { .. }) => OrderKind::SwitchScene,
            Order::Obs(ObsOrder::RestartMedia { .. }) => OrderKind::RestartMedia,
            Order::Obs(ObsOrder::StartRecord) => OrderKind::StartRecord,
            Order::Obs(ObsOrder::StopRecord) => OrderKind::StopRecord,
            Order::Failover(FailoverOrder::Pause) => OrderKind::PauseFailover,
            Order::Failover(FailoverOrder::Resume) => OrderKind::ResumeFailover,
            Order::Failover(FailoverOrder::StartTest | FailoverOrder::StopTest) => OrderKind::TestFailover,
            Order::Failover(FailoverOrder::Maintenance { .. }) => OrderKind::Maintenance,
            Order::Ingest(IngestOrder::DropPublisher { .. }) => OrderKind::DropPublisher,
            Order::Alerts(_) => OrderKind::RaiseAlert,
            Order::Settings(_) => OrderKind::ChangeSetting,
            Order::Import(_) => OrderKind::Import,
        }
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Order::Obs(ObsOrder::StartStream) => f.write_str("start the stream"),
            Order::Obs(ObsOrder::StopStream) => f.write_str("stop the stream"),
            Order::Obs(ObsOrder::SwitchScene { scene, .. }) => write!(f, "switch to scene '{scene}'"),
            Order::Obs(ObsOrder::RestartMedia { feed: None }) => f.write_str("restart the media source"),
            Order::Obs(ObsOrder::RestartMedia { feed: Some(feed) }) => {
                write!(f, "restart the media source of '{feed}'")
            }
            Order::Obs(ObsOrder::StartRecord) => f.write_str("start recording"),
            Order::Obs(ObsOrder::StopRecord) => f.write_str("stop recording"),
            Order::Failover(FailoverOrder::Pause) => f.write_str("pause automatic switching"),
            Order::Failover(FailoverOrder::Resume) => f.write_str("resume automatic switching"),
            Order::Failover(FailoverOrder::StartTest) => f.write_str("start a test of automatic switching"),
            Order::Failover(FailoverOrder::StopTest) => f.write_str("end the test of automatic switching"),
            Order::Failover(FailoverOrder::Maintenance { feed: None, span, why }) => {
                write!(f, "expect work on the ingest for {span} ({why})")
            }
            Order::Failover(FailoverOrder::Maintenance { feed: Some(feed), span, why }) => {
                write!(f, "expect work on the ingest of '{feed}' for {span} ({why})")
            }
            Order::Ingest(IngestOrder::DropPublisher { feed }) => write!(f, "drop the publisher of '{feed}'"),
            Order::Alerts(alert) => write!(f, "raise the alert '{}'", alert.message),
            Order::Import(import) => write!(f, "import the settings of {}", import.from),
            Order::Settings(change) => {
                // Values stay out: a password may be among them.
                let keys: Vec<&str> = change.changes.iter().map(|(key, _)| key.as_str()).collect();
                write!(f, "change {}", keys.join(", "))
            }
        }
    }
}

/// How an order ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Confirmed by the other side's own report; the text says what is now true.
    Done(String),
    /// It will not happen; the text says why and what to do.
    Failed(String),
    /// Nobody confirmed in time; it may or may not have happened.
    TimedOut(String),
    /// The permission table says no.
    Refused(String),
}

impl Outcome {
    /// True only when the other side confirmed.
    pub fn is_done(&self) -> bool {
        matches!(self, Outcome::Done(_))
    }

    /// The text for people.
    pub fn text(&self) -> &str {
        match self {
            Outcome::Done(text) | Outcome::Failed(text) | Outcome::TimedOut(text) | Outcome::Refused(text) => text,
        }
    }
}
