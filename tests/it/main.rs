//! Integration tests, one binary.

mod flows;
