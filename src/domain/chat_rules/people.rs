//! Who is who in chat: names of the settings as account ids, and what an author is in this channel.
//! A name decides nothing by itself; it can be given up and taken by somebody else.

use crate::domain::chat::{Author, ChatRole};
use std::collections::HashMap;

/// The names of the settings and rows, resolved.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct People {
    /// Name in lower case → id. A name that nobody has stands here with `None`.
    pub ids: HashMap<String, Option<String>>,
    /// TWITCH_ADMINS.
    pub admins: Vec<String>,
    /// CHAT_IGNORED.
    pub ignored: Vec<String>,
}

impl People {
    /// Whether the account is one of these names.
    pub fn is_one_of(&self, id: &str, names: &[String]) -> bool {
        !id.is_empty() && names.iter().any(|name| self.id_of(name) == Some(id))
    }

    /// Nobody obeys them. As long as a name is not resolved it counts by itself: here that is the
    /// safe side.
    pub fn is_ignored(&self, author: &Author) -> bool {
        let open = |name: &String| !self.ids.contains_key(name) && *name == author.login;
        self.is_one_of(&author.id, &self.ignored) || self.ignored.iter().any(open)
    }

    /// What an author is, by badge and id.
    pub fn role(&self, author: &Author) -> ChatRole {
        let has = |sets: &[&str]| author.badges.iter().any(|badge| sets.contains(&badge.set.as_str()));
        match () {
            () if has(&["broadcaster"]) => ChatRole::Broadcaster,
            () if self.is_one_of(&author.id, &self.admins) => ChatRole::Admin,
            () if has(&["moderator", "lead_moderator"]) => ChatRole::Moderator,
            () if has(&["vip"]) => ChatRole::Vip,
            () if has(&["subscriber", "founder"]) => ChatRole::Subscriber,
            () => ChatRole::Everyone,
        }
    }

    fn id_of(&self, name: &str) -> Option<&str> {
        self.ids.get(name)?.as_deref()
    }
}
