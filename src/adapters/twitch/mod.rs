//! Twitch: sign-in ([`oauth`]), Helix ([`helix`]), events ([`eventsub`]). Every address is a setting, so that a fake on loopback can stand in.

pub mod access;
pub mod calls;
pub mod error;
pub mod eventsub;
pub mod helix;
pub mod oauth;
mod transport;
