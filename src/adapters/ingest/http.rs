//! One request of a conversation with a statistics server, with a limit on everything: time (the
//! poller's), size, redirects. What was said is kept, so that it can be recorded and replayed.

use super::document::ParseError;
use super::no_answer::why;
use crate::domain::signal::Reach;
use crate::kit::units::Millis;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use std::collections::VecDeque;

/// Real pages have a few kilobytes.
const BODY_LIMIT: usize = 1024 * 1024;

/// Logins are in no recording; while one is played every server lets us in, each in its own form.
const LET_IN: &str =
    r#"{"success":true,"data":{"token":"recorded"},"access_token":"recorded","refresh_token":"recorded"}"#;

/// An HTTP client for statistics pages, and what it heard since [`Http::take_exchanges`].
#[derive(Clone)]
pub struct Http {
    /// For building requests.
    pub client: Client,
    exchanges: Vec<Exchange>,
    /// What is answered instead of asking anybody, where a recording is played.
    tape: Option<VecDeque<Exchange>>,
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
    /// The reply, unless it says that the asker has no right (401, 403) or asks too often (429).
    pub fn admitted(self) -> Result<Self, Reach> {
        match self.status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(Reach::Auth(self.status.as_u16())),
            StatusCode::TOO_MANY_REQUESTS => Err(Reach::RateLimited { retry_after: retry_after(&self.headers) }),
            _ => Ok(self),
        }
    }

    /// What `parse` reads from the body. A status other than success is the reason, unless the server
    /// explains itself in words (OpenIRL's 404): they help more than the number.
    pub fn read<T>(self, parse: impl FnOnce(&[u8]) -> Result<T, ParseError>) -> Result<T, Reach> {
        let reply = self.admitted()?;
        match parse(&reply.body) {
            Err(complaint @ ParseError::Complaint(_)) => Err(complaint.into()),
            _ if !reply.status.is_success() => Err(Reach::Http(reply.status.as_u16())),
            read => Ok(read?),
        }
    }

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
        Ok(Self { client, exchanges: Vec::new(), tape: None })
    }

    /// Sends a request and hands on whatever is answered. Errors: no answer, a body that is too large
    /// or breaks off.
    pub async fn send(&mut self, request: RequestBuilder) -> Result<Reply, Reach> {
        // Stands until the answer is whole: whoever drops this future has waited long enough.
        self.exchanges.push(Exchange { status: Status::Timeout, body: Vec::new() });
        let answered = match &mut self.tape {
            Some(tape) => played(tape.pop_front()),
            None => answer(request).await,
        };
        match answered {
            Ok(reply) => {
                self.note(Status::Http(reply.status.as_u16()), reply.body.clone());
                Ok(reply)
            }
            Err(reach) => {
                let status = if reach == Reach::Timeout { Status::Timeout } else { Status::Refused };
                self.note(status, Vec::new());
                Err(reach)
            }
        }
    }

    /// Sends a request of which nothing may be recorded: a login, or one that is answered with a token.
    pub async fn send_secret(&mut self, request: RequestBuilder) -> Result<Reply, Reach> {
        match &self.tape {
            Some(_) => Ok(recorded(200, LET_IN.as_bytes().to_vec())),
            None => answer(request).await,
        }
    }

    /// From now on plays these exchanges, in order, and asks nobody. What lies unplayed is dropped.
    pub fn play(&mut self, exchanges: impl IntoIterator<Item = Exchange>) {
        self.tape = Some(exchanges.into_iter().collect());
    }

    /// Whether played exchanges are left that nobody has asked for.
    pub fn has_more(&self) -> bool {
        self.tape.as_ref().is_some_and(|left| !left.is_empty())
    }

    /// What was heard since the last call, in order.
    pub fn take_exchanges(&mut self) -> Vec<Exchange> {
        std::mem::take(&mut self.exchanges)
    }

    fn note(&mut self, status: Status, body: Vec<u8>) {
        if let Some(last) = self.exchanges.last_mut() {
            *last = Exchange { status, body };
        }
    }
}

async fn answer(request: RequestBuilder) -> Result<Reply, Reach> {
    let response = request.send().await.map_err(|error| why(&error))?;
    let (status, headers) = (response.status(), response.headers().clone());
    Ok(Reply { status, headers, body: bounded(response).await? })
}

fn played(exchange: Option<Exchange>) -> Result<Reply, Reach> {
    match exchange.map(|one| (one.status, one.body)) {
        Some((Status::Http(status), body)) => Ok(recorded(status, body)),
        Some((Status::Timeout, _)) => Err(Reach::Timeout),
        Some((Status::Refused, _)) => Err(Reach::Refused("no connection".to_owned())),
        None => Err(Reach::Refused("nothing was recorded".to_owned())),
    }
}

fn recorded(status: u16, body: Vec<u8>) -> Reply {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Reply { status, headers: HeaderMap::new(), body }
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
