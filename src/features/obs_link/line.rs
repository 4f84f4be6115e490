//! The line to OBS: one connection, and the requests that are under way on it. Requests run beside
//! the room, never in it: a hung OBS must not keep the room from answering orders.

use super::wishes::{Choice, Id, List, Request};
use crate::adapters::obs::{Client, Events, MediaReport, MediaSource, ObsError, ObsEvent, SceneReport, StreamReport};
use crate::config;
use crate::kit::backoff::Backoff;
use crate::kit::clock;
use crate::kit::units::{Millis, Mono};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// From one GetVersion (with a full read) to the next.
const PING: Millis = Millis(5_000);
/// From one look at a picture to the next; a little less than two looks at the cursor.
const GLIMPSE: Millis = Millis(1_900);
/// Longest silence that a change of the scene collection may cause.
const QUIET: Millis = Millis(10_000);

/// What comes in over the line.
pub(super) enum News {
    /// A connection attempt ended.
    Opened(Result<Box<Opened>, ObsError>),
    /// Stream and scenes were read.
    Read(Result<State, ObsError>),
    /// The media sources were read.
    Sources(Result<Vec<MediaSource>, ObsError>),
    /// The media source of this name was read.
    Media(String, Result<MediaReport, ObsError>),
    /// The media source of this name was looked at: its picture as a number.
    Glimpse(String, Result<Option<u64>, ObsError>),
    /// OBS was asked to report volumes, or to stop it.
    Listening(Result<(), ObsError>),
    /// OBS answered the request of this order.
    Asked(Id, Result<(), ObsError>),
    /// OBS answered what an order has to choose from.
    Listed(Id, Result<Vec<Choice>, ObsError>),
    /// OBS reported something by itself.
    Event(ObsEvent),
    /// A read was overtaken by a report and will be done again.
    Nothing,
}

/// A new connection with everything read.
pub(super) struct Opened {
    client: Client,
    events: Events,
    pub(super) state: State,
    pub(super) sources: Vec<MediaSource>,
}

/// The outputs and the scenes, read together.
#[derive(Clone)]
pub(super) struct State {
    pub(super) stream: StreamReport,
    pub(super) recording: bool,
    pub(super) scenes: SceneReport,
}

enum Job {
    News(News),
    /// A read, and how many reports had come when it began.
    Read(u64, Result<State, ObsError>),
}

/// The line. Dropping it closes the connection and forgets what is under way.
pub(super) struct Line {
    jobs: JoinSet<Job>,
    up: Option<Up>,
    backoff: Backoff,
}

struct Up {
    client: Arc<Client>,
    events: Events,
    /// Reports of state so far; a read that began before the newest one is out of date.
    heard: u64,
    read: Once,
    sources: Once,
    /// Sources whose reading is under way.
    looking: usize,
    /// Pictures whose taking is under way.
    glimpsing: usize,
    /// Volumes are being reported, or were asked for.
    listening: bool,
    ping_at: Mono,
    look_at: Option<Mono>,
    glimpse_at: Mono,
    quiet_until: Mono,
}

/// One request at a time; asked again meanwhile, it runs once more.
#[derive(Default)]
struct Once {
    running: bool,
    again: bool,
}

impl Once {
    fn begin(&mut self) -> bool {
        self.again = self.running;
        !std::mem::replace(&mut self.running, true)
    }

    fn end(&mut self) -> bool {
        self.running = false;
        std::mem::take(&mut self.again)
    }
}

impl Line {
    /// A closed line; waits between tries begin at `floor` and grow to `ceiling`.
    pub(super) fn new(floor: Duration, ceiling: Duration) -> Self {
        Self { jobs: JoinSet::new(), up: None, backoff: Backoff::new(floor, ceiling) }
    }

    /// Closes what is there and connects at once.
    pub(super) fn open_now(&mut self, settings: config::Obs) {
        self.backoff.reset();
        self.open(settings, Duration::ZERO);
    }

    /// Closes what is there and connects after the next waiting time.
    pub(super) fn open_later(&mut self, settings: config::Obs) {
        let delay = self.backoff.next(clock::jitter());
        self.open(settings, delay);
    }

    fn open(&mut self, settings: config::Obs, delay: Duration) {
        self.up = None;
        self.jobs = JoinSet::new();
        self.jobs.spawn(async move {
            tokio::time::sleep(delay).await;
            Job::News(News::Opened(open(&settings).await.map(Box::new)))
        });
    }

    /// Takes the new connection into use; the version of OBS.
    pub(super) fn take(&mut self, opened: Opened) -> String {
        let version = opened.client.version().to_owned();
        self.up = Some(Up {
            client: Arc::new(opened.client),
            events: opened.events,
            heard: 0,
            read: Once::default(),
            sources: Once::default(),
            looking: 0,
            glimpsing: 0,
            listening: false,
            ping_at: clock::mono() + PING,
            look_at: None,
            glimpse_at: Mono::default(),
            quiet_until: Mono::default(),
        });
        version
    }

    /// The next news; waits for ever while the line is closed. Nothing is lost when the wait is given up.
    pub(super) async fn next(&mut self) -> News {
        let done = tokio::select! {
            Some(done) = self.jobs.join_next() => done,
            event = next_event(&mut self.up) => return News::Event(event),
        };
        match done {
            Ok(Job::News(news)) => self.settle(news),
            Ok(Job::Read(began, result)) => self.settle_read(began, result),
            Err(error) => News::Read(Err(ObsError::Malformed(format!("a request broke off ({error})")))),
        }
    }

    fn settle(&mut self, news: News) -> News {
        let Some(up) = &mut self.up else { return news };
        match news {
            News::Media(..) => up.looking = up.looking.saturating_sub(1),
            News::Glimpse(..) => up.glimpsing = up.glimpsing.saturating_sub(1),
            News::Sources(_) if up.sources.end() => self.read_sources(),
            _ => {}
        }
        news
    }

    fn settle_read(&mut self, began: u64, result: Result<State, ObsError>) -> News {
        let Some(up) = &mut self.up else { return News::Nothing };
        let again = up.read.end();
        let overtaken = began != up.heard && result.is_ok();
        if again || overtaken {
            self.read();
        }
        if overtaken {
            return News::Nothing;
        }
        if result.is_ok() {
            self.backoff.reset();
        }
        News::Read(result)
    }

    /// A report of output or scene came: reads that are under way are out of date.
    pub(super) fn heard(&mut self) {
        if let Some(up) = &mut self.up {
            up.heard += 1;
        }
    }

    /// Asks OBS nothing by itself until [`Line::speak`], at most for a while.
    pub(super) fn hush(&mut self) {
        if let Some(up) = &mut self.up {
            up.quiet_until = clock::mono() + QUIET;
            (up.ping_at, up.look_at) = (up.quiet_until, up.look_at.map(|_| up.quiet_until));
        }
    }

    /// The silence is over: reads everything.
    pub(super) fn speak(&mut self) {
        if let Some(up) = &mut self.up {
            up.quiet_until = Mono::default();
        }
        self.read();
        self.read_sources();
    }

    /// Sends the request of an order.
    pub(super) fn ask(&mut self, id: Id, request: Request) {
        let Some(up) = &self.up else { return };
        let client = up.client.clone();
        self.jobs.spawn(async move {
            let result = match request {
                Request::List(what) => return Job::News(News::Listed(id, list(&client, &what).await)),
                Request::ShowItem(scene, item, visible) => client.show_item(&scene, item, visible).await,
                Request::SetCollection(name) => client.set_collection(&name).await,
                Request::Start => client.start_stream().await,
                Request::Stop => client.stop_stream().await,
                Request::Switch(scene) => client.switch(&scene).await,
                Request::Restart(name) => client.restart_media(&name).await,
                Request::StartRecord => client.start_record().await,
                Request::StopRecord => client.stop_record().await,
            };
            Job::News(News::Asked(id, result))
        });
    }

    /// Reads stream and scenes.
    pub(super) fn read(&mut self) {
        self.read_after(false);
    }

    /// Reads them within this time at the latest.
    pub(super) fn read_within(&mut self, wait: Millis) {
        if let Some(up) = &mut self.up {
            up.ping_at = up.ping_at.min(clock::mono() + wait);
        }
    }

    fn read_after(&mut self, ping: bool) {
        let Some(up) = self.up.as_mut().filter(|up| up.quiet_until <= clock::mono()) else { return };
        if !up.read.begin() {
            return;
        }
        let (client, began) = (up.client.clone(), up.heard);
        self.jobs.spawn(async move { Job::Read(began, read(&client, ping).await) });
    }

    /// Reads the list of media sources.
    pub(super) fn read_sources(&mut self) {
        let Some(up) = self.up.as_mut().filter(|up| up.quiet_until <= clock::mono()) else { return };
        if !up.sources.begin() {
            return;
        }
        let client = up.client.clone();
        self.jobs.spawn(async move { Job::News(News::Sources(client.media_sources().await)) });
    }

    /// Plans the next look at the media sources; an earlier plan stays.
    pub(super) fn look_within(&mut self, wait: Millis) {
        if let Some(up) = &mut self.up {
            let at = (clock::mono() + wait).max(up.quiet_until);
            up.look_at = Some(up.look_at.map_or(at, |planned| planned.min(at)));
        }
    }

    /// When [`Line::tick`] has something to do.
    pub(super) fn due(&self) -> Option<Mono> {
        let up = self.up.as_ref()?;
        let look = up.look_at.filter(|_| up.looking == 0);
        Some(look.map_or(up.ping_at, |at| at.min(up.ping_at)))
    }

    /// Does what is due: the ping with its read, the look at the media sources.
    pub(super) fn tick(&mut self, media: Vec<MediaSource>) {
        let now = clock::mono();
        let Some(up) = &mut self.up else { return };
        if up.look_at.is_some_and(|at| at <= now) && up.looking == 0 {
            (up.look_at, up.looking) = (None, media.len());
            for source in media {
                let client = up.client.clone();
                self.jobs.spawn(async move {
                    let report = client.media(&source).await;
                    Job::News(News::Media(source.name, report))
                });
            }
        }
        if up.ping_at <= now {
            up.ping_at = now + PING;
            self.read_after(true);
        }
    }
}

impl Line {
    /// Looks at the pictures of these sources, unless that was done a moment ago.
    pub(super) fn glimpse(&mut self, names: Vec<String>) {
        let now = clock::mono();
        let Some(up) = self.up.as_mut().filter(|up| up.quiet_until <= now) else { return };
        if up.glimpsing > 0 || up.glimpse_at > now {
            return;
        }
        (up.glimpse_at, up.glimpsing) = (now + GLIMPSE, names.len());
        for name in names {
            let client = up.client.clone();
            self.jobs.spawn(async move {
                let shot = client.glimpse(&name).await;
                Job::News(News::Glimpse(name, shot))
            });
        }
    }

    /// Lets OBS report volumes, or not; true when that is a change.
    pub(super) fn listen(&mut self, wanted: bool) -> bool {
        let Some(up) = self.up.as_mut().filter(|up| up.listening != wanted) else { return false };
        up.listening = wanted;
        let client = up.client.clone();
        self.jobs.spawn(async move { Job::News(News::Listening(client.listen(wanted).await)) });
        true
    }
}

async fn list(client: &Client, what: &List) -> Result<Vec<Choice>, ObsError> {
    let choice = |(name, id, on)| Choice { name, id, on };
    match what {
        List::Items(scene) => Ok(client.items(scene).await?.into_iter().map(choice).collect()),
        List::Collections => {
            let (current, all) = client.collections().await?;
            Ok(all.into_iter().map(|name| choice((name.clone(), 0, name == current))).collect())
        }
    }
}

async fn next_event(up: &mut Option<Up>) -> ObsEvent {
    match up {
        Some(up) => up.events.next().await,
        None => std::future::pending().await,
    }
}

async fn open(settings: &config::Obs) -> Result<Opened, ObsError> {
    let (client, events) = Client::connect(settings).await?;
    let state = read(&client, false).await?;
    let sources = client.media_sources().await?;
    Ok(Opened { client, events, state, sources })
}

async fn read(client: &Client, ping: bool) -> Result<State, ObsError> {
    if ping {
        client.ping().await?;
    }
    let (stream, recording) = (client.stream().await?, client.recording().await?);
    Ok(State { stream, recording, scenes: client.scenes().await? })
}
