//! A stop that is wanted: counted down to, asked for, asked for again, until OBS reports it or the
//! deadline comes.

use super::show::{Seen, Show, shifted};
use super::{LIMIT, Now, Raid, Sight, Stage, Wish, after, words};
use crate::domain::command::Outcome;
use crate::kit::units::{Millis, Mono};

/// Waits between two tries to stop: 2, 4, 8, then 15 s.
const PAUSES: [Millis; 4] = [Millis(2_000), Millis(4_000), Millis(8_000), Millis(15_000)];

#[derive(Clone, Debug)]
pub(super) struct Ending {
    pub(super) wish: Wish,
    pub(super) stop_at: Mono,
    deadline: Mono,
    tries: u32,
    /// The next try not before.
    next: Mono,
    pub(super) in_flight: bool,
    answer: Option<String>,
}

/// What a look brings.
pub(super) enum Turn {
    /// Nothing to do now.
    Wait,
    /// OBS is to be asked.
    Ask,
    /// OBS reports that the stream has stopped.
    Stopped,
    /// It is over in another way; whether that wants a person.
    Over(String, bool),
}

impl Ending {
    pub(super) fn new(now: Now, raid: Raid, show: Show, delay: Millis) -> Self {
        let (stop_at, deadline) = (after(now.unix, delay), after(now.unix, Millis(delay.0 + LIMIT.0)));
        let wish = Wish { raid, show, stop_at, deadline };
        Self::of(wish, now.mono + delay, now.mono + delay + LIMIT)
    }

    /// As it was written down. What is left of a wait is never longer than the wait was.
    pub(super) fn recalled(now: Now, wish: Wish) -> Self {
        let Wish { stop_at, deadline, show, .. } = &wish;
        let wait = stop_at.since(now.unix).min(stop_at.since(show.raided));
        let limit = deadline.since(now.unix.max(*stop_at)).min(LIMIT);
        let stop_at = now.mono + wait;
        Self::of(wish, stop_at, stop_at + limit)
    }

    fn of(wish: Wish, stop_at: Mono, deadline: Mono) -> Self {
        Self { wish, stop_at, deadline, tries: 0, next: stop_at, in_flight: false, answer: None }
    }

    /// A person does not want to wait.
    pub(super) fn hurry(&mut self, now: Now) {
        self.stop_at = now.mono.min(self.stop_at);
        self.next = self.next.min(self.stop_at);
        self.wish.stop_at = self.wish.stop_at.min(now.unix);
    }

    /// `reconnecting`: OBS connected anew to the platform within this show, and its duration began anew.
    pub(super) fn look(&mut self, now: Now, sight: &Sight<'_>, reconnecting: bool) -> Turn {
        let raid = &self.wish.raid;
        match Seen::of(sight.obs, &self.wish.show) {
            Seen::Over => return Turn::Stopped,
            Seen::Another(Some(began)) if reconnecting => self.wish.show.began = Some(began),
            Seen::Another(_) => return Turn::Over(words::another(raid), false),
            Seen::Same(began) => self.wish.show.began = self.wish.show.began.or(Some(began)),
            Seen::Unknown => {}
        }
        if now.mono < self.stop_at && !sight.rule.enabled {
            return Turn::Over(words::switched_off(&self.wish.raid), false);
        }
        if now.mono >= self.deadline {
            return Turn::Over(words::given_up(&self.wish.raid, self.answer.as_deref()), true);
        }
        let known = sight.obs.is_live() == Some(true) && sight.obs.live_since.is_some();
        if !known || self.in_flight || now.mono < self.next {
            return Turn::Wait;
        }
        self.in_flight = true;
        self.tries += 1;
        Turn::Ask
    }

    /// OBS's answer; a line about it, where it did not work.
    pub(super) fn answered(&mut self, now: Now, outcome: &Outcome) -> Option<String> {
        self.in_flight = false;
        let pause = usize::try_from(self.tries.saturating_sub(1)).unwrap_or(usize::MAX).min(PAUSES.len() - 1);
        self.next = now.mono + PAUSES[pause];
        if outcome.is_done() {
            return None;
        }
        self.answer = Some(outcome.text().to_owned());
        Some(words::refused(self.tries, outcome.text()))
    }

    /// When the next look is needed at the latest.
    pub(super) fn due(&self, now: Mono) -> Mono {
        let next = if self.in_flight || self.next <= now { self.deadline } else { self.next };
        next.min(self.deadline)
    }

    pub(super) fn kept(&self, jump: i64) -> Wish {
        Wish { show: self.wish.show.shifted(jump), ..self.wish.clone() }
    }

    /// The clock was set: timers go on as they were, moments are told by the new time.
    pub(super) fn shift_moments(&mut self, jump: i64) {
        self.wish.stop_at = shifted(self.wish.stop_at, jump);
        self.wish.deadline = shifted(self.wish.deadline, jump);
    }

    pub(super) fn view(&self, now: Mono) -> Stage {
        let raid = self.wish.raid.clone();
        if now < self.stop_at {
            return Stage::Counting { raid, until: self.wish.stop_at };
        }
        Stage::Stopping { raid, tries: self.tries, answer: self.answer.clone(), until: self.wish.deadline }
    }
}
