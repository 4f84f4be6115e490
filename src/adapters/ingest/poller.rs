//! One poll of a feed's statistics: asks, reads, and turns every failure into a sample that says why.

use super::document::{Document, ParseError, Server};
use super::http::{Exchange, Http};
use super::{detect, memory::Memory};
use crate::config;
use crate::domain::signal::{Reach, Sample};
use crate::kit::clock;
use crate::kit::units::Millis;
use reqwest::RequestBuilder;
use reqwest::header::CONNECTION;
use std::time::Duration;
use url::Url;

/// Waiting time after a 429 that does not say when to come back, and the bounds of one that does.
const RETRY_DEFAULT: Millis = Millis(5000);
const RETRY_BOUNDS: (Millis, Millis) = (Millis(1000), Millis(60_000));

/// Asks one statistics page, again and again.
pub struct Poller {
    http: Http,
    url: Url,
    timeout: Duration,
    feed: Option<String>,
    memory: Memory,
    server: Option<Server>,
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
    /// Several nginx workers answer in turn, each for its own streams alone.
    pub several_workers: bool,
    /// Ask again no sooner than this after the answer (rate limited).
    pub pause: Millis,
    /// What was heard on the wire, in order, for recordings.
    pub exchanges: Vec<Exchange>,
}

impl Poller {
    /// A poller for the settings; `None` when no address is set. Fails only when the system gives no
    /// HTTP client (no usable TLS).
    pub fn new(settings: &config::Feed) -> anyhow::Result<Option<Self>> {
        let Some(url) = &settings.url else { return Ok(None) };
        Ok(Some(Self {
            http: Http::new()?,
            url: url.reveal().clone(),
            timeout: settings.timeout.into(),
            feed: settings.publisher.clone(),
            memory: Memory::default(),
            server: None,
        }))
    }

    /// Asks once. Never takes longer than the time-out; every failure is a sample that says why.
    pub async fn poll(&mut self) -> Answer {
        let asked = tokio::time::timeout(self.timeout, self.ask()).await.unwrap_or(Err(Reach::Timeout));
        let at = clock::mono();
        let pause = asked.as_ref().err().map_or(Millis(0), pause);
        let (sample, names) = match asked {
            Ok(document) => {
                self.server = Some(document.server);
                (self.memory.sample(at, &document, self.feed.as_deref()), Some(document.names()))
            }
            Err(reach) => (Sample::unreadable(at, reach), None),
        };
        let several_workers = self.memory.several_workers();
        Answer { sample, server: self.server, names, several_workers, pause, exchanges: self.http.take_exchanges() }
    }

    /// The shortest time between two polls that this server bears.
    pub fn min_interval(&self) -> Millis {
        self.server.map_or(Millis(0), Server::min_interval)
    }

    /// reqwest turns the login of the address into basic authentication. nginx is asked over a new
    /// connection each time: a kept one stays with one worker, and with several workers that may be
    /// one which will never know of the stream.
    fn request(&self) -> RequestBuilder {
        let request = self.http.client.get(self.url.clone());
        match self.server {
            None | Some(Server::Nginx) => request.header(CONNECTION, "close"),
            Some(_) => request,
        }
    }

    async fn ask(&mut self) -> Result<Document, Reach> {
        let request = self.request();
        let reply = self.http.send(request).await?;
        if reply.status.is_success() {
            return Ok(detect::parse(&reply.body)?);
        }
        // OpenIRL explains its 404 in words: they help more than the number.
        match detect::parse(&reply.body) {
            Err(complaint @ ParseError::Complaint(_)) => Err(complaint.into()),
            _ => Err(Reach::Http(reply.status.as_u16())),
        }
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
