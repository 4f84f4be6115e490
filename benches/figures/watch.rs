//! Watches the daemon decide and OBS confirm, and keeps the worst of several rounds.

use crate::app::App;
use crate::table::{Table, secs};
use std::time::Instant;
use stream_control::domain::failover::Place;

/// The longest times of one kind of fault.
#[derive(Default)]
pub struct Worst {
    decided: u64,
    confirmed: u64,
}

impl Worst {
    /// Waits until the daemon wants one of these places and until OBS reports another scene than
    /// `left`; takes the times since `began`.
    pub async fn note(&mut self, app: &App, began: Instant, left: &str, wanted: &[Place]) {
        app.view("the decision", |view| view.wanted.is_some_and(|place| wanted.contains(&place))).await;
        self.decided = self.decided.max(millis(began));
        app.obs("another scene", |obs| obs.scene.as_ref().is_some_and(|scene| scene.as_str() != left)).await;
        self.confirmed = self.confirmed.max(millis(began));
    }

    /// Adds the row.
    pub fn row(&self, table: &mut Table, what: &str, reach: &str) {
        table.row(what, secs(self.decided), secs(self.confirmed), reach);
    }
}

fn millis(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)
}
