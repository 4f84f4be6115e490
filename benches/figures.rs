//! The figures of the product, printed as a table.

fn main() {}
