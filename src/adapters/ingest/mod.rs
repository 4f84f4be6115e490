//! Ingest servers.
