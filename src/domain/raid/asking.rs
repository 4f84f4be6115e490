//! Nobody knows whether the raid went out, so a person is asked. Never a guess.

use super::show::{Seen, Show};
use super::waiting::Waiting;
use super::{Asked, LATE, LIMIT, Now, Raid, Sight, Stage, after, words};
use crate::kit::units::{Mono, UnixMs};

#[derive(Clone, Debug)]
pub(super) struct Asking {
    pub(super) raid: Raid,
    pub(super) show: Show,
    /// When the question is dropped.
    pub(super) until: Mono,
    /// The same, for people.
    pub(super) until_unix: UnixMs,
}

impl Asking {
    /// Asked of a raid that was due; after a restart of the daemon for as long as is left.
    pub(super) fn new(now: Now, waiting: Waiting) -> Self {
        let end = after(after(waiting.due, LATE), LIMIT);
        let left = end.since(now.unix).min(LIMIT);
        let (show, raid) = (waiting.show(), waiting.raid);
        Self { raid, show, until: now.mono + left, until_unix: after(now.unix, left) }
    }

    /// Why it is asked no more, if so.
    pub(super) fn is_moot(&self, now: Now, sight: &Sight<'_>) -> Option<String> {
        if Seen::of(sight.obs, &self.show).is_over() {
            return Some(words::moot(&self.raid));
        }
        (now.mono >= self.until).then(|| words::unanswered(&self.raid))
    }

    pub(super) fn kept(&self, jump: i64) -> Asked {
        Asked { raid: self.raid.clone(), due: self.show.raided, began: self.show.shifted(jump).began }
    }

    pub(super) fn view(&self) -> Stage {
        Stage::Asking { to: self.raid.to_name.clone(), until: self.until_unix }
    }
}
