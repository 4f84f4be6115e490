//! Chat commands as pure rules: one table of commands, who may use them, when a message is one, and
//! what is to be done then. Time is an argument.

pub mod book;
pub mod docs;
pub mod ear;
pub mod fuzzy;
pub mod pace;
pub mod people;
pub mod phrases;
pub mod plan;
pub mod table;

#[cfg(test)]
mod tests;
