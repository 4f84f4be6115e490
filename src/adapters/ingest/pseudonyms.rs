//! Makes recorded documents fit to be given away: whatever is not a word that servers use
//! themselves becomes a pseudonym, the same one each time, so that the recording replays as it was.
//!
//! Denied unless known, because a stream key can stand anywhere (nginx prints push addresses with the
//! keys of other platforms) and a server may print something new tomorrow: a word that is missing
//! from `vocabulary.txt` costs readability, never a key. The text is read as tokens and not as a
//! document, so that a broken one stays broken in the same way.

use sha2::{Digest as _, Sha256};
use std::collections::HashSet;
use std::fmt::Write as _;
use std::net::Ipv4Addr;
use std::sync::LazyLock;

static VOCABULARY: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("pseudonyms/vocabulary.txt").split_whitespace().collect());

/// Fields that hold names and addresses: there a number is no measurement but part of a name.
const NAMES: &[&str] = &[
    "name",
    "id",
    "key",
    "strm",
    "stream",
    "stream_name",
    "streamId",
    "stream_id",
    "streamid",
    "feed",
    "channel",
    "url",
    "tcUrl",
    "swfUrl",
    "pageUrl",
    "tcurl",
    "path",
    "address",
    "addr",
    "ip",
    "remoteAddr",
    "remote_address",
    "remote_ip",
    "host",
    "dest",
    "app",
    "app_name",
    "confName",
    "user",
    "arguments",
    "query",
    "whipBearerToken",
    "last_logline",
    "command",
    "token",
    "publisher",
];

/// Objects whose keys are numbers to which other places refer (the SRT channels of datarhei Core).
const NUMBERED: &[&str] = &["connections"];

/// Units that stand right behind a number.
const UNITS: &[&str] =
    &["", "d", "h", "m", "ms", "s", "sec", "kbps", "Kbps", "kbit", "mbps", "Mbps", "bps", "fps", "kB", "MB"];

/// The pseudonyms of one run of the program: nobody can tell by trying which name is behind one.
pub struct Pseudonyms {
    salt: [u8; 16],
    known: HashSet<String>,
    secret: HashSet<String>,
}

impl Pseudonyms {
    /// Fails only when the system gives no random numbers.
    pub fn new() -> anyhow::Result<Self> {
        let mut salt = [0; 16];
        getrandom::fill(&mut salt).map_err(|error| anyhow::anyhow!("no random numbers: {error}"))?;
        Ok(Self { salt, known: HashSet::new(), secret: HashSet::new() })
    }

    /// The words of `text` are field names (JSON pointers in the settings) and stay.
    pub fn know(&mut self, text: &str) {
        self.known.extend(words(text, is_part).map(str::to_owned));
    }

    /// The numbers of `text` are part of a secret: they are hidden where others would stay.
    pub fn hide(&mut self, text: &str) {
        self.secret.extend(words(text, is_part).filter(|word| word.len() >= 4 && is_number(word)).map(str::to_owned));
    }

    /// A document as it may be given away.
    pub fn document(&self, body: &str) -> String {
        match body.trim_start_matches('\u{feff}').trim_start().as_bytes().first() {
            Some(b'{' | b'[' | b'"') => self.json(body),
            Some(b'<') => self.xml(body),
            // A line of a log with a document in it (librist's statistics).
            _ => match body.find('{') {
                Some(at) => self.text(&body[..at], is_part, false) + &self.json(&body[at..]),
                None => self.text(body, is_part, false),
            },
        }
    }

    /// The name of a publisher as it stands in documents.
    pub fn name(&self, name: &str) -> String {
        self.text(name, is_part, false)
    }

    /// Strings are unescaped first: `\u0066eed1` is `feed1`.
    fn json(&self, body: &str) -> String {
        let (mut out, mut field, mut rest) = (String::with_capacity(body.len()), String::new(), body);
        let mut numbered = Vec::new();
        while let Some(quote) = rest.find('"') {
            out.push_str(&self.text(&rest[..quote], is_bare_part, true));
            descend(&mut numbered, &rest[..quote], NUMBERED.contains(&field.as_str()));
            rest = &rest[quote..];
            let Some(end) = end_of_string(rest) else {
                out.push('"');
                out.push_str(&self.text(&rest[1..], is_part, false));
                return out;
            };
            let (literal, behind) = rest.split_at(end);
            let string: String =
                serde_json::from_str(literal).unwrap_or_else(|_| literal[1..end - 1].replace('\\', " "));
            let is_key = behind.trim_start().starts_with(':');
            let number = numbered.last() == Some(&true) && string.bytes().all(|byte| byte.is_ascii_digit());
            let written =
                if is_key { self.text(&string, is_part, number) } else { self.value(&field, &string, is_part) };
            // A string can always be written as JSON.
            out.push_str(&serde_json::to_string(&written).unwrap_or_default());
            if is_key {
                field = string;
            }
            rest = behind;
        }
        out.push_str(&self.text(rest, is_bare_part, true));
        out
    }

    fn xml(&self, body: &str) -> String {
        let (mut out, mut field, mut rest) = (String::with_capacity(body.len()), "", body);
        while let Some(open) = rest.find('<') {
            out.push_str(&self.value(field, &rest[..open], is_xml_part));
            rest = &rest[open..];
            let end = rest.find('>').map_or(rest.len(), |at| at + 1);
            let (tag, behind) = rest.split_at(end);
            // A parser that looks for a mark may find more than one where it was looked for.
            out.push_str(&self.text(tag, is_xml_part, true));
            field = words(tag, is_part).next().filter(|_| !tag.starts_with("</")).unwrap_or_default();
            rest = behind;
        }
        out.push_str(&self.value(field, rest, is_xml_part));
        out
    }

    fn value(&self, field: &str, text: &str, part: fn(char) -> bool) -> String {
        if is_time(text) {
            return text.to_owned();
        }
        self.text(text, part, self.knows(field) && !NAMES.contains(&field))
    }

    fn knows(&self, word: &str) -> bool {
        VOCABULARY.contains(word) || self.known.contains(word)
    }

    /// Every token of `text` that is no known word becomes its pseudonym; numbers may stay.
    fn text(&self, text: &str, part: fn(char) -> bool, numbers: bool) -> String {
        let (mut out, mut rest) = (String::with_capacity(text.len()), text);
        while let Some(begin) = rest.find(part) {
            out.push_str(&rest[..begin]);
            let token = &rest[begin..];
            let end = token.find(|c| !part(c)).unwrap_or(token.len());
            self.token(&token[..end], numbers, &mut out);
            rest = &token[end..];
        }
        out.push_str(rest);
        out
    }

    fn token(&self, token: &str, numbers: bool, out: &mut String) {
        let address: Option<Ipv4Addr> = token.parse().ok();
        let open = address.is_some_and(|ip| ip.is_loopback() || ip.is_unspecified());
        let stays = open || self.knows(token) || token.chars().all(|c| matches!(c, '-' | '.' | '_' | '+'));
        let measured = numbers && address.is_none() && is_number(token) && !self.secret.contains(token);
        if stays || measured {
            return out.push_str(token);
        }
        let digest = Sha256::new().chain_update(self.salt).chain_update(token).finalize();
        // Writing into a String cannot fail.
        let _ = match address {
            Some(_) => write!(out, "203.0.113.{}", 1 + digest[0] % 254),
            None => write!(out, "name-{}", hex::encode(&digest[..4])),
        };
    }
}

/// Follows the braces between two strings: for each open object, whether its keys are numbers.
fn descend(open: &mut Vec<bool>, between: &str, numbered: bool) {
    for brace in between.bytes() {
        match brace {
            b'{' => open.push(numbered),
            b'}' => drop(open.pop()),
            _ => {}
        }
    }
}

fn words(text: &str, part: fn(char) -> bool) -> impl Iterator<Item = &str> {
    text.split(move |c| !part(c)).filter(|word| !word.is_empty())
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.') || !c.is_ascii()
}

/// Outside of strings a number may have a sign in its exponent.
fn is_bare_part(c: char) -> bool {
    is_part(c) || c == '+'
}

/// An entity is part of the name that it stands in.
fn is_xml_part(c: char) -> bool {
    is_part(c) || matches!(c, '&' | '#' | ';')
}

fn is_number(token: &str) -> bool {
    let unit = token.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-'));
    let plain = token.starts_with(|c: char| c.is_ascii_digit() || c == '-');
    plain && (UNITS.contains(&unit) || token.parse::<f64>().is_ok())
}

/// 2026-11-20T12:47:09.109177+00:00
fn is_time(text: &str) -> bool {
    let digit = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    let date = (0..4).all(digit) && text.get(4..5) == Some("-") && text.get(10..11) == Some("T");
    date && text.len() <= 40
        && text.chars().all(|c| c.is_ascii_digit() || matches!(c, 'T' | 'Z' | ':' | '+' | '-' | '.'))
}

/// Behind the closing quote of the string that `text` begins with.
fn end_of_string(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '\\' if !escaped => escaped = true,
            '"' if !escaped => return Some(at + 1),
            _ => escaped = false,
        }
    }
    None
}

#[cfg(test)]
mod tests;
