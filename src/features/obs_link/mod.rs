//! Room: obs_link.
