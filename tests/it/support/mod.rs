//! What the integration tests share.

pub mod real;
pub mod traces;
