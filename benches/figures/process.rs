//! The daemon as a process: start-up with an existing database, memory and processor time with one
//! page open, size of the binary. Run by the bench profile, which is the release profile.

use crate::table::Table;
use anyhow::Context as _;
use futures_util::StreamExt as _;
use std::time::{Duration, Instant};
use stream_control::demo::fake_ingest::{FakeIngest, Mode, Shape};
use stream_control::demo::fake_obs::{FakeObs, Script};
use stream_control::kit::units::Kbps;
use tokio::process::{Child, Command};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

const BINARY: &str = env!("CARGO_BIN_EXE_stream-control");
const PASSWORD: &str = "a password for figures";
const STARTS: u32 = 10;
const SITTING: Duration = Duration::from_secs(60);

/// The program as a child process.
pub struct Daemon {
    child: Child,
    page: String,
}

/// Adds the rows.
pub async fn measure(table: &mut Table) -> anyhow::Result<()> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let obs = FakeObs::start(0, Script::default()).await?;
    obs.human_start();
    let ingest = FakeIngest::start(Shape::Sls).await?;
    ingest.set(Mode::Healthy(Kbps(4000.0)));
    let data = tempfile::TempDir::new()?;
    let settings = [
        ("OBS_PORT", obs.port().to_string()),
        ("STATS_URL", ingest.url().to_string()),
        ("LOGIN_PASSWORD", PASSWORD.to_owned()),
        ("DATA_DIR", data.path().to_string_lossy().into_owned()),
    ];
    Daemon::start(&settings).await?.0.stop().await?;
    let mut worst = Duration::ZERO;
    for _ in 0..STARTS {
        let (daemon, took) = Daemon::start(&settings).await?;
        worst = worst.max(took);
        daemon.stop().await?;
    }
    table.row(
        "start-up to serving, existing database",
        "",
        format!("{} ms (worst of {STARTS})", worst.as_millis()),
        "≤ 150 ms",
    );
    sit(table, &settings).await?;
    let size = std::fs::metadata(BINARY)?.len();
    table.row("stripped binary", "", format!("{:.1} MiB", size as f64 / 1048576.0), "aim ≤ 25 MiB");
    Ok(())
}

/// One page open for a minute.
async fn sit(table: &mut Table, settings: &[(&str, String)]) -> anyhow::Result<()> {
    let (daemon, _) = Daemon::start(settings).await?;
    let cookie = daemon.sign_in().await?;
    let mut request = format!("{}/ws/live", daemon.page.replacen("http", "ws", 1)).into_client_request()?;
    request.headers_mut().insert("Cookie", cookie.parse()?);
    request.headers_mut().insert("Origin", daemon.page.parse()?);
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await.context("the live socket")?;
    let (before, began) = (daemon.cpu_secs()?, Instant::now());
    let _ = tokio::time::timeout(SITTING, async { while socket.next().await.is_some() {} }).await;
    let share = (daemon.cpu_secs()? - before) / began.elapsed().as_secs_f64();
    let rss = daemon.rss_kib()? as f64 / 1024.0;
    table.row("memory after 60 s with one page open", "", format!("{rss:.1} MiB"), "aim ≤ 25 MiB");
    table.row("processor at 1 Hz with one page open", "", format!("{:.2} % of a core", share * 100.0), "aim ≤ 0.3 %");
    daemon.stop().await
}

impl Daemon {
    /// Starts it and waits until the login page answers.
    pub async fn start(settings: &[(&str, String)]) -> anyhow::Result<(Self, Duration)> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let page = format!("http://127.0.0.1:{port}");
        let began = Instant::now();
        let child = Command::new(BINARY)
            .args(["--env-file", "/nonexistent", "run"])
            .envs(settings.iter().map(|(key, value)| (*key, value.as_str())))
            .env("BIND_ADDR", format!("127.0.0.1:{port}"))
            .stdout(std::process::Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let client = reqwest::Client::new();
        while client.get(format!("{page}/login")).send().await.is_err() {
            anyhow::ensure!(began.elapsed() < Duration::from_secs(20), "the daemon does not serve");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok((Self { child, page }, began.elapsed()))
    }

    async fn sign_in(&self) -> anyhow::Result<String> {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
        let answer = client
            .post(format!("{}/login", self.page))
            .header("Origin", &self.page)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(format!("password={}", PASSWORD.replace(' ', "+")))
            .send()
            .await?;
        let cookie = answer.headers().get("set-cookie").context("a cookie")?.to_str()?;
        Ok(cookie.split(';').next().unwrap_or_default().to_owned())
    }

    fn proc(&self, file: &str) -> anyhow::Result<String> {
        let pid = self.child.id().context("it runs")?;
        Ok(std::fs::read_to_string(format!("/proc/{pid}/{file}"))?)
    }

    /// User and system time so far (fields 14 and 15 of /proc/PID/stat, in hundredths of a second).
    pub fn cpu_secs(&self) -> anyhow::Result<f64> {
        let stat = self.proc("stat")?;
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |index: usize| fields.get(index).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
        Ok((ticks(11) + ticks(12)) / 100.0)
    }

    fn rss_kib(&self) -> anyhow::Result<u64> {
        let status = self.proc("status")?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).context("VmRSS")?;
        Ok(line.split_whitespace().nth(1).unwrap_or_default().parse()?)
    }

    /// SIGTERM, then waits for the end.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        let pid = self.child.id().context("it runs")?;
        Command::new("kill").arg(pid.to_string()).status().await?;
        let ended = tokio::time::timeout(Duration::from_secs(5), self.child.wait()).await;
        ended.context("it did not end within 5 s")??;
        Ok(())
    }
}
