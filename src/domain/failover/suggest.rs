//! Limits measured from a feed's own good minutes.

use super::preset::Preset;
use crate::kit::units::Kbps;

/// Fewer good seconds than this say nothing about a link.
pub const FEWEST_SECONDS: usize = 300;
/// More than this are not looked at: the newest ones count.
pub const MOST_SECONDS: usize = 600;

/// A picture of 300 kbit/s with its sound is the least that is worth showing.
const FLOOR: f64 = 450.0;
/// What arrives below this part of the usual rate is no picture any more.
const LOST_PART: f64 = 0.08;
/// The low limit never comes so near the usual rate that a good feed could not be told from it.
const NEAREST: f64 = 0.6;

/// What fits a feed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Suggestion {
    /// The rate in the middle of the good seconds.
    pub median: Kbps,
    /// The low limit.
    pub low: Kbps,
    /// The lost limit.
    pub offline: Kbps,
}

/// Limits for a feed whose good seconds had these rates; `None` while there are too few of them.
/// Calm lets the rate fall further than Fast before the feed is weak.
pub fn limits(rates: &[Kbps], preset: Preset) -> Option<Suggestion> {
    let mut sorted: Vec<f64> = rates.iter().map(|rate| rate.0).filter(|rate| rate.is_finite()).collect();
    if sorted.len() < FEWEST_SECONDS {
        return None;
    }
    sorted.sort_by(f64::total_cmp);
    let median = sorted[sorted.len() / 2];
    let low = round((median * part(preset)).max(FLOOR).min(median * NEAREST));
    let offline = round(median * LOST_PART).min(low / 2.0);
    Some(Suggestion { median: Kbps(median.round()), low: Kbps(low), offline: Kbps(offline) })
}

fn part(preset: Preset) -> f64 {
    match preset {
        Preset::Calm => 0.25,
        Preset::Normal => 0.30,
        Preset::Fast => 0.35,
    }
}

/// To tens: nobody types 1,263.
fn round(kbps: f64) -> f64 {
    ((kbps / 10.0).round() * 10.0).max(10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_are_parts_of_the_middle() {
        let table = [
            (6000.0, Preset::Calm, 1500.0, 480.0),
            (6000.0, Preset::Normal, 1800.0, 480.0),
            (6000.0, Preset::Fast, 2100.0, 480.0),
            (1200.0, Preset::Normal, 450.0, 100.0),
            (500.0, Preset::Normal, 300.0, 40.0),
        ];
        for (rate, preset, low, offline) in table {
            let found = limits(&[Kbps(rate); FEWEST_SECONDS], preset).expect("enough");
            assert_eq!((found.median.0, found.low.0, found.offline.0), (rate, low, offline), "{rate} {preset:?}");
        }
    }

    #[test]
    fn single_peaks_do_not_count_and_too_little_says_nothing() {
        let mut rates = vec![Kbps(4000.0); 299];
        assert_eq!(limits(&rates, Preset::Normal), None);
        rates.extend([Kbps(90_000.0); 100]);
        assert_eq!(limits(&rates, Preset::Normal).map(|found| found.median), Some(Kbps(4000.0)));
    }
}
