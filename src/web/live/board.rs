//! The sections of the Live page as last sent, each with the sequence number of its last change.
//! Composed when somebody looks; with no page open it costs nothing.

use crate::kit::units::UnixMs;
use serde::Serialize;
use serde_json::{Map, Value};
use std::sync::{Mutex, PoisonError};

/// The sections and the number of the newest change.
#[derive(Default)]
pub struct Board(Mutex<Sections>);

#[derive(Default)]
struct Sections {
    seq: u64,
    values: Map<String, Value>,
    changed: std::collections::HashMap<String, u64>,
}

/// One message to a page: what changed since `prev`.
#[derive(Debug, Serialize)]
pub struct Push {
    /// Number of the newest change in here.
    pub seq: u64,
    /// The number that the receiver must be at; anything else is a gap.
    pub prev: u64,
    /// The server's wall clock, for durations on the page.
    pub t: UnixMs,
    /// Changed sections, whole.
    pub set: Map<String, Value>,
}

impl Board {
    /// Composes anew and returns what changed since `seen`; everything for `seen` = 0. Composing
    /// happens under the lock, so that of two who look at once the later look is also the later number.
    pub fn since(&self, seen: u64, now: UnixMs, compose: impl FnOnce() -> Map<String, Value>) -> Push {
        let mut board = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        board.take_in(compose());
        board.push(seen, now)
    }
}

impl Sections {
    /// Numbers begin at 1 with the first composition and rise by one with each that differs.
    fn take_in(&mut self, fresh: Map<String, Value>) {
        let next = self.seq + 1;
        for (name, value) in fresh {
            if self.values.get(&name) != Some(&value) {
                self.changed.insert(name.clone(), next);
                self.values.insert(name, value);
                self.seq = next;
            }
        }
    }

    fn push(&self, seen: u64, now: UnixMs) -> Push {
        let newer = |name: &String| seen == 0 || self.changed.get(name).is_some_and(|at| *at > seen);
        let set = self.values.iter().filter(|(name, _)| newer(name)).map(|(n, v)| (n.clone(), v.clone())).collect();
        Push { seq: self.seq, prev: seen, t: now, set }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn sections(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn only_changed_sections_are_sent_and_a_slow_page_gets_the_latest_of_each() {
        let mut board = Sections::default();
        board.take_in(sections(json!({"a": 1, "b": 1})));
        assert_eq!(board.push(0, UnixMs(0)).set.len(), 2, "the first message is whole");
        board.take_in(sections(json!({"a": 2, "b": 1})));
        board.take_in(sections(json!({"a": 3, "b": 1})));
        let push = board.push(1, UnixMs(0));
        assert_eq!((push.seq, push.prev, Value::Object(push.set)), (3, 1, json!({"a": 3})));
        board.take_in(sections(json!({"a": 3, "b": 1})));
        let beat = board.push(3, UnixMs(0));
        assert_eq!((beat.seq, beat.set.len()), (3, 0), "nothing changed: a heartbeat");
    }
}
