//! Ingest servers: asks one statistics page and turns its answer into a
//! [`Sample`](crate::domain::signal::Sample).
//!
//! [`Poller`] holds a [`conversation`] with the server, which `way` finds; [`detect::parse`] reads a
//! body by its shape with the parser of its kind; [`choose`] picks the publisher; [`memory::Memory`]
//! adds what a single document cannot tell.

pub mod choose;
pub mod conversation;
pub mod datarhei;
pub mod detect;
pub mod document;
pub mod fields;
pub mod http;
pub mod irlhosting;
pub mod json;
pub mod known;
pub mod mediamtx;
pub mod memory;
pub mod nginx;
pub mod nginx_control;
pub mod nimble;
pub mod nms2;
pub mod nms4;
mod no_answer;
pub mod number;
pub mod ome;
pub mod openrtmp;
pub mod page;
pub mod pointers;
mod poller;
pub mod probe;
pub mod pseudonyms;
pub mod pushed;
mod received;
pub mod recording;
pub mod rist;
#[cfg(test)]
mod samples;
mod shapes;
pub mod sls;
pub mod srs;
pub mod talk;
pub mod told;
mod way;
mod words;
pub mod xiu;

pub use poller::{Answer, Poller};
pub use received::Received;
