//! The document as it is written: fields as text, so that a page can show and change them one by one.

use super::fields::{self, FIELDS, Field, Shape};
use super::wrong::Wrong;
use super::{LONGEST, MOST_CAMERAS};
use crate::config::keys::HIDDEN;
use crate::config::source::Source;
use crate::config::values::Values;
use crate::domain::failover::lineup::{Group, GroupMode, MultiCamera};
use crate::domain::ids::{FeedId, SceneName};
use crate::kit::text;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fmt;

/// All of it. Prints no values: secrets are among them.
#[derive(Clone, Default, PartialEq)]
pub struct Document {
    /// The feeds, in their order.
    pub feeds: Vec<Entry>,
    /// The groups.
    pub groups: Vec<Group>,
    /// Scenes that show several feeds.
    pub cameras: Vec<MultiCamera>,
}

/// One feed: values by the path of their field; a field that is not given is not there.
#[derive(Clone, Default, PartialEq)]
pub struct Entry(BTreeMap<&'static str, String>);

/// The keys that describe the one feed while there is no document, by the field that they become.
const STATS: &[(&str, &str)] = &[
    ("type", "STATS_TYPE"),
    ("url", "STATS_URL"),
    ("publisher", "STATS_FEED"),
    ("user", "STATS_USER"),
    ("password", "STATS_PASSWORD"),
    ("token", "STATS_TOKEN"),
    ("push_key", "STATS_PUSH_KEY"),
    ("timeout_sec", "REQUEST_TIMEOUT"),
    ("media_source", "MEDIA_SOURCE_NAME"),
    ("control_url", "STATS_CONTROL_URL"),
    ("port", "STATS_PORT"),
];

impl Entry {
    /// The value of a field; empty when it is not given.
    pub fn get(&self, path: &str) -> &str {
        self.0.get(path).map_or("", String::as_str)
    }

    /// Sets a field, or takes it away when the value is blank; unknown paths are passed over.
    pub fn set(&mut self, path: &str, value: &str) {
        let Some(field) = fields::find(path) else { return };
        match value.trim() {
            "" => self.0.remove(field.path),
            value => self.0.insert(field.path, value.to_owned()),
        };
    }

    /// Its id.
    pub fn id(&self) -> FeedId {
        FeedId(self.get("id").to_owned())
    }

    /// Its name for people: the id where no other is given.
    pub fn name(&self) -> &str {
        let name = self.get("name");
        if name.is_empty() { self.get("id") } else { name }
    }

    /// It is asked and switched to.
    pub fn is_enabled(&self) -> bool {
        self.get("enabled") != "false"
    }

    fn to_json(&self) -> Value {
        let mut feed = Map::new();
        for field in FIELDS {
            let value = self.get(field.path);
            if !value.is_empty() {
                place(&mut feed, field.path, leaf(field, value));
            }
        }
        Value::Object(feed)
    }
}

impl Document {
    /// Reads the text; what stands in the fields is judged by [`Document::settle`].
    /// Errors: all that is no JSON, no field or of another shape.
    pub fn read(text: &str) -> Result<Self, Vec<Wrong>> {
        if text.len() > LONGEST {
            return Err(vec![Wrong::whole(format!("it is longer than {} KiB.", LONGEST / 1024))]);
        }
        let value: Value = serde_json::from_str(text).map_err(|error| {
            vec![Wrong::whole(format!("it is no JSON, at line {} column {}.", error.line(), error.column()))]
        })?;
        let mut reading = Reading::default();
        let document = reading.document(&value);
        if reading.wrong.is_empty() { Ok(document) } else { Err(reading.wrong) }
    }

    /// The document that says what the STATS_* settings say: their one feed.
    pub fn of_stats(values: &Values) -> Self {
        let mut entry = Entry::default();
        entry.set("id", FeedId::MAIN);
        for (path, key) in STATS {
            let (value, source) = values.get(key);
            if source != Source::Default {
                entry.set(path, value);
            }
        }
        Self { feeds: vec![entry], ..Self::default() }
    }

    /// The text of it, as FEEDS holds it.
    pub fn to_json(&self) -> String {
        let mode = |mode: GroupMode| serde_json::to_value(mode).unwrap_or_default();
        let groups: Vec<Value> =
            self.groups.iter().map(|group| json!({"name": group.name, "mode": mode(group.mode)})).collect();
        let cameras: Vec<Value> =
            self.cameras.iter().map(|camera| json!({"scene": camera.scene, "feeds": camera.feeds})).collect();
        let feeds: Vec<Value> = self.feeds.iter().map(Entry::to_json).collect();
        json!({"feeds": feeds, "groups": groups, "cameras": cameras}).to_string()
    }

    /// The place of a feed.
    pub fn position(&self, id: &str) -> Option<usize> {
        self.feeds.iter().position(|entry| entry.get("id") == id)
    }
}

/// Values stay out: a login may stand in an address.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Entry({} {HIDDEN})", self.get("id"))
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Document({:?})", self.feeds)
    }
}

fn leaf(field: &Field, value: &str) -> Value {
    match field.shape {
        Shape::Number(..) => value.parse::<f64>().map_or_else(|_| value.into(), Value::from),
        Shape::Count(..) => value.parse::<u32>().map_or_else(|_| value.into(), Value::from),
        Shape::Flag => crate::config::form::switch(value).map_or_else(|| value.into(), Value::from),
        _ => value.into(),
    }
}

fn place(object: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            object.insert(path.to_owned(), value);
        }
        Some((head, rest)) => {
            let inner = object.entry(head).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                place(inner, rest, value);
            }
        }
    }
}

#[derive(Default)]
struct Reading {
    wrong: Vec<Wrong>,
}

impl Reading {
    fn document(&mut self, value: &Value) -> Document {
        let Some(object) = value.as_object() else {
            self.wrong.push(Wrong::whole("it has to be an object such as {\"feeds\": [{\"id\": \"phone\"}]}."));
            return Document::default();
        };
        for name in object.keys().filter(|name| !["feeds", "groups", "cameras"].contains(&name.as_str())) {
            self.wrong.push(Wrong::whole(no_such(name, ["feeds", "groups", "cameras"].into_iter(), "part")));
        }
        Document {
            feeds: self.list(object, "feeds", Self::feed),
            groups: self.list(object, "groups", Self::group),
            cameras: self.list(object, "cameras", Self::camera),
        }
    }

    fn list<T>(
        &mut self,
        object: &Map<String, Value>,
        name: &str,
        one: fn(&mut Self, usize, &Map<String, Value>) -> T,
    ) -> Vec<T> {
        let items = match object.get(name) {
            None | Some(Value::Null) => return Vec::new(),
            Some(Value::Array(items)) => items,
            Some(_) => {
                self.wrong.push(Wrong::part(name, "", format!("{name} has to be a list, in square brackets.")));
                return Vec::new();
            }
        };
        let mut read = Vec::new();
        for (at, item) in items.iter().enumerate() {
            match item.as_object() {
                Some(item) => read.push(one(self, at, item)),
                None => {
                    let feed = Some(at).filter(|_| name == "feeds");
                    let text = "it has to be an object, in curly brackets.".to_owned();
                    self.wrong.push(Wrong {
                        feed,
                        field: name.to_owned(),
                        what: format!("{name}, number {}", at + 1),
                        text,
                    });
                }
            }
        }
        read
    }

    fn feed(&mut self, at: usize, object: &Map<String, Value>) -> Entry {
        let id = object.get("id").and_then(Value::as_str).unwrap_or_default();
        let what = called(at, id);
        let mut entry = Entry::default();
        self.fields(at, &what, "", object, &mut entry);
        entry
    }

    /// Walks down to the leaves; the path of a leaf is its field.
    fn fields(&mut self, at: usize, what: &str, below: &str, object: &Map<String, Value>, entry: &mut Entry) {
        for (name, value) in object {
            let path = format!("{below}{name}");
            let inner = format!("{path}.");
            let note = |text: String| Wrong { feed: Some(at), field: path.clone(), what: what.to_owned(), text };
            match (value, fields::find(&path)) {
                (Value::Object(object), None) if FIELDS.iter().any(|field| field.path.starts_with(&inner)) => {
                    self.fields(at, what, &inner, object, entry);
                }
                (_, None) => {
                    let known = FIELDS.iter().map(|field| field.path);
                    self.wrong.push(note(no_such(&path, known, "field")));
                }
                (Value::Null, _) => {}
                (Value::String(text), Some(_)) => entry.set(&path, text),
                (Value::Bool(_) | Value::Number(_), Some(_)) => entry.set(&path, &value.to_string()),
                (_, Some(field)) => {
                    self.wrong.push(note(format!("{path} is no single value. Allowed: {}.", field.allowed())))
                }
            }
        }
    }

    fn group(&mut self, at: usize, object: &Map<String, Value>) -> Group {
        let name = object.get("name").and_then(Value::as_str).unwrap_or_default().trim().to_owned();
        let what =
            if name.is_empty() { format!("group {}", at + 1) } else { format!("group '{}'", text::excerpt(&name, 40)) };
        self.known("groups", &what, object, &["name", "mode"]);
        let mode = match object.get("mode") {
            None | Some(Value::Null) => GroupMode::default(),
            Some(word) => serde_json::from_value(word.clone()).unwrap_or_else(|_| {
                let text =
                    format!("mode is {}. Allowed: any, priority or handover.", text::excerpt(&word.to_string(), 40));
                self.wrong.push(Wrong::part("groups", &what, text));
                GroupMode::default()
            }),
        };
        Group { name, mode }
    }

    fn camera(&mut self, at: usize, object: &Map<String, Value>) -> MultiCamera {
        let what = format!("camera {}", at + 1);
        if at >= MOST_CAMERAS {
            self.wrong.push(Wrong::part("cameras", &what, format!("at most {MOST_CAMERAS} are possible.")));
        }
        self.known("cameras", &what, object, &["scene", "feeds"]);
        let scene = object.get("scene").and_then(Value::as_str).unwrap_or_default().trim().to_owned();
        let ids = object.get("feeds").and_then(Value::as_array).cloned().unwrap_or_default();
        let feeds = ids.iter().filter_map(Value::as_str).map(FeedId::from).collect::<Vec<_>>();
        if feeds.len() < ids.len() {
            self.wrong.push(Wrong::part("cameras", &what, "feeds has to be a list of short names."));
        }
        MultiCamera { scene: SceneName(scene), feeds }
    }

    fn known(&mut self, part: &str, what: &str, object: &Map<String, Value>, names: &[&'static str]) {
        for name in object.keys().filter(|name| !names.contains(&name.as_str())) {
            self.wrong.push(Wrong::part(part, what, no_such(name, names.iter().copied(), "field")));
        }
    }
}

/// How people find the feed: by its id, else by its number.
pub(super) fn called(at: usize, id: &str) -> String {
    if id.is_empty() { format!("feed {}", at + 1) } else { format!("feed '{}'", text::excerpt(id, 40)) }
}

fn no_such<'a>(name: &str, known: impl Iterator<Item = &'a str>, noun: &str) -> String {
    let known: Vec<&str> = known.collect();
    let shown = text::excerpt(name, 40);
    match text::did_you_mean(name, known.iter().copied()).as_str() {
        "" => format!("'{shown}' is no {noun}. Known: {}.", known.join(", ")),
        near => format!("'{shown}' is no {noun}.{near}"),
    }
}
