//! The last ten minutes of polls in memory, packed, in a room of fixed size.

use crate::kit::units::{Millis, Mono};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use std::collections::VecDeque;
use std::io::{Read as _, Write as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How much is kept.
const SPAN: Millis = Millis(600_000);
/// Lines are packed in pieces of this size: about a tenth remains of each.
const PIECE: usize = 64 * 1024;
/// What a single poll may take; no real page comes near.
const LONGEST: usize = 1024 * 1024;
/// Room for packed pieces; with the open piece and the largest poll less than 4 MiB in all.
const ROOM: usize = 2 * 1024 * 1024;

/// The tape; clones are the same one.
#[derive(Clone, Default)]
pub struct Tape(Arc<Mutex<Ring>>);

#[derive(Default)]
struct Ring {
    packed: VecDeque<Piece>,
    bytes: usize,
    open: Vec<u8>,
}

/// Whole lines, packed.
#[derive(Clone)]
pub struct Piece {
    until: Mono,
    gzip: Arc<[u8]>,
}

impl Tape {
    /// Appends the lines of one poll.
    pub fn push(&self, at: Mono, lines: &[u8]) {
        if lines.len() > LONGEST {
            return;
        }
        let mut ring = self.ring();
        ring.open.extend_from_slice(lines);
        if ring.open.len() >= PIECE {
            let piece = Piece::pack(at, &ring.open);
            ring.open = Vec::new();
            ring.bytes += piece.gzip.len();
            ring.packed.push_back(piece);
        }
        ring.forget(at);
    }

    /// Everything that is kept, oldest first, to be unpacked one by one.
    pub fn pieces(&self) -> Vec<Piece> {
        let ring = self.ring();
        let open = (!ring.open.is_empty()).then(|| Piece::pack(Mono(u64::MAX), &ring.open));
        ring.packed.iter().cloned().chain(open).collect()
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ring {
    fn forget(&mut self, now: Mono) {
        let old = |piece: &Piece| now.since(piece.until) > SPAN;
        while self.bytes > ROOM || self.packed.front().is_some_and(old) {
            let Some(piece) = self.packed.pop_front() else { return };
            self.bytes -= piece.gzip.len();
        }
    }
}

impl Piece {
    fn pack(until: Mono, lines: &[u8]) -> Self {
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        // Writing into memory cannot fail.
        let _ = packer.write_all(lines);
        Self { until, gzip: packer.finish().unwrap_or_default().into() }
    }

    /// The lines as text.
    pub fn lines(&self) -> Vec<u8> {
        let mut lines = Vec::new();
        // What was packed here can be unpacked.
        let _ = GzDecoder::new(&*self.gzip).read_to_end(&mut lines);
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(tape: &Tape) -> String {
        tape.pieces().iter().map(|piece| String::from_utf8(piece.lines()).expect("text")).collect()
    }

    #[test]
    fn what_was_pushed_comes_back_in_order() {
        let (tape, mut wanted) = (Tape::default(), String::new());
        assert_eq!(text(&tape), "");
        for i in 0..5000_u64 {
            let line = format!("{{\"t\":{i},\"body\":\"a document of an ordinary length\"}}\n");
            tape.push(Mono(i * 100), line.as_bytes());
            wanted += &line;
        }
        assert_eq!(text(&tape), wanted);
    }

    #[test]
    fn what_is_older_than_ten_minutes_is_forgotten_piece_by_piece() {
        let tape = Tape::default();
        for i in 0..7200_u64 {
            tape.push(Mono(i * 1000), format!("{i} {}\n", "x".repeat(1000)).as_bytes());
        }
        let first: u64 = text(&tape).split(' ').next().expect("a line").parse().expect("a number");
        assert!((6500..=6600).contains(&first), "{first}");
    }

    #[test]
    fn the_room_is_never_larger_than_four_mebibytes() {
        let tape = Tape::default();
        let mut chance = 1_u32;
        for i in 0..60_u64 {
            let noise = (0..200_000).map(|_| {
                chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (chance >> 24) as u8
            });
            tape.push(Mono(i), &noise.collect::<Vec<u8>>());
            let ring = tape.ring();
            assert!(ring.bytes <= ROOM && ring.open.capacity() + ring.bytes < 4 * 1024 * 1024);
        }
        tape.push(Mono(100), &vec![b'x'; LONGEST + 1]);
        assert!(tape.ring().open.is_empty());
        assert!(tape.ring().packed.len() > 5);
    }
}
