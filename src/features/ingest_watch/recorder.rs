//! Writes every poll down without names, and the work that was announced, for `stream-control replay`: the last ten minutes in memory,
//! and all of them in the file of RECORD_POLLS. A task of its own behind a short queue, so that a
//! dead disk costs a recording and never a poll.

mod file;
mod tape;

use crate::adapters::ingest::Answer;
use crate::adapters::ingest::http::{Exchange, Status};
use crate::adapters::ingest::pseudonyms::Pseudonyms;
use crate::adapters::ingest::recording::{self, News};
use crate::config::{self, Config};
use crate::domain::event::Fact;
use crate::domain::ids::FeedId;
use crate::domain::journal::{Tone, Topic};
use crate::domain::server::Server;
use crate::kit::clock;
use crate::kit::units::{Millis, Mono};
use crate::runtime::bus::{Bus, Listener};
use crate::runtime::journal::Journal;
use crate::runtime::shared::Reader;
use crate::runtime::supervisor::Task;
use file::PollFile;
use std::path::PathBuf;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

pub use tape::Tape;

/// Polls that wait to be written down.
const QUEUE: usize = 256;
/// Polls that are written down in one go.
const BATCH: usize = 64;
/// Between two tries to write a file that cannot be written.
const RETRY: Millis = Millis(10_000);

/// Where polls are dropped; clones share the lane.
#[derive(Clone)]
pub struct Recorder {
    lane: mpsc::Sender<Heard>,
}

/// What one poll of one feed heard.
struct Heard {
    at: Mono,
    feed: FeedId,
    kind: Option<Server>,
    publisher: Option<String>,
    exchanges: Vec<Exchange>,
}

impl Recorder {
    /// Hands on what was heard; where the room cannot keep up, the poll is left out.
    pub fn keep(&self, feed: &config::Feed, answer: &mut Answer) {
        let exchanges = std::mem::take(&mut answer.exchanges);
        if exchanges.is_empty() {
            return;
        }
        let (id, publisher) = (feed.id.clone(), feed.publisher.clone());
        let kind = answer.server.or(feed.kind);
        // A full lane costs a line of a recording, never a poll.
        let _ = self.lane.try_send(Heard { at: answer.sample.at, feed: id, kind, publisher, exchanges });
    }
}

/// The task that writes.
pub struct RecorderRoom {
    config: Reader<Config>,
    heard: mpsc::Receiver<Heard>,
    tape: Tape,
    names: Pseudonyms,
    file: Option<PollFile>,
    facts: Listener,
    /// The newest line: time that went back would begin another recording.
    newest: Mono,
    /// The file that cannot be written, and the last try.
    trouble: Option<(PathBuf, Mono)>,
    journal: Journal,
}

/// The lane, the room at its end, and what the room keeps in memory.
/// Fails only when the system gives no random numbers.
pub fn recorder(config: Reader<Config>, journal: Journal, bus: &Bus) -> anyhow::Result<(Recorder, RecorderRoom, Tape)> {
    let (lane, heard) = mpsc::channel(QUEUE);
    let (tape, names) = (Tape::default(), Pseudonyms::new()?);
    let (facts, newest) = (bus.listen(), Mono(0));
    let room =
        RecorderRoom { config, heard, tape: tape.clone(), names, file: None, facts, newest, trouble: None, journal };
    Ok((Recorder { lane }, room, tape))
}

impl RecorderRoom {
    /// What must not be told, and which field names the settings know.
    fn learn(&mut self) {
        let names = &mut self.names;
        self.config.with(|config| config.feeds.iter().for_each(|feed| teach(names, feed)));
    }

    async fn write_down(&mut self, batch: &[Heard]) {
        let mut lines = Vec::new();
        for heard in batch {
            let (at, begin) = (self.in_order(heard.at), lines.len());
            self.lines_of(heard, at, &mut lines);
            self.tape.push(at, &lines[begin..]);
        }
        self.append(&lines).await;
    }

    async fn work_announced(&mut self, feed: Option<&FeedId>, span: Millis) {
        let (at, mut line) = (self.in_order(clock::mono()), Vec::new());
        recording::write(Millis(at.0), feed.map(FeedId::as_str), &News::Maintenance(span), &mut line);
        self.tape.push(at, &line);
        self.append(&line).await;
    }

    /// Polls of several feeds may come in a moment after each other in another order than they ended.
    fn in_order(&mut self, at: Mono) -> Mono {
        self.newest = self.newest.max(at);
        self.newest
    }

    fn lines_of(&self, heard: &Heard, at: Mono, out: &mut Vec<u8>) {
        for Exchange { status, body } in &heard.exchanges {
            let body = self.names.document(&String::from_utf8_lossy(body)).into();
            let publisher = heard.publisher.as_deref().map(|name| self.names.name(name).into());
            let news = News::Request { kind: heard.kind, status: Status::clone(status), body, publisher };
            recording::write(Millis(at.0), Some(heard.feed.as_str()), &news, out);
        }
    }

    async fn append(&mut self, lines: &[u8]) {
        let Some(path) = self.config.with(|config| config.keep.polls.clone()) else {
            (self.file, self.trouble) = (None, None);
            return;
        };
        self.file = self.file.take().filter(|file| file.path() == path);
        self.trouble = self.trouble.take().filter(|(bad, _)| *bad == path);
        if self.trouble.as_ref().is_some_and(|(_, tried)| clock::mono() < *tried + RETRY) {
            return;
        }
        match write(&mut self.file, path.clone(), lines).await {
            Ok(()) if self.trouble.take().is_some() => {
                self.tell(Tone::Good, format!("Polls are written to {} again.", path.display()));
            }
            Ok(()) => {}
            Err(error) => self.failed(path, &error),
        }
    }

    fn failed(&mut self, path: PathBuf, error: &std::io::Error) {
        self.file = None;
        let text = format!("Polls cannot be written to {} (RECORD_POLLS): {error}. Switching goes on.", path.display());
        if self.trouble.replace((path, clock::mono())).is_none() {
            self.tell(Tone::Warn, text);
        }
    }

    fn tell(&self, tone: Tone, text: String) {
        self.journal.note(Topic::System, tone, "recorder", text);
    }
}

async fn write(file: &mut Option<PollFile>, path: PathBuf, lines: &[u8]) -> std::io::Result<()> {
    let file = match file {
        Some(file) => file,
        None => file.insert(PollFile::open(path).await?),
    };
    file.append(lines).await
}

fn teach(names: &mut Pseudonyms, feed: &config::Feed) {
    let urls = [&feed.url, &feed.control].into_iter().flatten().map(|url| url.reveal().as_str());
    let keys = [&feed.token, &feed.push_key].into_iter().flatten().map(|key| key.reveal().as_str());
    let login = feed.login.iter().map(|login| login.password.reveal().as_str());
    urls.chain(keys).chain(login).chain(feed.publisher.as_deref()).for_each(|secret| names.hide(secret));
    if let Some(pointers) = &feed.pointers {
        let all = [&pointers.bytes, &pointers.rate, &pointers.online];
        all.into_iter().flatten().for_each(|pointer| names.know(pointer));
    }
}

impl Task for RecorderRoom {
    fn name(&self) -> &'static str {
        "recorder"
    }

    async fn run(&mut self, stop: CancellationToken) -> anyhow::Result<()> {
        self.learn();
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            let heard = tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = self.config.changed() => {
                    self.learn();
                    continue;
                }
                Some(fact) = self.facts.next() => {
                    if let Fact::WorkAnnounced { feed, span } = fact {
                        self.work_announced(feed.as_ref(), span).await;
                    }
                    continue;
                }
                heard = self.heard.recv_many(&mut batch, BATCH) => heard,
            };
            if heard == 0 {
                stop.cancelled().await;
                return Ok(());
            }
            self.write_down(&batch).await;
            batch.clear();
        }
    }
}

#[cfg(test)]
mod tests;
