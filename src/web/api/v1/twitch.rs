//! Twitch: what the channel is, what it can be made to do, and what can be looked for.

use crate::domain::chat::Identity;
use crate::domain::command::{Order, TwitchOrder};
use crate::domain::twitch::{Ads, Category, Channel, Live, OutgoingRaid, Twitch};
use crate::features::twitch_link::{FoundChannel, Label, Raided};
use crate::kit::units::UnixMs;
use crate::web::api::answer;
use crate::web::auth::SignedIn;
use crate::web::ctx::Ctx;
use crate::web::error::WebError;
use crate::web::input::Asked;
use crate::web::words;
use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::response::Response;
use serde::{Deserialize, Serialize};

/// What is looked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchQuery {
    q: String,
}

/// GET /api/v1/twitch/search/categories?q=
pub async fn categories(
    State(ctx): State<Ctx>,
    _person: SignedIn,
    Asked(SearchQuery { q }): Asked<SearchQuery>,
) -> Result<Json<Vec<Category>>, WebError> {
    ctx.twitch.categories(&q).await.map(Json).map_err(WebError::Unavailable)
}

/// GET /api/v1/twitch/search/channels?q=
pub async fn channels(
    State(ctx): State<Ctx>,
    _person: SignedIn,
    Asked(SearchQuery { q }): Asked<SearchQuery>,
) -> Result<Json<Vec<FoundChannel>>, WebError> {
    ctx.twitch.channels(&q).await.map(Json).map_err(WebError::Unavailable)
}

/// GET /api/v1/twitch/labels
pub async fn labels(State(ctx): State<Ctx>, _person: SignedIn) -> Result<Json<Vec<Label>>, WebError> {
    ctx.twitch.labels().await.map(Json).map_err(WebError::Unavailable)
}

/// GET /api/v1/twitch/channel: everything that is known without asking; `null` is unknown.
#[derive(Serialize)]
pub struct ChannelState {
    channel: Option<Channel>,
    live: Option<bool>,
    viewers: Option<u64>,
    started_at: Option<UnixMs>,
    read_at: Option<UnixMs>,
    raid: Option<RaidState>,
    ads: Option<AdsState>,
    trouble: Option<String>,
}

/// A raid on its way.
#[derive(Serialize)]
struct RaidState {
    to_id: String,
    to_name: String,
    asked_at: Option<UnixMs>,
    confirmed_at: Option<UnixMs>,
    viewers: Option<u64>,
}

/// Ads as scheduled.
#[derive(Serialize)]
struct AdsState {
    next_at: Option<UnixMs>,
    last_at: Option<UnixMs>,
    seconds: u64,
    snoozes: u64,
    snooze_refresh_at: Option<UnixMs>,
    preroll_free_seconds: u64,
}

impl From<OutgoingRaid> for RaidState {
    fn from(raid: OutgoingRaid) -> Self {
        let OutgoingRaid { to_id, to_name, asked_at, confirmed_at, viewers } = raid;
        Self { to_id, to_name, asked_at, confirmed_at, viewers }
    }
}

impl From<Ads> for AdsState {
    fn from(ads: Ads) -> Self {
        let Ads { next_at, last_at, seconds, snoozes, snooze_refresh_at, preroll_free_seconds } = ads;
        Self { next_at, last_at, seconds, snoozes, snooze_refresh_at, preroll_free_seconds }
    }
}

impl From<Twitch> for ChannelState {
    fn from(twitch: Twitch) -> Self {
        let (live, viewers, started_at, read_at) = match twitch.live {
            None => (None, None, None, None),
            Some(Live::Off { read_at }) => (Some(false), None, None, Some(read_at)),
            Some(Live::On { started_at, viewers, read_at, .. }) => {
                (Some(true), Some(viewers), Some(started_at), Some(read_at))
            }
        };
        Self {
            channel: twitch.channel,
            live,
            viewers,
            started_at,
            read_at,
            raid: twitch.raid.map(RaidState::from),
            ads: twitch.ads.map(AdsState::from),
            trouble: twitch.helix_trouble.map(|(why, _)| why),
        }
    }
}

/// GET /api/v1/twitch/channel
pub async fn channel(State(ctx): State<Ctx>, _person: SignedIn) -> Json<ChannelState> {
    Json(ctx.cells.twitch.get().into())
}

/// What is to be changed; what is left out stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelBody {
    title: Option<String>,
    category_id: Option<String>,
    tags: Option<Vec<String>>,
    labels: Option<Vec<String>>,
}

/// POST /api/v1/twitch/channel {title, category_id, tags, labels}
pub async fn change(
    State(ctx): State<Ctx>,
    person: SignedIn,
    body: Result<Json<ChannelBody>, JsonRejection>,
) -> Result<Response, WebError> {
    let ChannelBody { title, category_id, tags, labels } = answer::body(body, words::CHANNEL_SHAPE)?;
    Ok(give(&ctx, &person, TwitchOrder::SetChannel { title, category: category_id, tags, labels }).await)
}

/// Which channel.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetBody {
    channel: String,
}

/// GET /api/v1/twitch/raid/recent: the channels raided lately, and who of them is live.
pub async fn raided(State(ctx): State<Ctx>, _person: SignedIn) -> Json<Vec<Raided>> {
    Json(ctx.twitch.raided().await)
}

/// POST /api/v1/twitch/raid {channel}
pub async fn raid(
    State(ctx): State<Ctx>,
    person: SignedIn,
    body: Result<Json<TargetBody>, JsonRejection>,
) -> Result<Response, WebError> {
    let TargetBody { channel } = answer::body(body, words::TARGET_SHAPE)?;
    Ok(give(&ctx, &person, TwitchOrder::StartRaid { channel }).await)
}

/// POST /api/v1/twitch/raid/cancel
pub async fn cancel_raid(State(ctx): State<Ctx>, person: SignedIn) -> Response {
    give(&ctx, &person, TwitchOrder::CancelRaid).await
}

/// What the marker says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarkerBody {
    #[serde(default)]
    description: String,
}

/// POST /api/v1/twitch/marker {description}
pub async fn marker(
    State(ctx): State<Ctx>,
    person: SignedIn,
    body: Result<Json<MarkerBody>, JsonRejection>,
) -> Result<Response, WebError> {
    let MarkerBody { description } = answer::body(body, words::MARKER_SHAPE)?;
    Ok(give(&ctx, &person, TwitchOrder::Marker { description }).await)
}

/// A clip's title and length.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClipBody {
    #[serde(default)]
    title: String,
    seconds: Option<f64>,
}

/// POST /api/v1/twitch/clip {title, seconds}
pub async fn clip(
    State(ctx): State<Ctx>,
    person: SignedIn,
    body: Result<Json<ClipBody>, JsonRejection>,
) -> Result<Response, WebError> {
    let ClipBody { title, seconds } = answer::body(body, words::CLIP_SHAPE)?;
    Ok(give(&ctx, &person, TwitchOrder::Clip { title, seconds }).await)
}

/// What is announced.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnnounceBody {
    message: String,
    #[serde(default)]
    colour: String,
}

/// POST /api/v1/twitch/announce {message, colour}
pub async fn announce(
    State(ctx): State<Ctx>,
    person: SignedIn,
    body: Result<Json<AnnounceBody>, JsonRejection>,
) -> Result<Response, WebError> {
    let AnnounceBody { message, colour } = answer::body(body, words::ANNOUNCE_SHAPE)?;
    Ok(give(&ctx, &person, TwitchOrder::Announce { message, colour }).await)
}

/// POST /api/v1/twitch/shoutout {channel}
pub async fn shoutout(
    State(ctx): State<Ctx>,
    person: SignedIn,
    body: Result<Json<TargetBody>, JsonRejection>,
) -> Result<Response, WebError> {
    let TargetBody { channel } = answer::body(body, words::TARGET_SHAPE)?;
    Ok(give(&ctx, &person, TwitchOrder::Shoutout { channel }).await)
}

/// How long ads run.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdsBody {
    seconds: u32,
}

/// POST /api/v1/twitch/ads/run {seconds}
pub async fn run_ads(
    State(ctx): State<Ctx>,
    person: SignedIn,
    body: Result<Json<AdsBody>, JsonRejection>,
) -> Result<Response, WebError> {
    let AdsBody { seconds } = answer::body(body, words::ADS_SHAPE)?;
    Ok(give(&ctx, &person, TwitchOrder::RunAds { seconds }).await)
}

/// POST /api/v1/twitch/ads/snooze
pub async fn snooze_ad(State(ctx): State<Ctx>, person: SignedIn) -> Response {
    give(&ctx, &person, TwitchOrder::SnoozeAd).await
}

/// What is said, and by whom.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SayBody {
    message: String,
    identity: Option<Identity>,
    reply_to: Option<String>,
}

/// POST /api/v1/twitch/say {message, identity, reply_to}
pub async fn say(
    State(ctx): State<Ctx>,
    person: SignedIn,
    body: Result<Json<SayBody>, JsonRejection>,
) -> Result<Response, WebError> {
    let SayBody { message, identity, reply_to } = answer::body(body, words::SAY_SHAPE)?;
    Ok(give(&ctx, &person, TwitchOrder::Say { message, identity, reply_to }).await)
}

async fn give(ctx: &Ctx, person: &SignedIn, order: TwitchOrder) -> Response {
    answer::outcome(&ctx.desk.give(person.origin(), Order::Twitch(order)).await)
}
