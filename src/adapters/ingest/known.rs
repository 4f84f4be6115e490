//! Where each kind of server keeps its statistics when nobody changed anything: for an address that
//! names only the machine, and for looking round on one.

use crate::domain::server::Server;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::collections::HashSet;
use url::Url;

/// Everything but what RFC 3986 calls unreserved, and the slash.
const IN_A_PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// One usual place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Who lives there.
    pub server: Server,
    /// The usual port.
    pub port: u16,
    /// Path and query; with `NO_KEY` in it where the address holds a key that only its owner knows.
    pub path: &'static str,
    /// What to do when it wants a login.
    pub login: &'static str,
}

/// Stands where a key belongs: such a server is recognised by how it refuses this one.
const NO_KEY: &str = "find-my-ingest";
const BASIC: &str = "set STATS_USER and STATS_PASSWORD";
const TOKEN: &str = "set STATS_TOKEN";

/// Ports and paths as the servers' own documentation and sample settings give them, the likelier ones
/// of a server first. Nothing else is ever tried: this is no port scanner. The BELABOX cloud and
/// IRLHosting live with somebody else.
pub const PLACES: &[Place] = {
    use Server as S;
    const fn at(server: Server, port: u16, path: &'static str, login: &'static str) -> Place {
        Place { server, port, path, login }
    }
    &[
        at(S::Nginx, 8080, "/stat", BASIC),
        at(S::Nginx, 8080, "/stats", BASIC),
        at(S::Nginx, 80, "/stat", BASIC),
        at(S::Nginx, 80, "/stats", BASIC),
        at(S::Nginx, 8088, "/stat", BASIC),
        at(S::Nginx, 8081, "/stat", BASIC),
        at(S::Sls, 8181, "/stats", "add ?publisher=NAME of your publisher to the address, or set STATS_TOKEN"),
        at(S::OpenIrl, 8080, "/stats/find-my-ingest", "end the address with your player key"),
        at(S::OpenIrl, 8181, "/stats/find-my-ingest", "end the address with your player key"),
        at(S::Srs, 1985, "/api/v1/streams/", BASIC),
        at(S::MediaMtx, 9997, "/v3/paths/list", BASIC),
        at(S::Nms2, 8000, "/api/streams", BASIC),
        at(S::Nms4, 8000, "/api/v1/streams", BASIC),
        at(S::Xiu, 8000, "/api/query_whole_streams", ""),
        at(S::Nimble, 8082, "/manage/rtmp_status", TOKEN),
        at(S::Nimble, 8082, "/manage/srt_receiver_stats", TOKEN),
        at(S::Ome, 8081, "/v1/stats/current", TOKEN),
        at(S::Datarhei, 8080, "/api/v3/process", BASIC),
        at(S::Rist, 8681, "/stats", ""),
        at(S::OpenRtmp, 8080, "/stats?key=find-my-ingest", "end the address with ?key= and your key"),
    ]
};

/// An address that names a machine and no page on it.
pub fn names_no_page(url: &Url) -> bool {
    matches!(url.path(), "" | "/") && url.query().is_none()
}

/// The pages worth a try on the machine and port of `url`, those of its port first, each once.
pub fn places(url: &Url) -> Vec<Place> {
    let port = url.port_or_known_default();
    let mut places: Vec<Place> = PLACES.iter().filter(|place| !place.path.contains(NO_KEY)).copied().collect();
    places.sort_by_key(|place| Some(place.port) != port);
    let mut seen = HashSet::new();
    places.retain(|place| seen.insert((place.server, place.path)));
    places
}

/// `url` with the path and query of `path`; its machine, port and login stay.
pub fn on_machine(url: &Url, path: &str) -> Url {
    let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
    let mut url = url.clone();
    url.set_path(path);
    url.set_query(query);
    url.set_fragment(None);
    url
}

/// The page that a person means who names a kind and only the machine.
pub fn completed(server: Server, url: &Url) -> Url {
    let place = places(url).into_iter().find(|place| place.server == server && names_no_page(url));
    place.map_or_else(|| url.clone(), |place| on_machine(url, place.path))
}

/// The address without login.
pub fn without_login(mut url: Url) -> Url {
    // Both fail only for addresses without a machine, which the settings refuse.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}

/// A name as part of a path; its slashes stay.
pub(super) fn encoded(name: &str) -> String {
    utf8_percent_encode(name, IN_A_PATH).to_string()
}

/// A name out of a path.
pub(super) fn decoded(name: &str) -> String {
    percent_decode_str(name).decode_utf8_lossy().into_owned()
}

/// What stands before `part` in the address's path: where the interface of the server begins.
pub(super) fn before(url: &Url, part: &str) -> String {
    let path = url.path();
    path.find(part).map_or("", |at| &path[..at]).trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("an address")
    }

    #[test]
    fn a_machine_without_a_page_is_completed_by_the_kind() {
        let table = [
            (Server::Srs, "http://u:p@h:1985", "http://u:p@h:1985/api/v1/streams/"),
            (Server::Nginx, "http://h", "http://h/stat"),
            (Server::Nginx, "http://h/statistics", "http://h/statistics"),
            (Server::Sls, "http://h:8181/?publisher=a", "http://h:8181/?publisher=a"),
            (Server::OpenIrl, "http://h:8080/", "http://h:8080/"),
        ];
        for (server, given, wanted) in table {
            assert_eq!(completed(server, &url(given)).as_str(), wanted, "{server}");
        }
    }

    #[test]
    fn the_servers_of_the_port_come_first() {
        let first = |text: &str| places(&url(text))[0].server;
        assert_eq!(first("http://h:9997"), Server::MediaMtx);
        assert_eq!(first("http://h:8000"), Server::Nms2);
        assert_eq!(first("http://h"), Server::Nginx);
        let all = places(&url("http://h:9997"));
        assert!(all.len() > 10 && all.iter().all(|place| !place.path.contains(NO_KEY)), "the others follow: {all:?}");
        let once: HashSet<_> = all.iter().map(|place| (place.server, place.path)).collect();
        assert_eq!(once.len(), all.len());
    }
}
