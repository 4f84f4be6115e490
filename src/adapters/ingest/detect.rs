//! Which adapter reads a body: decided by the body alone, so that a wrong STATS_TYPE still works.

use super::document::{Document, ParseError};
use super::{fields, nginx, pushed, rist, shapes, sls};

/// Reads a body of any known kind.
pub fn parse(body: &[u8]) -> Result<Document, ParseError> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii();
    match body.first() {
        None => Err(ParseError::Empty),
        Some(b'<') if is_html(body) => Err(ParseError::Html),
        Some(b'<') => nginx::parse(body),
        // The original SRT Live Server posts a list that begins with a comma.
        Some(b'[') if body.starts_with(b"[,") => pushed::parse(body),
        Some(b'{' | b'[') => shapes::read(&fields::root(body)?).unwrap_or_else(|| sls::parse(body)),
        Some(_) if rist::is_log_line(body) => rist::parse(body),
        Some(_) => Err(ParseError::OtherText),
    }
}

fn is_html(body: &[u8]) -> bool {
    let head = body[..body.len().min(512)].to_ascii_lowercase();
    [&b"<!doctype html"[..], b"<html"].iter().any(|mark| head.windows(mark.len()).any(|part| part == *mark))
}

#[cfg(test)]
mod tests;
