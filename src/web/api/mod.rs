//! The API: `v1` is ours, `compat` answers on the paths that Stream-Control (Python) had.

pub mod answer;
pub mod compat;
pub mod compat_twitch;
pub mod export;
pub mod ingest;
pub mod nginx;
pub mod v1;
