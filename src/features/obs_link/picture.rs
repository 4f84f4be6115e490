//! The OBS cell and everything that is told when it changes: facts on the bus, lines in the journal.

use super::media::Choice;
use crate::adapters::obs::{MediaReport, ObsError, SceneReport, StreamReport};
use crate::domain::event::Fact;
use crate::domain::ids::SceneName;
use crate::domain::journal::{Tone, Topic};
use crate::domain::people::Origin;
use crate::domain::stream::{MediaInput, Obs, ObsLink, Output, Pending, Watched};
use crate::kit::clock;
use crate::kit::units::{Millis, Mono, UnixMs};
use crate::runtime::bus::Bus;
use crate::runtime::journal::Journal;
use crate::runtime::shared::Writer;
use std::collections::BTreeMap;

/// OBS may take so long to start before a read that says "not active" is believed.
const STARTING: Millis = Millis(40_000);
/// And so long to stop, or to put the stream away after the report of its end, before a read that says
/// "active" is believed (a stream delay counts in).
const STOPPING: Millis = Millis(40_000);
/// OBS says "not active" a moment before it reports the end itself.
const ENDING: Millis = Millis(3_000);
/// Two reads of the media source closer than this tell nothing: a frame may last as long.
const GLANCE: Millis = Millis(200);
/// Two looks further apart than this are no comparison.
const STARE: Millis = Millis(6000);
/// Peaks up to this are silence: -60 dB.
const SILENCE: f32 = 0.001;
/// Volumes come twenty times a second; the cell need not change so often.
const EARSHOT: Millis = Millis(500);

/// Writes the cell; tells of changes.
pub(super) struct Picture {
    cell: Writer<Obs>,
    bus: Bus,
    journal: Journal,
    /// What OBS showed before the connection was lost.
    before: Option<Before>,
    /// When the output took its present state.
    output_since: Mono,
    /// How long the stream had run at the last read.
    duration: Millis,
    /// When the record output was reported last.
    record_heard: Mono,
    /// When each media source was last compared.
    compared: BTreeMap<String, Mono>,
    /// Each media source's picture as last seen.
    seen: BTreeMap<String, u64>,
}

struct Before {
    live: Option<bool>,
    scene: Option<SceneName>,
}

impl Picture {
    pub(super) fn new(cell: Writer<Obs>, bus: Bus, journal: Journal) -> Self {
        Self {
            cell,
            bus,
            journal,
            before: None,
            output_since: Mono::default(),
            duration: Millis(0),
            record_heard: Mono::default(),
            compared: BTreeMap::new(),
            seen: BTreeMap::new(),
        }
    }

    pub(super) fn obs(&self) -> Obs {
        self.cell.with(Obs::clone)
    }

    /// The connection stands and everything was read; `by` is our order behind the scene that is on.
    pub(super) fn connected(&mut self, version: &str, stream: StreamReport, scenes: SceneReport, by: Option<Origin>) {
        let before = self.before.take();
        let output = settle(None, false, Millis::default(), stream);
        self.output_since = clock::mono();
        self.cell.edit(|obs| {
            (obs.link, obs.link_since) = (ObsLink::Connected, clock::unix());
            obs.version = Some(version.to_owned());
            (obs.output, obs.scene, obs.scenes) = (Some(output), scenes.current.clone(), scenes.all);
        });
        self.count(stream);
        self.say_connected(version, before.as_ref(), output);
        if let Some(before) = before {
            self.compare(&before, output.is_live(), scenes.current, by);
        }
    }

    fn say_connected(&self, version: &str, before: Option<&Before>, output: Output) {
        self.bus.tell(Fact::ObsConnected { version: version.to_owned() });
        let doing = if output.is_live() { "streaming" } else { "not streaming" };
        let was_live = before.is_some_and(|before| before.live == Some(true));
        let (text, tone) = match before {
            None => (format!("Connected to OBS {version}, {doing}."), Tone::Good),
            Some(_) if was_live && !output.is_live() => (format!("OBS is back, {doing}."), Tone::Warn),
            Some(_) => (format!("OBS is back, {doing}."), Tone::Good),
        };
        self.note(tone, text);
    }

    /// What happened while nobody looked; `by` is our order that went out before and came through.
    fn compare(&mut self, before: &Before, live: bool, scene: Option<SceneName>, by: Option<Origin>) {
        match before.live {
            Some(true) if !live => self.bus.tell(Fact::StreamStopped),
            Some(false) if live => self.bus.tell(Fact::StreamStarted),
            _ => {}
        }
        let Some(to) = scene.filter(|scene| before.scene.as_ref().is_some_and(|old| old != scene)) else { return };
        // A new OBS begins on whatever scene it had saved; only within a running show did someone switch.
        if before.live == Some(true) && live && !by.as_ref().is_some_and(Origin::is_automation) {
            self.cell.edit(|obs| obs.human_switches += 1);
        }
        self.bus.tell(Fact::SceneSwitched { from: before.scene.clone(), to, by });
    }

    /// The connection is gone, or could not be made. Nothing that OBS said counts any more.
    pub(super) fn lost(&mut self, reason: &str, repair: Option<&str>, needs_person: bool) {
        let old = self.obs();
        let was_connected = old.is_connected();
        if was_connected {
            self.before = Some(Before { live: old.is_live(), scene: old.scene.clone() });
        }
        let link = ObsLink::Lost { reason: reason.to_owned(), repair: repair.map(str::to_owned) };
        let was_lost = matches!(old.link, ObsLink::Lost { .. });
        // While OBS is away, one line is enough, unless now only a person can help.
        let is_news = !was_lost || needs_person && old.link != link;
        let next = Obs {
            link,
            link_since: if was_lost { old.link_since } else { clock::unix() },
            pending: old.pending,
            human_switches: old.human_switches,
            ..Obs::default()
        };
        self.cell.edit_if_changed(|obs| *obs = next);
        if was_connected {
            self.bus.tell(Fact::ObsLost { reason: reason.to_owned() });
        }
        if is_news {
            let repair = repair.map(|text| format!(" {text}")).unwrap_or_default();
            self.note(if was_connected { Tone::Bad } else { Tone::Warn }, format!("{reason}{repair}"));
        }
    }

    /// Like [`Picture::lost`], with the words of the error.
    pub(super) fn lost_by(&mut self, error: &ObsError) {
        self.lost(&format!("{error}."), error.repair(), error.needs_person());
    }

    /// OBS reported a state of the output. Only a read tells whether an end is over for OBS as well.
    pub(super) fn output(&mut self, output: Output) {
        self.turn(output, output == Output::Stopped);
    }

    fn turn(&mut self, output: Output, ending: bool) {
        self.cell.edit_if_changed(|obs| obs.ending = ending);
        let old = self.cell.with(|obs| obs.output);
        if old == Some(output) {
            return;
        }
        self.output_since = clock::mono();
        self.cell.edit(|obs| {
            obs.output = Some(output);
            if output == Output::Stopped {
                (obs.live_since, obs.dropped_frames) = (None, None);
            }
            if output.is_live() && obs.live_since.is_none() {
                obs.live_since = Some(clock::unix());
            }
        });
        self.say_output(old, output);
    }

    fn say_output(&self, old: Option<Output>, output: Output) {
        // A stream that is stopping is still on air; one that is starting is not yet.
        let on_air = |output: Output| output.is_live() || output == Output::Stopping;
        let was = old.map(on_air);
        match (was, output) {
            (Some(false), _) if output.is_live() => {
                self.bus.tell(Fact::StreamStarted);
                self.note(Tone::Good, "OBS is streaming.".to_owned());
            }
            (Some(true), _) if !on_air(output) => {
                self.bus.tell(Fact::StreamStopped);
                self.note(Tone::Info, "The stream has ended.".to_owned());
            }
            (_, Output::Reconnecting) => self.note(Tone::Warn, "OBS is reconnecting to the platform.".to_owned()),
            (_, Output::Streaming) if old == Some(Output::Reconnecting) => {
                self.note(Tone::Good, "OBS has reconnected to the platform.".to_owned());
            }
            _ => {}
        }
    }

    /// The state of the output was read.
    pub(super) fn stream_read(&mut self, stream: StreamReport) {
        let (old, ending) = self.cell.with(|obs| (obs.output, obs.ending));
        let output = settle(old, ending, clock::mono().since(self.output_since), stream);
        self.turn(output, ending && stream.active && output == Output::Stopped);
        if output != Output::Stopped {
            self.count(stream);
        }
    }

    /// Uptime and skipped frames, which only a read tells. OBS counts the time in frames, which lags
    /// behind the clock, so a known beginning stays until the count falls: then it is another stream.
    fn count(&mut self, stream: StreamReport) {
        let is_another = stream.duration < std::mem::replace(&mut self.duration, stream.duration);
        if !stream.active {
            return;
        }
        let began = UnixMs(clock::unix().0.saturating_sub_unsigned(stream.duration.0));
        self.cell.edit_if_changed(|obs| {
            obs.dropped_frames = Some(stream.skipped_frames);
            obs.live_since = obs.live_since.filter(|_| !is_another).or(Some(began));
        });
    }

    /// OBS shows this program scene; `by` is our order behind it. Nothing happens if it did before.
    pub(super) fn scene(&mut self, scene: &SceneName, by: Option<Origin>) {
        let from = self.cell.with(|obs| obs.scene.clone());
        if from.as_ref() == Some(scene) {
            return;
        }
        self.cell.edit(|obs| {
            obs.scene = Some(scene.clone());
            obs.human_switches += u64::from(!by.as_ref().is_some_and(Origin::is_automation));
        });
        if by.is_none() {
            self.note(Tone::Info, format!("Someone switched to '{scene}' in OBS."));
        }
        self.bus.tell(Fact::SceneSwitched { from, to: scene.clone(), by });
    }

    /// A scene has another name; that is no switch.
    pub(super) fn renamed(&mut self, from: &SceneName, to: &SceneName) {
        self.cell.edit(|obs| {
            let names = obs.scenes.iter_mut().chain(obs.scene.as_mut());
            names.filter(|name| *name == from).for_each(|name| *name = to.clone());
        });
    }

    pub(super) fn scenes(&mut self, scenes: Vec<SceneName>) {
        self.cell.edit_if_changed(|obs| obs.scenes = scenes);
    }

    pub(super) fn pending(&mut self, pending: Vec<Pending>) {
        self.cell.edit_if_changed(|obs| obs.pending = pending);
    }

    /// Which media source plays which feed, or why none was chosen.
    pub(super) fn media_sources(&mut self, choice: Choice) {
        self.cell.edit_if_changed(|obs| {
            let known = std::mem::take(&mut obs.media);
            obs.media_notes.clear();
            for (feed, one) in choice {
                match one {
                    Ok(name) => {
                        let same = known.iter().find(|media| media.feed == feed && media.name == name).cloned();
                        obs.media.push(same.unwrap_or_else(|| MediaInput::unread(feed, name)));
                    }
                    Err(note) => obs.media_notes.push((feed, note)),
                }
            }
        });
    }

    /// A media source was read. It moves when its cursor went on since the last read.
    pub(super) fn media(&mut self, name: &str, report: MediaReport) {
        let now = clock::mono();
        let known = self.cell.with(|obs| obs.media.iter().find(|media| media.name == name).and_then(|one| one.cursor));
        let compared = self.compared.get(name).copied().unwrap_or_default();
        if report.cursor == known && now.since(compared) < GLANCE {
            return;
        }
        self.compared.insert(name.to_owned(), now);
        self.edit_media(name, |media| {
            let first = media.moving.is_none() && media.cursor.is_none() && !media.playing;
            let moving = report.playing && report.cursor > media.cursor && media.cursor.is_some();
            // The very first read has nothing to compare with, unless nothing plays at all; a source
            // that OBS stops off air is no witness.
            media.moving = if report.resting || (first && report.playing) { None } else { Some(moving) };
            media.moving_since = media.moving_since.or(Some(now)).filter(|_| moving);
            (media.playing, media.over, media.cursor) = (report.playing, report.over, report.cursor);
        });
    }

    /// A media source was looked at; `None` where there was nothing to see. A look of long ago is no
    /// comparison: what happened in between nobody saw.
    pub(super) fn glimpse(&mut self, name: &str, shot: Option<u64>) {
        let now = clock::mono();
        let before = shot.and_then(|shot| self.seen.insert(name.to_owned(), shot));
        self.edit_media(name, |media| {
            let same = media.picture.filter(|old| shot == before && now.since(old.looked) < STARE);
            media.picture = shot.map(|_| Watched { looked: now, changed: same.map_or(now, |old| old.changed) });
        });
    }

    /// Nobody looks at the pictures any more.
    pub(super) fn look_away(&mut self) {
        self.seen.clear();
        self.cell.edit_if_changed(|obs| obs.media.iter_mut().for_each(|media| media.picture = None));
    }

    /// How loud the active inputs were.
    pub(super) fn volumes(&mut self, peaks: &[(String, f32)]) {
        let now = clock::mono();
        self.cell.edit_if_changed(|obs| {
            for media in &mut obs.media {
                let Some((_, peak)) = peaks.iter().find(|(name, _)| *name == media.name) else { continue };
                let heard = media.sound.filter(|old| now.since(old.looked) < STARE);
                if heard.is_some_and(|old| now.since(old.looked) < EARSHOT) && *peak <= SILENCE {
                    continue;
                }
                let changed = heard.filter(|_| *peak <= SILENCE).map_or(now, |old| old.changed);
                media.sound = Some(Watched { looked: now, changed });
            }
        });
    }

    /// Nobody listens any more.
    pub(super) fn stop_listening(&mut self) {
        self.cell.edit_if_changed(|obs| obs.media.iter_mut().for_each(|media| media.sound = None));
    }

    /// OBS reported that the record output runs, or does not.
    pub(super) fn recording(&mut self, runs: bool) {
        self.record_heard = clock::mono();
        self.take_recording(runs);
    }

    /// The record output was read. For a moment after its report OBS still answers the opposite.
    pub(super) fn recording_read(&mut self, runs: bool) {
        let contrary = self.cell.with(|obs| obs.recording.is_some_and(|known| known != runs));
        if !contrary || clock::mono().since(self.record_heard) >= ENDING {
            self.take_recording(runs);
        }
    }

    fn take_recording(&mut self, runs: bool) {
        let was = self.cell.with(|obs| obs.recording);
        self.cell.edit_if_changed(|obs| obs.recording = Some(runs));
        match was {
            Some(false) if runs => self.note(Tone::Good, "OBS is recording.".to_owned()),
            Some(true) if !runs => self.note(Tone::Info, "The recording has ended.".to_owned()),
            _ => {}
        }
    }

    fn edit_media(&mut self, name: &str, mut change: impl FnMut(&mut MediaInput)) {
        self.cell.edit_if_changed(|obs| {
            obs.media.iter_mut().filter(|media| media.name == name).for_each(&mut change);
        });
    }

    fn note(&self, tone: Tone, text: String) {
        self.journal.note(Topic::Link, tone, "OBS", text);
    }
}

/// The output's state by a read, which knows neither starting nor stopping: `old` and its age help.
/// After its report that the stream has ended OBS answers that it runs until it is through with it.
fn settle(old: Option<Output>, ending: bool, age: Millis, read: StreamReport) -> Output {
    match (old, read.active) {
        (Some(Output::Stopped), true) if ending && age < STOPPING => Output::Stopped,
        (_, true) if read.reconnecting => Output::Reconnecting,
        (Some(Output::Stopping), true) if age < STOPPING => Output::Stopping,
        (_, true) => Output::Streaming,
        (Some(Output::Starting), false) if age < STARTING => Output::Starting,
        (Some(Output::Stopping), false) if age < ENDING => Output::Stopping,
        (_, false) => Output::Stopped,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scene_that_changed_while_nobody_looked_is_a_persons_unless_automation_asked_for_it() {
        let on = StreamReport { active: true, reconnecting: false, duration: Millis(0), skipped_frames: 0 };
        let shows = |scene: &str| SceneReport { current: Some(scene.into()), all: vec!["LIVE".into(), "LOW".into()] };
        for (by, wanted) in [(None, 1), (Some(Origin::Automation("failover")), 0)] {
            let cell = crate::runtime::shared::cell(Obs::default()).0;
            let mut picture = Picture::new(cell, Bus::new(), crate::runtime::journal::lane().0);
            picture.connected("30.2.3", on, shows("LIVE"), None);
            picture.lost("OBS closed the connection.", None, false);
            picture.connected("30.2.3", on, shows("LOW"), by.clone());
            assert_eq!(picture.obs().human_switches, wanted, "{by:?}");
        }
    }

    #[test]
    fn a_late_answer_begins_no_stream_that_has_just_ended() {
        let on = StreamReport { active: true, reconnecting: false, duration: Millis(9000), skipped_frames: 3 };
        let cell = crate::runtime::shared::cell(Obs::default()).0;
        let mut picture = Picture::new(cell, Bus::new(), crate::runtime::journal::lane().0);
        picture.connected("30.2.3", on, SceneReport { current: None, all: vec![] }, None);
        picture.output(Output::Stopped);
        picture.stream_read(on);
        let obs = picture.obs();
        assert_eq!((obs.output, obs.live_since, obs.dropped_frames), (Some(Output::Stopped), None, None));
        assert!(obs.ending, "OBS is not through with it");
        picture.stream_read(StreamReport { active: false, ..on });
        assert!(!picture.obs().ending);
        picture.stream_read(on);
        assert_eq!(picture.obs().output, Some(Output::Streaming), "another one, whose report was lost");
    }

    #[test]
    fn a_read_does_not_undo_what_obs_is_doing() {
        let on = StreamReport { active: true, reconnecting: false, duration: Millis(0), skipped_frames: 0 };
        let off = StreamReport { active: false, ..on };
        let again = StreamReport { reconnecting: true, ..on };
        let table = [
            (None, 0, on, Output::Streaming),
            (None, 0, off, Output::Stopped),
            (Some(Output::Starting), 5, off, Output::Starting),
            (Some(Output::Starting), 5, on, Output::Streaming),
            (Some(Output::Starting), 60, off, Output::Stopped),
            (Some(Output::Stopping), 20, on, Output::Stopping),
            (Some(Output::Stopping), 60, on, Output::Streaming),
            (Some(Output::Stopping), 1, off, Output::Stopping),
            (Some(Output::Stopping), 5, off, Output::Stopped),
            (Some(Output::Stopped), 1, on, Output::Stopped),
            (Some(Output::Stopped), 1, again, Output::Stopped),
            (Some(Output::Stopped), 20, on, Output::Stopped),
            (Some(Output::Stopped), 60, on, Output::Streaming),
            (Some(Output::Streaming), 5, again, Output::Reconnecting),
            (Some(Output::Reconnecting), 5, on, Output::Streaming),
            (Some(Output::Streaming), 5, off, Output::Stopped),
        ];
        for (old, age, read, wanted) in table {
            assert_eq!(settle(old, true, Millis(age * 1000), read), wanted, "{old:?} for {age} s, then {read:?}");
        }
    }
}
