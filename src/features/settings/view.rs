//! What the settings page shows: finished values, secrets never among them.

use crate::config::keys::{KEYS, Key, Kind, Secrecy};
use crate::config::{Config, Source, Values, effective};

/// Every setting that the page may change, in the order of the page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SettingsView {
    /// The settings.
    pub items: Vec<SettingItem>,
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
    /// A row of the page stands over the value of `.env`; "back to .env" is offered.
    pub overridden: bool,
}

impl SettingsView {
    /// The view of these layers and what they parse to.
    pub fn of(values: &Values, config: &Config) -> Self {
        Self { items: KEYS.iter().filter(|key| key.offered()).map(|key| item(key, values, config)).collect() }
    }

    /// One setting by its key.
    pub fn item(&self, name: &str) -> Option<&SettingItem> {
        self.items.iter().find(|item| item.name == name)
    }
}

fn item(key: &'static Key, values: &Values, config: &Config) -> SettingItem {
    let (value, source) = values.get(key.name);
    let in_force =
        if value.is_empty() { effective::follows(key.name, config).unwrap_or_default() } else { shown(key, value) };
    SettingItem {
        name: key.name,
        label: key.label,
        help: key.help,
        section: key.section.title(),
        kind: key.kind,
        allowed: key.kind.allowed(),
        secret: key.secrecy == Secrecy::Whole,
        in_force: if in_force.is_empty() { shown(key, "") } else { in_force },
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
