//! The settings of chat commands.

use super::form::Form;
use crate::kit::units::Millis;

/// Longest CHAT_PREFIX.
const PREFIX: usize = 8;

/// Chat commands. Who may use which is no setting but a row of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Chat {
    /// CHAT_PREFIX.
    pub prefix: String,
    /// CHAT_RELAXED.
    pub relaxed: bool,
    /// CHAT_LANGUAGE, in lower case.
    pub language: String,
    /// CHAT_PUBLIC_COMMANDS.
    pub public: bool,
    /// CHAT_MOD_COMMANDS.
    pub moderators: bool,
    /// CHAT_ANNOUNCE.
    pub announce: bool,
    /// CHAT_IGNORED: names in lower case.
    pub ignored: Vec<String>,
    /// FIX_DELAY_SEC.
    pub fix_delay: Millis,
}

impl Form<'_> {
    pub(super) fn chat(&mut self) -> Chat {
        // Twitch's own commands begin with a slash or a dot and never reach chat.
        let good = |text: &str| {
            let odd = |c: char| c.is_whitespace() || c.is_control() || c.is_alphanumeric();
            text.chars().count() <= PREFIX && !text.contains(odd) && !text.starts_with(['/', '.'])
        };
        let prefix = self.text("CHAT_PREFIX").unwrap_or_default();
        self.demand("CHAT_PREFIX", good(&prefix), "up to 8 marks such as ! or !!, with neither / nor . ahead");
        Chat {
            prefix,
            relaxed: self.switch("CHAT_RELAXED"),
            language: self.text("CHAT_LANGUAGE").unwrap_or_default().to_lowercase(),
            public: self.switch("CHAT_PUBLIC_COMMANDS"),
            moderators: self.switch("CHAT_MOD_COMMANDS"),
            announce: self.switch("CHAT_ANNOUNCE"),
            ignored: self.words("CHAT_IGNORED"),
            fix_delay: self.seconds("FIX_DELAY_SEC").unwrap_or_default(),
        }
    }
}
