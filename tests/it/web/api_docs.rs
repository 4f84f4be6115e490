//! docs/api.md lists the routes of this version: all of them, and no other.

use std::collections::BTreeSet;
use stream_control::web::csrf;

/// `GET /path` for every route that stands in the router's source.
fn routes() -> BTreeSet<String> {
    let source = include_str!("../../../src/web/mod.rs");
    let named = [
        ("csrf::ALERT_PATH", csrf::ALERT_PATH),
        ("csrf::ALERT_SOCKET", csrf::ALERT_SOCKET),
        ("csrf::MAINTENANCE_PATH", csrf::MAINTENANCE_PATH),
    ];
    let line = |text: &str| -> Vec<String> {
        let (path, handlers) = text.split_once(", ").expect("a path and its handlers");
        let constant = named.iter().find(|(name, _)| *name == path).map(|(_, path)| *path);
        let path = constant.unwrap_or_else(|| path.trim_matches('"')).to_owned();
        let alert = handlers.starts_with("alert");
        let takes = |method: &str| handlers.contains(&format!("{method}(")) || (alert && method == "post");
        ["get", "post"].iter().filter(|m| takes(m)).map(|m| format!("{} {path}", m.to_uppercase())).collect()
    };
    source.lines().filter_map(|text| text.trim().strip_prefix(".route(")).flat_map(line).collect()
}

/// The same for every row of the document's tables.
fn told() -> BTreeSet<String> {
    let document = include_str!("../../../docs/api.md");
    let row = |text: &str| {
        let mut cells = text.strip_prefix("| ")?.split(" | ");
        let (method, path) = (cells.next()?, cells.next()?);
        Some(format!("{method} {}", path.strip_prefix('`')?.strip_suffix('`')?))
    };
    document.lines().filter_map(row).collect()
}

#[test]
fn every_route_is_told_and_none_that_is_not_there() {
    let (routes, told) = (routes(), told());
    assert!(routes.len() > 30, "the router is read: {routes:?}");
    let missing: Vec<_> = routes.difference(&told).collect();
    let gone: Vec<_> = told.difference(&routes).collect();
    assert!(missing.is_empty() && gone.is_empty(), "not in docs/api.md: {missing:?}; only there: {gone:?}");
}
