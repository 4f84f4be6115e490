//! The wall clock is set on or back while a raid is under way: timers are untouched, moments follow.

use super::Now;
use super::show::NOISE;

/// The wall clock against the other one.
#[derive(Clone, Debug, Default)]
pub(super) struct Clocks {
    /// How far apart they were.
    apart: Option<i64>,
    /// By how much the wall clock was set since OBS told when its show began.
    pub(super) jump: i64,
    /// OBS was away at the last look.
    pub(super) away: bool,
}

impl Clocks {
    /// By how much the wall clock was set since the last look.
    pub(super) fn look(&mut self, now: Now) -> i64 {
        let apart = now.unix.0.saturating_sub(i64::try_from(now.mono.0).unwrap_or(i64::MAX));
        let jump = apart.saturating_sub(self.apart.replace(apart).unwrap_or(apart));
        let jump = if jump.unsigned_abs() < NOISE.0 { 0 } else { jump };
        self.jump = self.jump.saturating_add(jump);
        jump
    }
}
