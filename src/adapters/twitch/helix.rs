//! Helix: typed calls through `twitch_api`, with our errors.

use super::access::Access;
use super::error::TwitchError;
use super::transport::Transport;
use crate::domain::twitch::Rate;
use serde::de::DeserializeOwned;
use twitch_api::HelixClient;
use twitch_api::client::Bytes;
use twitch_api::helix::request::RequestGet;
use twitch_api::helix::{ClientRequestError, Request, Response};
use url::Url;

/// Speaks with Helix; clones share connections and rate limit.
#[derive(Clone)]
pub struct Helix {
    client: HelixClient<'static, Transport>,
}

impl Helix {
    /// To the Helix at this address.
    ///
    /// # Errors
    /// The system gives no HTTP client.
    pub fn new(base: Url) -> anyhow::Result<Self> {
        Ok(Self { client: HelixClient::with_client(Transport::new(base)?) })
    }

    /// The rate limit by the last answer.
    pub fn rate(&self) -> Option<Rate> {
        self.client.get_client().rate()
    }

    /// A question.
    ///
    /// # Errors
    /// See [`TwitchError`].
    pub async fn get<R, D>(&self, request: R, access: &Access) -> Result<Response<R, D>, TwitchError>
    where
        R: Request<Response = D> + RequestGet,
        D: DeserializeOwned + PartialEq,
    {
        self.client.req_get(request, &access.for_crate()).await.map_err(ours)
    }

    /// A call whose answer the caller reads (`calls`): `path` below the base with its query, JSON both ways.
    /// The answer's body.
    ///
    /// # Errors
    /// See [`TwitchError`].
    pub async fn plain(
        &self,
        method: &'static str,
        path: &str,
        body: Option<&serde_json::Value>,
        access: &Access,
    ) -> Result<Bytes, TwitchError> {
        self.client.get_client().clone().plain(method, path, body, access).await
    }
}

/// The crate's errors hold addresses and bodies: only ours go on.
fn ours(error: ClientRequestError<TwitchError>) -> TwitchError {
    match error {
        ClientRequestError::RequestError(error) => error,
        _ => TwitchError::Malformed("Helix"),
    }
}
