//! /settings/switching: how quickly scenes follow the feed. Three presets, the single values below
//! them, limits measured from the feed's own good minutes, and a test without a stream.

use super::fields::{self, Field, Pairs, Typed};
use super::{Frame, html};
use crate::domain::command::{FailoverOrder, Order, Outcome};
use crate::domain::failover::preset::Preset;
use crate::domain::failover::suggest;
use crate::features::settings::view::SettingsView;
use crate::web::api::v1::live::Snapshot;
use crate::web::auth::SignedIn;
use crate::web::ctx::Ctx;
use crate::web::error::WebError;
use crate::web::input::Sent;
use crate::web::words;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

const PRESET: &str = "SWITCHING_PRESET";

/// title, what it is about, keys
type Part = (&'static str, &'static str, &'static [&'static str]);

/// The single values, in their groups.
pub const PARTS: &[Part] = &[
    (
        "Limits",
        "From where the feed is weak or lost",
        &[
            "BITRATE_LOW_KBPS",
            "BITRATE_HIGH_KBPS",
            "BITRATE_OFFLINE_KBPS",
            "DROPS_PER_SEC",
            "RTT_LOW_MS",
            "RTT_LOST_MS",
        ],
    ),
    (
        "Falling",
        "How long before LOW and OFFLINE",
        &[
            "LOW_AFTER_SEC",
            "LOST_AFTER_SEC",
            "GONE_AFTER_SEC",
            "UNKNOWN_HOLD_SEC",
            "LOW_CONSEC_SAMPLES",
            "POLL_INTERVAL_SEC",
        ],
    ),
    (
        "Recovering",
        "How long before LIVE is back",
        &["RECOVER_FROM_LOW_SEC", "RECOVER_FROM_LOST_SEC", "MIN_STAY_SEC", "FLAP_LIMIT"],
    ),
    ("Several feeds", "When a better one takes over", &["PREFER_AFTER_SEC"]),
    (
        "Start and end",
        "What happens around a show, and to your own choice",
        &[
            "LIVE_SCENE_LOW_GRACE_SEC",
            "START_GRACE_SEC",
            "LIVE_FROM_STARTING",
            "OFFLINE_STOP_MIN",
            "RECORD_WITH_STREAM",
            "WAIT_FOR_STREAM_START",
            "IDLE_WHEN_STREAM_ENDS",
            "EXIT_WHEN_STREAM_ENDS",
        ],
    ),
    ("Repair", "A frozen or dead picture", &["FROZEN_PICTURE", "SELF_REPAIR"]),
];

/// Keys of an older program: shown only to those who have set them.
const OLD: &[&str] = &["LOW_CONSEC_SAMPLES", "POLL_INTERVAL_SEC"];

#[derive(Template)]
#[template(path = "pages/switching.html")]
struct Switching {
    frame: Frame,
    snapshot: String,
    saved: bool,
    refused: Option<String>,
    was_preset: &'static str,
    presets: Vec<PresetCard>,
    preset_error: Option<String>,
    by_hand: String,
    parts: Vec<PartView>,
    measured: Measured,
    testing: bool,
    test_error: Option<String>,
}

/// A preset in plain words.
struct PresetCard {
    word: &'static str,
    label: &'static str,
    about: &'static str,
    chosen: bool,
    /// What it means, in numbers: what happens, and when.
    means: [(&'static str, String); 3],
}

struct PartView {
    title: &'static str,
    about: &'static str,
    fields: Vec<Field>,
    /// Shown open: something in it differs from the preset or needs a correction.
    open: bool,
    /// How many values are set by hand.
    own: usize,
}

/// Limits from the feed's own good minutes.
#[derive(Default)]
struct Measured {
    text: String,
    /// What "Fill in" puts into the fields: low and lost.
    fill: Option<[String; 2]>,
}

/// The page's address.
#[derive(Deserialize)]
pub struct Asked {
    saved: Option<String>,
    /// The measured limits stand in the fields, not saved yet.
    fill: Option<String>,
}

/// GET /settings/switching?fill=
pub async fn show(State(ctx): State<Ctx>, person: SignedIn, Query(asked): Query<Asked>) -> Result<Response, WebError> {
    let measured = measure(&ctx).await;
    let form = filled(&measured, asked.fill.is_some());
    let mut page = page(&ctx, &person, measured, Typed { form: &form, refusal: "" })?;
    page.saved = asked.saved.is_some();
    Ok(html(&page)?.into_response())
}

/// POST /settings/switching
pub async fn save(State(ctx): State<Ctx>, person: SignedIn, Sent(form): Sent<Pairs>) -> Result<Response, WebError> {
    let changes = ctx.cells.settings.with(|view| fields::changes(view, &form));
    if changes.is_empty() {
        return Ok(Redirect::to("/settings/switching").into_response());
    }
    let Err((status, refusal)) = fields::give(&ctx, &person, changes).await else {
        return Ok(Redirect::to("/settings/switching?saved=1").into_response());
    };
    let mut page = page(&ctx, &person, measure(&ctx).await, Typed { form: &form, refusal: &refusal })?;
    page.refused = Some(fields::summary(page.parts.iter().flat_map(|part| &part.fields), &refusal));
    Ok((status, html(&page)?).into_response())
}

/// Whether a test is wanted.
#[derive(Deserialize)]
pub struct TestForm {
    on: bool,
}

/// POST /settings/switching/test: the test without JavaScript.
pub async fn test(State(ctx): State<Ctx>, person: SignedIn, Sent(form): Sent<TestForm>) -> Result<Response, WebError> {
    let order = if form.on { FailoverOrder::StartTest } else { FailoverOrder::StopTest };
    match ctx.desk.give(person.origin(), Order::Failover(order)).await {
        Outcome::Done(_) => Ok(Redirect::to("/settings/switching#test").into_response()),
        other => {
            let mut page = page(&ctx, &person, measure(&ctx).await, Typed::default())?;
            page.test_error = Some(other.text().to_owned());
            Ok((axum::http::StatusCode::CONFLICT, html(&page)?).into_response())
        }
    }
}

fn page(ctx: &Ctx, person: &SignedIn, measured: Measured, typed: Typed<'_>) -> Result<Switching, WebError> {
    let snapshot = serde_json::to_string(&Snapshot::take(ctx)).map_err(|e| WebError::Internal(e.to_string()))?;
    let now = ctx.cells.config.with(|config| config.preset);
    let chosen = fields::sent(typed.form, PRESET).and_then(Preset::from_word).unwrap_or(now);
    let parts: Vec<PartView> =
        ctx.cells.settings.with(|view| PARTS.iter().map(|part| part_view(part, view, typed)).collect());
    let item = ctx.cells.settings.with(|view| view.item(PRESET).cloned());
    Ok(Switching {
        frame: Frame::of("/settings", &person.0.name),
        snapshot,
        saved: false,
        refused: None,
        was_preset: now.word(),
        presets: Preset::ALL.into_iter().map(|preset| card(preset, preset == chosen)).collect(),
        preset_error: item.and_then(|item| fields::field(&item, typed, &[]).error),
        by_hand: words::by_hand(parts.iter().map(|part| part.own).sum()),
        parts,
        measured,
        testing: ctx.cells.view.with(|view| view.testing.is_some()),
        test_error: None,
    })
}

fn part_view(part: &Part, view: &SettingsView, typed: Typed<'_>) -> PartView {
    let (title, about, keys) = *part;
    let items = keys.iter().filter_map(|key| view.item(key));
    let items: Vec<_> = items.filter(|item| !OLD.contains(&item.name) || !item.own.is_empty()).collect();
    let own = items.iter().filter(|item| item.presets.is_some() && !item.own.is_empty()).count();
    let fields: Vec<Field> = items.into_iter().map(|item| fields::field(item, typed, &[])).collect();
    let open = own > 0 || fields.iter().any(|field| field.error.is_some() || field.value != field.was);
    PartView { title, about, fields, open, own }
}

fn card(preset: Preset, chosen: bool) -> PresetCard {
    let rules = preset.rules();
    let (label, about) = (words::preset(preset), words::about_preset(preset));
    PresetCard { word: preset.word(), label, about, chosen, means: words::preset_means(&rules) }
}

async fn measure(ctx: &Ctx) -> Measured {
    let Ok(rates) = ctx.history.good_rates().await else { return Measured::default() };
    let preset = ctx.cells.config.with(|config| config.preset);
    let minutes = rates.len() / 60;
    match suggest::limits(&rates, preset) {
        Some(found) => Measured {
            text: words::measured(minutes, &found),
            fill: Some([found.low.0, found.offline.0].map(|kbps| kbps.to_string())),
        },
        None => Measured { text: words::measure_more(minutes), fill: None },
    }
}

/// The measured limits as if they had been typed; the good-again limit follows the low one.
fn filled(measured: &Measured, wanted: bool) -> Pairs {
    let Some([low, offline]) = measured.fill.clone().filter(|_| wanted) else { return Vec::new() };
    let pairs = [("BITRATE_LOW_KBPS", low), ("BITRATE_HIGH_KBPS", String::new()), ("BITRATE_OFFLINE_KBPS", offline)];
    pairs.map(|(key, value)| (key.to_owned(), value)).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::keys::{KEYS, Section};

    #[test]
    fn every_setting_of_switching_has_its_place() {
        let mut placed: Vec<&str> = PARTS.iter().flat_map(|(_, _, keys)| keys.iter().copied()).collect();
        placed.push(PRESET);
        let wanted = KEYS.iter().filter(|key| matches!(key.section, Section::Switching | Section::Behaviour));
        let mut wanted: Vec<&str> = wanted.map(|key| key.name).collect();
        placed.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(placed, wanted);
    }
}
