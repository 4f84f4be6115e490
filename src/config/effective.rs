//! What is in force, told for people: the text of `stream-control check`.

use super::Config;
use super::keys::{KEYS, Section, Standing};
use super::rules;
use super::source::Source;
use super::values::Values;
use crate::domain::failover::preset::Preset;
use std::fmt::Write as _;

/// Every key with its value (secrets masked) and where it came from; then what is accepted and waits
/// for a later part, or has no effect; then the warnings.
pub fn report(values: &Values) -> String {
    let config = Config::parse(values).ok();
    let mut out = String::from("In force:\n");
    for section in Section::ALL {
        for key in KEYS.iter().filter(|key| key.section == *section && key.standing == Standing::Used) {
            let (value, source) = values.get(key.name);
            let follows = config.as_ref().filter(|_| value.is_empty()).and_then(|config| follows(key.name, config));
            let (shown, source) = match (follows, value.is_empty()) {
                (Some((value, origin)), _) => (value, origin),
                (None, true) => ("(not set)".to_owned(), source.to_string()),
                (None, false) => (key.shown(value), source.to_string()),
            };
            let _ = writeln!(out, "  {:<26} {shown}  [{source}]", key.name);
        }
    }
    out.push_str(&standing(values, "Accepted, waiting for a part that comes later:", |standing| match standing {
        Standing::LaterRoom(room) => Some(room),
        _ => None,
    }));
    out.push_str(&standing(values, "Accepted, without effect here:", |standing| match standing {
        Standing::NoEffect(why) => Some(why),
        _ => None,
    }));
    for warning in values.warnings() {
        let _ = writeln!(out, "\nWarning: {warning}");
    }
    out
}

/// The value of a key that follows from others while it is not set, and what it follows from.
pub fn follows(name: &str, config: &Config) -> Option<(String, String)> {
    let value = rules::in_force(name, &config.rules)?;
    Some((value.to_string(), from_preset(config.preset)))
}

/// Where a value comes from that no key sets.
pub fn from_preset(preset: Preset) -> String {
    format!("from the preset '{}'", preset.word())
}

/// Those of one standing that somebody has set.
fn standing(values: &Values, title: &str, pick: impl Fn(Standing) -> Option<&'static str>) -> String {
    let mut lines = String::new();
    for key in KEYS {
        if let (Some(why), true) = (pick(key.standing), values.get(key.name).1 != Source::Default) {
            let _ = writeln!(lines, "  {:<26} {why}", key.name);
        }
    }
    if lines.is_empty() { lines } else { format!("\n{title}\n{lines}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_preset_gives_is_shown_with_its_preset() {
        let values = Values::from_pairs([("SWITCHING_PRESET", "calm"), ("LOW_AFTER_SEC", "3")]);
        let text = report(&values);
        let line = |key: &str| text.lines().find(|line| line.trim_start().starts_with(key)).expect("a line").to_owned();
        assert!(line("RECOVER_FROM_LOW_SEC").ends_with(" 8  [from the preset 'calm']"), "{text}");
        assert!(line("BITRATE_LOW_KBPS").ends_with(" 600  [from the preset 'calm']"), "{text}");
        assert!(line("LOW_AFTER_SEC").ends_with(" 3  [from the environment]"), "{text}");
    }

    #[test]
    fn the_report_names_values_sources_and_standings_and_hides_secrets() {
        let values = Values::from_pairs([
            ("OBS_PASSWORD", "hunter2"),
            ("STATS_URL", "http://bob:hunter2@h/stat"),
            ("FLASK_SECRET_KEY", "hunter2"),
            ("MAC_ADDRESS", "00:11:22:33:44:55"),
        ]);
        let text = report(&values);
        for line in [
            "[from the environment]",
            "http://••••@h/stat",
            "sessions are kept in the store",
            "Power",
            "LIVE  [default]",
        ] {
            assert!(text.contains(line), "{line} is missing from:\n{text}");
        }
        assert!(!text.contains("hunter2"), "{text}");
    }
}
