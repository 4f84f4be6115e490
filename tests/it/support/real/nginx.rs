//! A private nginx with the RTMP module: the ingest, and the place OBS streams to.

use std::fs;
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;

use super::ports::{free_port, random_number};
use super::{Process, caged, comes_true, http_get};

/// Where Debian puts the module; a relative path would be sought below the prefix.
const MODULE: &str = "/usr/lib/nginx/modules/ngx_rtmp_module.so";

/// nginx with the RTMP applications `publish` (the feed) and `out` (the stream of
/// OBS), a stat page at `/stat` and the module's control at `/control`.
pub struct RealNginx {
    process: Process,
    _folder: TempDir,
    rtmp_port: u16,
    http_port: u16,
}

impl RealNginx {
    /// Starts one that keeps a stalled publisher connected, as nginx does by default.
    pub async fn start() -> Self {
        Self::start_with(String::new()).await
    }

    /// Starts one that calls back when a publisher has gone.
    pub async fn start_calling(url: &str) -> Self {
        Self::start_with(format!("on_publish_done {url};")).await
    }

    /// Starts one with more lines in its application `publish`.
    async fn start_with(more: String) -> Self {
        let folder = TempDir::new().expect("temporary folder");
        let (rtmp_port, http_port) = (free_port(), free_port());
        let config = config(folder.path(), rtmp_port, http_port, &more);
        fs::write(folder.path().join("nginx.conf"), config).expect("nginx.conf is written");
        let process = launch(folder.path());
        let nginx = Self { process, _folder: folder, rtmp_port, http_port };
        nginx.ready().await;
        nginx
    }

    /// The port that publishers connect to.
    pub fn rtmp_port(&self) -> u16 {
        self.rtmp_port
    }

    /// The stat page's address.
    pub fn stats_url(&self) -> String {
        format!("http://127.0.0.1:{}/stat", self.http_port)
    }

    /// The stat page itself; `None` when nginx does not answer.
    pub async fn stats(&self) -> Option<String> {
        http_get(self.http_port, "/stat").await
    }

    /// Where a publisher sends its feed, and where a player finds it.
    pub fn publish_url(&self, key: &str) -> String {
        format!("rtmp://127.0.0.1:{}/publish/{key}", self.rtmp_port)
    }

    /// The server address OBS streams to; the stream key comes on top.
    pub fn out_url(&self) -> String {
        format!("rtmp://127.0.0.1:{}/out", self.rtmp_port)
    }

    async fn ready(&self) {
        let up = comes_true(Duration::from_secs(60), async || self.stats().await.is_some()).await;
        assert!(up, "nginx does not come up: {}", self.process.log_tail());
    }
}

fn launch(folder: &Path) -> Process {
    // The worker's PID is seen on the stat page: in a fresh namespace it would be
    // the same after every restart, which no real server shows.
    let number = 300 + random_number() % 30_000;
    let script = format!("echo {number} >/proc/sys/kernel/ns_last_pid; exec nginx -p \"$0\" -c nginx.conf");
    let mut command = caged("sh");
    command.arg("-c").arg(script).arg(folder);
    Process::start(command, &folder.join("nginx.log"))
}

fn config(folder: &Path, rtmp_port: u16, http_port: u16, more: &str) -> String {
    let folder = folder.display();
    format!(
        "load_module {MODULE};
daemon off; user root; worker_processes 1;
pid {folder}/nginx.pid; error_log stderr notice;
events {{ worker_connections 256; }}
rtmp {{ access_log off; server {{
    listen 127.0.0.1:{rtmp_port};
    application publish {{ live on; {more} }}
    application out {{ live on; }}
}} }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{http_port};
        location /stat {{ rtmp_stat all; }}
        location /control {{ rtmp_control all; }}
    }}
}}
"
    )
}
