//! Flows over real sockets.

mod browser;
mod conversations;
mod ingest;
mod obs;
mod process;
mod pushes;
mod real;
mod story;
