//! The language files: what the bot says, by the keys of `domain/chat_rules/phrases.rs`. Those of the
//! program lie in `assets/lang`; a file of the same name in `DATA_DIR/lang` puts other words in their
//! place, phrase by phrase, or adds a language. It is read whenever something is said, so that a change
//! counts at once.

use crate::domain::chat_rules::phrases::{self, Reply};
use crate::kit::text;
use rust_embed::RustEmbed;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use tokio::io::AsyncReadExt as _;

/// The language that stands in for an unknown one, and for what one does not say.
const FALLBACK: &str = "en";
/// The most that is read of a person's file.
const LONGEST: u64 = 64 * 1024;

#[derive(RustEmbed)]
#[folder = "assets/lang/"]
struct Files;

/// One language.
#[derive(Clone, Debug, Default)]
pub struct Words(HashMap<String, String>);

impl Words {
    /// The program's own words in the language of a code such as `de`; English where there are none.
    pub fn of(code: &str) -> Self {
        let mut words = read(FALLBACK).unwrap_or_default();
        words.extend(read(code).unwrap_or_default());
        Self(words)
    }

    /// The same with a person's words in place of them, and what is wrong with those, if anything is.
    pub async fn with_own(code: &str, data_dir: &Path) -> (Self, Option<String>) {
        let mut words = Self::of(code);
        let Some(path) = place(code, data_dir) else { return (words, Some(unknown(code, data_dir))) };
        let complaint = match file(&path).await {
            Ok(None) if read(code).is_none() => return (words, Some(unknown(code, data_dir))),
            Ok(None) => None,
            Ok(Some(text)) => words.take(&text),
            Err(error) => Some(error.to_string()),
        };
        (words, complaint.map(|wrong| format!("{}: {wrong}. The usual words stand in.", path.display())))
    }

    /// A reply in words.
    pub fn say(&self, reply: &Reply) -> String {
        reply.render(self.0.get(reply.phrase.key).map_or(reply.phrase.key, String::as_str))
    }

    /// Takes over the phrases of a file; gives what is wrong with the others.
    fn take(&mut self, text: &str) -> Option<String> {
        let own: HashMap<String, String> = match toml::from_str(text) {
            Ok(own) => own,
            Err(error) => return Some(format!("not to be read ({})", error.message())),
        };
        let mut wrong = Vec::new();
        for (key, words) in own {
            match phrases::find(&key).map(|phrase| phrase.check(&words)) {
                Some(Ok(())) => drop(self.0.insert(key, words)),
                Some(Err(why)) => wrong.push(why),
                None => wrong.push(format!("there is no phrase '{}'", text::excerpt(&key, 30))),
            }
        }
        wrong.sort();
        (!wrong.is_empty()).then(|| wrong.join(", "))
    }
}

/// Where a person's words of a language lie. A code with anything but letters, digits, `-` and `_` has no
/// file: it must not lead out of the folder.
fn place(code: &str, data_dir: &Path) -> Option<PathBuf> {
    let good = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (!code.is_empty() && code.chars().all(good)).then(|| data_dir.join("lang").join(format!("{code}.toml")))
}

fn unknown(code: &str, data_dir: &Path) -> String {
    let mut codes: Vec<String> = Files::iter().map(|file| file.trim_end_matches(".toml").to_owned()).collect();
    codes.sort();
    format!(
        "CHAT_LANGUAGE is '{}', and answers in chat are in English. Allowed: {}, or a language of your own, \
         whose words lie in {}.",
        text::excerpt(code, 40),
        text::one_of(&codes),
        data_dir.join("lang").display()
    )
}

/// A file's text; `None` where there is none.
async fn file(path: &Path) -> std::io::Result<Option<String>> {
    let file = match tokio::fs::File::open(path).await {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut text = String::new();
    file.take(LONGEST).read_to_string(&mut text).await?;
    Ok(Some(text))
}

fn read(code: &str) -> Option<HashMap<String, String>> {
    let file = Files::get(&format!("{code}.toml"))?;
    toml::from_str(std::str::from_utf8(&file.data).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::chat_rules::phrases::ALL;
    use std::collections::BTreeSet;

    #[test]
    fn every_language_has_every_phrase_with_its_holes_and_nothing_else() {
        assert!(Files::iter().count() >= 2);
        for file in Files::iter() {
            let words = read(file.trim_end_matches(".toml")).unwrap_or_else(|| panic!("{file} cannot be read"));
            let keys: BTreeSet<&str> = words.keys().map(String::as_str).collect();
            assert_eq!(keys, ALL.iter().map(|phrase| phrase.key).collect(), "{file}");
            for phrase in ALL {
                let text = &words[phrase.key];
                let holes: BTreeSet<&str> = phrases::holes(text).into_iter().collect();
                assert_eq!(holes, phrase.holes.iter().copied().collect(), "{file}: {}", phrase.key);
                // What begins with one of these could be a command, ours or Twitch's.
                assert!(text.starts_with(|c: char| c.is_alphabetic() || c == '\''), "{file}: {}", phrase.key);
            }
        }
    }

    #[tokio::test]
    async fn an_unknown_language_is_english() {
        let folder = tempfile::tempdir().unwrap();
        let reply = phrases::GUARD_ON.plain();
        for code in ["xx", "../de"] {
            let complaint = Words::with_own(code, folder.path()).await.1.expect("a complaint");
            assert!(complaint.contains(code) && complaint.contains("Allowed: de or en"), "{complaint}");
        }
        assert_eq!(Words::with_own("de", folder.path()).await.1, None);
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

    #[tokio::test]
    async fn a_persons_words_stand_in_place_of_ours_one_by_one() {
        let folder = tempfile::tempdir().unwrap();
        let (on, shows) = (phrases::GUARD_ON.plain(), phrases::SHOWS.with([("scene", "LIVE")]));
        let said = async |code: &str| {
            let (words, complaint) = Words::with_own(code, folder.path()).await;
            (words.say(&on), words.say(&shows), complaint)
        };
        let usual = ("Automatic switching is on.".to_owned(), "'LIVE' is on.".to_owned());
        assert_eq!(said("en").await, (usual.0.clone(), usual.1.clone(), None), "there is no file");
        std::fs::create_dir(folder.path().join("lang")).unwrap();
        let write = |name: &str, text: &[u8]| std::fs::write(folder.path().join("lang").join(name), text).unwrap();
        write("en.toml", b"shows = '\xE2\x86\x92 {scene}!'");
        assert_eq!(said("en").await, (usual.0.clone(), "→ LIVE!".to_owned(), None));
        write("fr.toml", b"guard_on = 'En marche.'");
        assert_eq!(said("fr").await, ("En marche.".to_owned(), usual.1.clone(), None), "a language that we have not");
        let wrong = [
            (&b"shows = '/ban {scene}'"[..], "begins with / or ."),
            (b"shows = 'It is {name}'", "knows no {name}"),
            (b"shows = ' '", "has no words"),
            (b"nonsense = 'x'", "no phrase 'nonsense'"),
            (b"shows = ", "not to be read"),
            (b"shows = '\xff'", "utf-8"),
        ];
        for (text, why) in wrong {
            write("en.toml", text);
            let (first, second, complaint) = said("en").await;
            assert_eq!((first, second), usual, "{why}");
            assert!(complaint.as_deref().is_some_and(|text| text.contains(why)), "{why}: {complaint:?}");
        }
        assert_eq!(place("../en", folder.path()), None);
    }
}
