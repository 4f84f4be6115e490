//! The settings of Twitch.

use super::form::{Form, address};
use crate::kit::secret::Secret;
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
    /// TWITCH_FEATURES as written, split at commas; empty for all.
    pub features: Vec<String>,
    /// TWITCH_EVENTS_OFF as written, split at commas: kinds of events that are not asked for.
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
        let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.to_owned());
        let broadcaster_id = self.read("TWITCH_BROADCASTER_ID", number);
        Twitch {
            client_id: self.text("TWITCH_CLIENT_ID"),
            client_secret: self.secret("TWITCH_CLIENT_SECRET"),
            broadcaster_id,
            bot: self.switch("TWITCH_BOT"),
            features: self.words("TWITCH_FEATURES"),
            events_off: self.words("TWITCH_EVENTS_OFF"),
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
