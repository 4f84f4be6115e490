//! Reads the fields of one JSON object by name and remembers which were asked for, so that those that
//! nobody knows can be told.

use super::draft::Draft;
use super::words;
use crate::kit::text;
use serde_json::{Map, Value};

/// Lists longer than this are no list of people or servers.
const LONGEST_LIST: usize = 256;

/// A field that was there: its path and its value.
pub(super) struct Field<T> {
    pub(super) path: String,
    pub(super) value: T,
}

pub(super) struct Fields<'a> {
    path: String,
    object: Option<&'a Map<String, Value>>,
    asked: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    pub(super) fn root(object: &'a Map<String, Value>) -> Self {
        Self::of(String::new(), Some(object))
    }

    pub(super) fn of(path: String, object: Option<&'a Map<String, Value>>) -> Self {
        Self { path, object, asked: Vec::new() }
    }

    /// Whether there is an object at all.
    pub(super) fn is_there(&self) -> bool {
        self.object.is_some()
    }

    pub(super) fn here(&self) -> &str {
        &self.path
    }

    pub(super) fn path(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// The value; nothing where it is missing or null.
    pub(super) fn value(&mut self, name: &'static str) -> Option<&'a Value> {
        self.asked.push(name);
        self.object?.get(name).filter(|value| !value.is_null())
    }

    /// The object below; an empty one where there is none.
    pub(super) fn below(&mut self, name: &'static str, draft: &mut Draft) -> Fields<'a> {
        let path = self.path(name);
        let object = match self.value(name) {
            Some(Value::Object(object)) => Some(object),
            Some(other) => {
                wrong(draft, &path, other, words::A_SECTION);
                None
            }
            None => None,
        };
        Fields::of(path, object)
    }

    pub(super) fn text(&mut self, name: &'static str, draft: &mut Draft) -> Option<Field<String>> {
        let read = |value: &Value| value.as_str().map(|text| text.trim().to_owned());
        self.read(name, draft, words::TEXT, read).filter(|field| !field.value.is_empty())
    }

    pub(super) fn flag(&mut self, name: &'static str, draft: &mut Draft) -> Option<Field<bool>> {
        self.read(name, draft, words::FLAG, Value::as_bool)
    }

    /// A whole number up to `max`.
    pub(super) fn whole(&mut self, name: &'static str, max: u64, draft: &mut Draft) -> Option<Field<u64>> {
        let read = |value: &Value| whole(value).filter(|number| *number <= max);
        self.read(name, draft, &words::whole_number(max), read)
    }

    /// A list of texts, each in lower case: names in chat.
    pub(super) fn names(&mut self, name: &'static str, draft: &mut Draft) -> Option<Field<Vec<String>>> {
        self.read(name, draft, words::NAMES, |value| {
            let list = value.as_array().filter(|list| list.len() <= LONGEST_LIST)?;
            list.iter().map(|one| one.as_str().map(|name| name.trim().to_lowercase())).collect()
        })
    }

    /// A value in any form that `read` understands; a mistake where it does not.
    pub(super) fn read<T>(
        &mut self,
        name: &'static str,
        draft: &mut Draft,
        allowed: &str,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Option<Field<T>> {
        let value = self.value(name)?;
        let path = self.path(name);
        match read(value) {
            Some(value) => Some(Field { path, value }),
            None => {
                wrong(draft, &path, value, allowed);
                None
            }
        }
    }

    /// The entries of an object whose names are free.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&'a String, &'a Value)> + use<'a> {
        self.object.into_iter().flatten()
    }

    /// Tells the fields that nobody asked for. Their values stay unseen: nobody knows what they hold.
    pub(super) fn rest(&self, draft: &mut Draft) {
        for (name, _) in self.entries().filter(|(name, _)| !self.asked.contains(&name.as_str())) {
            let near = text::nearest(name, self.asked.iter().copied());
            draft.no_place(&self.path(name), "", &words::unknown(near));
        }
    }
}

/// Numbers that a form has written as `800.0` are whole, too.
fn whole(value: &Value) -> Option<u64> {
    let float = || value.as_f64().filter(|number| number.fract() == 0.0 && (0.0..1e15).contains(number));
    value.as_u64().or_else(|| float().map(|number| number as u64))
}

/// What stands there is told by its kind alone: a password in the wrong place must not be shown.
pub(super) fn wrong(draft: &mut Draft, path: &str, found: &Value, allowed: &str) {
    draft.mistake(path, &words::wrong(kind(found), allowed));
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "another number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a section in braces",
    }
}
