//! Documents that nobody asked for: pushed to us, or made of what OBS says. They become answers like
//! those of a poll.

use super::document::{Document, ParseError, Server};
use super::http::{Exchange, Status};
use super::memory::Memory;
use super::poller::Answer;
use crate::config::Feed;
use crate::domain::signal::Reach;
use crate::kit::units::Mono;

/// Turns documents of one feed into answers, one after the other.
pub struct Received {
    wish: Option<String>,
    memory: Memory,
    server: Option<Server>,
}

impl Received {
    /// For the feed's wanted publisher.
    pub fn new(feed: &Feed) -> Self {
        Self { wish: feed.publisher.clone(), memory: Memory::default(), server: None }
    }

    /// A body that came at `at`, as it was read.
    pub fn take(&mut self, at: Mono, read: Result<Document, ParseError>, body: Vec<u8>) -> Answer {
        let exchanges = vec![Exchange { status: Status::Http(200), body }];
        Answer { exchanges, ..self.understand(at, read.map_err(Reach::from)) }
    }

    /// What is known at `at`, or why nothing is.
    pub fn understand(&mut self, at: Mono, known: Result<Document, Reach>) -> Answer {
        match known {
            Ok(document) => {
                self.server = Some(document.server);
                let answer = Answer::understood(&mut self.memory, at, document, self.wish.as_deref());
                Answer { server: self.server, ..answer }
            }
            Err(reach) => self.nothing(at, reach),
        }
    }

    /// Nothing came.
    pub fn nothing(&self, at: Mono, why: Reach) -> Answer {
        Answer { server: self.server, ..Answer::unreadable(at, why) }
    }
}
