//! Room: the one connection to OBS. Keeps it for ever, writes the OBS cell from what OBS reports,
//! carries out orders and answers them only when OBS itself confirms. Starts nothing by itself.

mod line;
mod media;
mod picture;
mod watch;
pub mod wishes;

use crate::adapters::obs::{MediaReport, MediaSource, ObsError, ObsEvent};
use crate::config::{self, Config};
use crate::domain::command::{ObsOrder, Order, Outcome};
use crate::domain::ids::SceneName;
use crate::domain::signal::{Pace, Paces};
use crate::domain::stream::{Obs, Output, Pending};
use crate::kit::clock;
use crate::kit::units::{Millis, Mono, UnixMs};
use crate::runtime::bus::Bus;
use crate::runtime::desk::Ticket;
use crate::runtime::journal::Journal;
use crate::runtime::shared::{Reader, Writer};
use crate::runtime::supervisor::Task;
use line::{Line, News, Opened, State};
use picture::Picture;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use wishes::{Effect, Id, Input, Limits, Wishes};

/// Waits between connection attempts grow from the first to the second.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(10));

/// From one look to the next while OBS is not through with a stream that has ended.
const ENDING: Millis = Millis(500);

/// What the room needs.
pub struct Parts {
    /// Where OBS is, and what points at the feed; a change is applied at once.
    pub config: Reader<Config>,
    /// How closely the feed is watched now.
    pub pace: Reader<Paces>,
    /// Orders from the desk (`Room::Obs`).
    pub orders: mpsc::Receiver<Ticket>,
    /// The cell this room writes.
    pub cell: Writer<Obs>,
    /// Where facts are told.
    pub bus: Bus,
    /// Where lines are written.
    pub journal: Journal,
}

/// The room.
pub struct ObsLink {
    config: Reader<Config>,
    pace: Reader<Paces>,
    orders: mpsc::Receiver<Ticket>,
    picture: Picture,
    wishes: Wishes,
    waiting: BTreeMap<Id, (Ticket, UnixMs)>,
    newest: Id,
    line: Line,
    settings: config::Obs,
    sources: Vec<MediaSource>,
}

enum Happening {
    Order(Ticket),
    Settings,
    Pace,
    News(News),
    Due,
}

impl ObsLink {
    /// The room, not yet running.
    pub fn new(parts: Parts) -> Self {
        Self::with_limits(parts, Limits::default())
    }

    /// The room with other limits for orders, for tests that cannot wait half a minute.
    pub fn with_limits(parts: Parts, limits: Limits) -> Self {
        let settings = parts.config.with(|config| config.obs.clone());
        Self {
            config: parts.config,
            pace: parts.pace,
            orders: parts.orders,
            picture: Picture::new(parts.cell, parts.bus, parts.journal),
            wishes: Wishes::new(limits),
            waiting: BTreeMap::new(),
            newest: 0,
            line: Line::new(BACKOFF.0, BACKOFF.1),
            settings,
            sources: Vec::new(),
        }
    }

    fn handle(&mut self, happening: Happening) {
        match happening {
            Happening::Order(ticket) => self.order(ticket),
            Happening::Settings => self.apply_settings(),
            Happening::Pace => self.plan_look(),
            Happening::News(news) => self.hear(news),
            Happening::Due => {
                self.line.tick(self.media_sources());
                self.step(&Input::Tick);
            }
        }
    }

    fn order(&mut self, ticket: Ticket) {
        let (order, origin) = (ticket.order.clone(), ticket.origin.clone());
        let Order::Obs(mut order) = order else {
            return ticket.answer(Outcome::Failed("This is no order for OBS.".to_owned()));
        };
        if let ObsOrder::RestartMedia { feed: feed @ None } = &mut order {
            *feed = self.config.with(|config| config.first_feed().map(|feed| feed.id.clone()));
        }
        self.newest += 1;
        self.waiting.insert(self.newest, (ticket, clock::unix()));
        self.step(&Input::Asked(self.newest, &order, &origin));
        if matches!(order, ObsOrder::RestartMedia { .. }) {
            self.plan_look();
        }
    }

    fn step(&mut self, input: &Input<'_>) {
        for effect in self.wishes.step(clock::mono(), &self.picture.obs(), input) {
            match effect {
                Effect::Send(id, request) => self.line.ask(id, request),
                Effect::Read => self.line.read(),
                Effect::Answer(id, outcome) => self.answer(id, outcome),
            }
        }
        let pending = self.waiting.values();
        let pending = pending.map(|(ticket, since)| Pending { what: ticket.order.to_string(), since: *since });
        self.picture.pending(pending.collect());
    }

    fn answer(&mut self, id: Id, outcome: Outcome) {
        if let Some((ticket, _)) = self.waiting.remove(&id) {
            ticket.answer(outcome);
        }
    }

    fn hear(&mut self, news: News) {
        match news {
            News::Opened(Ok(opened)) => self.opened(*opened),
            News::Opened(Err(error)) => self.lose(&error),
            News::Read(Ok(state)) => self.read(state),
            News::Sources(Ok(sources)) => self.take_sources(sources),
            News::Media(name, Ok(report)) => self.take_media(&name, report),
            News::Media(_, Err(ObsError::Missing(_))) => self.line.read_sources(),
            News::Glimpse(name, Ok(shot)) => self.glimpsed(&name, shot),
            News::Listening(Ok(())) => {}
            News::Listed(id, Ok(choices)) => self.step(&Input::Listed(id, &choices)),
            News::Listed(id, Err(error)) if !error.is_loss() => self.step(&Input::Refused(id, &error)),
            News::Asked(id, Ok(())) => self.step(&Input::Accepted(id)),
            News::Asked(id, Err(error)) if !error.is_loss() => self.step(&Input::Refused(id, &error)),
            News::Read(Err(error @ ObsError::Malformed(_))) => self.lose(&error),
            News::Read(Err(error))
            | News::Sources(Err(error))
            | News::Asked(_, Err(error))
            | News::Listed(_, Err(error))
            | News::Glimpse(_, Err(error))
            | News::Listening(Err(error)) => self.lose_if_lost(&error),
            News::Media(_, Err(error)) => {
                self.lose_if_lost(&error);
                self.plan_look();
            }
            News::Event(event) => self.hear_event(event),
            News::Nothing => {}
        }
    }

    fn hear_event(&mut self, event: ObsEvent) {
        match event {
            ObsEvent::Output(output) => self.output(output),
            ObsEvent::Scene(scene) => {
                self.line.heard();
                self.scene(&scene);
                self.step(&Input::Scene);
            }
            ObsEvent::SceneRenamed { from, to } => {
                self.line.heard();
                self.picture.renamed(&from, &to);
            }
            ObsEvent::ScenesChanged => self.line.read(),
            ObsEvent::InputsChanged => self.line.read_sources(),
            ObsEvent::CollectionChanging => self.line.hush(),
            ObsEvent::CollectionChanged => self.line.speak(),
            ObsEvent::MediaStarted(name) | ObsEvent::MediaAction(name) if self.plays_a_feed(&name) => {
                self.step(&Input::MediaPlays(&name));
                self.line.look_within(Millis(0));
            }
            ObsEvent::MediaEnded(_) => self.line.look_within(Millis(0)),
            ObsEvent::MediaStarted(_) | ObsEvent::MediaAction(_) => {}
            ObsEvent::Record(runs) => {
                self.line.heard();
                self.picture.recording(runs);
                self.step(&Input::Record);
            }
            ObsEvent::Volumes(peaks) => self.picture.volumes(&peaks),
            ObsEvent::Closed(error) => self.lose(&error),
        }
    }

    fn output(&mut self, output: Output) {
        self.line.heard();
        self.picture.output(output);
        self.step(&Input::Output(output));
        self.line.read();
        self.plan_look();
    }

    fn scene(&mut self, scene: &SceneName) {
        if self.picture.obs().scene.as_ref() != Some(scene) {
            let by = self.wishes.author_of(clock::mono(), scene);
            self.picture.scene(scene, by);
        }
    }

    fn opened(&mut self, opened: Opened) {
        let (State { stream, recording, scenes }, sources) = (opened.state.clone(), opened.sources.clone());
        let version = self.line.take(opened);
        let by = scenes.current.as_ref().and_then(|scene| self.wishes.author_of(clock::mono(), scene));
        self.picture.connected(&version, stream, scenes, by);
        self.picture.recording_read(recording);
        self.take_sources(sources);
        self.step(&Input::Connected);
    }

    fn read(&mut self, state: State) {
        let State { stream, recording, scenes } = state;
        self.picture.stream_read(stream);
        if self.picture.obs().ending {
            self.line.read_within(ENDING);
        }
        self.picture.recording_read(recording);
        self.picture.scenes(scenes.all);
        if let Some(scene) = scenes.current {
            self.scene(&scene);
        }
        self.step(&Input::Read);
    }

    fn take_sources(&mut self, sources: Vec<MediaSource>) {
        self.sources = sources;
        self.choose_media();
    }

    fn choose_media(&mut self) {
        if !self.picture.obs().is_connected() {
            return;
        }
        let choice = self.config.with(|config| media::choose(&self.sources, config));
        self.picture.media_sources(choice);
        self.line.look_within(Millis(0));
    }

    fn take_media(&mut self, name: &str, report: MediaReport) {
        self.picture.media(name, report);
        self.step(&Input::Tick);
        self.plan_look();
        self.watch();
    }

    /// Once a second while all is calm; closely while a picture stands or a feed is in doubt.
    fn plan_look(&mut self) {
        let obs = self.picture.obs();
        if obs.media.is_empty() {
            return;
        }
        let in_doubt = obs.is_live() == Some(true) && self.pace.with(|paces| paces.most_urgent() == Pace::Quick);
        // Of several feeds some may be away for the whole show: only one that plays is worth a close look.
        let alone = obs.media.len() == 1;
        let stands = obs.media.iter().any(|media| media.moving != Some(true) && (alone || media.playing));
        self.line.look_within(if stands || in_doubt { Pace::Quick } else { Pace::Calm }.interval());
    }

    fn plays_a_feed(&self, name: &str) -> bool {
        self.picture.obs().media.iter().any(|media| media.name == name)
    }

    /// The sources that play feeds, each once.
    fn media_sources(&self) -> Vec<MediaSource> {
        let media = self.picture.obs().media;
        let plays = |source: &&MediaSource| media.iter().any(|media| media.name == source.name);
        self.sources.iter().filter(plays).cloned().collect()
    }

    fn lose_if_lost(&mut self, error: &ObsError) {
        if error.is_loss() {
            self.lose(error);
        }
    }

    fn lose(&mut self, error: &ObsError) {
        self.line.open_later(self.settings.clone());
        self.picture.lost_by(error);
        self.step(&Input::Lost);
    }

    fn apply_settings(&mut self) {
        let settings = self.config.with(|config| config.obs.clone());
        let old = std::mem::replace(&mut self.settings, settings);
        if old == self.settings {
            return self.choose_media();
        }
        self.line.open_now(self.settings.clone());
        self.picture.lost("The settings of OBS changed.", None, false);
        self.step(&Input::Lost);
    }

    fn due(&self) -> Option<Mono> {
        [self.wishes.due(), self.line.due()].into_iter().flatten().min()
    }
}

impl Task for ObsLink {
    fn name(&self) -> &'static str {
        "obs"
    }

    async fn run(&mut self, stop: CancellationToken) -> anyhow::Result<()> {
        self.settings = self.config.with(|config| config.obs.clone());
        self.line.open_now(self.settings.clone());
        if self.picture.obs().is_connected() {
            self.picture.lost("The OBS task was started again.", None, false);
            self.step(&Input::Lost);
        }
        loop {
            let due = self.due();
            let happening = tokio::select! {
                () = stop.cancelled() => break,
                Some(ticket) = self.orders.recv() => Happening::Order(ticket),
                () = self.config.changed() => Happening::Settings,
                () = self.pace.changed() => Happening::Pace,
                news = self.line.next() => Happening::News(news),
                () = until(due) => Happening::Due,
            };
            self.handle(happening);
        }
        self.line = Line::new(BACKOFF.0, BACKOFF.1);
        Ok(())
    }
}

async fn until(due: Option<Mono>) {
    match due {
        Some(due) => tokio::time::sleep(due.since(clock::mono()).into()).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::config::Values;

    /// Settings with an OBS at this port of loopback.
    pub(super) fn config(port: u16) -> Config {
        let port = port.to_string();
        let values = Values::from_pairs([("OBS_PORT", port.as_str()), ("LOW_SCENE_NAME", "LOW")]);
        Config::parse(&values).expect("good settings")
    }
}
