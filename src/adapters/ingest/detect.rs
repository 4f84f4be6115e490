//! Which adapter reads a body: decided by the body alone, so that a wrong STATS_TYPE still works.

use super::document::{Document, ParseError, Server};
use super::http::Reply;
use super::{json, mediamtx, nginx, nms2, nms4, sls, srs};
use reqwest::StatusCode;
use serde_json::Value;

/// Reads a body of any known kind.
pub fn parse(body: &[u8]) -> Result<Document, ParseError> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii();
    match body.first() {
        None => Err(ParseError::Empty),
        Some(b'<') if is_html(body) => Err(ParseError::Html),
        Some(b'<') => nginx::parse(body),
        Some(b'{' | b'[') => in_json(body),
        Some(_) => Err(ParseError::OtherText),
    }
}

/// Which JSON it is: the most telling shapes first, SRT Live Server and its many relatives last.
fn in_json(body: &[u8]) -> Result<Document, ParseError> {
    let Value::Object(root) = json::read(body)? else { return Err(ParseError::OtherJson) };
    match &root {
        root if srs::is_one(root) => srs::parse(root),
        root if nms4::is_one(root) => nms4::parse(root),
        root if mediamtx::is_one(root) => mediamtx::parse(root),
        root if nms2::is_single(root) => nms2::single(root),
        root if nms2::is_list(root) => nms2::list(root),
        root => sls::parse(root),
    }
}

/// The kind of server that refuses in these words.
pub fn refusal(reply: &Reply) -> Option<Server> {
    if reply.status != StatusCode::UNAUTHORIZED {
        return None;
    }
    let Ok(Value::Object(root)) = json::read(&reply.body) else { return None };
    let nms4 = root.get("code").and_then(Value::as_str) == Some("UNAUTHORIZED") && root.contains_key("success");
    nms4.then_some(Server::Nms4)
}

fn is_html(body: &[u8]) -> bool {
    let head = body[..body.len().min(512)].to_ascii_lowercase();
    [&b"<!doctype html"[..], b"<html"].iter().any(|mark| head.windows(mark.len()).any(|part| part == *mark))
}

#[cfg(test)]
mod tests;
