//! Since when the feed has been good, weak, lost or unreadable, and how much it has been flapping.

use super::Class;
use super::classify::Verdict;
use super::measure::Measured;
use super::rules::Rules;
use crate::kit::units::{Millis, Mono};
use std::collections::VecDeque;

/// The span over which ways up to LIVE are counted.
const MINUTE: Millis = Millis(60_000);

/// For so long an unreadable answer between two readable ones breaks no count: it says nothing.
const BRIDGE: Millis = Millis(2000);

/// The moments since when each thing has held without a break; `None` while it does not hold.
#[derive(Clone, Debug, Default)]
pub struct Since {
    /// GOOD.
    pub good: Option<Mono>,
    /// LOW or worse.
    pub weak: Option<Mono>,
    /// The same, deeper than the usual swing round the limit.
    pub deep: Option<Mono>,
    /// The same, and severe.
    pub severe: Option<Mono>,
    /// Nothing usable: ABSENT, STALLED, BAD or WARMING, in any order.
    pub lost: Option<Mono>,
    /// ABSENT.
    pub absent: Option<Mono>,
    /// Picture arrives, good or not.
    pub usable: Option<Mono>,
    /// UNKNOWN.
    pub unknown: Option<Mono>,
    /// OBS's own media source stands still.
    pub still: Option<Mono>,
    /// OBS's own media source moves.
    pub moving: Option<Mono>,
    /// The newest class.
    pub class: Option<(Class, Mono)>,
}

impl Since {
    /// Takes in a verdict. A stall began when media last advanced, not when it was noticed.
    /// A picture that is seen for the first time counts from when it came.
    pub fn see(&mut self, now: Mono, verdict: &Verdict, measured: &Measured, sampled: Mono) {
        let class = verdict.class;
        self.class = self.class.filter(|(last, _)| *last == class).or(Some((class, now)));
        keep(&mut self.unknown, class == Class::Unknown, now);
        if let Some(unknown) = self.unknown {
            if now.since(unknown) >= BRIDGE {
                let (unknown, still, moving, class) = (self.unknown, self.still, self.moving, self.class);
                *self = Self { unknown, still, moving, class, ..Self::default() };
            }
            return;
        }
        let seen = measured.picture_from.unwrap_or(now);
        let low = matches!(class, Class::Low | Class::Bad);
        let lost = matches!(class, Class::Absent | Class::Stalled | Class::Bad | Class::Warming);
        keep(&mut self.good, class == Class::Good, seen);
        keep(&mut self.weak, low, now);
        keep(&mut self.deep, low && !verdict.shallow, now);
        keep(&mut self.severe, (low && verdict.severe) || class == Class::Bad, now);
        keep(&mut self.usable, matches!(class, Class::Low | Class::Mid | Class::Good), seen);
        keep(&mut self.absent, class == Class::Absent, now);
        // A feed that is found running is no loss before its counters had time to move.
        let patience = if class == Class::Warming { measured.patience } else { Millis(0) };
        let began = measured.stall.map_or(now, |span| sampled - span) + patience;
        self.lost = lost.then(|| self.lost.map_or(began, |since| since.min(began)));
    }

    /// Takes in whether OBS's own media source moves, where it is known.
    pub fn see_media(&mut self, now: Mono, moving: Option<bool>) {
        keep(&mut self.still, moving == Some(false), now);
        keep(&mut self.moving, moving == Some(true), now);
    }

    /// Counts everything that holds from `now` on: what was before the stream began decides nothing.
    pub fn restart(&mut self, now: Mono) {
        let held = [&mut self.good, &mut self.weak, &mut self.deep, &mut self.severe, &mut self.lost];
        let others = [&mut self.absent, &mut self.usable, &mut self.unknown, &mut self.still, &mut self.moving];
        for since in held.into_iter().chain(others) {
            *since = since.map(|at| at.max(now));
        }
    }
}

fn limit(rules: &Rules) -> usize {
    usize::try_from(rules.flap_limit.max(1)).unwrap_or(usize::MAX)
}

fn keep(since: &mut Option<Mono>, holds: bool, now: Mono) {
    *since = if holds { since.or(Some(now)) } else { None };
}

/// How often LIVE was lost in short succession: recovery is fast once and slow when flapping.
#[derive(Clone, Debug, Default)]
pub struct Flaps {
    last_drop: Option<Mono>,
    count: u32,
    rises: VecDeque<Mono>,
}

impl Flaps {
    /// LIVE was reached again.
    pub fn rise(&mut self, now: Mono, rules: &Rules) {
        self.rises.retain(|at| now.since(*at) < MINUTE);
        self.rises.push_back(now);
        while self.rises.len() > limit(rules) {
            self.rises.pop_front();
        }
    }

    /// No way up before this moment: as many as the rules allow lie within the minute before it.
    pub fn spent_until(&self, rules: &Rules) -> Option<Mono> {
        let first = self.rises.len().checked_sub(limit(rules))?;
        self.rises.get(first).map(|at| *at + MINUTE)
    }

    /// LIVE was left.
    pub fn drop(&mut self, now: Mono, rules: &Rules) {
        let quiet = self.last_drop.map(|at| now.since(at));
        match quiet {
            Some(span) if span < rules.flap_window => self.count += 1,
            Some(span) if span < rules.flap_clean => {}
            _ => self.count = 0,
        }
        self.last_drop = Some(now);
    }

    /// As many ways up as the rules allow lie within the last minute.
    pub fn is_spent(&self, now: Mono, rules: &Rules) -> bool {
        self.spent_until(rules).is_some_and(|at| at > now)
    }

    /// A recovery time, stretched by the flapping so far.
    pub fn stretch(&self, base: Millis, rules: &Rules) -> Millis {
        let factor = rules.flap_factor.powi(i32::try_from(self.count.min(16)).unwrap_or(16));
        base.scale(factor).min(rules.flap_ceiling.max(base))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recovery_is_fast_once_and_slow_when_flapping() {
        let rules = Rules::default();
        let mut flaps = Flaps::default();
        let mut holds = Vec::new();
        for at in [0, 20_000, 40_000, 130_000, 300_000] {
            flaps.drop(Mono(at), &rules);
            holds.push(flaps.stretch(Millis(1000), &rules).0);
        }
        assert_eq!(holds, [1000, 1600, 2560, 2560, 1000]);
        for at in 0..20 {
            flaps.drop(Mono(301_000 + at * 1000), &rules);
        }
        assert_eq!(flaps.stretch(Millis(1000), &rules), rules.flap_ceiling);
    }

    #[test]
    fn a_feed_that_is_found_running_is_no_loss_before_its_counters_could_move() {
        let warming = super::super::classify::verdict(Class::Warming, String::new());
        let found = |patience| Measured { patience: Millis(patience), ..Measured::default() };
        for (patience, wanted) in [(0, 10_000), (6000, 16_000)] {
            let mut since = Since::default();
            for at in [10_000, 11_000, 12_000] {
                since.see(Mono(at), &warming, &found(patience), Mono(at));
            }
            assert_eq!(since.lost, Some(Mono(wanted)), "a patience of {patience} ms");
            since.restart(Mono(12_500));
            assert_eq!(since.lost, Some(Mono(wanted.max(12_500))), "taking over does not end the patience");
        }
        let mut since = Since::default();
        since.see(Mono(9000), &super::super::classify::verdict(Class::Absent, String::new()), &found(0), Mono(9000));
        since.see(Mono(10_000), &warming, &found(6000), Mono(10_000));
        assert_eq!(since.lost, Some(Mono(9000)), "what was lost before stays lost");
    }

    #[test]
    fn ways_up_are_spent_until_the_first_of_them_is_a_minute_old() {
        let rules = Rules { flap_limit: 2, ..Rules::default() };
        let mut flaps = Flaps::default();
        assert_eq!(flaps.spent_until(&rules), None);
        flaps.rise(Mono(1000), &rules);
        assert_eq!(flaps.spent_until(&rules), None, "one is left");
        flaps.rise(Mono(30_000), &rules);
        assert_eq!(flaps.spent_until(&rules), Some(Mono(61_000)));
        assert!(flaps.is_spent(Mono(60_999), &rules) && !flaps.is_spent(Mono(61_000), &rules));
        flaps.rise(Mono(62_000), &rules);
        assert_eq!(flaps.spent_until(&rules), Some(Mono(90_000)));
        let stricter = Rules { flap_limit: 1, ..rules };
        assert_eq!(flaps.spent_until(&stricter), Some(Mono(122_000)), "changed in the middle");
    }
}
