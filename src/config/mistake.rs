//! What is wrong with a setting, in words that a streamer can act on.

use super::keys;
use super::source::Source;
use std::fmt;
use std::path::Path;

/// One mistake. Its texts may be printed: secrets are masked when it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The key; empty when it is about a whole file.
    pub key: String,
    /// The text for people.
    pub text: String,
}

impl Mistake {
    /// A value that is not allowed.
    pub fn new(key: &str, value: &str, allowed: &str, source: Source) -> Self {
        let shown = keys::find(key).map_or_else(|| "••••".to_owned(), |key| key.shown(value));
        Self { key: key.to_owned(), text: format!("{key} is '{shown}' ({source}). Allowed: {allowed}.") }
    }

    /// One of several mistakes inside a value; `what` names the part and what is allowed there.
    pub fn of_part(key: &str, what: &str, source: Source) -> Self {
        Self { key: key.to_owned(), text: format!("{key} ({source}): {what}") }
    }

    /// A file, or a line of one, that cannot be read.
    pub fn of_file(path: &Path, what: &str) -> Self {
        Self { key: String::new(), text: format!("{}: {what}", path.display()) }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// All mistakes as one text, a line each.
pub fn all(mistakes: &[Mistake]) -> String {
    let lines: Vec<&str> = mistakes.iter().map(|mistake| mistake.text.as_str()).collect();
    lines.join("\n")
}
