//! Wanted subscriptions as a level: whatever happens, what is wanted and not there is asked for again,
//! the most important first. Nothing here speaks with Twitch; the socket's task does.

use super::plan::Plan;
use super::words;
use crate::adapters::twitch::error::TwitchError;
use crate::adapters::twitch::eventsub::frame::Revocation;
use crate::adapters::twitch::eventsub::subscribe::{Listed, condition, same_condition};
use crate::domain::chat::Identity;
use crate::domain::twitch::{Subscription, SubscriptionState};
use crate::domain::twitch_features::{self as features, Wanted};
use crate::kit::backoff::Backoff;
use crate::kit::clock;
use crate::kit::units::{Millis, Mono, UnixMs};
use serde_json::Value;
use std::time::Duration;

/// Asked for at the same time.
const AT_ONCE: usize = 4;
/// Between two tries of one subscription.
const TRIES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// The end of one and the same token is told a little differently each time; another token ends later.
const SAME_TOKEN: Millis = Millis(60_000);

/// The subscriptions of one identity.
#[derive(Debug, Default)]
pub(super) struct Level {
    rows: Vec<Row>,
    scopes: Vec<String>,
    token_ends: UnixMs,
}

#[derive(Debug)]
struct Row {
    wanted: &'static Wanted,
    condition: Value,
    state: State,
    backoff: Backoff,
}

#[derive(Debug)]
enum State {
    Due(Mono),
    Asking,
    Active {
        since: Mono,
        /// Twitch's id of it, where it told one.
        id: Option<String>,
    },
    Off(String),
}

/// What is to be asked for.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) wanted: &'static Wanted,
    pub(super) condition: Value,
}

impl Level {
    /// Everything that is wanted, nothing there yet: as after each fresh session.
    pub(super) fn fresh(plan: &Plan) -> Self {
        let rows = plan.wanted.iter().map(|wanted| Row::new(wanted, plan)).collect();
        Self { rows, scopes: plan.scopes.clone(), token_ends: plan.token_ends }
    }

    /// The same session with another plan: what is wanted now is asked for, what stays wanted is left alone.
    /// The ids of those that are wanted no longer.
    pub(super) fn follow(&mut self, plan: &Plan) -> Vec<String> {
        let mut before = std::mem::take(&mut self.rows);
        let mut row = |wanted: &&'static Wanted| match before.iter().position(|row| row.wanted == *wanted) {
            Some(at) => before.swap_remove(at),
            None => Row::new(wanted, plan),
        };
        self.rows = plan.wanted.iter().map(&mut row).collect();
        // Somebody signed in again, perhaps because one of the reasons said so.
        let token = plan.token_ends.since(self.token_ends).max(self.token_ends.since(plan.token_ends));
        if self.scopes != plan.scopes || token > SAME_TOKEN {
            (self.scopes, self.token_ends) = (plan.scopes.clone(), plan.token_ends);
            self.try_again();
        }
        before.into_iter().filter_map(Row::id).collect()
    }

    /// The next one to ask for, if one is due and few are being asked for.
    pub(super) fn next(&mut self, now: Mono) -> Option<Question> {
        let asking = self.rows.iter().filter(|row| matches!(row.state, State::Asking)).count();
        for row in &mut self.rows {
            if !matches!(row.state, State::Due(due) if due <= now) {
                continue;
            }
            let rights = features::rights(row.wanted.kind);
            if !rights.is_empty() && !rights.iter().any(|right| self.scopes.iter().any(|has| has == right)) {
                row.state = State::Off(words::missing(rights));
                continue;
            }
            if asking >= AT_ONCE {
                return None;
            }
            row.state = State::Asking;
            return Some(Question { wanted: row.wanted, condition: row.condition.clone() });
        }
        None
    }

    /// When the next one is due; `None` while as many as may be are being asked for.
    pub(super) fn due(&self) -> Option<Mono> {
        let asking = self.rows.iter().filter(|row| matches!(row.state, State::Asking)).count();
        let dues = self.rows.iter().filter_map(|row| match row.state {
            State::Due(due) => Some(due),
            _ => None,
        });
        dues.min().filter(|_| asking < AT_ONCE)
    }

    /// What Twitch answered; the id of what it gave, if nobody wants that any more.
    pub(super) fn answered(
        &mut self,
        wanted: &Wanted,
        answer: Result<Option<String>, TwitchError>,
        now: Mono,
    ) -> Option<String> {
        let Some(row) = self.rows.iter_mut().find(|row| row.wanted == wanted) else { return answer.ok().flatten() };
        // A revocation may have been faster than the answer.
        if !matches!(row.state, State::Asking) {
            return None;
        }
        row.state = match answer {
            Ok(id) => {
                row.backoff.reset();
                State::Active { since: now, id }
            }
            Err(TwitchError::Unauthorised(said)) => State::Off(words::unauthorised(&said, row.wanted.kind)),
            // The session is over: its socket is about to say so.
            Err(TwitchError::Refused { message, .. }) if message.contains("session") => row.later(now),
            Err(TwitchError::Refused { status, message }) => State::Off(words::refused(status, &message)),
            Err(_) => row.later(now),
        };
        None
    }

    /// Twitch took one away: once, and not asked for again before [`Level::try_again`].
    pub(super) fn revoked(&mut self, revoked: &Revocation) -> Option<String> {
        let fits =
            |row: &&mut Row| row.wanted.kind == revoked.kind && same_condition(&row.condition, &revoked.condition);
        let row = self.rows.iter_mut().find(fits)?;
        row.state = State::Off(words::revoked(&revoked.status).to_owned());
        Some(row.wanted.name())
    }

    /// What Twitch has, asked at `asked`: active ones that it does not have are asked for again. How many.
    pub(super) fn listed(&mut self, listed: &[Listed], sessions: &[String], asked: Mono) -> usize {
        let has = |row: &Row| {
            listed.iter().any(|one| {
                one.enabled
                    && one.kind == row.wanted.kind
                    && sessions.contains(&one.session)
                    && same_condition(&row.condition, &one.condition)
            })
        };
        let lost = |row: &&mut Row| matches!(row.state, State::Active { since, .. } if since < asked) && !has(row);
        self.rows.iter_mut().filter(lost).map(|row| row.state = State::Due(asked)).count()
    }

    /// What is off is tried again.
    pub(super) fn try_again(&mut self) {
        let now = clock::mono();
        let off = self.rows.iter_mut().filter(|row| matches!(row.state, State::Off(_)));
        off.for_each(|row| row.state = State::Due(now));
    }

    /// Whether events of this type arrive.
    pub(super) fn is_active(&self, kind: &str) -> bool {
        self.rows.iter().any(|row| row.wanted.kind == kind && matches!(row.state, State::Active { .. }))
    }

    /// Whether events of this type are wanted at all.
    pub(super) fn wants(&self, kind: &str) -> bool {
        self.rows.iter().any(|row| row.wanted.kind == kind)
    }

    /// Every question is answered, one way or the other.
    pub(super) fn is_settled(&self) -> bool {
        self.rows.iter().all(|row| matches!(row.state, State::Active { .. } | State::Off(_)))
    }

    /// For the cell.
    pub(super) fn shown(&self, identity: Identity) -> Vec<Subscription> {
        let shown = |row: &Row| Subscription {
            wanted: row.wanted,
            identity,
            state: match &row.state {
                State::Due(_) | State::Asking => SubscriptionState::Asked,
                State::Active { .. } => SubscriptionState::Active,
                State::Off(why) => SubscriptionState::Off(why.clone()),
            },
        };
        self.rows.iter().map(shown).collect()
    }
}

impl Row {
    fn new(wanted: &'static Wanted, plan: &Plan) -> Self {
        let condition = condition(wanted, &plan.channel, &plan.user);
        Self { wanted, condition, state: State::Due(clock::mono()), backoff: Backoff::new(TRIES.0, TRIES.1) }
    }

    fn id(self) -> Option<String> {
        match self.state {
            State::Active { id, .. } => id,
            State::Due(_) | State::Asking | State::Off(_) => None,
        }
    }

    fn later(&mut self, now: Mono) -> State {
        State::Due(now + Millis::from(self.backoff.next(clock::jitter())))
    }
}

#[cfg(test)]
mod tests;
