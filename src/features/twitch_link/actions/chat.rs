//! Speaking in chat, in turn, and never so much that Twitch silences the account.

use super::pace::{Wait, What};
use super::{Actions, check, order, words};
use crate::adapters::twitch::calls::chat;
use crate::adapters::twitch::error::TwitchError;
use crate::domain::chat::Identity;
use crate::domain::command::Outcome;
use crate::domain::people::Origin;
use crate::kit::clock;
use crate::kit::units::Millis;

const RIGHT: &[&str] = &["user:write:chat"];
/// Makes a repeated answer another text without showing (combining grapheme joiner).
const INVISIBLE: char = '\u{34f}';
/// A message has no more than this; see [`check::message`].
const LONGEST: usize = 500;

impl Actions {
    pub(super) async fn say(
        &self,
        message: &str,
        identity: Option<Identity>,
        reply_to: Option<&str>,
        origin: &Origin,
    ) -> Result<String, Outcome> {
        let message = check::message(message)?;
        let identity = identity.unwrap_or_else(|| self.speaker());
        let (message, wait) =
            self.queue(identity, message, origin).map_err(|wait| Outcome::Failed(words::later(&wait)))?;
        tokio::time::sleep(wait.into()).await;
        let sent = self.send(identity, &message, reply_to).await;
        if sent.as_ref().is_err_and(|outcome| matches!(outcome, Outcome::Failed(_))) {
            self.pace().unsaid(identity, &message);
        }
        sent
    }

    async fn send(&self, identity: Identity, message: &str, reply_to: Option<&str>) -> Result<String, Outcome> {
        let channel = self.channel();
        let sent = self
            .caller
            .call(identity, RIGHT, |helix, access| {
                let channel = channel.clone().unwrap_or_else(|| access.user_id.clone());
                self.sent.about_to(&access.user_id, message);
                async move {
                    let said = chat::say(&helix, &access, &channel, message, reply_to).await;
                    let stands = said.as_ref().map_or_else(TwitchError::may_have_been_done, |sent| sent.is_sent);
                    if !stands {
                        self.sent.was_not_said(&access.user_id, message);
                    }
                    said
                }
            })
            .await
            .map_err(|error| order(&error))?;
        match sent.is_sent {
            true => Ok("It stands in chat.".to_owned()),
            false => Err(Outcome::Failed(words::dropped(sent.drop_reason.as_ref()))),
        }
    }

    /// A turn. A rule that repeats itself (the same answer to the same command) is told apart by a
    /// character that nobody sees; a person is told instead.
    fn queue(&self, identity: Identity, message: String, origin: &Origin) -> Result<(String, Millis), Wait> {
        let (mut pace, now) = (self.pace(), clock::mono());
        pace.speaks_freely_as(identity);
        match pace.chat(now, identity, &message) {
            Ok(wait) => Ok((message, wait)),
            Err(Wait { what: What::SameMessage, .. })
                if origin.is_automation() && message.chars().count() < LONGEST =>
            {
                let other = format!("{message}{INVISIBLE}");
                pace.chat(now, identity, &other).map(|wait| (other, wait))
            }
            Err(wait) => Err(wait),
        }
    }

    /// The bot where one is signed in, else the channel itself.
    fn speaker(&self) -> Identity {
        let bot = self.caller.config.with(|config| config.twitch.bot) && self.caller.account(Identity::Bot).is_some();
        if bot { Identity::Bot } else { Identity::Broadcaster }
    }

    /// The channel's id.
    fn channel(&self) -> Option<String> {
        let wanted = self.caller.config.with(|config| config.twitch.broadcaster_id.clone());
        wanted.or_else(|| self.caller.account(Identity::Broadcaster).map(|(id, _)| id))
    }
}
