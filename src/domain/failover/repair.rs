//! When something is repaired without being asked: a media source that stays dead although its feed
//! is good, a picture that stands still although bytes arrive, a dead publisher that keeps its place.
//!
//! Pure. Each fault is repaired once; after a repair nothing is repaired for a while, which doubles
//! with each in the same show; what a repair did not mend is told and left to a person.

use super::Class;
use super::rules::{Frozen, Rules};
use crate::domain::ids::FeedId;
use crate::domain::stream::MediaInput;
use crate::kit::units::{Millis, Mono};

/// The feed must have been good for so long before OBS is blamed.
const STEADY: Millis = Millis(3_000);
/// A cursor that stands for so long is dead.
const DEAD: Millis = Millis(3_000);
/// A picture that stands for so long is frozen: when nothing is heard of it either, and when it is,
/// for then the source plays and perhaps the picture is meant to stand.
const FROZEN: (Millis, Millis) = (Millis(10_000), Millis(20_000));
/// A repair has so long to help. A restarted source opens its stream anew, which takes OBS seconds.
const PROOF: Millis = Millis(12_000);
/// After a repair nothing is repaired for so long; doubled each time in a show.
const COOL: Millis = Millis(60_000);
/// A publisher that is silent for so long is taken for dead.
const GHOST: Millis = Millis(5_000);

/// One feed at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Sight<'a> {
    /// What its newest reading means.
    pub class: Class,
    /// The publisher's session, where the server tells one.
    pub session: Option<&'a str>,
    /// The media source in OBS that plays it.
    pub media: Option<&'a MediaInput>,
    /// Its publisher can be dropped (`rtmp_control` is set).
    pub can_drop: bool,
}

/// The cell of faults that were told and last: the feed and what a person should know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Troubles {
    /// In the order of the feeds' ids.
    pub list: Vec<(FeedId, String)>,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The media source does not play although the feed is good.
    Dead,
    /// Its picture stands although it plays and bytes arrive.
    Frozen,
}

/// What to do, each with its fault where there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Restart the media source.
    Restart(Fault),
    /// Drop the publisher, who has been silent for so long.
    Drop(Millis),
    /// Tell a person that the fault stays: what was done did not help, or may not be done (again).
    Tell(Fault, Left),
    /// The fault is gone after a repair, or after it was told.
    Healed,
}

/// Why a fault is left to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// A restart did not help.
    Tried,
    /// The last restart was a short while ago; the next may be in so long.
    Cooling(Millis),
    /// The rules say so.
    ByRule,
}

/// One feed's memory within a show.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Repair {
    good: Option<Mono>,
    still: Option<Mono>,
    stalled: Option<Mono>,
    fault: Option<Case>,
    /// No restart before this moment.
    not_before: Option<Mono>,
    restarts: u32,
    /// A restart did not unfreeze the picture: it is meant to stand, or the encoder froze.
    futile: bool,
    dropped: Option<Option<String>>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Case {
    fault: Fault,
    restarted: Option<Mono>,
    told: bool,
    /// Since when it is no longer seen.
    gone: Option<Mono>,
}

impl Repair {
    /// One look. `live` is false while no show is on, which forgets everything, and `None` while OBS
    /// cannot be read or work on the ingest is announced: then nothing is done and nothing counts.
    pub fn step(&mut self, now: Mono, live: Option<bool>, rules: &Rules, sight: &Sight<'_>) -> Option<Act> {
        match live {
            Some(true) => {}
            Some(false) => {
                *self = Self::default();
                return None;
            }
            None => {
                (self.good, self.still, self.stalled) = (None, None, None);
                return None;
            }
        }
        self.count(now, sight);
        self.ghost(now, rules, sight).or_else(|| self.media(now, rules, sight))
    }

    /// What is wrong now and already repaired or told; for the health page.
    pub fn trouble(&self) -> Option<Fault> {
        self.fault.filter(|case| case.told).map(|case| case.fault)
    }

    fn count(&mut self, now: Mono, sight: &Sight<'_>) {
        let since = |old: Option<Mono>, holds: bool| holds.then(|| old.unwrap_or(now));
        self.good = since(self.good, sight.class == Class::Good);
        self.stalled = since(self.stalled, sight.class == Class::Stalled);
        self.still = since(self.still, sight.media.and_then(MediaInput::plays) == Some(false));
    }

    fn ghost(&mut self, now: Mono, rules: &Rules, sight: &Sight<'_>) -> Option<Act> {
        let Some(since) = self.stalled else {
            // Another session, or the same one that sends again, may become a ghost in its turn.
            self.dropped = self.dropped.take().filter(|session| session.is_some());
            return None;
        };
        let silent = now.since(since);
        let session = sight.session.map(str::to_owned);
        if silent < GHOST || !sight.can_drop || !rules.self_repair || self.dropped.as_ref() == Some(&session) {
            return None;
        }
        self.dropped = Some(session);
        Some(Act::Drop(silent))
    }

    fn media(&mut self, now: Mono, rules: &Rules, sight: &Sight<'_>) -> Option<Act> {
        let seen = self.see(now, sight);
        let new = seen.map(|fault| Case { fault, restarted: None, told: false, gone: None });
        let mut case = self.fault.or(new)?;
        if seen.is_none() && !self.is_clouded(now, case, sight) {
            return self.heal(now, case);
        }
        case.gone = None;
        // A frozen picture that then dies altogether is the same case.
        case.fault = seen.unwrap_or(case.fault);
        let act = self.treat(now, rules, &mut case, seen.is_some());
        self.fault = Some(case);
        act
    }

    /// After a restart the source opens anew; meanwhile nothing can be said.
    fn is_clouded(&self, now: Mono, case: Case, sight: &Sight<'_>) -> bool {
        let opening = case.restarted.is_some_and(|at| now.since(at) < PROOF);
        let looks_well = sight.media.is_some_and(|media| {
            media.plays() == Some(true) && media.picture.is_none_or(|picture| picture.still_for() < DEAD)
        });
        opening && !looks_well
    }

    fn heal(&mut self, now: Mono, case: Case) -> Option<Act> {
        let gone = case.gone.unwrap_or(now);
        self.fault = Some(Case { gone: Some(gone), ..case });
        if now.since(gone) < STEADY {
            return None;
        }
        self.fault = None;
        (case.told || case.restarted.is_some()).then_some(Act::Healed)
    }

    fn treat(&mut self, now: Mono, rules: &Rules, case: &mut Case, seen: bool) -> Option<Act> {
        if let Some(at) = case.restarted {
            if now.since(at) < PROOF || !seen {
                return None;
            }
            self.futile |= case.fault == Fault::Frozen;
            return tell(case, Left::Tried);
        }
        let frozen = case.fault == Fault::Frozen;
        if !rules.self_repair || frozen && (rules.frozen_picture == Frozen::Tell || self.futile) {
            return tell(case, if self.futile { Left::Tried } else { Left::ByRule });
        }
        if let Some(at) = self.not_before.filter(|at| now < *at) {
            return tell(case, Left::Cooling(at.since(now)));
        }
        case.restarted = Some(now);
        case.told = false;
        self.not_before = Some(now + COOL.scale(2_f64.powi(self.restarts.min(10) as i32)));
        self.restarts += 1;
        Some(Act::Restart(case.fault))
    }

    fn see(&self, now: Mono, sight: &Sight<'_>) -> Option<Fault> {
        let media = sight.media?;
        let lasts = |since: Option<Mono>, span: Millis| since.is_some_and(|at| now.since(at) >= span);
        if lasts(self.good, STEADY) && lasts(self.still, DEAD) {
            return Some(Fault::Dead);
        }
        let arrives = matches!(sight.class, Class::Good | Class::Mid | Class::Low);
        (arrives && self.still.is_none() && is_frozen(media)).then_some(Fault::Frozen)
    }
}

fn tell(case: &mut Case, left: Left) -> Option<Act> {
    (!std::mem::replace(&mut case.told, true)).then_some(Act::Tell(case.fault, left))
}

fn is_frozen(media: &MediaInput) -> bool {
    let Some(picture) = media.picture else { return false };
    let heard = media.sound.is_some_and(|sound| sound.still_for() < DEAD);
    picture.still_for() >= if heard { FROZEN.1 } else { FROZEN.0 }
}

#[cfg(test)]
mod tests;
