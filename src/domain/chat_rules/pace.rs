//! How often the bot speaks. Twitch ignores an account that says more than 20 lines in 30 s.

use crate::domain::failover::Place;
use crate::kit::units::{Millis, Mono};
use std::collections::VecDeque;

/// Replies in a window; the rest of Twitch's 20 stays for people and announcements.
const REPLIES: (usize, Millis) = (15, Millis(30_000));
/// The same words are not said twice within this time.
const SAME: Millis = Millis(5_000);
/// From one announcement to the next.
const ANNOUNCE: Millis = Millis(30_000);

/// Which replies go out.
#[derive(Debug, Default)]
pub struct Replies(VecDeque<(Mono, String)>);

impl Replies {
    /// Whether this may be said now; then it counts as said.
    pub fn may_say(&mut self, now: Mono, text: &str) -> bool {
        self.0.retain(|(at, _)| now.since(*at) < REPLIES.1);
        let again = self.0.iter().any(|(at, said)| said == text && now.since(*at) < SAME);
        if again || self.0.len() >= REPLIES.0 {
            return false;
        }
        self.0.push_back((now, text.to_owned()));
        true
    }
}

/// Which announcements go out: the newest state, at most one in 30 s.
#[derive(Debug, Default)]
pub struct Announcements {
    told: Option<Place>,
    last: Option<Mono>,
}

impl Announcements {
    /// What to announce now; `place` is what automatic switching wants, `None` while it rests.
    pub fn step(&mut self, now: Mono, place: Option<Place>) -> Option<Place> {
        let Some(place) = place else {
            self.told = None;
            return None;
        };
        // A show that begins well needs no words.
        let told = *self.told.get_or_insert(Place::Live);
        if told == place || self.due().is_some_and(|due| now < due) {
            return None;
        }
        (self.told, self.last) = (Some(place), Some(now));
        Some(place)
    }

    /// Before this moment nothing goes out.
    pub fn due(&self) -> Option<Mono> {
        self.last.map(|last| last + ANNOUNCE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_are_bounded_and_not_repeated() {
        let mut replies = Replies::default();
        assert!(replies.may_say(Mono(0), "a") && !replies.may_say(Mono(4_999), "a"));
        assert!(replies.may_say(Mono(5_000), "a"));
        let said = (0..40).filter(|n| replies.may_say(Mono(6_000), &n.to_string())).count();
        assert_eq!(said, REPLIES.0 - 2);
        assert!(replies.may_say(Mono(40_000), "later"));
    }

    #[test]
    fn announcements_tell_the_newest_state_once_in_30_s() {
        let mut told = Announcements::default();
        let (low, lost, live) = (Some(Place::Low), Some(Place::Offline), Some(Place::Live));
        let table = [
            (0, live, None),
            (1_000, low, low),
            (2_000, lost, None),
            (3_000, live, None),
            (20_000, lost, None),
            (31_000, lost, lost),
            (62_000, live, live),
            (100_000, None, None),
            (101_000, low, low),
        ];
        for (at, place, announced) in table {
            assert_eq!(told.step(Mono(at), place), announced, "{at}");
        }
    }
}
