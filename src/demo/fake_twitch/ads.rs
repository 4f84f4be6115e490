//! Ads of the channel: the schedule, a snooze, a run.

use super::BROADCASTER;
use super::call::{Call, found};
use super::faults::{Refusal, refuse};
use super::world::World;
use crate::kit::clock;
use crate::kit::units::UnixMs;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

/// From one ad to the next.
const NEXT_MS: i64 = 1_800_000;
/// What a snooze puts the next ad off by.
const SNOOZE_MS: i64 = 300_000;
/// Seconds before ads can be run again.
const AGAIN_SECS: u64 = 480;

impl World {
    /// Ads of the broadcaster begin: EventSub says so, and the next ones are planned.
    pub fn run_ads(&mut self, seconds: u64, planned: bool) {
        let now = clock::unix();
        (self.last_ad, self.next_ad) = (Some(now), Some(UnixMs(now.0 + NEXT_MS)));
        let event = json!({"duration_seconds": seconds, "started_at": self.stamp_of(now), "is_automatic": planned,
            "requester_user_id": BROADCASTER, "requester_user_login": "", "requester_user_name": ""});
        self.emit_for(BROADCASTER, "channel.ad_break.begin", event);
    }

    /// A moment as the schedule writes it: an empty text where there is none.
    fn moment(&self, at: Option<UnixMs>) -> String {
        at.map(|at| self.stamp_of(at)).unwrap_or_default()
    }
}

/// `POST /channels/commercial`
pub(super) fn run(call: &mut Call<'_>) -> Result<Response, Refusal> {
    call.needs(&["channel:edit:commercial"])?;
    let length = call.body.get("length").and_then(Value::as_u64).unwrap_or(30);
    if !call.world.streams.contains_key(call.text("broadcaster_id")) {
        return Err(refuse(StatusCode::BAD_REQUEST, "To start a commercial, the broadcaster must be streaming live."));
    }
    call.world.run_ads(length, false);
    Ok(found(vec![json!({"length": length, "message": "", "retry_after": AGAIN_SECS})]))
}

/// `GET /channels/ads`; before the first ad `last_ad_at` is an empty text.
pub(super) fn schedule(call: &mut Call<'_>) -> Result<Response, Refusal> {
    call.needs(&["channel:read:ads"])?;
    let world = &call.world;
    Ok(found(vec![json!({
        "snooze_count": world.snoozes, "snooze_refresh_at": "", "next_ad_at": world.moment(world.next_ad),
        "duration": 60, "last_ad_at": world.moment(world.last_ad), "preroll_free_time": 90,
    })]))
}

/// `POST /channels/ads/schedule/snooze`
pub(super) fn snooze(call: &mut Call<'_>) -> Result<Response, Refusal> {
    call.needs(&["channel:manage:ads"])?;
    if call.world.snoozes == 0 {
        return Err(refuse(StatusCode::TOO_MANY_REQUESTS, "The channel has no snoozes left"));
    }
    call.world.snoozes -= 1;
    call.world.next_ad = call.world.next_ad.map(|at| UnixMs(at.0 + SNOOZE_MS));
    let next = call.world.moment(call.world.next_ad);
    Ok(found(vec![json!({"snooze_count": call.world.snoozes, "snooze_refresh_at": "", "next_ad_at": next})]))
}
