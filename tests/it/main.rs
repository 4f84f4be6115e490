//! Integration tests, one binary.

mod adapters;
mod cli;
mod corpus;
mod flows;
mod parsers;
mod store;
mod support;
mod tidy;
mod traces;
mod web;
