//! EventSub over WebSocket: the socket ([`socket`]), its frames ([`frame`]), asking for subscriptions
//! ([`subscribe`]) and what the events mean ([`events`]). Everything is read laxly: an unknown field,
//! type or kind costs nothing but itself.

pub mod events;
pub mod fields;
pub mod frame;
pub mod socket;
pub mod subscribe;
