//! Reads single values as types. Every mistake is noted and reading goes on, so that all are told at
//! once.

use super::keys::{self, Kind};
use super::mistake::Mistake;
use super::source::Source;
use super::values::Values;
use crate::kit::secret::Secret;
use crate::kit::units::Millis;

/// Longest value that is read; documents have their own limit.
const LONGEST: usize = 4096;

/// Values being read, and the mistakes found so far.
pub(super) struct Form<'a> {
    pub(super) values: &'a Values,
    pub(super) mistakes: Vec<Mistake>,
}

impl<'a> Form<'a> {
    pub(super) fn new(values: &'a Values) -> Self {
        Self { values, mistakes: values.unreadable.clone() }
    }

    /// The value as a type; `None` when it is empty, and when it is a mistake, which is noted.
    pub(super) fn read<T>(&mut self, name: &str, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let (value, source) = self.values.get(name);
        let value = value.trim();
        if value.is_empty() {
            return None;
        }
        let parsed = if value.len() <= LONGEST { parse(value) } else { None };
        if parsed.is_none() {
            let kind = keys::find(name).map_or(Kind::Text, |key| key.kind);
            let text = matches!(kind, Kind::Text | Kind::Scene | Kind::SceneOrNone);
            let more = match () {
                () if value.len() > LONGEST => format!(", of at most {LONGEST} bytes (these are {})", value.len()),
                () if text && value.contains(char::is_control) => ", without tabs and other control characters".into(),
                () => String::new(),
            };
            self.note(name, value, source, &format!("{}{more}", kind.allowed()));
        }
        parsed
    }

    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        self.read(name, |text| (!text.contains(char::is_control)).then(|| text.to_owned()))
    }

    pub(super) fn secret(&mut self, name: &str) -> Option<Secret<String>> {
        self.text(name).map(Secret::new)
    }

    pub(super) fn switch(&mut self, name: &str) -> bool {
        self.read(name, switch).unwrap_or_default()
    }

    pub(super) fn number(&mut self, name: &str) -> Option<f64> {
        let kind = keys::find(name)?.kind;
        self.read(name, |text| match kind {
            Kind::Number { min, max, .. } => text.parse().ok().filter(|number| (min..=max).contains(number)),
            Kind::Count { min, max } => text.parse().ok().filter(|n| (min..=max).contains(n)).map(f64::from),
            _ => None,
        })
    }

    pub(super) fn seconds(&mut self, name: &str) -> Option<Millis> {
        self.number(name).map(Millis::from_secs_f64)
    }

    /// Notes a mistake unless `holds`; one mistake per key is enough.
    pub(super) fn demand(&mut self, name: &str, holds: bool, allowed: &str) {
        if !holds && self.mistakes.iter().all(|mistake| mistake.key != name) {
            let (value, source) = self.values.get(name);
            self.note(name, value, source, allowed);
        }
    }

    /// Notes a mistake, once however often the value is read.
    pub(super) fn note(&mut self, name: &str, value: &str, source: Source, allowed: &str) {
        let mistake = Mistake::new(name, value, allowed, source);
        if !self.mistakes.contains(&mistake) {
            self.mistakes.push(mistake);
        }
    }
}

/// `true` or `false` in the spellings that people use.
pub(super) fn switch(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "y" | "on" => Some(true),
        "false" | "0" | "no" | "n" | "off" => Some(false),
        _ => None,
    }
}

/// An http or https address.
pub(super) fn web_address(text: &str) -> Option<Secret<url::Url>> {
    address(text, &["http", "https"]).map(Secret::new)
}

/// An address with one of these schemes.
pub(super) fn address(text: &str, schemes: &[&str]) -> Option<url::Url> {
    let url = url::Url::parse(text).ok()?;
    (schemes.contains(&url.scheme()) && url.has_host()).then_some(url)
}
