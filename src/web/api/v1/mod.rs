//! /api/v1: one file per resource; JSON in and out; everything needs a session.

pub mod failover;
pub mod journal;
pub mod live;
pub mod obs;
pub mod polls;
pub mod probe;
pub mod raid;
pub mod timeline;
pub mod twitch;
pub mod twitch_sign_in;
