//! What is pushed: the Live page's view, its sections with sequence numbers, and the WebSockets.

pub mod alerts;
pub mod board;
pub mod dashboard;
pub mod sections;
pub mod view;
