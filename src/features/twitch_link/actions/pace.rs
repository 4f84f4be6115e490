//! Twitch's limits on how often, kept here so that a wish is refused with the time to wait, and chat
//! never silences the account (dev.twitch.tv, "Chat rate limits", "Start a raid", "Send a Shoutout",
//! "Send Chat Announcement").

use crate::domain::chat::Identity;
use crate::kit::units::{Millis, Mono};
use std::collections::{BTreeMap, VecDeque};

const RAIDS: (usize, Millis) = (10, Millis(600_000));
const ANNOUNCEMENTS: (usize, Millis) = (1, Millis(2_000));
const SHOUTOUTS: (usize, Millis) = (1, Millis(120_000));
/// Between two shout-outs for one channel.
const SAME_SHOUTOUT: Millis = Millis(3_600_000);
/// Chat of an account that is neither broadcaster nor moderator nor VIP, and its extra second.
const CHAT: (usize, Millis) = (20, Millis(30_000));
const SECOND: Millis = Millis(1_000);
/// Chat of one that is.
const FREE_CHAT: (usize, Millis) = (100, Millis(30_000));
/// An equal message within this is dropped.
const SAME_MESSAGE: Millis = Millis(30_000);
/// A message waits at most this long for its turn; beyond it is refused.
const PATIENCE: Millis = Millis(5_000);

/// What was sent lately.
#[derive(Debug, Default)]
pub(in super::super) struct Pace {
    raids: VecDeque<Mono>,
    announcements: VecDeque<Mono>,
    shoutouts: VecDeque<Mono>,
    shouted: BTreeMap<String, Mono>,
    accounts: BTreeMap<Identity, Account>,
}

/// One account's chat.
#[derive(Debug, Default)]
struct Account {
    turns: VecDeque<Mono>,
    said: VecDeque<(Mono, String)>,
    free: bool,
}

/// Too early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wait {
    pub(super) what: What,
    pub(super) span: Millis,
}

/// Which limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Raid,
    Announcement,
    Shoutout,
    SameShoutout,
    Chat,
    SameMessage,
}

impl Pace {
    pub(super) fn raid(&mut self, now: Mono) -> Result<(), Wait> {
        take(&mut self.raids, RAIDS, What::Raid, now)
    }

    pub(super) fn announcement(&mut self, now: Mono) -> Result<(), Wait> {
        take(&mut self.announcements, ANNOUNCEMENTS, What::Announcement, now)
    }

    /// Whether a shout-out may go out; it counts only once it has ([`Self::shouted`]).
    pub(super) fn shoutout(&mut self, now: Mono, to: &str) -> Result<(), Wait> {
        self.shouted.retain(|_, at| now.since(*at) < SAME_SHOUTOUT);
        if let Some(at) = self.shouted.get(to) {
            return Err(Wait { what: What::SameShoutout, span: (*at + SAME_SHOUTOUT).since(now) });
        }
        free(&mut self.shoutouts, SHOUTOUTS, What::Shoutout, now)
    }

    /// A shout-out went out.
    pub(super) fn shouted(&mut self, now: Mono, to: &str) {
        self.shoutouts.push_back(now);
        self.shouted.insert(to.to_owned(), now);
    }

    /// Twitch told whether this account is broadcaster, moderator or VIP.
    pub(super) fn speaks_freely(&mut self, identity: Identity, free: bool) {
        self.accounts.entry(identity).or_default().free = free;
    }

    /// The broadcaster is no guest in the own chat.
    pub(super) fn speaks_freely_as(&mut self, identity: Identity) {
        if identity == Identity::Broadcaster {
            self.speaks_freely(identity, true);
        }
    }

    /// A place in the queue of chat: how long to wait for it. An equal message is refused.
    pub(super) fn chat(&mut self, now: Mono, identity: Identity, message: &str) -> Result<Millis, Wait> {
        let account = self.accounts.entry(identity).or_default();
        account.said.retain(|(at, _)| now.since(*at) < SAME_MESSAGE);
        if let Some((at, _)) = account.said.iter().rev().find(|(_, said)| said == message) {
            return Err(Wait { what: What::SameMessage, span: (*at + SAME_MESSAGE).since(now) });
        }
        let turn = account.next(now);
        let span = turn.since(now);
        if span > PATIENCE {
            return Err(Wait { what: What::Chat, span });
        }
        account.turns.push_back(turn);
        account.said.push_back((turn, message.to_owned()));
        Ok(span)
    }

    /// It does not stand in chat, so the same may be sent again.
    pub(super) fn unsaid(&mut self, identity: Identity, message: &str) {
        if let Some(account) = self.accounts.get_mut(&identity) {
            account.said.retain(|(_, said)| said != message);
        }
    }
}

impl Account {
    /// When the next message may go: turns that were given lie in order, some of them ahead.
    fn next(&mut self, now: Mono) -> Mono {
        let (most, span) = if self.free { FREE_CHAT } else { CHAT };
        self.turns.retain(|at| now.since(*at) < span);
        let full = self.turns.len().checked_sub(most).map(|at| self.turns[at] + span);
        let last = self.turns.back().map(|at| if self.free { *at } else { *at + SECOND });
        [Some(now), full, last].into_iter().flatten().max().unwrap_or(now)
    }
}

fn free(turns: &mut VecDeque<Mono>, (most, span): (usize, Millis), what: What, now: Mono) -> Result<(), Wait> {
    turns.retain(|at| now.since(*at) < span);
    match turns.len().checked_sub(most) {
        Some(at) => Err(Wait { what, span: (turns[at] + span).since(now) }),
        None => Ok(()),
    }
}

fn take(turns: &mut VecDeque<Mono>, limit: (usize, Millis), what: What, now: Mono) -> Result<(), Wait> {
    free(turns, limit, what, now)?;
    turns.push_back(now);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOT: Identity = Identity::Bot;

    #[test]
    fn the_eleventh_raid_order_in_ten_minutes_waits_for_the_first() {
        let mut pace = Pace::default();
        for n in 0..10 {
            assert_eq!(pace.raid(Mono(n * 1000)), Ok(()));
        }
        assert_eq!(pace.raid(Mono(10_000)), Err(Wait { what: What::Raid, span: Millis(590_000) }));
        assert_eq!(pace.raid(Mono(600_000)), Ok(()));
    }

    #[test]
    fn shoutouts_wait_two_minutes_and_for_one_channel_an_hour() {
        let mut pace = Pace::default();
        assert_eq!(pace.shoutout(Mono(0), "a"), Ok(()));
        assert_eq!(pace.shoutout(Mono(0), "a"), Ok(()), "one that Twitch refused does not count");
        pace.shouted(Mono(0), "a");
        assert_eq!(pace.shoutout(Mono(1000), "b"), Err(Wait { what: What::Shoutout, span: Millis(119_000) }));
        assert_eq!(pace.shoutout(Mono(120_000), "b"), Ok(()));
        let hour = Err(Wait { what: What::SameShoutout, span: Millis(3_480_000) });
        assert_eq!(pace.shoutout(Mono(120_000), "a"), hour);
        assert_eq!(pace.announcement(Mono(0)), Ok(()));
        assert!(pace.announcement(Mono(1999)).is_err() && pace.announcement(Mono(2000)).is_ok());
    }

    #[test]
    fn chat_takes_turns_a_second_apart_and_refuses_a_long_queue() {
        let mut pace = Pace::default();
        for n in 0..6 {
            assert_eq!(pace.chat(Mono(0), BOT, &format!("{n}")), Ok(Millis(n * 1000)));
        }
        assert_eq!(pace.chat(Mono(0), BOT, "six"), Err(Wait { what: What::Chat, span: Millis(6000) }));
        assert_eq!(pace.chat(Mono(0), Identity::Broadcaster, "mine"), Ok(Millis(0)), "each account for itself");
    }

    #[test]
    fn twenty_in_thirty_seconds_and_a_hundred_for_those_who_may() {
        for (free, most) in [(false, 20), (true, 100)] {
            let mut pace = Pace::default();
            pace.speaks_freely(BOT, free);
            let step = if free { 1 } else { 1000 };
            for n in 0..most {
                assert_eq!(pace.chat(Mono(n * step), BOT, &format!("{n}")), Ok(Millis(0)), "{n}");
            }
            let refused = pace.chat(Mono(most * step), BOT, "one more");
            assert_eq!(refused, Err(Wait { what: What::Chat, span: Millis(30_000 - most * step) }));
            assert_eq!(pace.chat(Mono(30_000), BOT, "one more"), Ok(Millis(0)));
        }
    }

    #[test]
    fn the_same_twice_is_refused_for_thirty_seconds_unless_it_never_stood_there() {
        let mut pace = Pace::default();
        assert_eq!(pace.chat(Mono(0), BOT, "hi"), Ok(Millis(0)));
        assert_eq!(pace.chat(Mono(9000), BOT, "hi"), Err(Wait { what: What::SameMessage, span: Millis(21_000) }));
        pace.unsaid(BOT, "hi");
        assert_eq!(pace.chat(Mono(9000), BOT, "hi"), Ok(Millis(0)));
        assert_eq!(pace.chat(Mono(39_000), BOT, "hi"), Ok(Millis(0)));
    }
}
