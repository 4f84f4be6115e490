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
            .map_err(|error| refused(&error))?;
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
        // Where none waits, the one that is known here went out already or was called off on Twitch.
        if sent.is_ok() || none {
            self.caller.cell.edit_if_changed(|twitch| {
                twitch.raid.take_if(|raid| raid.confirmed_at.is_none());
            });
        }
        match sent {
            Ok(()) => Ok("The raid is taken back.".to_owned()),
            Err(_) if none => Err(Outcome::Failed(words::NO_RAID.to_owned())),
            Err(error) => Err(refused(&error)),
        }
    }

    /// A raid that was begun elsewhere went out: its channel belongs into the list as well.
    pub(in super::super) async fn remember_sent(&self, to_id: &str, to_name: &str) {
        let login =
            self.account(&format!("id:{to_id}")).await.map_or_else(|_| to_name.to_lowercase(), |user| user.login);
        self.remember(RaidTarget { id: to_id.to_owned(), login, name: to_name.to_owned() }).await;
    }

    async fn remember(&self, target: RaidTarget) {
        if let Err(error) = self.store.raided(&target, clock::unix()).await {
            let text = format!("The raided channel was not remembered: {error}.");
            self.journal.note(Topic::System, Tone::Warn, "twitch", text);
        }
    }
}

/// Twitch's refusals in plain words (dev.twitch.tv, "Start a raid" and "Cancel a raid").
fn refused(error: &TwitchError) -> Outcome {
    match error {
        TwitchError::Refused { status: 409, .. } => Outcome::Failed(words::RAIDING_ALREADY.to_owned()),
        TwitchError::Refused { status: 404, .. } => Outcome::Failed(words::NO_TARGET.to_owned()),
        TwitchError::Refused { message, .. } => Outcome::Failed(words::raid_refused(message)),
        // The headers speak of all calls together; raids have a limit of their own.
        TwitchError::RateLimited { .. } => Outcome::Failed(words::RAIDS_SPENT.to_owned()),
        other => order(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_what_to_do() {
        let no = |status, message: &str| TwitchError::Refused { status, message: message.to_owned() };
        let table = [
            (no(409, "The broadcaster is already in the process of raiding another channel."), "under way already"),
            (no(404, "The targeted channel was not found."), "cannot be raided"),
            (
                no(400, "The targeted channel doesn't accept raids from this broadcaster"),
                "not take this raid: The targeted",
            ),
            (TwitchError::RateLimited { until: None }, "ten minutes"),
            (TwitchError::Unauthorised("Missing scope: channel:manage:raids".to_owned()), "(Raids) is missing"),
        ];
        for (error, wanted) in table {
            let said = refused(&error);
            assert!(matches!(&said, Outcome::Failed(text) if text.contains(wanted)), "{said:?}");
        }
        assert!(matches!(refused(&TwitchError::Trouble("HTTP 503".to_owned())), Outcome::TimedOut(_)));
    }
}
