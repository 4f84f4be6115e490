//! A mistake in the document of feeds.

use std::fmt;

/// What is wrong, and where. The texts may be printed: secrets are masked when it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The feed's place in the document; `None` for what belongs to no feed.
    pub feed: Option<usize>,
    /// The field's path ("scenes.live"), `groups`, `cameras`, or empty for the document.
    pub field: String,
    /// Which one, for people: "feed 'phone'", "camera 2"; empty for the document.
    pub what: String,
    /// The sentence without its subject's place: "priority is 'x'. Allowed: …."
    pub text: String,
}

impl Wrong {
    /// About the document as a whole.
    pub fn whole(text: impl Into<String>) -> Self {
        Self { feed: None, field: String::new(), what: String::new(), text: text.into() }
    }

    /// About a field of a part that is no feed (`groups`, `cameras`).
    pub fn part(field: &str, what: impl Into<String>, text: impl Into<String>) -> Self {
        Self { feed: None, field: field.to_owned(), what: what.into(), text: text.into() }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.what.is_empty() { f.write_str(&self.text) } else { write!(f, "{}: {}", self.what, self.text) }
    }
}
