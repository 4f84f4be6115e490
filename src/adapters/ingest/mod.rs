//! Ingest servers: asks one statistics page and turns its answer into a
//! [`Sample`](crate::domain::signal::Sample).
//!
//! [`Poller`] speaks HTTP; [`detect::parse`] reads the body by its shape with [`nginx`] or [`sls`];
//! [`choose`] picks the publisher; [`memory::Memory`] adds what a single document cannot tell.

pub mod choose;
pub mod detect;
pub mod document;
pub mod http;
pub mod memory;
pub mod nginx;
mod no_answer;
pub mod number;
mod poller;
pub mod pseudonyms;
pub mod recording;
pub mod sls;

pub use poller::{Answer, Poller};
