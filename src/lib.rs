//! Stream Control: the control room that a live streamer trusts with the show.
//!
//! The modules in reading order, by floor; imports go down only (`tests/it/tidy.rs` checks it):
//!
//! | floor | modules | may import |
//! |---|---|---|
//! | 7 | `boot`, `cli`, `demo`, `main`, [`replay`] | everything |
//! | 6 | [`web`] | 5, 4, store, 2, 1, 0; never adapters |
//! | 5 | [`features`] | 4, 3, 2, 1, 0; never another room |
//! | 4 | [`runtime`] | store, 2, 1, 0 |
//! | 3 | [`adapters`], [`store`] | 2, 1, 0; not each other |
//! | 2 | [`config`] | 1, 0 |
//! | 1 | [`domain`] | 0 |
//! | 0 | [`kit`] | nothing of ours |

pub mod adapters;
pub mod boot;
pub mod cli;
pub mod config;
pub mod demo;
pub mod domain;
pub mod features;
pub mod kit;
pub mod replay;
pub mod runtime;
pub mod store;
pub mod web;
