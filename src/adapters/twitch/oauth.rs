//! `https://id.twitch.tv/oauth2/`: device code, code grant, refresh, validate, revoke.
//!
//! Facts (dev.twitch.tv, authentication): parameters go into the body; the device start calls its list
//! `scopes`, answers call it `scope`; "not yet typed" is a 400 with `authorization_pending`; refresh
//! tokens of Public applications work once, so a new pair must be on the disk before it is used.

use super::error::TwitchError;
use crate::config;
use crate::kit::secret::Secret;
use crate::kit::units::Millis;
use reqwest::header::AUTHORIZATION;
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::borrow::Borrow;
use std::time::Duration;
use url::Url;

/// Longest wait for one answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Answers have a few hundred bytes.
const LARGEST: usize = 256 * 1024;
/// What `slow_down` adds to the time between two questions (RFC 8628, 3.5).
pub const SLOWER: Millis = Millis(5000);
/// RFC 8628.
const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// Speaks with the sign-in service for one application.
#[derive(Clone, Debug)]
pub struct OAuth {
    http: Client,
    base: Url,
    client_id: String,
    client_secret: Option<Secret<String>>,
}

/// A new pair of tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// The access token.
    pub access: Secret<String>,
    /// The refresh token; without one the sign-in ends with the access token.
    pub refresh: Secret<String>,
    /// Life of the access token.
    pub life: Millis,
    /// What it may do.
    pub scopes: Vec<String>,
}

/// A device sign-in that was begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Our half; a secret until it is used.
    pub device_code: Secret<String>,
    /// What the person types.
    pub user_code: String,
    /// Where.
    pub verification_uri: String,
    /// How long both live.
    pub life: Millis,
    /// Time between two questions.
    pub interval: Millis,
}

/// How a device sign-in stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceAnswer {
    /// Nobody has typed the code yet.
    Pending,
    /// The same, and Twitch wants to be asked less often: [`SLOWER`].
    SlowDown,
    /// It was typed, and the account agreed.
    Granted(Granted),
    /// It is over without a sign-in: refused, used, or too old.
    Over(String),
}

/// What Twitch says of an access token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Validated {
    /// The application that it was made for.
    pub client_id: String,
    /// The account's id.
    pub user_id: String,
    /// Its name in lower case.
    pub login: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// What is left of its life.
    pub life: Millis,
}

impl OAuth {
    /// For the application of the settings; `None` without a client id.
    ///
    /// # Errors
    /// The system gives no HTTP client.
    pub fn new(settings: &config::Twitch) -> anyhow::Result<Option<Self>> {
        let Some(client_id) = settings.client_id.clone() else { return Ok(None) };
        let http = Client::builder().redirect(Policy::none()).timeout(PATIENCE).build()?;
        let client_secret = settings.client_secret.clone();
        Ok(Some(Self { http, base: settings.oauth2_url.clone(), client_id, client_secret }))
    }

    /// The application's id.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Whether the application has a secret: then the code grant can be used.
    pub fn is_confidential(&self) -> bool {
        self.client_secret.is_some()
    }

    /// Begins a device sign-in.
    ///
    /// # Errors
    /// Twitch refuses (unknown client id, unknown scope) or cannot be reached.
    pub async fn begin_device(&self, scopes: &[&str]) -> Result<Device, TwitchError> {
        let fields = [("client_id", self.client_id.as_str()), ("scopes", &scopes.join(" "))];
        let started: DeviceStarted = self.ask(self.post("device", &fields)).await?;
        Ok(Device {
            device_code: Secret::new(started.device_code),
            user_code: started.user_code,
            verification_uri: started.verification_uri,
            life: Millis::from_secs_f64(started.expires_in),
            interval: Millis::from_secs_f64(started.interval.max(1.0)),
        })
    }

    /// Asks whether the code was typed.
    ///
    /// # Errors
    /// Passing ones only; an end without sign-in is [`DeviceAnswer::Over`].
    pub async fn poll_device(&self, device: &Device, scopes: &[impl Borrow<str>]) -> Result<DeviceAnswer, TwitchError> {
        let scopes = scopes.join(" ");
        let mut fields = vec![
            ("client_id", self.client_id.as_str()),
            ("scopes", &scopes),
            ("device_code", device.device_code.reveal()),
            ("grant_type", DEVICE_GRANT),
        ];
        fields.extend(self.secret_field());
        match self.ask::<TokenAnswer>(self.post("token", &fields)).await {
            Ok(answer) => Ok(DeviceAnswer::Granted(answer.granted()?)),
            Err(TwitchError::Refused { message, .. } | TwitchError::Unauthorised(message)) => Ok(not_granted(&message)),
            Err(passing) => Err(passing),
        }
    }

    /// Where the browser goes for the code grant.
    pub fn consent_url(&self, redirect: &Url, scopes: &[&str], state: &str) -> Url {
        let mut url = self.url("authorize");
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.client_id)
            .append_pair("redirect_uri", redirect.as_str())
            .append_pair("scope", &scopes.join(" "))
            .append_pair("state", state)
            .append_pair("force_verify", "true");
        url
    }

    /// Turns the code that the browser brought back into tokens.
    ///
    /// # Errors
    /// Twitch refuses or cannot be reached.
    pub async fn exchange(&self, code: &Secret<String>, redirect: &Url) -> Result<Granted, TwitchError> {
        let mut fields = vec![
            ("client_id", self.client_id.as_str()),
            ("code", code.reveal()),
            ("grant_type", "authorization_code"),
            ("redirect_uri", redirect.as_str()),
        ];
        fields.extend(self.secret_field());
        self.ask::<TokenAnswer>(self.post("token", &fields)).await?.granted()
    }

    /// Makes a new pair. The old refresh token must be kept until this has answered: a transport error
    /// means that nobody knows whether it was used.
    ///
    /// # Errors
    /// [`TwitchError::Refused`] and [`TwitchError::Unauthorised`] mean that the grant is gone.
    pub async fn refresh(&self, refresh: &Secret<String>) -> Result<Granted, TwitchError> {
        let mut fields = vec![
            ("client_id", self.client_id.as_str()),
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh.reveal()),
        ];
        fields.extend(self.secret_field());
        self.ask::<TokenAnswer>(self.post("token", &fields)).await?.granted()
    }

    /// What Twitch says of a token; Twitch wants to be asked at start and every hour.
    ///
    /// # Errors
    /// [`TwitchError::Unauthorised`]: the token is dead.
    pub async fn validate(&self, access: &Secret<String>) -> Result<Validated, TwitchError> {
        let request = self.http.get(self.url("validate")).header(AUTHORIZATION, format!("OAuth {}", access.reveal()));
        let answer: ValidAnswer = self.ask(request).await?;
        Ok(Validated {
            client_id: answer.client_id,
            user_id: answer.user_id.unwrap_or_default(),
            login: answer.login.unwrap_or_default(),
            scopes: answer.scopes.unwrap_or_default(),
            life: Millis::from_secs_f64(answer.expires_in.max(0.0)),
        })
    }

    /// Tells Twitch that a token is not needed any more. A token that is dead already is no error.
    ///
    /// # Errors
    /// Passing ones.
    pub async fn revoke(&self, access: &Secret<String>) -> Result<(), TwitchError> {
        let fields = [("client_id", self.client_id.as_str()), ("token", access.reveal())];
        let response = self.post("revoke", &fields).send().await?;
        let status = response.status();
        if status.is_success() || status.as_u16() == 400 {
            return Ok(());
        }
        Err(TwitchError::of_answer(status, None, &bounded(response).await?))
    }

    fn secret_field(&self) -> Option<(&'static str, &str)> {
        self.client_secret.as_ref().map(|secret| ("client_secret", secret.reveal().as_str()))
    }

    fn url(&self, step: &str) -> Url {
        // The base ends in a slash and the steps are words: joining cannot fail.
        self.base.join(step).unwrap_or_else(|_| self.base.clone())
    }

    fn post(&self, step: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.http
            .post(self.url(step))
            .header(reqwest::header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body)
    }

    async fn ask<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, TwitchError> {
        let response = request.send().await?;
        let status = response.status();
        let body = bounded(response).await?;
        if !status.is_success() && status != StatusCode::TOO_MANY_REQUESTS && !is_json(&body) {
            // A page for people comes from whatever stands between: it says nothing about a token.
            return Err(TwitchError::Trouble(format!("HTTP {}", status.as_u16())));
        }
        if !status.is_success() {
            return Err(TwitchError::of_answer(status, None, &body));
        }
        // serde's own words could quote a token.
        serde_json::from_slice(&body).map_err(|_| TwitchError::Malformed("sign-in service"))
    }
}

/// Twitch writes "not yet" as a refusal (twitchdev/issues 975); the other words are its own and RFC 8628's.
fn not_granted(message: &str) -> DeviceAnswer {
    let over = |why: &str| DeviceAnswer::Over(why.to_owned());
    match message {
        "authorization_pending" => DeviceAnswer::Pending,
        "slow_down" => DeviceAnswer::SlowDown,
        "access_denied" => over("The sign-in was refused on Twitch's page. Nothing was changed."),
        "invalid device code" | "expired_token" => over("The code was used or is too old. Begin the sign-in again."),
        other => over(&format!("Twitch ended the sign-in: {}.", other.trim_end_matches('.'))),
    }
}

fn is_json(body: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(body).is_ok()
}

async fn bounded(mut response: Response) -> Result<Vec<u8>, TwitchError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > LARGEST {
            return Err(TwitchError::Malformed("an answer larger than 256 KiB"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

#[derive(Deserialize)]
struct DeviceStarted {
    device_code: String,
    user_code: String,
    verification_uri: String,
    #[serde(default = "half_an_hour")]
    expires_in: f64,
    #[serde(default = "five")]
    interval: f64,
}

fn half_an_hour() -> f64 {
    1800.0
}

fn five() -> f64 {
    5.0
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    #[serde(default)]
    refresh_token: Option<String>,
    #[serde(default)]
    expires_in: f64,
    #[serde(default)]
    scope: Scopes,
}

/// A list, as Twitch writes it, or one text with blanks, as the RFC does.
#[derive(Default, Deserialize)]
#[serde(untagged)]
enum Scopes {
    List(Vec<String>),
    Text(String),
    #[default]
    None,
}

impl TokenAnswer {
    fn granted(self) -> Result<Granted, TwitchError> {
        let refresh = self.refresh_token.filter(|token| !token.is_empty());
        let refresh = refresh.ok_or(TwitchError::Malformed("a sign-in without refresh token"))?;
        if self.access_token.is_empty() {
            return Err(TwitchError::Malformed("a sign-in without access token"));
        }
        let scopes = match self.scope {
            Scopes::List(scopes) => scopes,
            Scopes::Text(text) => text.split_whitespace().map(str::to_owned).collect(),
            Scopes::None => Vec::new(),
        };
        let life = Millis::from_secs_f64(self.expires_in.max(0.0));
        Ok(Granted { access: Secret::new(self.access_token), refresh: Secret::new(refresh), life, scopes })
    }
}

#[derive(Deserialize)]
struct ValidAnswer {
    client_id: String,
    login: Option<String>,
    user_id: Option<String>,
    scopes: Option<Vec<String>>,
    #[serde(default)]
    expires_in: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_about_a_waiting_code_has_its_meaning() {
        assert_eq!(not_granted("authorization_pending"), DeviceAnswer::Pending);
        assert_eq!(not_granted("slow_down"), DeviceAnswer::SlowDown);
        let table = [
            ("access_denied", "refused on Twitch's page"),
            ("invalid device code", "used or is too old"),
            ("expired_token", "used or is too old"),
            ("invalid client secret.", "Twitch ended the sign-in: invalid client secret."),
        ];
        for (message, wanted) in table {
            let answer = not_granted(message);
            assert!(matches!(&answer, DeviceAnswer::Over(why) if why.contains(wanted)), "{answer:?}");
        }
    }

    #[test]
    fn rights_come_as_a_list_or_as_one_text_and_no_pair_is_half() {
        let granted = |text: &str| serde_json::from_str::<TokenAnswer>(text).map(TokenAnswer::granted);
        for scope in [r#"["a","b"]"#, r#""a b""#] {
            let pair = granted(&format!(r#"{{"access_token":"x","refresh_token":"y","scope":{scope}}}"#));
            assert_eq!(pair.unwrap().unwrap().scopes, ["a", "b"], "{scope}");
        }
        for half in [
            r#"{"access_token":"x"}"#,
            r#"{"access_token":"x","refresh_token":null}"#,
            r#"{"access_token":"","refresh_token":"y"}"#,
        ] {
            assert!(matches!(granted(half), Ok(Err(TwitchError::Malformed(_)))), "{half}");
        }
        let null = granted(r#"{"access_token":"x","refresh_token":"y","scope":null,"expires_in":-5}"#);
        assert_eq!(null.unwrap().unwrap().life, Millis(0));
    }
}
