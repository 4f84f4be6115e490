//! Down and up: when the feed on air falls, when it recovers, and to which place.

use super::machine::{Inputs, Machine, Move, PICTURE_PATIENCE, Spot};
use super::scenes::Staging;
use super::{Class, Place};
use crate::kit::units::{Millis, Mono};

/// A feed that came and went too often must be good this long before LIVE returns.
const CLEAN: Millis = Millis(30_000);
/// While it comes and goes LOW stays on over gaps of this length.
const UNSTEADY_GAP: Millis = Millis(10_000);

impl Machine {
    /// Down: to OFFLINE, or to another feed, when nothing usable arrives; to LOW when too little does.
    pub(super) fn fall(&self, now: Mono, inputs: Inputs<'_>) -> Option<Move> {
        let due = |at: Option<Mono>| at.is_some_and(|at| at <= now);
        if due(self.offline_due(inputs)) {
            return Some(self.flee(now, inputs));
        }
        due(self.low_due(inputs)).then(|| self.weaken(now, inputs))
    }

    /// The next way down, if it goes on like this: where to, and when.
    pub(super) fn next_fall(&self, now: Mono, inputs: Inputs<'_>) -> Option<(Place, Mono)> {
        let offline = self.offline_due(inputs).map(|due| (self.place_without(now, inputs), due));
        let low = self.low_due(inputs).map(|due| (Place::Low, due));
        offline.into_iter().chain(low).min_by_key(|(_, due)| *due)
    }

    fn offline_due(&self, inputs: Inputs<'_>) -> Option<Mono> {
        if self.spot.place == Place::Offline {
            return None;
        }
        let patient = self.unsteady && self.spot.place == Place::Low && self.heir(inputs).is_none();
        let due = self.current().lost_due(inputs.rules)?;
        Some(if patient { due + UNSTEADY_GAP } else { due })
    }

    fn low_due(&self, inputs: Inputs<'_>) -> Option<Mono> {
        let live = self.spot.place == Place::Live;
        live.then(|| self.current().weak_due(self.entered + inputs.rules.dwell, inputs.rules)).flatten()
    }

    /// The feed is lost: another one takes over, else there is only OFFLINE.
    fn flee(&self, now: Mono, inputs: Inputs<'_>) -> Move {
        let gone = self.told_as(self.spot.feed, self.current().lost_reason(now), inputs.lineup);
        if let Some(heir) = self.heir(inputs) {
            let place = self.place_with(now, heir, inputs);
            let reason = format!("{gone}; {}", self.told(heir, inputs.lineup));
            // A hand-over: LIVE goes on, so nothing flaps, however often feeds take turns.
            let fell = place != Place::Live || matches!(self.spot.staging, Staging::Camera(_));
            return Move { fell, ..self.to(heir, place, reason, inputs) };
        }
        self.to(self.spot.feed, self.place_without(now, inputs), gone, inputs)
    }

    fn place_with(&self, now: Mono, heir: usize, inputs: Inputs<'_>) -> Place {
        let weak = self.watches.get(heir).is_some_and(|watch| watch.class() == Class::Low);
        let restless = self.unsteady || self.flaps.is_spent(now, inputs.rules);
        if weak || (restless && self.has_low(heir, inputs)) { Place::Low } else { Place::Live }
    }

    /// Where the loss of the feed leads: to OFFLINE, but not again and again.
    fn place_without(&self, now: Mono, inputs: Inputs<'_>) -> Place {
        let again = self.spot.place == Place::Live && self.flaps.is_spent(now, inputs.rules);
        if again && self.has_low(self.spot.feed, inputs) { Place::Low } else { Place::Offline }
    }

    fn has_low(&self, feed: usize, inputs: Inputs<'_>) -> bool {
        self.home_cast(feed, inputs).scene(Place::Low).is_some()
    }

    fn weaken(&self, now: Mono, inputs: Inputs<'_>) -> Move {
        let since = self.current().since.weak;
        let reason = self.told_as(self.spot.feed, self.current().reason_since(now, since), inputs.lineup);
        if let Some(other) = self.camera_partner(inputs.lineup) {
            let reason = format!("{reason}; {}", self.told(other, inputs.lineup));
            return self.to(other, Place::Live, reason, inputs);
        }
        self.to(self.spot.feed, Place::Low, reason, inputs)
    }

    pub(super) fn to(&self, feed: usize, place: Place, reason: String, inputs: Inputs<'_>) -> Move {
        Move { to: Spot { feed, place, staging: self.home(feed, inputs) }, reason, fell: true }
    }

    /// Up: to LIVE when the feed has been good for the hold, from OFFLINE to LOW when it is there at all.
    pub(super) fn recover(&self, now: Mono, inputs: Inputs<'_>) -> Option<Move> {
        let (feed, place, due) = self.recovery_due(now, inputs)?;
        if due > now || (place == Place::Live && self.waits_for_picture(now, feed)) {
            return None;
        }
        let watch = self.watches.get(feed)?;
        let since = if place == Place::Live { watch.since.good } else { watch.since.usable };
        let reason = self.told_as(feed, watch.reason_since(now, since), inputs.lineup);
        let fell = false;
        Some(Move { fell, ..self.to(feed, place, reason, inputs) })
    }

    /// The next way up: from LOW for the feed on air, from OFFLINE for whichever comes first.
    pub(super) fn recovery_due(&self, now: Mono, inputs: Inputs<'_>) -> Option<(usize, Place, Mono)> {
        let on = self.spot.feed;
        let up = |feed| self.way_up(feed, inputs).map(|(place, due)| (feed, place, due));
        if self.spot.place != Place::Offline || !inputs.lineup.is_several() {
            return up(on);
        }
        let order = |feed: usize| (feed != on, inputs.lineup.rank(feed));
        let ways = (0..self.watches.len()).filter_map(up);
        ways.min_by_key(|(feed, place, due)| ((*due).max(now), *place != Place::Live, order(*feed)))
    }

    fn way_up(&self, feed: usize, inputs: Inputs<'_>) -> Option<(Place, Mono)> {
        let (rules, watch) = (inputs.rules, self.watches.get(feed)?);
        let hold = |base: Millis| self.flaps.stretch(base, rules);
        let calm = if self.unsteady { CLEAN } else { Millis(0) };
        let to_low = self.unsteady && self.has_low(feed, inputs);
        let low = || Some((Place::Low, watch.since.usable? + hold(rules.offline_to_low), rules.dwell));
        let (to, due, dwell) = match (self.spot.place, watch.class()) {
            (Place::Low, Class::Good) => {
                (Place::Live, watch.since.good? + hold(rules.recover_low).max(calm), rules.dwell)
            }
            (Place::Offline, Class::Good) if !to_low => {
                (Place::Live, watch.since.good? + hold(rules.recover_offline).max(calm), rules.dwell_offline)
            }
            (Place::Offline, Class::Low | Class::Mid | Class::Good) => low()?,
            // Gone by the witness's word, back by the witness's word.
            (Place::Offline, Class::Unknown) if self.blind => {
                (Place::Live, watch.since.moving? + hold(rules.recover_low).max(calm), rules.dwell)
            }
            _ => return None,
        };
        let spent = self.flaps.spent_until(rules).filter(|_| to == Place::Live);
        let due = due.max(self.entered + dwell).max(self.hold_until);
        Some((to, spent.map_or(due, |at| due.max(at))))
    }

    fn waits_for_picture(&self, now: Mono, feed: usize) -> bool {
        self.spot.place == Place::Offline && self.picture_is_missing(now, feed)
    }

    /// OBS still shows a dead picture although the ingest is good: its media source is reconnecting.
    /// Waited for on the way to a feed that was lost, and not for ever.
    pub(super) fn picture_is_missing(&self, now: Mono, feed: usize) -> bool {
        let Some(watch) = self.watches.get(feed) else { return false };
        let patient = watch.since.good.is_some_and(|at| now.since(at) < PICTURE_PATIENCE);
        watch.stands_still() && patient
    }
}
