//! What the integration tests share.

pub mod app;
pub mod corpus;
pub mod past;
pub mod program;
pub mod real;
pub mod scripted;
pub mod show;
pub mod traces;
pub mod twitch_room;
pub mod visitor;
