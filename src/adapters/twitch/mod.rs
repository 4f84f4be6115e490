//! Twitch: sign-in ([`oauth`]). Every address is a setting, so that a fake on loopback can stand in.

pub mod error;
pub mod oauth;
