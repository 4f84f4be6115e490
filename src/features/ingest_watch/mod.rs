//! Room: asks the ingest statistics once a second, four times a second while the failover machine
//! is undecided, and keeps the feed cell at the newest poll.

mod link_notes;
pub mod recorder;

use crate::adapters::ingest::{Answer, Poller};
use crate::config::{self, Config};
use crate::domain::signal::{Feed, Feeds, Pace, Reach, Sample};
use crate::kit::clock;
use crate::kit::units::Millis;
use crate::runtime::journal::Journal;
use crate::runtime::shared::{Reader, Writer};
use crate::runtime::supervisor::Task;
use link_notes::LinkNotes;
use recorder::Recorder;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

/// The task that polls.
pub struct IngestWatch {
    config: Reader<Config>,
    pace: Reader<Pace>,
    feeds: Writer<Feeds>,
    notes: LinkNotes,
    recorder: Option<Recorder>,
}

impl IngestWatch {
    /// Polls what `config` says at the pace that `pace` says, into `feeds`.
    pub fn new(config: Reader<Config>, pace: Reader<Pace>, feeds: Writer<Feeds>, journal: Journal) -> Self {
        Self { config, pace, feeds, notes: LinkNotes::new(journal), recorder: None }
    }

    /// The same, with every poll written down.
    pub fn recorded_by(self, recorder: Recorder) -> Self {
        Self { recorder: Some(recorder), ..self }
    }

    /// Polls with these settings for ever.
    async fn watch(&mut self, settings: &config::Feed) -> anyhow::Result<()> {
        let Some(mut poller) = Poller::new(settings)? else {
            self.publish(not_set_up(), settings);
            return std::future::pending().await;
        };
        loop {
            let began = Instant::now();
            let answer = poller.poll().await;
            let pause = Duration::from(answer.pause);
            let not_before = (began + poller.min_interval().into()).max(Instant::now() + pause);
            self.publish(answer, settings);
            next_poll(&mut self.pace, began, not_before).await;
        }
    }

    fn publish(&mut self, mut answer: Answer, settings: &config::Feed) {
        if let Some(recorder) = &self.recorder {
            recorder.keep(settings, &mut answer);
        }
        self.notes.look(&answer, settings);
        self.feeds.edit(|feeds| {
            let Some(feed) = feeds.get_mut(&settings.id) else { return };
            *feed = Feed {
                polls: feed.polls + 1,
                sample: Some(answer.sample),
                server: answer.server,
                several_workers: answer.several_workers,
                names: answer.names.unwrap_or_default(),
            };
        });
    }
}

impl Task for IngestWatch {
    fn name(&self) -> &'static str {
        "ingest"
    }

    async fn run(&mut self, stop: CancellationToken) -> anyhow::Result<()> {
        let mut config = self.config.clone();
        loop {
            let Some(settings) = config.with(|config| config.first_feed().cloned()) else { return Ok(()) };
            self.feeds.edit(|feeds| {
                // The count of polls never begins anew: readers tell new samples by it.
                let known = feeds.get(&settings.id).cloned().unwrap_or_default();
                feeds.list = vec![(settings.id.clone(), known)];
            });
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = config.until(|config| config.first_feed() != Some(&settings)) => {}
                ended = self.watch(&settings) => return ended,
            }
        }
    }
}

/// Waits until the next poll is due by the pace, which may quicken meanwhile: measured from the
/// start of the last poll, and never before `not_before`.
async fn next_poll(pace: &mut Reader<Pace>, began: Instant, not_before: Instant) {
    loop {
        let interval = Duration::from(pace.with(|pace| pace.interval()));
        tokio::select! {
            () = sleep_until((began + interval).max(not_before)) => return,
            () = pace.changed() => {}
        }
    }
}

fn not_set_up() -> Answer {
    let sample = Sample::unreadable(clock::mono(), Reach::NotSetUp);
    Answer { sample, server: None, names: None, several_workers: false, pause: Millis(0), exchanges: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::shared;

    /// Milliseconds until the next poll begins, the pace turning to `then` after `after`.
    async fn due(pace: Pace, then: Option<(u64, Pace)>, not_before: u64) -> u128 {
        let (writer, mut reader) = shared::cell(pace);
        let began = Instant::now();
        if let Some((after, pace)) = then {
            tokio::spawn(async move {
                sleep_until(began + Duration::from_millis(after)).await;
                writer.set(pace);
            });
        }
        next_poll(&mut reader, began, began + Duration::from_millis(not_before)).await;
        began.elapsed().as_millis()
    }

    #[tokio::test(start_paused = true)]
    async fn the_next_poll_is_due_by_the_pace_and_never_too_soon_for_the_server() {
        assert_eq!(due(Pace::Calm, None, 0).await, 1000);
        assert_eq!(due(Pace::Quick, None, 0).await, 250);
        assert_eq!(due(Pace::Calm, Some((100, Pace::Quick)), 0).await, 250, "woken by the pace");
        assert_eq!(due(Pace::Calm, Some((700, Pace::Quick)), 0).await, 700, "overdue, so at once");
        assert_eq!(due(Pace::Quick, Some((100, Pace::Calm)), 0).await, 1000);
        assert_eq!(due(Pace::Quick, None, 1000).await, 1000, "the server bears no more");
        assert_eq!(due(Pace::Calm, Some((100, Pace::Quick)), 5000).await, 5000, "asked to wait");
    }
}
