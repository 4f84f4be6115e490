//! The limits and times by which the machine decides. Plain data with the product's defaults.

use crate::kit::units::{Kbps, Millis};

/// Everything a person may tune about switching.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    /// Below this the feed is LOW.
    pub low: Kbps,
    /// From this on the feed is GOOD; between the two the state is kept (MID).
    pub high: Kbps,
    /// Below this the feed is BAD and counts as lost.
    pub offline: Kbps,
    /// How long LOW must last before the LOW scene is shown.
    pub low_after: Millis,
    /// The same when the rate is below half of `low` or the buffer is nearly empty.
    pub low_after_severe: Millis,
    /// How long nothing may arrive on a standing connection.
    pub stall_after: Millis,
    /// How long the publisher may be gone.
    pub absent_after: Millis,
    /// How long UNKNOWN leaves the scene alone before a second witness is asked.
    pub unknown_hold: Millis,
    /// How long GOOD must last to go from LOW to LIVE.
    pub recover_low: Millis,
    /// How long GOOD must last to go from OFFLINE to LIVE.
    pub recover_offline: Millis,
    /// How long the feed must be weak but present to go from OFFLINE to LOW.
    pub offline_to_low: Millis,
    /// Shortest stay in a scene, except on the way to OFFLINE.
    pub dwell: Millis,
    /// The same from OFFLINE to LIVE: the first picture is to bring LIVE back within 1.5 s, also when
    /// the publisher returns at once.
    pub dwell_offline: Millis,
    /// From this round-trip time on the feed is LOW; judged in any case by the buffer.
    pub rtt_low: Option<Millis>,
    /// From this round-trip time on the feed is BAD.
    pub rtt_offline: Option<Millis>,
    /// More packets given up per second than this is visible damage (a 2.5 Mbit/s feed has about 240).
    pub drops_per_sec: f64,
    /// A feed that comes before the one on air must have been good this long to take over.
    pub prefer_after: Millis,
    /// The same while the feed on air is weak or lost.
    pub prefer_after_poor: Millis,
    /// After the stream began nothing is switched for this long.
    pub start_grace: Millis,
    /// The first good feed of a show leads from the starting scene to LIVE.
    pub live_from_starting: bool,
    /// The stream is stopped when OFFLINE has lasted this long.
    pub offline_stop: Option<Millis>,
    /// No more ways up to LIVE than this in one minute; a feed that flaps more stays in LOW.
    pub flap_limit: u32,
    /// What a picture that stands still although bytes arrive leads to.
    pub frozen_picture: Frozen,
    /// A media source that stays dead after the feed came back is restarted once.
    pub self_repair: bool,
    /// How long a managed scene chosen by a person is left alone (LIVE_SCENE_LOW_GRACE_SEC).
    pub grace: Millis,
    /// Two drops closer than this count as flapping.
    pub flap_window: Millis,
    /// Each flap multiplies the recovery times by this.
    pub flap_factor: f64,
    /// Recovery times never grow beyond this.
    pub flap_ceiling: Millis,
    /// This long without a drop forgets the flapping.
    pub flap_clean: Millis,
    /// WAIT_FOR_STREAM_START: say once that the guard waits for the stream; it acts only while OBS
    /// streams in any case, and takes up a stream that already runs.
    pub wait_for_stream_start: bool,
    /// IDLE_WHEN_STREAM_ENDS: forget timers and flapping when the stream ends; kept when false.
    pub idle_when_stream_ends: bool,
    /// EXIT_WHEN_STREAM_ENDS: disarmed when the stream ends, until the next start is seen.
    pub exit_when_stream_ends: bool,
}

/// What is done about a picture that stands still although bytes arrive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Frozen {
    /// It is told.
    Tell,
    /// The media source is restarted once, and it is told.
    #[default]
    Repair,
    /// The same, and while it lasts the feed counts as LOW.
    Switch,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            low: Kbps(800.0),
            high: Kbps(1000.0),
            offline: Kbps(200.0),
            low_after: Millis(2000),
            low_after_severe: Millis(1000),
            stall_after: Millis(1500),
            absent_after: Millis(500),
            unknown_hold: Millis(15_000),
            recover_low: Millis(4000),
            recover_offline: Millis(900),
            offline_to_low: Millis(2000),
            dwell: Millis(2000),
            dwell_offline: Millis(1400),
            rtt_low: None,
            rtt_offline: None,
            drops_per_sec: 20.0,
            prefer_after: Millis(10_000),
            prefer_after_poor: Millis(5000),
            start_grace: Millis(0),
            live_from_starting: false,
            offline_stop: None,
            flap_limit: 2,
            frozen_picture: Frozen::default(),
            self_repair: true,
            grace: Millis(3000),
            flap_window: Millis(60_000),
            flap_factor: 1.6,
            flap_ceiling: Millis(20_000),
            flap_clean: Millis(120_000),
            wait_for_stream_start: true,
            idle_when_stream_ends: true,
            exit_when_stream_ends: false,
        }
    }
}
