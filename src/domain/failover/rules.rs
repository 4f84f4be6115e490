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
