//! Any JSON at all, read where the settings point: for servers that nobody has described yet.

use super::document::{Document, ParseError, Server};
use super::fields;
use super::json;
use super::number;
use crate::config::{Pointers, RateUnit};
use crate::domain::signal::Sample;
use crate::kit::text;
use crate::kit::units::{Bytes, Kbps};
use serde_json::Value;

/// Reads the fields that `pointers` name. Errors: a pointer that leads nowhere, or to something that
/// is not what was promised; the text names both.
pub fn parse(body: &[u8], pointers: &Pointers) -> Result<Document, ParseError> {
    let root = json::read(body)?;
    let online = pointers.online.as_deref().map(|pointer| flag(&root, pointer)).transpose()?;
    let publishers = if online == Some(false) { Vec::new() } else { vec![sample(&root, pointers)?] };
    Ok(json::document(Server::Json, publishers))
}

fn sample(root: &Value, pointers: &Pointers) -> Result<Sample, ParseError> {
    let read = |pointer: &Option<String>| pointer.as_deref().map(|pointer| counted(root, pointer)).transpose();
    let rate = read(&pointers.rate)?.and_then(|rate| kbps(rate, pointers.unit));
    let bytes = read(&pointers.bytes)?.map(|bytes| Bytes(bytes as u64));
    if rate.is_none() && bytes.is_none() {
        return Err(ParseError::Pointer("neither a byte counter nor a rate is set".to_owned()));
    }
    Ok(Sample { rx_bytes: bytes, kbps_server: rate, ..fields::present(None) })
}

fn kbps(rate: f64, unit: RateUnit) -> Option<Kbps> {
    number::kbps(match unit {
        RateUnit::Kbps => rate,
        RateUnit::Bps => rate / 1000.0,
        RateUnit::Mbps => rate * 1000.0,
        RateUnit::Bytes => rate * 8.0 / 1000.0,
    })
}

fn at<'a>(root: &'a Value, pointer: &str) -> Result<&'a Value, ParseError> {
    root.pointer(pointer).ok_or_else(|| ParseError::Pointer(format!("nothing at {pointer}")))
}

fn counted(root: &Value, pointer: &str) -> Result<f64, ParseError> {
    let value = at(root, pointer)?;
    number::json(value).ok_or_else(|| ParseError::Pointer(format!("{} at {pointer}, not a number", found(value))))
}

fn flag(root: &Value, pointer: &str) -> Result<bool, ParseError> {
    // A publisher that is gone is often one whose whole branch is missing.
    let Some(value) = root.pointer(pointer) else { return Ok(false) };
    let said = match value {
        Value::Bool(flag) => Some(*flag),
        Value::Null => Some(false),
        Value::Number(number) => number.as_f64().map(|number| number != 0.0),
        Value::String(word) => spoken(&word.to_lowercase()),
        _ => None,
    };
    said.ok_or_else(|| ParseError::Pointer(format!("{} at {pointer}, neither yes nor no", found(value))))
}

fn spoken(word: &str) -> Option<bool> {
    match word {
        "true" | "1" | "yes" | "on" | "online" | "live" | "active" | "connected" | "publishing" | "running"
        | "started" => Some(true),
        "" | "false" | "0" | "no" | "off" | "offline" | "idle" | "inactive" | "disconnected" | "stopped" | "ended" => {
            Some(false)
        }
        _ => None,
    }
}

/// What stands there, in short: a value may be long, and it may be a secret when the pointer is wrong.
fn found(value: &Value) -> String {
    match value {
        Value::Object(object) => {
            let names: Vec<&str> = object.keys().take(5).map(String::as_str).collect();
            format!("an object with {}", text::excerpt(&names.join(", "), 60))
        }
        Value::Array(list) => format!("a list of {}", list.len()),
        Value::String(_) => "a text".to_owned(),
        Value::Number(number) => format!("{number}"),
        Value::Bool(flag) => format!("{flag}"),
        Value::Null => "null".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = r#"{"rx":{"bytes":1200345,"rate":"2.5","text":"key-1234"},"state":{"on":true,"word":"Online","off":0,"odd":[1]}}"#;

    fn pointers(bytes: Option<&str>, rate: Option<&str>, online: Option<&str>) -> Pointers {
        let owned = |pointer: Option<&str>| pointer.map(str::to_owned);
        Pointers { bytes: owned(bytes), rate: owned(rate), unit: RateUnit::Mbps, online: owned(online) }
    }

    fn read(pointers: &Pointers) -> Result<Option<(Option<Bytes>, Option<Kbps>)>, String> {
        let document = parse(BODY.as_bytes(), pointers).map_err(|error| error.to_string())?;
        Ok(document.publishers.first().map(|one| (one.rx_bytes, one.kbps_server)))
    }

    #[test]
    fn numbers_and_flags_stand_where_the_pointers_say() {
        let bytes = || Some("/rx/bytes");
        let seen = (Some(Bytes(1_200_345)), None);
        assert_eq!(read(&pointers(bytes(), None, None)), Ok(Some(seen)));
        assert_eq!(read(&pointers(None, Some("/rx/rate"), None)), Ok(Some((None, Some(Kbps(2500.0))))));
        for (flag, online) in
            [("/state/on", true), ("/state/word", true), ("/state/off", false), ("/state/gone", false)]
        {
            assert_eq!(read(&pointers(bytes(), None, Some(flag))), Ok(online.then_some(seen)), "{flag}");
        }
    }

    #[test]
    fn a_pointer_that_misses_says_what_it_found() {
        let table = [
            (pointers(Some("/rx/byte"), None, None), "nothing at /rx/byte"),
            (pointers(Some("/rx"), None, None), "an object with bytes, rate, text at /rx, not a number"),
            (pointers(Some("/rx/text"), None, None), "a text at /rx/text, not a number"),
            (pointers(None, Some("/state/odd"), None), "a list of 1 at /state/odd, not a number"),
            (pointers(Some("/rx/bytes"), None, Some("/state/odd")), "a list of 1 at /state/odd, neither yes nor no"),
            (pointers(None, None, None), "neither a byte counter nor a rate is set"),
        ];
        for (pointers, wanted) in table {
            assert_eq!(read(&pointers), Err(format!("JSON with {wanted}")));
        }
    }

    #[test]
    fn every_unit_becomes_kilobits() {
        let table =
            [(RateUnit::Kbps, 800.0), (RateUnit::Bps, 0.8), (RateUnit::Mbps, 800_000.0), (RateUnit::Bytes, 6.4)];
        for (unit, wanted) in table {
            assert_eq!(kbps(800.0, unit), Some(Kbps(wanted)), "{unit:?}");
        }
    }
}
