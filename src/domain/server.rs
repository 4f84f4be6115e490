//! The kinds of ingest server that are understood: what a person may choose, and what answers.

use crate::kit::units::Millis;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A kind of ingest server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Server {
    /// nginx-rtmp `rtmp_stat`.
    Nginx,
    /// SRT Live Server: the original and the b3ck and irlserver forks.
    Sls,
    /// OpenIRL's srt-live-server and srtla-receiver, and its `?legacy=1` form.
    OpenIrl,
    /// The BELABOX cloud relay.
    Belabox,
    /// SRS.
    Srs,
    /// MediaMTX.
    MediaMtx,
    /// Node-Media-Server 2.
    Nms2,
    /// Node-Media-Server 4.
    Nms4,
    /// Nimble Streamer.
    Nimble,
    /// Xiu.
    Xiu,
    /// OvenMediaEngine.
    Ome,
    /// datarhei Core, the heart of Restreamer.
    Datarhei,
    /// librist's receiver statistics.
    Rist,
    /// IRLHosting.
    IrlHosting,
    /// OpenRTMP (librtmp2-server).
    OpenRtmp,
    /// Any JSON, read by the pointers in the feed's settings.
    Json,
    /// The server sends its statistics to us.
    Push,
    /// OBS's own media source.
    Obs,
}

/// kind, word in the settings, name for people, shortest time between two polls in ms, time between
/// two steps of the counters in ms
type Row = (Server, &'static str, &'static str, u64, u64);

/// OpenIRL allows 300 requests a minute per address and other programs share that; the cloud relay
/// and IRLHosting belong to somebody else. SRS moves `recv_bytes` every 3 s (measured), RIST once a
/// second.
const TABLE: &[Row] = {
    use Server as S;
    &[
        (S::Nginx, "nginx", "nginx-rtmp", 0, 0),
        (S::Sls, "sls", "SRT Live Server", 0, 0),
        (S::OpenIrl, "openirl", "OpenIRL SRT Live Server", 1000, 0),
        (S::Belabox, "belabox", "BELABOX cloud", 1000, 0),
        (S::Srs, "srs", "SRS", 0, 3000),
        (S::MediaMtx, "mediamtx", "MediaMTX", 0, 0),
        (S::Nms2, "nms2", "Node-Media-Server 2", 0, 0),
        (S::Nms4, "nms4", "Node-Media-Server 4", 0, 0),
        (S::Nimble, "nimble", "Nimble Streamer", 0, 0),
        (S::Xiu, "xiu", "Xiu", 0, 0),
        (S::Ome, "ome", "OvenMediaEngine", 0, 0),
        (S::Datarhei, "datarhei", "datarhei Core", 0, 0),
        (S::Rist, "rist", "RIST receiver", 0, 1000),
        (S::IrlHosting, "irlhosting", "IRLHosting", 1000, 0),
        (S::OpenRtmp, "openrtmp", "OpenRTMP", 0, 0),
        (S::Json, "json", "JSON by pointers", 0, 0),
        (S::Push, "push", "pushed statistics", 0, 0),
        (S::Obs, "obs", "OBS media source", 0, 0),
    ]
};

/// The words that a setting may hold: `auto`, then every kind.
pub const WORDS: &[&str] = &[
    "auto",
    "nginx",
    "sls",
    "openirl",
    "belabox",
    "srs",
    "mediamtx",
    "nms2",
    "nms4",
    "nimble",
    "xiu",
    "ome",
    "datarhei",
    "rist",
    "irlhosting",
    "openrtmp",
    "json",
    "push",
    "obs",
];

impl Server {
    /// Every kind.
    pub fn all() -> impl Iterator<Item = Server> {
        TABLE.iter().map(|row| row.0)
    }

    /// The kind that a word in the settings names.
    pub fn from_word(word: &str) -> Option<Self> {
        TABLE.iter().find(|row| row.1 == word).map(|row| row.0)
    }

    /// Kinds whose documents are so alike that one stands for the other in the settings.
    pub fn family(self) -> Self {
        match self {
            Server::OpenIrl | Server::Belabox => Server::Sls,
            other => other,
        }
    }

    /// The word in the settings.
    pub fn word(self) -> &'static str {
        self.row().1
    }

    /// Never ask more often than this.
    pub fn min_interval(self) -> Millis {
        Millis(self.row().3)
    }

    /// The server moves its counters no more often than this.
    pub fn refresh(self) -> Millis {
        Millis(self.row().4)
    }

    fn row(self) -> &'static Row {
        // Every kind has its row: `every_kind_has_a_row_and_a_word` holds it to that.
        TABLE.iter().find(|row| row.0 == self).unwrap_or(&TABLE[0])
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.row().2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_row_and_a_word() {
        assert_eq!(WORDS[0], "auto");
        assert_eq!(WORDS[1..].to_vec(), Server::all().map(Server::word).collect::<Vec<_>>());
        for server in Server::all() {
            assert_eq!(Server::from_word(server.word()), Some(server));
        }
        assert_eq!(Server::all().count(), Server::Obs as usize + 1, "every kind stands in the table");
    }
}
