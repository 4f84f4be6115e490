//! Room: alerts.
