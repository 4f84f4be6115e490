//! Flows over real sockets.

mod browser;
mod conversations;
mod feeds;
mod ingest;
mod nms;
mod obs;
mod process;
mod pushes;
mod real;
mod replay;
mod servers;
mod story;
