//! What the events mean: chat messages, happenings in plain words, and what changes the state that
//! Helix gave. Fields: dev.twitch.tv, "EventSub Subscription Types".

mod chat;
mod community;
mod money;
mod notice;
mod show;

use super::fields::Fields;
use super::frame::Notification;
use crate::domain::chat::ChatMessage;
use crate::domain::happening::{Happening, HappeningKind};
use crate::kit::clock;
use crate::kit::units::UnixMs;
use serde_json::{Value, json};

/// What a notification means.
#[derive(Clone, Debug, PartialEq)]
pub enum Meaning {
    /// Somebody wrote in chat.
    Chat(Box<ChatMessage>),
    /// Something happened.
    Happened {
        /// In words. Boxed: it is large.
        happening: Box<Happening>,
        /// What it changes beyond the event list.
        news: Option<News>,
        /// The subscription type that tells the same better, where it is active.
        told_by: Option<&'static str>,
    },
    /// A type that this version does not know.
    Unknown,
}

/// What an event changes beyond the event list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// Our raid went out.
    RaidSent {
        /// The raided channel's id.
        to_id: String,
        /// Its name.
        to_name: String,
        /// Viewers taken along.
        viewers: u64,
    },
    /// The channel went live, or no longer is.
    Stream,
    /// Title, category or labels changed.
    Channel,
    /// An ad break began.
    Ads,
}

/// What a kind of event is made into.
struct Told {
    kind: HappeningKind,
    who: Option<(String, String)>,
    amount: Option<u64>,
    text: String,
    message: Option<String>,
    data: Value,
    news: Option<News>,
    told_by: Option<&'static str>,
}

impl Told {
    fn new(kind: HappeningKind, text: String) -> Self {
        let (who, amount, message, news, told_by) = (None, None, None, None, None);
        Self { kind, who, amount, text, message, data: json!({}), news, told_by }
    }

    fn by(self, who: Option<(String, String)>) -> Self {
        Self { who, ..self }
    }

    fn amount(self, amount: u64) -> Self {
        Self { amount: Some(amount), ..self }
    }

    fn saying(self, message: Option<String>) -> Self {
        Self { message, ..self }
    }

    fn with(self, data: Value) -> Self {
        Self { data, ..self }
    }

    fn news(self, news: News) -> Self {
        Self { news: Some(news), ..self }
    }

    fn told_by(self, kind: &'static str) -> Self {
        Self { told_by: Some(kind), ..self }
    }
}

/// Understands a notification; nothing fails.
pub fn understand(told: &Notification) -> Meaning {
    let at = told.at.unwrap_or_else(clock::unix);
    // Words about an event that says nothing would be made up.
    if !told.event.is_object() {
        return Meaning::Unknown;
    }
    let event = Fields(&told.event);
    if told.kind == "channel.chat.message" {
        return chat::message(event, at).map_or(Meaning::Unknown, |message| Meaning::Chat(Box::new(message)));
    }
    let outgoing = !Fields(&told.condition).raw("from_broadcaster_user_id").is_empty();
    let made = show::told(&told.kind, event, outgoing)
        .or_else(|| community::told(&told.kind, event))
        .or_else(|| money::told(&told.kind, event))
        .or_else(|| notice::told(&told.kind, event));
    made.map_or(Meaning::Unknown, |made| happened(&told.id, at, made))
}

fn happened(id: &str, at: UnixMs, told: Told) -> Meaning {
    let Told { kind, who, amount, text, message, data, news, told_by } = told;
    let happening = Happening { id: id.to_owned(), at, kind, who, amount, text, message, data };
    Meaning::Happened { happening: Box::new(happening), news, told_by }
}

/// The account behind `{before}user_*`: id and name; `None` where it is anonymous.
fn account(event: Fields<'_>, before: &str) -> Option<(String, String)> {
    let field = |what: &str| event.name(&format!("{before}user_{what}"));
    let name = Some(field("name")).filter(|name| !name.trim().is_empty()).unwrap_or_else(|| field("login"));
    Some((field("id"), name)).filter(|(id, name)| !id.is_empty() && !name.is_empty())
}

fn named(who: Option<&(String, String)>) -> &str {
    who.map_or("Somebody", |(_, name)| name)
}

#[cfg(test)]
mod tests;
