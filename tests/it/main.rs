//! Integration tests, one binary.

mod store;
