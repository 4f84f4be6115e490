//! /settings/feeds: every feed with its live state, their order, groups and cameras. Each change
//! writes the document of feeds whole; the first one turns the STATS_* feed into its first entry.

use super::fields::{self, Choice, Pairs};
use super::{Frame, html};
use crate::config::feeds::{Document, Entry};
use crate::domain::failover::lineup::{Group, GroupMode, MultiCamera};
use crate::domain::failover::{FeedView, View};
use crate::domain::ids::{FeedId, SceneName};
use crate::domain::server::Server;
use crate::features::settings::view::Feeds;
use crate::kit::units::Millis;
use crate::web::api::v1::live::Snapshot;
use crate::web::auth::SignedIn;
use crate::web::ctx::Ctx;
use crate::web::error::WebError;
use crate::web::input::Sent;
use crate::web::live::sections::Level;
use crate::web::live::view::{class_state, level};
use crate::web::words;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

/// The key of the document.
const KEY: &str = "FEEDS";
/// Empty rows for a new camera.
const SPARE: usize = 1;

#[derive(Template)]
#[template(path = "pages/feeds.html")]
struct FeedsPage {
    frame: Frame,
    snapshot: String,
    saved: bool,
    refused: Option<String>,
    of_stats: bool,
    overridden: bool,
    rows: Vec<Row>,
    groups: Vec<GroupRow>,
    cameras: Vec<CameraRow>,
}

/// A feed in the list.
struct Row {
    id: String,
    name: String,
    /// What answers, or what was chosen.
    server: String,
    /// Priority, group, scenes: what is not as usual.
    about: String,
    word: &'static str,
    level: &'static str,
    rate: String,
    reason: String,
    /// What else changes when it is removed.
    effect: String,
    first: bool,
    last: bool,
}

struct GroupRow {
    name: String,
    members: String,
    modes: Vec<Choice>,
}

struct CameraRow {
    number: usize,
    scene: String,
    scenes: Vec<Choice>,
    /// id, name, shown in it
    feeds: Vec<(String, String, bool)>,
}

/// Set after a save.
#[derive(Deserialize)]
pub struct Done {
    saved: Option<String>,
}

/// GET /settings/feeds
pub async fn show(State(ctx): State<Ctx>, person: SignedIn, Query(done): Query<Done>) -> Result<Response, WebError> {
    let mut page = page(&ctx, &person)?;
    page.saved = done.saved.is_some();
    Ok(html(&page)?.into_response())
}

/// Where a feed goes in the order.
#[derive(Deserialize)]
pub struct Shift {
    up: bool,
}

/// POST /settings/feed/{id}/move
pub async fn shift(
    State(ctx): State<Ctx>,
    person: SignedIn,
    Path(id): Path<String>,
    Sent(shift): Sent<Shift>,
) -> Result<Response, WebError> {
    let mut document = document(&ctx);
    let at = document.position(&id).ok_or(WebError::NotFound)?;
    let other = if shift.up { at.checked_sub(1) } else { Some(at + 1).filter(|next| *next < document.feeds.len()) };
    if let Some(other) = other {
        document.feeds.swap(at, other);
    }
    done(&ctx, &person, &document).await
}

/// POST /settings/feed/{id}/remove: the feed, and what names it.
pub async fn remove(State(ctx): State<Ctx>, person: SignedIn, Path(id): Path<String>) -> Result<Response, WebError> {
    let mut document = document(&ctx);
    let at = document.position(&id).ok_or(WebError::NotFound)?;
    take_out(&mut document, at);
    done(&ctx, &person, &document).await
}

/// POST /settings/feeds/back: the document of the page goes, `.env` holds again.
pub async fn back(State(ctx): State<Ctx>, person: SignedIn) -> Result<Response, WebError> {
    answer(&ctx, &person, fields::give(&ctx, &person, vec![(KEY.to_owned(), None)]).await)
}

/// POST /settings/feeds/together: the modes of the groups, and the cameras.
pub async fn together(State(ctx): State<Ctx>, person: SignedIn, Sent(form): Sent<Pairs>) -> Result<Response, WebError> {
    let mut document = document(&ctx);
    known_together(&form, &document)?;
    for group in &mut document.groups {
        let Some(word) = fields::sent(&form, &format!("mode.{}", group.name)) else { continue };
        group.mode = mode_of(word).ok_or_else(|| WebError::Unreadable(words::no_such_mode(word)))?;
    }
    document.cameras = (0..document.cameras.len() + SPARE).filter_map(|at| camera(&form, at)).collect();
    done(&ctx, &person, &document).await
}

/// The document in force.
pub fn document(ctx: &Ctx) -> Document {
    ctx.cells.settings.with(|view| view.feeds.document.clone())
}

/// Writes the document: groups that nobody names go, groups that somebody names come.
pub async fn write(ctx: &Ctx, person: &SignedIn, document: &Document) -> Result<(), (StatusCode, String)> {
    let mut document = document.clone();
    tidy_groups(&mut document);
    let timeout = ctx.cells.config.with(|config| config.feeds.first().map_or(Millis(800), |feed| feed.timeout));
    if let Err(wrong) = document.settle(timeout) {
        let lines: Vec<String> = wrong.iter().map(ToString::to_string).collect();
        return Err((StatusCode::UNPROCESSABLE_ENTITY, lines.join("\n")));
    }
    let text = if document.feeds.is_empty() { None } else { Some(document.to_json()) };
    fields::give(ctx, person, vec![(KEY.to_owned(), text)]).await
}

/// Groups that somebody names come, groups that nobody names go.
pub fn tidy_groups(document: &mut Document) {
    let named: Vec<String> = document.feeds.iter().map(|entry| entry.get("group").to_owned()).collect();
    document.groups.retain(|group| named.contains(&group.name));
    for name in named.iter().filter(|name| !name.is_empty()) {
        if document.groups.iter().all(|group| group.name != *name) {
            document.groups.push(Group { name: name.clone(), mode: GroupMode::default() });
        }
    }
}

async fn done(ctx: &Ctx, person: &SignedIn, document: &Document) -> Result<Response, WebError> {
    answer(ctx, person, write(ctx, person, document).await)
}

fn answer(ctx: &Ctx, person: &SignedIn, ended: Result<(), (StatusCode, String)>) -> Result<Response, WebError> {
    let Err((status, text)) = ended else {
        return Ok(Redirect::to("/settings/feeds?saved=1").into_response());
    };
    let mut page = page(ctx, person)?;
    page.refused = Some(words::not_saved(0, &text));
    Ok((status, html(&page)?).into_response())
}

fn take_out(document: &mut Document, at: usize) {
    let gone = document.feeds.remove(at).id();
    for entry in &mut document.feeds {
        if entry.get("depends_on.feed") == gone.as_str() {
            for path in
                ["depends_on.feed", "depends_on.scenes.live", "depends_on.scenes.low", "depends_on.scenes.offline"]
            {
                entry.set(path, "");
            }
        }
    }
    document.cameras.iter_mut().for_each(|camera| camera.feeds.retain(|feed| *feed != gone));
    document.cameras.retain(|camera| camera.feeds.len() >= 2);
}

fn camera(form: &[(String, String)], at: usize) -> Option<MultiCamera> {
    let scene = fields::sent(form, &format!("camera.{at}.scene"))?.trim();
    let ticked = format!("camera.{at}.feed");
    let feeds = form.iter().filter(|(key, _)| *key == ticked).map(|(_, id)| FeedId(id.clone())).collect();
    (!scene.is_empty()).then(|| MultiCamera { scene: SceneName(scene.to_owned()), feeds })
}

/// Cameras that are not sent go, so a name that was meant for one must not pass unseen.
fn known_together(form: &Pairs, document: &Document) -> Result<(), WebError> {
    let group = |name: &str| document.groups.iter().any(|group| group.name == name);
    let camera = |name: &str| {
        let (number, part) = name.split_once('.')?;
        let number: usize = number.parse().ok()?;
        Some(number < document.cameras.len() + SPARE && ["scene", "feed"].contains(&part))
    };
    let known = |name: &str| match name.split_once('.') {
        Some(("mode", name)) => group(name),
        Some(("camera", name)) => camera(name).unwrap_or_default(),
        _ => false,
    };
    fields::no_strangers(form, known, "mode.GROUP, camera.NUMBER.scene, camera.NUMBER.feed")
}

fn mode_of(word: &str) -> Option<GroupMode> {
    serde_json::from_value(serde_json::Value::from(word)).ok()
}

fn page(ctx: &Ctx, person: &SignedIn) -> Result<FeedsPage, WebError> {
    let snapshot = serde_json::to_string(&Snapshot::take(ctx)).map_err(|e| WebError::Internal(e.to_string()))?;
    let Feeds { document, of_stats, overridden } = ctx.cells.settings.with(|view| view.feeds.clone());
    let scenes = fields::scenes(ctx);
    let rows = ctx.cells.view.with(|view| rows(&document, view));
    Ok(FeedsPage {
        frame: Frame::of("/settings", &person.0.name),
        snapshot,
        saved: false,
        refused: None,
        of_stats,
        overridden,
        rows,
        groups: document.groups.iter().map(|group| group_row(&document, group)).collect(),
        cameras: cameras(&document, &scenes),
    })
}

fn rows(document: &Document, view: &View) -> Vec<Row> {
    let last = document.feeds.len().saturating_sub(1);
    let row = |(at, entry): (usize, &Entry)| {
        let live = view.feeds.iter().find(|feed| feed.id == entry.id());
        let (word, level, rate, reason) = state(entry, live);
        Row {
            id: entry.get("id").to_owned(),
            name: entry.name().to_owned(),
            server: server(entry, live),
            about: words::feed_about(entry, needs(document, entry)),
            word,
            level,
            rate,
            reason,
            effect: effect(document, entry),
            first: at == 0,
            last: at == last,
        }
    };
    document.feeds.iter().enumerate().map(row).collect()
}

/// The name of the feed that this one needs.
fn needs<'a>(document: &'a Document, entry: &Entry) -> Option<&'a str> {
    let at = document.position(entry.get("depends_on.feed"))?;
    Some(document.feeds[at].name())
}

fn state(entry: &Entry, live: Option<&FeedView>) -> (&'static str, &'static str, String, String) {
    match live {
        Some(feed) => {
            let state = class_state(feed.class);
            let rate = feed.kbps.map_or_else(|| words::NO_RATE.to_owned(), |kbps| kbps.to_string());
            (state.word(), mark(level(state)), rate, crate::kit::text::sentence(&feed.reason))
        }
        None if entry.is_enabled() => (words::NOT_ASKED, mark(Level::Muted), words::NO_RATE.to_owned(), String::new()),
        None => (words::NOT_IN_USE, mark(Level::Muted), words::NO_RATE.to_owned(), String::new()),
    }
}

/// The name of the shape and colour.
fn mark(level: Level) -> &'static str {
    match level {
        Level::Good => "good",
        Level::Warn => "warn",
        Level::Bad => "bad",
        Level::Muted => "muted",
    }
}

fn server(entry: &Entry, live: Option<&FeedView>) -> String {
    let seen = live.and_then(|feed| feed.server);
    let chosen = Server::from_word(entry.get("type"));
    seen.or(chosen).map_or_else(|| words::SERVER_FOUND_OUT.to_owned(), |server| server.to_string())
}

/// What else changes when this feed goes.
fn effect(document: &Document, entry: &Entry) -> String {
    let id = entry.id();
    let mut left = document.clone();
    if let Some(at) = document.position(id.as_str()) {
        take_out(&mut left, at);
    }
    let needing = document.feeds.iter().filter(|other| other.get("depends_on.feed") == id.as_str());
    let needing: Vec<&str> = needing.map(Entry::name).collect();
    words::removing(entry.name(), left.feeds.is_empty(), &needing, document.cameras.len() - left.cameras.len())
}

fn group_row(document: &Document, group: &Group) -> GroupRow {
    let members = document.feeds.iter().filter(|entry| entry.get("group") == group.name).map(Entry::name);
    let now = serde_json::to_value(group.mode).ok().and_then(|word| word.as_str().map(str::to_owned));
    GroupRow {
        name: group.name.clone(),
        members: members.collect::<Vec<_>>().join(", "),
        modes: fields::options(words::GROUP_MODES, &now.unwrap_or_default()),
    }
}

fn cameras(document: &Document, scenes: &[String]) -> Vec<CameraRow> {
    if document.feeds.len() < 2 {
        return Vec::new();
    }
    let empty = MultiCamera { scene: SceneName(String::new()), feeds: Vec::new() };
    let all = document.cameras.iter().chain(std::iter::repeat_n(&empty, SPARE)).enumerate();
    let row = |(number, camera): (usize, &MultiCamera)| CameraRow {
        number,
        scene: camera.scene.to_string(),
        scenes: fields::scene_choices(scenes, camera.scene.as_str(), Some(words::NO_SCENE)),
        feeds: document
            .feeds
            .iter()
            .map(|entry| (entry.get("id").to_owned(), entry.name().to_owned(), camera.feeds.contains(&entry.id())))
            .collect(),
    };
    all.map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Document {
        Document::read(text).expect("a good document")
    }

    #[test]
    fn a_feed_goes_with_what_names_it() {
        let mut document = of(
            r#"{"feeds":[{"id":"a","depends_on":{"feed":"b","scenes":{"live":"SOLO"}}},{"id":"b","group":"g"},{"id":"c"}],
            "groups":[{"name":"g"}],"cameras":[{"scene":"AB","feeds":["a","b"]},{"scene":"ABC","feeds":["a","b","c"]}]}"#,
        );
        assert!(effect(&document, &document.feeds[1]).contains("'a'"));
        take_out(&mut document, 1);
        tidy_groups(&mut document);
        assert_eq!(document, of(r#"{"feeds":[{"id":"a"},{"id":"c"}],"cameras":[{"scene":"ABC","feeds":["a","c"]}]}"#));
    }

    #[test]
    fn a_group_begins_with_its_first_member() {
        let mut document = of(r#"{"feeds":[{"id":"a","group":"two"}],"groups":[{"name":"one","mode":"any"}]}"#);
        tidy_groups(&mut document);
        assert_eq!(document.groups, [Group { name: "two".to_owned(), mode: GroupMode::Priority }]);
    }

    #[test]
    fn a_camera_is_a_scene_with_the_ticked_feeds() {
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let form = [
            pair("camera.0.scene", "SPLIT"),
            pair("camera.0.feed", "a"),
            pair("camera.0.feed", "b"),
            pair("camera.1.scene", " "),
        ];
        assert_eq!(camera(&form, 0), Some(MultiCamera { scene: "SPLIT".into(), feeds: vec!["a".into(), "b".into()] }));
        assert_eq!(camera(&form, 1), None, "no scene, no camera");
    }
}
