//! The built program as a process of its own, in a folder of its own, with nothing in its environment.

#![expect(clippy::disallowed_types, reason = "the program is a process")]

use super::real::ports::free_port;
use super::real::{Process, comes_true, is_root, tied};
use super::visitor::Visitor;
use std::fs;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinHandle;

const PROGRAM: &str = env!("CARGO_BIN_EXE_stream-control");
/// Longest wait for a line.
const LIMIT: Duration = Duration::from_secs(60);

/// A place to start the program in, as often as one likes.
pub struct Program {
    /// Its working folder; the database is in `data`.
    pub folder: TempDir,
    /// Where it is told to serve.
    pub address: SocketAddr,
    /// Settings for its environment, beside BIND_ADDR and DATA_DIR.
    pub settings: Vec<(String, String)>,
}

impl Program {
    /// A new folder with this `.env`; none if it is empty.
    pub fn new(dotenv: &str, settings: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().expect("a folder");
        fs::create_dir(folder.path().join("data")).expect("a folder for the database");
        if !dotenv.is_empty() {
            fs::write(folder.path().join(".env"), dotenv).expect("a .env");
        }
        let settings = settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Self { folder, address: (Ipv4Addr::LOCALHOST, free_port()).into(), settings }
    }

    /// The folder of the database.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Starts it with these words on its command line.
    pub fn launch(&self, words: &[&str]) -> Process {
        let mut command = tied(PROGRAM);
        command.args(words);
        self.spawn(command)
    }

    /// Starts it with a disk of its own for the database: a tmpfs with these mount options.
    pub fn launch_on_disk(&self, options: &str) -> Process {
        let mut command = tied("unshare");
        if !is_root() {
            command.arg("--map-root-user");
        }
        let script = format!("mount -t tmpfs -o {options} none {} && exec {PROGRAM}", self.data().display());
        command.args(["--mount", "--", "sh", "-c", &script]);
        self.spawn(command)
    }

    /// Starts it and waits until it serves.
    pub async fn start(&self) -> Process {
        let process = self.launch(&[]);
        self.ready().await;
        process
    }

    /// Waits until it serves.
    pub async fn ready(&self) {
        let up = comes_true(LIMIT, async || super::real::port_open(self.address.port()).await).await;
        assert!(up, "it does not come up: {}", self.output());
    }

    /// A visitor of its page.
    pub fn visitor(&self) -> Visitor {
        Visitor::new(self.address)
    }

    /// All that it has written so far, in all its runs.
    pub fn output(&self) -> String {
        fs::read_to_string(self.log()).unwrap_or_default()
    }

    /// Waits for a line that contains `text` and gives what follows `text` up to the next blank.
    pub async fn line(&self, text: &str) -> String {
        let come = comes_true(LIMIT, async || self.output().contains(text)).await;
        assert!(come, "waited in vain for '{text}': {}", self.output());
        let output = self.output();
        let (_, rest) = output.split_once(text).unwrap_or_default();
        rest.split_whitespace().next().unwrap_or_default().to_owned()
    }

    fn spawn(&self, mut command: Command) -> Process {
        command.current_dir(self.folder.path()).env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        command.env("TMPDIR", self.folder.path());
        command.env("BIND_ADDR", self.address.to_string()).env("DATA_DIR", self.data());
        command.envs(self.settings.iter().map(|(key, value)| (key, value)));
        Process::start(command, &self.log())
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("output.log")
    }
}

/// A disk that is full and stays so: room that the program makes on it is taken at once.
pub struct FullDisk {
    filler: PathBuf,
    filling: JoinHandle<()>,
}

impl FullDisk {
    /// Fills the disk below this folder.
    pub async fn fill(folder: &Path) -> Self {
        let filler = folder.join("filler");
        let mut file = fs::File::create(&filler).expect("a file to fill the disk with");
        let (more, (fills, mut full)) = (vec![0; 4 * 1024 * 1024], watch::channel(0));
        let filling = tokio::spawn(async move {
            loop {
                assert!(file.write_all(&more).is_err(), "a larger disk than expected");
                fills.send_modify(|fills| *fills += 1);
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
        full.changed().await.expect("it is full");
        Self { filler, filling }
    }

    /// There is room again.
    pub async fn empty(self) {
        self.filling.abort();
        let _ = self.filling.await;
        fs::remove_file(&self.filler).expect("the filler goes");
    }
}
