//! The journal lane: anyone drops a line, the journal room writes it down. Dropping a line never
//! waits: when the room cannot keep up, lines are counted as lost instead of stopping the show.

use crate::domain::journal::{Entry, Tone, Topic};
use crate::kit::{clock, redact, text};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::mpsc;

/// Lines that wait for the journal room.
const CAPACITY: usize = 1024;
/// Longest line, in characters: what somebody wrote may be part of it.
const LONGEST: usize = 2000;

/// A handle on the lane; clones share it.
#[derive(Clone)]
pub struct Journal {
    lane: mpsc::Sender<Entry>,
    lost: Arc<AtomicU64>,
}

/// The lane and its end for the journal room.
pub fn lane() -> (Journal, mpsc::Receiver<Entry>) {
    let (sender, receiver) = mpsc::channel(CAPACITY);
    (Journal { lane: sender, lost: Arc::default() }, receiver)
}

impl Journal {
    /// Drops a line without numbers for machines.
    pub fn note(&self, topic: Topic, tone: Tone, origin: &str, text: impl Into<String>) {
        self.note_with(topic, tone, origin, text, serde_json::Value::Null);
    }

    /// Drops a line with its numbers. Keys inside URLs are hidden here and the text is made plain,
    /// whatever the caller wrote: names of scenes and publishers come from outside.
    pub fn note_with(&self, topic: Topic, tone: Tone, origin: &str, line: impl Into<String>, data: serde_json::Value) {
        // Hidden first: an address that is cut before its `@` would show the password.
        let text = text::excerpt(&redact::urls(&text::plain(&line.into())), LONGEST);
        let entry = Entry { at: clock::unix(), topic, tone, text, origin: origin.to_owned(), data };
        if self.lane.try_send(entry).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Lines lost since the start because the room could not keep up.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_plain_line_without_keys() {
        let (journal, mut lines) = lane();
        journal.note(Topic::Link, Tone::Info, "ingest", "'\u{1b}[2Jx\nOBS: Good' at rtmp://h/app/live_123");
        assert_eq!(lines.try_recv().expect("a line").text, "' [2Jx OBS: Good' at rtmp://h/app/••••");
        journal.note(Topic::Link, Tone::Info, "ingest", "x".repeat(50_000));
        assert_eq!(lines.try_recv().expect("a line").text.chars().count(), LONGEST + 1, "and …");
    }
}
