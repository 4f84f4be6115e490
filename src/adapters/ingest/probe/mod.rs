//! Finds the ingest servers of a machine: tries the usual ports and paths of every kind, recognises
//! answers by their shape, and reads the rates of the publishers twice.

use super::detect;
use super::document::{Document, ParseError};
use super::http::Http;
use super::known::{PLACES, Place};
use crate::domain::server::Server;
use crate::domain::signal::{Reach, Sample};
use crate::kit::clock;
use crate::kit::units::{Millis, Mono};
use futures_util::{StreamExt as _, stream};
use serde::Serialize;
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use url::{Host, Url};

/// Longest wait for one answer.
const ONE: Duration = Duration::from_millis(800);
/// Longest wait for the address behind a name.
const NAME: Duration = Duration::from_millis(1500);
/// Between the two readings.
const BETWEEN: Duration = Duration::from_millis(1200);
/// Requests under way at a time.
const AT_ONCE: usize = 10;

/// Why nobody was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProbeError {
    /// No address belongs to the name, or nobody said so in time.
    #[error("no machine is known by the name '{0}'. Check the spelling, or write its address (192.168.1.7)")]
    UnknownName(String),
    /// The system gives no HTTP client.
    #[error("this machine cannot open connections: {0}")]
    NoClient(String),
}

/// What was found on a machine.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// The servers, in the order of the table.
    pub found: Vec<Found>,
    /// How many addresses were asked.
    pub tried: usize,
}

/// One server.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Found {
    /// Its kind.
    pub server: Server,
    /// Its statistics page, as the settings want it.
    pub url: String,
    /// Who sends to it at this moment.
    pub publishers: Vec<Seen>,
    /// What to do before it can be read; empty where it can.
    pub note: String,
}

impl Found {
    /// The settings that follow it: one publisher by name, where it has one.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        let name = self.publishers.first().and_then(|seen| seen.name.clone());
        let mut settings = vec![("STATS_URL", self.url.clone()), ("STATS_TYPE", self.server.word().to_owned())];
        settings.extend(name.map(|name| ("STATS_FEED", name)));
        settings
    }
}

/// One publisher.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Seen {
    /// Its name, where the server gives it one.
    pub name: Option<String>,
    /// Its rate now, in kbit/s.
    pub kbps: Option<u64>,
}

/// A machine's name or address as a person writes it; `None` where it is none.
pub fn host(text: &str) -> Option<Host> {
    let text = text.trim();
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<std::net::Ipv6Addr>() {
        Ok(address) => Some(Host::Ipv6(address)),
        Err(_) => Host::parse(text).ok().filter(|_| !text.is_empty() && text.len() <= 253),
    }
}

/// Looks round on a machine. With `ports`, every path is tried on these instead of on its own port.
/// Takes five seconds at most with the usual ports.
///
/// # Errors
/// Nobody knows the machine by this name; the system gives no HTTP client (no usable TLS).
pub async fn probe(host: &Host, ports: &[u16]) -> Result<Report, ProbeError> {
    let http = Http::new().map_err(|error| ProbeError::NoClient(format!("{error:#}")))?;
    look_up(host).await?;
    let wanted: Vec<(&'static Place, u16)> = match ports {
        [] => PLACES.iter().map(|place| (place, place.port)).collect(),
        ports => ports.iter().flat_map(|port| PLACES.iter().map(|place| (place, *port))).collect(),
    };
    let open = open_ports(host, &wanted).await;
    let asked: Vec<(&'static Place, Url)> = wanted
        .iter()
        .filter(|(_, port)| open.contains(port))
        .filter_map(|(place, port)| Some((*place, address(host, *port, place.path)?)))
        .collect();
    let looks: Vec<_> = asked.into_iter().map(|(place, url)| look(http.clone(), place, url)).collect();
    let looks: Vec<Option<Look>> = stream::iter(looks).buffered(AT_ONCE).collect().await;
    let looks = once_each(looks.into_iter().flatten().collect());
    let found: Vec<_> = looks.into_iter().map(|look| measure(http.clone(), look)).collect();
    Ok(Report { found: stream::iter(found).buffered(AT_ONCE).collect().await, tried: wanted.len() })
}

/// Whether a name leads anywhere; an address does.
async fn look_up(host: &Host) -> Result<(), ProbeError> {
    let Host::Domain(name) = host else { return Ok(()) };
    match timeout(NAME, tokio::net::lookup_host((name.as_str(), 0))).await {
        Ok(Ok(_)) => Ok(()),
        _ => Err(ProbeError::UnknownName(name.clone())),
    }
}

/// Ports that take a connection: all that listen nowhere are known after one wait.
async fn open_ports(host: &Host, wanted: &[(&'static Place, u16)]) -> BTreeSet<u16> {
    let ports: BTreeSet<u16> = wanted.iter().map(|(_, port)| *port).collect();
    let tries: Vec<_> = ports.into_iter().map(|port| open(host, port)).collect();
    let tries: Vec<Option<u16>> = stream::iter(tries).buffer_unordered(32).collect().await;
    tries.into_iter().flatten().collect()
}

async fn open(host: &Host, port: u16) -> Option<u16> {
    let name = host.to_string();
    let name = name.trim_start_matches('[').trim_end_matches(']');
    let open = timeout(ONE, TcpStream::connect((name, port))).await;
    matches!(open, Ok(Ok(_))).then_some(port)
}

/// The first reading of a page.
struct Look {
    server: Server,
    url: Url,
    at: Mono,
    publishers: Vec<Sample>,
    note: String,
}

async fn look(http: Http, place: &'static Place, url: Url) -> Option<Look> {
    let at = clock::mono();
    let found = |server, publishers, note| Some(Look { server, url: url.clone(), at, publishers, note });
    match read(http, &url).await {
        Ok(document) => found(document.server, document.publishers, String::new()),
        // Half the web answers 401: only at its own place is that a sign of the server.
        Err(Miss::Login) if url.port_or_known_default() == Some(place.port) && !place.login.is_empty() => {
            found(place.server, Vec::new(), format!("wants a login: {}", place.login))
        }
        Err(Miss::Words) if matches!(place.server, Server::OpenIrl | Server::OpenRtmp) => {
            found(place.server, Vec::new(), format!("wants a key: {}", place.login))
        }
        Err(_) => None,
    }
}

/// Why a page is no page of statistics.
enum Miss {
    /// It wants to know who asks.
    Login,
    /// A known server explains in words that it will not tell.
    Words,
    /// Anything else.
    Other,
}

async fn read(mut http: Http, url: &Url) -> Result<Document, Miss> {
    let request = http.client.get(url.clone());
    let reply = match timeout(ONE, http.send(request)).await {
        Ok(Ok(reply)) => reply,
        Ok(Err(Reach::Auth(_))) => return Err(Miss::Login),
        Ok(Err(_)) | Err(_) => return Err(Miss::Other),
    };
    match detect::parse(&reply.body) {
        Ok(document) if reply.status.is_success() => Ok(document),
        Err(ParseError::Complaint(text)) if text.to_lowercase().contains("key") => Err(Miss::Words),
        _ => Err(Miss::Other),
    }
}

/// One entry for each server and port: pages that say the same are one, Nimble's two are put together,
/// and a page that can be read wins over the guess that another wants a login.
fn once_each(looks: Vec<Look>) -> Vec<Look> {
    let readable: BTreeSet<Option<u16>> =
        looks.iter().filter(|look| look.note.is_empty()).map(|look| look.url.port_or_known_default()).collect();
    let mut each: Vec<Look> = Vec::new();
    for look in looks {
        let port = look.url.port_or_known_default();
        let guess = !look.note.is_empty();
        let same = |one: &&mut Look| one.url.port_or_known_default() == port && (guess || one.server == look.server);
        match each.iter_mut().find(same) {
            Some(one) if look.server == Server::Nimble => one.publishers.extend(look.publishers),
            Some(_) => {}
            None if guess && readable.contains(&port) => {}
            None => each.push(look),
        }
    }
    each
}

/// Reads the page again and compares the counters.
async fn measure(http: Http, first: Look) -> Found {
    let mut later = Vec::new();
    let mut span = Millis(0);
    if !first.publishers.is_empty() {
        sleep(BETWEEN).await;
        later = read(http, &first.url).await.map(|document| document.publishers).unwrap_or_default();
        span = clock::mono().since(first.at);
    }
    let seen = |one: &Sample| {
        let again = later.iter().find(|again| again.feed == one.feed);
        Seen { name: one.feed.clone(), kbps: rate(first.server, one, again, span) }
    };
    let publishers = first.publishers.iter().map(seen).collect();
    let mut url = first.url;
    if first.server == Server::Nimble {
        url.set_path("/");
    }
    Found { server: first.server, url: url.into(), publishers, note: first.note }
}

/// From the counter where it moves often enough, else what the server says.
fn rate(server: Server, first: &Sample, again: Option<&Sample>, span: Millis) -> Option<u64> {
    let counted = || {
        let bytes = again?.rx_bytes?.0.checked_sub(first.rx_bytes?.0)?;
        (server.refresh() == Millis(0) && span.0 > 0).then(|| bytes * 8 / span.0)
    };
    let said = again.unwrap_or(first).kbps_server;
    counted().or_else(|| said.map(|rate| rate.0.round() as u64))
}

fn address(host: &Host, port: u16, path: &str) -> Option<Url> {
    Url::parse(&format!("http://{host}:{port}{path}")).ok()
}

#[cfg(test)]
mod tests;
