//! Raids. The call only begins Twitch's 90 seconds; that the raid went out is told by an event.

use super::{Actions, check, order, words};
use crate::adapters::twitch::calls::show;
use crate::adapters::twitch::error::TwitchError;
use crate::domain::chat::Identity;
use crate::domain::command::Outcome;
use crate::domain::journal::{Tone, Topic};
use crate::domain::twitch::OutgoingRaid;
use crate::kit::clock;
use crate::store::raids::RaidTarget;

const RIGHT: &[&str] = &["channel:manage:raids"];

impl Actions {
    pub(super) async fn start_raid(&self, channel: &str) -> Result<String, Outcome> {
        let target = self.account(channel).await?;
        let own = self.caller.account(Identity::Broadcaster).map(|(id, _)| id);
        check::another(own.as_deref(), &target.id)?;
        self.turn(super::Pace::raid)?;
        let to = target.id.as_str();
        self.caller
            .own(RIGHT, |helix, access| async move { show::start_raid(&helix, &access, to).await })
            .await
            .map_err(|error| order(&error))?;
        let raid = OutgoingRaid {
            to_id: target.id.clone(),
            to_name: target.display_name.clone(),
            asked_at: Some(clock::unix()),
            confirmed_at: None,
            viewers: None,
        };
        self.caller.cell.edit(|twitch| twitch.raid = Some(raid));
        self.remember(RaidTarget { id: target.id, login: target.login, name: target.display_name.clone() }).await;
        Ok(format!("Twitch sends the viewers to {} in 90 seconds.", target.display_name))
    }

    pub(super) async fn cancel_raid(&self) -> Result<String, Outcome> {
        self.turn(super::Pace::raid)?;
        let sent =
            self.caller.own(RIGHT, |helix, access| async move { show::cancel_raid(&helix, &access).await }).await;
        let none = matches!(sent, Err(TwitchError::Refused { status: 404, .. }));
        if sent.is_ok() {
            self.caller.cell.edit_if_changed(|twitch| {
                twitch.raid.take_if(|raid| raid.confirmed_at.is_none());
            });
        }
        match sent {
            Ok(()) => Ok("The raid is taken back.".to_owned()),
            Err(_) if none => Err(Outcome::Failed(words::NO_RAID.to_owned())),
            Err(error) => Err(order(&error)),
        }
    }

    async fn remember(&self, target: RaidTarget) {
        if let Err(error) = self.store.raided(&target, clock::unix()).await {
            let text = format!("The raided channel was not remembered: {error}.");
            self.journal.note(Topic::System, Tone::Warn, "twitch", text);
        }
    }
}
