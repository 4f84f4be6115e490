//! What the settings page shows: finished values, secrets never among them.

use crate::config::feeds::Document;
use crate::config::keys::{KEYS, Key, Kind, Secrecy};
use crate::config::{Config, Source, Values, effective, rules};

/// Every setting that the page may change, in the order of the page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SettingsView {
    /// The settings.
    pub items: Vec<SettingItem>,
    /// The feeds as they are written, for the page that edits them; it shows no secret of them.
    pub feeds: Feeds,
}

/// The feeds as they are written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Feeds {
    /// The document in force, or what it would be of the STATS_* settings.
    pub document: Document,
    /// There is no document: the STATS_* settings hold.
    pub of_stats: bool,
    /// A row of the page stands over what `.env` says.
    pub overridden: bool,
}

/// One setting.
#[derive(Clone, Debug, PartialEq)]
pub struct SettingItem {
    /// The key.
    pub name: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// One line of help.
    pub help: &'static str,
    /// The heading it stands under.
    pub section: &'static str,
    /// What a value looks like: the page picks its input by it.
    pub kind: Kind,
    /// What is allowed, in words.
    pub allowed: String,
    /// Only "set" or "not set" is shown.
    pub secret: bool,
    /// The value in force, as it may be shown.
    pub in_force: String,
    /// The value of the environment or `.env`, or the default, as it may be shown.
    pub from_env: String,
    /// The value that somebody set, as it may be shown; empty while it follows a preset or nothing is set.
    pub own: String,
    /// Where the value in force comes from, in words: "set in the page", "from the preset 'calm'".
    pub origin: String,
    /// What each preset gives (calm, normal, fast), where presets have a say.
    pub presets: Option<[f64; 3]>,
    /// A row of the page stands over the value of `.env`; "back to .env" is offered.
    pub overridden: bool,
}

impl SettingsView {
    /// The view of these layers and what they parse to.
    pub fn of(values: &Values, config: &Config) -> Self {
        let items = KEYS.iter().filter(|key| key.offered()).map(|key| item(key, values, config)).collect();
        Self { items, feeds: feeds(values) }
    }

    /// One setting by its key.
    pub fn item(&self, name: &str) -> Option<&SettingItem> {
        self.items.iter().find(|item| item.name == name)
    }
}

fn feeds(values: &Values) -> Feeds {
    let (text, source) = values.get("FEEDS");
    let document = Document::read(text).ok().filter(|document| !document.feeds.is_empty());
    let of_stats = document.is_none();
    let document = document.unwrap_or_else(|| Document::of_stats(values));
    Feeds { document, of_stats, overridden: source == Source::Page }
}

fn item(key: &'static Key, values: &Values, config: &Config) -> SettingItem {
    let (value, source) = values.get(key.name);
    let follows = effective::follows(key.name, config).filter(|_| value.is_empty());
    let (in_force, origin) = follows.unwrap_or_else(|| (shown(key, value), source.to_string()));
    SettingItem {
        name: key.name,
        label: key.label,
        help: key.help,
        section: key.section.title(),
        kind: key.kind,
        allowed: key.kind.allowed(),
        secret: key.secrecy == Secrecy::Whole,
        in_force,
        origin,
        own: if key.secrecy == Secrecy::Whole { String::new() } else { key.shown(value) },
        presets: rules::by_preset(key.name),
        from_env: shown(key, values.below_rows(key.name).0),
        overridden: source == Source::Page,
    }
}

fn shown(key: &Key, value: &str) -> String {
    match (key.secrecy, value.is_empty()) {
        (Secrecy::Whole, true) => "not set".to_owned(),
        (Secrecy::Whole, false) => "set".to_owned(),
        _ => key.shown(value),
    }
}
