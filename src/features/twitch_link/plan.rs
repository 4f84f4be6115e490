//! What an identity listens to: everything about the channel on the channel's own account; the bot
//! listens only where the chat can be read by it alone.

use crate::config::{self, Config};
use crate::domain::chat::Identity;
use crate::domain::twitch::{SignIn, Twitch};
use crate::domain::twitch_features::{self as features, SUBSCRIPTIONS, Wanted};
use crate::kit::units::UnixMs;
use crate::runtime::shared::Reader;
use std::collections::BTreeMap;
use url::Url;

/// Who reads chat must have it.
const READ_CHAT: &str = "user:read:chat";

/// A connection that is wanted.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Plan {
    pub(super) socket: Url,
    pub(super) helix: Url,
    /// The channel's id.
    pub(super) channel: String,
    /// The account that listens.
    pub(super) user: String,
    pub(super) wanted: Vec<&'static Wanted>,
    /// What the account's token may do.
    pub(super) scopes: Vec<String>,
    /// When the account's token ends: another end is another token.
    pub(super) token_ends: UnixMs,
}

impl Plan {
    /// Who listens to what channel, and where, is the same: the connection may stay.
    pub(super) fn is_same_connection(&self, other: &Plan) -> bool {
        let place = |plan: &Plan| (plan.socket.clone(), plan.helix.clone(), plan.channel.clone(), plan.user.clone());
        place(self) == place(other)
    }
}

/// A signed-in account.
#[derive(Clone, Debug, PartialEq)]
struct Account {
    id: String,
    scopes: Vec<String>,
    token_ends: UnixMs,
}

/// Looks at settings and sign-ins for one identity.
pub(super) struct Watch {
    identity: Identity,
    config: Reader<Config>,
    cell: Reader<Twitch>,
    accounts: BTreeMap<Identity, Account>,
}

impl Watch {
    pub(super) fn new(identity: Identity, config: Reader<Config>, cell: Reader<Twitch>) -> Self {
        Self { identity, config, cell, accounts: BTreeMap::new() }
    }

    /// Waits until settings or sign-ins may have changed.
    pub(super) async fn changed(&mut self) {
        tokio::select! {
            () = self.config.changed() => {}
            () = self.cell.changed() => {}
        }
    }

    /// Waits until another connection than this one is wanted.
    pub(super) async fn until_elsewhere(&mut self, plan: &Plan) {
        while self.plan().is_some_and(|next| next.is_same_connection(plan)) {
            self.changed().await;
        }
    }

    /// Whether this account is our bot. One that is the channel's own as well types by hand too, so that
    /// not everything it says is ours.
    pub(super) fn is_bot(&self, id: &str) -> bool {
        let is = |identity| self.accounts.get(&identity).is_some_and(|account| account.id == id);
        let is_channel = self.config.with(|config| config.twitch.broadcaster_id.as_deref() == Some(id));
        is(Identity::Bot) && !is(Identity::Broadcaster) && !is_channel
    }

    /// What is wanted now; `None` for no connection.
    pub(super) fn plan(&mut self) -> Option<Plan> {
        let Self { config, cell, accounts, .. } = self;
        cell.with(|twitch| remember(accounts, twitch));
        let settings = config.with(|config| config.twitch.clone());
        self.planned(&settings)
    }

    fn planned(&self, settings: &config::Twitch) -> Option<Plan> {
        let account = self.accounts.get(&self.identity)?;
        let owner = self.accounts.get(&Identity::Broadcaster);
        let channel = settings.broadcaster_id.clone().or_else(|| owner.map(|owner| owner.id.clone()))?;
        let reads_chat = self.reader() == self.identity;
        let wanted: Vec<&Wanted> = SUBSCRIPTIONS
            .iter()
            .filter(|wanted| features::is_wanted(wanted, &settings.features, &settings.events_off))
            .filter(|wanted| match wanted.feature {
                Some("chat") => reads_chat,
                _ => self.identity == Identity::Broadcaster,
            })
            .collect();
        (!wanted.is_empty()).then(|| Plan {
            socket: settings.eventsub_url.clone(),
            helix: settings.helix_url.clone(),
            channel,
            user: account.id.clone(),
            wanted,
            scopes: account.scopes.clone(),
            token_ends: account.token_ends,
        })
    }

    /// Who reads chat: the channel's account unless only the bot can.
    fn reader(&self) -> Identity {
        let can = |identity| {
            let account: Option<&Account> = self.accounts.get(&identity);
            account.is_some_and(|account| account.scopes.iter().any(|scope| scope == READ_CHAT))
        };
        if !can(Identity::Broadcaster) && can(Identity::Bot) { Identity::Bot } else { Identity::Broadcaster }
    }
}

/// A sign-in that waits for a code or for Twitch takes nothing away from the one before.
fn remember(accounts: &mut BTreeMap<Identity, Account>, twitch: &Twitch) {
    for identity in Identity::ALL {
        match twitch.sign_in.get(&identity) {
            Some(SignIn::Linked { user_id, scopes, expires_at, .. }) => {
                let mut scopes = scopes.clone();
                scopes.sort();
                accounts.insert(identity, Account { id: user_id.clone(), scopes, token_ends: *expires_at });
            }
            Some(SignIn::Pending { .. } | SignIn::Unknown { .. }) => {}
            Some(SignIn::Unlinked | SignIn::NeedsSignIn { .. }) | None => {
                accounts.remove(&identity);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Values;
    use crate::runtime::shared;

    #[test]
    fn an_account_that_is_the_channels_own_is_no_bot() {
        let linked = |id: &str| SignIn::Linked {
            user_id: id.to_owned(),
            login: format!("user{id}"),
            expires_at: UnixMs(0),
            scopes: Vec::new(),
            validated_at: None,
            missing: Vec::new(),
            unsaved: None,
        };
        // The channel's account, the bot's, the channel of the settings; whose messages are the bot's.
        let table = [
            (Some("1"), "2", "", &["2"][..]),
            (Some("1"), "1", "", &[]),
            (None, "2", "", &["2"]),
            (None, "1", "1", &[]),
        ];
        for (owner, bot, channel, wanted) in table {
            let config = Config::parse(&Values::from_pairs([("TWITCH_BROADCASTER_ID", channel)])).unwrap();
            let mut twitch = Twitch::default();
            twitch.sign_in.insert(Identity::Bot, linked(bot));
            twitch.sign_in.extend(owner.map(|id| (Identity::Broadcaster, linked(id))));
            let mut watch = Watch::new(Identity::Broadcaster, shared::cell(config).1, shared::cell(twitch).1);
            watch.plan();
            let bots: Vec<&str> = ["1", "2", "3"].into_iter().filter(|id| watch.is_bot(id)).collect();
            assert_eq!(bots, wanted, "{owner:?} {bot} {channel}");
        }
    }
}
