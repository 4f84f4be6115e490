//! The machine that the daemon runs on: what its kernel knows.

pub mod sockets;
