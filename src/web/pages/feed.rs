//! /settings/feed/{id} and /settings/feeds/new: one feed. Secrets are set or replaced, never shown;
//! every mistake stands beside its field.

use super::feeds::{document, tidy_groups, write};
use super::fields::{self, Choice, Pairs, sent};
use super::{Frame, html};
use crate::config::feeds::{Document, Entry, FIELDS, Field as Spec, Shape, Wrong};
use crate::config::keys::HIDDEN;
use crate::kit::units::Millis;
use crate::web::auth::SignedIn;
use crate::web::ctx::Ctx;
use crate::web::error::WebError;
use crate::web::input::Sent;
use crate::web::words;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

#[derive(Template)]
#[template(path = "pages/feed.html")]
struct FeedPage {
    frame: Frame,
    title: String,
    /// Where the form goes.
    action: String,
    refused: Option<String>,
    parts: Vec<Part>,
    groups: Vec<String>,
}

struct Part {
    title: &'static str,
    about: &'static str,
    fields: Vec<Field>,
    /// The first part cannot be folded.
    first: bool,
    open: bool,
}

/// One field of a feed with finished values.
struct Field {
    path: &'static str,
    label: &'static str,
    help: &'static str,
    value: String,
    secret: bool,
    /// A secret that is set; it may be taken away.
    set: bool,
    choices: Vec<Choice>,
    unit: &'static str,
    numeric: bool,
    group: bool,
    placeholder: String,
    error: Option<String>,
}

/// title, about, fields by the beginning of their path
type PartSpec = (&'static str, &'static str, &'static [&'static str]);

const PARTS: &[PartSpec] = &[
    ("The feed", "", &["name", "type", "url", "publisher", "enabled"]),
    (
        "Sign-in and time",
        "For servers that want a user, a token or a key",
        &["user", "password", "token", "push_key", "timeout_sec"],
    ),
    (
        "Reading any JSON",
        "For the kind ‘json’: where in the answer the numbers stand",
        &["json.bytes", "json.rate", "json.unit", "json.online"],
    ),
    ("Place among the feeds", "Which one comes first, and which belong together", &["priority", "group", "id"]),
    ("Scenes of its own", "Instead of the common ones", &["scenes.live", "scenes.low", "scenes.offline"]),
    (
        "If it needs another feed",
        "Scenes to show while the other one is lost",
        &["depends_on.feed", "depends_on.scenes.live", "depends_on.scenes.low", "depends_on.scenes.offline"],
    ),
    (
        "Second look and repair",
        "The source in OBS, the ingest port, nginx's control",
        &["media_source", "port", "control_url"],
    ),
];

/// What is shown: the feed, its place in the document once it has one, and what is wrong.
struct Draft {
    entry: Entry,
    /// The same as it is saved: an address that was just typed comes back as typed.
    saved: Entry,
    at: Option<usize>,
    wrong: Vec<Wrong>,
    rest: String,
}

/// GET /settings/feed/{id}
pub async fn show(State(ctx): State<Ctx>, person: SignedIn, Path(id): Path<String>) -> Result<Response, WebError> {
    let document = document(&ctx);
    let at = document.position(&id).ok_or(WebError::NotFound)?;
    let entry = document.feeds[at].clone();
    let draft = Draft { saved: entry.clone(), entry, at: Some(at), wrong: Vec::new(), rest: String::new() };
    Ok(html(&page(&ctx, &person, &document, &draft))?.into_response())
}

/// GET /settings/feeds/new
pub async fn new(State(ctx): State<Ctx>, person: SignedIn) -> Result<Response, WebError> {
    begin(&ctx, &person, &[])
}

/// POST /settings/feeds/draft: a new feed with some fields filled in; nothing is saved yet.
pub async fn draft(State(ctx): State<Ctx>, person: SignedIn, Sent(form): Sent<Pairs>) -> Result<Response, WebError> {
    begin(&ctx, &person, &form)
}

fn begin(ctx: &Ctx, person: &SignedIn, form: &[(String, String)]) -> Result<Response, WebError> {
    let mut entry = Entry::default();
    apply(&mut entry, form)?;
    let draft = Draft { entry, saved: Entry::default(), at: None, wrong: Vec::new(), rest: String::new() };
    Ok(html(&page(ctx, person, &document(ctx), &draft))?.into_response())
}

/// POST /settings/feeds/new
pub async fn create(State(ctx): State<Ctx>, person: SignedIn, Sent(form): Sent<Pairs>) -> Result<Response, WebError> {
    let mut document = document(&ctx);
    let mut entry = Entry::default();
    apply(&mut entry, &form)?;
    if entry.get("id").is_empty() {
        let id = short_name(entry.get("name"), &document);
        entry.set("id", &id);
    }
    document.feeds.push(entry);
    let at = document.feeds.len() - 1;
    keep(&ctx, &person, document, at, true).await
}

/// POST /settings/feed/{id}
pub async fn save(
    State(ctx): State<Ctx>,
    person: SignedIn,
    Path(id): Path<String>,
    Sent(form): Sent<Pairs>,
) -> Result<Response, WebError> {
    let mut document = document(&ctx);
    let at = document.position(&id).ok_or(WebError::NotFound)?;
    apply(&mut document.feeds[at], &form)?;
    document.feeds[at].set("id", &id);
    keep(&ctx, &person, document, at, false).await
}

/// Writes the document, or shows the form again with each mistake beside its field.
async fn keep(
    ctx: &Ctx,
    person: &SignedIn,
    mut document: Document,
    at: usize,
    new: bool,
) -> Result<Response, WebError> {
    tidy_groups(&mut document);
    let wrong =
        dots(&document.feeds[at], at).chain(document.settle(Millis(800)).err().unwrap_or_default()).collect::<Vec<_>>();
    let (status, rest) = if wrong.is_empty() {
        match write(ctx, person, &document).await {
            Ok(()) => return Ok(Redirect::to("/settings/feeds?saved=1").into_response()),
            Err((status, text)) => (status, text),
        }
    } else {
        let others = wrong.iter().filter(|one| one.feed != Some(at)).map(ToString::to_string);
        (StatusCode::UNPROCESSABLE_ENTITY, others.collect::<Vec<_>>().join(" "))
    };
    let entry = document.feeds[at].clone();
    let mine: Vec<Wrong> = wrong.into_iter().filter(|one| one.feed == Some(at)).collect();
    let rest = words::not_saved(mine.len(), &rest);
    let saved = self::document(ctx).feeds.get(at).cloned().unwrap_or_default();
    if new {
        document.feeds.truncate(at);
    }
    let draft = Draft { entry, saved, at: Some(at).filter(|_| !new), wrong: mine, rest };
    Ok((status, html(&page(ctx, person, &document, &draft))?).into_response())
}

/// Takes what was typed. A secret left empty stays, an address shown in part and not touched too.
fn apply(entry: &mut Entry, form: &[(String, String)]) -> Result<(), WebError> {
    let paths: Vec<&str> = FIELDS.iter().map(|spec| spec.path).collect();
    let known = |name: &str| paths.contains(&name.strip_prefix("clear.").unwrap_or(name));
    fields::no_strangers(form, known, &paths.join(", "))?;
    for spec in FIELDS {
        let now = entry.get(spec.path).to_owned();
        let Some(typed) = sent(form, spec.path).map(str::trim) else { continue };
        let cleared = sent(form, &format!("clear.{}", spec.path)).is_some();
        let untouched = match spec.shape {
            Shape::Secret => typed.is_empty() && !cleared,
            Shape::Address => !now.is_empty() && typed == spec.shown(&now),
            _ => false,
        };
        if !untouched {
            let usual = typed == spec.default;
            entry.set(spec.path, if usual { "" } else { typed });
        }
    }
    Ok(())
}

/// An address that was edited and still holds the dots has lost its secret part.
fn dots(entry: &Entry, at: usize) -> impl Iterator<Item = Wrong> {
    let hidden = FIELDS.iter().filter(|spec| spec.shape == Shape::Address && entry.get(spec.path).contains(HIDDEN));
    let wrong = |spec: &Spec| {
        let (field, what) = (spec.path.to_owned(), String::new());
        Wrong { feed: Some(at), field, what, text: words::STILL_DOTS.to_owned() }
    };
    hidden.map(wrong).collect::<Vec<_>>().into_iter()
}

/// A short name made of the long one, that no other feed has.
fn short_name(name: &str, document: &Document) -> String {
    let plain: String = name.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let words: Vec<&str> = plain.split('-').filter(|part| !part.is_empty()).collect();
    let base: String = words.join("-").chars().take(24).collect();
    let base = if base.is_empty() { "feed".to_owned() } else { base.trim_end_matches('-').to_owned() };
    let free = |id: &String| document.position(id).is_none();
    let numbered = (2..100).map(|number| format!("{base}-{number}"));
    std::iter::once(base.clone()).chain(numbered).find(free).unwrap_or(base)
}

fn page(ctx: &Ctx, person: &SignedIn, document: &Document, draft: &Draft) -> FeedPage {
    let new = draft.at.is_none();
    let id = draft.entry.get("id");
    let scenes = fields::scenes(ctx);
    let part = |spec: &PartSpec| part(spec, document, draft, &scenes);
    FeedPage {
        frame: Frame::of("/settings", &person.0.name),
        title: if new { words::NEW_FEED.to_owned() } else { draft.entry.name().to_owned() },
        action: if new { "/settings/feeds/new".to_owned() } else { format!("/settings/feed/{id}") },
        refused: Some(draft.rest.clone()).filter(|text| !text.is_empty()),
        parts: PARTS.iter().map(part).collect(),
        groups: document.groups.iter().map(|group| group.name.clone()).collect(),
    }
}

fn part(spec: &PartSpec, document: &Document, draft: &Draft, scenes: &[String]) -> Part {
    let (title, about, paths) = *spec;
    let specs = FIELDS.iter().filter(|field| paths.contains(&field.path));
    // The short name stays as it is once rows and scenes hang on it.
    let specs = specs.filter(|field| field.path != "id" || draft.at.is_none());
    let mut fields: Vec<Field> = specs.map(|spec| field(spec, document, draft, scenes)).collect();
    fields.sort_by_key(|field| paths.iter().position(|path| *path == field.path));
    let used = |field: &Field| field.error.is_some() || field.set || !draft.entry.get(field.path).is_empty();
    Part { title, about, first: about.is_empty(), open: fields.iter().any(used), fields }
}

fn field(spec: &'static Spec, document: &Document, draft: &Draft, scenes: &[String]) -> Field {
    let raw = draft.entry.get(spec.path);
    let secret = spec.shape == Shape::Secret;
    let set = secret && !draft.saved.get(spec.path).is_empty();
    let wrong = draft.wrong.iter().find(|wrong| wrong.field == spec.path);
    // What was just typed comes back as it was typed, a secret never.
    let value = match spec.shape {
        Shape::Secret => String::new(),
        Shape::Address if raw == draft.saved.get(spec.path) => spec.shown(raw),
        _ if raw.is_empty() => spec.default.to_owned(),
        _ => raw.to_owned(),
    };
    Field {
        path: spec.path,
        label: spec.label,
        help: spec.help,
        choices: choices(spec, document, draft, &value, scenes),
        unit: if let Shape::Number(_, _, unit) = spec.shape { unit } else { "" },
        numeric: matches!(spec.shape, Shape::Number(..) | Shape::Count(..)),
        group: spec.shape == Shape::Group,
        placeholder: words::feed_placeholder(spec, set),
        error: wrong.map(|wrong| called(spec, &wrong.text)),
        set,
        secret,
        value,
    }
}

/// The mistake with the field's name for people in front, not its path.
fn called(spec: &Spec, text: &str) -> String {
    text.strip_prefix(spec.path).map_or_else(|| text.to_owned(), |rest| format!("{}{rest}", spec.label))
}

fn choices(spec: &Spec, document: &Document, draft: &Draft, value: &str, scenes: &[String]) -> Vec<Choice> {
    match spec.shape {
        Shape::Flag => fields::options(&[("true", words::SWITCH_ON), ("false", words::SWITCH_OFF)], value),
        Shape::Word(list) => {
            let named: Vec<(&str, String)> = list.iter().map(|word| (*word, words::feed_word(word))).collect();
            let named: Vec<(&str, &str)> = named.iter().map(|(word, label)| (*word, label.as_str())).collect();
            fields::options(&named, value)
        }
        Shape::Scene => fields::scene_choices(scenes, value, Some(words::COMMON_SCENE)),
        Shape::Feed => {
            let others = document.feeds.iter().filter(|other| other.get("id") != draft.entry.get("id"));
            let mut list = vec![("", words::NEEDS_NONE)];
            list.extend(others.map(|other| (other.get("id"), other.name())));
            fields::options(&list, value)
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(list: &[(&str, &str)]) -> Pairs {
        list.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn every_field_has_one_place() {
        let mut placed: Vec<&str> = PARTS.iter().flat_map(|(_, _, paths)| paths.iter().copied()).collect();
        let mut wanted: Vec<&str> = FIELDS.iter().map(|field| field.path).collect();
        placed.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(placed, wanted);
    }

    #[test]
    fn secrets_stay_unless_replaced_or_taken_away() {
        let table: &[(&[(&str, &str)], &str)] = &[
            (&[("password", "")], "hunter2"),
            (&[("name", "x")], "hunter2"),
            (&[("password", "new")], "new"),
            (&[("password", ""), ("clear.password", "on")], ""),
        ];
        for (form, wanted) in table {
            let mut entry = Entry::default();
            entry.set("password", "hunter2");
            apply(&mut entry, &pairs(form)).unwrap();
            assert_eq!(entry.get("password"), *wanted, "{form:?}");
        }
    }

    #[test]
    fn an_address_shown_in_part_stays_whole_until_it_is_edited() {
        let whole = "http://bob:hunter2@h/stat?key=1";
        let shown = "http://••••@h/stat?key=••••";
        for (typed, wanted, lost) in
            [(shown, whole, 0), ("http://h/stat", "http://h/stat", 0), ("http://••••@h/x", "http://••••@h/x", 1)]
        {
            let mut entry = Entry::default();
            entry.set("url", whole);
            apply(&mut entry, &pairs(&[("url", typed)])).unwrap();
            assert_eq!((entry.get("url"), dots(&entry, 0).count()), (wanted, lost));
        }
    }

    #[test]
    fn what_is_usual_is_not_written() {
        let mut entry = Entry::default();
        apply(&mut entry, &pairs(&[("type", "auto"), ("enabled", "true"), ("priority", "0"), ("name", " Phone ")]))
            .unwrap();
        assert_eq!(
            Document { feeds: vec![entry], ..Document::default() }.to_json(),
            r#"{"cameras":[],"feeds":[{"name":"Phone"}],"groups":[]}"#
        );
    }

    #[test]
    fn short_names_are_made_of_long_ones() {
        let document = Document::read(r#"{"feeds":[{"id":"phone"}]}"#).expect("good");
        let table = [("Second Camera!", "second-camera"), ("Phone", "phone-2"), ("", "feed"), ("Ümläut 配信", "ml-ut")];
        for (name, wanted) in table {
            assert_eq!(short_name(name, &document), wanted, "{name}");
        }
    }
}
