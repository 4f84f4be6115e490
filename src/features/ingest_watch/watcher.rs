//! Watches one feed for ever, with the settings it was made for.

use super::door::Door;
use super::link_notes::LinkNotes;
use super::pushes::{Arrival, Inboxes};
use super::witness::KernelWitness;
use super::{Tools, obs_source, words};
use crate::adapters::ingest::http::Http;
use crate::adapters::ingest::{Answer, Poller, Received};
use crate::config;
use crate::domain::ids::FeedId;
use crate::domain::server::Server;
use crate::domain::signal::{Feed, Pace, Paces, Reach};
use crate::kit::clock;
use crate::runtime::shared::Reader;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

/// Between two polls that were asked for by a nudge.
const NUDGED: Duration = Duration::from_millis(200);

/// Statistics are pushed once a second or faster: after this without any the feed is unknown (the
/// WebSocket feed of NOALBS counts as stale after the same time).
const SILENCE: Duration = Duration::from_secs(3);

/// Where a feed's samples come from.
enum Source {
    /// Asked again and again.
    Polled(Box<Poller>),
    /// Sent to us.
    Pushed,
    /// Seen in OBS.
    Obs,
    /// The settings name no address.
    Nothing,
}

impl Source {
    fn of(settings: &config::Feed, http: Http) -> Self {
        match (settings.kind, Poller::over(http, settings)) {
            (Some(Server::Push), _) => Source::Pushed,
            (Some(Server::Obs), _) => Source::Obs,
            (_, Some(poller)) => Source::Polled(Box::new(poller)),
            (_, None) => Source::Nothing,
        }
    }
}

/// One feed's watcher.
pub(super) struct Watcher {
    settings: config::Feed,
    tools: Tools,
    bell: Arc<Notify>,
    inboxes: Reader<Inboxes>,
    notes: LinkNotes,
}

impl Watcher {
    pub(super) fn new(settings: &config::Feed, tools: Tools, door: &Door) -> Self {
        let notes = LinkNotes::new(tools.journal.clone(), settings);
        let (bell, inboxes) = (door.bell(&settings.id), door.inboxes());
        Self { settings: settings.clone(), tools, bell, inboxes, notes }
    }

    pub(super) async fn run(mut self, http: Http) {
        match Source::of(&self.settings, http) {
            Source::Polled(poller) => self.poll(*poller).await,
            Source::Nothing => self.publish(Answer::unreadable(clock::mono(), Reach::NotSetUp)),
            Source::Pushed => self.receive().await,
            Source::Obs => self.look().await,
        }
    }

    async fn poll(&mut self, mut poller: Poller) {
        let mut kernel = KernelWitness::new(self.tools.ports.clone(), &self.settings);
        loop {
            let began = Instant::now();
            let mut answer = poller.poll().await;
            kernel.testify(&mut answer.sample, &self.settings, answer.server, self.tools.streaming_obs());
            let pause = Duration::from(answer.pause);
            let not_before = (began + poller.min_interval().into()).max(Instant::now() + pause);
            self.publish(answer);
            next_poll(&mut self.tools.paces, &self.settings.id, &self.bell, began, not_before).await;
        }
    }

    /// Publishes each body as it comes; after a silence the feed is unknown, every second anew.
    async fn receive(&mut self) {
        let mut received = Received::new(&self.settings);
        let mut seen = 0;
        let mut due = Instant::now();
        loop {
            let answer = tokio::select! {
                arrival = fresh(&mut self.inboxes, &self.settings.id, seen) => {
                    seen = arrival.number;
                    due = Instant::now() + SILENCE;
                    received.take(arrival.at, arrival.read, arrival.body)
                }
                () = sleep_until(due) => {
                    due = Instant::now() + Pace::Calm.interval().into();
                    received.nothing(clock::mono(), words::nothing_pushed(seen > 0, SILENCE))
                }
            };
            self.publish(answer);
        }
    }

    /// Publishes what OBS says of the feed's media source, at the feed's pace.
    async fn look(&mut self) {
        let mut received = Received::new(&self.settings);
        loop {
            let began = Instant::now();
            let seen = self.tools.obs.with(|obs| obs_source::read(obs, &self.settings));
            self.publish(received.understand(clock::mono(), seen));
            next_poll(&mut self.tools.paces, &self.settings.id, &self.bell, began, began).await;
        }
    }

    fn publish(&mut self, mut answer: Answer) {
        if let Some(recorder) = &self.tools.recorder {
            recorder.keep(&self.settings, &mut answer);
        }
        let several = self.tools.feeds.with(|feeds| feeds.list.len() > 1);
        self.notes.look(&answer, several);
        self.tools.feeds.edit(|feeds| {
            let Some(feed) = feeds.get_mut(&self.settings.id) else { return };
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

/// Waits for a body that is newer than the one `seen`.
async fn fresh(inboxes: &mut Reader<Inboxes>, feed: &FeedId, seen: u64) -> Arrival {
    loop {
        let newest = inboxes.with(|all| all.get(feed)?.arrival.clone());
        match newest.filter(|arrival| arrival.number > seen) {
            Some(arrival) => return arrival,
            None => inboxes.changed().await,
        }
    }
}

/// Waits until the next poll is due by the feed's pace, which may quicken meanwhile, or somebody rings:
/// measured from the start of the last poll, and never before `not_before`.
async fn next_poll(paces: &mut Reader<Paces>, feed: &FeedId, bell: &Notify, began: Instant, not_before: Instant) {
    let mut rung = false;
    loop {
        let pace = Duration::from(paces.with(|paces| paces.of(feed)).interval());
        let interval = if rung { pace.min(NUDGED) } else { pace };
        tokio::select! {
            () = sleep_until((began + interval).max(not_before)) => return,
            () = paces.changed() => {}
            () = bell.notified(), if !rung => rung = true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::signal::Pace;
    use crate::runtime::shared;

    /// Milliseconds until the next poll begins, the pace turning to `then` after `after`.
    async fn due(pace: Pace, then: Option<(u64, Pace)>, not_before: u64) -> u128 {
        let paces = |pace| Paces::default().with(&FeedId::main(), pace).with(&"other".into(), Pace::Quick);
        let (writer, mut reader) = shared::cell(paces(pace));
        let began = Instant::now();
        if let Some((after, pace)) = then {
            tokio::spawn(async move {
                sleep_until(began + Duration::from_millis(after)).await;
                writer.set(paces(pace));
            });
        }
        let not_before = began + Duration::from_millis(not_before);
        next_poll(&mut reader, &FeedId::main(), &Notify::new(), began, not_before).await;
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

    /// Milliseconds from one poll to the next when somebody rings at these moments.
    async fn rung(moments: &'static [u64], not_before: u64) -> u128 {
        let (_writer, mut reader) = shared::cell(Paces::default());
        let (bell, began) = (Arc::new(Notify::new()), Instant::now());
        let ringing = bell.clone();
        tokio::spawn(async move {
            for moment in moments {
                sleep_until(began + Duration::from_millis(*moment)).await;
                ringing.notify_one();
            }
        });
        let not_before = began + Duration::from_millis(not_before);
        next_poll(&mut reader, &FeedId::main(), &bell, began, not_before).await;
        began.elapsed().as_millis()
    }

    #[tokio::test(start_paused = true)]
    async fn a_nudge_brings_the_next_poll_forward_and_a_flood_of_them_no_further() {
        assert_eq!(rung(&[600], 0).await, 600, "at once");
        assert_eq!(rung(&[50], 0).await, 200, "five a second at most");
        assert_eq!(rung(&[10, 20, 30, 40], 0).await, 200);
        assert_eq!(rung(&[50], 1000).await, 1000, "the server bears no more");
    }
}
