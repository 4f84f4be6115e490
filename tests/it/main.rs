//! Integration tests, one binary.

mod flows;
mod support;
mod traces;
