//! Made-up publishers: what they do at each moment, turned into what a server would say of them.

use super::Tape;

/// What the publisher does at a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Does {
    /// Sends at this rate in kbit/s.
    Sends(f64),
    /// Is connected and sends nothing.
    Stalls,
    /// Is not connected, says the server.
    IsGone,
}

/// The publisher as far as a server can see it.
#[derive(Clone, Debug)]
pub struct Publisher {
    /// Milliseconds since the beginning.
    pub at: u64,
    /// Connected, says the server.
    pub here: bool,
    /// What it does now.
    pub kbps: f64,
    /// Bytes received in this session.
    pub bytes: f64,
    /// The media clock in milliseconds.
    pub media: u64,
    /// The number of this session.
    pub session: u32,
    /// How long it lasts, in milliseconds.
    pub age: u64,
    /// SRT: the receive buffer, in milliseconds.
    pub buffer: u64,
    /// The newest rate that was worth telling, in kbit/s: it stays in a stall.
    pub told: f64,
}

/// SRT's latency.
pub const LATENCY: u64 = 2000;
/// Between two polls.
const STEP: u64 = 250;
/// A publisher that is found has been there this long.
const FOUND: u64 = 60_000;

/// A recording of `seconds` in which the publisher does this, as `page` would tell it.
pub fn made(seconds: u64, does: impl Fn(f64) -> Does, page: impl Fn(&Publisher) -> String) -> Tape {
    let mut tape = Tape::default();
    let mut one = Publisher {
        at: 0,
        here: true,
        kbps: 0.0,
        bytes: 1e6,
        media: FOUND,
        session: 1,
        age: FOUND,
        buffer: LATENCY - 30,
        told: 0.0,
    };
    for at in (0..seconds * 1000).step_by(STEP as usize) {
        one.live_through(at, does(at as f64 / 1000.0));
        tape.poll(at as f64 / 1000.0, &page(&one));
    }
    tape
}

impl Publisher {
    fn live_through(&mut self, at: u64, does: Does) {
        self.at = at;
        match does {
            Does::IsGone => {
                let session = if self.here { self.session + 1 } else { self.session };
                *self =
                    Self { here: false, session, bytes: 0.0, media: 0, age: 0, buffer: 0, kbps: 0.0, ..self.clone() };
                return;
            }
            Does::Stalls => {
                self.buffer = self.buffer.saturating_sub(STEP);
                self.kbps = 0.0;
            }
            Does::Sends(kbps) => {
                self.bytes += kbps / 8.0 * STEP as f64;
                self.media += STEP;
                self.buffer = if self.age < LATENCY { self.age } else { LATENCY - 30 };
                (self.kbps, self.told) = (kbps, kbps);
            }
        }
        self.age += STEP;
        self.here = true;
    }
}

/// A number in 0..1 by chance, the same for the same moment.
pub fn chance(moment: f64) -> f64 {
    let mut seed = (moment * 4.0) as u64 ^ 0x9e37_79b9_7f4a_7c15;
    for _ in 0..3 {
        seed = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        seed ^= seed >> 27;
    }
    (seed >> 40) as f64 / (1_u64 << 24) as f64
}

/// Sends at 3 Mbit/s but for these spans, in which it does something else.
pub fn but(spans: &'static [(f64, f64, Does)]) -> impl Fn(f64) -> Does {
    move |t| spans.iter().find(|(from, to, _)| (*from..*to).contains(&t)).map_or(Does::Sends(3000.0), |span| span.2)
}
