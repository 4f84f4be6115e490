//! The receive buffer of SRT: how full it is, and whether it runs dry.

use super::{Meter, Point};
use crate::domain::signal::Sample;
use crate::kit::units::Millis;

/// Stands in for a latency that the server does not tell, until a fuller buffer was seen.
const USUAL_LATENCY: Millis = Millis(2000);

/// A buffer falls when it loses at least this share of the elapsed time.
const FALL_RATIO: f64 = 0.6;
/// A fall is damage only below this share of the latency.
const FALL_LEVEL: f64 = 0.6;
/// A gap of up to one second empties at most one second of buffer and heals unseen: a fall is
/// damage only when it is deeper than that.
const GLITCH_DEPTH: Millis = Millis(1100);

impl Meter {
    pub(super) fn watch_buffer(&mut self, now: &Point, before: Option<&Point>) {
        let Some(level) = now.buffer else { return };
        self.fullest = self.fullest.max(level);
        self.empty_since = if level.0 > 0 { None } else { self.empty_since.or(Some(now.at)) };
        let Some((before, was)) = before.and_then(|b| b.buffer.map(|level| (b, level))) else { return };
        let elapsed = now.at.since(before.at);
        let lost = was.0.saturating_sub(level.0) as f64;
        let fell = elapsed.0 >= 100 && lost >= FALL_RATIO * elapsed.0 as f64;
        self.falls = if fell { self.falls + 1 } else { 0 };
    }

    /// Two falls in a row, low, and deeper than a glitch reaches. RTT is no help: a blackhole freezes it.
    pub(super) fn running_dry(&self, buffer: Option<(Millis, Millis)>) -> bool {
        let Some((level, latency)) = buffer else { return false };
        let peak = self.points.iter().filter_map(|p| p.buffer).max().unwrap_or_default();
        self.picture
            && self.falls >= 2
            && (level.0 as f64) < FALL_LEVEL * latency.0 as f64
            && peak.0.saturating_sub(level.0) >= GLITCH_DEPTH.0
    }

    pub(super) fn latency(&self, sample: &Sample) -> Millis {
        match sample.latency {
            Some(latency) if latency.0 > 0 => latency,
            _ if self.picture && self.fullest.0 > 0 => self.fullest,
            _ => USUAL_LATENCY,
        }
    }
}
