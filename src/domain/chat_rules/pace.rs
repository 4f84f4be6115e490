//! How often the bot speaks. Twitch ignores an account that says more than 20 lines in 30 s.

use crate::domain::failover::{Class, Place};
use crate::kit::units::{Millis, Mono};
use std::collections::VecDeque;

/// Replies in a window; the rest of Twitch's 20 stays for people and announcements.
const REPLIES: (usize, Millis) = (15, Millis(30_000));
/// Those of them that go to viewers at most: whoever runs the show must get an answer.
const TO_VIEWERS: usize = 8;
/// Viewers are not told the same words twice within this time.
const SAME: Millis = Millis(5_000);
/// From one announcement to the next.
const ANNOUNCE: Millis = Millis(30_000);

/// Which replies go out.
#[derive(Debug, Default)]
pub struct Replies(VecDeque<(Mono, String)>);

impl Replies {
    /// Whether this may be said now; then it counts as said. `viewer`: it answers a command that is for
    /// viewers, written by one.
    pub fn may_say(&mut self, now: Mono, viewer: bool, text: &str) -> bool {
        self.0.retain(|(at, _)| now.since(*at) < REPLIES.1);
        let again = viewer && self.0.iter().any(|(at, said)| said == text && now.since(*at) < SAME);
        if again || self.0.len() >= if viewer { TO_VIEWERS } else { REPLIES.0 } {
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
    pub fn step(&mut self, now: Mono, place: Option<Place>, class: Class) -> Option<Place> {
        let Some(place) = place else {
            self.told = None;
            return None;
        };
        // A good feed that is still on its way up is no loss any more, and at a show's beginning never was.
        if class == Class::Good && place != Place::Live {
            return None;
        }
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
        let (viewer, admin) = (true, false);
        let mut replies = Replies::default();
        assert!(replies.may_say(Mono(0), viewer, "a") && !replies.may_say(Mono(4_999), viewer, "a"));
        assert!(replies.may_say(Mono(4_999), admin, "a"), "whoever runs the show hears it though");
        assert!(replies.may_say(Mono(10_000), viewer, "a"));
        let said = (0..40).filter(|n| replies.may_say(Mono(11_000), viewer, &n.to_string())).count();
        assert_eq!(said, TO_VIEWERS - 3);
        let said = (0..40).filter(|n| replies.may_say(Mono(12_000), admin, &n.to_string())).count();
        assert_eq!(said, REPLIES.0 - TO_VIEWERS);
        assert!(replies.may_say(Mono(50_000), viewer, "later"));
    }

    #[test]
    fn announcements_tell_the_newest_state_once_in_30_s() {
        let mut told = Announcements::default();
        let (low, lost, live) = (Some(Place::Low), Some(Place::Offline), Some(Place::Live));
        let (good, weak, absent) = (Class::Good, Class::Low, Class::Absent);
        let table = [
            (0, live, good, None),
            (1_000, low, weak, low),
            (2_000, lost, absent, None),
            (3_000, live, good, None),
            (20_000, lost, absent, None),
            (31_000, lost, absent, lost),
            (60_000, lost, absent, None),
            (61_500, lost, good, None),
            (62_000, live, good, live),
            (100_000, None, good, None),
            (101_000, lost, good, None),
            (102_000, live, good, None),
            (103_000, low, weak, low),
        ];
        for (at, place, class, announced) in table {
            assert_eq!(told.step(Mono(at), place, class), announced, "{at}");
        }
    }
}
