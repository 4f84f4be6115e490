//! Floor 2: settings. The environment and `.env` give the defaults, rows of the store win; both are
//! parsed together, once, into types. All mistakes are reported together. May import `domain` and
//! `kit`; the only place that reads the environment.

mod chat;
pub mod dotenv;
pub mod effective;
pub mod feeds;
mod form;
pub mod keys;
pub mod mistake;
mod parse;
pub mod password_hash;
pub mod rules;
pub mod source;
mod twitch;
pub mod values;

pub use chat::Chat;
pub use mistake::Mistake;
pub use parse::{Settled, settle};
pub use source::Source;
pub use twitch::{RaidStop, Twitch};
pub use values::Values;

use crate::domain::failover::lineup::Lineup;
use crate::domain::failover::preset::Preset;
use crate::domain::failover::rules::Rules;
use crate::domain::ids::{FeedId, SceneName};
use crate::domain::server::Server;
use crate::kit::secret::Secret;
use crate::kit::units::Millis;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Everything that can be set, as types. Replaced whole when a row changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Where the page is served and who may enter.
    pub web: Web,
    /// The connection to OBS.
    pub obs: Obs,
    /// The scenes that the daemon knows by role.
    pub scenes: Scenes,
    /// Where each feed's statistics come from, in the order of the settings; never empty.
    pub feeds: Vec<Feed>,
    /// How the feeds stand to one another; one member for each of `feeds`.
    pub lineup: Lineup,
    /// SWITCHING_PRESET: what `rules` follow where no key says otherwise.
    pub preset: Preset,
    /// The limits and times of failover.
    pub rules: Rules,
    /// RECORD_WITH_STREAM: recording starts and ends with the stream.
    pub record_with_stream: bool,
    /// What is kept of the past.
    pub keep: Keep,
    /// Twitch.
    pub twitch: Twitch,
    /// Chat commands.
    pub chat: Chat,
}

/// What is kept of the past, and for how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keep {
    /// JOURNAL_DAYS: journal lines.
    pub journal_days: u32,
    /// SAMPLES_DAYS: the feeds second by second.
    pub samples_days: u32,
    /// RECORD_POLLS: a file into which every poll is written; `None` for none.
    pub polls: Option<PathBuf>,
}

/// Where the page is served and who may enter. Read at start only.
#[derive(Clone, Debug, PartialEq)]
pub struct Web {
    /// BIND_ADDR.
    pub bind: SocketAddr,
    /// DATA_DIR, else $STATE_DIRECTORY, else ./data.
    pub data_dir: PathBuf,
    /// LOGIN_PASSWORD_HASH, as written.
    pub password_hash: Option<Secret<String>>,
    /// LOGIN_PASSWORD, in clear.
    pub password: Option<Secret<String>>,
    /// ALERT_TOKEN; unset means alerts from loopback only.
    pub alert_token: Option<Secret<String>>,
}

/// The connection to OBS.
#[derive(Clone, Debug, PartialEq)]
pub struct Obs {
    /// OBS_HOST.
    pub host: String,
    /// OBS_PORT.
    pub port: u16,
    /// OBS_PASSWORD.
    pub password: Option<Secret<String>>,
}

/// The scenes that the daemon knows by role.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenes {
    /// LIVE_SCENE_NAME.
    pub live: SceneName,
    /// LOW_SCENE_NAME.
    pub low: SceneName,
    /// OFFLINE_SCENE_NAME; `None` when set to nothing: LOW takes its place.
    pub offline: Option<SceneName>,
    /// BRB_SCENE_NAME.
    pub brb: SceneName,
    /// STARTING_SCENE_NAME.
    pub starting: SceneName,
    /// ENDING_SCENE_NAME.
    pub ending: Option<SceneName>,
    /// PRIVACY_SCENE_NAME: automation never leaves it.
    pub privacy: Option<SceneName>,
    /// REFRESH_SCENE_NAME: shown for a moment to make OBS play its sources anew.
    pub refresh: Option<SceneName>,
}

/// Where one feed's statistics come from.
#[derive(Clone, Debug, PartialEq)]
pub struct Feed {
    /// Its id; [`FeedId::MAIN`] for the feed of the STATS_* settings.
    pub id: FeedId,
    /// Its name for people.
    pub name: String,
    /// The kind of server; `None` means recognised by its answers, and a wrong choice still works.
    pub kind: Option<Server>,
    /// The statistics page; it may carry a login or a key, so it is a secret. `None` where nothing is
    /// asked ([`Server::Push`], [`Server::Obs`], not set up).
    pub url: Option<Secret<url::Url>>,
    /// Which publisher: `app/key`, or the name that the server gives it.
    pub publisher: Option<String>,
    /// Login for servers that want one in a form of their own (Node-Media-Server 4, datarhei); for
    /// basic authentication it may stand in the address too.
    pub login: Option<Login>,
    /// A token: sent raw as `Authorization` (irl-srt-server), as access token (OvenMediaEngine), as
    /// salt of the signature (Nimble), as bearer (MediaMTX).
    pub token: Option<Secret<String>>,
    /// Longest wait for one answer.
    pub timeout: Millis,
    /// The media source in OBS that plays it; found by its address when `None`.
    pub media_source: Option<String>,
    /// nginx's `rtmp_control` location, to drop a dead publisher.
    pub control: Option<Secret<url::Url>>,
    /// The TCP port on this machine that the publisher connects to: its sockets are a second witness.
    pub port: Option<u16>,
    /// How [`Server::Json`] is read.
    pub pointers: Option<Pointers>,
    /// The key with which statistics are pushed to us ([`Server::Push`], nginx callbacks).
    pub push_key: Option<Secret<String>>,
}

/// A login in a form of the server's own.
#[derive(Clone, Debug, PartialEq)]
pub struct Login {
    /// The user's name.
    pub user: String,
    /// The password.
    pub password: Secret<String>,
}

/// JSON pointers (RFC 6901) into any statistics document. A counter or a rate is needed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pointers {
    /// To a byte counter that only rises.
    pub bytes: Option<String>,
    /// To a rate.
    pub rate: Option<String>,
    /// The unit of `rate`.
    pub unit: RateUnit,
    /// To a flag that says whether the publisher is connected: true, 1, "true", "online" and the like.
    pub online: Option<String>,
}

/// The unit of a published rate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RateUnit {
    /// Kilobits per second.
    #[default]
    Kbps,
    /// Bits per second.
    Bps,
    /// Megabits per second.
    Mbps,
    /// Bytes per second.
    Bytes,
}

impl Config {
    /// The feed that stands first.
    pub fn first_feed(&self) -> Option<&Feed> {
        self.feeds.first()
    }
}

impl Feed {
    /// A feed of which nothing is known yet but its id.
    pub fn unset(id: FeedId) -> Self {
        Self {
            name: id.to_string(),
            id,
            kind: None,
            url: None,
            publisher: None,
            login: None,
            token: None,
            timeout: Millis(800),
            media_source: None,
            control: None,
            port: None,
            pointers: None,
            push_key: None,
        }
    }
}
