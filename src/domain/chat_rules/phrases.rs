//! What the bot can say: phrases by key, with the holes that a translation must keep. The words stand
//! in `assets/lang`, one file per language.

use crate::kit::text;

/// Twitch takes no longer message.
pub const LONGEST: usize = 500;

/// Something that the bot can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// Its key in the language files.
    pub key: &'static str,
    /// What is put in: `{name}`.
    pub holes: &'static [&'static str],
}

/// A phrase with what is put in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Which.
    pub phrase: Phrase,
    fill: Vec<(&'static str, String)>,
}

impl Phrase {
    /// The phrase without anything to put in.
    pub fn plain(self) -> Reply {
        Reply { phrase: self, fill: Vec::new() }
    }

    /// The phrase with these values in its holes.
    pub fn with<const N: usize>(self, fill: [(&'static str, &str); N]) -> Reply {
        Reply { phrase: self, fill: fill.map(|(hole, value)| (hole, value.to_owned())).into() }
    }
}

impl Reply {
    /// The words: one line of at most [`LONGEST`] characters. What is put in is not looked at again.
    pub fn render(&self, template: &str) -> String {
        let mut out = String::new();
        let mut rest = template;
        while let Some((before, behind)) = rest.split_once('{') {
            out.push_str(before);
            let value = behind.split_once('}').and_then(|(hole, after)| {
                let found = self.fill.iter().find(|(name, _)| *name == hole)?;
                Some((found.1.as_str(), after))
            });
            match value {
                Some((value, after)) => {
                    out.push_str(value);
                    rest = after;
                }
                None => {
                    out.push('{');
                    rest = behind;
                }
            }
        }
        out.push_str(rest);
        text::excerpt(&out, LONGEST - 1)
    }

    /// The holes that are filled.
    pub fn filled(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.fill.iter().map(|(hole, _)| *hole)
    }
}

impl Phrase {
    /// Whether these words can be said in its place. Errors: why not, for people.
    pub fn check(self, words: &str) -> Result<(), String> {
        if words.trim().is_empty() {
            return Err(format!("'{}' has no words", self.key));
        }
        // Twitch would take it for a command of its own.
        if words.trim_start().starts_with(['/', '.']) {
            return Err(format!("'{}' begins with / or .", self.key));
        }
        match holes(words).into_iter().find(|hole| !self.holes.contains(hole)) {
            Some(hole) => Err(format!("'{}' knows no {{{}}}", self.key, text::excerpt(hole, 30))),
            None => Ok(()),
        }
    }
}

/// The phrase with this key.
pub fn find(key: &str) -> Option<Phrase> {
    ALL.iter().copied().find(|phrase| phrase.key == key)
}

/// The names between braces in a template.
pub fn holes(template: &str) -> Vec<&str> {
    let parts = template.split('{').skip(1);
    parts.filter_map(|part| part.split_once('}').map(|(hole, _)| hole)).collect()
}

macro_rules! phrases {
    ($($name:ident = $key:literal [$($hole:literal),*];)*) => {
        $(
            #[doc = concat!("`", $key, "`")]
            pub const $name: Phrase = Phrase { key: $key, holes: &[$($hole),*] };
        )*
        /// Every phrase.
        pub const ALL: &[Phrase] = &[$($name),*];
    };
}

phrases! {
    STARTED = "started" ["scene"];
    START_FAILED = "start_failed" ["reason"];
    STARTED_NO_SCENE = "started_no_scene" ["reason"];
    ALREADY_LIVE = "already_live" [];
    STOPPED = "stopped" [];
    STOPPED_SCENE = "stopped_scene" ["scene"];
    STOP_FAILED = "stop_failed" ["reason"];
    STOPPED_NO_SCENE = "stopped_no_scene" ["reason"];
    SHOWS = "shows" ["scene"];
    SHOWS_BUT_LOST = "shows_but_lost" ["scene", "feed"];
    NO_SCENE_SET = "no_scene_set" ["key"];
    NOT_SHOWN = "not_shown" ["reason"];
    FIXED = "fixed" ["scene"];
    REFRESHED = "refreshed" ["scene"];
    MOVED = "moved" [];
    WHICH = "which" ["names"];
    NO_SUCH = "no_such" ["name"];
    OBS_UNREADABLE = "obs_unreadable" [];
    USAGE = "usage" ["usage"];
    RECORDING_ON = "recording_on" [];
    RECORDING_OFF = "recording_off" [];
    DONE = "done" ["text"];
    FAILED = "failed" ["reason"];
    PENDING = "pending" [];
    RATE_LOW = "rate_low" ["value"];
    RATE_LOST = "rate_lost" ["value"];
    DELAY_LOW = "delay_low" ["value"];
    DELAY_LOW_OFF = "delay_low_off" [];
    DELAY_LOST = "delay_lost" ["value"];
    DELAY_LOST_OFF = "delay_lost_off" [];
    NOTIFY_ON = "notify_on" [];
    NOTIFY_OFF = "notify_off" [];
    PUBLIC_ON = "public_on" [];
    PUBLIC_OFF = "public_off" [];
    MOD_ON = "mod_on" [];
    MOD_OFF = "mod_off" [];
    AUTOSTOP_ON = "autostop_on" [];
    AUTOSTOP_OFF = "autostop_off" [];
    GUARD_ON = "guard_on" [];
    GUARD_OFF = "guard_off" [];
    BITRATE = "bitrate" ["rates"];
    BITRATE_UNKNOWN = "bitrate_unknown" ["reason"];
    SOURCE_INFO = "source_info" ["text"];
    SERVER_INFO = "server_info" ["text"];
    OBS_INFO_LIVE = "obs_info_live" ["scene", "dropped"];
    OBS_INFO_OFF = "obs_info_off" ["scene"];
    OBS_DOWN = "obs_down" ["reason"];
    VERSION = "version" ["version"];
    HELP = "help" ["commands"];
    HELP_ONE = "help_one" ["usage", "does"];
    ANNOUNCE_LOW = "announce_low" [];
    ANNOUNCE_LOW_RATE = "announce_low_rate" ["rate"];
    ANNOUNCE_LOST = "announce_lost" [];
    ANNOUNCE_BACK = "announce_back" [];
}
