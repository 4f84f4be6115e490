//! What each feed's poller would have made of the recorded answers: the same conversations, over a
//! line on which the answers are those of the file.

use super::reader::Poll;
use crate::adapters::ingest::conversation::Conversation;
use crate::adapters::ingest::detect;
use crate::adapters::ingest::document::Document;
use crate::adapters::ingest::http::{Exchange, Http, Status};
use crate::adapters::ingest::memory::Memory;
use crate::adapters::ingest::page::Page;
use crate::adapters::ingest::recording::News;
use crate::adapters::ingest::talk::{Miss, Talk};
use crate::config::{self, Config};
use crate::domain::ids::FeedId;
use crate::domain::server::Server;
use crate::domain::signal::{Pace, Reach, Sample};
use crate::kit::units::Mono;
use futures_util::FutureExt as _;
use std::io;
use std::sync::LazyLock;
use tokio::runtime::{self, Handle, Runtime};
use url::Url;

/// Conversations set themselves time limits, which want a runtime about them; it never has to wait.
static CONTEXT: LazyLock<io::Result<Runtime>> =
    LazyLock::new(|| runtime::Builder::new_current_thread().enable_time().build());

/// The feeds of a recording.
pub struct Ears {
    context: Handle,
    /// Where nobody is: questions only decide which recorded answer is next.
    nowhere: Url,
    http: Http,
    feeds: Vec<Ear>,
}

struct Ear {
    settings: config::Feed,
    kind: Option<Server>,
    conversation: Conversation,
    memory: Memory,
    last: Option<Mono>,
}

impl Ears {
    /// Ears that have heard nothing. Fails only when the system gives no HTTP client.
    pub fn new() -> anyhow::Result<Self> {
        let context = CONTEXT.as_ref().map_err(|error| anyhow::anyhow!("no runtime: {error}"))?.handle().clone();
        Ok(Self { context, nowhere: Url::parse("http://recorded.invalid/")?, http: Http::new()?, feeds: Vec::new() })
    }

    /// Whether a poller that follows `pace` would ask this feed by now.
    pub fn is_due(&self, feed: &FeedId, now: Mono, pace: Pace) -> bool {
        let last = self.feeds.iter().find(|ear| ear.settings.id == *feed).and_then(|ear| ear.last);
        last.is_none_or(|last| now >= last + pace.interval())
    }

    /// The sample of a poll; `None` when nobody asked the ingest.
    pub fn hear(&mut self, feed: &FeedId, at: Mono, poll: &Poll, config: &Config) -> Option<Sample> {
        let requests = || poll.news.iter().filter_map(request);
        let Heard { kind, publisher, .. } = requests().next_back()?;
        let exchanges: Vec<Exchange> = requests().map(|heard| heard.exchange).collect();
        let last = exchanges.last().cloned();
        self.http.play(exchanges);
        let ear = ear(&mut self.feeds, &self.nowhere, feed, config);
        if let Some(publisher) = publisher {
            ear.settings.publisher = Some(publisher);
        }
        if kind.is_some() && kind != ear.kind {
            ear.speak_with(kind, &self.nowhere);
        }
        ear.last = Some(at);
        let _inside = self.context.enter();
        let asked = ear.ask_until_understood(&mut self.http, &self.nowhere);
        // Nobody records a replay.
        self.http.take_exchanges();
        // Written by hand: the one request whose answer says that nobody is there.
        let alone = |reach| last.filter(is_not_found).and_then(|last| detect::parse(&last.body).ok()).ok_or(reach);
        Some(match asked.or_else(alone) {
            Ok(document) => ear.sample(at, document),
            Err(reach) => Sample::unreadable(at, reach),
        })
    }
}

fn is_not_found(exchange: &Exchange) -> bool {
    exchange.status == Status::Http(404)
}

/// One request's line.
struct Heard {
    kind: Option<Server>,
    publisher: Option<String>,
    exchange: Exchange,
}

fn request(news: &News<'_>) -> Option<Heard> {
    let News::Request { kind, status, body, publisher } = news else { return None };
    let exchange = Exchange { status: status.clone(), body: body.as_bytes().to_vec() };
    Some(Heard { kind: *kind, publisher: publisher.as_deref().map(str::to_owned), exchange })
}

fn ear<'a>(feeds: &'a mut Vec<Ear>, nowhere: &Url, feed: &FeedId, config: &Config) -> &'a mut Ear {
    let known = feeds.iter().position(|ear| ear.settings.id == *feed);
    let at = known.unwrap_or_else(|| {
        let set = config.feeds.iter().find(|one| one.id == *feed).cloned();
        feeds.push(Ear::new(set.unwrap_or_else(|| config::Feed::unset(feed.clone())), nowhere));
        feeds.len() - 1
    });
    &mut feeds[at]
}

impl Ear {
    fn new(settings: config::Feed, nowhere: &Url) -> Self {
        let conversation = Conversation::Page(Page::of(nowhere.clone()));
        let mut ear = Self { kind: None, settings, conversation, memory: Memory::default(), last: None };
        ear.speak_with(ear.settings.kind, nowhere);
        ear
    }

    fn speak_with(&mut self, kind: Option<Server>, nowhere: &Url) {
        self.kind = kind;
        if let Some(server) = kind {
            self.conversation = Conversation::with(server, nowhere);
        }
    }

    /// Somebody who looked round asked in several ways; the first answer that is understood counted.
    fn ask_until_understood(&mut self, http: &mut Http, nowhere: &Url) -> Result<Document, Reach> {
        loop {
            let mut talk = Talk { http, feed: &self.settings, server: self.kind };
            // Nothing is waited for, so the answer is there at once.
            let asked = self.conversation.ask(&mut talk).now_or_never();
            let reach = match asked.unwrap_or(Err(Miss::Reach(Reach::Timeout))) {
                Ok(document) => {
                    if self.kind != Some(document.server) {
                        self.speak_with(Some(document.server), nowhere);
                    }
                    return Ok(document);
                }
                Err(Miss::Reach(reach)) => reach,
                Err(Miss::Other(server)) => {
                    self.speak_with(Some(server), nowhere);
                    Reach::Auth(401)
                }
            };
            if !http.has_more() {
                return Err(reach);
            }
        }
    }

    fn sample(&mut self, at: Mono, mut document: Document) -> Sample {
        let refresh = document.server.refresh();
        document.publishers.iter_mut().for_each(|one| one.refresh = one.refresh.max(refresh));
        self.memory.sample(at, &document, self.settings.publisher.as_deref())
    }
}
