//! What Twitch is asked to do. Input is checked first, Twitch's own limits are kept before Twitch has to
//! remind us, and the answer tells what really happened.

mod channel;
mod chat;
mod check;
mod pace;
mod raid;
mod show;
mod words;

use super::caller::Caller;
use super::refresh::Refresh;
use super::sent::Sent;
use crate::adapters::twitch::calls::people::{self, User};
use crate::adapters::twitch::error::TwitchError;
use crate::domain::chat::Identity;
use crate::domain::command::{Outcome, TwitchOrder};
use crate::domain::people::Origin;
use crate::kit::clock;
use crate::kit::units::Mono;
use crate::runtime::journal::Journal;
use crate::store::Store;
use check::Channel;
pub(super) use pace::Pace;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
pub(super) use words::plainly;

/// Carries orders; clones share the memory of what was sent.
#[derive(Clone)]
pub(super) struct Actions {
    pub(super) caller: Caller,
    pub(super) store: Store,
    pub(super) journal: Journal,
    pub(super) refresh: Refresh,
    pub(super) pace: Arc<Mutex<Pace>>,
    /// Notes what we are about to say, so that its echo is known as ours.
    pub(super) sent: Sent,
}

impl Actions {
    /// Carries one order; those of the sign-in are not for here.
    pub(super) async fn obey(&self, order: &TwitchOrder, origin: &Origin) -> Outcome {
        let done = match order {
            TwitchOrder::SetChannel { title, category, tags, labels } => {
                self.set_channel(title.as_deref(), category.as_deref(), tags.as_deref(), labels.as_deref()).await
            }
            TwitchOrder::StartRaid { channel } => self.start_raid(channel).await,
            TwitchOrder::CancelRaid => self.cancel_raid().await,
            TwitchOrder::Marker { description } => self.marker(description).await,
            TwitchOrder::Clip { title, seconds } => self.clip(title, *seconds).await,
            TwitchOrder::Announce { message, colour } => self.announce(message, colour).await,
            TwitchOrder::Shoutout { channel } => self.shoutout(channel).await,
            TwitchOrder::RunAds { seconds } => self.run_ads(*seconds).await,
            TwitchOrder::SnoozeAd => self.snooze_ad().await,
            TwitchOrder::Say { message, identity, reply_to } => {
                self.say(message, *identity, reply_to.as_deref(), origin).await
            }
            TwitchOrder::BeginSignIn(_) | TwitchOrder::EndSignIn(_) | TwitchOrder::SignOut(_) => {
                Err(Outcome::Failed(words::NOT_HERE.to_owned()))
            }
        };
        done.map_or_else(|outcome| outcome, Outcome::Done)
    }

    /// Twitch told whether this account is broadcaster, moderator or VIP.
    pub(super) fn speaks_freely(&self, identity: Identity, free: bool) {
        self.pace().speaks_freely(identity, free);
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a turn, or says when there is one.
    fn turn(&self, take: impl FnOnce(&mut Pace, Mono) -> Result<(), pace::Wait>) -> Result<(), Outcome> {
        take(&mut self.pace(), clock::mono()).map_err(|wait| Outcome::Failed(words::later(&wait)))
    }

    /// The account that is meant. Digits that are the name of one and the id of another are refused:
    /// viewers who were sent to the wrong channel do not come back.
    async fn account(&self, wanted: &str) -> Result<User, Outcome> {
        let (name, id) = match check::channel(wanted)? {
            Channel::Name(name) => (Some(name), None),
            Channel::Id(id) => (None, Some(id)),
            Channel::Either(digits) => (Some(digits.clone()), Some(digits)),
        };
        let (name, id) = (name.as_deref(), id.as_deref());
        let asked =
            self.caller.own(&[], |helix, access| async move { people::called(&helix, &access, name, id).await });
        let mut found = asked.await.map_err(|error| question(&error))?.into_iter();
        match (found.next(), found.next()) {
            (Some(user), None) => Ok(user),
            (Some(one), Some(other)) => Err(Outcome::Failed(words::two_channels(&one, &other))),
            (None, _) => Err(Outcome::Failed(words::nobody(wanted.trim()))),
        }
    }
}

/// A question failed: nothing was changed by it.
fn question(error: &TwitchError) -> Outcome {
    Outcome::Failed(plainly(error))
}

/// An order failed: it may have been done all the same.
fn order(error: &TwitchError) -> Outcome {
    let lost = error.may_have_been_done();
    if lost { Outcome::TimedOut(words::unsure(error)) } else { Outcome::Failed(plainly(error)) }
}
