//! Facts: what happened, in the past tense. Carried by the bus; any of them may be lost, so nothing
//! that must happen may hang on one. What happens on a platform, often by the hundred, is a
//! [`Happening`](super::happening::Happening).

use super::alert::Alert;
use super::failover::Place;
use super::ids::{FeedId, SceneName};
use super::people::Origin;
use crate::kit::units::{Kbps, Millis, UnixMs};

/// A fact that rooms and pages may react to.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// The OBS connection stands and everything has been read.
    ObsConnected {
        /// The version OBS reports.
        version: String,
    },
    /// The OBS connection is gone.
    ObsLost {
        /// Why, in plain words.
        reason: String,
    },
    /// OBS reports that the stream output runs.
    StreamStarted,
    /// OBS reports that the stream output ended.
    StreamStopped,
    /// OBS shows another program scene.
    SceneSwitched {
        /// The scene before, where known.
        from: Option<SceneName>,
        /// The scene now on air.
        to: SceneName,
        /// Our order behind it; `None` when someone switched in OBS itself.
        by: Option<Origin>,
    },
    /// The feed left its good state (the machine went to LOW or OFFLINE).
    FeedWeak {
        /// LOW, or OFFLINE when nothing usable arrives.
        to: Place,
        /// The rate, where it is the rate that is too low.
        rate: Option<Kbps>,
        /// Reason with numbers.
        reason: String,
    },
    /// The feed is back and LIVE is shown again.
    FeedRestored {
        /// Reason with numbers.
        reason: String,
    },
    /// Work on an ingest was announced.
    WorkAnnounced {
        /// The feed; `None` for all.
        feed: Option<FeedId>,
        /// How long it lasts at most.
        span: Millis,
    },
    /// An alert goes out to every overlay.
    AlertRaised(Alert),
    /// Settings changed and are in force.
    SettingsChanged,
    /// Our raid went out (`channel.raid` from us).
    RaidSent {
        /// The raided channel's id.
        to_id: String,
        /// Its name.
        to_name: String,
        /// Viewers taken along.
        viewers: u64,
        /// When, by the platform's clock.
        at: UnixMs,
    },
}
