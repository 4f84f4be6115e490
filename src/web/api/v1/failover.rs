//! Orders to automatic switching.

use crate::domain::command::{FailoverOrder, Order};
use crate::domain::ids::FeedId;
use crate::kit::text::excerpt;
use crate::kit::units::Millis;
use crate::web::api::answer;
use crate::web::auth::{self, Caller, SignedIn};
use crate::web::ctx::Ctx;
use crate::web::error::WebError;
use crate::web::words;
use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;

/// Longest work that may be announced, in seconds: the machine believes it no longer, so that a lost
/// feed does not stay on air.
const LONGEST_WORK: f64 = 300.0;
/// Longest reason, in characters.
const LONGEST_REASON: usize = 120;

/// POST /api/v1/failover/pause
pub async fn pause(State(ctx): State<Ctx>, person: SignedIn) -> Response {
    answer::outcome(&ctx.desk.give(person.origin(), Order::Failover(FailoverOrder::Pause)).await)
}

/// POST /api/v1/failover/resume
pub async fn resume(State(ctx): State<Ctx>, person: SignedIn) -> Response {
    answer::outcome(&ctx.desk.give(person.origin(), Order::Failover(FailoverOrder::Resume)).await)
}

/// Whether a test is wanted.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Test {
    on: bool,
}

/// POST /api/v1/failover/test {on}: switch scenes and show alerts as if OBS streamed, to try rules and overlays out.
pub async fn test(
    State(ctx): State<Ctx>,
    person: SignedIn,
    body: Result<Json<Test>, JsonRejection>,
) -> Result<Response, WebError> {
    let Test { on } = answer::body(body, words::TEST_SHAPE)?;
    let order = if on { FailoverOrder::StartTest } else { FailoverOrder::StopTest };
    Ok(answer::outcome(&ctx.desk.give(person.origin(), Order::Failover(order)).await))
}

/// Work on the ingest, announced.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Work {
    seconds: f64,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    feed: Option<FeedId>,
}

/// POST /api/v1/failover/maintenance {seconds, reason, feed}: a person with a session, or a program as
/// for alerts (`X-Alert-Token`, or this very machine where no token is set).
pub async fn maintenance(
    State(ctx): State<Ctx>,
    caller: Caller,
    headers: HeaderMap,
    body: Result<Json<Work>, JsonRejection>,
) -> Result<Response, WebError> {
    let person = match auth::token(&headers) {
        Some(token) => ctx.access.person(token).await.map(SignedIn),
        None => None,
    };
    let origin = match person {
        Some(person) => person.origin(),
        None => auth::program(&ctx, &caller, &headers)?,
    };
    let work = answer::body(body, words::MAINTENANCE_SHAPE)?;
    Ok(answer::outcome(&ctx.desk.give(origin, Order::Failover(order(&ctx, work)?)).await))
}

fn order(ctx: &Ctx, work: Work) -> Result<FailoverOrder, WebError> {
    let refuse = |text: &str| Err(WebError::Bad(text.to_owned()));
    if !(1.0..=LONGEST_WORK).contains(&work.seconds) {
        return refuse(words::MAINTENANCE_SHAPE);
    }
    if let Some(feed) = &work.feed {
        let known: Vec<FeedId> =
            ctx.cells.config.with(|config| config.feeds.iter().map(|one| one.id.clone()).collect());
        if !known.contains(feed) {
            let known: Vec<&str> = known.iter().map(FeedId::as_str).collect();
            return refuse(&words::no_such_feed(feed.as_str(), &known));
        }
    }
    let reason = work.reason.unwrap_or_default();
    let why = if reason.trim().is_empty() { words::WORK.to_owned() } else { excerpt(reason.trim(), LONGEST_REASON) };
    Ok(FailoverOrder::Maintenance { feed: work.feed, span: Millis::from_secs_f64(work.seconds), why })
}
