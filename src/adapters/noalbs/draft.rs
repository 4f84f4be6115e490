//! A plan in the making: lines, settings and mistakes gather here.

use super::plan::{Fate, Line, Plan, Version};
use super::words;
use crate::config::{Mistake, keys};
use crate::domain::chat_command::ChatCommand;
use crate::kit::secret::Secret;
use crate::kit::text;

/// Settings that hold a secret, should the table of keys not know them.
const SECRETS: &[&str] = &["STATS_PASSWORD", "STATS_TOKEN", "OBS_PASSWORD"];

/// Longest value in a line.
const SHOWN: usize = 80;

#[derive(Default)]
pub(super) struct Draft {
    pub(super) lines: Vec<Line>,
    pub(super) mistakes: Vec<Mistake>,
    settings: Vec<(&'static str, Secret<String>)>,
    pub(super) commands: Vec<ChatCommand>,
}

impl Draft {
    pub(super) fn plan(self, version: Version) -> Plan {
        Plan { version, lines: self.lines, settings: self.settings, commands: self.commands }
    }

    /// A mistake at a path; the text completes "PATH …".
    pub(super) fn mistake(&mut self, path: &str, text: &str) {
        self.mistakes.push(Mistake { key: path.to_owned(), text: format!("{path} {text}.") });
    }

    /// A setting that no field of the file stands for alone.
    pub(super) fn set(&mut self, key: &'static str, value: &str) {
        self.settings.retain(|(earlier, _)| *earlier != key);
        self.settings.push((key, Secret::new(value.to_owned())));
    }

    /// What a setting would be after the lines so far.
    pub(super) fn setting(&self, key: &str) -> Option<&str> {
        self.settings.iter().find(|(one, _)| *one == key).map(|(_, value)| value.reveal().as_str())
    }

    /// The field becomes this setting. Its own value is shown as the setting's may be.
    pub(super) fn becomes(&mut self, path: &str, key: &'static str, value: &str, note: &str) {
        let shown = shown(key, value);
        self.becomes_of(path, &shown, key, value, note);
    }

    /// The same where the field's own value reads otherwise.
    pub(super) fn becomes_of(&mut self, path: &str, from: &str, key: &'static str, value: &str, note: &str) {
        self.set(key, value);
        let shown = shown(key, value);
        self.line(path, from, Fate::Becomes { key, shown }, note);
    }

    /// The field becomes a setting; nothing may use it yet.
    pub(super) fn keeps(&mut self, path: &str, key: &'static str, value: &str) {
        self.set(key, value);
        let shown = shown(key, value);
        let used = keys::find(key).is_some_and(keys::Key::offered);
        let fate =
            if used { Fate::Becomes { key, shown: shown.clone() } } else { Fate::Kept { key, shown: shown.clone() } };
        self.line(path, &shown, fate, "");
    }

    pub(super) fn already(&mut self, path: &str, from: &str, note: &str) {
        self.line(path, from, Fate::AlreadySo, note);
    }

    pub(super) fn no_place(&mut self, path: &str, from: &str, why: &str) {
        self.line(path, from, Fate::NoPlace, why);
    }

    pub(super) fn line(&mut self, path: &str, value: &str, fate: Fate, note: &str) {
        let (path, value) = (text::excerpt(path, SHOWN), text::excerpt(value, SHOWN));
        self.lines.push(Line { path, value, fate, note: note.to_owned() });
    }
}

/// A value of a setting as it may be shown.
pub(super) fn shown(key: &str, value: &str) -> String {
    match keys::find(key) {
        _ if value.is_empty() => words::NONE.to_owned(),
        _ if SECRETS.contains(&key) => keys::HIDDEN.to_owned(),
        Some(known) => known.shown(value),
        None => text::excerpt(value, SHOWN),
    }
}
