//! The timeline: every feed as columns on one grid of steps, the scenes as bands. What is not known
//! is a gap, never zero.

use super::PastLine;
use crate::config::Config;
use crate::domain::history::{Program, SceneRole};
use crate::kit::units::{Kbps, Millis, UnixMs};
use crate::store::rollups::{Bucket, STEP};
use serde::Serialize;

/// Points of one curve at most.
pub const MOST_POINTS: u32 = 2000;
/// Longest span that is told at once.
pub const LONGEST: Millis = Millis(31 * 24 * 3600 * 1000);
/// Feeds are sampled once a second, so a finer grid would have holes that mean nothing.
const FINEST: u64 = 2000;
/// Up to this step single samples are read; beyond it the rows that were made for it.
const FROM_SAMPLES: u64 = 5000;

/// Which part of the past, and how fine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// From.
    pub from: UnixMs,
    /// Until.
    pub to: UnixMs,
    /// Points of each curve at most.
    pub points: u32,
}

/// All of it.
#[derive(Debug, Serialize)]
pub struct Timeline {
    /// Where the grid begins: `from` as asked, rounded down to a step.
    pub from: UnixMs,
    /// Where it ends.
    pub to: UnixMs,
    /// One point covers this much; point `n` begins at `from + n * step`.
    pub step: Millis,
    /// Each feed, in the order of the settings; feeds that are no longer set up behind them.
    pub feeds: Vec<Curve>,
    /// What OBS showed.
    pub scenes: Vec<Band>,
    /// What happened, newest first.
    pub marks: Vec<PastLine>,
    /// Below this a feed is weak.
    pub low: Kbps,
    /// From this on it is good.
    pub high: Kbps,
}

/// One feed on the grid: whole numbers, `null` where nothing is known. Empty columns: not one reading.
#[derive(Debug, Default, PartialEq, Serialize)]
pub struct Curve {
    /// Its id.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Mean rate in kbit/s.
    pub kbps: Column,
    /// Smallest rate.
    pub kbps_min: Column,
    /// Largest rate.
    pub kbps_max: Column,
    /// Mean round-trip time in milliseconds.
    pub rtt: Column,
    /// Largest round-trip time.
    pub rtt_max: Column,
    /// Mean buffer level in milliseconds.
    pub buffer: Column,
    /// Smallest buffer level.
    pub buffer_min: Column,
}

/// One value for each step.
pub type Column = Vec<Option<i64>>;

/// A stretch of time in which OBS showed one scene.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Band {
    /// From.
    pub from: UnixMs,
    /// Until.
    pub to: UnixMs,
    /// The scene; `null` where OBS could not be read.
    pub scene: Option<String>,
    /// What it was for.
    pub role: SceneRole,
    /// OBS streamed.
    pub live: Option<bool>,
}

impl Window {
    /// The time that one point covers.
    pub fn step(&self) -> Millis {
        let span = self.to.since(self.from).0;
        let exact = span.div_ceil(u64::from(self.points.clamp(1, MOST_POINTS - 1)));
        Millis(match exact {
            0..=FINEST => FINEST,
            ..=FROM_SAMPLES => exact.next_multiple_of(1000),
            _ => exact.next_multiple_of(STEP.0),
        })
    }

    /// Where the grid begins: steps lie fast in time, so that a curve does not shiver as it moves on.
    pub fn from(&self) -> UnixMs {
        let step = self.step().0 as i64;
        UnixMs(self.from.0.div_euclid(step) * step)
    }

    fn count(&self) -> usize {
        self.to.since(self.from()).0.div_ceil(self.step().0) as usize
    }

    fn place(&self, at: UnixMs) -> usize {
        (at.since(self.from()).0 / self.step().0) as usize
    }
}

/// Ids and names of the feeds that are set up.
pub(super) fn names(config: &Config) -> Vec<(String, String)> {
    config.feeds.iter().map(|feed| (feed.id.to_string(), feed.name.clone())).collect()
}

/// The feeds on the window's grid.
pub(super) fn curves(window: &Window, names: &[(String, String)], buckets: &[Bucket]) -> Vec<Curve> {
    let new = |(id, name): &(String, String)| Curve { id: id.clone(), name: name.clone(), ..Curve::default() };
    let mut curves: Vec<Curve> = names.iter().map(new).collect();
    let count = window.count();
    for bucket in buckets {
        let known = curves.iter().position(|curve| curve.id == bucket.feed);
        let index = known.unwrap_or_else(|| {
            curves.push(new(&(bucket.feed.clone(), bucket.feed.clone())));
            curves.len() - 1
        });
        curves[index].take(bucket, window.place(bucket.at), count);
    }
    curves
}

impl Curve {
    fn take(&mut self, bucket: &Bucket, place: usize, count: usize) {
        let rate = |kbps: Kbps| kbps.0.round() as i64;
        let span = |span: Millis| span.0 as i64;
        let put = |column: &mut Column, value: i64| {
            if column.is_empty() {
                column.resize(count, None);
            }
            if let Some(slot) = column.get_mut(place) {
                *slot = Some(value);
            }
        };
        if let Some((least, mean, most)) = bucket.kbps {
            put(&mut self.kbps_min, rate(least));
            put(&mut self.kbps, rate(mean));
            put(&mut self.kbps_max, rate(most));
        }
        if let Some((mean, most)) = bucket.rtt {
            put(&mut self.rtt, span(mean));
            put(&mut self.rtt_max, span(most));
        }
        if let Some((mean, least)) = bucket.buffer {
            put(&mut self.buffer, span(mean));
            put(&mut self.buffer_min, span(least));
        }
    }
}

/// The scenes as stretches within a span; what lies ahead of `now` is not told.
pub(super) fn bands(programs: &[Program], from: UnixMs, to: UnixMs, now: UnixMs) -> Vec<Band> {
    let end = to.min(now);
    let mut bands: Vec<Band> = Vec::new();
    for (index, program) in programs.iter().enumerate() {
        let next = programs.get(index + 1).map_or(end, |next| next.at.min(end));
        let scene = program.scene.as_ref().map(ToString::to_string);
        let band = Band { from: program.at.max(from), to: next, scene, role: program.role, live: program.live };
        match bands.last_mut() {
            _ if band.from >= band.to => {}
            Some(last) if (&last.scene, last.role, last.live) == (&band.scene, band.role, band.live) => {
                last.to = band.to
            }
            _ => bands.push(band),
        }
    }
    bands
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(from: i64, to: i64, points: u32) -> Window {
        Window { from: UnixMs(from), to: UnixMs(to), points }
    }

    #[test]
    fn steps_are_never_finer_than_samples_and_fit_the_rows_made_for_them() {
        let hour = 3_600_000;
        let table =
            [(0, 600, 2000), (hour / 6, 600, 2000), (hour, 1000, 4000), (hour, 600, 15_000), (24 * hour, 600, 150_000)];
        for (span, points, step) in table {
            assert_eq!(window(0, span, points).step(), Millis(step), "{span} ms in {points} points");
        }
        let day = window(1, 24 * hour, u32::MAX);
        assert!(day.count() <= MOST_POINTS as usize && day.from() == UnixMs(0), "{day:?}");
    }

    #[test]
    fn what_nobody_read_is_a_gap() {
        let bucket = |at, feed: &str, kbps: Option<f64>| Bucket {
            at: UnixMs(at),
            feed: feed.to_owned(),
            kbps: kbps.map(|rate| (Kbps(rate / 2.0), Kbps(rate), Kbps(rate * 2.0))),
            rtt: None,
            buffer: Some((Millis(900), Millis(20))),
        };
        let names = [("phone".to_owned(), "Phone".to_owned()), ("cam".to_owned(), "Camera".to_owned())];
        let buckets = [bucket(2000, "phone", Some(800.0)), bucket(6000, "phone", None), bucket(6000, "old", Some(1.0))];
        let curves = curves(&window(2000, 8000, 3), &names, &buckets);
        assert_eq!(curves[0].kbps, [Some(800), None, None]);
        assert_eq!(
            (&curves[0].kbps_min, &curves[0].kbps_max),
            (&vec![Some(400), None, None], &vec![Some(1600), None, None])
        );
        assert_eq!(curves[0].buffer_min, [Some(20), None, Some(20)]);
        assert!(curves[0].rtt.is_empty(), "this server does not tell it");
        assert_eq!(curves[1], Curve { id: "cam".to_owned(), name: "Camera".to_owned(), ..Curve::default() });
        assert_eq!((curves[2].name.as_str(), curves.len()), ("old", 3), "a feed of the past");
    }

    #[test]
    fn scenes_become_stretches_that_end_now() {
        let program =
            |at, scene: &str, role| Program { at: UnixMs(at), scene: Some(scene.into()), role, live: Some(true) };
        let programs = [
            program(5, "LIVE", SceneRole::Live),
            program(20, "LOW", SceneRole::Low),
            program(25, "LOW", SceneRole::Low),
            Program::unknown(UnixMs(30)),
            program(40, "LIVE", SceneRole::Live),
        ];
        let bands = bands(&programs, UnixMs(10), UnixMs(100), UnixMs(50));
        let told: Vec<_> = bands.iter().map(|band| (band.from.0, band.to.0, band.role)).collect();
        let wanted = [
            (10, 20, SceneRole::Live),
            (20, 30, SceneRole::Low),
            (30, 40, SceneRole::Unknown),
            (40, 50, SceneRole::Live),
        ];
        assert_eq!(told, wanted);
    }
}
