//! The command line: `run` (also without a word), `authorize`, `check`, `demo`, `import`, `probe`, `replay`.

mod authorize;
mod import;
mod probe;

use crate::config::{Config, Values, effective, keys, mistake, settle};
use crate::store::Store;
use crate::{boot, demo, replay};
use anyhow::Context as _;
use clap::{Parser, Subcommand};
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// Stream Control: the control room that a live streamer trusts with the show.
#[derive(Debug, Parser)]
#[command(version, after_help = "See the settings with `stream-control check`, all keys with `stream-control check --env-example`.", after_long_help = keys::help())]
pub struct Cli {
    /// The settings file.
    #[arg(long, default_value = ".env", global = true, value_name = "FILE")]
    env_file: PathBuf,
    /// What is written to standard output, as RUST_LOG spells it.
    #[arg(long, env = "RUST_LOG", default_value = "info,sqlx=warn,obws=warn", global = true, value_name = "FILTER")]
    log: String,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the daemon (the default).
    Run,
    /// Show the settings in force and every mistake; ends with 1 if there are mistakes.
    Check {
        /// Print a .env with every key and its help instead.
        #[arg(long)]
        env_example: bool,
    },
    /// Sign in to Twitch by a code, from this terminal; ends with 1 if nobody agreed.
    Authorize {
        /// The bot's account instead of the channel's.
        #[arg(long)]
        bot: bool,
    },
    /// Take over the settings of another program.
    Import {
        #[command(subcommand)]
        from: From,
    },
    /// Find the ingest servers of a machine, and who sends there.
    Probe {
        /// Its name or address, without http:// and port.
        host: String,
        /// Try this port instead of the usual ones; may be given several times.
        #[arg(long = "port", value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
        ports: Vec<u16>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Run the whole daemon against a built-in world, to look around.
    Demo,
    /// Play a recording of polls and print what would have been decided, and why.
    Replay(replay::command::Args),
}

#[derive(Debug, Subcommand)]
enum From {
    /// NOALBS: its config.json, and the .env beside it.
    Noalbs {
        /// Its folder, or the config.json itself.
        path: PathBuf,
        /// Only show what would become of it.
        #[arg(long)]
        dry_run: bool,
    },
}

/// Does what the command line says. Ends with 0, or 1 after a mistake or a failure.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command {
        Some(Command::Check { env_example: true }) => say(&keys::env_example()).map(|()| true),
        Some(Command::Check { env_example: false }) => check(&cli.env_file),
        Some(Command::Authorize { bot }) => authorize::authorize(&cli.env_file, bot),
        Some(Command::Import { from: From::Noalbs { path, dry_run } }) => import::noalbs(&cli.env_file, &path, dry_run),
        Some(Command::Probe { host, ports, json }) => probe::probe(&host, &ports, json),
        Some(Command::Demo) => daemon(&cli.log, demo::run()),
        Some(Command::Replay(ref args)) => replay::command::run(args, &cli.env_file),
        Some(Command::Run) | None => start(&cli),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(std::io::stderr().lock(), "Stream Control stopped: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start(cli: &Cli) -> anyhow::Result<bool> {
    let values = Values::load(&cli.env_file);
    if let Err(mistakes) = Config::parse(&values) {
        let text = format!("Settings to correct:\n{}\n", mistake::all(&mistakes));
        std::io::stderr().lock().write_all(text.as_bytes())?;
        return Ok(false);
    }
    daemon(&cli.log, boot::run(boot::Start { values }))
}

/// Which lines are wanted. WebSocket requests and frames are never among them: the address to which Twitch
/// moves a session is a secret, and so is what OBS is told to let us in.
fn filter(log: &str) -> anyhow::Result<EnvFilter> {
    let mut filter = EnvFilter::try_new(log).context("--log (RUST_LOG) cannot be understood")?;
    for quiet in ["tungstenite=debug", "tungstenite::handshake::client=debug", "tungstenite::protocol=debug"] {
        filter = filter.add_directive(quiet.parse()?);
    }
    Ok(filter)
}

/// Runs the daemon's future on a runtime of its own, with lines on standard output.
fn daemon(log: &str, future: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<bool> {
    let filter = filter(log)?;
    let colours = std::io::stdout().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_target(false).with_ansi(colours).init();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(16)
        .enable_all()
        .build()
        .context("no runtime could be started")?;
    let ended = runtime.block_on(future);
    // A blocking thread that hangs (a dead disk) must not keep the process from ending.
    runtime.shutdown_timeout(std::time::Duration::from_millis(500));
    ended.map(|()| true)
}

/// A runtime for a command that ends by itself.
fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().context("no runtime could be started")
}

/// Prints what is in force, rows of the store included where there is one, and all mistakes.
fn check(env_file: &Path) -> anyhow::Result<bool> {
    let base = Values::load(env_file);
    let (values, mistakes) = match Config::parse(&base) {
        Err(mistakes) => (base, mistakes),
        Ok(config) => with_rows(base, &config),
    };
    say(&effective::report(&values))?;
    if mistakes.is_empty() {
        say("\nNo mistakes.\n")?;
    } else {
        say(&format!("\nMistakes:\n{}\n", mistake::all(&mistakes)))?;
    }
    Ok(mistakes.is_empty())
}

/// The values with the rows that people set in the page. Looks only where a database already is:
/// checking makes no files.
fn with_rows(base: Values, config: &Config) -> (Values, Vec<mistake::Mistake>) {
    let folder = &config.web.data_dir;
    if !folder.join(crate::store::FILE).exists() {
        return (base, Vec::new());
    }
    let rows = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map(|runtime| runtime.block_on(async { Store::open(folder).await?.settings().await }));
    match rows {
        Ok(Ok(rows)) => match settle(&base, rows) {
            Ok(settled) => (settled.values, settled.set_aside),
            Err(mistakes) => (base, mistakes),
        },
        Ok(Err(error)) => (base, vec![mistake::Mistake::of_file(folder, &error.to_string())]),
        Err(error) => (base, vec![mistake::Mistake::of_file(folder, &error.to_string())]),
    }
}

/// Writes to standard output; a reader that went away (`| head`) is no failure.
fn say(text: &str) -> anyhow::Result<()> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn requests_and_frames_of_websockets_are_never_logged() {
        for log in
            ["trace", "info,tungstenite=trace", "tungstenite::handshake::client=trace,tungstenite::protocol=trace"]
        {
            let lines = tracing_subscriber::fmt().with_env_filter(filter(log).unwrap()).finish();
            tracing::subscriber::with_default(lines, || {
                assert!(!tracing::enabled!(target: "tungstenite::handshake::client", tracing::Level::TRACE), "{log}");
                assert!(!tracing::enabled!(target: "tungstenite::protocol", tracing::Level::TRACE), "{log}");
                assert!(tracing::enabled!(target: "tungstenite::protocol", tracing::Level::DEBUG), "{log}");
            });
        }
        assert!(filter("stream_control=loud").is_err());
    }

    #[test]
    fn no_word_means_run() {
        for (words, wanted) in [(&["x"][..], "None"), (&["x", "run"], "Some(Run)"), (&["x", "demo"], "Some(Demo)")] {
            let cli = Cli::try_parse_from(words).unwrap();
            assert_eq!(format!("{:?}", cli.command), wanted);
        }
    }
}
