//! Room: ingest_watch.
