//! The layers under a setting: a row of the store wins over the environment, the environment over
//! `.env`, `.env` over the default. Knows where each value came from.

use super::dotenv;
use super::keys::{self, KEYS, Kind};
use super::mistake::Mistake;
use super::source::Source;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

/// All layers, raw. Cheap to clone; [`super::Config::parse`] makes types of it.
#[derive(Clone, Debug, Default)]
pub struct Values {
    rows: BTreeMap<String, String>,
    environment: BTreeMap<String, String>,
    dotenv: BTreeMap<String, String>,
    state_directory: Option<String>,
    /// What could not be read at all; reported together with the mistakes of the values.
    pub(super) unreadable: Vec<Mistake>,
    /// Lines of `.env` and names of the environment that have no effect, each a sentence.
    idle: Vec<String>,
}

impl Values {
    /// Reads the process's environment and the `.env` file at `path`; a missing file is an empty one.
    pub fn load(path: &Path) -> Self {
        Self::from_layers(std::env::vars_os(), path)
    }

    /// As [`Values::load`], with the environment given.
    pub fn from_layers(environment: impl IntoIterator<Item = (OsString, OsString)>, path: &Path) -> Self {
        let mut values = Self::default();
        for (name, value) in environment {
            values.add_environment(&name.to_string_lossy(), value.into_string());
        }
        match dotenv::read(path) {
            Ok(file) => values.add_dotenv(path, file),
            Err(why) => values.unreadable.push(Mistake::of_file(path, &format!("The file {why}."))),
        }
        values
    }

    /// Values of an environment alone, for the demo and tests.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut values = Self::default();
        for (name, value) in pairs {
            values.add_environment(name, Ok(value.to_owned()));
        }
        values
    }

    /// The same with this value as if it stood in the environment. An unknown name changes nothing.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.add_environment(name, Ok(value.to_owned()));
        self
    }

    /// The same with these rows of the store in place of any others. Rows of keys that the page may
    /// not change are passed over.
    pub fn with_rows(&self, rows: impl IntoIterator<Item = (String, String)>) -> Self {
        let editable = |name: &str| keys::find(name).is_some_and(|key| key.editable);
        Self { rows: rows.into_iter().filter(|(name, _)| editable(name)).collect(), ..self.clone() }
    }

    /// What has no effect although it was probably meant to have one, each a sentence. None of it keeps
    /// the daemon from starting.
    pub fn warnings(&self) -> Vec<String> {
        self.idle.iter().cloned().chain(self.half_of_the_tokens()).collect()
    }

    /// Stream-Control (Python) ran with one of the two, so that such files are about; and once there is a
    /// file of tokens, neither counts.
    fn half_of_the_tokens(&self) -> Option<String> {
        let pair = ["TWITCH_OAUTH_TOKEN", "TWITCH_REFRESH_TOKEN"];
        let [access, refresh] = pair.map(|name| !self.get(name).0.trim().is_empty());
        let [set, missing] = match (access, refresh) {
            (true, false) => pair,
            (false, true) => [pair[1], pair[0]],
            _ => return None,
        };
        let source = self.get(set).1;
        Some(format!(
            "{set} ({source}) has no effect without {missing}: a sign-in needs both. Set both or neither; the Twitch \
             page signs in without them."
        ))
    }

    /// The rows in force.
    pub fn rows(&self) -> &BTreeMap<String, String> {
        &self.rows
    }

    /// The value in force and where it came from; empty when nothing is set and there is no default.
    pub fn get(&self, name: &str) -> (&str, Source) {
        let empty = keys::find(name).is_some_and(|key| key.may_be_empty());
        let row = self.rows.get(name).filter(|value| empty || !value.trim().is_empty());
        row.map_or_else(|| self.below_rows(name), |value| (value, Source::Page))
    }

    /// What would be in force without the row: the page offers it as "back to .env".
    pub fn below_rows(&self, name: &str) -> (&str, Source) {
        let layers = [(&self.environment, Source::Environment), (&self.dotenv, Source::DotEnv)];
        for (layer, source) in layers {
            if let Some(value) = layer.get(name).filter(|value| counts(name, value)) {
                return (value, source);
            }
        }
        match (name, &self.state_directory) {
            ("DATA_DIR", Some(folder)) => (folder, Source::Environment),
            ("DATA_DIR", None) => ("./data", Source::Default),
            _ => (keys::find(name).map_or("", |key| key.default), Source::Default),
        }
    }

    fn add_environment(&mut self, name: &str, value: Result<String, OsString>) {
        match (name, value) {
            // systemd may give several, with colons between.
            ("STATE_DIRECTORY", Ok(folders)) => {
                self.state_directory = folders.split(':').next().filter(|s| !s.is_empty()).map(str::to_owned);
            }
            (name, Ok(value)) if keys::find(name).is_some() => {
                self.environment.insert(name.to_owned(), value);
            }
            (name, Err(_)) if keys::find(name).is_some() => {
                self.unreadable.push(Mistake::new(name, "(not text)", "text in UTF-8", Source::Environment));
            }
            (name, _) => self.idle.extend(likely(name).map(|near| stranger(name, near, Source::Environment))),
        }
    }

    fn add_dotenv(&mut self, path: &Path, file: dotenv::DotEnv) {
        for (line, why) in file.bad {
            self.unreadable.push(Mistake::of_file(path, &format!("Line {line} cannot be understood: {why}.")));
        }
        for (name, value) in file.pairs {
            if keys::find(&name).is_none() {
                self.idle.extend(likely(&name).map(|near| stranger(&name, near, Source::DotEnv)));
            } else if self.dotenv.insert(name.clone(), value).is_some() {
                self.idle.push(format!("{name} stands more than once in .env. The last one counts."));
            }
        }
    }
}

/// A blank value counts as not set, except where nothing is a choice.
fn counts(name: &str, value: &str) -> bool {
    !value.trim().is_empty() || keys::find(name).is_some_and(|key| key.kind == Kind::SceneOrNone)
}

fn stranger(name: &str, near: &str, source: Source) -> String {
    format!("{} ({source}) is no known setting. Did you mean {near}?", crate::kit::text::excerpt(name, 60))
}

/// The known name that an unknown one was probably meant to be. Other programs share `.env` files, so
/// only a close likeness counts.
fn likely(name: &str) -> Option<&'static str> {
    let near = crate::kit::text::nearest(name, KEYS.iter().map(|key| key.name))?;
    let close = strsim::osa_distance(&name.to_uppercase(), near) <= 2;
    (close || (name.len() >= 8 && near.starts_with(&name.to_uppercase()))).then_some(near)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(environment: &[(&str, &str)], dotenv: &str) -> Values {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(".env");
        std::fs::write(&path, dotenv).unwrap();
        Values::from_layers(environment.iter().map(|(name, value)| (name.into(), value.into())), &path)
    }

    #[test]
    fn a_row_wins_over_environment_over_dotenv_over_default() {
        let values = from(&[("OBS_HOST", "env")], "OBS_HOST=file\nOBS_PORT=1\nOBS_PASSWORD=\n");
        assert_eq!(values.get("OBS_HOST"), ("env", Source::Environment));
        assert_eq!(values.get("OBS_PORT"), ("1", Source::DotEnv));
        assert_eq!(values.get("OBS_PASSWORD"), ("", Source::Default));
        assert_eq!(values.get("LIVE_SCENE_NAME"), ("LIVE", Source::Default));
        let row = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let values = values.with_rows([row("OBS_HOST", "page"), row("BIND_ADDR", "1.2.3.4:5")]);
        assert_eq!(values.get("OBS_HOST"), ("page", Source::Page));
        assert_eq!(values.below_rows("OBS_HOST"), ("env", Source::Environment));
        assert_eq!(values.get("BIND_ADDR").1, Source::Default, "the page may not move the page");
    }

    #[test]
    fn blank_is_unset_except_where_nothing_is_a_choice() {
        let values = from(&[("LOW_SCENE_NAME", "")], "LOW_SCENE_NAME=Low\nOFFLINE_SCENE_NAME=\n");
        assert_eq!(values.get("LOW_SCENE_NAME"), ("Low", Source::DotEnv));
        assert_eq!(values.get("OFFLINE_SCENE_NAME"), ("", Source::DotEnv));
    }

    #[test]
    fn the_data_folder_follows_systemd() {
        assert_eq!(from(&[], "").get("DATA_DIR"), ("./data", Source::Default));
        let systemd = from(&[("STATE_DIRECTORY", "/var/lib/a:/var/lib/b")], "");
        assert_eq!(systemd.get("DATA_DIR").0, "/var/lib/a");
        assert_eq!(from(&[("STATE_DIRECTORY", "/a"), ("DATA_DIR", "/b")], "").get("DATA_DIR").0, "/b");
    }

    #[test]
    fn likely_typos_are_warned_of_and_strangers_are_not() {
        let table = [
            ("OBS_PASWORD", Some("OBS_PASSWORD")),
            ("BITRATE_LOW", Some("BITRATE_LOW_KBPS")),
            ("live_scene_name", Some("LIVE_SCENE_NAME")),
            ("POSTGRES_PASSWORD", None),
            ("TZ", None),
        ];
        for (name, near) in table {
            for values in [from(&[], &format!("{name}=1\n")), from(&[(name, "1")], "")] {
                let warnings = values.warnings();
                assert_eq!(warnings.len(), usize::from(near.is_some()), "{name}");
                assert!(warnings.iter().all(|text| text.contains(near.unwrap_or_default())), "{warnings:?}");
            }
        }
    }

    #[test]
    fn what_stands_twice_is_told() {
        let values = from(&[], "OBS_HOST=one\nOBS_HOST=two\nTZ=a\nTZ=b\n");
        assert_eq!(values.get("OBS_HOST").0, "two");
        assert_eq!(values.warnings(), ["OBS_HOST stands more than once in .env. The last one counts."]);
    }

    #[test]
    fn one_of_two_tokens_is_told_and_no_mistake() {
        let table = [
            ("TWITCH_OAUTH_TOKEN=hunter2\n", Some("TWITCH_OAUTH_TOKEN (from .env) has no effect")),
            ("TWITCH_REFRESH_TOKEN=hunter2\nTWITCH_OAUTH_TOKEN=\n", Some("without TWITCH_OAUTH_TOKEN")),
            ("TWITCH_OAUTH_TOKEN=a\nTWITCH_REFRESH_TOKEN=b\n", None),
            ("", None),
        ];
        for (file, wanted) in table {
            let values = from(&[], file);
            let warnings = values.warnings().join("\n");
            assert_eq!(
                (!warnings.is_empty()).then_some(true),
                wanted.map(|text| warnings.contains(text)),
                "{warnings}"
            );
            assert!(!warnings.contains("hunter2"), "{warnings}");
            assert!(crate::config::Config::parse(&values).is_ok(), "the daemon starts");
        }
    }
}
