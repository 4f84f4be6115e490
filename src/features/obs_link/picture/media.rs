//! What is seen of the media sources: whether their cursors and pictures move, and how loud they are.

use super::Picture;
use crate::adapters::obs::MediaReport;
use crate::domain::stream::{MediaInput, Watched};
use crate::features::obs_link::media::Choice;
use crate::kit::clock;
use crate::kit::units::{Millis, Mono};
use std::collections::BTreeMap;

/// Two reads of the media source closer than this tell nothing: a frame may last as long.
const GLANCE: Millis = Millis(200);
/// Two looks further apart than this are no comparison.
const STARE: Millis = Millis(6000);
/// Peaks up to this are silence: -60 dB.
const SILENCE: f32 = 0.001;
/// Volumes come twenty times a second; the cell need not change so often.
const EARSHOT: Millis = Millis(500);

/// What a look is compared with, by the name of the source.
#[derive(Default)]
pub(super) struct Looks {
    /// When its cursor was last compared.
    compared: BTreeMap<String, Mono>,
    /// Its picture as last seen.
    seen: BTreeMap<String, u64>,
}

impl Picture {
    /// Which media source plays which feed, or why none was chosen.
    pub(in super::super) fn media_sources(&mut self, choice: Choice) {
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
    pub(in super::super) fn media(&mut self, name: &str, report: MediaReport) {
        let now = clock::mono();
        let known = self.cell.with(|obs| obs.media.iter().find(|media| media.name == name).and_then(|one| one.cursor));
        let compared = self.looks.compared.get(name).copied().unwrap_or_default();
        if report.cursor == known && now.since(compared) < GLANCE {
            return;
        }
        self.looks.compared.insert(name.to_owned(), now);
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
    pub(in super::super) fn glimpse(&mut self, name: &str, shot: Option<u64>) {
        let now = clock::mono();
        let before = shot.and_then(|shot| self.looks.seen.insert(name.to_owned(), shot));
        self.edit_media(name, |media| {
            let same = media.picture.filter(|old| shot == before && now.since(old.looked) < STARE);
            media.picture = shot.map(|_| Watched { looked: now, changed: same.map_or(now, |old| old.changed) });
        });
    }

    /// Nobody looks at the pictures any more.
    pub(in super::super) fn look_away(&mut self) {
        self.looks.seen.clear();
        self.cell.edit_if_changed(|obs| obs.media.iter_mut().for_each(|media| media.picture = None));
    }

    /// How loud the active inputs were.
    pub(in super::super) fn volumes(&mut self, peaks: &[(String, f32)]) {
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
    pub(in super::super) fn stop_listening(&mut self) {
        self.cell.edit_if_changed(|obs| obs.media.iter_mut().for_each(|media| media.sound = None));
    }

    fn edit_media(&mut self, name: &str, mut change: impl FnMut(&mut MediaInput)) {
        self.cell.edit_if_changed(|obs| {
            obs.media.iter_mut().filter(|media| media.name == name).for_each(&mut change);
        });
    }
}
