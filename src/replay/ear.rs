//! What each feed's poller would have made of the recorded answers.

use super::reader::Poll;
use crate::adapters::ingest::detect;
use crate::adapters::ingest::document::{Document, ParseError};
use crate::adapters::ingest::http::Status;
use crate::adapters::ingest::memory::Memory;
use crate::adapters::ingest::recording::News;
use crate::config::Config;
use crate::domain::ids::FeedId;
use crate::domain::signal::{Pace, Reach, Sample};
use crate::kit::units::Mono;

/// The feeds of a recording.
#[derive(Default)]
pub struct Ears {
    feeds: Vec<(FeedId, Ear)>,
}

#[derive(Default)]
struct Ear {
    memory: Memory,
    last: Option<Mono>,
}

impl Ears {
    /// Whether a poller that follows `pace` would ask this feed by now.
    pub fn is_due(&self, feed: &FeedId, now: Mono, pace: Pace) -> bool {
        let last = self.feeds.iter().find(|(id, _)| id == feed).and_then(|(_, ear)| ear.last);
        last.is_none_or(|last| now >= last + pace.interval())
    }

    /// The sample of a poll; `None` when nobody asked the ingest.
    pub fn hear(&mut self, feed: &FeedId, at: Mono, poll: &Poll, config: &Config) -> Option<Sample> {
        let News::Request { status, body, publisher, .. } = poll.news.iter().rev().find(|_| poll.is_poll())? else {
            return None;
        };
        let set = config.feeds.iter().find(|one| one.id == *feed).and_then(|one| one.publisher.as_deref());
        let wish = publisher.as_deref().or(set);
        let ear = self.ear(feed);
        ear.last = Some(at);
        Some(match answer(status, body.as_bytes()) {
            Ok(document) => ear.memory.sample(at, &document, wish),
            Err(reach) => Sample::unreadable(at, reach),
        })
    }

    fn ear(&mut self, feed: &FeedId) -> &mut Ear {
        let known = self.feeds.iter().position(|(id, _)| id == feed);
        let at = known.unwrap_or_else(|| {
            self.feeds.push((feed.clone(), Ear::default()));
            self.feeds.len() - 1
        });
        &mut self.feeds[at].1
    }
}

fn answer(status: &Status, body: &[u8]) -> Result<Document, Reach> {
    let status = match status {
        Status::Timeout => return Err(Reach::Timeout),
        Status::Refused => return Err(Reach::Refused("connection refused".to_owned())),
        Status::Http(status) => *status,
    };
    match (status, detect::parse(body)) {
        (200..=299, parsed) => Ok(parsed?),
        (401 | 403, _) => Err(Reach::Auth(status)),
        (429, _) => Err(Reach::RateLimited { retry_after: None }),
        (_, Err(complaint @ ParseError::Complaint(_))) => Err(complaint.into()),
        _ => Err(Reach::Http(status)),
    }
}
