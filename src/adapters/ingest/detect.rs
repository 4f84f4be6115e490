//! Which adapter reads a body: decided by the body alone, so that a wrong STATS_TYPE still works.

use super::document::{Document, ParseError, Server};
use super::http::Reply;
use super::{datarhei, json, mediamtx, nginx, nms2, nms4, ome, pushed, rist, shapes, sls, srs};
use reqwest::StatusCode;
use serde_json::Value;

/// Reads a body of any known kind.
pub fn parse(body: &[u8]) -> Result<Document, ParseError> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii();
    match body.first() {
        None => Err(ParseError::Empty),
        Some(b'<') if is_html(body) => Err(ParseError::Html),
        Some(b'<') => nginx::parse(body),
        // The original SRT Live Server posts a list that begins with a comma.
        Some(b'[') if body.starts_with(b"[,") => pushed::parse(body),
        Some(b'{' | b'[') => in_json(body),
        Some(_) if rist::is_log_line(body) => rist::parse(body),
        Some(_) => Err(ParseError::OtherText),
    }
}

/// Which JSON it is: the most telling shapes first, SRT Live Server and its many relatives last.
fn in_json(body: &[u8]) -> Result<Document, ParseError> {
    let root = json::read(body)?;
    if let Some(read) = shapes::read(&root) {
        return read;
    }
    let Value::Object(root) = root else { return Err(ParseError::OtherJson) };
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
    if !matches!(reply.status, StatusCode::UNAUTHORIZED | StatusCode::NOT_FOUND) {
        return None;
    }
    let root = json::read(&reply.body).ok()?;
    let nms4 = root.get("code").and_then(Value::as_str) == Some("UNAUTHORIZED") && root.get("success").is_some();
    let kinds =
        [(Server::Nms4, nms4), (Server::Datarhei, datarhei::refuses(&root)), (Server::Ome, ome::refuses(&root))];
    kinds.into_iter().find(|(_, fits)| *fits).map(|(server, _)| server)
}

fn is_html(body: &[u8]) -> bool {
    let head = body[..body.len().min(512)].to_ascii_lowercase();
    [&b"<!doctype html"[..], b"<html"].iter().any(|mark| head.windows(mark.len()).any(|part| part == *mark))
}

#[cfg(test)]
mod tests;
