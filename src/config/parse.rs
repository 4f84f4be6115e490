//! Makes types of values. Every mistake is noted and reading goes on, so that all are told at once.

use super::keys::{self, Kind};
use super::mistake::Mistake;
use super::password_hash::StoredHash;
use super::source::Source;
use super::values::Values;
use super::{Config, Feed, Keep, Obs, RaidStop, Scenes, Twitch, Web};
use crate::domain::failover::lineup::{Lineup, Member, SceneSet};
use crate::domain::failover::rules::Rules;
use crate::domain::ids::{FeedId, SceneName};
use crate::domain::server::Server;
use crate::kit::secret::Secret;
use crate::kit::units::{Kbps, Millis};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

impl Config {
    /// All settings as types, or all mistakes.
    pub fn parse(values: &Values) -> Result<Self, Vec<Mistake>> {
        let mut form = Form { values, mistakes: values.unreadable.clone() };
        let feeds = vec![form.main_feed()];
        let config = Self {
            web: form.web(),
            obs: form.obs(),
            scenes: form.scenes(),
            lineup: Lineup { members: feeds.iter().map(alone).collect(), ..Lineup::default() },
            feeds,
            rules: form.rules(),
            record_with_stream: form.switch("RECORD_WITH_STREAM"),
            keep: form.keep(),
            twitch: form.twitch(),
        };
        if form.mistakes.is_empty() { Ok(config) } else { Err(form.mistakes) }
    }
}

/// Settings with rows laid over them, and the rows that had to be set aside.
#[derive(Debug)]
pub struct Settled {
    /// What is in force.
    pub config: Config,
    /// The layers it was made of.
    pub values: Values,
    /// Why rows were set aside; they stay in the store and show again once they fit.
    pub set_aside: Vec<Mistake>,
}

/// Lays the store's rows over values that are good by themselves. A row that no longer fits (a limit
/// in `.env` was moved past it) must not keep the daemon from starting: it is set aside and told.
pub fn settle(base: &Values, rows: Vec<(String, String)>) -> Result<Settled, Vec<Mistake>> {
    let settled =
        |values: Values, set_aside| Config::parse(&values).map(|config| Settled { config, values, set_aside });
    settled(base.with_rows(rows.clone()), Vec::new()).or_else(|mistakes| {
        let fits = |name: &str| mistakes.iter().all(|mistake| mistake.key != name);
        let fitting = rows.into_iter().filter(|(name, _)| fits(name));
        settled(base.with_rows(fitting), mistakes.clone()).or_else(|_| settled(base.with_rows([]), mistakes.clone()))
    })
}

struct Form<'a> {
    values: &'a Values,
    mistakes: Vec<Mistake>,
}

impl Form<'_> {
    fn web(&mut self) -> Web {
        let any = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 5000);
        Web {
            bind: self.read("BIND_ADDR", |text| text.parse().ok()).unwrap_or(any),
            data_dir: self.read("DATA_DIR", |text| Some(PathBuf::from(text))).unwrap_or_default(),
            password_hash: self.read("LOGIN_PASSWORD_HASH", |text| StoredHash::parse(text).ok().map(|_| text.into())),
            password: self.secret("LOGIN_PASSWORD"),
            alert_token: self.secret("ALERT_TOKEN"),
        }
    }

    fn obs(&mut self) -> Obs {
        Obs {
            host: self.read("OBS_HOST", host).unwrap_or_default(),
            port: self.read("OBS_PORT", |text| text.parse().ok().filter(|port| *port > 0)).unwrap_or_default(),
            password: self.secret("OBS_PASSWORD"),
        }
    }

    fn scenes(&mut self) -> Scenes {
        let mut scene = |name| SceneName(self.text(name).unwrap_or_default());
        let (live, low) = (scene("LIVE_SCENE_NAME"), scene("LOW_SCENE_NAME"));
        let (brb, starting) = (scene("BRB_SCENE_NAME"), scene("STARTING_SCENE_NAME"));
        // OFFLINE named like LOW is the same as none: LOW takes its place.
        let offline = self.text("OFFLINE_SCENE_NAME").map(SceneName).filter(|scene| *scene != low);
        self.demand("LOW_SCENE_NAME", low != live, "another scene than LIVE_SCENE_NAME");
        self.demand("OFFLINE_SCENE_NAME", offline.as_ref() != Some(&live), "another scene than LIVE_SCENE_NAME");
        let [ending, privacy, refresh] = ["ENDING_SCENE_NAME", "PRIVACY_SCENE_NAME", "REFRESH_SCENE_NAME"]
            .map(|name| self.text(name).map(SceneName));
        let managed = [Some(&live), Some(&low), offline.as_ref()];
        let apart = privacy.is_none() || !managed.contains(&privacy.as_ref());
        self.demand("PRIVACY_SCENE_NAME", apart, "another scene than those of automatic switching");
        Scenes { live, low, offline, brb, starting, ending, privacy, refresh }
    }

    /// The feed that the STATS_* settings describe.
    fn main_feed(&mut self) -> Feed {
        Feed {
            url: self.read("STATS_URL", web_address),
            kind: self.read("STATS_TYPE", stats_type).flatten(),
            publisher: self.text("STATS_FEED"),
            timeout: self.seconds("REQUEST_TIMEOUT").unwrap_or_default(),
            media_source: self.text("MEDIA_SOURCE_NAME"),
            ..Feed::unset(FeedId::main())
        }
    }

    fn twitch(&mut self) -> Twitch {
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
            first_tokens,
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
    fn words(&mut self, name: &str) -> Vec<String> {
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
    fn folder_url(&mut self, name: &str, schemes: &[&str]) -> Option<url::Url> {
        let mut url = self.read(name, |text| address(text, schemes))?;
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        Some(url)
    }

    fn keep(&mut self) -> Keep {
        let mut days = |name| self.number(name).map_or(0, |days| days as u32);
        let (journal_days, samples_days) = (days("JOURNAL_DAYS"), days("SAMPLES_DAYS"));
        Keep { journal_days, samples_days, polls: self.read("RECORD_POLLS", |text| Some(PathBuf::from(text))) }
    }

    fn rules(&mut self) -> Rules {
        let usual = Rules::default();
        let (low_after, low_after_severe) = self.low_times(&usual);
        let (low, high, offline) = self.limits(&usual);
        Rules {
            low,
            high,
            offline,
            low_after,
            low_after_severe,
            grace: self.seconds("LIVE_SCENE_LOW_GRACE_SEC").unwrap_or(usual.grace),
            wait_for_stream_start: self.switch("WAIT_FOR_STREAM_START"),
            idle_when_stream_ends: self.switch("IDLE_WHEN_STREAM_ENDS"),
            exit_when_stream_ends: self.switch("EXIT_WHEN_STREAM_ENDS"),
            ..usual
        }
    }

    /// Low, high and offline limit, in their order: offline < low < high.
    fn limits(&mut self, usual: &Rules) -> (Kbps, Kbps, Kbps) {
        let low = self.number("BITRATE_LOW_KBPS").unwrap_or(usual.low.0);
        let high = self.number("BITRATE_HIGH_KBPS").unwrap_or(low * 1.25);
        let offline = self.number("BITRATE_OFFLINE_KBPS").unwrap_or_else(|| usual.offline.0.min(low / 4.0));
        self.demand("BITRATE_HIGH_KBPS", high > low, &format!("more than BITRATE_LOW_KBPS ({low})"));
        self.demand("BITRATE_OFFLINE_KBPS", offline < low, &format!("less than BITRATE_LOW_KBPS ({low})"));
        (Kbps(low), Kbps(high), Kbps(offline))
    }

    /// LOW_CONSEC_SAMPLES samples span one interval less than their number.
    fn low_times(&mut self, usual: &Rules) -> (Millis, Millis) {
        let samples = self.number("LOW_CONSEC_SAMPLES");
        let interval = self.number("POLL_INTERVAL_SEC");
        if samples.is_none() && interval.is_none() {
            return (usual.low_after, usual.low_after_severe);
        }
        let after = Millis::from_secs_f64((samples.unwrap_or(3.0) - 1.0) * interval.unwrap_or(1.0));
        (after, usual.low_after_severe.min(after))
    }

    /// The value as a type; `None` when it is empty, and when it is a mistake, which is noted.
    fn read<T>(&mut self, name: &str, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let (value, source) = self.values.get(name);
        let value = value.trim();
        if value.is_empty() {
            return None;
        }
        let parsed = if value.len() <= 4096 { parse(value) } else { None };
        if parsed.is_none() {
            self.note(name, value, source, &keys::find(name).map(|key| key.kind.allowed()).unwrap_or_default());
        }
        parsed
    }

    fn text(&mut self, name: &str) -> Option<String> {
        self.read(name, |text| (!text.contains(char::is_control)).then(|| text.to_owned()))
    }

    fn secret(&mut self, name: &str) -> Option<Secret<String>> {
        self.text(name).map(Secret::new)
    }

    fn switch(&mut self, name: &str) -> bool {
        self.read(name, switch).unwrap_or_default()
    }

    fn number(&mut self, name: &str) -> Option<f64> {
        let kind = keys::find(name)?.kind;
        self.read(name, |text| match kind {
            Kind::Number { min, max, .. } => text.parse().ok().filter(|number| (min..=max).contains(number)),
            Kind::Count { min, max } => text.parse().ok().filter(|n| (min..=max).contains(n)).map(f64::from),
            _ => None,
        })
    }

    fn seconds(&mut self, name: &str) -> Option<Millis> {
        self.number(name).map(Millis::from_secs_f64)
    }

    /// Notes a mistake unless `holds`; one mistake per key is enough.
    fn demand(&mut self, name: &str, holds: bool, allowed: &str) {
        if !holds && self.mistakes.iter().all(|mistake| mistake.key != name) {
            let (value, source) = self.values.get(name);
            self.note(name, value, source, allowed);
        }
    }

    fn note(&mut self, name: &str, value: &str, source: Source, allowed: &str) {
        self.mistakes.push(Mistake::new(name, value, allowed, source));
    }
}

/// `true` or `false` in the spellings that people use.
pub fn switch(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "y" | "on" => Some(true),
        "false" | "0" | "no" | "n" | "off" => Some(false),
        _ => None,
    }
}

fn host(text: &str) -> Option<String> {
    let odd = |c: char| c.is_whitespace() || c.is_control() || "/@?#".contains(c);
    // Two colons are an IPv6 address, a single one would be a port.
    (!text.contains(odd) && text.matches(':').count() != 1).then(|| text.to_owned())
}

/// `auto` is no kind: the answers tell.
fn stats_type(text: &str) -> Option<Option<Server>> {
    let word = text.to_ascii_lowercase();
    if word == "auto" { Some(None) } else { Server::from_word(&word).map(Some) }
}

fn alone(feed: &Feed) -> Member {
    let (id, name) = (feed.id.clone(), feed.name.clone());
    Member { id, name, priority: 0, group: None, scenes: SceneSet::default(), depends_on: None }
}

fn web_address(text: &str) -> Option<Secret<url::Url>> {
    address(text, &["http", "https"]).map(Secret::new)
}

fn address(text: &str, schemes: &[&str]) -> Option<url::Url> {
    let url = url::Url::parse(text).ok()?;
    (schemes.contains(&url.scheme()) && url.has_host()).then_some(url)
}

/// Stands in for an address that was a mistake: the mistake is noted, so this value is never used.
fn nowhere() -> url::Url {
    url::Url::parse("http://nowhere.invalid/").expect("a literal address")
}

#[cfg(test)]
mod tests {
    use super::*;

    type Pairs = &'static [(&'static str, &'static str)];

    fn parse(pairs: &[(&str, &str)]) -> Result<Config, Vec<Mistake>> {
        Config::parse(&Values::from_pairs(pairs.iter().copied()))
    }

    fn wrong_keys(pairs: &[(&str, &str)]) -> Vec<String> {
        parse(pairs).expect_err("mistakes").into_iter().map(|mistake| mistake.key).collect()
    }

    #[test]
    fn nothing_set_gives_the_defaults() {
        let config = parse(&[]).unwrap();
        assert_eq!(config.rules, Rules::default());
        assert_eq!(config.web.bind.to_string(), "0.0.0.0:5000");
        assert_eq!(config.web.data_dir, PathBuf::from("./data"));
        assert_eq!((config.obs.host.as_str(), config.obs.port), ("127.0.0.1", 4455));
        assert_eq!(config.scenes.offline, Some("OFFLINE".into()));
        assert_eq!(config.feeds[0].timeout, Millis(800));
    }

    #[test]
    fn limits_follow_the_low_limit() {
        let table: &[(Pairs, [f64; 3])] = &[
            (&[], [200.0, 800.0, 1000.0]),
            (&[("BITRATE_LOW_KBPS", "400")], [100.0, 400.0, 500.0]),
            (&[("BITRATE_LOW_KBPS", "2000")], [200.0, 2000.0, 2500.0]),
            (
                &[("BITRATE_LOW_KBPS", "1000"), ("BITRATE_HIGH_KBPS", "3000"), ("BITRATE_OFFLINE_KBPS", "300")],
                [300.0, 1000.0, 3000.0],
            ),
        ];
        for (pairs, wanted) in table {
            let rules = parse(pairs).unwrap().rules;
            assert_eq!([rules.offline.0, rules.low.0, rules.high.0], *wanted, "{pairs:?}");
        }
    }

    #[test]
    fn the_old_sample_count_becomes_a_time() {
        let table: &[(Pairs, u64, u64)] = &[
            (&[], 2000, 1000),
            (&[("LOW_CONSEC_SAMPLES", "4"), ("POLL_INTERVAL_SEC", "2")], 6000, 1000),
            (&[("LOW_CONSEC_SAMPLES", "3"), ("POLL_INTERVAL_SEC", "0.3")], 600, 600),
            (&[("LOW_CONSEC_SAMPLES", "1")], 0, 0),
            (&[("POLL_INTERVAL_SEC", "2")], 4000, 1000),
        ];
        for (pairs, low_after, severe) in table {
            let rules = parse(pairs).unwrap().rules;
            assert_eq!((rules.low_after.0, rules.low_after_severe.0), (*low_after, *severe), "{pairs:?}");
        }
    }

    #[test]
    fn scenes_must_differ_and_offline_may_be_none() {
        assert_eq!(parse(&[("OFFLINE_SCENE_NAME", "")]).unwrap().scenes.offline, None);
        assert_eq!(parse(&[("OFFLINE_SCENE_NAME", "lowbitrate")]).unwrap().scenes.offline, None);
        assert_eq!(wrong_keys(&[("LOW_SCENE_NAME", "LIVE")]), ["LOW_SCENE_NAME"]);
        assert_eq!(wrong_keys(&[("OFFLINE_SCENE_NAME", "LIVE")]), ["OFFLINE_SCENE_NAME"]);
    }

    #[test]
    fn each_value_is_judged_by_its_kind() {
        let table = [
            ("BIND_ADDR", "127.0.0.1:0", true),
            ("BIND_ADDR", "[::]:5000", true),
            ("BIND_ADDR", "localhost", false),
            ("OBS_PORT", "0", false),
            ("OBS_PORT", "70000", false),
            ("OBS_HOST", "ws://h", false),
            ("OBS_HOST", "h:4455", false),
            ("OBS_HOST", "fd00::7", true),
            ("STATS_URL", "http://u:p@h:8080/stat", true),
            ("STATS_URL", "ftp://h/", false),
            ("STATS_URL", "h:8080/stat", false),
            ("STATS_TYPE", "NGINX", true),
            ("STATS_TYPE", "srs", true),
            ("STATS_TYPE", "wowza", false),
            ("BITRATE_LOW_KBPS", "-1", false),
            ("BITRATE_LOW_KBPS", "NaN", false),
            ("BITRATE_LOW_KBPS", "inf", false),
            ("LOW_CONSEC_SAMPLES", "2.5", false),
            ("REQUEST_TIMEOUT", "0.05", false),
            ("REQUEST_TIMEOUT", "10", true),
            ("LIVE_SCENE_LOW_GRACE_SEC", "0", true),
            ("WAIT_FOR_STREAM_START", "Off", true),
            ("WAIT_FOR_STREAM_START", "maybe", false),
            ("LOGIN_PASSWORD_HASH", "md5:abc", false),
        ];
        for (name, value, good) in table {
            assert_eq!(parse(&[(name, value)]).is_ok(), good, "{name}={value}");
        }
    }

    #[test]
    fn switches_take_the_usual_words() {
        for word in ["true", "1", "YES", "y", "On"] {
            assert_eq!(switch(word), Some(true), "{word}");
        }
        for word in ["false", "0", "No", "n", "OFF"] {
            assert_eq!(switch(word), Some(false), "{word}");
        }
    }

    #[test]
    fn all_mistakes_are_told_together_without_secrets() {
        let pairs = [
            ("BIND_ADDR", "nowhere"),
            ("BITRATE_HIGH_KBPS", "500"),
            ("LOGIN_PASSWORD_HASH", "hunter2"),
            ("STATS_URL", "ftp://bob:hunter2@h/"),
        ];
        let mistakes = parse(&pairs).expect_err("mistakes");
        let text = super::super::mistake::all(&mistakes);
        assert_eq!(mistakes.len(), 4, "{text}");
        assert!(!text.contains("hunter2"), "{text}");
        assert!(
            text.contains(
                "BITRATE_HIGH_KBPS is '500' (from the environment). Allowed: more than BITRATE_LOW_KBPS (800)."
            )
        );
    }

    #[test]
    fn a_row_that_no_longer_fits_is_set_aside_and_the_rest_holds() {
        let base = Values::from_pairs([("BITRATE_LOW_KBPS", "2000")]);
        let row = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let settled = settle(&base, vec![row("BITRATE_HIGH_KBPS", "1500"), row("OBS_HOST", "box")]).unwrap();
        assert_eq!(settled.config.rules.high, Kbps(2500.0));
        assert_eq!(settled.config.obs.host, "box");
        assert_eq!(settled.set_aside.len(), 1);
    }

    #[test]
    fn every_default_is_a_value_that_parses() {
        for key in super::keys::KEYS.iter().filter(|key| !key.default.is_empty()) {
            assert!(parse(&[(key.name, key.default)]).is_ok(), "{}", key.name);
        }
    }
}
