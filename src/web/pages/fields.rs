//! Fields of settings, shared by the pages that edit them: finished values, mistakes beside them, and
//! what of a form is an edit.

use crate::config::keys::Kind;
use crate::domain::command::{ChangeSetting, Order, Outcome};
use crate::features::settings::view::{SettingItem, SettingsView};
use crate::web::auth::SignedIn;
use crate::web::ctx::Ctx;
use crate::web::error::WebError;
use crate::web::words;
use axum::http::StatusCode;

/// The form as pairs: `KEY` the new value, `was.KEY` the value shown, `back.KEY` back to `.env`.
pub type Pairs = Vec<(String, String)>;

/// One field with finished values.
pub struct Field {
    /// Its name in the form.
    pub key: String,
    /// Its name for people.
    pub label: &'static str,
    /// One line of help.
    pub help: &'static str,
    /// Empty where anything goes.
    pub allowed: String,
    /// Never shown; typed anew to replace.
    pub secret: bool,
    /// What the input holds; never a secret.
    pub value: String,
    /// What it held when the page was made, so that only edits are sent on.
    pub was: String,
    /// The options of a choice; empty for an input.
    pub choices: Vec<Choice>,
    /// What the value is counted in.
    pub unit: &'static str,
    /// A phone shows its keypad.
    pub numeric: bool,
    /// The value in force.
    pub in_force: String,
    /// Where that comes from, in words.
    pub origin: String,
    /// What each preset gives, with `|` between, where presets have a say.
    pub presets: String,
    /// What holds without the page's own value.
    pub from_env: String,
    /// "Back to .env" is offered.
    pub overridden: bool,
    /// What is wrong with it.
    pub error: Option<String>,
    /// Longest value.
    pub longest: usize,
}

/// An option.
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
    /// The one in force.
    pub chosen: bool,
}

/// How a form is shown again: what was typed, and what the settings room said to it.
#[derive(Clone, Copy, Default)]
pub struct Typed<'a> {
    /// The form; empty when nothing was sent yet.
    pub form: &'a [(String, String)],
    /// The refusal; empty when there is none.
    pub refusal: &'a str,
}

/// Gives the order to change these settings; the error is what to show and its status.
pub async fn give(
    ctx: &Ctx,
    person: &SignedIn,
    changes: Vec<(String, Option<String>)>,
) -> Result<(), (StatusCode, String)> {
    match ctx.desk.give(person.origin(), Order::Settings(ChangeSetting { changes })).await {
        Outcome::Done(_) => Ok(()),
        Outcome::Failed(text) => Err((StatusCode::UNPROCESSABLE_ENTITY, text)),
        Outcome::TimedOut(text) => Err((StatusCode::GATEWAY_TIMEOUT, text)),
        Outcome::Refused(text) => Err((StatusCode::FORBIDDEN, text)),
    }
}

/// What the form changes: edited fields get a row, "back" takes the row away, the rest is left alone. What
/// no field is called, or comes twice, goes along: the settings room says so.
pub fn changes(view: &SettingsView, form: &[(String, String)]) -> Vec<(String, Option<String>)> {
    let change = |item: &SettingItem| {
        if item.overridden && sent(form, &format!("back.{}", item.name)).is_some() {
            return Some(None);
        }
        let value = sent(form, item.name)?.trim();
        let was = sent(form, &format!("was.{}", item.name)).unwrap_or_default();
        let edited = if item.secret { !value.is_empty() } else { value != was };
        edited.then(|| Some(value.to_owned()))
    };
    let edits = view.items.iter().filter_map(|item| change(item).map(|value| (item.name.to_owned(), value)));
    edits.chain(strangers(view, form)).collect()
}

/// Refuses a form with a field that it does not have: a slip of the pen must not pass for "nothing sent".
pub fn no_strangers(form: &[(String, String)], known: impl Fn(&str) -> bool, allowed: &str) -> Result<(), WebError> {
    match form.iter().find(|(name, _)| !known(name)) {
        Some((name, _)) => Err(WebError::Unreadable(words::no_such_field(name, allowed))),
        None => Ok(()),
    }
}

fn strangers<'a>(
    view: &SettingsView,
    form: &'a [(String, String)],
) -> impl Iterator<Item = (String, Option<String>)> + 'a {
    let known: Vec<&str> = view.items.iter().map(|item| item.name).collect();
    form.iter().enumerate().flat_map(move |(at, (name, value))| {
        let again = form[..at].iter().any(|(earlier, _)| earlier == name);
        let bare = name.strip_prefix("was.").or(name.strip_prefix("back.")).unwrap_or(name);
        let times = if !known.contains(&bare) {
            1
        } else if again {
            2
        } else {
            0
        };
        std::iter::repeat_n((bare.to_owned(), Some(value.clone())), times)
    })
}

/// What stands in the form under a name.
pub fn sent<'a>(form: &'a [(String, String)], name: &str) -> Option<&'a str> {
    form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// The field of a setting; `scenes` are those that OBS has, empty while that is not known.
pub fn field(item: &SettingItem, typed: Typed<'_>, scenes: &[String]) -> Field {
    // What a preset gives is shown beside the field, not in it: an empty field follows the preset.
    let shown = if item.presets.is_some() { &item.own } else { &item.in_force };
    let was = if item.secret { String::new() } else { plain(item.kind, shown) };
    let value = sent(typed.form, item.name).filter(|_| !item.secret).map_or_else(|| was.clone(), str::to_owned);
    let presets = item.presets.map(|all| all.map(|value| value.to_string()).join("|"));
    Field {
        key: item.name.to_owned(),
        label: item.label,
        help: help(item),
        allowed: if is_plain(item.kind) { String::new() } else { item.allowed.clone() },
        secret: item.secret,
        choices: choices(item.kind, &value, scenes),
        unit: if let Kind::Number { unit, .. } = item.kind { unit } else { "" },
        numeric: matches!(item.kind, Kind::Number { .. } | Kind::Count { .. }),
        in_force: item.in_force.clone(),
        origin: item.origin.clone(),
        presets: presets.unwrap_or_default(),
        from_env: if item.from_env.is_empty() { words::NOTHING.to_owned() } else { item.from_env.clone() },
        overridden: item.overridden,
        error: error_of(item.name, typed.refusal),
        longest: 2048,
        value,
        was,
    }
}

/// What a preset gives stands in force below the field, so the help need not tell it.
fn help(item: &SettingItem) -> &'static str {
    let told = item.help.split(" Empty:").next().filter(|_| item.presets.is_some());
    told.unwrap_or(item.help)
}

/// The input itself shows what is allowed.
fn is_plain(kind: Kind) -> bool {
    matches!(kind, Kind::Text | Kind::Scene | Kind::SceneOrNone | Kind::Switch | Kind::Choice(_))
}

fn choices(kind: Kind, value: &str, scenes: &[String]) -> Vec<Choice> {
    match kind {
        Kind::Switch => options(&[("true", words::SWITCH_ON), ("false", words::SWITCH_OFF)], value),
        Kind::Choice(list) => options(&list.iter().map(|word| (*word, words::choice(word))).collect::<Vec<_>>(), value),
        Kind::Scene => scene_choices(scenes, value, None),
        Kind::SceneOrNone => scene_choices(scenes, value, Some(words::NO_SCENE)),
        _ => Vec::new(),
    }
}

/// The options with the chosen one marked.
pub fn options(list: &[(&str, &str)], value: &str) -> Vec<Choice> {
    let choice = |(word, label): &(&str, &str)| Choice {
        value: (*word).to_owned(),
        label: (*label).to_owned(),
        chosen: *word == value,
    };
    list.iter().map(choice).collect()
}

/// OBS's own scenes, the value among them even if OBS has it no more; none while they are not known.
/// `nothing` is the label of the empty choice, where there is one.
pub fn scene_choices(scenes: &[String], value: &str, nothing: Option<&'static str>) -> Vec<Choice> {
    if scenes.is_empty() {
        return Vec::new();
    }
    let choice = |name: &str, label: String| Choice { value: name.to_owned(), label, chosen: name == value };
    let mut choices: Vec<Choice> = nothing.map(|label| choice("", label.to_owned())).into_iter().collect();
    if !value.is_empty() && !scenes.iter().any(|scene| scene == value) {
        choices.push(choice(value, words::not_in_obs(value)));
    }
    choices.extend(scenes.iter().map(|scene| choice(scene, scene.clone())));
    choices
}

/// The scenes that OBS has, while it is connected.
pub fn scenes(ctx: &Ctx) -> Vec<String> {
    ctx.cells.obs.with(|obs| {
        let known = obs.scenes.iter().filter(|_| obs.is_connected());
        known.map(|scene| scene.as_str().to_owned()).collect()
    })
}

/// A switch as its option spells it, however `.env` does; so that an untouched field is no edit.
fn plain(kind: Kind, value: &str) -> String {
    match (kind, value.to_ascii_lowercase().as_str()) {
        (Kind::Switch, "1" | "yes" | "y" | "on" | "true") => "true".to_owned(),
        (Kind::Switch, "0" | "no" | "n" | "off" | "false") => "false".to_owned(),
        (Kind::Choice(_), lower) => lower.to_owned(),
        _ => value.to_owned(),
    }
}

/// The settings room names every mistake on a line that begins with its key.
fn error_of(key: &str, refusal: &str) -> Option<String> {
    let mine = |line: &&str| line.strip_prefix(key).is_some_and(|rest| rest.starts_with(' '));
    refusal.lines().find(mine).map(str::to_owned)
}

/// How many mistakes, and what belongs to no field.
pub fn summary<'a>(fields: impl Iterator<Item = &'a Field>, refusal: &str) -> String {
    let placed: Vec<&str> = fields.filter_map(|field| field.error.as_deref()).collect();
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
        ];
        let form: Pairs = form.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let some = |text: &str| Some(text.to_owned());
        let wanted = [("EDITED", some("new")), ("BACK", None), ("SECRET_NEW", some("sesame"))];
        assert_eq!(changes(&view, &form), wanted.map(|(key, value)| (key.to_owned(), value)));
        let odd = [("UNKNOWN", "x"), ("back.STRANGE", "on"), ("SAME", "now"), ("was.SAME", "now"), ("SAME", "other")];
        let odd: Pairs = odd.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let names: Vec<String> = changes(&view, &odd).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["UNKNOWN", "STRANGE", "SAME", "SAME"], "for the room to refuse");
    }

    #[test]
    fn each_mistake_stands_at_its_field_and_the_rest_in_the_summary() {
        let refusal = "A is 'x' (this page). Allowed: a number.\nA_B is 'y'. Allowed: z.\nSomething general.";
        assert_eq!(error_of("A", refusal).as_deref(), Some("A is 'x' (this page). Allowed: a number."));
        assert_eq!(error_of("A_B", refusal).as_deref(), Some("A_B is 'y'. Allowed: z."));
        assert_eq!(error_of("C", refusal), None);
    }
}
