//! What becomes of a frame: each event once, in time, as a chat message, a happening or a fact.

use super::super::words;
use super::Listener;
use crate::adapters::twitch::eventsub::events::{Meaning, News, understand};
use crate::adapters::twitch::eventsub::fields::Fields;
use crate::adapters::twitch::eventsub::frame::{Frame, Notification, Revocation};
use crate::domain::chat::ChatMessage;
use crate::domain::event::Fact;
use crate::domain::journal::Tone;
use crate::domain::twitch_features::CHAT;
use crate::kit::clock;
use crate::kit::text;
use crate::kit::units::UnixMs;

impl Listener {
    /// Whether the frame changed how a subscription stands.
    pub(super) fn take(&mut self, frame: Frame) -> bool {
        match frame {
            Frame::Notification(told) => self.notification(told),
            Frame::Keepalive(at) => self.clock.told(at),
            Frame::Unknown(kind) => self.unknown(&kind),
            Frame::Revocation(revoked) => return self.revocation(&revoked),
            // The session sees to the first one and to moves; a second welcome says nothing new.
            Frame::Welcome(_) | Frame::Reconnect(_) => {}
        }
        false
    }

    fn unknown(&mut self, kind: &str) {
        self.heard.unknown += 1;
        tracing::debug!("twitch events: not known: {kind}");
    }

    fn notification(&mut self, mut told: Notification) {
        let now = clock::mono();
        if self.clock.is_old(told.at, now) {
            self.heard.old += 1;
            return;
        }
        if !self.parts.seen.is_new(same(&told), now) {
            self.heard.repeated += 1;
            return;
        }
        told.at = self.clock.ours(told.at, (now, clock::unix()));
        match understand(&told) {
            Meaning::Unknown => return self.unknown(&text::excerpt(&told.kind, 64)),
            // Switched off a moment ago: what is still on its way is left out.
            _ if !self.level.wants(&told.kind) => return,
            Meaning::Chat(message) => self.chat(message),
            Meaning::Happened { told_by: Some(better), .. } if self.level.is_active(better) => return,
            Meaning::Happened { happening, news, .. } => {
                let at = happening.at;
                self.parts.bus.happened(happening.into());
                if let Some(news) = news {
                    self.news(news, at);
                }
            }
        }
        self.heard.taken += 1;
    }

    fn chat(&self, mut message: Box<ChatMessage>) {
        let author = message.author.id.as_str();
        message.own = self.parts.watch.is_bot(author) || self.parts.sent.came_back(author, &message.text);
        self.parts.bus.say(message.into());
    }

    fn news(&self, news: News, at: UnixMs) {
        match news {
            News::RaidSent { to_id, to_name, viewers } => {
                self.parts.bus.tell(Fact::RaidSent { to_id, to_name, viewers, at });
            }
            News::Stream | News::Channel | News::Ads => self.parts.refresh.now(),
        }
    }

    fn revocation(&mut self, revoked: &Revocation) -> bool {
        if !self.parts.seen.is_new(&format!("{}/{}", revoked.id, revoked.condition), clock::mono()) {
            self.heard.repeated += 1;
            return false;
        }
        let Some(name) = self.level.revoked(revoked) else { return false };
        self.note(Tone::Warn, &words::taken_away(&name, &revoked.status));
        // The account may have taken back everything: the next call finds out whether the sign-in lives.
        self.parts.refresh.now();
        true
    }
}

/// What makes an event the same one: the frame's id, but for a chat message its own, since two
/// subscriptions may tell of it.
fn same(told: &Notification) -> &str {
    let own = if told.kind == CHAT.kind { Fields(&told.event).raw("message_id") } else { "" };
    if own.is_empty() { &told.id } else { own }
}
