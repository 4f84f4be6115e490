//! When a message is a command that counts: its author may use it, it is new, fresh and not too soon.

use super::book::Book;
use super::people::People;
use super::table::Spec;
use crate::domain::chat::{ChatMessage, ChatRole};
use crate::kit::units::{Millis, Mono, UnixMs};
use std::collections::{HashMap, HashSet, VecDeque};

/// Ids of commands that are remembered.
const REMEMBERED: usize = 4096;
/// Older commands are not carried out.
const FRESH_MS: i64 = 60_000;
/// Messages by which the clocks are compared, and how many of them must agree.
const CLOCKS: (usize, usize) = (16, 3);
/// People whose last use is remembered, before the list is cleaned.
const USES: usize = 1024;

/// Listens.
#[derive(Debug, Default)]
pub struct Ear {
    seen: HashSet<String>,
    order: VecDeque<String>,
    delays: VecDeque<i64>,
    used: HashMap<(&'static str, String), Mono>,
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
        let counts = self.is_new(&message.id) && age <= FRESH_MS && self.in_time(now, call.spec, role, &author.id);
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
    fn in_time(&mut self, now: Mono, spec: &'static Spec, role: ChatRole, id: &str) -> bool {
        if role >= ChatRole::Moderator {
            return true;
        }
        if self.used.len() >= USES {
            self.used.retain(|_, at| now.since(*at) < Millis(60_000));
        }
        let key = (spec.name, id.to_owned());
        // All viewers together may ask as often as five of them.
        let shared = (spec.name, String::new());
        let since = |key| self.used.get(key).map(|at| now.since(*at));
        let soon = since(&key).is_some_and(|span| span < spec.cooldown)
            || since(&shared).is_some_and(|span| span < Millis(spec.cooldown.0 / 5));
        if !soon {
            self.used.insert(key, now);
            self.used.insert(shared, now);
        }
        !soon
    }
}
