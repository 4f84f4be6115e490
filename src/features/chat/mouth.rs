//! What the bot says, and how often.

use super::words::Words;
use crate::domain::chat_rules::pace::Replies;
use crate::domain::chat_rules::phrases::Reply;
use crate::domain::command::{Order, TwitchOrder};
use crate::domain::people::Origin;
use crate::kit::clock;
use crate::runtime::desk::Desk;
use std::sync::{Arc, Mutex, PoisonError};

/// The name under which it speaks.
const RULE: &str = "chat";

/// The mouth; clones share its pace.
#[derive(Clone)]
pub(super) struct Mouth {
    desk: Desk,
    words: Arc<Mutex<Words>>,
    replies: Arc<Mutex<Replies>>,
}

impl Mouth {
    pub(super) fn new(desk: Desk, language: &str) -> Self {
        Self { desk, words: Arc::new(Mutex::new(Words::of(language))), replies: Arc::default() }
    }

    /// Speaks another language from now on.
    pub(super) fn speak(&self, language: &str) {
        *self.words.lock().unwrap_or_else(PoisonError::into_inner) = Words::of(language);
    }

    /// Answers a message, if the pace allows.
    pub(super) async fn reply(&self, reply: &Reply, to: String) {
        let text = self.text(reply);
        let may = self.replies.lock().unwrap_or_else(PoisonError::into_inner).may_say(clock::mono(), &text);
        if may {
            self.say(text, Some(to)).await;
        }
    }

    /// Tells the chat.
    pub(super) async fn announce(&self, reply: &Reply) {
        self.say(self.text(reply), None).await;
    }

    fn text(&self, reply: &Reply) -> String {
        self.words.lock().unwrap_or_else(PoisonError::into_inner).say(reply)
    }

    async fn say(&self, message: String, reply_to: Option<String>) {
        let order = TwitchOrder::Say { message, identity: None, reply_to };
        // What became of it stands in the journal; there is nobody else to tell.
        let _ = self.desk.give(Origin::Automation(RULE), Order::Twitch(order)).await;
    }
}
