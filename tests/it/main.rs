//! Integration tests, one binary.

mod flows;
mod store;
mod support;
mod tidy;
mod traces;
