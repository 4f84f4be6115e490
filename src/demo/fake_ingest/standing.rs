//! What both wire forms are written from: one publisher at one moment.

/// SRT latency of the fake encoder.
pub(super) const LATENCY: u64 = 2000;

/// One publisher's standing at the moment a mode began.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Standing {
    pub(super) session: u64,
    pub(super) age: u64,
    pub(super) media: u64,
    pub(super) bytes: f64,
    pub(super) buffer: u64,
    pub(super) published: f64,
    pub(super) rtt: f64,
    pub(super) dropped: f64,
}
