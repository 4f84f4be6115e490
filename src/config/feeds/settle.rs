//! From the document to the feeds and their line-up, or to all mistakes in it.

use super::MOST_FEEDS;
use super::document::{Document, Entry, called};
use super::fields::{self, Field, Shape};
use super::wrong::Wrong;
use crate::config::form::{switch, web_address};
use crate::config::{Feed, Login, Pointers, RateUnit};
use crate::domain::failover::lineup::{DependsOn, Group, Lineup, Member, MultiCamera, SceneSet};
use crate::domain::ids::{FeedId, SceneName};
use crate::domain::server::Server;
use crate::kit::secret::Secret;
use crate::kit::text;
use crate::kit::units::Millis;
use std::collections::BTreeSet;

impl Document {
    /// The feeds in use and how they stand to one another; `timeout` holds where none is given.
    /// Errors: all mistakes. An empty document settles to nothing.
    pub fn settle(&self, timeout: Millis) -> Result<(Vec<Feed>, Lineup), Vec<Wrong>> {
        let mut judge = Judge { document: self, wrong: Vec::new() };
        judge.relations();
        let all: Vec<_> = self.feeds.iter().enumerate().map(|(at, entry)| judge.feed(at, entry, timeout)).collect();
        if !judge.wrong.is_empty() {
            return Err(judge.wrong);
        }
        let (feeds, members): (Vec<_>, Vec<_>) =
            all.into_iter().zip(&self.feeds).filter(|(_, entry)| entry.is_enabled()).map(|(both, _)| both).unzip();
        let lineup = self.lineup(members);
        Ok((feeds, lineup))
    }

    /// What needs a feed that is not in use goes without it.
    fn lineup(&self, mut members: Vec<Member>) -> Lineup {
        let there: BTreeSet<FeedId> = members.iter().map(|member| member.id.clone()).collect();
        for member in &mut members {
            member.depends_on = member.depends_on.take().filter(|needed| there.contains(&needed.feed));
        }
        let whole = |camera: &&MultiCamera| camera.feeds.iter().all(|feed| there.contains(feed));
        let cameras = self.cameras.iter().filter(whole).cloned().collect();
        Lineup { members, groups: self.groups.clone(), cameras }
    }
}

struct Judge<'a> {
    document: &'a Document,
    wrong: Vec<Wrong>,
}

impl Judge<'_> {
    fn feed(&mut self, at: usize, entry: &Entry, timeout: Millis) -> (Feed, Member) {
        let mut one = One { at, entry, wrong: &mut self.wrong };
        let id = one.id();
        let scene_set = |one: &mut One<'_>, [live, low, offline]: [&str; 3]| SceneSet {
            live: one.text(live).map(SceneName),
            low: one.text(low).map(SceneName),
            offline: one.text(offline).map(SceneName),
        };
        let scenes = scene_set(&mut one, ["scenes.live", "scenes.low", "scenes.offline"]);
        let without = ["depends_on.scenes.live", "depends_on.scenes.low", "depends_on.scenes.offline"];
        let stand_in = scene_set(&mut one, without);
        let needed = one.text("depends_on.feed").map(FeedId);
        if needed.is_none() && stand_in != SceneSet::default() {
            one.note(
                "depends_on.feed",
                "depends_on.feed is not given. Allowed: the feed whose loss these scenes are for.",
            );
        }
        let member = Member {
            id: id.clone(),
            name: entry.name().to_owned(),
            priority: one.count("priority").unwrap_or_default(),
            group: one.text("group"),
            scenes,
            depends_on: needed.map(|feed| DependsOn { feed, scenes: stand_in }),
        };
        one.read("enabled", switch);
        let feed = Feed {
            name: member.name.clone(),
            kind: one.read("type", server).flatten(),
            url: one.read("url", web_address),
            publisher: one.text("publisher"),
            login: one.login(),
            token: one.text("token").map(Secret::new),
            timeout: one.seconds("timeout_sec").unwrap_or(timeout),
            media_source: one.text("media_source"),
            control: one.read("control_url", web_address),
            port: one.count("port").and_then(|port| u16::try_from(port).ok()),
            pointers: one.pointers(),
            push_key: one.text("push_key").map(Secret::new),
            ..Feed::unset(id)
        };
        one.text("name");
        if feed.kind == Some(Server::Json) && feed.pointers.is_none() {
            one.note(
                "json.bytes",
                "json.bytes is not given. Allowed: a pointer to a byte counter, or json.rate instead.",
            );
        }
        (feed, member)
    }

    fn relations(&mut self) {
        let feeds = &self.document.feeds;
        if feeds.len() > MOST_FEEDS {
            self.wrong
                .push(Wrong::whole(format!("{} feeds are too many. At most {MOST_FEEDS} are possible.", feeds.len())));
        }
        if !feeds.is_empty() && !feeds.iter().any(Entry::is_enabled) {
            self.note(0, "enabled", "no feed is in use. At least one has to be.".to_owned());
        }
        self.groups();
        for (at, entry) in feeds.iter().enumerate() {
            self.relations_of(at, entry);
        }
        for (at, camera) in self.document.cameras.iter().enumerate() {
            self.camera(at, camera);
        }
    }

    fn relations_of(&mut self, at: usize, entry: &Entry) {
        let feeds = &self.document.feeds;
        if feeds[..at].iter().any(|other| other.get("id") == entry.get("id") && !entry.get("id").is_empty()) {
            self.note(at, "id", format!("id '{}' is given twice.", text::excerpt(entry.get("id"), 40)));
        }
        let group = entry.get("group");
        if !group.is_empty() && !self.document.groups.iter().any(|known| known.name == group) {
            let known: Vec<&str> = self.document.groups.iter().map(|group| group.name.as_str()).collect();
            self.note(at, "group", unknown("group", group, &known));
        }
        let needed = entry.get("depends_on.feed");
        if needed.is_empty() {
            return;
        }
        match self.document.position(needed) {
            None => self.note(at, "depends_on.feed", unknown("depends_on.feed", needed, &self.ids())),
            Some(_) if self.leads_back(at) => {
                let text = format!(
                    "depends_on.feed '{}' leads back to this feed. Allowed: a feed that does not need this one.",
                    text::excerpt(needed, 40)
                );
                self.note(at, "depends_on.feed", text);
            }
            Some(_) => {}
        }
    }

    /// Following `depends_on` from this feed comes back to it.
    fn leads_back(&self, start: usize) -> bool {
        let feeds = &self.document.feeds;
        let next = |at: &usize| self.document.position(feeds[*at].get("depends_on.feed"));
        std::iter::successors(next(&start), next).take(feeds.len()).any(|at| at == start)
    }

    fn groups(&mut self) {
        let groups: &[Group] = &self.document.groups;
        for (at, group) in groups.iter().enumerate() {
            let odd = group.name.is_empty() || group.name.len() > 64 || group.name.contains(char::is_control);
            let what = format!("group {}", at + 1);
            if odd {
                self.wrong.push(Wrong::part("groups", &what, "name has to be text on one line, at most 64 bytes."));
            } else if groups[..at].iter().any(|other| other.name == group.name) {
                self.wrong.push(Wrong::part("groups", &what, format!("name '{}' is given twice.", group.name)));
            }
        }
    }

    fn camera(&mut self, at: usize, camera: &MultiCamera) {
        let mut note = |text: String| self.wrong.push(Wrong::part("cameras", format!("camera {}", at + 1), text));
        if camera.scene.as_str().is_empty() || camera.scene.as_str().contains(char::is_control) {
            note("scene is not given. Allowed: the name of a scene in OBS.".to_owned());
        }
        let ids: Vec<&str> = self.document.feeds.iter().map(|entry| entry.get("id")).collect();
        for feed in camera.feeds.iter().filter(|feed| !ids.contains(&feed.as_str())) {
            note(unknown("feeds", feed.as_str(), &ids));
        }
        if camera.feeds.iter().collect::<BTreeSet<_>>().len() < 2 {
            note("a scene of several cameras shows at least two feeds.".to_owned());
        }
    }

    fn ids(&self) -> Vec<&str> {
        self.document.feeds.iter().map(|entry| entry.get("id")).collect()
    }

    fn note(&mut self, at: usize, field: &str, text: String) {
        let what = called(at, self.document.feeds[at].get("id"));
        self.wrong.push(Wrong { feed: Some(at), field: field.to_owned(), what, text });
    }
}

/// One feed being read.
struct One<'a> {
    at: usize,
    entry: &'a Entry,
    wrong: &'a mut Vec<Wrong>,
}

impl One<'_> {
    fn id(&mut self) -> FeedId {
        let id = self.read("id", |id| is_id(id).then(|| FeedId(id.to_owned())));
        if self.entry.get("id").is_empty() {
            self.note("id", "id is not given. Every feed needs a short name.");
        }
        id.unwrap_or_else(FeedId::main)
    }

    fn login(&mut self) -> Option<Login> {
        let (user, password) = (self.text("user"), self.text("password"));
        if user.is_none() && password.is_some() {
            self.note("user", "user is not given, but a password is. Give both or neither.");
        }
        user.map(|user| Login { user, password: Secret::new(password.unwrap_or_default()) })
    }

    fn pointers(&mut self) -> Option<Pointers> {
        let bytes = self.read("json.bytes", pointer);
        let rate = self.read("json.rate", pointer);
        let online = self.read("json.online", pointer);
        let unit = self.read("json.unit", unit).unwrap_or_default();
        if online.is_some() && bytes.is_none() && rate.is_none() {
            self.note(
                "json.bytes",
                "json.bytes is not given. Allowed: a pointer to a byte counter, or json.rate instead.",
            );
        }
        (bytes.is_some() || rate.is_some()).then_some(Pointers { bytes, rate, unit, online })
    }

    fn text(&mut self, path: &str) -> Option<String> {
        self.read(path, |text| (!text.contains(char::is_control)).then(|| text.to_owned()))
    }

    fn count(&mut self, path: &str) -> Option<u32> {
        let Shape::Count(min, max) = fields::find(path)?.shape else { return None };
        self.read(path, |text| text.parse().ok().filter(|number| (min..=max).contains(number)))
    }

    fn seconds(&mut self, path: &str) -> Option<Millis> {
        let Shape::Number(min, max, _) = fields::find(path)?.shape else { return None };
        let number = self.read(path, |text| text.parse().ok().filter(|number| (min..=max).contains(number)));
        number.map(Millis::from_secs_f64)
    }

    fn read<T>(&mut self, path: &str, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let value = self.entry.get(path);
        let field: &Field = fields::find(path).filter(|_| !value.is_empty())?;
        let parsed = if value.len() <= 4096 { parse(value) } else { None };
        if parsed.is_none() {
            let text =
                format!("{path} is '{}'. Allowed: {}.{}", field.shown(value), field.allowed(), near(field, value));
            self.note(path, &text);
        }
        parsed
    }

    fn note(&mut self, path: &str, text: &str) {
        let known = |wrong: &Wrong| wrong.feed == Some(self.at) && wrong.field == path;
        if !self.wrong.iter().any(known) {
            let what = called(self.at, self.entry.get("id"));
            self.wrong.push(Wrong { feed: Some(self.at), field: path.to_owned(), what, text: text.to_owned() });
        }
    }
}

fn near(field: &Field, value: &str) -> String {
    match field.shape {
        Shape::Word(words) => text::did_you_mean(value, words.iter().copied()),
        _ => String::new(),
    }
}

fn unknown(field: &str, value: &str, known: &[&str]) -> String {
    let shown = text::excerpt(value, 40);
    let near = text::did_you_mean(value, known.iter().copied());
    let list = if known.is_empty() { "there is none yet".to_owned() } else { text::one_of(known) };
    format!("{field} '{shown}' does not exist. Allowed: {list}.{near}")
}

fn is_id(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    text.len() <= 32 && !text.starts_with('-') && text.chars().all(fits)
}

/// `auto` is no kind: the answers tell.
fn server(word: &str) -> Option<Option<Server>> {
    let word = word.to_ascii_lowercase();
    if word == "auto" { Some(None) } else { Server::from_word(&word).map(Some) }
}

fn unit(word: &str) -> Option<RateUnit> {
    match word.to_ascii_lowercase().as_str() {
        "kbps" => Some(RateUnit::Kbps),
        "bps" => Some(RateUnit::Bps),
        "mbps" => Some(RateUnit::Mbps),
        "bytes" => Some(RateUnit::Bytes),
        _ => None,
    }
}

/// RFC 6901: reference tokens each after a `/`; `~` only as `~0` or `~1`.
fn pointer(text: &str) -> Option<String> {
    let mut tildes = text.match_indices('~').map(|(at, _)| text.as_bytes().get(at + 1));
    let good = text.starts_with('/') && tildes.all(|next| matches!(next, Some(b'0' | b'1')));
    good.then(|| text.to_owned())
}
