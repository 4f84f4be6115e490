//! Floor 5: the rooms. Each acts on its own; rooms do not know each other: they hear facts on the
//! bus, read cells and give orders through the desk.

pub mod access;
pub mod alerts;
pub mod chat;
pub mod failover;
pub mod happenings;
pub mod health;
pub mod import;
pub mod ingest_watch;
pub mod journal;
pub mod obs_link;
pub mod probe;
pub mod raid;
pub mod recording;
pub mod repair;
pub mod settings;
pub mod twitch_link;
