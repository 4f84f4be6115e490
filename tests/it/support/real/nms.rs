//! A private Node-Media-Server, one of the versions that `tests/setup.sh` keeps in the cache.

use std::fs;
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;

use super::ports::free_port;
use super::{Process, cache, comes_true, port_open, tied};

/// Name and password of its interface.
pub const LOGIN: (&str, &str) = ("admin", "nms password");

/// The server: RTMP in, statistics over HTTP behind [`LOGIN`].
pub struct RealNms {
    process: Process,
    _folder: TempDir,
    rtmp_port: u16,
    http_port: u16,
}

impl RealNms {
    /// Starts this version.
    pub async fn start(version: &str) -> Self {
        let folder = TempDir::new().expect("temporary folder");
        let (rtmp_port, http_port) = (free_port(), free_port());
        let script = folder.path().join("server.js");
        fs::write(&script, program(version, folder.path(), rtmp_port, http_port)).expect("the script is written");
        let mut command = tied("node");
        command.arg(&script).current_dir(folder.path());
        let process = Process::start(command, &folder.path().join("nms.log"));
        let server = Self { process, _folder: folder, rtmp_port, http_port };
        let up = async || port_open(http_port).await && port_open(rtmp_port).await;
        let up = comes_true(Duration::from_secs(60), up).await;
        assert!(up, "Node-Media-Server does not come up: {}", server.process.log_tail());
        server
    }

    /// The machine, without a page.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.http_port)
    }

    /// Where a publisher sends to.
    pub fn publish_url(&self, key: &str) -> String {
        format!("rtmp://127.0.0.1:{}/live/{key}", self.rtmp_port)
    }
}

/// One script for all versions: each takes what it knows of the settings.
fn program(version: &str, folder: &Path, rtmp_port: u16, http_port: u16) -> String {
    let package = cache().join(format!("nms-{version}/node_modules/node-media-server"));
    let (user, password) = LOGIN;
    let settings = serde_json::json!({
        "bind": "127.0.0.1",
        "logType": 1,
        "rtmp": { "port": rtmp_port, "chunk_size": 60000, "gop_cache": true, "ping": 30, "ping_timeout": 60 },
        "http": { "port": http_port, "mediaroot": folder, "allow_origin": "*", "api": true },
        "auth": {
            "api": true, "api_user": user, "api_pass": password, "play": false, "publish": false, "secret": "s",
            "jwt": {
                "secret": "a secret for tests", "expiresIn": "24h", "algorithm": "HS256",
                "users": [{ "username": user, "password": password, "role": "admin" }],
            },
        },
        "store": { "path": folder.join("data") },
        "record": { "auto": false, "path": folder.join("record") },
        "notify": { "url": "" },
        "webadmin": { "enable": false },
    });
    format!("const Server = require({package:?}); new Server({settings}).run();\n")
}
