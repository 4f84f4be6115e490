//! The built-in demo world: fakes that speak the wire.

pub mod fake_obs;
