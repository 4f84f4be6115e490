//! Integration tests, one binary.

mod adapters;
mod cli;
mod flows;
mod store;
mod support;
mod tidy;
mod traces;
mod web;
