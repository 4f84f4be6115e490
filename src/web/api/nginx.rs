//! nginx-rtmp's callbacks (`on_publish_done`, `on_done`, `on_update`) as an accelerator: whatever they
//! say, the feed is polled at once. They are never believed, because anyone can post a form.

use crate::domain::ids::FeedId;
use crate::web::ctx::Ctx;
use crate::web::limits;
use axum::extract::rejection::QueryRejection;
use axum::extract::{ConnectInfo, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use std::net::SocketAddr;
use subtle::ConstantTimeEq;

/// What may stand behind the path.
#[derive(Deserialize)]
pub struct Who {
    /// The feed's push_key, for an nginx on another machine.
    #[serde(default)]
    key: String,
}

/// POST or GET (`notify_method get`) /ingest/nginx/{feed}[?key=]. Always 200 with an empty body, whoever
/// asks: nginx throws a publisher out when its callback is refused. The form is not even read.
pub async fn callback(
    State(ctx): State<Ctx>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Path(feed): Path<FeedId>,
    who: Result<Query<Who>, QueryRejection>,
) -> StatusCode {
    // nginx speaks HTTP/1.0 here, so the usual test for a proxy does not fit.
    let here = limits::canonical(peer.ip()).is_loopback() && !limits::came_through_proxy(&headers);
    if here || has_key(&ctx, &feed, who.as_ref().map_or("", |who| &who.key)) {
        ctx.ingest.nudge(&feed);
    }
    StatusCode::OK
}

fn has_key(ctx: &Ctx, feed: &FeedId, sent: &str) -> bool {
    ctx.cells.config.with(|config| {
        let key = config.feeds.iter().find(|one| one.id == *feed).and_then(|one| one.push_key.as_ref());
        key.is_some_and(|key| sent.as_bytes().ct_eq(key.reveal().as_bytes()).into())
    })
}
