//! The web floor over a real socket: the real router, cells that the test writes, rooms that the
//! test plays.
#![cfg(test)]

mod doors;
mod guards;
pub mod house;
mod live_view;
mod orders;
mod settings;
mod sockets;
