//! Wiring.

use crate::config::Values;

/// What the daemon begins with.
pub struct Start {
    /// The settings' layers without the store's rows; they parse without mistakes.
    pub values: Values,
}

/// Runs the daemon until it is told to stop.
pub async fn run(_start: Start) -> anyhow::Result<()> {
    Ok(())
}
