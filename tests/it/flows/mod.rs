//! Flows over real sockets.

mod ingest;
mod obs;
mod real;
