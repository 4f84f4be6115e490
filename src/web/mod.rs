//! Floor 6: the page and the API. Every route on one screen. Shows cells and gives orders; may import
//! features, runtime, store, config, domain and kit; never adapters.

pub mod api;
pub mod assets;
pub mod auth;
pub mod csrf;
pub mod ctx;
pub mod dress;
pub mod error;
pub mod input;
pub mod limits;
pub mod live;
pub mod pages;
pub mod shell;
pub mod words;

use crate::features::ingest_watch::LARGEST;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use ctx::Ctx;
use dress::REQUEST_ID;
use error::WebError;
use pages::{
    chat, claim, commands, feed, feeds, find, health, import, journal, live as live_page, login, more, overlay, raid,
    settings, stream_info, switching, twitch,
};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};

/// Everything that is served, behind the layers that guard all of it.
pub fn router(ctx: Ctx) -> Router {
    let alert = post(api::compat::alert).layer(DefaultBodyLimit::max(limits::ALERT_BODY));
    let routes = Router::new()
        // Pages
        .route("/", get(live_page::show))
        .route("/raid", get(raid::show))
        .route("/health", get(health::show))
        .route("/journal", get(journal::show))
        .route("/chat", get(chat::show))
        .route("/stream", get(stream_info::show))
        .route("/more", get(more::show))
        .route("/settings", get(settings::show).post(settings::save))
        .route("/import", get(import::show).post(import::preview).layer(DefaultBodyLimit::max(limits::IMPORT_BODY)))
        .route("/import/apply", post(import::apply))
        .route("/find", get(find::show).post(find::look))
        .route("/find/use", post(find::choose))
        .route("/settings/switching", get(switching::show).post(switching::save))
        .route("/settings/switching/test", post(switching::test))
        .route("/settings/feeds", get(feeds::show))
        .route("/settings/feeds/new", get(feed::new).post(feed::create))
        .route("/settings/feeds/draft", post(feed::draft))
        .route("/settings/feeds/together", post(feeds::together))
        .route("/settings/feeds/back", post(feeds::back))
        .route("/settings/feed/{id}", get(feed::show).post(feed::save))
        .route("/settings/feed/{id}/move", post(feeds::shift))
        .route("/settings/feed/{id}/remove", post(feeds::remove))
        .route("/twitch", get(twitch::show).post(twitch::save))
        .route("/twitch/features", post(twitch::features))
        .route("/twitch/sign_in/{identity}", post(twitch::begin))
        .route("/twitch/give_up/{identity}", post(twitch::give_up))
        .route("/twitch/sign_out/{identity}", post(twitch::sign_out))
        .route("/twitch/qr/{identity}", get(twitch::qr))
        .route("/twitch/authorize/{identity}", get(twitch::authorize))
        .route("/twitch/callback", get(twitch::callback))
        .route("/chat-commands", get(commands::show).post(commands::save))
        .route("/claim", get(claim::show).post(claim::claim))
        .route("/login", get(login::show).post(login::sign_in))
        .route("/logout", post(login::sign_out))
        .route("/overlay", get(overlay::show))
        // The API
        .route("/api/v1/live", get(api::v1::live::snapshot))
        .route("/api/v1/journal", get(api::v1::journal::lines))
        .route("/api/v1/journal/export.csv", get(api::v1::journal::csv))
        .route("/api/v1/journal/export.json", get(api::v1::journal::json))
        .route("/api/v1/timeline", get(api::v1::timeline::show))
        .route("/api/v1/timeline/export.csv", get(api::v1::timeline::csv))
        .route("/api/v1/timeline/export.json", get(api::v1::timeline::json))
        .route("/api/v1/twitch/sign_in", get(api::v1::twitch_sign_in::show))
        .route("/api/v1/twitch/sign_in/{identity}", post(api::v1::twitch_sign_in::begin))
        .route("/api/v1/twitch/give_up/{identity}", post(api::v1::twitch_sign_in::give_up))
        .route("/api/v1/twitch/sign_out/{identity}", post(api::v1::twitch_sign_in::sign_out))
        .route("/api/v1/polls.jsonl", get(api::v1::polls::last_minutes))
        .route("/api/v1/obs/start", post(api::v1::obs::start))
        .route("/api/v1/obs/stop", post(api::v1::obs::stop))
        .route("/api/v1/obs/scene", post(api::v1::obs::scene))
        .route("/api/v1/obs/media_restart", post(api::v1::obs::media_restart))
        .route("/api/v1/obs/record_start", post(api::v1::obs::record_start))
        .route("/api/v1/obs/record_stop", post(api::v1::obs::record_stop))
        .route("/api/v1/failover/pause", post(api::v1::failover::pause))
        .route("/api/v1/failover/resume", post(api::v1::failover::resume))
        .route("/api/v1/failover/test", post(api::v1::failover::test))
        .route(csrf::MAINTENANCE_PATH, post(api::v1::failover::maintenance))
        .route("/api/v1/raid/cancel", post(api::v1::raid::cancel))
        .route("/api/v1/raid/stop_now", post(api::v1::raid::stop_now))
        .route("/api/v1/probe", post(api::v1::probe::probe))
        .route("/api/v1/twitch/search/categories", get(api::v1::twitch::categories))
        .route("/api/v1/twitch/search/channels", get(api::v1::twitch::channels))
        .route("/api/v1/twitch/labels", get(api::v1::twitch::labels))
        .route("/api/v1/twitch/channel", get(api::v1::twitch::channel).post(api::v1::twitch::change))
        .route("/api/v1/twitch/raid", post(api::v1::twitch::raid))
        .route("/api/v1/twitch/raid/recent", get(api::v1::twitch::raided))
        .route("/api/v1/twitch/raid/cancel", post(api::v1::twitch::cancel_raid))
        .route("/api/v1/twitch/marker", post(api::v1::twitch::marker))
        .route("/api/v1/twitch/clip", post(api::v1::twitch::clip))
        .route("/api/v1/twitch/announce", post(api::v1::twitch::announce))
        .route("/api/v1/twitch/shoutout", post(api::v1::twitch::shoutout))
        .route("/api/v1/twitch/ads/run", post(api::v1::twitch::run_ads))
        .route("/api/v1/twitch/ads/snooze", post(api::v1::twitch::snooze_ad))
        .route("/api/v1/twitch/say", post(api::v1::twitch::say))
        // Callbacks of ingest servers
        .route("/ingest/nginx/{feed}", get(api::nginx::callback).post(api::nginx::callback))
        // Paths that Stream-Control (Python) had
        .route("/api/sg_status", get(api::compat::sg_status))
        .route(csrf::ALERT_PATH, alert)
        .route("/obs/start_stream", post(api::compat::start_stream))
        .route("/obs/stop_stream", post(api::compat::stop_stream))
        .route("/obs/switch_scene", post(api::compat::switch_scene))
        .route("/obs/stream_status", get(api::compat::stream_status))
        .route("/obs/update_title", post(api::compat_twitch::update_title))
        .route("/twitch/search_categories", get(api::compat_twitch::search_categories))
        .route("/twitch/channel_info", get(api::compat_twitch::channel_info))
        .route("/twitch/stream_info", get(api::compat_twitch::stream_info))
        .route("/twitch/update_category", post(api::compat_twitch::update_category))
        .route("/twitch/raid", post(api::compat_twitch::raid))
        // Statistics that are sent to us
        .route("/ingest/push/{feed}", post(api::ingest::push).layer(DefaultBodyLimit::max(LARGEST)))
        // WebSockets
        .route("/ws/ingest/{feed}", get(api::ingest::open))
        .route("/ws/live", get(live::dashboard::open))
        .route("/ws/chat", get(live::chat::open))
        .route(csrf::ALERT_SOCKET, get(live::alerts::open))
        // Files
        .route("/static/{version}/{*path}", get(assets::versioned))
        .route("/manifest.json", get(assets::at_root))
        .route("/favicon.ico", get(assets::at_root))
        .fallback(|| async { WebError::NotFound });
    let guards = ServiceBuilder::new()
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(CompressionLayer::new())
        .layer(from_fn(limits::headers))
        .layer(from_fn(dress::dress))
        .layer(CatchPanicLayer::custom(error::panicked))
        .layer(from_fn_with_state(ctx.clone(), limits::private_until_claimed))
        .layer(from_fn(csrf::guard))
        .layer(from_fn(limits::time))
        .layer(DefaultBodyLimit::max(limits::BODY));
    routes.layer(guards).with_state(ctx)
}
