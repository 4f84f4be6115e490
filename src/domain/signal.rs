//! One poll of an ingest server: what it said, and what it could not say.

use super::ids::FeedId;
use super::server::Server;
use crate::kit::redact;
use crate::kit::units::{Bytes, Kbps, Millis, Mono};
use serde::Serialize;

/// Whether the statistics could be read at all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Reach {
    /// Read and understood.
    Ok,
    /// No answer within the time-out.
    Timeout,
    /// Nobody listens, or the name does not resolve; the text says which.
    Refused(String),
    /// Nobody is asked: statistics are sent to us, or seen in OBS, and none come; the text says so.
    Silent(String),
    /// An HTTP status that is not success.
    Http(u16),
    /// 401 or 403: the setting that carries the credentials is wrong.
    Auth(u16),
    /// The server wants a login or refuses the one it got; the text names the server and the setting.
    Login(String),
    /// 429: asked too often.
    RateLimited {
        /// When the server said it may be asked again.
        retry_after: Option<Millis>,
    },
    /// An answer that is not a statistics document of a known kind; the text says what was found.
    Malformed(String),
    /// The server was restarted or reloaded this very moment; its answer means nothing yet.
    Restarted,
    /// Several publishers and no choice among them; the names.
    Ambiguous(Vec<String>),
    /// STATS_URL is not set.
    NotSetUp,
}

/// Whether the chosen publisher is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Publisher {
    /// Connected, says the server.
    Present,
    /// Not connected, says the server.
    Absent,
    /// The server did not say.
    Unknown,
}

/// What a second witness saw (the kernel's TCP statistics of the ingest socket).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Witness {
    /// Time since the last byte arrived.
    pub last_received: Millis,
    /// Bytes received so far on that socket.
    pub bytes: Bytes,
}

/// One bonded link of the publisher.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Link {
    /// The server's id of the link.
    pub id: String,
    /// Rate over this link.
    pub kbps: Option<Kbps>,
    /// Round-trip time over this link.
    pub rtt: Option<Millis>,
}

/// One poll, as an adapter hands it on. Optional fields are what this server does not tell.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sample {
    /// When the answer was at hand.
    pub at: Mono,
    /// Whether it could be read.
    pub reach: Reach,
    /// Whether the publisher is connected.
    pub publisher: Publisher,
    /// The chosen publisher's name (`app/key`, `publish/live/feed1`).
    pub feed: Option<String>,
    /// A second witness, where one was asked.
    pub witness: Option<Witness>,
    /// Identity of this connection of the publisher; a new value means a new session.
    pub session: Option<String>,
    /// How long the publisher has been connected.
    pub age: Option<Millis>,
    /// Media bytes received in this session.
    pub rx_bytes: Option<Bytes>,
    /// How long `rx_bytes` has been counted, where that may be longer than the session (nginx).
    pub counted_for: Option<Millis>,
    /// How long nothing has arrived, where the server itself tells it (OvenMediaEngine's
    /// `lastRecvTime`, RIST's `received` and `dead`).
    pub idle: Option<Millis>,
    /// The server moves its counters no more often than this (SRS: 3 s); zero where it is at once.
    pub refresh: Millis,
    /// The media clock of the last received packet.
    pub media_ts: Option<Millis>,
    /// The rate as the server publishes it; frozen in a stall on most servers, so it is used only
    /// where the server has no counter, and only while the buffer proves that media arrives.
    pub kbps_server: Option<Kbps>,
    /// The mean rate since the session began, where the server tells it.
    pub kbps_mean: Option<Kbps>,
    /// The span that `kbps_server` covers.
    pub window: Option<Millis>,
    /// Round-trip time.
    pub rtt: Option<Millis>,
    /// Receive-buffer level (SRT `msRcvBuf`).
    pub buffer: Option<Millis>,
    /// Negotiated latency (SRT).
    pub latency: Option<Millis>,
    /// Packets lost on the way so far, most of them recovered.
    pub lost: Option<u64>,
    /// Packets given up so far: damage.
    pub dropped: Option<u64>,
    /// Bonded links.
    pub links: Vec<Link>,
    /// Identity of the server process (pid, or start time); a new value means restart or reload.
    pub server_epoch: Option<String>,
}

impl Sample {
    /// A sample that says nothing but why it says nothing.
    pub fn unreadable(at: Mono, reach: Reach) -> Self {
        Self { reach, publisher: Publisher::Unknown, ..Self::absent(at) }
    }

    /// The server names the publisher, but not one number by which the feed could be judged.
    pub fn tells_nothing(&self) -> bool {
        let counted =
            self.rx_bytes.is_some() || self.media_ts.is_some() || self.buffer.is_some() || self.idle.is_some();
        !counted && self.kbps_server.is_none() && self.kbps_mean.is_none()
    }

    /// A readable sample in which the publisher is not connected.
    pub fn absent(at: Mono) -> Self {
        Self {
            at,
            reach: Reach::Ok,
            publisher: Publisher::Absent,
            feed: None,
            witness: None,
            session: None,
            age: None,
            rx_bytes: None,
            counted_for: None,
            idle: None,
            refresh: Millis(0),
            media_ts: None,
            kbps_server: None,
            kbps_mean: None,
            window: None,
            rtt: None,
            buffer: None,
            latency: None,
            lost: None,
            dropped: None,
            links: Vec::new(),
            server_epoch: None,
        }
    }
}

impl Reach {
    /// The reason with the settings named as they are for this feed: only the main one has STATS_*.
    pub fn reason_at(&self, feed: &FeedId) -> String {
        let reason = self.reason();
        if feed.as_str() == FeedId::MAIN {
            return reason;
        }
        reason.replace("STATS_URL", "its url").replace("STATS_FEED", "its publisher")
    }

    /// The reason in plain words, for page and journal.
    pub fn reason(&self) -> String {
        match self {
            Reach::Ok => "the ingest statistics can be read".to_owned(),
            Reach::Timeout => "the ingest statistics do not answer in time".to_owned(),
            Reach::Refused(why) => format!("cannot reach the ingest statistics ({why})"),
            Reach::Http(status) => format!("the ingest statistics answer HTTP {status}"),
            Reach::Auth(status) => {
                format!(
                    "the ingest statistics want a login (HTTP {status}): write STATS_URL as http://user:password@host/…, or with ?publisher=NAME for irl-srt-server"
                )
            }
            Reach::Login(what) | Reach::Silent(what) => what.clone(),
            Reach::RateLimited { retry_after: Some(wait) } => {
                format!("the ingest server asks us to slow down (HTTP 429, again in {wait})")
            }
            Reach::RateLimited { retry_after: None } => "the ingest server asks us to slow down (HTTP 429)".to_owned(),
            Reach::Malformed(what) => format!("the ingest statistics cannot be understood: {what}"),
            Reach::Restarted => "the ingest server was restarted or reloaded this moment".to_owned(),
            Reach::Ambiguous(names) => {
                let names = redact::publishers(names);
                format!("several publishers are connected; set STATS_FEED to choose one of {names}")
            }
            Reach::NotSetUp => "no ingest is set up (STATS_URL is empty)".to_owned(),
        }
    }
}

/// One feed: the newest poll.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Feed {
    /// Rises by one with each poll, so that a reader knows a new sample from one it has seen.
    pub polls: u64,
    /// The newest sample; `None` before the first poll ended.
    pub sample: Option<Sample>,
    /// What kind of server answers, once recognised.
    pub server: Option<Server>,
    /// Several nginx workers answer in turn, each for its own streams alone.
    pub several_workers: bool,
    /// All connected publishers, the wanted one or not, sorted; empty where the page was not readable.
    pub names: Vec<String>,
}

/// The feeds cell: every feed that is set up, in the order of the settings.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Feeds {
    /// Each feed by its id, once.
    pub list: Vec<(FeedId, Feed)>,
}

impl Feeds {
    /// The feed with this id.
    pub fn get(&self, id: &FeedId) -> Option<&Feed> {
        self.list.iter().find(|(one, _)| one == id).map(|(_, feed)| feed)
    }

    /// The same to write into.
    pub fn get_mut(&mut self, id: &FeedId) -> Option<&mut Feed> {
        self.list.iter_mut().find(|(one, _)| one == id).map(|(_, feed)| feed)
    }

    /// The feed that stands first in the settings.
    pub fn first(&self) -> Option<&Feed> {
        self.list.first().map(|(_, feed)| feed)
    }
}

/// How fast the machine wants a feed polled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pace {
    /// Once a second.
    #[default]
    Calm,
    /// Every 250 ms: something is not good and not decided yet.
    Quick,
}

impl Pace {
    /// Time from one poll's start to the next.
    pub fn interval(self) -> Millis {
        match self {
            Pace::Calm => Millis(1000),
            Pace::Quick => Millis(250),
        }
    }
}

/// The paces cell: which feeds are to be polled quickly.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paces {
    quick: Vec<FeedId>,
}

impl Paces {
    /// The pace of a feed; calm unless something else was said of it.
    pub fn of(&self, id: &FeedId) -> Pace {
        if self.quick.contains(id) { Pace::Quick } else { Pace::Calm }
    }

    /// Sets the pace of a feed.
    pub fn set(&mut self, id: &FeedId, pace: Pace) {
        match pace {
            Pace::Calm => self.quick.retain(|one| one != id),
            Pace::Quick if self.quick.contains(id) => {}
            Pace::Quick => self.quick.push(id.clone()),
        }
    }

    /// The same with one feed's pace set.
    pub fn with(mut self, id: &FeedId, pace: Pace) -> Self {
        self.set(id, pace);
        self
    }

    /// The pace of the most urgent feed.
    pub fn most_urgent(&self) -> Pace {
        if self.quick.is_empty() { Pace::Calm } else { Pace::Quick }
    }
}
