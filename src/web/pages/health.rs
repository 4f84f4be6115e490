//! /health: one row per thing, and the journal with filters.

use super::{Frame, html};
use crate::web::api::v1::journal::Filter;
use crate::web::api::v1::live::Snapshot;
use crate::web::auth::SignedIn;
use crate::web::ctx::Ctx;
use crate::web::error::WebError;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};

#[derive(Template)]
#[template(path = "pages/health.html")]
struct HealthPage {
    frame: Frame,
    snapshot: String,
    topics: Vec<Choice>,
    tones: Vec<Choice>,
}

struct Choice {
    value: &'static str,
    label: &'static str,
    chosen: bool,
}

const TOPICS: &[(&str, &str)] = &[
    ("", "Everything"),
    ("decision", "Decisions"),
    ("standing", "Why nothing happens"),
    ("order", "Orders"),
    ("link", "Connections"),
    ("alert", "Alerts"),
    ("system", "This program"),
];

const TONES: &[(&str, &str)] = &[("", "All lines"), ("warn", "Worth a look"), ("bad", "Needs you")];

/// GET /health?topic=&tone=
pub async fn show(
    State(ctx): State<Ctx>,
    person: SignedIn,
    Query(filter): Query<Filter>,
) -> Result<Response, WebError> {
    let snapshot = serde_json::to_string(&Snapshot::take(&ctx)).map_err(|e| WebError::Internal(e.to_string()))?;
    let page = HealthPage {
        frame: Frame::of("/health", &person.0.name),
        snapshot,
        topics: choices(TOPICS, &filter.topic),
        tones: choices(TONES, &filter.tone),
    };
    Ok(html(&page)?.into_response())
}

fn choices(table: &[(&'static str, &'static str)], chosen: &str) -> Vec<Choice> {
    table.iter().map(|(value, label)| Choice { value, label, chosen: *value == chosen }).collect()
}
