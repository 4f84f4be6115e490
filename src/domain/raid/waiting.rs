//! Twitch counts down to a raid that we asked for: will it go out, and will anybody hear it?

use super::show::{Seen, Show, on_air, shifted};
use super::{Asked, COUNT, LATE, Now, Raid, Sight, Stage, after};
use crate::domain::chat::Identity;
use crate::domain::twitch::{Socket, SubscriptionState, Twitch};
use crate::domain::twitch_features::RAID_OUT;
use crate::kit::units::{Millis, Mono, UnixMs};

#[derive(Clone, Debug)]
pub(super) struct Waiting {
    pub(super) raid: Raid,
    /// When it goes out.
    pub(super) due: UnixMs,
    /// Who has not been heard of by then did not go, or nobody could hear it.
    pub(super) until: Mono,
    /// When the show began that it leaves.
    began: Option<UnixMs>,
    /// The connection to EventSub that hears of it; one that is new may have missed it.
    ear: Option<UnixMs>,
    /// EventSub was away at some moment since.
    pub(super) deaf: bool,
    /// A person cancelled: the show goes on whatever Twitch does.
    pub(super) cancelled: bool,
    /// From before a restart of the daemon: the cell knows nothing of it.
    pub(super) recalled: bool,
}

impl Waiting {
    pub(super) fn new(now: Now, sight: &Sight<'_>, raid: Raid, asked: UnixMs) -> Self {
        // A clock that was set back must not stretch the wait.
        let (due, passed) = (after(asked, COUNT), now.unix.since(asked));
        let until = now.mono + Millis((COUNT.0 + LATE.0).saturating_sub(passed.0));
        let (began, ear) = (on_air(sight.obs), ear(sight.twitch));
        Self { raid, due, until, began, ear, deaf: ear.is_none(), cancelled: false, recalled: false }
    }

    /// While the daemon was away nobody heard Twitch.
    pub(super) fn recalled(now: Now, asked: Asked, cancelled: bool) -> Self {
        let Asked { raid, due, began } = asked;
        let until = now.mono + after(due, LATE).since(now.unix).min(Millis(COUNT.0 + LATE.0));
        Self { raid, due, until, began, ear: None, deaf: true, cancelled, recalled: true }
    }

    /// Looks whether it would be heard. A connection that came anew tells nothing of what was before it.
    pub(super) fn look(&mut self, twitch: &Twitch) {
        let ear = ear(twitch);
        self.deaf |= ear.is_none() || ear != self.ear;
        self.ear = ear;
    }

    /// Whether it is another show by now, or none.
    pub(super) fn is_over(&self, sight: &Sight<'_>) -> bool {
        Seen::of(sight.obs, &self.show()).is_over()
    }

    pub(super) fn show(&self) -> Show {
        Show { began: self.began, raided: self.due }
    }

    pub(super) fn kept(&self, jump: i64) -> Asked {
        Asked { raid: self.raid.clone(), due: self.due, began: self.began.map(|began| shifted(began, jump)) }
    }

    /// The clock was set while OBS was away, so its show will be told by the new time.
    pub(super) fn shift_show(&mut self, jump: i64) {
        self.began = self.began.map(|began| shifted(began, jump));
    }

    pub(super) fn view(&self) -> Stage {
        Stage::Waiting {
            to: self.raid.to_name.clone(),
            until: self.due,
            heard: self.ear.is_some(),
            spared: self.cancelled,
        }
    }
}

/// The connection over which EventSub would tell of a raid that goes out, by when it was opened.
fn ear(twitch: &Twitch) -> Option<UnixMs> {
    let active = twitch.subscription(&RAID_OUT).filter(|one| one.state == SubscriptionState::Active)?;
    open(twitch, active.identity)
}

fn open(twitch: &Twitch, who: Identity) -> Option<UnixMs> {
    match twitch.sockets.get(&who) {
        Some(Socket::Open { since }) => Some(*since),
        _ => None,
    }
}
