//! Ads.

use super::super::access::Access;
use super::super::error::TwitchError;
use super::super::helix::Helix;
use super::{count, moment, order, rows, text, with_query};
use crate::domain::twitch::Ads;
use crate::kit::units::UnixMs;
use serde::Deserialize;
use serde_json::json;

/// Ads that run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Running {
    /// How long, in seconds.
    #[serde(deserialize_with = "count")]
    pub length: u64,
    /// Twitch's words, mostly empty.
    #[serde(deserialize_with = "text")]
    pub message: String,
    /// Seconds until the next may be run.
    #[serde(deserialize_with = "count")]
    pub retry_after: u64,
}

/// The schedule. Before the first ad its times are `""`; some were seen as unix seconds.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Schedule {
    #[serde(deserialize_with = "count")]
    snooze_count: u64,
    #[serde(deserialize_with = "moment")]
    snooze_refresh_at: Option<UnixMs>,
    #[serde(deserialize_with = "moment")]
    next_ad_at: Option<UnixMs>,
    #[serde(deserialize_with = "count")]
    duration: u64,
    #[serde(deserialize_with = "moment")]
    last_ad_at: Option<UnixMs>,
    #[serde(deserialize_with = "count")]
    preroll_free_time: u64,
}

/// An ad that was put off.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Snoozed {
    /// How often it may be put off again.
    #[serde(deserialize_with = "count")]
    pub snooze_count: u64,
    /// When another snooze is given.
    #[serde(deserialize_with = "moment")]
    pub snooze_refresh_at: Option<UnixMs>,
    /// When it comes now.
    #[serde(deserialize_with = "moment")]
    pub next_ad_at: Option<UnixMs>,
}

/// `GET /channels/ads`; `None` for a channel without ads.
///
/// # Errors
/// See [`TwitchError`].
pub async fn schedule(helix: &Helix, access: &Access) -> Result<Option<Ads>, TwitchError> {
    let found: Vec<Schedule> = rows(helix, access, "channels/ads", &[("broadcaster_id", &access.user_id)]).await?;
    Ok(found.into_iter().next().map(|told| Ads {
        next_at: told.next_ad_at,
        last_at: told.last_ad_at,
        seconds: told.duration,
        snoozes: told.snooze_count,
        snooze_refresh_at: told.snooze_refresh_at,
        preroll_free_seconds: told.preroll_free_time,
    }))
}

/// `POST /channels/commercial`.
///
/// # Errors
/// See [`TwitchError`].
pub async fn run(helix: &Helix, access: &Access, seconds: u32) -> Result<Running, TwitchError> {
    let body = json!({"broadcaster_id": access.user_id, "length": seconds});
    order(helix, access, "channels/commercial", Some(&body)).await
}

/// `POST /channels/ads/schedule/snooze`: the next ad comes five minutes later.
///
/// # Errors
/// See [`TwitchError`]; 429 when none is left.
pub async fn snooze(helix: &Helix, access: &Access) -> Result<Snoozed, TwitchError> {
    let path = with_query("channels/ads/schedule/snooze", &[("broadcaster_id", &access.user_id)]);
    order(helix, access, &path, None).await
}
