//! Numbers that carry their unit, so that a bitrate is never passed where a time is meant.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

/// A bitrate in kilobits per second, 1 kbit = 1000 bits (the field's convention, not 1024).
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Kbps(pub f64);

impl fmt::Display for Kbps {
    /// `620 kbit/s` below one megabit, `5.8 Mbit/s` above.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 999.5 { write!(f, "{:.0} kbit/s", self.0) } else { write!(f, "{:.1} Mbit/s", self.0 / 1000.0) }
    }
}

/// A span of time in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Millis(pub u64);

impl Millis {
    /// Whole and fractional seconds; negative and non-finite input counts as zero.
    pub fn from_secs_f64(secs: f64) -> Self {
        if secs.is_finite() && secs > 0.0 { Self((secs * 1000.0).round() as u64) } else { Self(0) }
    }

    /// The span in seconds.
    pub fn secs_f64(self) -> f64 {
        self.0 as f64 / 1000.0
    }

    /// This span times a factor, rounded; a negative factor counts as zero.
    pub fn scale(self, factor: f64) -> Self {
        Self((self.0 as f64 * factor.max(0.0)).round() as u64)
    }
}

impl From<Millis> for Duration {
    fn from(span: Millis) -> Self {
        Duration::from_millis(span.0)
    }
}

impl From<Duration> for Millis {
    fn from(span: Duration) -> Self {
        Self(u64::try_from(span.as_millis()).unwrap_or(u64::MAX))
    }
}

impl fmt::Display for Millis {
    /// `2.0 s` below ten seconds, `48 s`, `3 min 5 s`, `2 h 4 min` above.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secs = self.0 / 1000;
        match secs {
            0..10 => write!(f, "{:.1} s", self.secs_f64()),
            10..60 => write!(f, "{secs} s"),
            60..3600 => write!(f, "{} min {} s", secs / 60, secs % 60),
            _ => write!(f, "{} h {} min", secs / 3600, secs / 60 % 60),
        }
    }
}

/// A moment on the process's monotonic clock: milliseconds since the daemon began. Decisions use
/// this one alone, so that a jump of the wall clock cannot move a timer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mono(pub u64);

impl Mono {
    /// Time since `earlier`; zero when `earlier` lies ahead.
    pub fn since(self, earlier: Mono) -> Millis {
        Millis(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Millis> for Mono {
    type Output = Mono;
    fn add(self, span: Millis) -> Mono {
        Mono(self.0.saturating_add(span.0))
    }
}

impl Sub<Millis> for Mono {
    type Output = Mono;
    fn sub(self, span: Millis) -> Mono {
        Mono(self.0.saturating_sub(span.0))
    }
}

/// A moment for people and rows: unix time in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UnixMs(pub i64);

impl UnixMs {
    /// The day in UTC, `2026-11-20`. (H. Hinnant, days_from_civil, turned round.)
    pub fn day(self) -> String {
        let days = self.0.div_euclid(86_400_000) + 719_468;
        let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let from_march = (5 * of_year + 2) / 153;
        let (day, month) = (of_year - (153 * from_march + 2) / 5 + 1, (from_march + 2) % 12 + 1);
        format!("{:04}-{month:02}-{day:02}", year + era * 400 + i64::from(month <= 2))
    }

    /// Time since `earlier`; zero when `earlier` lies ahead.
    pub fn since(self, earlier: UnixMs) -> Millis {
        Millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

/// A count of bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bytes(pub u64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bitrate_reads_as_people_say_it() {
        assert_eq!(Kbps(619.6).to_string(), "620 kbit/s");
        assert_eq!(Kbps(999.7).to_string(), "1.0 Mbit/s");
        assert_eq!(Kbps(5821.0).to_string(), "5.8 Mbit/s");
    }

    #[test]
    fn a_span_reads_as_people_say_it() {
        let shown: Vec<String> = [2000, 48_900, 185_000, 7_440_000].map(|ms| Millis(ms).to_string()).into();
        assert_eq!(shown, ["2.0 s", "48 s", "3 min 5 s", "2 h 4 min"]);
    }

    #[test]
    fn a_day_is_that_of_the_calendar() {
        let table =
            [(0, "1970-01-01"), (951_782_400_000, "2000-02-29"), (1_795_179_331_959, "2026-11-20"), (-1, "1969-12-31")];
        for (at, day) in table {
            assert_eq!(UnixMs(at).day(), day);
        }
    }

    #[test]
    fn spans_never_run_backwards() {
        assert_eq!(Mono(5).since(Mono(9)), Millis(0));
        assert_eq!(UnixMs(5).since(UnixMs(9)), Millis(0));
        assert_eq!(Millis::from_secs_f64(f64::NAN), Millis(0));
    }
}
