//! What a statistics document says, whichever server wrote it, and how it can fail to say anything.

use crate::domain::signal::{Reach, Sample};
use crate::kit::units::Millis;
use std::fmt;

/// The servers that can be told apart by the shape of their documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    /// nginx-rtmp `rtmp_stat`.
    Nginx,
    /// SRT Live Server: the original and the b3ck and irlserver forks.
    Sls,
    /// OpenIRL's srt-live-server and srtla-receiver, and its `?legacy=1` form.
    OpenIrl,
    /// The BELABOX cloud relay.
    Belabox,
}

impl Server {
    /// Never ask more often than this. OpenIRL allows 300 requests a minute per address and other
    /// programs share that; the cloud relay belongs to somebody else.
    pub fn min_interval(self) -> Millis {
        match self {
            Server::Nginx | Server::Sls => Millis(0),
            Server::OpenIrl | Server::Belabox => Millis(1000),
        }
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Server::Nginx => "nginx-rtmp",
            Server::Sls => "SRT Live Server",
            Server::OpenIrl => "OpenIRL SRT Live Server",
            Server::Belabox => "BELABOX cloud",
        })
    }
}

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
}

impl From<ParseError> for Reach {
    fn from(error: ParseError) -> Self {
        match error {
            ParseError::Complaint(_) => Reach::Refused(error.to_string()),
            other => Reach::Malformed(other.to_string()),
        }
    }
}
