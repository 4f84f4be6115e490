//! How Helix calls travel: to the address of the settings, with limits on time and size, with patience
//! for a full bucket, and never with a token in an error. `twitch_api` makes the requests and reads the
//! answers; what is no success never reaches it.

use super::access::Access;
use super::error::TwitchError;
use crate::domain::twitch::Rate;
use crate::kit::clock;
use crate::kit::units::{Millis, UnixMs};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, StatusCode};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use twitch_api::client::{Bytes, Request, Response};
use url::Url;

/// Longest wait for one answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// The largest real answers (emote sets, long lists) stay well below.
const LARGEST: usize = 4 * 1024 * 1024;
/// A full bucket is waited for at most this long; a minute fills it from empty.
const LONGEST_WAIT: Millis = Millis(5000);
/// Questions (GET) are asked again so often after passing trouble; orders never.
const TRIES: u32 = 3;
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(300);
/// Where `twitch_api` believes Helix to be.
const BELIEVED: &str = "/helix/";

/// An HTTP client for `twitch_api`; clones share the rate limit.
#[derive(Clone)]
pub struct Transport {
    http: Client,
    base: Url,
    rate: Arc<Mutex<Option<Rate>>>,
}

impl Transport {
    /// To the Helix at `base` (with a slash at its end).
    ///
    /// # Errors
    /// The system gives no HTTP client.
    pub fn new(base: Url) -> anyhow::Result<Self> {
        let http = Client::builder().redirect(Policy::none()).timeout(PATIENCE).build()?;
        Ok(Self { http, base, rate: Arc::default() })
    }

    /// The rate limit by the last answer.
    pub fn rate(&self) -> Option<Rate> {
        *self.rate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn send(self, request: Request) -> Result<Response, TwitchError> {
        let (parts, body) = request.into_parts();
        let question = parts.method == Method::GET;
        let url = self.rewritten(&parts.uri.to_string())?;
        let mut tries = 0;
        loop {
            tries += 1;
            let request = self.http.request(parts.method.clone(), url.clone()).headers(parts.headers.clone());
            let answer = self.once(request.body(body.clone())).await;
            let wait = match &answer {
                // A limit of the endpoint's own leaves the bucket half full: that is an answer, not a wait.
                Err(TwitchError::RateLimited { until: Some(until) }) if self.bucket_is_empty() => {
                    Some(until.since(clock::unix())).filter(|wait| *wait <= LONGEST_WAIT).map(Duration::from)
                }
                Err(error) if question && error.is_passing() => Some(PAUSE * tries),
                _ => None,
            };
            match wait.filter(|_| tries < TRIES) {
                Some(wait) => tokio::time::sleep(wait).await,
                None => return answer,
            }
        }
    }

    /// A call without types: see [`super::helix::Helix::plain`].
    pub(super) async fn plain(
        self,
        method: &'static str,
        path: &str,
        body: Option<&serde_json::Value>,
        access: &Access,
    ) -> Result<Bytes, TwitchError> {
        let own = TwitchError::Malformed("our own request");
        let value = |text: &str| HeaderValue::from_str(text).map_err(|_| own.clone());
        let mut request = Request::new(Bytes::from(body.map(ToString::to_string).unwrap_or_default()));
        *request.method_mut() = method.parse().map_err(|_| own.clone())?;
        *request.uri_mut() = format!("https://api.twitch.tv{BELIEVED}{path}").parse().map_err(|_| own.clone())?;
        request.headers_mut().insert(AUTHORIZATION, value(&format!("Bearer {}", access.token.reveal()))?);
        request.headers_mut().insert("client-id", value(&access.client_id)?);
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok(self.send(request).await?.into_body())
    }

    async fn once(&self, request: reqwest::RequestBuilder) -> Result<Response, TwitchError> {
        let response = request.send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let rate = rate(&headers);
        if rate.is_some() {
            *self.rate.lock().unwrap_or_else(PoisonError::into_inner) = rate;
        }
        let body = bounded(response).await?;
        if !status.is_success() {
            let reset = rate.map(|rate| rate.reset_at).or_else(|| retry_after(&headers));
            return Err(TwitchError::of_answer(status, reset, &body));
        }
        let mut answer = Response::new(Bytes::from(body));
        *answer.status_mut() = StatusCode::as_u16(&status).try_into().unwrap_or_default();
        Ok(answer)
    }

    fn bucket_is_empty(&self) -> bool {
        self.rate().is_none_or(|rate| rate.remaining == 0)
    }

    /// The same path below our base.
    fn rewritten(&self, uri: &str) -> Result<Url, TwitchError> {
        let below = uri.split_once(BELIEVED).map(|(_, below)| below);
        below.and_then(|below| self.base.join(below).ok()).ok_or(TwitchError::Malformed("our own request"))
    }
}

impl twitch_api::HttpClient for Transport {
    type Error = TwitchError;

    fn req(&self, request: Request) -> impl Future<Output = Result<Response, TwitchError>> + Send + use<> {
        self.clone().send(request)
    }
}

fn rate(headers: &HeaderMap) -> Option<Rate> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<i64>().ok();
    Some(Rate {
        limit: u32::try_from(number("ratelimit-limit")?).ok()?,
        remaining: u32::try_from(number("ratelimit-remaining")?.max(0)).ok()?,
        reset_at: UnixMs(number("ratelimit-reset")?.checked_mul(1000)?),
    })
}

fn retry_after(headers: &HeaderMap) -> Option<UnixMs> {
    let secs: i64 = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(UnixMs(clock::unix().0 + secs.clamp(0, 3600) * 1000))
}

async fn bounded(mut response: reqwest::Response) -> Result<Vec<u8>, TwitchError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > LARGEST {
            return Err(TwitchError::Malformed("an answer larger than 4 MiB"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
