//! Integration tests, one binary.

mod adapters;
mod cli;
mod corpus;
mod flows;
mod store;
mod support;
mod tidy;
mod traces;
mod web;
