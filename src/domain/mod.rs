//! Floor 1: what the product decides with. Pure: no tokio, no files, no clock; time is an argument.
//! May import `kit` only.

pub mod alert;
pub mod chat;
pub mod chat_command;
pub mod chat_rules;
pub mod command;
pub mod event;
pub mod failover;
pub mod happening;
pub mod health;
pub mod history;
pub mod ids;
pub mod journal;
pub mod people;
pub mod raid;
pub mod server;
pub mod signal;
pub mod stream;
pub mod twitch;
pub mod twitch_features;
