//! Reads the files of NOALBS (`config.json` and `.env`) and says what becomes of each field here.
//! Pure: bytes in, a [`Plan`] out.
//!
//! The form is that of NOALBS 2 (its `src/config.rs`, `src/switcher.rs` and `src/stream_servers/*`),
//! and that of version 1 (`obs`, `rtmp`, `twitchChat`), which is told apart by its sections.

mod chat;
mod comments;
mod dotenv;
mod draft;
mod fields;
mod old;
mod options;
mod plan;
mod servers;
mod switching;
mod words;

pub use plan::{Fate, Line, Plan, Version};

use crate::config::Mistake;
use draft::Draft;
use fields::Fields;
use serde_json::Value;

/// Real files have a few kilobytes.
pub const LIMIT: usize = 1024 * 1024;

/// Reads `config.json`, and the `.env` beside it where there is one. All mistakes are told together,
/// each with its path (`switcher.triggers.low`).
pub fn read(config: &[u8], env: Option<&[u8]>) -> Result<Plan, Vec<Mistake>> {
    let mut draft = Draft::default();
    let version = match document(config) {
        Ok(root) => whole(&root, &mut draft),
        Err(text) => {
            draft.mistake("config.json", &text);
            None
        }
    };
    if let Some(env) = env {
        dotenv::read(env, &mut draft);
    }
    match version {
        Some(version) if draft.mistakes.is_empty() => Ok(draft.plan(version)),
        _ => Err(draft.mistakes),
    }
}

fn whole(root: &Value, draft: &mut Draft) -> Option<Version> {
    let Value::Object(object) = root else {
        draft.mistake("config.json", words::NOT_NOALBS);
        return None;
    };
    let mut root = Fields::root(object);
    if object.contains_key("switcher") || object.contains_key("software") {
        new(&mut root, draft);
        root.rest(draft);
        Some(Version::Two)
    } else if object.contains_key("obs") && object.contains_key("rtmp") {
        old::read(&mut root, draft);
        root.rest(draft);
        Some(Version::One)
    } else {
        draft.mistake("config.json", words::NOT_NOALBS);
        None
    }
}

fn new(root: &mut Fields, draft: &mut Draft) {
    options::user(root, draft);
    switching::read(root, draft);
    options::software(root, draft);
    chat::read(root, draft);
    options::scenes(root, draft);
    options::options(root, draft);
}

/// The document in bytes that people have edited by hand: a byte order mark, comments and a comma too
/// many do no harm. The error says where it cannot be read.
fn document(bytes: &[u8]) -> Result<Value, String> {
    let text = text(bytes)?;
    serde_json::from_str(&comments::without(text)).map_err(|error| words::not_json(error.line(), error.column()))
}

fn text(bytes: &[u8]) -> Result<&str, String> {
    if bytes.len() > LIMIT {
        return Err(words::TOO_LARGE.to_owned());
    }
    let text = std::str::from_utf8(bytes).map_err(|_| words::NOT_TEXT.to_owned())?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() { Err(words::EMPTY.to_owned()) } else { Ok(text) }
}

#[cfg(test)]
mod tests;
