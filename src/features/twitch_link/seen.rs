//! Events come at least once: which were taken already, and which are too old to matter.

use crate::kit::clock;
use crate::kit::units::{Millis, Mono, UnixMs};
use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, PoisonError};

/// Twitch repeats within this time; an event older than this is left out.
pub(super) const LIFE: Millis = Millis(600_000);
/// Ids that are remembered at most: half a minute of 2,000 messages a second, and all of a usual stream's
/// ten minutes.
const MOST: usize = 65_536;

/// Clocks that differ by less agree.
const AGREE: Millis = Millis(5_000);

/// The ids of the last ten minutes, shared by all sockets.
#[derive(Debug, Default)]
pub(super) struct Seen(Mutex<Ids>);

#[derive(Debug, Default)]
struct Ids {
    hasher: RandomState,
    known: HashSet<u64>,
    order: VecDeque<(Mono, u64)>,
}

impl Seen {
    /// True where this id is new; from then on it is known. Events without an id are always new.
    pub(super) fn is_new(&self, id: &str, now: Mono) -> bool {
        if id.is_empty() {
            return true;
        }
        let mut ids = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while ids.order.len() >= MOST || ids.order.front().is_some_and(|(at, _)| now.since(*at) > LIFE) {
            let Some((_, oldest)) = ids.order.pop_front() else { break };
            ids.known.remove(&oldest);
        }
        let hash = ids.hasher.hash_one(id);
        let new = ids.known.insert(hash);
        if new {
            ids.order.push_back((now, hash));
        }
        new
    }
}

/// Twitch's clock as last told, carried on by our monotonic one: our wall clock may be hours off.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TheirClock(Option<(UnixMs, Mono)>);

impl TheirClock {
    /// Twitch says what time it is.
    pub(super) fn told(&mut self, at: Option<UnixMs>) {
        self.0 = at.map(|at| (at, clock::mono())).or(self.0);
    }

    /// Whether an event of that moment is too old by Twitch's own clock; without either, nothing is.
    pub(super) fn is_old(self, at: Option<UnixMs>, now: Mono) -> bool {
        self.read(now).zip(at).is_some_and(|(theirs, at)| theirs.since(at) > LIFE)
    }

    /// A moment by their clock as our wall clock has it: who compares it with ours must not find it hours
    /// away. Clocks that nearly agree leave it alone.
    pub(super) fn ours(self, at: Option<UnixMs>, (now, wall): (Mono, UnixMs)) -> Option<UnixMs> {
        let theirs = self.read(now).filter(|theirs| theirs.since(wall).max(wall.since(*theirs)) > AGREE);
        match (theirs, at) {
            (Some(theirs), Some(at)) => {
                let age = i64::try_from(theirs.since(at).0).unwrap_or(i64::MAX);
                Some(UnixMs(wall.0.saturating_sub(age)))
            }
            _ => at,
        }
    }

    /// What their clock shows now.
    fn read(self, now: Mono) -> Option<UnixMs> {
        let (told, then) = self.0?;
        let passed = i64::try_from(now.since(then).0).unwrap_or(i64::MAX);
        Some(UnixMs(told.0.saturating_add(passed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_new_once_in_ten_minutes() {
        let seen = Seen::default();
        assert!(seen.is_new("a", Mono(0)) && !seen.is_new("a", Mono(600_000)));
        assert!(seen.is_new("a", Mono(600_001)), "forgotten");
        assert!(seen.is_new("", Mono(0)) && seen.is_new("", Mono(0)));
        for id in 0..MOST + 10 {
            assert!(seen.is_new(&id.to_string(), Mono(700_000)));
        }
        assert!(!seen.is_new(&MOST.to_string(), Mono(700_000)));
        assert!(seen.0.lock().unwrap().known.len() <= MOST);
    }

    #[test]
    fn age_is_judged_by_their_clock() {
        let mut theirs = TheirClock::default();
        assert!(!theirs.is_old(Some(UnixMs(0)), clock::mono()), "nothing is known of their clock");
        theirs.told(Some(UnixMs(10_000_000)));
        theirs.told(None);
        let now = clock::mono();
        for (at, old) in [(10_000_000, false), (9_500_000, false), (9_399_000, true), (20_000_000, false)] {
            assert_eq!(theirs.is_old(Some(UnixMs(at)), now), old, "{at}");
        }
        assert!(theirs.is_old(Some(UnixMs(10_000_000)), now + Millis(700_000)));
        assert!(!theirs.is_old(None, now));
    }

    #[test]
    fn moments_are_told_by_our_clock_however_far_off_it_is() {
        let (now, hour) = (clock::mono(), 3_600_000);
        let mut theirs = TheirClock::default();
        let at = |moment| Some(UnixMs(moment));
        assert_eq!(theirs.ours(at(5), (now, UnixMs(9))), at(5), "nothing is known of their clock");
        theirs.0 = Some((UnixMs(10 * hour), now));
        let table = [
            (10 * hour + 1000, 10 * hour - 2000, 10 * hour - 2000),
            (15 * hour, 10 * hour - 2000, 15 * hour - 2000),
            (hour, 10 * hour - 2000, hour - 2000),
            (hour, 11 * hour, hour),
        ];
        for (wall, told, wanted) in table {
            assert_eq!(theirs.ours(at(told), (now, UnixMs(wall))), at(wanted), "{wall} {told}");
        }
        assert_eq!(theirs.ours(None, (now, UnixMs(0))), None);
    }
}
