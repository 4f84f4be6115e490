//! Markers, clips, shout-outs, ads.

use super::{Actions, check, order, words};
use crate::adapters::twitch::calls::show::{self, NewClip};
use crate::adapters::twitch::calls::{ads, chat};
use crate::adapters::twitch::error::TwitchError;
use crate::domain::chat::Identity;
use crate::domain::command::Outcome;
use crate::domain::journal::{Tone, Topic};
use crate::kit::clock;
use crate::kit::units::{Millis, Mono};
use std::time::Duration;

/// Between two looks for a clip.
const LOOK: Duration = Duration::from_secs(2);
/// The one who asked for a clip waits this long; the desk gives 35 s.
const WAIT: Millis = Millis(25_000);
/// A clip that is not there after this has failed (dev.twitch.tv says 15 s; in practice a minute).
const LOST: Millis = Millis(60_000);

impl Actions {
    pub(super) async fn marker(&self, description: &str) -> Result<String, Outcome> {
        let text = check::description(description)?;
        let set = self
            .caller
            .own(
                &["channel:manage:broadcast"],
                |helix, access| async move { show::marker(&helix, &access, text).await },
            )
            .await;
        let set = set.map_err(|error| instead(&error, 404, words::NO_MARKER))?;
        Ok(format!("A marker is set at {}.", Millis(set.position_seconds * 1000)))
    }

    pub(super) async fn clip(&self, title: &str, seconds: Option<f64>) -> Result<String, Outcome> {
        check::clip(title, seconds)?;
        let title = title.trim();
        let made = self
            .caller
            .own(&["clips:edit"], |helix, access| async move { show::clip(&helix, &access, title, seconds).await })
            .await;
        let made = made.map_err(|error| instead(&error, 404, words::NOT_LIVE))?;
        let began = clock::mono();
        match self.clip_until(&made, began + WAIT).await {
            Some(url) => Ok(format!("The clip is there: {url}")),
            None => {
                let edit = made.edit_url.clone();
                tokio::spawn(self.clone().tell_of_clip(made, began + LOST));
                Err(Outcome::TimedOut(format!("Twitch took the clip, but it is not there yet. Look here: {edit}")))
            }
        }
    }

    /// The clip's address once it can be watched.
    async fn clip_until(&self, made: &NewClip, end: Mono) -> Option<String> {
        let id = made.id.as_str();
        loop {
            let found =
                self.caller.own(&[], |helix, access| async move { show::clip_by_id(&helix, &access, id).await }).await;
            if let Ok(Some(clip)) = found {
                return Some(clip.url);
            }
            if clock::mono() + Millis::from(LOOK) > end {
                return None;
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn tell_of_clip(self, made: NewClip, end: Mono) {
        let (tone, text) = match self.clip_until(&made, end).await {
            Some(url) => (Tone::Good, format!("The clip is there: {url}")),
            None => (Tone::Warn, "Twitch took the clip but never showed it. Make it again.".to_owned()),
        };
        self.journal.note(Topic::Order, tone, "twitch", text);
    }

    pub(super) async fn shoutout(&self, channel: &str) -> Result<String, Outcome> {
        let target = self.account(channel).await?;
        let own = self.caller.account(Identity::Broadcaster).map(|(id, _)| id);
        check::another(own.as_deref(), &target.id)?;
        let to = target.id.as_str();
        self.turn(|pace, now| pace.shoutout(now, to))?;
        self.caller
            .own(
                &["moderator:manage:shoutouts"],
                |helix, access| async move { show::shoutout(&helix, &access, to).await },
            )
            .await
            .map_err(|error| order(&error))?;
        self.pace().shouted(clock::mono(), to);
        Ok(format!("Twitch recommends {}.", target.display_name))
    }

    pub(super) async fn announce(&self, message: &str, colour: &str) -> Result<String, Outcome> {
        let (message, colour) = (check::message(message)?, check::colour(colour)?);
        self.turn(super::Pace::announcement)?;
        let text = message.as_str();
        self.caller
            .own(&["moderator:manage:announcements"], |helix, access| async move {
                chat::announce(&helix, &access, text, colour).await
            })
            .await
            .map_err(|error| order(&error))?;
        Ok("The announcement stands in chat.".to_owned())
    }

    pub(super) async fn run_ads(&self, seconds: u32) -> Result<String, Outcome> {
        check::ads(seconds)?;
        let run = self
            .caller
            .own(&["channel:edit:commercial"], |helix, access| async move { ads::run(&helix, &access, seconds).await })
            .await
            .map_err(|error| order(&error))?;
        self.refresh.now();
        let again = Millis(run.retry_after.saturating_mul(1000));
        let said = crate::kit::text::excerpt(&run.message, 200);
        match run.length {
            0 => Err(Outcome::Failed(format!("Twitch runs no ads now: again in {again}. {said}").trim().to_owned())),
            length => {
                Ok(format!("Ads run for {length} seconds; the next can be run in {again}. {said}").trim().to_owned())
            }
        }
    }

    pub(super) async fn snooze_ad(&self) -> Result<String, Outcome> {
        let snoozed = self
            .caller
            .own(&["channel:manage:ads"], |helix, access| async move { ads::snooze(&helix, &access).await })
            .await;
        let snoozed = snoozed.map_err(|error| match error {
            // The bucket of all calls is another limit: then Twitch gives a moment.
            TwitchError::RateLimited { .. } if self.rate_is_left() => Outcome::Failed(words::NO_SNOOZE.to_owned()),
            other => order(&other),
        })?;
        self.caller.cell.edit_if_changed(|twitch| {
            if let Some(ads) = &mut twitch.ads {
                ads.next_at = snoozed.next_ad_at;
                ads.snoozes = snoozed.snooze_count;
                ads.snooze_refresh_at = snoozed.snooze_refresh_at;
            }
        });
        let left = crate::kit::text::counted(snoozed.snooze_count, "snooze");
        Ok(match snoozed.next_ad_at {
            Some(next) => format!("The next ad comes in {}; {left} left.", next.since(clock::unix())),
            None => format!("The next ad comes five minutes later; {left} left."),
        })
    }

    fn rate_is_left(&self) -> bool {
        self.caller.cell.with(|twitch| twitch.rate.is_some_and(|rate| rate.remaining > 0))
    }
}

/// Our own words for one status, since Twitch's are for programmers.
fn instead(error: &TwitchError, of: u16, words: &str) -> Outcome {
    match error {
        TwitchError::Refused { status, .. } if *status == of => Outcome::Failed(words.to_owned()),
        other => order(other),
    }
}
