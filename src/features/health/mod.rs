//! Room: health.
