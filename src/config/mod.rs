//! Floor 2: settings. The environment and `.env` give the defaults, rows of the store win; both are
//! parsed together, once, into types. All mistakes are reported together. May import `domain` and
//! `kit`; the only place that reads the environment.

pub mod dotenv;
pub mod effective;
pub mod keys;
pub mod mistake;
mod parse;
pub mod password_hash;
pub mod source;
pub mod values;

pub use mistake::Mistake;
pub use parse::{Settled, settle};
pub use source::Source;
pub use values::Values;

use crate::domain::failover::rules::Rules;
use crate::domain::ids::SceneName;
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
    /// The ingest statistics.
    pub ingest: Ingest,
    /// The limits and times of failover.
    pub rules: Rules,
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
    /// MEDIA_SOURCE_NAME: overrides the search for the input whose URL points at the ingest.
    pub media_source: Option<String>,
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
}

/// The kinds of statistics document this version reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StatsType {
    /// Recognised by its fields.
    #[default]
    Auto,
    /// nginx-rtmp `rtmp_stat`.
    Nginx,
    /// SRT Live Server and its forks.
    Sls,
}

/// The ingest statistics.
#[derive(Clone, Debug, PartialEq)]
pub struct Ingest {
    /// STATS_URL; it may carry a login or a key, so it is a secret.
    pub url: Option<Secret<url::Url>>,
    /// STATS_TYPE.
    pub kind: StatsType,
    /// STATS_FEED: `app/key` or the publisher's name.
    pub feed: Option<String>,
    /// REQUEST_TIMEOUT: longest wait for one answer.
    pub timeout: Millis,
}
