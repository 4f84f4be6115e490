//! Orders: what someone wants done, in the imperative. The desk carries them to the owning room.

mod kind;
mod words;

pub use kind::OrderKind;

use super::alert::AlertKind;
use super::chat::Identity;
use super::chat_command::ChatCommand;
use super::ids::{FeedId, SceneName};
use crate::kit::units::Millis;

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
    /// For the room that speaks with Twitch.
    Twitch(TwitchOrder),
    /// For the room that ends the show after a raid.
    Raid(RaidOrder),
    /// For the room that listens to chat commands.
    Chat(ChatOrder),
}

/// What OBS can be asked to do.
#[derive(Clone, Debug, PartialEq)]
pub enum ObsOrder {
    /// Start the stream output; a wish that ends at confirmation, deadline or a contrary act.
    StartStream,
    /// Stop the stream output; a wish as above.
    StopStream,
    /// Stop the stream output that runs now: the only order by which a rule ends a show. Unlike
    /// [`ObsOrder::StopStream`] it ends with the connection: over the next one another show may run.
    StopShow,
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
    /// Show or hide a source of a scene: read, set, read again. The name need only be like OBS's.
    SetSourceVisible {
        /// The scene; `None` for the program scene.
        scene: Option<SceneName>,
        /// The source.
        item: String,
        /// `None` for the opposite of what OBS shows when it is asked.
        visible: Option<bool>,
    },
    /// Change to another scene collection. The name need only be like OBS's.
    SetCollection {
        /// The collection.
        name: String,
    },
}

/// What the failover room can be asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FailoverOrder {
    /// Leave the scenes alone until resumed.
    Pause,
    /// Take up automatic switching again.
    Resume,
    /// Switch scenes and show alerts as if OBS streamed, to try rules and overlays out; ends by itself.
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

/// What Twitch can be asked to do. Texts are checked against Twitch's limits before they are sent.
#[derive(Clone, Debug, PartialEq)]
pub enum TwitchOrder {
    /// Change title, category, tags or labels; what is `None` stays.
    SetChannel {
        /// 1 to 140 characters.
        title: Option<String>,
        /// A category's id; empty for none.
        category: Option<String>,
        /// Up to ten tags of up to 25 letters and digits.
        tags: Option<Vec<String>>,
        /// The content classification labels that are on.
        labels: Option<Vec<String>>,
    },
    /// Begin a raid: Twitch counts 90 s and then sends the viewers.
    StartRaid {
        /// The channel's name, `id:` and its id, or digits that may be either.
        channel: String,
    },
    /// Take back a raid whose 90 s still run.
    CancelRaid,
    /// Mark this moment in the recording.
    Marker {
        /// Up to 140 characters; may be empty.
        description: String,
    },
    /// Make a clip of the last moments.
    Clip {
        /// Its title; empty for the stream's.
        title: String,
        /// 5 to 60 seconds.
        seconds: Option<f64>,
    },
    /// Say something in chat in colour.
    Announce {
        /// Up to 500 characters.
        message: String,
        /// `blue`, `green`, `orange`, `purple` or `primary`.
        colour: String,
    },
    /// Recommend a channel.
    Shoutout {
        /// The channel's name, `id:` and its id, or digits that may be either.
        channel: String,
    },
    /// Run ads.
    RunAds {
        /// 30 to 180 seconds.
        seconds: u32,
    },
    /// Put the next ad off by five minutes.
    SnoozeAd,
    /// Say something in chat.
    Say {
        /// Up to 500 characters.
        message: String,
        /// As whom; `None` for the bot where there is one.
        identity: Option<Identity>,
        /// The message that it answers.
        reply_to: Option<String>,
    },
    /// Begin a sign-in by device code.
    BeginSignIn(Identity),
    /// Give up a sign-in that waits.
    EndSignIn(Identity),
    /// Forget the tokens of an identity, and tell Twitch.
    SignOut(Identity),
}

/// What the room that ends the show after a raid can be asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RaidOrder {
    /// The show goes on: take back the stop, and the raid itself while its 90 s run.
    Cancel,
    /// The raid could not be confirmed, but it went out: stop now.
    StopNow,
}

/// What the room that listens to chat commands can be asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChatOrder {
    /// This command is from now on as here.
    SetCommand(ChatCommand),
    /// Another word for a command.
    AddAlias {
        /// The new word.
        word: String,
        /// The command, by its name or by any word for it.
        command: String,
    },
    /// Forget another word for a command.
    RemoveAlias {
        /// The word.
        word: String,
    },
}

/// The settings that may be changed out of chat, by those who may use the command for it.
pub const CHAT_SETTINGS: &[&str] = &[
    "BITRATE_LOW_KBPS",
    "BITRATE_OFFLINE_KBPS",
    "RTT_LOW_MS",
    "RTT_LOST_MS",
    "CHAT_PUBLIC_COMMANDS",
    "CHAT_MOD_COMMANDS",
    "CHAT_ANNOUNCE",
    "RAID_AUTO_STOP_ENABLED",
];

/// The text of a start or stop that failed because a person pressed the opposite meanwhile.
pub const OPPOSITE_ASKED: &str = "Cancelled: the opposite was asked.";

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
