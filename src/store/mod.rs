//! Floor 3: rows.
