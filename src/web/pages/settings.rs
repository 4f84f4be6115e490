//! /settings: where to find what, and the settings that no page of their own has. All mistakes stand
//! beside their fields; nothing is saved while there is one.

use super::fields::{self, Field, Pairs, Typed};
use super::{Frame, html};
use crate::config::Config;
use crate::config::keys::Section as Part;
use crate::features::settings::view::SettingsView;
use crate::kit::text;
use crate::runtime::shared::Reader;
use crate::web::auth::SignedIn;
use crate::web::ctx::Ctx;
use crate::web::error::WebError;
use crate::web::input::Sent;
use crate::web::words;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

/// The settings on this page; the others have their own.
const PARTS: &[Part] = &[Part::Obs, Part::Scenes, Part::Twitch, Part::Chat, Part::History];
/// Those of a feed, which stand on the page of the feeds.
const OF_A_FEED: &[&str] = &["MEDIA_SOURCE_NAME"];

#[derive(Template)]
#[template(path = "pages/settings.html")]
struct Settings {
    frame: Frame,
    saved: bool,
    refused: Option<String>,
    switching: String,
    feeds: String,
    sections: Vec<Section>,
}

struct Section {
    title: &'static str,
    /// What is in force, in one line.
    about: String,
    fields: Vec<Field>,
    /// Shown open: something in it needs a correction.
    open: bool,
}

/// Set after a save.
#[derive(Deserialize)]
pub struct Done {
    /// Anything.
    pub saved: Option<String>,
}

/// GET /settings
pub async fn show(State(ctx): State<Ctx>, person: SignedIn, Query(done): Query<Done>) -> Result<Response, WebError> {
    let mut page = page(&ctx, &person, Typed::default());
    page.saved = done.saved.is_some();
    Ok(html(&page)?.into_response())
}

/// POST /settings
pub async fn save(State(ctx): State<Ctx>, person: SignedIn, Sent(form): Sent<Pairs>) -> Result<Response, WebError> {
    let changes = ctx.cells.settings.with(|view| fields::changes(view, &form));
    if changes.is_empty() {
        return Ok(Redirect::to("/settings").into_response());
    }
    let Err((status, refusal)) = fields::give(&ctx, &person, changes).await else {
        return Ok(Redirect::to("/settings?saved=1").into_response());
    };
    let mut page = page(&ctx, &person, Typed { form: &form, refusal: &refusal });
    page.refused = Some(fields::summary(page.sections.iter().flat_map(|section| &section.fields), &refusal));
    Ok((status, html(&page)?).into_response())
}

fn page(ctx: &Ctx, person: &SignedIn, typed: Typed<'_>) -> Settings {
    let scenes = fields::scenes(ctx);
    let sections = ctx
        .cells
        .settings
        .with(|view| PARTS.iter().map(|part| section(*part, view, &ctx.cells.config, typed, &scenes)).collect());
    let (switching, feeds) = ctx.cells.config.with(|config| {
        let limits = words::limits(config.rules.low, config.rules.high, config.rules.offline);
        let names: Vec<&str> = config.feeds.iter().map(|feed| feed.name.as_str()).collect();
        (format!("{}. {limits}", words::preset(config.preset)), words::feeds(&names))
    });
    Settings { frame: Frame::of("/settings", &person.0.name), saved: false, refused: None, switching, feeds, sections }
}

fn section(part: Part, view: &SettingsView, config: &Reader<Config>, typed: Typed<'_>, scenes: &[String]) -> Section {
    let here = view.items.iter().filter(|item| item.section == part.title() && !OF_A_FEED.contains(&item.name));
    let fields: Vec<Field> = here.map(|item| fields::field(item, typed, scenes)).collect();
    Section {
        title: part.title(),
        about: config.with(|config| match part {
            Part::Obs => words::obs_in_short(&config.obs),
            Part::Scenes => words::scenes_in_short(&config.scenes),
            Part::Twitch => twitch(config),
            Part::Chat => words::chat_in_short(&config.chat),
            Part::History => words::kept_in_short(&config.keep),
            _ => String::new(),
        }),
        open: fields.iter().any(|field| field.error.is_some()),
        fields,
    }
}

/// Twitch, in one line.
fn twitch(config: &Config) -> String {
    let admins = match config.twitch.admins.as_slice() {
        [] => "no admins in chat".to_owned(),
        admins => format!("admins in chat: {}", text::excerpt(&admins.join(", "), 60)),
    };
    let raid =
        if config.twitch.raid.enabled { "the stream stops after a raid" } else { "the stream goes on after a raid" };
    let admins = text::sentence(&admins);
    format!("{}; {raid}", admins.trim_end_matches('.'))
}
