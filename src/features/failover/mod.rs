//! Room: failover.
