//! Foreign pages may not give orders: every POST and every WebSocket must come from our own pages.

use super::error::WebError;
use super::words;
use axum::extract::Request;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// The path that programs post to without an Origin; it carries its own token.
pub const ALERT_PATH: &str = "/api/alert";

/// The WebSocket that overlay programs open without an Origin.
pub const ALERT_SOCKET: &str = "/ws/alerts";

/// Where servers and programs send statistics, with the feed's own key.
const PUSH_PATHS: [&str; 2] = ["/ingest/push/", "/ws/ingest/"];

/// Where a request says that it comes from.
#[derive(Debug, PartialEq, Eq)]
enum From {
    Own,
    Foreign,
    Nowhere,
}

/// Refuses what changes something and does not come from our own pages.
pub async fn guard(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let socket = request.headers().contains_key(header::UPGRADE) || path.starts_with("/ws/");
    if safe && !socket {
        return next.run(request).await;
    }
    let allowed = match origin(request.headers()) {
        From::Own => true,
        From::Foreign => false,
        From::Nowhere => is_for_programs(path),
    };
    if allowed {
        return next.run(request).await;
    }
    WebError::Forbidden(words::FOREIGN_PAGE.to_owned()).into_response()
}

/// Paths that ask for a token or key of their own, or only speak.
fn is_for_programs(path: &str) -> bool {
    path == ALERT_PATH || path == ALERT_SOCKET || PUSH_PATHS.iter().any(|begin| path.starts_with(begin))
}

fn origin(headers: &HeaderMap) -> From {
    let text = |name| headers.get(name).map(|value: &axum::http::HeaderValue| value.to_str().unwrap_or("-"));
    let Some(source) = text(header::ORIGIN).or_else(|| text(header::REFERER)) else { return From::Nowhere };
    let host = text(header::HOST).unwrap_or_default();
    match source.split_once("://") {
        Some((scheme @ ("http" | "https"), rest)) => {
            let authority = rest.split('/').next().unwrap_or_default();
            let same = !host.is_empty() && plain(authority, scheme) == plain(host, scheme);
            if same { From::Own } else { From::Foreign }
        }
        _ => From::Foreign,
    }
}

/// Lower case, without the scheme's own port.
fn plain(authority: &str, scheme: &str) -> String {
    let lower = authority.to_ascii_lowercase();
    let port = if scheme == "https" { ":443" } else { ":80" };
    lower.strip_suffix(port).unwrap_or(&lower).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn the_origin_must_name_the_host_that_was_asked() {
        let table = [
            (Some("http://box:5000"), None, "box:5000", From::Own),
            (Some("https://Live.Example"), None, "live.example", From::Own),
            (Some("https://live.example"), None, "live.example:443", From::Own),
            (Some("http://box:5001"), None, "box:5000", From::Foreign),
            (Some("http://evil.example"), None, "box:5000", From::Foreign),
            (Some("http://box:5000.evil.example"), None, "box:5000", From::Foreign),
            (Some("null"), None, "box:5000", From::Foreign),
            (None, Some("http://box:5000/settings"), "box:5000", From::Own),
            (None, Some("http://evil.example/box:5000"), "box:5000", From::Foreign),
            (None, None, "box:5000", From::Nowhere),
        ];
        for (origin_line, referer, host, wanted) in table {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static(host));
            for (name, value) in [(header::ORIGIN, origin_line), (header::REFERER, referer)] {
                value.map(|value| headers.insert(name, HeaderValue::from_static(value)));
            }
            assert_eq!(origin(&headers), wanted, "{origin_line:?} {referer:?} {host}");
        }
    }
}
