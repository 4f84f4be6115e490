//! Reads a recording line by line, with a limit on each, and takes the lines of one poll together.

use crate::adapters::ingest::recording::{Line, News};
use std::borrow::Cow;
use std::io::{self, BufRead, Read as _};

/// No answer is larger than 1 MiB, and escaping makes it six times as long at most.
const LONGEST_LINE: u64 = 8 * 1024 * 1024;

/// One poll: all that a feed heard at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Poll {
    /// The number of its last line.
    pub line: u64,
    /// Seconds, as the file counts them.
    pub t: f64,
    /// The feed's id, where the file names one.
    pub feed: Option<String>,
    /// What was heard, in order.
    pub news: Vec<News<'static>>,
}

impl Poll {
    /// Whether the ingest was asked at all.
    pub fn is_poll(&self) -> bool {
        self.news.iter().any(|news| matches!(news, News::Request { .. }))
    }

    /// Whether it only announces work on the ingest: such a line may mean all feeds.
    pub fn is_maintenance(&self) -> bool {
        self.news.iter().all(|news| matches!(news, News::Maintenance(_)))
    }
}

/// Why a recording could not be played to its end.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The file, or where the decisions go.
    #[error("{0}")]
    Io(io::Error),
    /// A line that cannot be understood.
    #[error("line {line}: {what}")]
    Line {
        /// Its number; the first is 1.
        line: u64,
        /// What is wrong with it and what is allowed.
        what: String,
    },
}

/// Takes a recording apart.
pub struct Reader<R> {
    input: R,
    buffer: Vec<u8>,
    number: u64,
    waiting: Option<Poll>,
    torn: Option<String>,
}

impl<R: BufRead> Reader<R> {
    /// A reader at the beginning of `input`.
    pub fn new(input: R) -> Self {
        Self { input, buffer: Vec::new(), number: 0, waiting: None, torn: None }
    }

    /// The next poll; `None` at the end.
    pub fn next_poll(&mut self) -> Result<Option<Poll>, Trouble> {
        loop {
            let Some(next) = self.next_line()? else { return Ok(self.waiting.take()) };
            match &mut self.waiting {
                Some(poll) if belongs(poll, &next) => {
                    poll.news.extend(next.news);
                    poll.line = next.line;
                }
                waiting => {
                    if let Some(whole) = waiting.replace(next) {
                        return Ok(Some(whole));
                    }
                }
            }
        }
    }

    /// What is to be said of a last line that breaks off: whoever wrote it was killed.
    pub fn torn(self) -> Option<String> {
        self.torn
    }

    /// The next line that is not blank, as a poll of its own.
    fn next_line(&mut self) -> Result<Option<Poll>, Trouble> {
        loop {
            self.buffer.clear();
            let read = (&mut self.input).take(LONGEST_LINE).read_until(b'\n', &mut self.buffer).map_err(Trouble::Io)?;
            if read == 0 {
                return Ok(None);
            }
            self.number += 1;
            let whole = self.buffer.ends_with(b"\n");
            if !whole && read as u64 == LONGEST_LINE {
                return Err(self.wrong("longer than 8 MiB".to_owned()));
            }
            if self.buffer.trim_ascii().is_empty() {
                continue;
            }
            match self.understand() {
                Err(what) if !whole => {
                    self.torn = Some(format!("line {}, the last, breaks off and is left out ({what})", self.number));
                    return Ok(None);
                }
                understood => return understood.map(Some).map_err(|what| self.wrong(what)),
            }
        }
    }

    fn understand(&self) -> Result<Poll, String> {
        let text = std::str::from_utf8(self.buffer.trim_ascii()).map_err(|_| "not text in UTF-8".to_owned())?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let Line { t, feed, news } = Line::parse(text)?;
        Ok(Poll { line: self.number, t, feed: feed.map(Cow::into_owned), news: vec![owned(news)] })
    }

    fn wrong(&self, what: String) -> Trouble {
        Trouble::Line { line: self.number, what }
    }
}

fn belongs(poll: &Poll, next: &Poll) -> bool {
    // Bit for bit: lines of one poll carry the very same text.
    poll.t.to_bits() == next.t.to_bits() && poll.feed == next.feed && poll.is_poll() && next.is_poll()
}

fn owned(news: News<'_>) -> News<'static> {
    match news {
        News::Show(show) => News::Show(show),
        News::Maintenance(span) => News::Maintenance(span),
        News::Request { kind, status, body, publisher } => News::Request {
            kind,
            status,
            body: Cow::Owned(body.into_owned()),
            publisher: publisher.map(|name| Cow::Owned(name.into_owned())),
        },
    }
}
