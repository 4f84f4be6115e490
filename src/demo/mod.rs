//! The built-in demo world: fakes that speak the wire.

/// Runs the whole daemon against the demo world.
pub async fn run() -> anyhow::Result<()> {
    Ok(())
}
