//! Integration tests, one binary.

mod flows;
mod store;
mod support;
mod traces;
