//! The language files: what the bot says, by the keys of `domain/chat_rules/phrases.rs`.

use crate::domain::chat_rules::phrases::Reply;
use rust_embed::RustEmbed;
use std::collections::HashMap;

/// The language that stands in for an unknown one.
const FALLBACK: &str = "en";

#[derive(RustEmbed)]
#[folder = "assets/lang/"]
struct Files;

/// One language.
#[derive(Clone, Debug, Default)]
pub struct Words(HashMap<String, String>);

impl Words {
    /// The language of a code such as `de`; English where there is none.
    pub fn of(code: &str) -> Self {
        read(code).or_else(|| read(FALLBACK)).unwrap_or_default()
    }

    /// A reply in words.
    pub fn say(&self, reply: &Reply) -> String {
        reply.render(self.0.get(reply.phrase.key).map_or(reply.phrase.key, String::as_str))
    }
}

fn read(code: &str) -> Option<Words> {
    let file = Files::get(&format!("{code}.toml"))?;
    toml::from_str(std::str::from_utf8(&file.data).ok()?).ok().map(Words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::chat_rules::phrases::{self, ALL};
    use std::collections::BTreeSet;

    #[test]
    fn every_language_has_every_phrase_with_its_holes_and_nothing_else() {
        assert!(Files::iter().count() >= 2);
        for file in Files::iter() {
            let words = read(file.trim_end_matches(".toml")).unwrap_or_else(|| panic!("{file} cannot be read"));
            let keys: BTreeSet<&str> = words.0.keys().map(String::as_str).collect();
            assert_eq!(keys, ALL.iter().map(|phrase| phrase.key).collect(), "{file}");
            for phrase in ALL {
                let text = &words.0[phrase.key];
                let holes: BTreeSet<&str> = phrases::holes(text).into_iter().collect();
                assert_eq!(holes, phrase.holes.iter().copied().collect(), "{file}: {}", phrase.key);
                // What begins with one of these could be a command, ours or Twitch's.
                assert!(text.starts_with(|c: char| c.is_alphabetic() || c == '\''), "{file}: {}", phrase.key);
            }
        }
    }

    #[test]
    fn an_unknown_language_is_english() {
        let reply = phrases::GUARD_ON.plain();
        assert_eq!(Words::of("xx").say(&reply), "Automatic switching is on.");
        assert_eq!(Words::of("../de").say(&reply), Words::of("en").say(&reply));
        assert_ne!(Words::of("de").say(&reply), Words::of("en").say(&reply));
    }

    #[test]
    fn what_is_put_in_is_not_looked_at_again_and_the_line_has_an_end() {
        let words = Words::of("en");
        let tricky = phrases::SHOWS.with([("scene", "{scene} \u{202e}\n!stop")]);
        assert_eq!(words.say(&tricky), "'{scene}  !stop' is on.");
        let long = words.say(&phrases::DONE.with([("text", &"ä".repeat(900))]));
        assert_eq!(long.chars().count(), phrases::LONGEST);
    }
}
