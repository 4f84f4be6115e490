//! /ws/chat: chat and events as rows, the newest last. A page gets what is there, then what is new in
//! batches; when more is said than anyone can read, the oldest lines of a batch are left out and it says
//! so. Events are never left out: what was deleted must be struck, and a gift must be thanked for.

mod rows;

use super::dashboard::{Heard, goodbye, heard, seated, send_text};
use crate::domain::chat::ChatTail;
use crate::domain::happening::EventTail;
use crate::kit::clock;
use crate::kit::units::UnixMs;
use crate::web::auth::SignedIn;
use crate::web::ctx::Ctx;
use crate::web::error::WebError;
use axum::extract::State;
use axum::extract::ws::{WebSocket, WebSocketUpgrade, close_code};
use axum::http::HeaderMap;
use axum::response::Response;
use rows::{Row, event, said};
use serde::Serialize;
use std::time::Duration;

/// Rows that come together are sent together: a phone draws four times a second at most.
const GATHER: Duration = Duration::from_millis(250);

/// Lines of chat in one batch after the first: 240 in a second are more than anyone reads.
const MOST: usize = 60;

/// Silence is broken this often, so that the page knows that the socket lives.
const BEAT: Duration = Duration::from_secs(5);

/// A session is looked up again this often.
const RECHECK: Duration = Duration::from_secs(60);

/// One message to a page.
#[derive(Debug, Serialize)]
struct Batch<'a> {
    /// The server's wall clock.
    t: UnixMs,
    /// New rows, oldest first.
    add: Vec<Row<'a>>,
    /// Rows before these were left out.
    gap: bool,
}

/// How far a page has been told.
#[derive(Debug, Default)]
struct Told {
    message: Option<String>,
    event: Option<String>,
    begun: bool,
}

impl Told {
    /// What is new, as the text to send; `None` when nothing is.
    fn next(&mut self, chat: &ChatTail, events: &EventTail, now: UnixMs) -> Option<String> {
        let (messages, lost) = after(&self.message, chat.messages.iter(), |one| &one.id);
        let (happened, missed) = after(&self.event, events.happenings.iter(), |one| &one.id);
        if self.begun && messages.is_empty() && happened.is_empty() {
            return None;
        }
        let over = if self.begun { messages.len().saturating_sub(MOST) } else { 0 };
        let mut add: Vec<Row<'_>> = messages[over..].iter().map(|one| said(one)).collect();
        add.extend(happened.iter().map(|one| event(one)));
        add.sort_by_key(Row::at);
        let batch = Batch { t: now, add, gap: self.begun && (over > 0 || lost || missed) };
        let text = serde_json::to_string(&batch).ok();
        self.message = messages.last().map(|one| one.id.clone()).or(self.message.take());
        self.event = happened.last().map(|one| one.id.clone()).or(self.event.take());
        self.begun = true;
        text
    }
}

/// Those behind the last one that was told, and whether that one has left the list already.
fn after<'a, T>(
    told: &Option<String>,
    all: impl DoubleEndedIterator<Item = &'a T>,
    id: impl Fn(&T) -> &String,
) -> (Vec<&'a T>, bool) {
    let mut found = false;
    let fresh = |one: &&T| {
        found = told.as_ref() == Some(id(one));
        !found
    };
    let mut fresh: Vec<&T> = all.rev().take_while(fresh).collect();
    fresh.reverse();
    (fresh, told.is_some() && !found)
}

/// GET /ws/chat
pub async fn open(
    State(ctx): State<Ctx>,
    _person: SignedIn,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, WebError> {
    seated(ctx, &headers, upgrade, push)
}

async fn push(mut socket: WebSocket, ctx: Ctx, session: String) {
    let (mut chat, mut events) = (ctx.cells.chat.clone(), ctx.cells.events.clone());
    let mut told = Told::default();
    let mut recheck = tokio::time::interval(RECHECK);
    recheck.reset();
    loop {
        chat.see();
        events.see();
        let news = told.next(&chat.get(), &events.get(), clock::unix());
        let text = news.unwrap_or_else(|| format!(r#"{{"t":{},"add":[],"gap":false}}"#, clock::unix().0));
        if !send_text(&mut socket, text).await {
            return;
        }
        tokio::select! {
            () = ctx.stop.cancelled() => return goodbye(socket, close_code::AWAY, "the server stops").await,
            () = async { tokio::select! { () = chat.changed() => {}, () = events.changed() => {} } } => {
                tokio::time::sleep(GATHER).await;
            }
            () = tokio::time::sleep(BEAT) => {}
            end = heard(&mut socket) => match end {
                Heard::Silence => {}
                Heard::Gone => return,
                Heard::Speech => return goodbye(socket, close_code::POLICY, "this socket only sends").await,
            },
            _ = recheck.tick() => if ctx.access.person(&session).await.is_none() {
                return goodbye(socket, close_code::POLICY, "signed out").await;
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::chat::{Author, ChatMessage, Fragment};
    use crate::domain::happening::{Happening, HappeningKind};
    use serde_json::{Value, json};
    use std::sync::Arc;

    fn line(id: usize) -> Arc<ChatMessage> {
        Arc::new(ChatMessage {
            id: id.to_string(),
            at: UnixMs(i64::try_from(id).expect("small")),
            author: Author::default(),
            text: String::new(),
            fragments: vec![
                Fragment::Text("<b>".to_owned()),
                Fragment::Emote { id: "25".into(), text: "Kappa".into() },
            ],
            reply_to: None,
            bits: None,
            reward: None,
            from_channel: None,
            own: false,
        })
    }

    fn happening(id: &str, at: i64, kind: HappeningKind, data: Value) -> Happening {
        let id = id.to_owned();
        Happening { id, at: UnixMs(at), kind, who: None, amount: None, text: "x".into(), message: None, data }
    }

    fn next(told: &mut Told, chat: &ChatTail, events: &EventTail) -> Option<Value> {
        let text = told.next(chat, events, UnixMs(0))?;
        Some(serde_json::from_str(&text).expect("JSON"))
    }

    fn ids(batch: &Value) -> Vec<&str> {
        batch["add"].as_array().expect("rows").iter().map(|row| row["id"].as_str().expect("an id")).collect()
    }

    #[test]
    fn a_page_gets_all_at_first_and_then_what_is_new_in_the_order_of_time() {
        let (mut chat, mut events, mut told) = (ChatTail::default(), EventTail::default(), Told::default());
        assert_eq!(next(&mut told, &chat, &events).map(|batch| ids(&batch).len()), Some(0), "the first says: nothing");
        chat.push(line(1));
        chat.push(line(3));
        events.push(happening("e", 2, HappeningKind::Follow, Value::Null));
        let batch = next(&mut told, &chat, &events).expect("news");
        assert_eq!((ids(&batch), &batch["gap"]), (vec!["1", "e", "3"], &json!(false)));
        assert_eq!(batch["add"][0]["parts"], json!([["text", "<b>"], ["emote", "Kappa", "25"]]));
        assert_eq!(batch["add"][1]["group"], "follows");
        assert_eq!(next(&mut told, &chat, &events), None);
    }

    #[test]
    fn a_flood_leaves_out_the_oldest_and_says_so() {
        let (mut chat, events, mut told) = (ChatTail::default(), EventTail::default(), Told::default());
        chat.push(line(0));
        next(&mut told, &chat, &events);
        (1..=2000).for_each(|id| chat.push(line(id)));
        let batch = next(&mut told, &chat, &events).expect("news");
        assert_eq!(
            (ids(&batch).len(), *ids(&batch).last().expect("rows"), &batch["gap"]),
            (MOST, "2000", &json!(true))
        );
        assert_eq!(next(&mut Told::default(), &chat, &events).map(|batch| ids(&batch).len()), Some(300));
    }

    #[test]
    fn no_event_is_lost_in_a_flood_of_chat() {
        let (mut chat, mut events, mut told) = (ChatTail::default(), EventTail::default(), Told::default());
        next(&mut told, &chat, &events);
        events.push(happening("gift", 1, HappeningKind::Gift, Value::Null));
        events.push(happening("gone", 2, HappeningKind::Removed, json!({"message_id": "7"})));
        (1..=290).for_each(|id| chat.push(line(id)));
        let batch = next(&mut told, &chat, &events).expect("news");
        assert_eq!((ids(&batch).len(), &ids(&batch)[..2]), (MOST + 2, ["gift", "gone"].as_slice()));
    }

    #[test]
    fn what_was_removed_is_named() {
        let table = [
            (Some("7"), json!({"message_id": "m"}), json!({"message": "m"})),
            (Some("7"), json!({"message_id": ""}), json!({"user": "7"})),
            (None, Value::Null, json!("all")),
        ];
        for (who, data, wanted) in table {
            let mut events = EventTail::default();
            let who = who.map(|id| (id.to_owned(), "Anna".to_owned()));
            events.push(Happening { who, ..happening("e", 1, HappeningKind::Removed, data) });
            let batch = next(&mut Told::default(), &ChatTail::default(), &events).expect("news");
            assert_eq!(batch["add"][0]["removes"], wanted);
        }
    }
}
