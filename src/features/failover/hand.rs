//! What people asked of this room, and what the room has asked of OBS and not heard of yet.

use crate::domain::command::Outcome;
use crate::domain::ids::SceneName;
use crate::kit::units::{Millis, Mono, UnixMs};

/// Between two tries of an order that failed.
const RETRY: Millis = Millis(500);
/// After this many failures in a row the tries come slower.
const QUICK_TRIES: u32 = 3;
/// Between the slower tries.
const SLOW_RETRY: Millis = Millis(5000);
/// A test ends by itself after this.
pub const TEST_SPAN: Millis = Millis(600_000);

/// See the module's head.
#[derive(Default)]
pub struct Hand {
    /// Who paused automation, and since when.
    pub paused: Option<(String, UnixMs)>,
    /// Until when a test runs.
    pub testing: Option<Mono>,
    /// The scene that is ordered and not answered yet.
    pub switching: Option<SceneName>,
    failures: u32,
    retry_at: Option<Mono>,
}

impl Hand {
    /// An order to switch may go out.
    pub fn is_free(&self, now: Mono) -> bool {
        self.retry_at.is_none_or(|at| now >= at)
    }

    /// When an order that failed may be given again.
    pub fn retry_at(&self) -> Option<Mono> {
        self.retry_at
    }

    /// Something new is wanted: what failed before does not matter.
    pub fn forget_failures(&mut self) {
        (self.failures, self.retry_at) = (0, None);
    }

    /// An order to switch was answered, or broke off. The scene itself is a level: if it is still not
    /// the wanted one, it is ordered again.
    pub fn answered(&mut self, now: Mono, scene: &SceneName, outcome: &Outcome) {
        if self.switching.as_ref() != Some(scene) {
            return; // Replaced by a newer one.
        }
        self.switching = None;
        if outcome.is_done() {
            return self.forget_failures();
        }
        self.failures += 1;
        let wait = if self.failures < QUICK_TRIES { RETRY } else { SLOW_RETRY };
        self.retry_at = Some(now + wait);
    }
}
