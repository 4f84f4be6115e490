//! The store on real databases.

mod story;
