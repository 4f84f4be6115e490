//! Helix calls that a control room makes, each with answers of our own that are lax: a field that is
//! missing, new or of another shape costs that field, never the answer. (The enums and times of
//! `twitch_api` refuse whole answers: ad schedules with `""`, drop reasons of a new kind.)
//!
//! Paths, fields and codes: dev.twitch.tv, "Twitch API Reference".

pub mod ads;
pub mod channel;
pub mod chat;
pub mod people;
pub mod show;

use super::access::Access;
use super::error::TwitchError;
use super::helix::Helix;
use crate::kit::units::UnixMs;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer};
use serde_json::Value;

/// Where an answer's rows stand.
#[derive(Deserialize)]
struct Rows<T> {
    #[serde(default = "Vec::new")]
    data: Vec<T>,
}

/// Asks for rows.
async fn rows<T: DeserializeOwned>(
    helix: &Helix,
    access: &Access,
    path: &str,
    query: &[(&str, &str)],
) -> Result<Vec<T>, TwitchError> {
    read(&helix.plain("GET", &with_query(path, query), None, access).await?)
}

/// Gives an order whose answer has one row.
async fn order<T: DeserializeOwned>(
    helix: &Helix,
    access: &Access,
    path: &str,
    body: Option<&Value>,
) -> Result<T, TwitchError> {
    let answer = helix.plain("POST", path, body, access).await?;
    read(&answer)?.into_iter().next().ok_or(TwitchError::Malformed("no row in it"))
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<Vec<T>, TwitchError> {
    let rows: Rows<T> =
        serde_json::from_slice(body).map_err(|_| TwitchError::Malformed("not the JSON that was asked for"))?;
    Ok(rows.data)
}

fn with_query(path: &str, query: &[(&str, &str)]) -> String {
    let pairs = query.iter().filter(|(_, value)| !value.is_empty());
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// A moment as RFC 3339, as unix seconds, or `""`, 0 and `null` for none.
fn moment<'de, D: Deserializer<'de>>(input: D) -> Result<Option<UnixMs>, D::Error> {
    let secs = |secs: i64| Some(secs).filter(|secs| *secs > 0).and_then(|secs| secs.checked_mul(1000)).map(UnixMs);
    Ok(match Value::deserialize(input)? {
        Value::Number(number) => number.as_i64().and_then(secs),
        Value::String(text) => match text.parse::<i64>() {
            Ok(number) => secs(number),
            Err(_) => text.parse::<jiff::Timestamp>().ok().map(|at| UnixMs(at.as_millisecond())),
        },
        _ => None,
    })
}

/// A count that may be a text or missing.
fn count<'de, D: Deserializer<'de>>(input: D) -> Result<u64, D::Error> {
    Ok(match Value::deserialize(input)? {
        Value::Number(number) => number.as_u64().or_else(|| number.as_f64().map(|n| n.max(0.0) as u64)).unwrap_or(0),
        Value::String(text) => text.parse().unwrap_or(0),
        _ => 0,
    })
}

/// A list, or nothing.
fn list<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<String>, D::Error> {
    Ok(Option::<Vec<String>>::deserialize(input)?.unwrap_or_default())
}

/// A text, or nothing.
fn text<'de, D: Deserializer<'de>>(input: D) -> Result<String, D::Error> {
    Ok(Option::<String>::deserialize(input)?.unwrap_or_default())
}

/// Only what is set goes into a body.
fn put(body: &mut serde_json::Map<String, Value>, name: &str, value: Option<impl serde::Serialize>) {
    if let Some(Ok(value)) = value.map(serde_json::to_value) {
        body.insert(name.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_come_in_every_shape() {
        #[derive(Deserialize)]
        struct One {
            #[serde(deserialize_with = "moment")]
            at: Option<UnixMs>,
        }
        let table = [
            (r#"{"at":""}"#, None),
            (r#"{"at":0}"#, None),
            (r#"{"at":null}"#, None),
            (r#"{"at":"soon"}"#, None),
            (r#"{"at":[1]}"#, None),
            (r#"{"at":9223372036854775807}"#, None),
            (r#"{"at":1700000000}"#, Some(UnixMs(1_700_000_000_000))),
            (r#"{"at":"1700000000"}"#, Some(UnixMs(1_700_000_000_000))),
            (r#"{"at":"2023-11-14T22:13:20Z"}"#, Some(UnixMs(1_700_000_000_000))),
            (r#"{"at":"2023-11-14T22:13:20.123456789Z"}"#, Some(UnixMs(1_700_000_000_123))),
        ];
        for (text, wanted) in table {
            assert_eq!(serde_json::from_str::<One>(text).unwrap().at, wanted, "{text}");
        }
    }

    #[test]
    fn queries_are_escaped_and_empty_values_left_out() {
        let path = with_query("clips", &[("title", "a & b"), ("duration", ""), ("id", "ä")]);
        assert_eq!(path, "clips?title=a+%26+b&id=%C3%A4");
    }
}
