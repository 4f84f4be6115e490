//! The files of `static/`, carried inside the binary. Their address holds a hash of all of them, so a
//! browser may keep them for ever and a new build is seen at once, modules that import each other
//! included.

use axum::extract::{Path, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

#[derive(RustEmbed)]
#[folder = "static/"]
struct Files;

static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut names: Vec<_> = Files::iter().collect();
    names.sort();
    let mut hash = Sha256::new();
    for file in names.iter().filter_map(|name| Files::get(name)) {
        hash.update(file.metadata.sha256_hash());
    }
    hex::encode(&hash.finalize()[..6])
});

/// Where the files of this build are: `/static/<hash>`.
pub fn base() -> String {
    format!("/static/{}", *VERSION)
}

/// GET /static/{version}/{path}
pub async fn versioned(Path((version, path)): Path<(String, String)>, headers: HeaderMap) -> Response {
    let lifetime = if version == *VERSION { "public, max-age=31536000, immutable" } else { "no-cache" };
    serve(&path, lifetime, &headers)
}

/// GET /manifest.json and /favicon.ico: addresses that browsers and earlier bookmarks know.
pub async fn at_root(request: Request) -> Response {
    let file = if request.uri().path() == "/favicon.ico" { "icon.svg" } else { "manifest.json" };
    serve(file, "no-cache", request.headers())
}

fn serve(path: &str, lifetime: &'static str, asked: &HeaderMap) -> Response {
    let Some(file) = Files::get(path) else { return StatusCode::NOT_FOUND.into_response() };
    let tag = format!("\"{}\"", hex::encode(&file.metadata.sha256_hash()[..12]));
    let known = asked.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    let fresh = known.is_some_and(|tags| tags.split(',').any(|one| one.trim().trim_start_matches("W/") == tag));
    let kind = file.metadata.mimetype().to_owned();
    let lines = [(header::ETAG, tag), (header::CACHE_CONTROL, lifetime.to_owned()), (header::CONTENT_TYPE, kind)];
    if fresh { (StatusCode::NOT_MODIFIED, lines).into_response() } else { (lines, file.data).into_response() }
}
