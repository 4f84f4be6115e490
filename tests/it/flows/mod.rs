//! Flows over real sockets.

mod ingest;
