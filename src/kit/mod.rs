//! Floor 0: small tools that know nothing of streaming. May import std, serde, thiserror and crates that
//! only compute.

pub mod backoff;
pub mod clock;
pub mod qr;
pub mod redact;
pub mod secret;
pub mod text;
pub mod units;
