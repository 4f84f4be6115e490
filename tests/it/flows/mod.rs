//! Flows over real sockets.

mod browser;
mod feeds;
mod ingest;
mod nms;
mod obs;
mod process;
mod real;
mod servers;
mod story;
