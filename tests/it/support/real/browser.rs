//! A headless Chromium driven by chromedriver, with a fresh profile.

use std::fs;
use std::path::Path;
use std::time::Duration;

use axum::http::Method;
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use url::Url;

use super::ports::free_port;
use super::{Process, caged, comes_true, port_open};

/// A browser with one window.
pub struct Browser {
    /// The session: `goto`, `find`, `execute` and the like.
    pub client: Client,
    _process: Process,
    _folder: TempDir,
}

impl Browser {
    /// Starts chromedriver and a Chromium of 1280 by 800 points.
    pub async fn start() -> Self {
        let folder = TempDir::new().expect("temporary folder");
        let port = free_port();
        let process = launch(folder.path(), port);
        let up = comes_true(Duration::from_secs(60), async || port_open(port).await);
        assert!(up.await, "chromedriver does not come up: {}", process.log_tail());
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities(folder.path()))
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .unwrap_or_else(|e| panic!("Chromium does not start: {e}; {}", process.log_tail()));
        Self { client, _process: process, _folder: folder }
    }

    /// Gives the page itself (not the window with its bars) this many points.
    pub async fn resize(&self, width: u32, height: u32) {
        let set = async |height| self.client.set_window_size(width, height).await.expect("the window takes a size");
        set(height).await;
        let inner = self.client.execute("return innerHeight", vec![]).await.expect("a script runs");
        let inner = inner.as_u64().expect("a height is a number") as u32;
        set(height + height.saturating_sub(inner)).await;
    }

    /// What the page and the browser have complained about since the last look: errors of scripts,
    /// breaches of the content policy, answers with an error status.
    pub async fn complaints(&self) -> Vec<String> {
        let entries = self.client.issue_cmd(ReadLog).await.expect("the log can be read");
        let text = |entry: &Value, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
        let entries = entries.as_array().cloned().unwrap_or_default();
        let loud = entries.iter().filter(|entry| matches!(text(entry, "level").as_str(), "SEVERE" | "WARNING"));
        loud.map(|entry| format!("{}: {}", text(entry, "source"), text(entry, "message"))).collect()
    }

    /// Runs this script in the page and gives what it returns.
    pub async fn run(&self, script: &str) -> Value {
        self.client.execute(script, vec![]).await.unwrap_or_else(|error| panic!("{error}: {script}"))
    }

    /// Waits until this expression is true in the page.
    pub async fn until(&self, expression: &str) {
        let script = format!("return Boolean({expression})");
        // Between two pages there is no place for a script to run.
        let look = async || self.client.execute(&script, vec![]).await.is_ok_and(|truth| truth == true);
        if !comes_true(Duration::from_secs(60), look).await {
            let page = self.client.execute("return document.body.innerText", vec![]).await;
            let picture = std::env::temp_dir().join("stream-control-browser-test.png");
            self.screenshot(&picture).await;
            let page = page.unwrap_or_default();
            let page = page.as_str().unwrap_or_default();
            panic!("waited in vain for {expression}; the window is in {}: {page}", picture.display());
        }
    }

    /// Saves what the window shows as a PNG file.
    pub async fn screenshot(&self, path: &Path) {
        let png = self.client.screenshot().await.expect("Chromium takes a picture");
        fs::write(path, png).expect("the picture is written");
    }
}

/// Chromedriver's own command for the browser's log.
#[derive(Debug)]
struct ReadLog;

impl WebDriverCompatibleCommand for ReadLog {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({ "type": "browser" }).to_string()))
    }
}

fn launch(folder: &Path, port: u16) -> Process {
    let mut command = caged("chromedriver");
    command.arg(format!("--port={port}")).env("HOME", folder).env("TMPDIR", folder);
    Process::start(command, &folder.join("chromedriver.log"))
}

fn capabilities(folder: &Path) -> Capabilities {
    let args = json!([
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--window-size=1280,800",
        format!("--user-data-dir={}", folder.join("profile").display()),
    ]);
    let options = ("goog:chromeOptions".to_owned(), json!({ "args": args }));
    let log = ("goog:loggingPrefs".to_owned(), json!({ "browser": "ALL" }));
    [options, log].into_iter().collect()
}
