//! Texts of pages and API that are not in templates: one place, so that they can be translated.

use crate::domain::ids::SceneName;
use crate::domain::stream::Output;
use crate::kit::units::Kbps;
use axum::http::StatusCode;

/// 404.
pub const NOT_FOUND: &str = "There is nothing at this address.";
/// 413.
pub const TOO_LARGE: &str = "That is more than this server takes at once.";
/// 500.
pub const INTERNAL: &str = "Something broke in this program. The log has the details under the number of this request.";
/// 503 after the request's own time.
pub const TOO_SLOW: &str = "This took too long and was given up.";
/// 401.
pub const SIGN_IN_FIRST: &str = "Sign in first.";
/// 401 before the claim.
pub const CLAIM_FIRST: &str = "This Stream Control has no owner yet. Open the link that it printed at its start.";
/// 403 by the Origin check.
pub const FOREIGN_PAGE: &str = "This request did not come from this server's own pages, so it was refused. \
    If a proxy stands in between, it has to pass on the Host header.";
/// 403 from the internet before the claim.
pub const NOT_CLAIMED_FAR: &str = "This Stream Control has no owner yet. Until someone claims it, it answers only on \
    this machine and on the home network, without a proxy. Open the printed link from there.";
/// 403 of a recording for somebody who only watches.
pub const ADMINS_ONLY: &str = "Only people who run this Stream Control may have this.";
/// Too many sockets.
pub const NO_SEAT: &str = "Too many pages are open already. Close one and reload this one.";

/// Two different passwords.
pub const PASSWORDS_DIFFER: &str = "The two passwords are not the same.";

/// 403 of an alert with a wrong token.
pub const ALERT_TOKEN_WRONG: &str = "X-Alert-Token is missing or wrong.";
/// 403 of an alert without a token set.
pub const ALERT_LOCAL_ONLY: &str = "ALERT_TOKEN is not set, so alerts are taken from this machine only, \
    at http://127.0.0.1 or http://localhost.";
/// 400 of an alert.
pub const ALERT_SHAPE: &str = "Send JSON {\"type\": \"low\" or \"restored\", \"message\": text}.";
/// 400 of pushed statistics.
pub const PUSH_BROKE_OFF: &str = "The body broke off.";
/// 400 of a scene order.
pub const SCENE_SHAPE: &str = "Send JSON {\"scene\": the name of a scene in OBS}.";

/// The reason that stands beside a scene change from the page.
pub const CHOSEN_BY_HAND: &str = "chosen on the page";
/// The reason of the scene change that follows upstream's start.
pub const STARTING_SCENE: &str = "the stream is being started";
/// The reason of the scene change that follows upstream's stop.
pub const OFFLINE_SCENE: &str = "the stream was stopped";

/// The password is too short.
pub fn too_short(length: usize, shortest: usize) -> String {
    format!("The password has {length} characters; it needs at least {shortest}.")
}

/// Text for a status that came without one (from a library layer).
pub fn of_status(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => NOT_FOUND,
        StatusCode::METHOD_NOT_ALLOWED => "This address does not take that kind of request.",
        StatusCode::PAYLOAD_TOO_LARGE => TOO_LARGE,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "Send JSON with Content-Type: application/json.",
        StatusCode::INTERNAL_SERVER_ERROR => INTERNAL,
        _ if status.is_client_error() => "The request cannot be understood.",
        _ => "This does not work right now.",
    }
}

/// The stream output in words.
pub fn output(output: Option<Output>) -> &'static str {
    match output {
        Some(Output::Stopped) => "Off air",
        Some(Output::Starting) => "Starting",
        Some(Output::Streaming) => "On air",
        Some(Output::Reconnecting) => "Reconnecting",
        Some(Output::Stopping) => "Stopping",
        None => "Unknown",
    }
}

/// Why a scene key cannot be pressed.
pub fn no_such_scene(scene: &SceneName) -> String {
    format!("OBS has no scene '{scene}'")
}

/// Why keys are grey while OBS is away.
pub const OBS_AWAY: &str = "OBS is not connected";
/// Why the picture cannot be restarted.
pub const NO_MEDIA: &str = "No source in OBS plays the ingest";

/// The limits by which scenes are switched.
pub fn limits(low: Kbps, high: Kbps, offline: Kbps) -> String {
    format!("Low below {low}, good again from {high}, lost below {offline}.")
}

/// A setting without a value.
pub const NOTHING: &str = "nothing";
/// A switch that is on.
pub const SWITCH_ON: &str = "Yes";
/// A switch that is off.
pub const SWITCH_OFF: &str = "No";

/// Nothing was saved, and how many fields are to be corrected.
pub fn not_saved(fields: usize, rest: &str) -> String {
    let count = match fields {
        0 => "Nothing was saved.".to_owned(),
        1 => "Nothing was saved: one field needs a correction.".to_owned(),
        n => format!("Nothing was saved: {n} fields need a correction."),
    };
    if rest.is_empty() { count } else { format!("{count} {rest}") }
}
