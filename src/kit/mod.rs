//! Floor 0: small tools that know nothing of streaming. May import std, serde and thiserror only.

pub mod backoff;
pub mod clock;
pub mod redact;
pub mod secret;
pub mod text;
pub mod units;
