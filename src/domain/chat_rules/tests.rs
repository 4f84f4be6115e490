//! Commands: messages in, effects out.
