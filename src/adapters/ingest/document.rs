//! What a statistics document says, whichever server wrote it, and how it can fail to say anything.

use crate::domain::signal::{Reach, Sample};
use crate::kit::units::Millis;

pub use crate::domain::server::Server;

/// One document, understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// Who wrote it.
    pub server: Server,
    /// The server process (nginx: the pid of the worker that answered).
    pub process: Option<String>,
    /// How long that process has run.
    pub process_age: Option<Millis>,
    /// Every connected publisher, in the document's order. Their `at` is not set yet; `feed` is
    /// `None` where the address itself names the publisher (OpenIRL).
    pub publishers: Vec<Sample>,
}

impl Document {
    /// The names of the connected publishers, sorted, each once.
    pub fn names(&self) -> Vec<String> {
        names(&self.publishers)
    }
}

/// The names of these publishers, sorted, each once.
pub(super) fn names<'a>(publishers: impl IntoIterator<Item = &'a Sample>) -> Vec<String> {
    let mut names: Vec<String> = publishers.into_iter().filter_map(|one| one.feed.clone()).collect();
    names.sort();
    names.dedup();
    names
}

/// Why a body is no statistics document. The texts complete "found: …".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// Nothing, or only white space.
    #[error("an empty answer")]
    Empty,
    /// A page for people, such as a login page or a directory listing.
    #[error("an HTML page")]
    Html,
    /// XML with another root element than `<rtmp>`.
    #[error("XML that is not rtmp_stat")]
    OtherXml,
    /// The body broke off.
    #[error("{0} that ends in the middle")]
    CutOff(&'static str),
    /// Not well-formed.
    #[error("{0} with errors in it")]
    Broken(&'static str),
    /// JSON, but no list of publishers in it.
    #[error("JSON without publishers")]
    OtherJson,
    /// Neither XML nor JSON.
    #[error("text that is neither XML nor JSON")]
    OtherText,
    /// The server itself reports an error in words (OpenIRL: "Invalid player key").
    #[error("the server says '{0}'")]
    Complaint(String),
    /// The settings point to something that is not there; the text says what is.
    #[error("JSON with {0}")]
    Pointer(String),
}

impl From<ParseError> for Reach {
    fn from(error: ParseError) -> Self {
        match error {
            ParseError::Complaint(_) => Reach::Refused(error.to_string()),
            other => Reach::Malformed(other.to_string()),
        }
    }
}
