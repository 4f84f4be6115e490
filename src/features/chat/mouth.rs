//! What the bot says, and how often.

use super::words::Words;
use crate::config::Config;
use crate::domain::chat_rules::pace::Replies;
use crate::domain::chat_rules::phrases::Reply;
use crate::domain::command::{Order, TwitchOrder};
use crate::domain::journal::{Tone, Topic};
use crate::domain::people::Origin;
use crate::kit::clock;
use crate::runtime::desk::Desk;
use crate::runtime::journal::Journal;
use crate::runtime::shared::Reader;
use std::sync::{Arc, Mutex, PoisonError};

/// The name under which it speaks.
const RULE: &str = "chat";

/// The mouth; clones share its pace.
#[derive(Clone)]
pub(super) struct Mouth {
    desk: Desk,
    config: Reader<Config>,
    journal: Journal,
    replies: Arc<Mutex<Replies>>,
    complaint: Arc<Mutex<Option<String>>>,
}

/// Whom an answer is for.
#[derive(Clone, Debug)]
pub(super) struct To {
    /// The id of the message that it answers.
    pub(super) message: String,
    /// It is a viewer's, and so is the command.
    pub(super) viewer: bool,
}

impl Mouth {
    pub(super) fn new(desk: Desk, config: Reader<Config>, journal: Journal) -> Self {
        Self { desk, config, journal, replies: Arc::default(), complaint: Arc::default() }
    }

    /// Answers a message, if the pace allows.
    pub(super) async fn reply(&self, reply: &Reply, to: &To) {
        let text = self.text(reply).await;
        let may = self.replies.lock().unwrap_or_else(PoisonError::into_inner).may_say(clock::mono(), to.viewer, &text);
        if may {
            self.say(text, Some(to.message.clone())).await;
        }
    }

    /// Tells the chat.
    pub(super) async fn announce(&self, reply: &Reply) {
        self.say(self.text(reply).await, None).await;
    }

    async fn text(&self, reply: &Reply) -> String {
        let (code, folder) = self.config.with(|config| (config.chat.language.clone(), config.web.data_dir.clone()));
        let (words, complaint) = Words::with_own(&code, &folder).await;
        self.complain(complaint);
        words.say(reply)
    }

    /// Tells once what is wrong with a person's words.
    fn complain(&self, complaint: Option<String>) {
        let mut told = self.complaint.lock().unwrap_or_else(PoisonError::into_inner);
        if *told != complaint
            && let Some(text) = &complaint
        {
            self.journal.note(Topic::System, Tone::Warn, RULE, text.clone());
        }
        *told = complaint;
    }

    async fn say(&self, message: String, reply_to: Option<String>) {
        let order = TwitchOrder::Say { message, identity: None, reply_to };
        // What became of it stands in the journal; there is nobody else to tell.
        let _ = self.desk.give(Origin::Automation(RULE), Order::Twitch(order)).await;
    }
}
