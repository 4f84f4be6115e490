//! The feeds over time: on a grid for a chart, and sample by sample as a file.

use super::journal::unavailable;
use crate::domain::history::Program;
use crate::domain::ids::SceneName;
use crate::features::journal::history::timeline::{LONGEST, MOST_POINTS, Timeline, Window};
use crate::kit::clock;
use crate::kit::units::{Millis, UnixMs};
use crate::store::samples::SampleRow;
use crate::web::api::export::{self, Form, iso};
use crate::web::auth::SignedIn;
use crate::web::ctx::Ctx;
use crate::web::error::WebError;
use crate::web::input::Asked;
use crate::web::words;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

/// What is shown when nothing is asked for.
const DAY: Millis = Millis(24 * 3600 * 1000);
/// Points when none are asked for.
const POINTS: u32 = 600;

/// Which part of the past; unix milliseconds. Nothing means the last 24 hours.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    from: Option<i64>,
    to: Option<i64>,
    points: Option<u32>,
}

impl Span {
    fn ends(&self) -> Result<(UnixMs, UnixMs), WebError> {
        let to = UnixMs(self.to.unwrap_or(clock::unix().0));
        let from = UnixMs(self.from.unwrap_or(to.0.saturating_sub(DAY.0 as i64)));
        if from >= to || from.0 < 0 {
            return Err(WebError::Bad(words::SPAN_SHAPE.to_owned()));
        }
        Ok((from, to))
    }

    fn window(&self) -> Result<Window, WebError> {
        let (from, to) = self.ends()?;
        if to.since(from) > LONGEST {
            return Err(WebError::Bad(words::SPAN_SHAPE.to_owned()));
        }
        Ok(Window { from, to, points: self.points.unwrap_or(POINTS).clamp(10, MOST_POINTS) })
    }
}

/// GET /api/v1/timeline?from=&to=&points=
pub async fn show(
    State(ctx): State<Ctx>,
    _person: SignedIn,
    Asked(span): Asked<Span>,
) -> Result<Json<Timeline>, WebError> {
    ctx.history.timeline(span.window()?).await.map(Json).map_err(unavailable)
}

const COLUMNS: &[&str] = &[
    "time",
    "unix_ms",
    "feed",
    "class",
    "kbps",
    "rtt_ms",
    "buffer_ms",
    "latency_ms",
    "lost",
    "dropped",
    "scene",
    "on_air",
];

/// GET /api/v1/timeline/export.csv?from=&to=
pub async fn csv(state: State<Ctx>, person: SignedIn, span: Asked<Span>) -> Result<Response, WebError> {
    download(state, person, span, Form::Csv).await
}

/// GET /api/v1/timeline/export.json?from=&to=
pub async fn json(state: State<Ctx>, person: SignedIn, span: Asked<Span>) -> Result<Response, WebError> {
    download(state, person, span, Form::Json).await
}

async fn download(
    State(ctx): State<Ctx>,
    _person: SignedIn,
    Asked(span): Asked<Span>,
    form: Form,
) -> Result<Response, WebError> {
    let (from, to) = span.ends()?;
    let mut scenes = Scenes { programs: ctx.history.programs(from, to).await.map_err(unavailable)?, at: 0 };
    let cells = move |sample: SampleRow| {
        let (scene, live) = scenes.at(sample.at);
        cells(sample, scene, live)
    };
    Ok(export::file(form, "stream-control-timeline", COLUMNS, ctx.history.all_samples(from, to), cells))
}

/// The program scene beside samples that come in the order of time.
struct Scenes {
    programs: Vec<Program>,
    at: usize,
}

impl Scenes {
    fn at(&mut self, moment: UnixMs) -> (Value, Value) {
        while self.programs.get(self.at + 1).is_some_and(|next| next.at <= moment) {
            self.at += 1;
        }
        let program = self.programs.get(self.at).filter(|program| program.at <= moment);
        let scene = program.and_then(|program| program.scene.as_ref()).map(SceneName::as_str);
        (json!(scene), json!(program.and_then(|program| program.live)))
    }
}

fn cells(sample: SampleRow, scene: Value, live: Value) -> Vec<Value> {
    vec![
        json!(iso(sample.at)),
        json!(sample.at),
        json!(sample.feed),
        json!(sample.class),
        json!(sample.kbps.map(|kbps| (kbps.0 * 10.0).round() / 10.0)),
        json!(sample.rtt),
        json!(sample.buffer),
        json!(sample.latency),
        json!(sample.lost),
        json!(sample.dropped),
        scene,
        live,
    ]
}
