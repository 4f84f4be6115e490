//! What people ask of the machine: the show goes on, or it ends now.

use super::follow::Follow;
use super::machine::Machine;
use super::{COUNT, Effect, LATE, Now, Sight, Spared, after, words};
use crate::domain::command::Outcome;
use crate::kit::units::{Millis, Mono};

impl Machine {
    pub(super) fn cancel(&mut self, now: Now) -> Vec<Effect> {
        let done = |text: &str| Effect::Answer(Outcome::Done(text.to_owned()));
        let (mut effects, said, spared) = match &self.follow {
            Follow::Nothing => (Vec::new(), None, None),
            Follow::Asking(asking) => {
                let raid = asking.raid.clone();
                (self.end(now, words::cancelled(&raid), false), Some(words::GOES_ON), Some(raid.to_id))
            }
            Follow::Ending(ending) => {
                let said = if ending.in_flight { words::ASKED_ALREADY } else { words::GOES_ON };
                let raid = ending.wish.raid.clone();
                (self.end(now, words::cancelled(&raid), false), Some(said), None)
            }
        };
        if let Some(waiting) = &mut self.waiting {
            waiting.cancelled = true;
            let (to, until) = (waiting.raid.to_id.clone(), waiting.until);
            self.spare(now, Some(to), until);
            effects.push(Effect::TakeBack);
        } else if let Some(said) = said {
            effects.extend([done(said)]);
            spared.into_iter().for_each(|to| self.spare(now, Some(to), now.mono + COUNT + LATE));
        } else {
            // One that was begun on Twitch's own page is not known here before it goes out.
            self.spare(now, None, now.mono + COUNT + LATE);
            effects.push(Effect::TakeBack);
        }
        effects
    }

    fn spare(&mut self, now: Now, to_id: Option<String>, until: Mono) {
        let spared = Spared { to_id, until: after(now.unix, until.since(now.mono)) };
        self.spared = Some((spared, until));
    }

    pub(super) fn spares(&self, to_id: &str) -> bool {
        let covers = |(spared, _): &(Spared, Mono)| spared.to_id.as_ref().is_none_or(|to| to == to_id);
        self.spared.as_ref().is_some_and(covers)
    }

    /// What was taken back never goes out; what was not may.
    pub(super) fn took_back(&mut self, now: Now, outcome: Outcome) -> Vec<Effect> {
        let known = self.waiting.as_ref().is_some_and(|waiting| waiting.cancelled) || self.is_spared_by_name();
        let done = outcome.is_done();
        let mut effects = vec![Effect::Answer(words::took_back(outcome, known))];
        if done {
            self.spared = None;
            let waiting = self.waiting.take_if(|waiting| waiting.cancelled);
            effects.extend(waiting.into_iter().flat_map(|waiting| self.no_raid(now, words::spared(&waiting.raid))));
        }
        effects
    }

    fn is_spared_by_name(&self) -> bool {
        self.spared.as_ref().is_some_and(|(spared, _)| spared.to_id.is_some())
    }

    pub(super) fn stop_now(&mut self, now: Now, sight: &Sight<'_>) -> Vec<Effect> {
        let failed = |text: &str| vec![Effect::Answer(Outcome::Failed(text.to_owned()))];
        match &mut self.follow {
            Follow::Nothing if self.waiting.is_some() => return failed(words::NOT_YET),
            Follow::Nothing => return failed(words::NO_RAID),
            Follow::Asking(_) if sight.obs.is_live() == Some(false) => return failed(words::OFF_AIR),
            Follow::Asking(asking) => {
                let (raid, show) = (asking.raid.clone(), asking.show);
                self.confirmed = Some((raid.to_id.clone(), now.mono));
                self.want(now, raid, show, Millis(0));
            }
            Follow::Ending(ending) => ending.hurry(now),
        }
        vec![Effect::Answer(Outcome::Done(words::STOPS.to_owned()))]
    }
}
