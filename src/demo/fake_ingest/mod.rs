//! A statistics server on loopback that speaks as nginx-rtmp or SRT Live Server do, with a script
//! of link troubles and of plain misbehaviour. The demo shows it, the tests use it.
//!
//! [`World`] holds the numbers and is pure; [`FakeIngest`] serves them over HTTP.

mod render;
mod server;
mod standing;
mod world;

pub use server::{Asked, FakeIngest};
pub use world::{Mode, Shape, World};

/// How the page misbehaves, whatever the link does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Manners {
    /// It answers properly.
    #[default]
    Good,
    /// It answers with this status and a short HTML body.
    Status(u16),
    /// It answers 429 and names a waiting time in seconds.
    RateLimit {
        /// `Retry-After`.
        retry_after: u64,
    },
    /// It takes the request and never answers.
    Hang,
    /// It closes the connection without an answer.
    Close,
    /// It answers in another protocol.
    NotHttp,
    /// It sends a page for people.
    Html,
    /// It sends half the document as if that were all.
    HalfDocument,
    /// It announces the whole document, sends half and closes.
    HalfBody,
    /// It sends nothing, with success.
    Empty,
    /// It sends ten mebibytes.
    TenMebibytes,
    /// Every number is a string (JSON) or has quotes round it (XML).
    Strings,
    /// Every number is -1.
    MinusOne,
    /// Every number is NaN.
    NaN,
    /// Every number is 1.8e19.
    Huge,
    /// No publisher has any field.
    MissingFields,
    /// There are fields that nobody knows.
    ExtraFields,
}
