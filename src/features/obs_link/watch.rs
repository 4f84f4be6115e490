//! The closer look at the media sources while the show is on: their pictures now and then, their
//! sound only when a picture or a cursor stands still, because OBS reports it twenty times a second.

use super::ObsLink;
use crate::domain::stream::{MediaInput, Obs};
use crate::kit::units::Millis;

/// A picture that stands so long makes us listen.
const SUSPICIOUS: Millis = Millis(4_000);

impl ObsLink {
    /// Called after each look at the cursors.
    pub(super) fn watch(&mut self) {
        let obs = self.picture.obs();
        if obs.is_live() != Some(true) {
            self.stop_watching(&obs);
            return;
        }
        let names: std::collections::BTreeSet<&String> =
            obs.media.iter().filter(|media| media.playing).map(|media| &media.name).collect();
        self.line.glimpse(names.into_iter().cloned().collect());
        let wanted = obs.media.iter().any(is_suspicious);
        if self.line.listen(wanted) && !wanted {
            self.picture.stop_listening();
        }
    }

    pub(super) fn glimpsed(&mut self, name: &str, shot: Option<u64>) {
        self.picture.glimpse(name, shot);
    }

    fn stop_watching(&mut self, obs: &Obs) {
        if self.line.listen(false) {
            self.picture.stop_listening();
        }
        if obs.media.iter().any(|media| media.picture.is_some()) {
            self.picture.look_away();
        }
    }
}

/// On air (else nobody looks at its picture) and still in one way or the other.
fn is_suspicious(media: &MediaInput) -> bool {
    let Some(picture) = media.picture else { return false };
    media.playing && (media.moving == Some(false) || picture.still_for() >= SUSPICIOUS)
}
