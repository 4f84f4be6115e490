//! Ingest servers: asks one statistics page and turns its answer into a
//! [`Sample`](crate::domain::signal::Sample).
//!
//! [`Poller`] speaks HTTP; [`detect::parse`] reads the body by its shape with [`nginx`] or [`sls`];
//! [`choose`] picks the publisher; [`memory::Memory`] adds what a single document cannot tell.

pub mod choose;
pub mod datarhei;
pub mod detect;
pub mod document;
pub mod fields;
pub mod http;
pub mod irlhosting;
pub mod memory;
pub mod nginx;
pub mod nimble;
mod no_answer;
pub mod number;
pub mod ome;
pub mod openrtmp;
pub mod pointers;
mod poller;
pub mod probe;
pub mod pushed;
pub mod rist;
mod shapes;
pub mod sls;
pub mod xiu;

pub use poller::{Answer, Poller};
