//! OBS over obs-websocket 5: one connection, every request with a deadline, reports in the words of
//! the house. Knows the protocol (through the crate `obws`), decides nothing.

mod client;
mod error;
mod events;
mod reports;

pub use client::{Client, DEADLINE};
pub use error::ObsError;
pub use events::{Events, ObsEvent};
pub use reports::{MediaReport, MediaSource, SceneReport, StreamReport};
