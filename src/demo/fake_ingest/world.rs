//! The numbers behind the fake statistics page, as a function of the time in a mode. The shapes of
//! the faults are those of recorded traces of irl-srt-server and nginx-rtmp.

use super::standing::{LATENCY, Standing};
use super::{Manners, render};
use crate::kit::units::{Kbps, Millis};

/// Level of a healthy receive buffer.
const FULL: u64 = 1970;
/// libsrt drops a silent peer after this (measured).
const PEER_IDLE: u64 = 5400;
/// The round-trip time of a link without trouble.
const RTT: f64 = 42.0;
/// SLS shows a bitrate of 0 until here, then one tiny value until the second moment.
const SLS_FIRST_BITRATE: (u64, u64) = (2300, 3300);
/// nginx shows a bandwidth of 0 until its first bucket is full, and the old one until then later.
const NGINX_BUCKET: u64 = 11_000;

/// Which server is imitated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// irl-srt-server; the publisher is `publish/live/feed1`.
    Sls,
    /// nginx-rtmp; the publisher is `publish/feed1`.
    Nginx,
}

/// What the encoder and its link do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mode {
    /// Nobody is connected.
    Gone,
    /// A new connection: the server's warm-up first, then a healthy link.
    Connecting(Kbps),
    /// A healthy link at this rate; connected for a minute if nobody was connected before.
    Healthy(Kbps),
    /// The link carries only this much: the buffer drains, then packets are dropped.
    Weak(Kbps),
    /// Connected, but no media arrives; the published rate stays as it was.
    Stalled,
    /// The link vanishes without a word: an SRT server drops the publisher after 5.4 s, nginx never.
    Blackhole,
    /// Healthy, and a second publisher is connected (`publish/live/feed2`, `out/feed1`).
    TwoPublishers(Kbps),
}

/// The fake server's state: a mode, and the standing when it began.
#[derive(Clone, Debug, PartialEq)]
pub struct World {
    /// The server imitated.
    pub shape: Shape,
    /// What goes on.
    pub mode: Mode,
    /// The process id that the page shows; another one plays a restart.
    pub pid: u32,
    sessions: u64,
    began: Option<Standing>,
}

impl World {
    /// A server to which nobody is connected.
    pub fn new(shape: Shape) -> Self {
        Self { shape, mode: Mode::Gone, pid: 31_749, sessions: 0, began: None }
    }

    /// The world in which, `elapsed` after the present mode began, the next one begins. Counters run
    /// on; only a new connection starts them anew.
    pub fn then(&self, elapsed: Millis, mode: Mode) -> Self {
        let now = self.standing(elapsed);
        let mut next = Self { mode, began: now, ..self.clone() };
        match mode {
            Mode::Gone => next.began = None,
            Mode::Connecting(_) => next.began = Some(next.connect(0, Kbps(0.0))),
            Mode::Healthy(rate) | Mode::Weak(rate) | Mode::TwoPublishers(rate) if now.is_none() => {
                next.began = Some(next.connect(60_000, rate));
            }
            _ => {}
        }
        next
    }

    fn connect(&mut self, age: u64, rate: Kbps) -> Standing {
        self.sessions += 1;
        let buffer = if age > LATENCY { FULL } else { 0 };
        let bytes = rate.0 / 8.0 * age as f64;
        Standing { session: self.sessions, age, media: age, bytes, buffer, published: rate.0, rtt: RTT, dropped: 0.0 }
    }

    /// The page, `elapsed` after the mode began.
    pub fn document(&self, elapsed: Millis) -> String {
        self.document_with(elapsed, Manners::Good)
    }

    /// The page with odd values in it.
    pub fn document_with(&self, elapsed: Millis, manners: Manners) -> String {
        let mut publishers: Vec<(&str, Standing)> = Vec::new();
        let names = match self.shape {
            Shape::Sls => ["publish/live/feed1", "publish/live/feed2"],
            Shape::Nginx => ["publish/feed1", "out/feed1"],
        };
        if let Some(standing) = self.standing(elapsed) {
            publishers.push((names[0], standing));
            if matches!(self.mode, Mode::TwoPublishers(_)) {
                publishers.push((names[1], Standing { session: standing.session + 1000, ..standing }));
            }
        }
        match self.shape {
            Shape::Sls => render::sls(&publishers, manners),
            Shape::Nginx => render::nginx(self.pid, &publishers, manners),
        }
    }

    /// The publisher's standing now; `None` while nobody is connected.
    pub(super) fn standing(&self, elapsed: Millis) -> Option<Standing> {
        let began = self.began?;
        let ms = elapsed.0;
        let later = Standing { age: began.age + ms, ..began };
        match self.mode {
            Mode::Gone => None,
            Mode::Blackhole if self.shape == Shape::Sls && ms >= PEER_IDLE => None,
            Mode::Blackhole | Mode::Stalled => Some(Standing { buffer: began.buffer.saturating_sub(ms), ..later }),
            Mode::Connecting(rate) | Mode::Healthy(rate) | Mode::TwoPublishers(rate) => {
                Some(self.flowing(later, began, rate.0, ms))
            }
            Mode::Weak(rate) => Some(self.weak(later, began, rate.0, ms)),
        }
    }

    fn flowing(&self, later: Standing, began: Standing, rate: f64, ms: u64) -> Standing {
        Standing {
            media: began.media + ms,
            bytes: began.bytes + rate / 8.0 * ms as f64,
            buffer: FULL.min(began.buffer + ms),
            published: self.published(later.age, began.published, rate, ms),
            rtt: RTT,
            ..later
        }
    }

    /// A capped link as recorded: the buffer falls with the clock to about 450 ms, then the
    /// round-trip time climbs over a second and packets are given up; the published rate notices
    /// last.
    fn weak(&self, later: Standing, began: Standing, rate: f64, ms: u64) -> Standing {
        let (drained, since_damage) = (began.buffer.saturating_sub(450).min(ms), ms.saturating_sub(2000) as f64);
        let notices_after = if self.shape == Shape::Sls { 3200 } else { NGINX_BUCKET };
        Standing {
            media: began.media + ms,
            bytes: began.bytes + rate / 8.0 * ms as f64,
            buffer: began.buffer - drained,
            published: if ms < notices_after { began.published } else { rate },
            rtt: RTT + (since_damage / 2.0).min(1400.0),
            dropped: began.dropped + since_damage / 5.0,
            ..later
        }
    }

    /// What the server publishes as the bitrate: late on both, and wrong at first.
    fn published(&self, age: u64, before: f64, rate: f64, ms: u64) -> f64 {
        match self.shape {
            Shape::Sls if age < SLS_FIRST_BITRATE.0 => 0.0,
            Shape::Sls if age < SLS_FIRST_BITRATE.1 => 5.0,
            Shape::Sls if ms < 1000 && before > 5.0 => before,
            Shape::Nginx if ms < NGINX_BUCKET => before,
            _ => rate,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::ingest::detect;
    use crate::domain::signal::Sample;

    /// What the adapter reads at a moment of a mode.
    fn seen(world: &World, ms: u64) -> Option<Sample> {
        detect::parse(world.document(Millis(ms)).as_bytes()).expect("a page that can be read").publishers.pop()
    }

    /// kbit/s published, and buffer.
    fn srt(world: &World, ms: u64) -> Option<(f64, u64)> {
        let sample = seen(world, ms)?;
        Some((sample.kbps_server?.0, sample.buffer?.0))
    }

    fn healthy(shape: Shape) -> World {
        World::new(shape).then(Millis(0), Mode::Healthy(Kbps(2500.0)))
    }

    #[test]
    fn a_blackhole_drains_the_buffer_while_the_published_rate_stays_and_then_the_publisher_is_gone() {
        let world = healthy(Shape::Sls).then(Millis(9000), Mode::Blackhole);
        let told: Vec<_> = [0, 1000, 1970, 5300, 5400].map(|ms| srt(&world, ms)).into();
        assert_eq!(told, [Some((2500.0, 1970)), Some((2500.0, 970)), Some((2500.0, 0)), Some((2500.0, 0)), None]);
    }

    #[test]
    fn an_srt_server_warms_up_with_nothing_then_with_one_tiny_value() {
        let world = World::new(Shape::Sls).then(Millis(0), Mode::Connecting(Kbps(2500.0)));
        let told: Vec<_> = [0, 1000, 2500, 3500].map(|ms| srt(&world, ms)).into();
        assert_eq!(told, [Some((0.0, 0)), Some((0.0, 1000)), Some((5.0, 1970)), Some((2500.0, 1970))]);
    }

    #[test]
    fn a_weak_link_drains_the_buffer_first_and_tells_the_rate_last() {
        let world = healthy(Shape::Sls).then(Millis(9000), Mode::Weak(Kbps(400.0)));
        let told: Vec<_> = [500, 2000, 4000].map(|ms| srt(&world, ms)).into();
        assert_eq!(told, [Some((2500.0, 1470)), Some((2500.0, 450)), Some((400.0, 450))]);
        let late = seen(&world, 4000).expect("a publisher");
        assert_eq!((late.dropped, late.rtt), (Some(400), Some(Millis(1042))));
    }

    #[test]
    fn counters_run_on_through_the_modes_and_stand_still_in_a_stall() {
        let counters = |world: &World, ms| {
            let sample = seen(world, ms).expect("a publisher");
            (sample.rx_bytes.expect("bytes").0, sample.media_ts.expect("a clock").0, sample.age.expect("an age").0)
        };
        let flowing = healthy(Shape::Nginx);
        assert_eq!(counters(&flowing, 0), (18_750_000, 60_000, 60_000));
        assert_eq!(counters(&flowing, 8000), (21_250_000, 68_000, 68_000));
        let stalled = flowing.then(Millis(8000), Mode::Stalled);
        assert_eq!(counters(&stalled, 60_000), (21_250_000, 68_000, 128_000));
        let weak = stalled.then(Millis(60_000), Mode::Weak(Kbps(400.0)));
        assert_eq!(counters(&weak, 1000), (21_300_000, 69_000, 129_000));
    }

    #[test]
    fn a_new_connection_is_a_new_session() {
        let first = healthy(Shape::Nginx);
        let second = first.then(Millis(1000), Mode::Gone).then(Millis(1000), Mode::Connecting(Kbps(2500.0)));
        let session = |world: &World| seen(world, 0).expect("a publisher").session;
        assert_ne!(session(&first), session(&second));
        assert_eq!(seen(&second, 2000).expect("a publisher").rx_bytes.expect("bytes").0, 625_000);
        assert_eq!(seen(&second, 2000).expect("a publisher").kbps_server, Some(Kbps(0.0)), "the bucket is not full");
    }
}
