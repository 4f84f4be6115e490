//! The web floor over a real socket: the real router, cells that the test writes, rooms that the
//! test plays.
#![cfg(test)]

mod api_docs;
mod doors;
mod feeds;
mod guards;
mod history;
pub mod house;
mod live_view;
mod orders;
mod settings;
pub mod sockets;
mod switching;
mod twitch_docs;
mod wrong_input;
