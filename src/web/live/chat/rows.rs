//! Rows of the chat page: a message or an event as it travels.

use crate::domain::chat::{Badge, ChatMessage, Fragment, ReplyTo};
use crate::domain::happening::{Happening, HappeningKind};
use crate::kit::units::UnixMs;
use serde::Serialize;

/// Characters of one line that a page gets; Twitch's own limit is 500.
const LONGEST: usize = 1000;

/// One row of the feed.
#[derive(Debug, Serialize)]
#[serde(tag = "row", rename_all = "lowercase")]
pub(super) enum Row<'a> {
    /// Somebody wrote.
    Chat {
        id: &'a str,
        at: UnixMs,
        user: &'a str,
        name: &'a str,
        login: &'a str,
        colour: &'a str,
        roles: Vec<&'static str>,
        parts: Vec<Part<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        reply: Option<Answered<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        bits: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        from: Option<&'a str>,
        own: bool,
    },
    /// Something happened.
    Event {
        id: &'a str,
        at: UnixMs,
        group: &'static str,
        text: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        message: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        removes: Option<Removes<'a>>,
    },
}

/// The message that is answered.
#[derive(Debug, Serialize)]
pub(super) struct Answered<'a> {
    name: &'a str,
    text: &'a str,
}

/// A part of a text: what kind, the words, and an emote's id.
#[derive(Debug, Serialize)]
pub(super) struct Part<'a>(&'static str, &'a str, #[serde(skip_serializing_if = "str::is_empty")] &'a str);

/// Whose messages went: one, one person's, or everybody's.
#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Removes<'a> {
    Message(&'a str),
    User(&'a str),
    All,
}

impl Row<'_> {
    /// When it was.
    pub(super) fn at(&self) -> UnixMs {
        match self {
            Row::Chat { at, .. } | Row::Event { at, .. } => *at,
        }
    }
}

/// The row of it.
pub(super) fn said(message: &ChatMessage) -> Row<'_> {
    Row::Chat {
        id: &message.id,
        at: message.at,
        user: &message.author.id,
        name: &message.author.name,
        login: &message.author.login,
        colour: &message.author.colour,
        roles: roles(&message.author.badges),
        parts: parts(&message.fragments),
        reply: message.reply_to.as_ref().map(answered),
        bits: message.bits,
        from: message.from_channel.as_deref(),
        own: message.own,
    }
}

fn answered(to: &ReplyTo) -> Answered<'_> {
    Answered { name: &to.name, text: &to.text }
}

/// The parts, as far as one line goes.
fn parts(fragments: &[Fragment]) -> Vec<Part<'_>> {
    let mut left = LONGEST;
    let mut parts = Vec::new();
    for Part(kind, words, emote) in fragments.iter().map(part) {
        match words.char_indices().nth(left) {
            None => {
                left -= words.chars().count();
                parts.push(Part(kind, words, emote));
            }
            Some((end, _)) => {
                parts.extend([Part("text", &words[..end], ""), Part("text", "…", "")]);
                break;
            }
        }
    }
    parts
}

fn part(fragment: &Fragment) -> Part<'_> {
    match fragment {
        Fragment::Text(text) | Fragment::Other(text) => Part("text", text, ""),
        Fragment::Emote { id, text } => Part("emote", text, id),
        Fragment::Cheer { text, .. } => Part("cheer", text, ""),
        Fragment::Mention { text, .. } => Part("mention", text, ""),
    }
}

/// The badges that say what somebody may do or does here, in words.
fn roles(badges: &[Badge]) -> Vec<&'static str> {
    const WORDS: &[(&str, &str)] = &[
        ("broadcaster", "Host"),
        ("lead_moderator", "Mod"),
        ("moderator", "Mod"),
        ("vip", "VIP"),
        ("founder", "Founder"),
        ("subscriber", "Sub"),
        ("bot-badge", "Bot"),
    ];
    let held = WORDS.iter().filter(|(set, _)| badges.iter().any(|badge| badge.set == *set));
    held.map(|(_, word)| *word).collect()
}

/// The row of it.
pub(super) fn event(happening: &Happening) -> Row<'_> {
    Row::Event {
        id: &happening.id,
        at: happening.at,
        group: group(happening.kind),
        text: &happening.text,
        message: happening.message.as_deref(),
        removes: (happening.kind == HappeningKind::Removed).then(|| removes(happening)),
    }
}

fn removes(happening: &Happening) -> Removes<'_> {
    let message = happening.data.get("message_id").and_then(serde_json::Value::as_str);
    match (message.filter(|id| !id.is_empty()), &happening.who) {
        (Some(id), _) => Removes::Message(id),
        (None, Some((id, _))) => Removes::User(id),
        (None, None) => Removes::All,
    }
}

/// The filter to which a kind belongs.
fn group(kind: HappeningKind) -> &'static str {
    match kind {
        HappeningKind::Follow => "follows",
        HappeningKind::Subscribe | HappeningKind::Gift => "subs",
        HappeningKind::Bits => "bits",
        HappeningKind::RaidIn | HappeningKind::RaidOut => "raids",
        HappeningKind::Redemption => "points",
        HappeningKind::HypeTrain
        | HappeningKind::Poll
        | HappeningKind::Prediction
        | HappeningKind::AdBreak
        | HappeningKind::Shoutout
        | HappeningKind::Live
        | HappeningKind::Channel
        | HappeningKind::Notice
        | HappeningKind::Removed
        | HappeningKind::Other => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_end_is_cut() {
        let endless =
            [Fragment::Text("ä".repeat(600)), Fragment::Mention { login: String::new(), text: "ö".repeat(64_000) }];
        let shown = parts(&endless);
        let lengths: Vec<usize> = shown.iter().map(|Part(_, words, _)| words.chars().count()).collect();
        assert_eq!(lengths, [600, 400, 1]);
        let many = vec![Fragment::Emote { id: "25".to_owned(), text: "Kappa".to_owned() }; 5000];
        assert_eq!(parts(&many).len(), LONGEST / 5 + 2);
        let whole = [Fragment::Text("x".repeat(LONGEST))];
        assert_eq!(parts(&whole).len(), 1, "one that fits to the last letter is whole");
    }

    #[test]
    fn badges_are_told_in_words() {
        let badge = |set: &str| Badge { set: set.to_owned(), id: "1".into(), info: String::new() };
        assert_eq!(roles(&[badge("subscriber"), badge("moderator"), badge("glhf-pledge")]), ["Mod", "Sub"]);
        assert!(roles(&[]).is_empty());
    }
}
