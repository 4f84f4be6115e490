//! The second witness of a feed: the kernel's statistics of the port on this machine that its
//! publisher connects to.

use crate::adapters::host::sockets::{Hint, Ports, Sockets};
use crate::config;
use crate::domain::server::Server;
use crate::domain::signal::Sample;
use std::net::{IpAddr, Ipv4Addr};

/// The port of RTMP.
const RTMP: u16 = 1935;

/// Asks the kernel beside each poll.
pub(super) struct KernelWitness {
    ports: Ports,
    sockets: Option<Sockets>,
    port: Option<u16>,
    /// The kernel refused once; what the system forbids now it forbids at the next poll.
    refused: bool,
}

impl KernelWitness {
    /// For this feed; it sees nothing where the publisher does not connect to this machine by TCP, or
    /// where the kernel cannot be asked.
    pub(super) fn new(ports: Ports, feed: &config::Feed) -> Self {
        Self { ports, sockets: None, port: feed.port, refused: false }
    }

    /// Fills in what the kernel says, for unreadable samples too. `server` is who answers, once known;
    /// `obs` where OBS is while it may stream.
    pub(super) fn testify(
        &mut self,
        sample: &mut Sample,
        feed: &config::Feed,
        server: Option<Server>,
        obs: Option<IpAddr>,
    ) {
        if self.refused {
            return;
        }
        if self.sockets.is_none() {
            let Some(port) = self.port.or_else(|| usual_port(feed, feed.kind.or(server))) else { return };
            self.sockets = self.ports.watch(port).ok();
            self.refused = self.sockets.is_none();
        }
        let (counted, session, refresh) = (sample.rx_bytes, sample.session.as_deref(), sample.refresh);
        let hint = Hint { counted, session, refresh, obs };
        sample.witness = self.sockets.as_mut().and_then(|sockets| sockets.witness(hint));
    }
}

/// The port of an RTMP server on this machine whose settings name none.
fn usual_port(feed: &config::Feed, server: Option<Server>) -> Option<u16> {
    let speaks_rtmp = matches!(server?, Server::Nginx | Server::Nms2 | Server::Nms4 | Server::Srs);
    let here = feed.url.as_ref()?.reveal().host().is_some_and(|host| match host {
        url::Host::Domain(name) => name.eq_ignore_ascii_case("localhost"),
        url::Host::Ipv4(address) => address.is_loopback(),
        url::Host::Ipv6(address) => address.is_loopback(),
    });
    (speaks_rtmp && here).then_some(RTMP)
}

/// The address behind a setting such as OBS_HOST, where it can be known without asking anybody.
pub(super) fn address(host: &str) -> Option<IpAddr> {
    let here = host.eq_ignore_ascii_case("localhost");
    if here { Some(Ipv4Addr::LOCALHOST.into()) } else { host.trim_matches(['[', ']']).parse().ok() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::FeedId;
    use crate::kit::secret::Secret;

    #[test]
    fn where_obs_is_is_known_without_asking_anybody() {
        for (host, wanted) in [
            ("127.0.0.1", Some("127.0.0.1")),
            ("localhost", Some("127.0.0.1")),
            ("[::1]", Some("::1")),
            ("10.0.0.2", Some("10.0.0.2")),
            ("studio.example", None),
        ] {
            assert_eq!(address(host), wanted.map(|at| at.parse().expect("an address")), "{host}");
        }
    }

    #[test]
    fn the_usual_port_is_taken_only_for_an_rtmp_server_on_this_machine() {
        let table = [
            ("http://127.0.0.1:8080/stat", Some(Server::Nginx), Some(1935)),
            ("http://localhost:8080/stat", Some(Server::Nms4), Some(1935)),
            ("http://[::1]:1985/api/v1/streams/", Some(Server::Srs), Some(1935)),
            ("http://192.168.1.7:8080/stat", Some(Server::Nginx), None),
            ("http://127.0.0.1:8181/stats", Some(Server::Sls), None),
            ("http://127.0.0.1:8080/stat", None, None),
        ];
        for (url, server, wanted) in table {
            let url = Some(Secret::new(url.parse().expect("a URL")));
            let feed = config::Feed { url, ..config::Feed::unset(FeedId::main()) };
            assert_eq!(usual_port(&feed, server), wanted, "{server:?}");
        }
    }
}
