//! Flows over real sockets.

mod browser;
mod ingest;
mod nms;
mod obs;
mod process;
mod real;
mod replay;
mod story;
