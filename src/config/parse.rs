//! Makes types of values. Every mistake is noted and reading goes on, so that all are told at once.

use super::feeds::Document;
use super::form::{Form, web_address};
use super::mistake::Mistake;
use super::password_hash::StoredHash;
use super::rules;
use super::values::Values;
use super::{Config, Feed, Keep, Login, Obs, Scenes, Web};
use crate::domain::failover::lineup::{Lineup, Member, SceneSet};
use crate::domain::ids::{FeedId, SceneName};
use crate::domain::server::Server;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

impl Config {
    /// All settings as types, or all mistakes.
    pub fn parse(values: &Values) -> Result<Self, Vec<Mistake>> {
        let mut form = Form::new(values);
        let (feeds, lineup) = form.feeds();
        let (preset, rules) = rules::read(&mut form);
        let config = Self {
            web: form.web(),
            obs: form.obs(),
            scenes: form.scenes(),
            feeds,
            lineup,
            preset,
            rules,
            record_with_stream: form.switch("RECORD_WITH_STREAM"),
            keep: form.keep(),
            twitch: form.twitch(),
            chat: form.chat(),
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

    /// The feeds of the document, or the one of the STATS_* settings.
    fn feeds(&mut self) -> (Vec<Feed>, Lineup) {
        let main = self.main_feed();
        let (text, source) = self.values.get("FEEDS");
        let settled = match text.trim() {
            "" => Ok((Vec::new(), Lineup::default())),
            text => Document::read(text).and_then(|document| document.settle(main.timeout)),
        };
        match settled {
            Ok((feeds, lineup)) if !feeds.is_empty() => (feeds, lineup),
            Ok(_) => (vec![main.clone()], Lineup { members: vec![alone(&main)], ..Lineup::default() }),
            Err(wrong) => {
                self.mistakes.extend(wrong.iter().map(|wrong| Mistake::of_part("FEEDS", &wrong.to_string(), source)));
                (vec![main.clone()], Lineup { members: vec![alone(&main)], ..Lineup::default() })
            }
        }
    }

    /// The feed that the STATS_* settings describe.
    fn main_feed(&mut self) -> Feed {
        let (user, password) = (self.text("STATS_USER"), self.secret("STATS_PASSWORD"));
        self.demand("STATS_USER", user.is_some() || password.is_none(), "a name, since STATS_PASSWORD is set");
        Feed {
            url: self.read("STATS_URL", web_address),
            kind: self.read("STATS_TYPE", stats_type).flatten(),
            publisher: self.text("STATS_FEED"),
            login: user.map(|user| Login { user, password: password.unwrap_or_else(|| "".into()) }),
            token: self.secret("STATS_TOKEN"),
            timeout: self.seconds("REQUEST_TIMEOUT").unwrap_or_default(),
            media_source: self.text("MEDIA_SOURCE_NAME"),
            control: self.read("STATS_CONTROL_URL", web_address),
            port: self.number("STATS_PORT").map(|port| port as u16),
            push_key: self.secret("STATS_PUSH_KEY"),
            ..Feed::unset(FeedId::main())
        }
    }

    fn keep(&mut self) -> Keep {
        let mut days = |name| self.number(name).map_or(0, |days| days as u32);
        let (journal_days, samples_days) = (days("JOURNAL_DAYS"), days("SAMPLES_DAYS"));
        Keep { journal_days, samples_days, polls: self.read("RECORD_POLLS", |text| Some(PathBuf::from(text))) }
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

#[cfg(test)]
mod tests {
    use super::super::form::switch;
    use super::*;
    use crate::domain::failover::rules::Rules;
    use crate::kit::units::{Kbps, Millis};

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
    fn what_cannot_be_seen_in_a_value_is_told() {
        let long = "x".repeat(5000);
        let table = [
            ("LIVE_SCENE_NAME", long.as_str(), "of at most 4096 bytes (these are 5000)"),
            ("LIVE_SCENE_NAME", "LI\tVE", "without tabs and other control characters"),
            ("OBS_PASSWORD", "hun\u{1b}ter2", "without tabs and other control characters"),
            ("TWITCH_BROADCASTER_ID", "mia", "up to 20 digits"),
            ("TWITCH_BROADCASTER_ID", "123456789012345678901", "up to 20 digits"),
        ];
        for (name, value, wanted) in table {
            let told = parse(&[(name, value)]).expect_err("a mistake").remove(0).text;
            assert!(told.contains(wanted) && told.len() < 400 && !told.contains("ter2"), "{told}");
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
    fn a_value_that_is_read_twice_is_one_mistake() {
        for key in ["BITRATE_LOW_KBPS", "BITRATE_HIGH_KBPS", "LOW_CONSEC_SAMPLES", "POLL_INTERVAL_SEC", "FLAP_LIMIT"] {
            assert_eq!(parse(&[(key, "abc")]).expect_err("a mistake").len(), 1, "{key}");
        }
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
        for key in crate::config::keys::KEYS.iter().filter(|key| !key.default.is_empty()) {
            assert!(parse(&[(key.name, key.default)]).is_ok(), "{}", key.name);
        }
    }
}
