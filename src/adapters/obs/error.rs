//! What can go wrong with OBS, for the caller: one small enum with plain words and a repair.

use obws::client::HandshakeError;
use obws::error::Error as Wire;

/// obs-websocket's close code for a refused or missing password (`AuthenticationFailed`).
const CLOSE_AUTHENTICATION_FAILED: u16 = 4009;
/// `RequestStatus::OutputRunning`: asked to start what runs.
const OUTPUT_RUNNING: u16 = 500;
/// `RequestStatus::OutputNotRunning`: asked to stop what does not run.
const OUTPUT_NOT_RUNNING: u16 = 501;

/// Why OBS did not do or say what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObsError {
    /// Nobody listens there, or the name does not resolve; the text says which.
    #[error("OBS cannot be reached: {0}")]
    Unreachable(String),
    /// OBS asks for a password, and ours is wrong or missing.
    #[error("OBS refuses the password")]
    WrongPassword,
    /// OBS Studio older than 30.2.
    #[error("OBS {version} is too old; Stream Control needs OBS 30.2 or newer")]
    TooOld {
        /// The version OBS reports.
        version: String,
    },
    /// The connection stands, but no answer came within the deadline.
    #[error("OBS does not answer")]
    Hung,
    /// The connection was closed.
    #[error("OBS closed the connection")]
    Gone,
    /// OBS said that it is being closed, then closed the connection.
    #[error("OBS was closed")]
    Exited,
    /// OBS answered no.
    #[error("OBS says: {text} (code {code})")]
    Refused {
        /// obs-websocket's `RequestStatus`.
        code: u16,
        /// OBS's own comment, or the name of the code.
        text: String,
    },
    /// OBS lacks what the request named (`RequestStatus::ResourceNotFound`).
    #[error("OBS has no such thing: {0}")]
    Missing(String),
    /// An answer that is not obs-websocket 5.
    #[error("the answer is not obs-websocket 5: {0}")]
    Malformed(String),
}

impl ObsError {
    /// One thing that a person can do, where a person can.
    pub fn repair(&self) -> Option<&'static str> {
        Some(match self {
            ObsError::Unreachable(_) => {
                "Start OBS and switch on its server: Tools → WebSocket Server Settings. OBS_HOST and OBS_PORT say where it is."
            }
            ObsError::WrongPassword => {
                "Copy the password from OBS: Tools → WebSocket Server Settings → Show Connect Info, into OBS_PASSWORD."
            }
            ObsError::TooOld { .. } => "Update OBS.",
            ObsError::Malformed(_) => "Check that OBS_PORT is the port of OBS's WebSocket server.",
            ObsError::Hung | ObsError::Gone | ObsError::Exited | ObsError::Refused { .. } | ObsError::Missing(_) => {
                return None;
            }
        })
    }

    /// Waiting will not mend it.
    pub fn needs_person(&self) -> bool {
        matches!(self, ObsError::WrongPassword | ObsError::TooOld { .. } | ObsError::Malformed(_))
    }

    /// The connection is of no more use; a new one is needed.
    pub fn is_loss(&self) -> bool {
        !matches!(self, ObsError::Refused { .. } | ObsError::Missing(_) | ObsError::Malformed(_))
    }

    /// Refused because the output runs already.
    pub fn is_already_running(&self) -> bool {
        matches!(self, ObsError::Refused { code: OUTPUT_RUNNING, .. })
    }

    /// Refused because the output does not run.
    pub fn is_not_running(&self) -> bool {
        matches!(self, ObsError::Refused { code: OUTPUT_NOT_RUNNING, .. })
    }
}

impl From<Wire> for ObsError {
    fn from(error: Wire) -> Self {
        match error {
            Wire::InvalidUri(error) => ObsError::Unreachable(format!("OBS_HOST is not a host name ({error})")),
            Wire::Connect(error) => ObsError::Unreachable(plain(&error.to_string())),
            Wire::Timeout => ObsError::Hung,
            Wire::Handshake(error) => handshake(&error),
            Wire::ObsStudioVersion(version, _) => ObsError::TooOld { version: version.to_string() },
            Wire::Send(_) | Wire::ReceiveMessage(_) | Wire::Disconnected => ObsError::Gone,
            Wire::Api { code, message } => refused(code, message),
            other => ObsError::Malformed(chain(&other)),
        }
    }
}

fn handshake(error: &HandshakeError) -> ObsError {
    match error {
        HandshakeError::ConnectionClosed(Some(details)) if u16::from(details.code) == CLOSE_AUTHENTICATION_FAILED => {
            ObsError::WrongPassword
        }
        HandshakeError::ConnectionClosed(_) | HandshakeError::Receive(_) | HandshakeError::Send(_) => ObsError::Gone,
        HandshakeError::NoHello => ObsError::Hung,
        other => ObsError::Malformed(chain(other)),
    }
}

fn refused(code: obws::responses::StatusCode, message: Option<String>) -> ObsError {
    let text = message.unwrap_or_else(|| format!("{code:?}"));
    match u16::from(code) {
        600 => ObsError::Missing(text),
        code => ObsError::Refused { code, text },
    }
}

/// The commonest of the system's words in ours.
fn plain(error: &str) -> String {
    if error.contains("refused") {
        "nothing listens there".to_owned()
    } else if error.contains("lookup") || error.contains("resolve") {
        "its name is not known (OBS_HOST)".to_owned()
    } else {
        error.to_owned()
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use obws::responses::StatusCode;

    #[test]
    fn an_answer_of_no_keeps_the_connection_and_the_words_of_obs() {
        let table = [
            (StatusCode::OutputRunning, None, "OBS says: OutputRunning (code 500)"),
            (StatusCode::GenericError, Some("No luck."), "OBS says: No luck. (code 205)"),
            (StatusCode::ResourceNotFound, Some("No source was found."), "OBS has no such thing: No source was found."),
        ];
        for (code, message, wanted) in table {
            let error = ObsError::from(Wire::Api { code, message: message.map(str::to_owned) });
            assert_eq!(error.to_string(), wanted);
            assert!(!error.is_loss());
        }
    }

    #[test]
    fn only_what_a_person_can_mend_names_a_repair() {
        assert_eq!(ObsError::TooOld { version: "29.0.2".to_owned() }.repair(), Some("Update OBS."));
        assert!(ObsError::WrongPassword.repair().is_some_and(|text| text.contains("OBS_PASSWORD")));
        assert_eq!(ObsError::Hung.repair(), None);
    }
}
