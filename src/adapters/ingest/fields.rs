//! Reading fields out of JSON by pointer (RFC 6901), as tolerant as servers are careless: what is
//! missing, of another type or absurd is `None`.

use super::number;
use crate::domain::signal::{Publisher, Sample};
use crate::kit::units::{Bytes, Kbps, Millis, Mono};
use serde_json::Value;

/// A connected publisher of which nothing is known yet but its name.
pub fn present(feed: Option<String>) -> Sample {
    Sample { publisher: Publisher::Present, feed, ..Sample::absent(Mono::default()) }
}

/// A sane number, also one written as a string.
pub fn number(value: &Value, pointer: &str) -> Option<f64> {
    value.pointer(pointer).and_then(number::json)
}

/// A whole number.
pub fn count(value: &Value, pointer: &str) -> Option<u64> {
    number(value, pointer).map(|count| count as u64)
}

/// A counter of bytes.
pub fn bytes(value: &Value, pointer: &str) -> Option<Bytes> {
    count(value, pointer).map(Bytes)
}

/// A span in milliseconds.
pub fn millis(value: &Value, pointer: &str) -> Option<Millis> {
    number(value, pointer).map(number::millis)
}

/// A rate of which `per_kbit` make one kbit/s (1000.0 for bit/s, 1.0 for kbit/s, 0.001 for Mbit/s).
pub fn kbps(value: &Value, pointer: &str, per_kbit: f64) -> Option<Kbps> {
    number(value, pointer).and_then(|rate| number::kbps(rate / per_kbit))
}

/// A text that is not empty.
pub fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// A name or number as text.
pub fn word(value: &Value, pointer: &str) -> Option<String> {
    match value.pointer(pointer)? {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The items of a list; none where there is no list.
pub fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_not_there_is_nothing() {
        let value = json!({"a": {"n": "12.5", "bad": -1, "t": "", "list": [1]}, "rate(kbits/s)": 7});
        assert_eq!(number(&value, "/a/n"), Some(12.5));
        assert_eq!((number(&value, "/a/bad"), number(&value, "/b/n")), (None, None));
        assert_eq!((text(&value, "/a/t"), word(&value, "/rate(kbits~1s)")), (None, Some("7".to_owned())));
        assert_eq!((list(&value, "/a/list").len(), list(&value, "/a/n").len()), (1, 0));
        assert_eq!(kbps(&value, "/a/n", 0.001), Some(Kbps(12_500.0)));
    }
}
