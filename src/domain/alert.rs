//! What the overlay says aloud: a low feed, a restored feed.

use crate::kit::units::UnixMs;
use serde::{Deserialize, Serialize};

/// The two kinds that overlays know, spelled as Stream-Control (Python) spells them on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AlertKind {
    /// The feed is weak or gone.
    Low,
    /// The feed is good again.
    Restored,
}

/// One alert as every overlay receives it: `{id,type,message,ts}`, `ts` in unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// Rises by one with each alert of this process, so that an overlay can drop a repeat.
    pub id: u64,
    /// Which sound and colour.
    #[serde(rename = "type")]
    pub kind: AlertKind,
    /// The text shown and spoken.
    pub message: String,
    /// When it was raised.
    pub ts: UnixMs,
}
