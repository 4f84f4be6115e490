//! Flows over real sockets.

mod browser;
mod ingest;
mod noalbs;
mod obs;
mod probe;
mod process;
mod real;
mod story;
