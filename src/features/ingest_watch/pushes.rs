//! Statistics that servers and programs send by themselves: who may send them, how often, and what
//! they become. A feed of which nothing comes is unknown, never absent.

use crate::adapters::ingest::detect;
use crate::adapters::ingest::document::{Document, ParseError};
use crate::config::Feed;
use crate::domain::ids::FeedId;
use crate::domain::server::Server;
use crate::kit::clock;
use crate::kit::secret::Secret;
use crate::kit::units::{Millis, Mono};
use crate::runtime::shared::{self, Reader, Writer};
use std::collections::BTreeMap;
use std::sync::Arc;
use subtle::ConstantTimeEq as _;

/// Largest body that is taken.
pub const LARGEST: usize = 256 * 1024;

/// Bodies that are taken for one feed in one second.
const PER_SECOND: u32 = 20;
const SECOND: Millis = Millis(1000);

/// What came for each feed that takes anything.
pub(super) type Inboxes = BTreeMap<FeedId, Inbox>;

/// Where one feed's statistics come in.
#[derive(Clone, Debug, Default)]
pub(super) struct Inbox {
    key: Option<Secret<String>>,
    second: Mono,
    in_second: u32,
    /// The newest body.
    pub arrival: Option<Arrival>,
}

/// One body, read.
#[derive(Clone, Debug)]
pub(super) struct Arrival {
    /// Rises by one with each.
    pub number: u64,
    /// When it came.
    pub at: Mono,
    /// What it says.
    pub read: Result<Document, ParseError>,
    /// As it came, for recordings.
    pub body: Vec<u8>,
}

/// Why a body was not taken. The texts may be shown to the sender.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no such feed, or its statistics are asked for elsewhere.
    #[error("There is no feed '{0}' of the type 'push' in the settings.")]
    NoFeed(FeedId),
    /// The key is missing or wrong, or the feed has none.
    #[error(
        "The key is missing or wrong. Send the feed's push_key as ?key=… or in the Authorization header; \
         a feed without a push_key takes nothing."
    )]
    Key,
    /// More than 20 in this second.
    #[error("That is too often: {PER_SECOND} a second are taken for one feed.")]
    TooOften,
    /// Nobody can read it.
    #[error("These are no statistics of a known kind; found: {0}.")]
    Unreadable(String),
}

/// Where statistics come in; clones share it.
#[derive(Clone)]
pub(super) struct Pushes(Arc<Writer<Inboxes>>);

impl Default for Pushes {
    fn default() -> Self {
        Self(Arc::new(shared::cell(Inboxes::new()).0))
    }
}

impl Pushes {
    /// Takes in for those of these feeds that are of the kind [`Server::Push`], and for no other.
    pub fn keep(&self, feeds: &[Feed]) {
        let taking = || feeds.iter().filter(|feed| feed.kind == Some(Server::Push));
        self.0.edit(|all| {
            all.retain(|id, _| taking().any(|feed| feed.id == *id));
            taking().for_each(|feed| all.entry(feed.id.clone()).or_default().key.clone_from(&feed.push_key));
        });
    }

    /// What came.
    pub fn inboxes(&self) -> Reader<Inboxes> {
        self.0.reader()
    }

    /// Whether `key` opens this feed.
    pub fn admit(&self, feed: &FeedId, key: &[u8]) -> Result<(), Refusal> {
        let wanted = self.0.with(|all| all.get(feed).map(|inbox| inbox.key.clone()));
        let wanted = wanted.ok_or_else(|| Refusal::NoFeed(feed.clone()))?.ok_or(Refusal::Key)?;
        let wanted = wanted.reveal().as_bytes();
        let fits = !wanted.is_empty() && bool::from(wanted.ct_eq(key));
        if fits { Ok(()) } else { Err(Refusal::Key) }
    }

    /// Takes a body in. What nobody can read is kept as well, so that the feed says why it is unknown.
    pub fn push(&self, feed: &FeedId, key: &[u8], body: &[u8]) -> Result<(), Refusal> {
        self.admit(feed, key)?;
        let now = clock::mono();
        if !self.0.edit(|all| all.get_mut(feed).is_some_and(|inbox| inbox.counts(now))) {
            return Err(Refusal::TooOften);
        }
        let read = detect::parse(body);
        let refusal = read.as_ref().err().map(|error| Refusal::Unreadable(error.to_string()));
        self.0.edit(|all| {
            let Some(inbox) = all.get_mut(feed) else { return };
            let number = inbox.arrival.as_ref().map_or(0, |last| last.number) + 1;
            inbox.arrival = Some(Arrival { number, at: now, read, body: body.to_vec() });
        });
        refusal.map_or(Ok(()), Err)
    }
}

impl Inbox {
    /// Counts one more; false when this second has had enough.
    fn counts(&mut self, now: Mono) -> bool {
        if now.since(self.second) >= SECOND {
            (self.second, self.in_second) = (now, 0);
        }
        self.in_second += 1;
        self.in_second <= PER_SECOND
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATS: &[u8] = br#"{"publishers":{"publish/live/feed1":{"bitrate":2500}},"status":"ok"}"#;

    fn pushes(key: Option<&str>) -> Pushes {
        let feed = |id: &str, kind| Feed {
            kind: Some(kind),
            push_key: key.map(Secret::from),
            ..Feed::unset(FeedId::from(id))
        };
        let pushes = Pushes::default();
        pushes.keep(&[feed("cam", Server::Push), feed("asked", Server::Sls)]);
        pushes
    }

    #[test]
    fn who_may_push_and_who_not() {
        let open = pushes(Some("k-123"));
        let keyless = pushes(None);
        let empty = pushes(Some(""));
        let no_feed = |id: &str| Err(Refusal::NoFeed(FeedId::from(id)));
        let table = [
            (&open, "cam", "k-123", Ok(())),
            (&open, "cam", "k-12", Err(Refusal::Key)),
            (&open, "cam", "", Err(Refusal::Key)),
            (&keyless, "cam", "", Err(Refusal::Key)),
            (&empty, "cam", "", Err(Refusal::Key)),
            (&open, "asked", "k-123", no_feed("asked")),
            (&open, "nobody", "k-123", no_feed("nobody")),
        ];
        for (pushes, feed, key, wanted) in table {
            assert_eq!(pushes.push(&FeedId::from(feed), key.as_bytes(), STATS), wanted, "{feed} {key}");
        }
    }

    #[test]
    fn the_newest_body_is_kept_and_one_that_nobody_reads_says_so() {
        let pushes = pushes(Some("k"));
        let cam = FeedId::from("cam");
        let newest = || pushes.inboxes().with(|all| all[&cam].arrival.clone()).expect("an arrival");
        assert_eq!(pushes.push(&cam, b"k", STATS), Ok(()));
        assert_eq!(
            (newest().number, newest().read.map(|document| document.names())),
            (1, Ok(vec!["publish/live/feed1".to_owned()]))
        );
        let refused = pushes.push(&cam, b"k", b"<html>");
        assert_eq!(refused, Err(Refusal::Unreadable("an HTML page".to_owned())));
        assert_eq!((newest().number, newest().read), (2, Err(ParseError::Html)));
    }

    #[test]
    fn new_settings_change_the_key_and_keep_what_came() {
        let pushes = pushes(Some("old"));
        let cam = FeedId::from("cam");
        pushes.push(&cam, b"old", STATS).expect("taken");
        let feed = Feed { kind: Some(Server::Push), push_key: Some(Secret::from("new")), ..Feed::unset(cam.clone()) };
        pushes.keep(&[feed]);
        assert_eq!(pushes.push(&cam, b"old", STATS), Err(Refusal::Key));
        assert!(pushes.inboxes().with(|all| all[&cam].arrival.is_some()));
        pushes.keep(&[]);
        assert_eq!(pushes.admit(&cam, b"new"), Err(Refusal::NoFeed(cam)));
    }

    #[test]
    fn a_flood_is_refused_and_the_next_second_is_new() {
        let mut inbox = Inbox::default();
        let taken = (0..100).filter(|ms| inbox.counts(Mono(*ms))).count();
        assert_eq!(taken, PER_SECOND as usize);
        assert!(!inbox.counts(Mono(999)) && inbox.counts(Mono(1000)));
    }
}
