//! Numbers as servers really write them: as strings, as -1 for "none yet", as NaN, as a negative
//! number in unsigned clothes (1.8e19). What is no sane count is nothing.

use crate::kit::units::{Kbps, Millis};
use serde_json::Value;

/// The largest whole number that a float holds exactly; no honest counter comes near.
const LARGEST: f64 = 9_007_199_254_740_992.0;

/// 100 Gbit/s: no stream is faster.
const FASTEST_KBPS: f64 = 1e8;

/// A number that is finite, not negative and not absurd.
pub fn sane(number: f64) -> Option<f64> {
    (0.0..LARGEST).contains(&number).then_some(number)
}

/// A sane number in text, white space around it allowed.
pub fn text(text: &str) -> Option<f64> {
    text.trim().parse().ok().and_then(sane)
}

/// A sane number in JSON, be it a number or a string.
pub fn json(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64().and_then(sane),
        Value::String(string) => text(string),
        _ => None,
    }
}

/// Milliseconds, rounded.
pub fn millis(ms: f64) -> Millis {
    Millis(ms.round() as u64)
}

/// A rate, unless no link could carry it.
pub fn kbps(rate: f64) -> Option<Kbps> {
    (rate <= FASTEST_KBPS).then_some(Kbps(rate))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json as given;

    #[test]
    fn only_a_sane_number_counts() {
        let table = [
            (given!(2847), Some(2847.0)),
            (given!("2847"), Some(2847.0)),
            (given!(" 30.000 "), Some(30.0)),
            (given!(0), Some(0.0)),
            (given!(-1), None),
            (given!("-1"), None),
            (given!("NaN"), None),
            (given!("inf"), None),
            (given!(1.8e19), None),
            (given!("1.8e19"), None),
            (given!(18_446_744_073_709_551_615_u64), None),
            (given!("many"), None),
            (given!(null), None),
            (given!([1]), None),
        ];
        for (value, wanted) in table {
            assert_eq!(json(&value), wanted, "{value}");
        }
    }

    #[test]
    fn no_stream_is_faster_than_the_fastest_link() {
        assert_eq!(kbps(6_000.0), Some(Kbps(6_000.0)));
        assert_eq!(kbps(4e9), None);
    }
}
