//! Where each kind of server keeps its statistics when nobody changed anything: for an address that
//! names only the machine, and for looking round on one.

use crate::domain::server::Server;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
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
    /// Path and query.
    pub path: &'static str,
}

/// Ports and paths as the servers' own documentation and sample settings give them. Kinds whose
/// address holds a key (OpenIRL, BELABOX cloud, IRLHosting) have no usual place.
pub const PLACES: &[Place] = {
    use Server as S;
    const fn at(server: Server, port: u16, path: &'static str) -> Place {
        Place { server, port, path }
    }
    &[
        at(S::Nginx, 8080, "/stat"),
        at(S::Nginx, 80, "/stat"),
        at(S::Nginx, 8080, "/stats"),
        at(S::Sls, 8181, "/stats"),
        at(S::Srs, 1985, "/api/v1/streams/"),
        at(S::MediaMtx, 9997, "/v3/paths/list"),
        at(S::Nms2, 8000, "/api/streams"),
        at(S::Nms4, 8000, "/api/v1/streams"),
        at(S::Nimble, 8082, "/manage/srt_receiver_stats"),
        at(S::Xiu, 8000, "/api/query_whole_streams"),
        at(S::Datarhei, 8080, "/api/v3/srt"),
    ]
};

/// An address that names a machine and no page on it.
pub fn names_no_page(url: &Url) -> bool {
    matches!(url.path(), "" | "/") && url.query().is_none()
}

/// The places worth a try on the machine and port of `url`, those of its port first.
pub fn places(url: &Url) -> Vec<Place> {
    let port = url.port_or_known_default();
    let mut places = PLACES.to_vec();
    places.dedup_by_key(|place| (place.server, place.path));
    places.sort_by_key(|place| Some(place.port) != port);
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
        assert!(places(&url("http://h:9997")).len() >= PLACES.len() - 1, "the others follow");
    }
}
