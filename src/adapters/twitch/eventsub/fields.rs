//! Reading JSON that may be anything: a field that is missing, null or of another type reads as empty.
//! Texts lose what hides or turns letters round, and are cut to a size.

use crate::kit::text;
use crate::kit::units::UnixMs;
use serde_json::Value;

/// The longest name that is kept, in characters; Twitch's own limit is 25.
const NAME: usize = 64;
/// The longest text that is kept, in characters; Twitch's own limit for chat is 500.
pub const LONGEST: usize = 2000;

/// A view of a JSON value that never fails.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a>(pub &'a Value);

impl<'a> Fields<'a> {
    /// A text as it is; empty where there is none. For words that are compared, never shown.
    pub fn raw(self, key: &str) -> &'a str {
        self.0.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    /// An id, a name or another short text, fit to be shown.
    pub fn name(self, key: &str) -> String {
        text::excerpt(self.raw(key), NAME)
    }

    /// A long text, fit to be shown.
    pub fn text(self, key: &str) -> String {
        text::excerpt(self.raw(key), LONGEST)
    }

    /// A long text; `None` where it is missing or empty.
    pub fn words(self, key: &str) -> Option<String> {
        Some(self.text(key)).filter(|text| !text.trim().is_empty())
    }

    /// A count, also one in quotes.
    pub fn number(self, key: &str) -> Option<u64> {
        let value = self.0.get(key)?;
        value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
    }

    /// A yes or no, also one in quotes.
    pub fn flag(self, key: &str) -> bool {
        let value = self.0.get(key);
        value.and_then(Value::as_bool).unwrap_or_else(|| value.and_then(Value::as_str) == Some("true"))
    }

    /// An RFC 3339 moment.
    pub fn moment(self, key: &str) -> Option<UnixMs> {
        moment(self.raw(key))
    }

    /// What stands below; nothing where it is missing.
    pub fn below(self, key: &str) -> Fields<'a> {
        Fields(self.0.get(key).unwrap_or(&Value::Null))
    }

    /// An object or anything else that is not null.
    pub fn some(self, key: &str) -> Option<Fields<'a>> {
        self.0.get(key).filter(|value| !value.is_null()).map(Fields)
    }

    /// The first entries of a list.
    pub fn list(self, key: &str, most: usize) -> impl Iterator<Item = Fields<'a>> + use<'a> {
        self.0.get(key).and_then(Value::as_array).into_iter().flatten().take(most).map(Fields)
    }
}

/// An RFC 3339 moment with up to nine digits behind the second.
pub fn moment(text: &str) -> Option<UnixMs> {
    text.parse::<jiff::Timestamp>().ok().map(|at| UnixMs(at.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn whatever_stands_there_reads_as_something() {
        let value =
            json!({"n": "7", "m": 8, "f": "true", "t": "a\u{202e}b", "o": null, "l": [1, {"x": "y"}], "w": " "});
        let fields = Fields(&value);
        assert_eq!((fields.number("n"), fields.number("m"), fields.number("t")), (Some(7), Some(8), None));
        assert!(fields.flag("f") && !fields.flag("m") && !fields.flag("none"));
        assert_eq!((fields.text("t"), fields.text("m"), fields.words("w")), ("ab".to_owned(), String::new(), None));
        assert!(fields.some("o").is_none() && fields.below("o").below("deeper").raw("x").is_empty());
        assert_eq!(fields.list("l", 9).map(|one| one.raw("x")).collect::<Vec<_>>(), ["", "y"]);
    }

    #[test]
    fn moments_have_any_number_of_digits() {
        let table = [
            ("2026-03-14T18:02:11.204518733Z", Some(1_773_511_331_204)),
            ("2026-03-14T18:02:11.2Z", Some(1_773_511_331_200)),
            ("2026-03-14T18:02:11Z", Some(1_773_511_331_000)),
            ("2026-03-14T20:02:11+02:00", Some(1_773_511_331_000)),
            ("yesterday", None),
            ("", None),
        ];
        for (text, wanted) in table {
            assert_eq!(moment(text), wanted.map(UnixMs), "{text}");
        }
    }
}
