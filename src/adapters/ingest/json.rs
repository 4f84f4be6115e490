//! Small helps for reading JSON statistics.

use super::document::{Document, ParseError, Server};
use super::number;
use serde_json::{Map, Value};

/// The body as JSON; says how it fails to be that.
pub fn read(body: &[u8]) -> Result<Value, ParseError> {
    match body.trim_ascii_start().first() {
        None => return Err(ParseError::Empty),
        Some(b'<') => return Err(ParseError::Html),
        Some(_) => {}
    }
    let error = |error: serde_json::Error| match error.is_eof() {
        true => ParseError::CutOff("JSON"),
        false => ParseError::Broken("JSON"),
    };
    serde_json::from_slice(body).map_err(error)
}

/// A sane number behind the first of these names.
pub fn number(entry: &Map<String, Value>, names: &[&str]) -> Option<f64> {
    names.iter().find_map(|name| entry.get(*name).and_then(number::json))
}

/// The same as a count.
pub fn count(entry: &Map<String, Value>, names: &[&str]) -> Option<u64> {
    number(entry, names).map(|count| count as u64)
}

/// A text that is not empty; a number counts as its digits (ids).
pub fn text(entry: &Map<String, Value>, name: &str) -> Option<String> {
    match entry.get(name)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A document of a server that tells nothing of its process.
pub fn document(server: Server, publishers: Vec<crate::domain::signal::Sample>) -> Document {
    Document { server, process: None, process_age: None, publishers }
}
