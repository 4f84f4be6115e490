//! Flows over real sockets.

mod browser;
mod ingest;
mod obs;
mod process;
mod real;
mod story;
mod twitch_sign_in;
