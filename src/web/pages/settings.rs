//! /settings: what the page may change, by section, with the value in force and that of `.env`. All
//! mistakes stand beside their fields; nothing is saved while there is one.

use super::{Frame, html};
use crate::config::keys::Kind;
use crate::domain::command::{ChangeSetting, Order, Outcome};
use crate::features::settings::view::{SettingItem, SettingsView};
use crate::web::auth::SignedIn;
use crate::web::ctx::Ctx;
use crate::web::error::WebError;
use crate::web::words;
use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "pages/settings.html")]
struct Settings {
    frame: Frame,
    saved: bool,
    refused: Option<String>,
    sections: Vec<Section>,
}

struct Section {
    title: &'static str,
    fields: Vec<Field>,
}

/// One field with finished values.
struct Field {
    key: &'static str,
    label: &'static str,
    help: &'static str,
    /// Empty where anything goes.
    allowed: String,
    secret: bool,
    /// What the input holds; never a secret.
    value: String,
    /// What it held when the page was made, so that only edits are sent on.
    was: String,
    choices: Vec<Choice>,
    unit: &'static str,
    numeric: bool,
    in_force: String,
    from_env: String,
    overridden: bool,
    error: Option<String>,
}

struct Choice {
    value: String,
    label: String,
    chosen: bool,
}

/// The form as pairs: `KEY` the new value, `was.KEY` the value shown, `back.KEY` back to `.env`.
type Pairs = Vec<(String, String)>;

/// Set after a save.
#[derive(Deserialize)]
pub struct Done {
    saved: Option<String>,
}

/// GET /settings
pub async fn show(State(ctx): State<Ctx>, person: SignedIn, Query(done): Query<Done>) -> Result<Response, WebError> {
    let sections = ctx.cells.settings.with(|view| sections(view, &[], ""));
    let frame = Frame::of("/settings", &person.0.name);
    Ok(html(&Settings { frame, saved: done.saved.is_some(), refused: None, sections })?.into_response())
}

/// POST /settings
pub async fn save(State(ctx): State<Ctx>, person: SignedIn, Form(form): Form<Pairs>) -> Result<Response, WebError> {
    let changes = ctx.cells.settings.with(|view| changes(view, &form));
    if changes.is_empty() {
        return Ok(Redirect::to("/settings").into_response());
    }
    let (status, refusal) = match ctx.desk.give(person.origin(), Order::Settings(ChangeSetting { changes })).await {
        Outcome::Done(_) => return Ok(Redirect::to("/settings?saved=1").into_response()),
        Outcome::Failed(text) => (StatusCode::UNPROCESSABLE_ENTITY, text),
        Outcome::TimedOut(text) => (StatusCode::GATEWAY_TIMEOUT, text),
        Outcome::Refused(text) => (StatusCode::FORBIDDEN, text),
    };
    let sections = ctx.cells.settings.with(|view| sections(view, &form, &refusal));
    let frame = Frame::of("/settings", &person.0.name);
    let refused = Some(summary(&sections, &refusal));
    Ok((status, html(&Settings { frame, saved: false, refused, sections })?).into_response())
}

/// What the form changes: edited fields get a row, "back" takes the row away, the rest is left alone.
fn changes(view: &SettingsView, form: &[(String, String)]) -> Vec<(String, Option<String>)> {
    let change = |item: &SettingItem| {
        if item.overridden && sent(form, &format!("back.{}", item.name)).is_some() {
            return Some(None);
        }
        let value = sent(form, item.name)?.trim();
        let was = sent(form, &format!("was.{}", item.name)).unwrap_or_default();
        let edited = if item.secret { !value.is_empty() } else { value != was };
        edited.then(|| Some(value.to_owned()))
    };
    view.items.iter().filter_map(|item| change(item).map(|value| (item.name.to_owned(), value))).collect()
}

fn sent<'a>(form: &'a [(String, String)], name: &str) -> Option<&'a str> {
    form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

fn sections(view: &SettingsView, form: &[(String, String)], refusal: &str) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for item in &view.items {
        let field = field(item, form, refusal);
        match sections.last_mut() {
            Some(last) if last.title == item.section => last.fields.push(field),
            _ => sections.push(Section { title: item.section, fields: vec![field] }),
        }
    }
    sections
}

fn field(item: &SettingItem, form: &[(String, String)], refusal: &str) -> Field {
    let was = if item.secret { String::new() } else { plain(item.kind, &item.in_force) };
    let typed = sent(form, item.name).filter(|_| !item.secret).map(str::to_owned);
    let value = typed.unwrap_or_else(|| was.clone());
    Field {
        key: item.name,
        label: item.label,
        help: item.help,
        allowed: if is_plain(item.kind) { String::new() } else { item.allowed.clone() },
        secret: item.secret,
        choices: choices(item.kind, &value),
        unit: if let Kind::Number { unit, .. } = item.kind { unit } else { "" },
        numeric: matches!(item.kind, Kind::Number { .. } | Kind::Count { .. }),
        in_force: item.in_force.clone(),
        from_env: if item.from_env.is_empty() { words::NOTHING.to_owned() } else { item.from_env.clone() },
        overridden: item.overridden,
        error: error_of(item.name, refusal),
        value,
        was,
    }
}

/// The input itself shows what is allowed.
fn is_plain(kind: Kind) -> bool {
    matches!(kind, Kind::Text | Kind::Scene | Kind::Switch | Kind::Choice(_))
}

fn choices(kind: Kind, value: &str) -> Vec<Choice> {
    let words: Vec<(&str, &str)> = match kind {
        Kind::Switch => vec![("true", words::SWITCH_ON), ("false", words::SWITCH_OFF)],
        Kind::Choice(words) => words.iter().map(|word| (*word, *word)).collect(),
        _ => Vec::new(),
    };
    let choice = |(word, label): &(&str, &str)| Choice {
        value: (*word).to_owned(),
        label: (*label).to_owned(),
        chosen: *word == value,
    };
    words.iter().map(choice).collect()
}

/// A switch as its option spells it, however `.env` does; so that an untouched field is no edit.
fn plain(kind: Kind, value: &str) -> String {
    let word = match (kind, value.to_ascii_lowercase().as_str()) {
        (Kind::Switch, "1" | "yes" | "on" | "true") => "true",
        (Kind::Switch, "0" | "no" | "off" | "false") => "false",
        _ => value,
    };
    word.to_owned()
}

/// The settings room names every mistake on a line that begins with its key.
fn error_of(key: &str, refusal: &str) -> Option<String> {
    let mine = |line: &&str| line.strip_prefix(key).is_some_and(|rest| rest.starts_with(' '));
    refusal.lines().find(mine).map(str::to_owned)
}

/// How many mistakes, and what belongs to no field.
fn summary(sections: &[Section], refusal: &str) -> String {
    let placed: Vec<&str> = sections.iter().flat_map(|s| &s.fields).filter_map(|f| f.error.as_deref()).collect();
    let rest: Vec<&str> = refusal.lines().filter(|line| !placed.contains(line)).collect();
    words::not_saved(placed.len(), &rest.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::settings::view::Feeds;

    fn item(name: &'static str, secret: bool, overridden: bool) -> SettingItem {
        SettingItem {
            name,
            label: "",
            help: "",
            section: "OBS",
            kind: Kind::Text,
            allowed: String::new(),
            secret,
            in_force: if secret { "set".to_owned() } else { "now".to_owned() },
            from_env: String::new(),
            own: String::new(),
            origin: String::new(),
            presets: None,
            overridden,
        }
    }

    #[test]
    fn only_edits_become_changes() {
        let view = SettingsView {
            items: vec![
                item("SAME", false, false),
                item("EDITED", false, false),
                item("BACK", false, true),
                item("NOT_A_ROW", false, false),
                item("SECRET_KEPT", true, false),
                item("SECRET_NEW", true, false),
                item("ABSENT", false, false),
            ],
            feeds: Feeds::default(),
        };
        let form = [
            ("SAME", "now"),
            ("was.SAME", "now"),
            ("EDITED", " new "),
            ("was.EDITED", "now"),
            ("BACK", "now"),
            ("was.BACK", "now"),
            ("back.BACK", "on"),
            ("NOT_A_ROW", "now"),
            ("was.NOT_A_ROW", "now"),
            ("back.NOT_A_ROW", "on"),
            ("SECRET_KEPT", ""),
            ("SECRET_NEW", "sesame"),
            ("UNKNOWN", "x"),
        ];
        let form: Pairs = form.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let some = |text: &str| Some(text.to_owned());
        let wanted = [("EDITED", some("new")), ("BACK", None), ("SECRET_NEW", some("sesame"))];
        assert_eq!(changes(&view, &form), wanted.map(|(key, value)| (key.to_owned(), value)));
    }

    #[test]
    fn each_mistake_stands_at_its_field_and_the_rest_in_the_summary() {
        let refusal = "A is 'x' (this page). Allowed: a number.\nA_B is 'y'. Allowed: z.\nSomething general.";
        assert_eq!(error_of("A", refusal).as_deref(), Some("A is 'x' (this page). Allowed: a number."));
        assert_eq!(error_of("A_B", refusal).as_deref(), Some("A_B is 'y'. Allowed: z."));
        assert_eq!(error_of("C", refusal), None);
    }
}
