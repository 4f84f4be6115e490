//! Questions that change nothing: categories, channels, labels, channels raided lately, ids behind names.

use super::actions::plainly;
use super::caller::Caller;
use super::names;
use super::refresh::Refresh;
pub use crate::adapters::twitch::calls::channel::Label;
pub use crate::adapters::twitch::calls::people::FoundChannel;
use crate::adapters::twitch::calls::people::LiveChannel;
use crate::adapters::twitch::calls::{channel, people};
use crate::domain::chat::Identity;
use crate::domain::twitch::Category;
use crate::kit::text;
use crate::store::Store;
use crate::store::raids::RaidTarget;
use serde::Serialize;
use std::collections::HashMap;

/// Longest text to look for.
const LONGEST: usize = 100;
/// Rows that are given.
const MOST: usize = 20;
/// Raided channels that are given.
const RAIDED: u32 = 10;

/// A channel that was raided lately, and how it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Raided {
    /// Its id.
    pub id: String,
    /// Its name in lower case.
    pub login: String,
    /// Its name as shown.
    pub name: String,
    /// Whether it is live; `None` where Twitch cannot be asked.
    pub live: Option<bool>,
    /// How many watch, while it is live.
    pub viewers: Option<u64>,
    /// What it streams, while it is live.
    pub category: String,
    /// Its title, while it is live.
    pub title: String,
}

impl Raided {
    fn new(target: RaidTarget, live: Option<&[LiveChannel]>) -> Self {
        let RaidTarget { id, login, name } = target;
        let now = live.map(|live| live.iter().find(|one| one.user_id == id));
        let on = now.flatten();
        let (category, title) = on.map(|on| (on.game_name.clone(), on.title.clone())).unwrap_or_default();
        let viewers = on.map(|on| on.viewer_count);
        Self { id, login, name, live: now.map(|on| on.is_some()), viewers, category, title }
    }
}

/// Asks Twitch for the page; clones ask the same one.
#[derive(Clone, Default)]
pub struct Searches {
    inner: Option<(Caller, Store)>,
    refresh: Refresh,
}

impl Searches {
    pub(super) fn new(caller: Caller, store: Store, refresh: Refresh) -> Self {
        Self { inner: Some((caller, store)), refresh }
    }

    /// Reads the channel anew, and knows whether anybody looks.
    pub fn refresh(&self) -> &Refresh {
        &self.refresh
    }

    /// Categories, those most like the words first.
    ///
    /// # Errors
    /// Why Twitch cannot be asked, for people.
    pub async fn categories(&self, words: &str) -> Result<Vec<Category>, String> {
        let words = text::excerpt(words.trim(), LONGEST);
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let asked = words.as_str();
        let found =
            self.caller()?.own(&[], |helix, access| async move { channel::search(&helix, &access, asked).await });
        let mut found = found.await.map_err(|error| plainly(&error))?;
        rank(&words, &mut found, |category| &category.name);
        found.truncate(MOST);
        Ok(found)
    }

    /// Channels, those most like the words first, live ones ahead of others as like.
    ///
    /// # Errors
    /// Why Twitch cannot be asked, for people.
    pub async fn channels(&self, words: &str) -> Result<Vec<FoundChannel>, String> {
        let words = text::excerpt(words.trim().trim_start_matches('@'), LONGEST);
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let asked = words.as_str();
        let found =
            self.caller()?.own(&[], |helix, access| async move { people::search(&helix, &access, asked).await });
        let mut found = found.await.map_err(|error| plainly(&error))?;
        // Nobody raids or recommends the own channel.
        let own = self.caller()?.account(Identity::Broadcaster).map(|(id, _)| id);
        found.retain(|channel| Some(&channel.id) != own.as_ref());
        found.sort_by_key(|channel| !channel.live);
        rank(&words, &mut found, |channel| &channel.login);
        found.truncate(MOST);
        Ok(found)
    }

    /// Every content label that Twitch has.
    ///
    /// # Errors
    /// Why Twitch cannot be asked, for people.
    pub async fn labels(&self) -> Result<Vec<Label>, String> {
        let asked = self.caller()?.own(&[], |helix, access| async move { channel::labels(&helix, &access).await });
        asked.await.map_err(|error| plainly(&error))
    }

    /// The ids of those names that exist, by name in lower case. At most 100 names.
    ///
    /// # Errors
    /// Why Twitch cannot be asked, for people.
    pub async fn ids(&self, names: &[String]) -> Result<HashMap<String, String>, String> {
        let found = self.caller()?.own(&[], |helix, access| async move { names::ids(&helix, &access, names).await });
        found.await.map_err(|error| plainly(&error))
    }

    /// The channels raided lately, the newest first; nothing while the store cannot be read.
    pub async fn raided(&self) -> Vec<Raided> {
        let Some((caller, store)) = &self.inner else { return Vec::new() };
        let targets = store.raid_targets(RAIDED).await.unwrap_or_default();
        let ids: Vec<&str> = targets.iter().map(|target| target.id.as_str()).collect();
        let asked = ids.as_slice();
        let live = match asked.is_empty() {
            true => None,
            false => {
                caller.own(&[], |helix, access| async move { people::live(&helix, &access, asked).await }).await.ok()
            }
        };
        targets.into_iter().map(|target| Raided::new(target, live.as_deref())).collect()
    }

    fn caller(&self) -> Result<&Caller, String> {
        self.inner.as_ref().map(|(caller, _)| caller).ok_or_else(|| "Twitch is not set up.".to_owned())
    }
}

/// The same name first, then names that begin so, then by likeness; Twitch's order decides between equals.
fn rank<T>(words: &str, found: &mut [T], name: impl Fn(&T) -> &str) {
    let words = words.to_lowercase();
    let likeness = |one: &T| {
        let name = name(one).to_lowercase();
        let head = match () {
            () if name == words => 2.0,
            () if name.starts_with(&words) => 1.0,
            () => 0.0,
        };
        head + strsim::jaro_winkler(&name, &words)
    };
    found.sort_by(|one, other| likeness(other).total_cmp(&likeness(one)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_like_comes_first() {
        let mut found = ["Just Dance", "Chat Noir", "Only Chatting", "Just Chatting", "just chat"];
        rank("Just Chat", &mut found, |name| name);
        assert_eq!(found[..2], ["just chat", "Just Chatting"]);
    }
}
