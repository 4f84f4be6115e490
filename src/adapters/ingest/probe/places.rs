//! Where ingest servers keep their statistics unless somebody moved them. Nothing else is ever tried:
//! this is no port scanner.

use crate::domain::server::Server;

/// A port and a path, the server whose they are, and what it wants to know before it tells anything.
pub struct Place {
    /// Whose place it is.
    pub server: Server,
    /// The port.
    pub port: u16,
    /// The path, with its query.
    pub path: &'static str,
    /// What to do when it wants a login.
    pub login: &'static str,
}

const BASIC: &str = "set STATS_USER and STATS_PASSWORD";
const TOKEN: &str = "set STATS_TOKEN";

/// The places, the likelier ones of a server first.
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
