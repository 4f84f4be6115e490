//! The real parts of the test bed: nginx-rtmp, Node-Media-Server, ffmpeg, OBS Studio and Chromium.
//!
//! Every part is a private instance on free ports with its own folder, so tests
//! can run side by side. What they need is installed by `tests/setup.sh`.
//!
//! Every process dies with its handle, and also when the test process is killed:
//! the kernel sends it SIGKILL when the *thread* that started it ends
//! (`setpriv --pdeathsig`). So start parts from the test's own task, not inside
//! `spawn_blocking`, and do not share one between tests in a `static`.

#![expect(clippy::disallowed_types, reason = "the real parts are processes")]
#![expect(clippy::disallowed_methods, reason = "one millisecond between two looks at /proc")]

pub mod browser;
pub mod hose;
pub mod nginx;
pub mod nms;
pub mod obs;
pub mod ports;
pub mod publisher;

use std::env;
use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

/// A command that is killed when the thread that started it ends.
pub fn tied(program: &str) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--", program]);
    command
}

/// Like [`tied`], with all descendants: they share a PID namespace, whose first
/// process is `program`; when it ends the kernel kills the rest.
pub fn caged(program: &str) -> Command {
    let mut command = tied("unshare");
    if !is_root() {
        command.arg("--map-root-user");
    }
    command.args(["--pid", "--fork", "--kill-child", "--mount-proc", "--", program]);
    command
}

/// Whether the tests run as root.
pub fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0)
}

/// A running part; dropping it kills it, with its descendants if it is caged.
pub struct Process {
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts `command` with its output going to the file `log`.
    pub fn start(mut command: Command, log: &Path) -> Self {
        let out = File::options().create(true).append(true).open(log).expect("log file opens");
        let err = out.try_clone().expect("log file handle is cloned");
        command.stdin(Stdio::null()).stdout(out).stderr(err);
        let child = command.spawn().unwrap_or_else(|e| panic!("{command:?} does not start: {e}"));
        Self { child, log: log.to_owned() }
    }

    /// Whether it still runs (a stopped one does).
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// The process id of the program itself, if it is in no cage.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Its exit code, if it ends by itself within `limit`.
    pub async fn ended(&mut self, limit: Duration) -> Option<i32> {
        comes_true(limit, async || !self.is_running()).await;
        self.child.try_wait().ok()??.code()
    }

    /// Sends a signal by name ("STOP") to the program itself, in its cage if it has one.
    pub fn signal(&self, name: &str) {
        let pid = self.caged_pid().unwrap_or(self.child.id());
        let sent = Command::new("kill").args(["-s", name, &pid.to_string()]).status();
        assert!(sent.is_ok_and(|s| s.success()), "SIG{name} does not reach process {pid}");
    }

    /// SIGSTOP; returns when every thread of the program stands still.
    pub fn stop(&self) {
        self.signal("STOP");
        let tasks = format!("/proc/{}/task", self.caged_pid().unwrap_or(self.child.id()));
        for _ in 0..2000 {
            if all_stopped(&tasks) {
                return;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        panic!("a process does not stop: {tasks}");
    }

    /// SIGKILL to all of it; returns when it is gone and its ports are free.
    pub fn kill(&mut self) {
        if !self.is_running() {
            return;
        }
        // With the first process of the namespace all others end before it is reaped.
        match self.caged_pid() {
            Some(_) => self.signal("KILL"),
            None => self.child.kill().expect("own child can be killed"),
        }
        self.child.wait().expect("own child can be waited for");
    }

    /// The last lines it wrote, for failure messages.
    pub fn log_tail(&self) -> String {
        let log = fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&log[log.len().saturating_sub(2000)..]).into_owned()
    }

    /// The first process of the cage: the only child of `unshare`.
    fn caged_pid(&self) -> Option<u32> {
        let id = self.child.id();
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).ok()?;
        let is_cage = fs::read_to_string(format!("/proc/{id}/comm")).ok()?.trim() == "unshare";
        is_cage.then(|| children.split_whitespace().next()?.parse().ok())?
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Whether each thread below `/proc/PID/task` is stopped, or gone.
fn all_stopped(tasks: &str) -> bool {
    let Ok(tasks) = fs::read_dir(tasks) else {
        return true;
    };
    tasks.flatten().all(|task| match fs::read_to_string(task.path().join("stat")) {
        Ok(stat) => stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with(['T', 'Z', 'X'])),
        Err(_) => true,
    })
}

/// Polls `check` every 50 ms; false when it has not come true within `limit`.
pub async fn comes_true(limit: Duration, mut check: impl AsyncFnMut() -> bool) -> bool {
    let end = Instant::now() + limit;
    while !check().await {
        if Instant::now() > end {
            return false;
        }
        sleep(Duration::from_millis(50)).await;
    }
    true
}

/// Where `tests/setup.sh` keeps what is in no package.
pub fn cache() -> PathBuf {
    let cache = env::var_os("XDG_CACHE_HOME").filter(|folder| !folder.is_empty());
    let home = || PathBuf::from(env::var_os("HOME").expect("HOME is set")).join(".cache");
    cache.map_or_else(home, PathBuf::from).join("stream-control")
}

/// Whether anyone listens on this port of 127.0.0.1.
pub async fn port_open(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).await.is_ok()
}

/// The body of a plain HTTP GET on 127.0.0.1, if answered with 200 within two seconds.
pub async fn http_get(port: u16, path: &str) -> Option<String> {
    let answer = timeout(Duration::from_secs(2), http_exchange(port, path)).await.ok()??;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    head.split_whitespace().nth(1).filter(|status| *status == "200")?;
    Some(body.to_owned())
}

async fn http_exchange(port: u16, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
    let request = format!("GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n");
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.ok()?;
    String::from_utf8(answer).ok()
}
