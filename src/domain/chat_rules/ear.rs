//! When a message is a command that counts: its author may use it, it is new, fresh and not too soon.

use super::book::{Book, Call};
use super::people::People;
use super::table::Spec;
use crate::domain::chat::{ChatMessage, ChatRole};
use crate::kit::units::{Millis, Mono, UnixMs};
use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{BuildHasher as _, RandomState};

/// Ids of commands that are remembered.
const REMEMBERED: usize = 4096;
/// Older commands are not carried out.
const FRESH_MS: i64 = 60_000;
/// Messages by which the clocks are compared, and how many of them must agree.
const CLOCKS: (usize, usize) = (16, 3);
/// Entries of a list before it is cleaned.
const PEOPLE: usize = 1024;
/// All viewers together wait a fifth of that, but no longer than this.
const MOST_SHARED: Millis = Millis(2_000);
/// The same command by the same person within this time is a slip of the finger.
const SLIP: Millis = Millis(1_000);
/// Commands of one person in a span; more are not carried out, whoever it is.
const BURST: (u32, Millis) = (10, Millis(10_000));

/// Listens.
#[derive(Debug, Default)]
pub struct Ear {
    seen: HashSet<String>,
    order: VecDeque<String>,
    delays: VecDeque<i64>,
    waits: HashMap<(&'static str, String), Mono>,
    paces: HashMap<String, Pace>,
    clean_at: usize,
    hasher: RandomState,
}

/// What one person asked for lately: the last command and when, and how many since when.
#[derive(Clone, Copy, Debug)]
struct Pace {
    asked: u64,
    at: Mono,
    since: Mono,
    count: u32,
}

/// A command that counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heard<'a> {
    /// Which.
    pub spec: &'static Spec,
    /// What stands behind it.
    pub args: &'a str,
    /// What its author is.
    pub role: ChatRole,
}

impl Ear {
    /// The command that a message is, if it counts. Messages of other channels and our own never do.
    pub fn hear<'a>(
        &mut self,
        (now, wall): (Mono, UnixMs),
        book: &Book,
        people: &People,
        message: &'a ChatMessage,
    ) -> Option<Heard<'a>> {
        let age = self.age(wall, message.at);
        if message.own || message.from_channel.is_some() {
            return None;
        }
        let call = book.find(&message.text)?;
        let author = &message.author;
        if people.is_ignored(author) {
            return None;
        }
        let role = people.role(author);
        if !book.may(call.spec, role, |names| people.is_one_of(&author.id, names)) {
            return None;
        }
        // Remembered before the age is looked at: an old one must not count later as a new one.
        let counts = self.is_new(&message.id)
            && age <= FRESH_MS
            && self.in_time(now, call.spec, book.wait(call.spec), role, &author.id)
            && self.is_calm(now, &call, &author.id);
        counts.then_some(Heard { spec: call.spec, args: call.args, role })
    }

    /// How old a message is. Our clock may be wrong by hours: then all are late by the same time, so
    /// the freshest of the last ones is the measure.
    fn age(&mut self, wall: UnixMs, at: UnixMs) -> i64 {
        let delay = wall.0.saturating_sub(at.0);
        let freshest = self.delays.iter().copied().min();
        let base = match freshest {
            Some(freshest) if freshest <= FRESH_MS || self.delays.len() >= CLOCKS.1 => freshest,
            _ => 0,
        };
        if self.delays.len() == CLOCKS.0 {
            self.delays.pop_front();
        }
        self.delays.push_back(delay);
        delay.saturating_sub(base)
    }

    fn is_new(&mut self, id: &str) -> bool {
        if !self.seen.insert(id.to_owned()) {
            return false;
        }
        self.order.push_back(id.to_owned());
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.seen.remove(&oldest);
        }
        true
    }

    /// Notes the use unless it comes too soon after the author's last one.
    fn in_time(&mut self, now: Mono, spec: &'static Spec, wait: Millis, role: ChatRole, id: &str) -> bool {
        if role >= ChatRole::Moderator || wait == Millis(0) {
            return true;
        }
        if self.waits.len() >= PEOPLE {
            self.waits.retain(|_, until| *until > now);
        }
        let (key, shared) = ((spec.name, id.to_owned()), (spec.name, String::new()));
        if [&key, &shared].iter().any(|key| self.waits.get(key).is_some_and(|until| *until > now)) {
            return false;
        }
        self.waits.insert(key, now + wait);
        self.waits.insert(shared, now + Millis(wait.0 / 5).min(MOST_SHARED));
        true
    }

    /// Whether the person neither repeats the last command at once nor floods.
    fn is_calm(&mut self, now: Mono, call: &Call<'_>, id: &str) -> bool {
        if self.paces.len() >= self.clean_at.max(PEOPLE) {
            self.paces.retain(|_, pace| now.since(pace.since) < BURST.1);
            self.clean_at = self.paces.len() * 2;
        }
        let asked = self.hasher.hash_one((call.spec.name, call.args));
        let known = self.paces.get(id).copied();
        let slip = known.is_some_and(|pace| pace.asked == asked && now.since(pace.at) < SLIP);
        let burst = known.filter(|pace| now.since(pace.since) < BURST.1);
        let (since, count) = burst.map_or((now, 0), |pace| (pace.since, pace.count));
        self.paces.insert(id.to_owned(), Pace { asked, at: now, since, count: count + u32::from(!slip) });
        !slip && count < BURST.0
    }

    /// How much is remembered, in entries.
    #[cfg(test)]
    pub(super) fn remembered(&self) -> usize {
        self.seen.len() + self.order.len() + self.waits.len() + self.paces.len()
    }
}
