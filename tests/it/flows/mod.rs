//! Flows over real sockets.

mod browser;
mod browser_settings;
mod ingest;
mod obs;
mod process;
mod real;
mod story;
