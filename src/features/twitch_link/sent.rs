//! What we say in chat comes back as an event, and must not be taken for an order. The bot's id tells;
//! for the channel's own account, which also types by hand, it is the text that we are about to send.
//! It is noted before it is sent: the event may be here before Helix has answered.

use crate::kit::clock;
use crate::kit::text;
use crate::kit::units::{Millis, Mono};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// A text that has not come back after this will not.
const LIFE: Millis = Millis(60_000);
/// Texts that may be on their way; Twitch takes 100 in 30 s.
const MOST: usize = 256;

/// A handle; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Sent(Arc<Mutex<VecDeque<(Mono, String, String)>>>);

impl Sent {
    /// This account is about to say this.
    pub fn about_to(&self, user_id: &str, text: &str) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= MOST {
            waiting.pop_front();
        }
        waiting.push_back((clock::mono(), user_id.to_owned(), bare(text)));
    }

    /// It will not come: Twitch took it not. Typed by hand the same is no echo.
    pub fn was_not_said(&self, user_id: &str, text: &str) {
        let text = bare(text);
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = waiting.iter().rposition(|(_, user, sent)| user == user_id && *sent == text);
        at.map(|at| waiting.remove(at));
    }

    /// Whether what this account said is what we sent; each text once.
    pub fn came_back(&self, user_id: &str, text: &str) -> bool {
        let (now, text) = (clock::mono(), bare(text));
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|(at, _, _)| now.since(*at) < LIFE);
        let at = waiting.iter().position(|(_, user, sent)| user == user_id && *sent == text);
        at.and_then(|at| waiting.remove(at)).is_some()
    }
}

/// Twitch trims, and puts one blank where there are several.
fn bare(said: &str) -> String {
    text::plain(said).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_comes_back_once_and_only_from_who_said_it() {
        let sent = Sent::default();
        sent.about_to("1", " !stop  now\u{200b}");
        assert!(!sent.came_back("2", "!stop now"));
        assert!(sent.came_back("1", "!stop now"));
        assert!(!sent.came_back("1", "!stop now"), "the second time it was typed by hand");
    }

    #[test]
    fn what_twitch_did_not_take_does_not_come_back() {
        let sent = Sent::default();
        sent.about_to("1", "!stop");
        sent.was_not_said("2", "!stop");
        sent.was_not_said("1", " !stop");
        assert!(!sent.came_back("1", "!stop"), "it was typed by hand");
    }
}
