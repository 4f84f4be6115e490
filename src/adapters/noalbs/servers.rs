//! `switcher.streamServers`: each server becomes a feed. One alone, without scenes of its own, becomes
//! the STATS_* settings; all else the FEEDS document.

mod feed;
mod kinds;

use super::draft::Draft;
use super::fields::{Field, Fields, wrong};
use super::plan::Fate;
use super::words;
use crate::domain::server::Server;
use feed::Feed;
use serde_json::Value;
use std::collections::BTreeSet;

/// Most feeds that are followed.
const MOST: usize = 16;

pub(super) fn read(switcher: &mut Fields, draft: &mut Draft) {
    let path = switcher.path("streamServers");
    let list = match switcher.value("streamServers") {
        Some(Value::Array(list)) => list.as_slice(),
        None => &[],
        Some(other) => return wrong(draft, &path, other, words::A_LIST),
    };
    if list.len() > MOST {
        return draft.mistake(&path, words::TOO_MANY);
    }
    let mut feeds: Vec<Feed> =
        list.iter().enumerate().filter_map(|(at, one)| server(&format!("{path}[{at}]"), one, draft)).collect();
    name(&mut feeds);
    rank(&mut feeds);
    settle(&path, &feeds, draft);
}

/// Writes the feeds as settings, and a line for each.
pub(super) fn settle(path: &str, feeds: &[Feed], draft: &mut Draft) {
    if feeds.is_empty() {
        return draft.no_place(path, words::NONE, words::NO_SERVERS);
    }
    if feeds.iter().any(|feed| feed.kind == Some(Server::Nginx)) {
        let low =
            draft.lines.iter_mut().find(|line| matches!(line.fate, Fate::Becomes { key: "BITRATE_LOW_KBPS", .. }));
        low.into_iter().for_each(|line| line.note = words::LOW_NGINX.to_owned());
    }
    match feeds {
        [only] if only.stands_alone() => only.alone(draft),
        all => feed::together(all, draft),
    }
}

fn server(path: &str, value: &Value, draft: &mut Draft) -> Option<Feed> {
    let Value::Object(object) = value else {
        wrong(draft, path, value, words::A_SECTION);
        return None;
    };
    let mut entry = Fields::of(path.to_owned(), Some(object));
    let mut feed = Feed { path: path.to_owned(), ..Feed::default() };
    feed.name = entry.text("name", draft).map(|name| name.value).unwrap_or_default();
    let mut inner = entry.below("streamServer", draft);
    kinds::read(&mut inner, &mut feed, draft);
    inner.rest(draft);
    feed.priority = entry.read("priority", draft, words::PRIORITY, Value::as_i64).map(|priority| priority.value);
    feed.enabled = entry.flag("enabled", draft).is_none_or(|enabled| enabled.value);
    let mut own = entry.below("overrideScenes", draft);
    feed.scenes = scenes(&mut own, draft);
    let mut depends = entry.below("dependsOn", draft);
    let mut backup = depends.below("backupScenes", draft);
    let backup = scenes(&mut backup, draft);
    feed.depends_on = depends.text("name", draft).map(|Field { value, .. }| (value, backup));
    depends.rest(draft);
    entry.rest(draft);
    Some(feed)
}

fn scenes(fields: &mut Fields, draft: &mut Draft) -> Option<[Option<String>; 3]> {
    let names = ["normal", "low", "offline"].map(|name| fields.text(name, draft).map(|scene| scene.value));
    fields.rest(draft);
    fields.is_there().then_some(names)
}

/// Gives each its id: the name as rows and addresses can hold it, once.
fn name(feeds: &mut [Feed]) {
    let mut taken = BTreeSet::new();
    for (at, feed) in feeds.iter_mut().enumerate() {
        let slug = slug(&feed.name);
        let base = if slug.is_empty() { format!("feed-{}", at + 1) } else { slug };
        let mut ids = std::iter::once(base.clone()).chain((2..).map(|n| format!("{base}-{n}")));
        feed.id = ids.find(|id| !taken.contains(id)).unwrap_or(base);
        taken.insert(feed.id.clone());
    }
}

fn slug(name: &str) -> String {
    let dashed: String =
        name.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(32).collect();
    dashed.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

/// Priorities as they are where they can be, else by their order: NOALBS also takes negative ones, and
/// puts a server without one first.
fn rank(feeds: &mut [Feed]) {
    let plain = feeds.iter().all(|feed| feed.priority.is_some_and(|priority| (0..=1000).contains(&priority)));
    let ranks: BTreeSet<Option<i64>> = feeds.iter().map(|feed| feed.priority).collect();
    for feed in feeds {
        let rank = ranks.iter().position(|rank| *rank == feed.priority).unwrap_or_default() as i64;
        feed.rank = if plain { feed.priority.unwrap_or(rank) } else { rank };
    }
}

pub(super) use feed::Feed as NewFeed;
pub(super) use kinds::stats_url;
