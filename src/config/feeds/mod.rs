//! FEEDS: several feeds and how they stand to one another, as one JSON document. Read into a
//! [`Document`], which the page edits and writes back whole; settled into the types that the rest of
//! the house knows. All mistakes are told at once, each with its feed and field.

pub mod document;
pub mod fields;
mod settle;
pub mod wrong;

pub use document::{Document, Entry};
pub use fields::{FIELDS, Field, Shape};
pub use wrong::Wrong;

/// Longest document, in bytes.
pub const LONGEST: usize = 64 * 1024;
/// Most feeds; each is polled about once a second.
pub const MOST_FEEDS: usize = 16;
/// Most scenes that show several feeds.
pub const MOST_CAMERAS: usize = 16;

#[cfg(test)]
mod tests;
