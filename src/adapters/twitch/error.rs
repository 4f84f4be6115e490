//! How a call to Twitch can fail, as far as the caller must tell apart.

use crate::kit::text;
use crate::kit::units::UnixMs;
use reqwest::StatusCode;
use serde::Deserialize;

/// Nothing was sent.
const NO_CONNECTION: &str = "no connection";

/// Why a call failed. The texts are for people; no token is ever among them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TwitchError {
    /// No answer: no network, no name, time-out. Worth another try.
    #[error("Twitch cannot be reached ({0})")]
    Unreachable(String),
    /// 5xx, or an answer that is not Twitch's. Worth another try.
    #[error("Twitch is in trouble ({0})")]
    Trouble(String),
    /// 429: not before this moment.
    #[error("Twitch asks us to slow down")]
    RateLimited {
        /// When the bucket is full again, by Twitch's header; `None` where it does not say.
        until: Option<UnixMs>,
    },
    /// 401: the token is dead, or a scope is missing; only a validation tells which.
    #[error("Twitch does not accept the sign-in: {0}")]
    Unauthorised(String),
    /// Any other refusal, with Twitch's own words.
    #[error("{message}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Twitch's words.
        message: String,
    },
    /// An answer with a success status that cannot be understood.
    #[error("Twitch's answer cannot be understood ({0})")]
    Malformed(&'static str),
    /// Nobody is signed in who could do it.
    #[error("{0}")]
    NotSignedIn(String),
}

impl TwitchError {
    /// The same call may succeed later without anybody doing anything.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::Trouble(_) | Self::RateLimited { .. })
    }

    /// Nobody can tell whether Twitch did what it was asked: the answer was lost, or makes no sense.
    pub fn may_have_been_done(&self) -> bool {
        match self {
            Self::Unreachable(why) => why != NO_CONNECTION,
            Self::Trouble(_) | Self::Malformed(_) => true,
            Self::RateLimited { .. } | Self::Unauthorised(_) | Self::Refused { .. } | Self::NotSignedIn(_) => false,
        }
    }

    /// The error behind an answer that is no success.
    pub fn of_answer(status: StatusCode, reset: Option<UnixMs>, body: &[u8]) -> Self {
        let said = serde_json::from_slice::<Said>(body).ok();
        let words = said.map(|said| if said.message.is_empty() { said.error } else { said.message });
        let words = words.map(|words| text::excerpt(&text::plain(&words), 200)).filter(|words| !words.is_empty());
        match (status.as_u16(), words) {
            (429, _) => Self::RateLimited { until: reset },
            (401, words) => Self::Unauthorised(words.unwrap_or_else(|| "no reason given".to_owned())),
            (500.., _) => Self::Trouble(format!("HTTP {}", status.as_u16())),
            (code, Some(message)) => Self::Refused { status: code, message },
            (code, None) => Self::Refused { status: code, message: format!("Twitch answers HTTP {code}") },
        }
    }
}

/// An error as Twitch writes it; every field may be missing.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Said {
    error: String,
    message: String,
}

impl From<reqwest::Error> for TwitchError {
    fn from(error: reqwest::Error) -> Self {
        // reqwest's own text holds the address, and an address may hold a secret.
        Self::Unreachable(
            match () {
                () if error.is_timeout() => "no answer in time",
                () if error.is_connect() => NO_CONNECTION,
                () if error.is_body() || error.is_decode() => "the answer broke off",
                () => "no answer",
            }
            .to_owned(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_has_its_meaning() {
        let json = |message: &str| format!(r#"{{"error":"X","status":0,"message":"{message}"}}"#);
        let refused = |status, message: &str| TwitchError::Refused { status, message: message.to_owned() };
        let table = [
            (400, json("invalid title"), refused(400, "invalid title")),
            (400, "<html>".to_owned(), refused(400, "Twitch answers HTTP 400")),
            (401, json("Missing scope: x"), TwitchError::Unauthorised("Missing scope: x".to_owned())),
            (403, r#"{"error":"Forbidden"}"#.to_owned(), refused(403, "Forbidden")),
            (429, json("slow"), TwitchError::RateLimited { until: Some(UnixMs(5000)) }),
            (503, "<html>Bad gateway".to_owned(), TwitchError::Trouble("HTTP 503".to_owned())),
        ];
        for (status, body, wanted) in table {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(TwitchError::of_answer(status, Some(UnixMs(5000)), body.as_bytes()), wanted, "{status} {body}");
        }
    }
}
