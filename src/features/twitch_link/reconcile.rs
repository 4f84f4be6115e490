//! Wanted subscriptions as a level: whatever happens, what is wanted and not there is asked for again,
//! the most important first. Nothing here speaks with Twitch; the socket's task does.

use super::words;
use crate::adapters::twitch::error::TwitchError;
use crate::adapters::twitch::eventsub::frame::Revocation;
use crate::adapters::twitch::eventsub::subscribe::{Listed, condition, same_condition};
use crate::domain::chat::Identity;
use crate::domain::twitch::{Subscription, SubscriptionState};
use crate::domain::twitch_features::{self as features, Wanted};
use crate::kit::backoff::Backoff;
use crate::kit::clock;
use crate::kit::units::{Millis, Mono};
use serde_json::Value;
use std::time::Duration;

/// Asked for at the same time.
const AT_ONCE: usize = 4;
/// Between two tries of one subscription.
const TRIES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// The subscriptions of one identity.
#[derive(Debug, Default)]
pub(super) struct Level {
    rows: Vec<Row>,
    scopes: Vec<String>,
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
    Active(Mono),
    Off(String),
}

/// What is to be asked for.
#[derive(Clone, Debug)]
pub(super) struct Question {
    /// Which row; for the answer.
    pub(super) row: usize,
    pub(super) wanted: &'static Wanted,
    pub(super) condition: Value,
}

impl Level {
    /// Everything that is wanted, nothing there yet: as after each fresh session.
    pub(super) fn fresh(wanted: &[&'static Wanted], channel: &str, user: &str, scopes: &[String]) -> Self {
        let row = |wanted: &&'static Wanted| Row {
            wanted,
            condition: condition(wanted, channel, user),
            state: State::Due(clock::mono()),
            backoff: Backoff::new(TRIES.0, TRIES.1),
        };
        Self { rows: wanted.iter().map(row).collect(), scopes: scopes.to_vec() }
    }

    /// The next one to ask for, if one is due and few are being asked for.
    pub(super) fn next(&mut self, now: Mono) -> Option<Question> {
        let asking = self.rows.iter().filter(|row| matches!(row.state, State::Asking)).count();
        for (at, row) in self.rows.iter_mut().enumerate() {
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
            return Some(Question { row: at, wanted: row.wanted, condition: row.condition.clone() });
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

    /// What Twitch answered.
    pub(super) fn answered(&mut self, row: usize, answer: Result<(), TwitchError>, now: Mono) {
        let Some(row) = self.rows.get_mut(row) else { return };
        // A revocation may have been faster than the answer.
        if !matches!(row.state, State::Asking) {
            return;
        }
        row.state = match answer {
            Ok(()) => {
                row.backoff.reset();
                State::Active(now)
            }
            Err(TwitchError::Unauthorised(said)) => State::Off(words::unauthorised(&said, row.wanted.kind)),
            // The session is over: its socket is about to say so.
            Err(TwitchError::Refused { message, .. }) if message.contains("session") => row.later(now),
            Err(TwitchError::Refused { status, message }) => State::Off(words::refused(status, &message)),
            Err(_) => row.later(now),
        };
    }

    /// Twitch took one away: once, and not asked for again before [`Level::try_again`].
    pub(super) fn revoked(&mut self, revoked: &Revocation) -> Option<&'static str> {
        let fits =
            |row: &&mut Row| row.wanted.kind == revoked.kind && same_condition(&row.condition, &revoked.condition);
        let row = self.rows.iter_mut().find(fits)?;
        row.state = State::Off(words::revoked(&revoked.status).to_owned());
        Some(row.wanted.kind)
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
        let lost = |row: &&mut Row| matches!(row.state, State::Active(since) if since < asked) && !has(row);
        self.rows.iter_mut().filter(lost).map(|row| row.state = State::Due(asked)).count()
    }

    /// The token may do other things now: what is off is tried again where that changes anything.
    pub(super) fn scopes(&mut self, scopes: &[String]) {
        if self.scopes != scopes {
            self.scopes = scopes.to_vec();
            self.try_again();
        }
    }

    /// What is off is tried again.
    pub(super) fn try_again(&mut self) {
        let now = clock::mono();
        let off = self.rows.iter_mut().filter(|row| matches!(row.state, State::Off(_)));
        off.for_each(|row| row.state = State::Due(now));
    }

    /// Whether events of this type arrive.
    pub(super) fn is_active(&self, kind: &str) -> bool {
        self.rows.iter().any(|row| row.wanted.kind == kind && matches!(row.state, State::Active(_)))
    }

    /// For the cell.
    pub(super) fn shown(&self, identity: Identity) -> Vec<Subscription> {
        let shown = |row: &Row| Subscription {
            name: words::subscription(row.wanted),
            identity,
            state: match &row.state {
                State::Due(_) | State::Asking => SubscriptionState::Asked,
                State::Active(_) => SubscriptionState::Active,
                State::Off(why) => SubscriptionState::Off(why.clone()),
            },
        };
        self.rows.iter().map(shown).collect()
    }
}

impl Row {
    fn later(&mut self, now: Mono) -> State {
        State::Due(now + Millis::from(self.backoff.next(clock::jitter())))
    }
}

#[cfg(test)]
mod tests;
