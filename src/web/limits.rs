//! What no handler needs to think of: sizes, times, headers, and who is served before the claim.

use super::ctx::Ctx;
use super::error::WebError;
use super::{csrf, words};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Largest body of a request.
pub const BODY: usize = 64 * 1024;

/// Largest body of an alert.
pub const ALERT_BODY: usize = 16 * 1024;

/// Largest body of an import: two files of 1 MiB at most, every byte of them escaped.
pub const IMPORT_BODY: usize = 6 * 1024 * 1024 + 64;

/// Longest answer to a request.
pub const REQUEST_TIME: Duration = Duration::from_secs(10);

/// Longest answer to an order: the desk's own deadline (35 s) ends first.
pub const ORDER_TIME: Duration = Duration::from_secs(40);

/// Scripts, styles and sounds from this server alone; nothing inline. Twitch's picture server shows
/// emotes and box art, and Twitch's own chat may stand in a frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https://static-cdn.jtvnw.net; \
    connect-src 'self'; font-src 'self'; media-src 'self'; manifest-src 'self'; \
    frame-src https://www.twitch.tv; base-uri 'none'; \
    form-action 'self'; frame-ancestors ";

/// Path of the overlay, the one page that others may frame.
const OVERLAY: &str = "/overlay";

/// Where Twitch sends the browser back to.
const CALLBACK: &str = "/twitch/callback";

/// Puts the security headers on every answer.
pub async fn headers(request: Request, next: Next) -> Response {
    let ancestors = if request.uri().path() == OVERLAY { "*" } else { "'none'" };
    // The address of a page to which Twitch sent the browser holds a code.
    let referrer = if request.uri().path() == CALLBACK { "no-referrer" } else { "same-origin" };
    let mut response = next.run(request).await;
    let lines = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, referrer),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    let all = response.headers_mut();
    for (name, value) in lines {
        all.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(policy) = HeaderValue::from_str(&format!("{POLICY}{ancestors}")) {
        all.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    all.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Until somebody has claimed this daemon, only this machine and private networks are served.
pub async fn private_until_claimed(State(ctx): State<Ctx>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let near = peer.is_some_and(is_private) && !came_through_proxy(request.headers());
    if ctx.access.claimed() || near {
        return next.run(request).await;
    }
    WebError::Forbidden(words::NOT_CLAIMED_FAR.to_owned()).into_response()
}

/// Gives an order's paths their longer time and the rest the usual one; 503 as a bare status.
pub async fn time(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let order =
        ["/api/v1/", "/obs/", "/twitch/"].iter().any(|start| path.starts_with(start)) || path == csrf::ALERT_PATH;
    let longest = if order { ORDER_TIME } else { REQUEST_TIME };
    match tokio::time::timeout(longest, next.run(request)).await {
        Ok(response) => response,
        Err(_) => WebError::Unavailable(words::TOO_SLOW.to_owned()).into_response(),
    }
}

/// A proxy spoke for someone else. Such headers are never believed for *who* it was, but they show
/// that the far end is not the socket's address, so nothing that is for this machine alone is given.
pub fn came_through_proxy(headers: &HeaderMap) -> bool {
    ["forwarded", "x-forwarded-for", "x-real-ip", "cf-connecting-ip", "via"]
        .iter()
        .any(|name| headers.contains_key(*name))
}

/// This machine, or an address that the internet cannot route to (RFC 1918, RFC 3927, RFC 4193,
/// RFC 4291, and RFC 6598 as used by mesh VPNs).
pub fn is_private(addr: IpAddr) -> bool {
    match canonical(addr) {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            v4.is_loopback() || v4.is_private() || v4.is_link_local() || (a == 100 && (64..128).contains(&b))
        }
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

/// IPv4 written as IPv6 (`::ffff:10.0.0.1`) is IPv4.
pub fn canonical(addr: IpAddr) -> IpAddr {
    addr.to_canonical()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_the_internet_cannot_route_to_are_near() {
        let near = ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.1.1", "100.64.0.9", "::1"];
        let near_v6 = ["fd00::1", "fe80::1", "::ffff:192.168.1.1"];
        for addr in near.iter().chain(&near_v6) {
            assert!(is_private(addr.parse().expect("an address")), "{addr}");
        }
        for addr in ["8.8.8.8", "172.32.0.1", "100.128.0.1", "0.0.0.0", "2001:db8::1", "::ffff:8.8.8.8", "::"] {
            assert!(!is_private(addr.parse().expect("an address")), "{addr}");
        }
    }
}
