//! When the machine wants to hear more: how fast each feed is polled, and when the next step is due.

use super::machine::{Inputs, Machine, PICTURE_PATIENCE};
use super::scenes::Staging;
use super::watch::Watch;
use super::{Class, Place};
use crate::domain::ids::FeedId;
use crate::domain::signal::Pace;
use crate::kit::units::{Millis, Mono};

/// Longest time of quick polling for one class: what stays open longer is not about to be decided
/// (a publisher that never sends a picture, a rate that lives between the limits).
const HURRY: Millis = Millis(30_000);

impl Machine {
    /// How fast to poll, where all feeds are polled alike: as the one in the greatest hurry.
    pub fn pace(&self) -> Pace {
        let quick = (0..self.watches.len()).any(|feed| self.pace_at(feed) == Pace::Quick);
        if quick { Pace::Quick } else { Pace::Calm }
    }

    /// How fast to poll a feed: quick while something is not good and not decided.
    pub fn pace_of(&self, feed: &FeedId) -> Pace {
        self.watches.iter().position(|watch| watch.id() == feed).map_or(Pace::Calm, |at| self.pace_at(at))
    }

    fn pace_at(&self, feed: usize) -> Pace {
        let Some(watch) = self.watches.get(feed) else { return Pace::Calm };
        let hurry = watch.since.class.is_some_and(|(_, since)| watch.read_at().since(since) < HURRY);
        let settled = if feed == self.spot.feed { self.is_settled(watch) } else { self.is_idle(watch) };
        if settled || !self.armed || !hurry { Pace::Calm } else { Pace::Quick }
    }

    fn is_settled(&self, watch: &Watch) -> bool {
        let place = self.spot.place;
        match watch.class() {
            Class::Good => place == Place::Live && !watch.measured().falling,
            Class::Unknown => true,
            Class::Absent | Class::Stalled | Class::Bad => place == Place::Offline,
            Class::Low | Class::Mid => place == Place::Low && !watch.measured().falling,
            Class::Warming => false,
        }
    }

    /// Nothing of this other feed is about to be decided.
    fn is_idle(&self, watch: &Watch) -> bool {
        let on_show = matches!(self.spot.staging, Staging::Camera(_));
        match watch.class() {
            Class::Unknown => true,
            Class::Good => self.current().class() == Class::Good,
            Class::Absent | Class::Stalled | Class::Bad => watch.is_down(),
            _ => !on_show && self.spot.place == Place::Live,
        }
    }

    /// When to step again although nothing is new; `None` while no timer runs.
    pub fn wake_at(&self, now: Mono, inputs: Inputs<'_>) -> Option<Mono> {
        if !self.armed && !self.waits_to_begin(inputs) {
            return None;
        }
        let recovery = self.recovery_due(now, inputs).map(|(.., due)| due);
        let fall = self.next_fall(now, inputs).map(|(_, due)| due);
        let stop = self.stop_due(inputs);
        let own = [fall, recovery, stop, Some(self.hold_until), Some(self.grace_until)];
        let of_feeds = self.watches.iter().flat_map(|watch| {
            let patience = watch.since.good.map(|at| at + PICTURE_PATIENCE);
            [patience, Some(watch.outdated_at())]
        });
        let among = self.choice_due(inputs);
        own.into_iter().chain(of_feeds).flatten().chain(among).filter(|at| *at > now).min()
    }
}
