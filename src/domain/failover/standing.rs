//! The reasons for which the machine acts or does not act.

use super::Place;
use crate::domain::ids::FeedId;
use crate::kit::units::Millis;

/// Why the machine acts or does not act at this moment.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// OBS cannot be read.
    NoObs,
    /// OBS does not stream.
    NotStreaming,
    /// A person paused automation.
    Paused,
    /// The privacy scene is on; only a person leaves it.
    Privacy,
    /// The starting scene is on, and the first good feed leads to LIVE.
    Beginning,
    /// The program scene is outside the managed set.
    NotManaged(String),
    /// The scene that is wanted does not exist in OBS.
    SceneMissing(Place),
    /// A person chose the scene; it is left alone until then.
    HumanHold,
    /// The stream has just begun; nothing is switched yet.
    StartGrace {
        /// For how long.
        left: Millis,
    },
    /// The feed cannot be measured; the scene is left alone.
    Unknown(String),
    /// The feed came and went too often: LOW stays on until it has been good for a while.
    Unsteady {
        /// When LIVE may return, if it stays good; `None` while it is not.
        left: Option<Millis>,
    },
    /// Good again, waiting for the hold to end.
    Recovering {
        /// When LIVE may return.
        left: Millis,
        /// Waiting for OBS's media source to move.
        for_picture: bool,
    },
    /// The feed is not good; a switch follows if it stays so.
    Falling {
        /// How long it may last.
        left: Millis,
    },
    /// A feed that comes first is good again and takes over if it stays so.
    Preferring {
        /// The feed.
        feed: FeedId,
        /// How long it must stay so.
        left: Millis,
    },
    /// Bytes arrive, but the picture in OBS has stood still for so long; it is only told.
    Frozen(Millis),
    /// The right scene is on; nothing is to be done.
    Settled,
}
