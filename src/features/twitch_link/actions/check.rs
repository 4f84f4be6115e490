//! Twitch's limits on what is written, checked before it is sent (dev.twitch.tv, "Twitch API Reference").

use super::words;
use crate::domain::command::Outcome;

/// Longest title, and description of a marker.
const TITLE: usize = 140;
/// Most tags.
const TAGS: usize = 10;
/// Longest tag.
const TAG: usize = 25;
/// Longest message in chat.
const MESSAGE: usize = 500;
/// Longest name of an account.
const NAME: usize = 25;
const COLOURS: [&str; 5] = ["primary", "blue", "green", "orange", "purple"];

fn no<T>(why: String) -> Result<T, Outcome> {
    Err(Outcome::Failed(why))
}

fn within(what: &str, text: &str, most: usize) -> Result<(), Outcome> {
    match text.chars().count() {
        length if length > most => no(format!("{what} has {length} characters; Twitch takes {most}.")),
        _ => Ok(()),
    }
}

/// What was pasted with line breaks in it becomes one line.
fn one_line(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    text.trim().to_owned()
}

/// A title, on one line.
pub(super) fn title(title: &str) -> Result<String, Outcome> {
    let title = one_line(title);
    if title.is_empty() {
        return no("The title is empty.".to_owned());
    }
    within("The title", &title, TITLE)?;
    Ok(title)
}

/// A category's id; empty or 0 for none.
pub(super) fn category(id: &str) -> Result<String, Outcome> {
    let id = id.trim();
    match id.len() <= 20 && id.bytes().all(|byte| byte.is_ascii_digit()) {
        true => Ok(Some(id).filter(|id| !id.is_empty()).unwrap_or("0").to_owned()),
        false => no("A category is chosen by its number; look it up first.".to_owned()),
    }
}

/// Tags; a leading # is no part of one, and each counts once.
pub(super) fn tags(tags: &[String]) -> Result<Vec<String>, Outcome> {
    let mut kept: Vec<String> = Vec::new();
    for tag in tags.iter().map(|tag| tag.trim().trim_start_matches('#')).filter(|tag| !tag.is_empty()) {
        if tag.chars().count() > TAG || !tag.chars().all(char::is_alphanumeric) {
            let tag = crate::kit::text::excerpt(tag, 40);
            return no(format!("The tag '{tag}' cannot be used: up to {TAG} letters and digits, no spaces."));
        }
        if kept.iter().all(|known| known.to_lowercase() != tag.to_lowercase()) {
            kept.push(tag.to_owned());
        }
    }
    if kept.len() > TAGS {
        return no(format!("These are {} tags; Twitch takes {TAGS}.", kept.len()));
    }
    Ok(kept)
}

/// How somebody wrote which channel is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Channel {
    /// By its name, in lower case.
    Name(String),
    /// By its id.
    Id(String),
    /// Digits alone: a name may consist of them.
    Either(String),
}

/// A channel's name, with or without `@` or address; its id behind `id:`; or digits, which may be either.
pub(super) fn channel(wanted: &str) -> Result<Channel, Outcome> {
    let wanted = wanted.trim();
    let digits = |text: &str| (1..=NAME).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(id) = wanted.strip_prefix("id:") {
        return if digits(id) { Ok(Channel::Id(id.to_owned())) } else { no(words::NO_CHANNEL.to_owned()) };
    }
    if digits(wanted) {
        return Ok(Channel::Either(wanted.to_owned()));
    }
    let bare = wanted.trim_start_matches('@').trim_end_matches('/');
    let name = bare.rsplit_once("twitch.tv/").map_or(bare, |(_, name)| name).to_lowercase();
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    match !name.is_empty() && name.len() <= NAME && name.bytes().all(fits) {
        true => Ok(Channel::Name(name)),
        false => no(words::NO_CHANNEL.to_owned()),
    }
}

/// The description of a marker.
pub(super) fn description(text: &str) -> Result<&str, Outcome> {
    within("The description", text.trim(), TITLE)?;
    Ok(text.trim())
}

/// The title and length of a clip.
pub(super) fn clip(title: &str, seconds: Option<f64>) -> Result<(), Outcome> {
    within("The title", title.trim(), TITLE)?;
    match seconds {
        Some(seconds) if !(5.0..=60.0).contains(&seconds) => no("A clip has 5 to 60 seconds.".to_owned()),
        _ => Ok(()),
    }
}

/// A chat message, on one line.
pub(super) fn message(text: &str) -> Result<String, Outcome> {
    let text = one_line(text);
    if text.is_empty() {
        return no("The message is empty.".to_owned());
    }
    within("The message", &text, MESSAGE)?;
    Ok(text)
}

/// The colour of an announcement; empty for the channel's own.
pub(super) fn colour(word: &str) -> Result<&'static str, Outcome> {
    let word = word.trim().to_lowercase();
    let known = COLOURS.into_iter().find(|colour| *colour == word || word.is_empty());
    known.map_or_else(|| no(format!("The colour is one of {}.", COLOURS.join(", "))), Ok)
}

/// The length of ads.
pub(super) fn ads(seconds: u32) -> Result<(), Outcome> {
    match (30..=180).contains(&seconds) && seconds.is_multiple_of(30) {
        true => Ok(()),
        false => no("Ads run for 30, 60, 90, 120, 150 or 180 seconds.".to_owned()),
    }
}

/// Not oneself.
pub(super) fn another(own: Option<&str>, other: &str) -> Result<(), Outcome> {
    if own == Some(other) { no(words::YOURSELF.to_owned()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_and_messages_have_limits_in_characters() {
        let long = |count: usize| "ä".repeat(count);
        assert_eq!(title(&format!(" {} ", long(140))), Ok(long(140)));
        assert!(title(&long(141)).is_err_and(|no| no.text().contains("141")));
        assert!(title("  ").is_err());
        assert_eq!(title("Oslo\r\ntoday\u{0}"), Ok("Oslo  today".to_owned()), "pasted with a line break");
        assert!(title(&"👩".repeat(140)).is_ok() && title(&"👩".repeat(141)).is_err(), "an emoji is one character");
        assert_eq!(message("one\ntwo\u{7}"), Ok("one two".to_owned()));
        assert!(message(&long(500)).is_ok() && message(&long(501)).is_err() && message(" \n").is_err());
        assert!(description(&long(140)).is_ok() && description(&long(141)).is_err() && description("").is_ok());
    }

    #[test]
    fn tags_are_letters_and_digits() {
        let many = |count: usize| (0..count).map(|n| format!("Tag{n}")).collect::<Vec<_>>();
        let own = |tags: &[&str]| tags.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>();
        let table = [
            (own(&["#IRL", " Grün ", "", "irl"]), Some(own(&["IRL", "Grün"]))),
            (own(&[]), Some(own(&[]))),
            (own(&["two words"]), None),
            (own(&["a-b"]), None),
            (vec!["x".repeat(25)], Some(vec!["x".repeat(25)])),
            (vec!["x".repeat(26)], None),
            (many(10), Some(many(10))),
            (many(11), None),
        ];
        for (given, wanted) in table {
            assert_eq!(tags(&given).ok(), wanted, "{given:?}");
        }
    }

    #[test]
    fn channels_are_names_or_ids() {
        let name = |name: &str| Some(Channel::Name(name.to_owned()));
        let table = [
            ("TrailRunner", name("trailrunner")),
            (" @Trail_Runner ", name("trail_runner")),
            ("https://www.twitch.tv/TrailRunner/", name("trailrunner")),
            ("@50998877", name("50998877")),
            ("twitch.tv/50998877", name("50998877")),
            (" 50998877 ", Some(Channel::Either("50998877".to_owned()))),
            ("id:50998877", Some(Channel::Id("50998877".to_owned()))),
            ("id:", None),
            ("id:trailrunner", None),
            ("id:12345678901234567890123456", None),
            ("12345678901234567890123456", None),
            ("", None),
            ("a b", None),
            ("trail\u{202e}runner", None),
            ("a?b=c", None),
            ("abcdefghijklmnopqrstuvwxyz", None),
        ];
        for (given, wanted) in table {
            assert_eq!(channel(given).ok(), wanted, "{given}");
        }
    }

    #[test]
    fn numbers_are_within_their_bounds() {
        for (seconds, fine) in [(0, false), (29, false), (30, true), (45, false), (180, true), (210, false)] {
            assert_eq!(ads(seconds).is_ok(), fine, "{seconds}");
        }
        for (seconds, fine) in [(4.9, false), (5.0, true), (60.0, true), (60.1, false), (f64::NAN, false)] {
            assert_eq!(clip("", Some(seconds)).is_ok(), fine, "{seconds}");
        }
        for (id, wanted) in [("", Some("0")), ("0", Some("0")), (" 509672", Some("509672")), ("IRL", None)] {
            assert_eq!(category(id).ok().as_deref(), wanted, "{id}");
        }
        for (word, wanted) in [("", Some("primary")), ("Blue", Some("blue")), ("pink", None)] {
            assert_eq!(colour(word).ok(), wanted, "{word}");
        }
        assert!(another(Some("1"), "1").is_err() && another(Some("1"), "2").is_ok() && another(None, "1").is_ok());
    }
}
