//! Who is asking: the session cookie, and the extractor that lets only signed-in people through.

use super::ctx::Ctx;
use super::error::{self, WebError};
use super::{limits, words};
use crate::domain::people::Origin;
use crate::features::access::{Person, SESSION};
use crate::kit::secret::Secret;
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Version, header};
use axum::response::Response;
use std::net::{IpAddr, SocketAddr};
use subtle::ConstantTimeEq;

/// The cookie's name.
pub const COOKIE: &str = "sc_session";

/// A person with a valid session. Anyone else is sent to `/login` (or `/claim`), programs get 401.
pub struct SignedIn(pub Person);

impl SignedIn {
    /// The origin under which this person's orders stand in the audit log.
    pub fn origin(&self) -> Origin {
        Origin::Person { name: self.0.name.clone(), role: self.0.role }
    }
}

impl FromRequestParts<Ctx> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, ctx: &Ctx) -> Result<Self, Self::Rejection> {
        let claimed = ctx.access.claimed();
        let person = match token(&parts.headers) {
            Some(token) if claimed => ctx.access.person(token).await,
            _ => None,
        };
        person.map(SignedIn).ok_or_else(|| error::show_the_door(parts, claimed))
    }
}

/// The session token of the request's cookie, if it carries one.
pub fn token(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, token)| token).filter(|token| !token.is_empty())
}

/// The `Set-Cookie` line for a new session.
pub fn set_cookie(token: &Secret<String>, secure: bool) -> Option<HeaderValue> {
    cookie_line(token.reveal(), SESSION.as_secs(), secure)
}

/// The `Set-Cookie` line that forgets the session.
pub fn forget_cookie(secure: bool) -> Option<HeaderValue> {
    cookie_line("", 0, secure)
}

fn cookie_line(value: &str, max_age: u64, secure: bool) -> Option<HeaderValue> {
    let secure = if secure { "; Secure" } else { "" };
    let line = format!("{COOKIE}={value}; HttpOnly; SameSite=Lax; Path=/; Max-Age={max_age}{secure}");
    HeaderValue::from_str(&line).ok()
}

/// Whether the browser spoke https: only a proxy on this very machine is believed.
pub fn over_https(headers: &HeaderMap, peer: SocketAddr) -> bool {
    let says_https = headers.get("x-forwarded-proto").is_some_and(|proto| proto.as_bytes() == b"https");
    says_https && limits::canonical(peer.ip()).is_loopback()
}

/// The browser's own name, for the list of sessions.
pub fn agent(headers: &HeaderMap) -> &str {
    headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default()
}

/// The other end of the socket and whether it speaks https: what signing in needs to know.
pub struct Caller {
    /// The socket's address; headers are never believed for this.
    pub addr: SocketAddr,
    /// See [`over_https`].
    pub secure: bool,
    /// On this machine itself, not through a proxy on it.
    pub local: bool,
    /// On this machine or in the home network, not through a proxy there.
    pub near: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let ConnectInfo(addr) = ConnectInfo::<SocketAddr>::from_request_parts(parts, state)
            .await
            .map_err(|_| WebError::Internal("the socket has no address".to_owned()))?;
        let proxied = limits::came_through_proxy(&parts.headers) || parts.version < Version::HTTP_11;
        let local = limits::canonical(addr.ip()).is_loopback() && !proxied && asks_this_machine(&parts.headers);
        let addr = SocketAddr::new(limits::canonical(addr.ip()), addr.port());
        let near = limits::is_private(addr.ip()) && !proxied;
        Ok(Self { addr, secure: over_https(&parts.headers, addr), local, near })
    }
}

/// Lets a program through that sends ALERT_TOKEN, or, where none is set, one on this very machine.
/// Errors: 403 with the reason.
pub fn program(ctx: &Ctx, caller: &Caller, headers: &HeaderMap) -> Result<Origin, WebError> {
    let refuse = |text: &str| Err(WebError::Forbidden(text.to_owned()));
    let allowed = Origin::Token("alert token");
    let Some(token) = ctx.cells.config.with(|config| config.web.alert_token.clone()) else {
        return if caller.local { Ok(allowed) } else { refuse(words::ALERT_LOCAL_ONLY) };
    };
    let sent = headers.get("x-alert-token").map(|sent| sent.as_bytes()).unwrap_or_default();
    if sent.ct_eq(token.reveal().as_bytes()).into() { Ok(allowed) } else { refuse(words::ALERT_TOKEN_WRONG) }
}

/// Whether the name that was asked for is this machine's own to itself. A proxy that passes on a public
/// name, and a page that had its own name lead here, both show in it.
fn asks_this_machine(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map_or(host, |(name, _)| name);
    let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    name.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| limits::canonical(address).is_loopback())
}

/// `next` if it is a path on this very site, else `/`.
pub fn local_path(next: &str) -> &str {
    let odd = next.chars().any(|c| c.is_control() || c == '\\');
    if next.starts_with('/') && !next.starts_with("//") && !odd { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_site_are_followed() {
        let table = [
            ("/settings?x=1", "/settings?x=1"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("https://evil.example", "/"),
            ("/a\nb", "/"),
            ("", "/"),
        ];
        for (given, wanted) in table {
            assert_eq!(local_path(given), wanted, "{given:?}");
        }
    }

    #[test]
    fn https_is_believed_from_a_proxy_on_this_machine_only() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-proto", HeaderValue::from_static("https"));
        assert!(over_https(&headers, ([127, 0, 0, 1], 9).into()));
        assert!(!over_https(&headers, ([192, 168, 1, 7], 9).into()));
        assert!(!over_https(&HeaderMap::new(), ([127, 0, 0, 1], 9).into()));
    }

    #[test]
    fn only_names_of_this_machine_are_asked_by_its_own_programs() {
        for host in ["127.0.0.1:5000", "localhost", "LOCALHOST:5000", "[::1]:5000", "[::1]", "127.0.0.9"] {
            let headers = HeaderMap::from_iter([(header::HOST, HeaderValue::from_static(host))]);
            assert!(asks_this_machine(&headers), "{host}");
        }
        for host in ["", "live.example", "localhost.evil.example:5000", "192.168.1.7:5000", "[2001:db8::1]:80"] {
            let headers = HeaderMap::from_iter([(header::HOST, HeaderValue::from_static(host))]);
            assert!(!asks_this_machine(&headers), "{host}");
        }
        assert!(!asks_this_machine(&HeaderMap::new()));
    }

    #[test]
    fn the_token_is_found_among_other_cookies() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("a=1; sc_session=abc; b=2"));
        assert_eq!(token(&headers), Some("abc"));
        headers.insert(header::COOKIE, HeaderValue::from_static("xsc_session=abc; sc_session="));
        assert_eq!(token(&headers), None);
    }
}
