//! One poll of a feed's statistics: asks, reads, and turns every failure into a sample that says why.

use super::document::{Document, Server};
use super::http::{Exchange, Http};
use super::memory::Memory;
use super::way::Way;
use super::words;
use crate::config;
use crate::domain::signal::{Reach, Sample};
use crate::kit::clock;
use crate::kit::units::{Millis, Mono};

/// Waiting time after a 429 that does not say when to come back, and the bounds of one that does.
const RETRY_DEFAULT: Millis = Millis(5000);
const RETRY_BOUNDS: (Millis, Millis) = (Millis(1000), Millis(60_000));

/// Asks one server, again and again.
pub struct Poller {
    http: Http,
    feed: config::Feed,
    way: Way,
    memory: Memory,
}

/// What one poll brought.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The sample for the wanted publisher.
    pub sample: Sample,
    /// Who answers, once recognised by any poll so far.
    pub server: Option<Server>,
    /// All connected publishers, the wanted one or not, sorted; `None` if the page was not readable.
    pub names: Option<Vec<String>>,
    /// The same with their numbers, in the server's order; empty if the page was not readable.
    pub publishers: Vec<Sample>,
    /// Several nginx workers answer in turn, each for its own streams alone.
    pub several_workers: bool,
    /// Ask again no sooner than this after the answer (rate limited).
    pub pause: Millis,
    /// What was heard on the wire, in order, for recordings.
    pub exchanges: Vec<Exchange>,
}

impl Answer {
    /// An answer of which nothing is known but why.
    pub fn unreadable(at: Mono, reach: Reach) -> Self {
        let sample = Sample::unreadable(at, reach);
        let (server, names, publishers, exchanges) = (None, None, Vec::new(), Vec::new());
        Self { sample, server, names, publishers, several_workers: false, pause: Millis(0), exchanges }
    }
}

impl Answer {
    /// What a document says of the wanted publisher.
    pub(super) fn understood(memory: &mut Memory, at: Mono, mut document: Document, wish: Option<&str>) -> Self {
        let refresh = document.server.refresh();
        document.publishers.iter_mut().for_each(|one| (one.at, one.refresh) = (at, one.refresh.max(refresh)));
        let sample = memory.sample(at, &document, wish);
        let names = Some(document.names());
        let several_workers = memory.several_workers();
        Answer { sample, names, several_workers, publishers: document.publishers, ..Answer::unreadable(at, Reach::Ok) }
    }
}

impl Poller {
    /// A poller for the settings; `None` when there is nothing to ask (no address, or the server
    /// sends by itself). Fails only when the system gives no HTTP client (no usable TLS).
    pub fn new(settings: &config::Feed) -> anyhow::Result<Option<Self>> {
        Ok(Self::over(Http::new()?, settings))
    }

    /// The same over a client that is shared with others.
    pub fn over(http: Http, settings: &config::Feed) -> Option<Self> {
        let sent = matches!(settings.kind, Some(Server::Push | Server::Obs));
        let url = settings.url.as_ref().filter(|_| !sent)?;
        let way = Way::new(settings.kind, url.reveal());
        Some(Self { http, feed: settings.clone(), way, memory: Memory::default() })
    }

    /// Asks once. Never takes longer than the time-out; every failure is a sample that says why.
    pub async fn poll(&mut self) -> Answer {
        let asking = self.way.ask(&mut self.http, &self.feed);
        let asked = tokio::time::timeout(self.feed.timeout.into(), asking).await.unwrap_or(Err(Reach::Timeout));
        self.answer(clock::mono(), asked)
    }

    fn answer(&mut self, at: Mono, asked: Result<Document, Reach>) -> Answer {
        let answer = match asked {
            Ok(document) => self.understood(at, document),
            Err(reach) => self.failed(at, reach),
        };
        Answer { server: self.way.server(), exchanges: self.http.take_exchanges(), ..answer }
    }

    /// What [`Poller::poll`] would have made of these exchanges at this moment. Nobody is asked.
    pub async fn replay(&mut self, at: Mono, heard: Vec<Exchange>) -> Answer {
        self.http.play(heard);
        let asked = self.way.ask(&mut self.http, &self.feed).await;
        self.answer(at, asked)
    }

    /// The shortest time between two polls that this server bears.
    pub fn min_interval(&self) -> Millis {
        self.way.server().map_or(Millis(0), Server::min_interval)
    }

    fn understood(&mut self, at: Mono, document: Document) -> Answer {
        Answer::understood(&mut self.memory, at, document, self.feed.publisher.as_deref())
    }

    fn failed(&self, at: Mono, reach: Reach) -> Answer {
        let several_workers = self.memory.several_workers();
        let reach = words::with_setting(reach, self.way.server().or(self.feed.kind), &self.feed);
        Answer { pause: pause(&reach), several_workers, ..Answer::unreadable(at, reach) }
    }
}

/// The wait after a refusal for asking too often; nothing otherwise.
fn pause(reach: &Reach) -> Millis {
    match reach {
        Reach::RateLimited { retry_after } => {
            retry_after.unwrap_or(RETRY_DEFAULT).clamp(RETRY_BOUNDS.0, RETRY_BOUNDS.1)
        }
        _ => Millis(0),
    }
}
