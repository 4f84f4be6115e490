//! The settings of Twitch.

use super::form::{Form, address};
use super::mistake::Mistake;
use crate::domain::twitch_features::{NONE, event_names, feature_words};
use crate::kit::secret::Secret;
use crate::kit::text;
use crate::kit::units::Millis;
use std::path::PathBuf;
use url::Url;

/// Twitch.
#[derive(Clone, Debug, PartialEq)]
pub struct Twitch {
    /// TWITCH_CLIENT_ID; `None` means no Twitch.
    pub client_id: Option<String>,
    /// TWITCH_CLIENT_SECRET; only applications of the type Confidential have one.
    pub client_secret: Option<Secret<String>>,
    /// TWITCH_BROADCASTER_ID: numeric; `None` for the account that signs in.
    pub broadcaster_id: Option<String>,
    /// TWITCH_BOT: a second account speaks in chat.
    pub bot: bool,
    /// TWITCH_FEATURES: words of features; empty for all.
    pub features: Vec<String>,
    /// TWITCH_EVENTS_OFF: types or names of events that are not asked for.
    pub events_off: Vec<String>,
    /// TWITCH_OAUTH_TOKEN and TWITCH_REFRESH_TOKEN: taken over once.
    pub first_tokens: Option<(Secret<String>, Secret<String>)>,
    /// TWITCH_TOKENS_PATH, else twitch_tokens.json in DATA_DIR.
    pub tokens_path: PathBuf,
    /// Where Stream-Control (Python) keeps its tokens when TWITCH_TOKENS_PATH is not set: in the working
    /// folder. `None` when it is set.
    pub old_tokens_path: Option<PathBuf>,
    /// TWITCH_ADMINS: chat names in lower case.
    pub admins: Vec<String>,
    /// AUTH_PUBLIC_BASE: where Twitch sends the browser back to.
    pub public_base: Option<Url>,
    /// TWITCH_HELIX_URL, with a slash at its end.
    pub helix_url: Url,
    /// TWITCH_OAUTH2_URL, with a slash at its end.
    pub oauth2_url: Url,
    /// TWITCH_EVENTSUB_WEBSOCKET_URL.
    pub eventsub_url: Url,
    /// What follows on our raid.
    pub raid: RaidStop,
}

/// What follows on our raid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RaidStop {
    /// RAID_AUTO_STOP_ENABLED.
    pub enabled: bool,
    /// RAID_AUTO_STOP_DELAY.
    pub delay: Millis,
    /// RAID_CHAT_MESSAGE; `None` when RAID_SEND_CHAT_MESSAGE is off.
    pub message: Option<String>,
}

impl Form<'_> {
    pub(super) fn twitch(&mut self) -> Twitch {
        let first_tokens = self.secret("TWITCH_OAUTH_TOKEN").zip(self.secret("TWITCH_REFRESH_TOKEN"));
        let data_dir = self.read("DATA_DIR", |text| Some(PathBuf::from(text))).unwrap_or_default();
        let tokens_path = self.read("TWITCH_TOKENS_PATH", |text| Some(PathBuf::from(text)));
        let is_id = |text: &str| text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_digit());
        let broadcaster_id = self.read("TWITCH_BROADCASTER_ID", |text| is_id(text).then(|| text.to_owned()));
        Twitch {
            client_id: self.text("TWITCH_CLIENT_ID"),
            client_secret: self.secret("TWITCH_CLIENT_SECRET"),
            broadcaster_id,
            bot: self.switch("TWITCH_BOT"),
            features: self.features(),
            events_off: self.known_words("TWITCH_EVENTS_OFF", &event_names()),
            first_tokens,
            old_tokens_path: tokens_path.is_none().then(|| PathBuf::from("twitch_tokens.json")),
            tokens_path: tokens_path.unwrap_or_else(|| data_dir.join("twitch_tokens.json")),
            admins: self.words("TWITCH_ADMINS"),
            public_base: self.folder_url("AUTH_PUBLIC_BASE", &["https", "http"]),
            helix_url: self.folder_url("TWITCH_HELIX_URL", &["https", "http"]).unwrap_or_else(nowhere),
            oauth2_url: self.folder_url("TWITCH_OAUTH2_URL", &["https", "http"]).unwrap_or_else(nowhere),
            eventsub_url: self
                .read("TWITCH_EVENTSUB_WEBSOCKET_URL", |text| address(text, &["wss", "ws"]))
                .unwrap_or_else(nowhere),
            raid: self.raid_stop(),
        }
    }

    fn raid_stop(&mut self) -> RaidStop {
        let told = self.switch("RAID_SEND_CHAT_MESSAGE");
        RaidStop {
            enabled: self.switch("RAID_AUTO_STOP_ENABLED"),
            delay: self.seconds("RAID_AUTO_STOP_DELAY").unwrap_or_default(),
            message: self.text("RAID_CHAT_MESSAGE").filter(|_| told),
        }
    }

    fn features(&mut self) -> Vec<String> {
        let words = self.known_words("TWITCH_FEATURES", &feature_words());
        let alone = words.len() == 1 || words.iter().all(|word| word != NONE);
        self.demand("TWITCH_FEATURES", alone, "none by itself, or features without it");
        words
    }

    /// [`Form::words`] of a list that is known; one mistake names all that are not on it.
    fn known_words<S: AsRef<str>>(&mut self, name: &str, known: &[S]) -> Vec<String> {
        let words = self.words(name);
        let is_known = |word: &String| known.iter().any(|one| one.as_ref() == word);
        let strangers: Vec<&String> = words.iter().filter(|word| !is_known(word)).collect();
        if !strangers.is_empty() {
            let names = || known.iter().map(AsRef::as_ref);
            let told = strangers.iter().take(5).map(|word| {
                format!("'{}' is not known.{}", text::excerpt(word, 40), text::did_you_mean(word, names()))
            });
            let told: Vec<String> = told.collect();
            let what = format!("{} Allowed, with commas between: {}.", told.join(" "), text::one_of(known));
            self.mistakes.push(Mistake::of_part(name, &what, self.values.get(name).1));
        }
        words
    }

    /// Words with commas between, in lower case, each once; a leading @ is no part of a name.
    pub(super) fn words(&mut self, name: &str) -> Vec<String> {
        let text = self.text(name).unwrap_or_default().to_lowercase();
        let mut words: Vec<String> = Vec::new();
        for word in text.split(',').map(|word| word.trim().trim_start_matches('@')).filter(|word| !word.is_empty()) {
            if words.iter().all(|known| known != word) {
                words.push(word.to_owned());
            }
        }
        words
    }

    /// An address to which paths are joined: it ends in a slash.
    fn folder_url(&mut self, name: &str, schemes: &[&str]) -> Option<Url> {
        let mut url = self.read(name, |text| address(text, schemes))?;
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        Some(url)
    }
}

/// Stands in for an address that was a mistake: the mistake is noted, so this value is never used.
fn nowhere() -> Url {
    Url::parse("http://nowhere.invalid/").expect("a literal address")
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, Values};

    fn mistakes(key: &str, value: &str) -> Vec<String> {
        let wrong = Config::parse(&Values::from_pairs([(key, value)])).err().unwrap_or_default();
        wrong.into_iter().map(|mistake| mistake.text).collect()
    }

    #[test]
    fn an_unknown_name_in_a_list_is_a_mistake_that_says_what_is_allowed() {
        let wrong: [(&str, &str, &[&str]); 4] = [
            ("TWITCH_FEATURES", "chat, clps", &["'clps' is not known. Did you mean 'clips'?", "chat, channel, raids"]),
            ("TWITCH_FEATURES", "none,chat", &["Allowed: none by itself"]),
            ("TWITCH_EVENTS_OFF", "channel.cheers", &["Did you mean 'channel.cheer'?", "channel.raid (out)"]),
            ("TWITCH_EVENTS_OFF", "xyz,channel.cheer,qqq", &["'xyz' is not known. 'qqq' is not known."]),
        ];
        for (key, value, texts) in wrong {
            let told = mistakes(key, value);
            assert_eq!(told.len(), 1, "{told:?}");
            assert!(told[0].starts_with(&format!("{key} ")) && !told[0].contains('\n'), "{told:?}");
            assert!(texts.iter().all(|text| told[0].contains(text)), "{told:?}");
        }
        let right = [
            ("TWITCH_FEATURES", ""),
            ("TWITCH_FEATURES", "none"),
            ("TWITCH_FEATURES", " Chat,CLIPS, chat"),
            ("TWITCH_EVENTS_OFF", "channel.raid, Channel.Raid (out)"),
        ];
        for (key, value) in right {
            assert_eq!(mistakes(key, value), [""; 0], "{key}={value}");
        }
    }
}
