//! Orders: what someone wants done, in the imperative. The desk carries them to the owning room.

use super::alert::AlertKind;
use super::chat::Identity;
use super::chat_command::ChatCommand;
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
        /// The channel's name or id.
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
        /// The channel's name or id.
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

/// An order without its details, for the permission table and the audit log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OrderKind {
    /// [`ObsOrder::StartStream`]
    StartStream,
    /// [`ObsOrder::StopStream`]
    StopStream,
    /// [`ObsOrder::StopShow`]
    StopShow,
    /// [`ObsOrder::SwitchScene`]
    SwitchScene,
    /// [`ObsOrder::RestartMedia`]
    RestartMedia,
    /// [`ObsOrder::StartRecord`]
    StartRecord,
    /// [`ObsOrder::StopRecord`]
    StopRecord,
    /// [`ObsOrder::SetSourceVisible`]
    SetSourceVisible,
    /// [`ObsOrder::SetCollection`]
    SetCollection,
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
    /// [`ChangeSetting`] of nothing but [`CHAT_SETTINGS`]
    ChangeChatSetting,
    /// [`ChatOrder::SetCommand`]
    SetCommand,
    /// [`ChatOrder::AddAlias`] and [`ChatOrder::RemoveAlias`]
    Alias,
    /// [`Import`]
    Import,
    /// [`TwitchOrder::SetChannel`]
    SetChannel,
    /// [`TwitchOrder::StartRaid`]
    StartRaid,
    /// [`TwitchOrder::CancelRaid`]
    CancelRaid,
    /// [`TwitchOrder::Marker`]
    Marker,
    /// [`TwitchOrder::Clip`]
    Clip,
    /// [`TwitchOrder::Announce`]
    Announce,
    /// [`TwitchOrder::Shoutout`]
    Shoutout,
    /// [`TwitchOrder::RunAds`] and [`TwitchOrder::SnoozeAd`]
    Ads,
    /// [`TwitchOrder::Say`]
    Say,
    /// [`TwitchOrder::BeginSignIn`], [`TwitchOrder::EndSignIn`] and [`TwitchOrder::SignOut`]
    SignIn,
    /// [`RaidOrder::Cancel`]
    CancelRaidStop,
    /// [`RaidOrder::StopNow`]
    RaidStopNow,
}

impl OrderKind {
    /// Every kind, for tables and tests.
    pub const ALL: &[OrderKind] = &[
        Self::StartStream,
        Self::StopStream,
        Self::StopShow,
        Self::SwitchScene,
        Self::RestartMedia,
        Self::StartRecord,
        Self::StopRecord,
        Self::SetSourceVisible,
        Self::SetCollection,
        Self::PauseFailover,
        Self::ResumeFailover,
        Self::TestFailover,
        Self::Maintenance,
        Self::DropPublisher,
        Self::RaiseAlert,
        Self::ChangeSetting,
        Self::ChangeChatSetting,
        Self::SetCommand,
        Self::Alias,
        Self::Import,
        Self::SetChannel,
        Self::StartRaid,
        Self::CancelRaid,
        Self::Marker,
        Self::Clip,
        Self::Announce,
        Self::Shoutout,
        Self::Ads,
        Self::Say,
        Self::SignIn,
        Self::CancelRaidStop,
        Self::RaidStopNow,
    ];
}

impl Order {
    /// The kind by which the permission table judges this order.
    pub fn kind(&self) -> OrderKind {
        match self {
            Order::Obs(ObsOrder::StartStream) => OrderKind::StartStream,
            Order::Obs(ObsOrder::StopStream) => OrderKind::StopStream,
            Order::Obs(ObsOrder::StopShow) => OrderKind::StopShow,
            Order::Obs(ObsOrder::SwitchScene { .. }) => OrderKind::SwitchScene,
            Order::Obs(ObsOrder::RestartMedia { .. }) => OrderKind::RestartMedia,
            Order::Obs(ObsOrder::StartRecord) => OrderKind::StartRecord,
            Order::Obs(ObsOrder::StopRecord) => OrderKind::StopRecord,
            Order::Obs(ObsOrder::SetSourceVisible { .. }) => OrderKind::SetSourceVisible,
            Order::Obs(ObsOrder::SetCollection { .. }) => OrderKind::SetCollection,
            Order::Failover(FailoverOrder::Pause) => OrderKind::PauseFailover,
            Order::Failover(FailoverOrder::Resume) => OrderKind::ResumeFailover,
            Order::Failover(FailoverOrder::StartTest | FailoverOrder::StopTest) => OrderKind::TestFailover,
            Order::Failover(FailoverOrder::Maintenance { .. }) => OrderKind::Maintenance,
            Order::Ingest(IngestOrder::DropPublisher { .. }) => OrderKind::DropPublisher,
            Order::Alerts(_) => OrderKind::RaiseAlert,
            Order::Settings(change) if change.is_for_chat() => OrderKind::ChangeChatSetting,
            Order::Settings(_) => OrderKind::ChangeSetting,
            Order::Chat(ChatOrder::SetCommand(_)) => OrderKind::SetCommand,
            Order::Chat(_) => OrderKind::Alias,
            Order::Import(_) => OrderKind::Import,
            Order::Twitch(order) => order.kind(),
            Order::Raid(RaidOrder::Cancel) => OrderKind::CancelRaidStop,
            Order::Raid(RaidOrder::StopNow) => OrderKind::RaidStopNow,
        }
    }
}

impl ChangeSetting {
    fn is_for_chat(&self) -> bool {
        !self.changes.is_empty() && self.changes.iter().all(|(key, _)| CHAT_SETTINGS.contains(&key.as_str()))
    }
}

impl fmt::Display for ChatOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ChatOrder::SetCommand(command) => write!(f, "change the chat command '{}'", command.name),
            ChatOrder::AddAlias { word, command } => write!(f, "let '{word}' mean the chat command '{command}'"),
            ChatOrder::RemoveAlias { word } => write!(f, "forget the chat command's other word '{word}'"),
        }
    }
}

impl TwitchOrder {
    fn kind(&self) -> OrderKind {
        match self {
            TwitchOrder::SetChannel { .. } => OrderKind::SetChannel,
            TwitchOrder::StartRaid { .. } => OrderKind::StartRaid,
            TwitchOrder::CancelRaid => OrderKind::CancelRaid,
            TwitchOrder::Marker { .. } => OrderKind::Marker,
            TwitchOrder::Clip { .. } => OrderKind::Clip,
            TwitchOrder::Announce { .. } => OrderKind::Announce,
            TwitchOrder::Shoutout { .. } => OrderKind::Shoutout,
            TwitchOrder::RunAds { .. } | TwitchOrder::SnoozeAd => OrderKind::Ads,
            TwitchOrder::Say { .. } => OrderKind::Say,
            TwitchOrder::BeginSignIn(_) | TwitchOrder::EndSignIn(_) | TwitchOrder::SignOut(_) => OrderKind::SignIn,
        }
    }
}

impl fmt::Display for TwitchOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TwitchOrder::SetChannel { title: Some(title), .. } => write!(f, "set the title to '{title}'"),
            TwitchOrder::SetChannel { .. } => f.write_str("change the channel's category, tags or labels"),
            TwitchOrder::StartRaid { channel } => write!(f, "raid '{channel}'"),
            TwitchOrder::CancelRaid => f.write_str("take back the raid"),
            TwitchOrder::Marker { .. } => f.write_str("set a marker"),
            TwitchOrder::Clip { .. } => f.write_str("make a clip"),
            TwitchOrder::Announce { .. } => f.write_str("make an announcement"),
            TwitchOrder::Shoutout { channel } => write!(f, "give '{channel}' a shout-out"),
            TwitchOrder::RunAds { seconds } => write!(f, "run ads for {seconds} seconds"),
            TwitchOrder::SnoozeAd => f.write_str("put off the next ad"),
            TwitchOrder::Say { message, .. } => write!(f, "say '{message}' in chat"),
            TwitchOrder::BeginSignIn(who) => write!(f, "begin the Twitch sign-in of the {}", who.word()),
            TwitchOrder::EndSignIn(who) => write!(f, "give up the Twitch sign-in of the {}", who.word()),
            TwitchOrder::SignOut(who) => write!(f, "sign the {} out of Twitch", who.word()),
        }
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Order::Obs(ObsOrder::StartStream) => f.write_str("start the stream"),
            Order::Obs(ObsOrder::StopStream | ObsOrder::StopShow) => f.write_str("stop the stream"),
            Order::Obs(ObsOrder::SwitchScene { scene, .. }) => write!(f, "switch to scene '{scene}'"),
            Order::Obs(ObsOrder::RestartMedia { feed: None }) => f.write_str("restart the media source"),
            Order::Obs(ObsOrder::RestartMedia { feed: Some(feed) }) => {
                write!(f, "restart the media source of '{feed}'")
            }
            Order::Obs(ObsOrder::StartRecord) => f.write_str("start recording"),
            Order::Obs(ObsOrder::StopRecord) => f.write_str("stop recording"),
            Order::Obs(ObsOrder::SetSourceVisible { item, visible, .. }) => match visible {
                Some(true) => write!(f, "show the source '{item}'"),
                Some(false) => write!(f, "hide the source '{item}'"),
                None => write!(f, "show or hide the source '{item}'"),
            },
            Order::Obs(ObsOrder::SetCollection { name }) => write!(f, "change to the scene collection '{name}'"),
            Order::Chat(order) => order.fmt(f),
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
            Order::Twitch(order) => order.fmt(f),
            Order::Raid(RaidOrder::Cancel) => f.write_str("go on after the raid"),
            Order::Raid(RaidOrder::StopNow) => f.write_str("stop now, after the raid"),
            Order::Settings(change) => {
                // Values stay out: a password may be among them.
                let keys: Vec<&str> = change.changes.iter().map(|(key, _)| key.as_str()).collect();
                write!(f, "change {}", keys.join(", "))
            }
        }
    }
}

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
