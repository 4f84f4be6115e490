//! A pair of tokens and what is known of it. Every time here is a length of life that Twitch told,
//! counted on the monotonic clock: a wall clock that is hours off decides nothing.

use crate::adapters::twitch::error::TwitchError;
use crate::adapters::twitch::oauth::Validated;
use crate::kit::clock;
use crate::kit::units::{Millis, Mono, UnixMs};
use crate::store::tokens::{Notes, Pair};

/// Twitch wants tokens validated this often.
const VALIDATE: Millis = Millis(3_600_000);
/// A token is renewed when less than this is left of its life, or a quarter of it where that is less.
const MARGIN: Millis = Millis(600_000);
/// A file that could not be written is tried again after this.
const SAVE_AGAIN: Millis = Millis(10_000);
/// A sign-in of a Public application dies when it was not renewed for so long (dev.twitch.tv).
pub(super) const UNUSED: Millis = Millis(30 * 24 * 3_600_000);
/// So long before its end it is announced.
const AHEAD: Millis = Millis(48 * 3_600_000);
/// No token is looked at more often, however short Twitch says that it lives.
const SHORTEST: Millis = Millis(1000);

/// See the module's head.
pub(super) struct Held {
    pub(super) pair: Pair,
    /// Whose it is, once Twitch has said so.
    pub(super) who: Option<Who>,
    /// When to look at it again.
    pub(super) due: Mono,
    /// What the file says beside it.
    pub(super) notes: Notes,
    /// It stands in memory alone: why, and when the file is tried again.
    pub(super) unsaved: Option<(String, Mono)>,
    /// Why Twitch could not be asked the last time.
    pub(super) trouble: Option<TwitchError>,
    /// Its end was announced.
    pub(super) warned: bool,
    /// The file takes nothing, so it is not renewed yet.
    pub(super) waits_for_disk: bool,
}

pub(super) struct Who {
    pub(super) user_id: String,
    pub(super) login: String,
    pub(super) scopes: Vec<String>,
    pub(super) validated_at: UnixMs,
    pub(super) expires_at: UnixMs,
    life: Millis,
    ends: Mono,
}

impl Held {
    pub(super) fn new(pair: Pair, notes: Notes) -> Self {
        let (due, warned, waits_for_disk) = (clock::mono(), false, false);
        Self { pair, who: None, due, notes, unsaved: None, trouble: None, warned, waits_for_disk }
    }

    /// Takes in what Twitch says of the token; `life` of a fresh one is its whole life.
    pub(super) fn take(&mut self, valid: Validated, life: Option<Millis>) {
        let (now, wall) = (clock::mono(), clock::unix());
        // Twitch counts whole seconds; where it says of a fresh token too that nothing is left, it has no end.
        let left = match (valid.life, life) {
            (Millis(0), Some(Millis(0))) => VALIDATE,
            (Millis(0), Some(fresh)) => fresh,
            (left, _) => left,
        };
        let life = life.or(self.who.as_ref().map(|who| who.life)).unwrap_or(left).max(left);
        let renewal = Millis(left.0.saturating_sub(margin(life).0));
        self.due = now + renewal.min(VALIDATE).max(SHORTEST);
        (self.trouble, self.warned) = (None, false);
        self.who = Some(Who {
            user_id: valid.user_id,
            login: valid.login,
            scopes: valid.scopes,
            validated_at: wall,
            expires_at: UnixMs(wall.0.saturating_add(i64::try_from(left.0).unwrap_or(i64::MAX))),
            life,
            ends: now + left,
        });
    }

    /// So little is left of its life that it is renewed.
    pub(super) fn near_end(&self, now: Mono) -> bool {
        self.who.as_ref().is_some_and(|who| who.ends.since(now) <= margin(who.life))
    }

    /// When the whole sign-in ends, if that is near and can be known: a Public application's ends unused.
    pub(super) fn ends_soon(&self, public: bool) -> Option<UnixMs> {
        let life = i64::try_from(UNUSED.0).unwrap_or(i64::MAX);
        let ends = UnixMs(self.notes.renewed_at.filter(|_| public)?.0.saturating_add(life));
        (ends.since(clock::unix()) < AHEAD).then_some(ends)
    }

    /// Puts the renewal off for a while; false when too little is left of the token's life for that.
    pub(super) fn wait_for_disk(&mut self) -> bool {
        let now = clock::mono();
        let Some(who) = &self.who else { return false };
        let margin = margin(who.life);
        self.due = now + SAVE_AGAIN.min(Millis(margin.0 / 8));
        who.ends.since(now) > Millis(margin.0 / 4)
    }

    /// Nothing is left of its life.
    pub(super) fn over(&self, now: Mono) -> bool {
        self.who.as_ref().is_some_and(|who| who.ends <= now)
    }

    /// The file said no.
    pub(super) fn not_saved(&mut self, why: String) {
        self.unsaved = Some((why, clock::mono() + SAVE_AGAIN));
    }

    /// When something is to be done about it.
    pub(super) fn next(&self) -> Mono {
        self.unsaved.as_ref().map_or(self.due, |(_, again)| self.due.min(*again))
    }
}

fn margin(life: Millis) -> Millis {
    MARGIN.min(Millis(life.0 / 4))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::secret::Secret;

    #[test]
    fn the_end_of_an_unused_sign_in_is_known_two_days_ahead() {
        const DAY: i64 = 86_400_000;
        let now = clock::unix().0;
        // (renewed so many days ago, Public, announced); a clock that was ahead announces nothing
        let table = [(27, true, false), (29, true, true), (31, true, true), (29, false, false), (-2, true, false)];
        for (days, public, told) in table {
            let notes = Notes { renewed_at: Some(UnixMs(now - days * DAY)), renewing: false };
            let held = Held::new(Pair { access: Secret::from("a"), refresh: Secret::from("r") }, notes);
            assert_eq!(held.ends_soon(public), told.then_some(UnixMs(now + (30 - days) * DAY)), "{days} {public}");
        }
    }

    #[test]
    fn a_renewal_waits_for_the_disk_only_while_the_token_lives() {
        for (left, waits) in [(4_000, true), (600_000, true), (300_000, true), (10, false)] {
            let mut held = Held::new(Pair { access: Secret::from("a"), refresh: Secret::from("r") }, Notes::default());
            assert!(!held.wait_for_disk(), "nobody knows how long it lives");
            held.take(valid(left), (left < 1000).then_some(Millis(4 * 3_600_000)));
            assert_eq!(held.wait_for_disk(), waits, "{left}");
            assert!(held.due.since(clock::mono()) <= SAVE_AGAIN);
        }
    }

    fn valid(life: u64) -> Validated {
        let text = String::new;
        Validated { client_id: text(), user_id: text(), login: text(), scopes: vec![], life: Millis(life) }
    }

    #[test]
    fn a_token_is_looked_at_every_hour_and_renewed_before_its_end() {
        const HOUR: u64 = 3_600_000;
        // (whole life of a fresh one, what is left, looked at in, renewed then)
        let table = [
            (Some(4 * HOUR), 4 * HOUR, HOUR, false),
            (None, HOUR / 2, HOUR / 2 - 450_000, true),
            (Some(4 * HOUR), HOUR, HOUR - 600_000, true),
            (Some(4000), 4000, 3000, true),
            (Some(4 * HOUR), 1, 1000, true),
            (None, 0, 1000, true),
            (Some(2000), 0, 1500, true),
            (Some(0), 0, HOUR - 600_000, true),
        ];
        for (life, left, wanted, renewed) in table {
            let mut held = Held::new(Pair { access: Secret::from("a"), refresh: Secret::from("r") }, Notes::default());
            let now = clock::mono();
            held.take(valid(left), life.map(Millis));
            let due = held.due.since(now).0;
            assert!((wanted..wanted + 500).contains(&due), "{life:?} {left}: {due}");
            assert_eq!(held.near_end(now + Millis(wanted + 500)), renewed, "{life:?} {left}");
        }
    }
}
