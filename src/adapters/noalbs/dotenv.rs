//! NOALBS's `.env`: the bot's sign-in and a few switches of the program itself. Nothing in it has a
//! place here, but what was there is told.

use super::draft::Draft;
use super::{text, words};
use crate::config::dotenv;
use crate::config::keys::HIDDEN;

/// Name, whether its value is a secret, and why it has no place.
const NAMES: &[(&str, bool, &str)] = &[
    ("TWITCH_BOT_USERNAME", false, words::BOT),
    ("TWITCH_BOT_OAUTH", true, words::BOT),
    ("CONFIG_DIR", false, words::CONFIG_DIR),
    ("API_PORT", false, words::API_PORT),
    ("ACCEPT_INVALID_CERTS", false, words::INVALID_CERTS),
    ("LOG_DIR", false, words::LOGS),
    ("LOG_FILE_NAME", false, words::LOGS),
    ("RUST_LOG", false, words::LOGS),
];

pub(super) fn read(bytes: &[u8], draft: &mut Draft) {
    let text = match text(bytes) {
        Ok(text) => text,
        Err(why) if why == words::EMPTY => return,
        Err(why) => return draft.mistake(".env", &why),
    };
    let found = dotenv::parse(text);
    for (line, _) in &found.bad {
        draft.no_place(&format!(".env, line {line}"), HIDDEN, words::ENV_BAD);
    }
    for (name, value) in &found.pairs {
        match NAMES.iter().find(|row| row.0 == name) {
            Some((_, secret, why)) => {
                draft.no_place(&format!(".env {name}"), if *secret { HIDDEN } else { value }, why)
            }
            None => draft.no_place(&format!(".env {name}"), HIDDEN, words::ENV_UNKNOWN),
        }
    }
}
