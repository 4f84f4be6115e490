//! One request of a conversation with a statistics server, with a limit on everything: time (the
//! poller's), size, redirects. What was said is kept, so that it can be recorded and replayed.

use super::no_answer::why;
use crate::domain::signal::Reach;
use crate::kit::units::Millis;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response, StatusCode};

/// Real pages have a few kilobytes.
const BODY_LIMIT: usize = 1024 * 1024;

/// An HTTP client for statistics pages, and what it heard since [`Http::take_exchanges`].
#[derive(Clone)]
pub struct Http {
    /// For building requests.
    pub client: Client,
    exchanges: Vec<Exchange>,
}

/// What one request brought, as it can be written down and replayed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// How the request ended.
    pub status: Status,
    /// The answer's body; empty where there was none.
    pub body: Vec<u8>,
}

/// How a request ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// With this HTTP status.
    Http(u16),
    /// Without an answer in time.
    Timeout,
    /// Without a connection, or with one that broke off.
    Refused,
}

/// An answer with a status that a parser can do something with.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    /// The server's own clock (`Date`), for comparison with its own times only.
    pub fn date(&self) -> Option<&str> {
        self.headers.get(DATE)?.to_str().ok()
    }
}

impl Http {
    /// A client. Fails only when the system gives none (no usable TLS).
    pub fn new() -> anyhow::Result<Self> {
        // A statistics page is near: a proxy from the environment has no business between.
        let client = Client::builder().redirect(Policy::none()).no_proxy().build()?;
        Ok(Self { client, exchanges: Vec::new() })
    }

    /// Sends a request. Errors: no answer, 401 and 403, 429, a body that is too large or breaks off.
    /// Any other status is a reply.
    pub async fn send(&mut self, request: RequestBuilder) -> Result<Reply, Reach> {
        // Stands until the answer is whole: whoever drops this future has waited long enough.
        self.exchanges.push(Exchange { status: Status::Timeout, body: Vec::new() });
        let response = request.send().await.map_err(|error| self.failed(why(&error)))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = bounded(response).await.map_err(|reach| self.failed(reach))?;
        self.note(Status::Http(status.as_u16()), body.clone());
        match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(Reach::Auth(status.as_u16())),
            StatusCode::TOO_MANY_REQUESTS => Err(Reach::RateLimited { retry_after: retry_after(&headers) }),
            _ => Ok(Reply { status, headers, body }),
        }
    }

    /// What was heard since the last call, in order.
    pub fn take_exchanges(&mut self) -> Vec<Exchange> {
        std::mem::take(&mut self.exchanges)
    }

    fn failed(&mut self, reach: Reach) -> Reach {
        let status = if reach == Reach::Timeout { Status::Timeout } else { Status::Refused };
        self.note(status, Vec::new());
        reach
    }

    fn note(&mut self, status: Status, body: Vec<u8>) {
        if let Some(last) = self.exchanges.last_mut() {
            *last = Exchange { status, body };
        }
    }
}

/// `Retry-After` in seconds; the form with a date counts as not given.
fn retry_after(headers: &HeaderMap) -> Option<Millis> {
    let secs: u64 = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Millis(secs.saturating_mul(1000)))
}

/// The body, as long as it is reasonable.
async fn bounded(mut response: Response) -> Result<Vec<u8>, Reach> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > BODY_LIMIT => {
                return Err(Reach::Malformed("an answer larger than 1 MiB".to_owned()));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Err(_) => return Err(Reach::Malformed("an answer that breaks off".to_owned())),
        }
    }
}
