//! OBS as last reported by OBS itself. What cannot be read is `None`, never false or zero.

use super::ids::{FeedId, SceneName};
use crate::kit::units::{Millis, Mono, UnixMs};

/// The connection to OBS.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum ObsLink {
    /// Not tried yet.
    #[default]
    Starting,
    /// Handshake done, everything read.
    Connected,
    /// No connection; the daemon keeps trying.
    Lost {
        /// Why, in plain words.
        reason: String,
        /// What a person can do, where only a person can (wrong password, OBS too old).
        repair: Option<String>,
    },
}

/// The stream output of OBS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Not running.
    Stopped,
    /// Asked to start, not yet running.
    Starting,
    /// Running.
    Streaming,
    /// Running, but OBS is reconnecting to the platform.
    Reconnecting,
    /// Asked to stop, not yet stopped.
    Stopping,
}

impl Output {
    /// True while a show is on, reconnecting included.
    pub fn is_live(self) -> bool {
        matches!(self, Output::Streaming | Output::Reconnecting)
    }
}

/// The media source in OBS that plays a feed.
#[derive(Clone, Debug, PartialEq)]
pub struct MediaInput {
    /// The feed that it plays.
    pub feed: FeedId,
    /// The input's name in OBS.
    pub name: String,
    /// OBS_MEDIA_STATE_PLAYING (obs-websocket `GetMediaInputStatus`).
    pub playing: bool,
    /// OBS says that it ended, was stopped or failed, and not only because it is off air.
    pub over: bool,
    /// Whether the cursor moved between the last two reads; `None` before the second read, and while
    /// OBS stops the source because it is not on air.
    pub moving: Option<bool>,
    /// When the cursor began to move without a pause, while it does.
    pub moving_since: Option<Mono>,
    /// The cursor, where OBS tells it.
    pub cursor: Option<Millis>,
    /// Whether its picture changes, where somebody looks (screenshots).
    pub picture: Option<Watched>,
    /// Whether its sound is more than silence, where somebody listens (volume meters).
    pub sound: Option<Watched>,
}

impl MediaInput {
    /// A source of which nothing has been read yet.
    pub fn unread(feed: FeedId, name: String) -> Self {
        Self {
            feed,
            name,
            playing: false,
            over: false,
            moving: None,
            moving_since: None,
            cursor: None,
            picture: None,
            sound: None,
        }
    }

    /// It plays and its cursor moves, as far as OBS tells; `None` where OBS is no witness.
    pub fn plays(&self) -> Option<bool> {
        self.moving.map(|moving| moving && self.playing)
    }
}

/// Something that was looked at again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watched {
    /// When it was looked at last.
    pub looked: Mono,
    /// When it differed last from the look before.
    pub changed: Mono,
}

impl Watched {
    /// How long it has been the same.
    pub fn still_for(&self) -> Millis {
        self.looked.since(self.changed)
    }
}

/// An order to OBS that is asked but not confirmed.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    /// What was asked: "start the stream", "switch to scene 'LOW'".
    pub what: String,
    /// Asked when.
    pub since: UnixMs,
}

/// The OBS cell.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Obs {
    /// The connection and, when it is lost, why.
    pub link: ObsLink,
    /// Since when the link is in this state.
    pub link_since: UnixMs,
    /// OBS Studio's version.
    pub version: Option<String>,
    /// The stream output.
    pub output: Option<Output>,
    /// OBS reported the end of the stream and is not through with it: it takes a start and forgets it.
    pub ending: bool,
    /// When the stream began, from OBS's own output duration.
    pub live_since: Option<UnixMs>,
    /// The program scene.
    pub scene: Option<SceneName>,
    /// All scenes in OBS's order from top to bottom.
    pub scenes: Vec<SceneName>,
    /// The media sources that play the feeds: one for each feed that has one, in the order of the settings.
    pub media: Vec<MediaInput>,
    /// Why a feed has no media source, for each that has none.
    pub media_notes: Vec<(FeedId, String)>,
    /// The record output runs; `None` while OBS cannot be read.
    pub recording: Option<bool>,
    /// Orders that are asked but not confirmed.
    pub pending: Vec<Pending>,
    /// Rises with every scene change that automation did not order: by a person in OBS, on the page
    /// or in chat.
    pub human_switches: u64,
    /// OBS skipped or lagged frames of the output since it began, as OBS counts them.
    pub dropped_frames: Option<u64>,
}

impl Obs {
    /// Connected and read.
    pub fn is_connected(&self) -> bool {
        self.link == ObsLink::Connected
    }

    /// The media source that plays this feed.
    pub fn media_of(&self, feed: &FeedId) -> Option<&MediaInput> {
        self.media.iter().find(|media| media.feed == *feed)
    }

    /// Why this feed has no media source, where that is known.
    pub fn media_note_of(&self, feed: &FeedId) -> Option<&str> {
        self.media_notes.iter().find(|(one, _)| one == feed).map(|(_, note)| note.as_str())
    }

    /// A show is on as far as OBS says; `None` while OBS cannot be read.
    pub fn is_live(&self) -> Option<bool> {
        if self.is_connected() { self.output.map(Output::is_live) } else { None }
    }
}
