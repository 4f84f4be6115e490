//! Finds out how a feed's server is to be asked, and keeps to it. A wrong kind in the settings, or an
//! address that names only the machine, still comes to the statistics.

use super::conversation::{Conversation, Miss, Page, Talk};
use super::document::{Document, Server};
use super::http::Http;
use super::known;
use crate::config::Feed;
use crate::domain::signal::Reach;
use crate::kit::clock;
use crate::kit::units::{Millis, Mono};
use std::collections::VecDeque;
use url::Url;

/// Between two rounds of looking: a server must not be flooded with questions for other kinds.
const LOOK_AGAIN: Millis = Millis(30_000);

/// The conversation that is held, and those that may be tried instead.
pub struct Way {
    url: Url,
    kind: Option<Server>,
    conversation: Conversation,
    server: Option<Server>,
    others: VecDeque<Conversation>,
    look_at: Mono,
}

impl Way {
    /// Begins with the kind that the settings name, else with the address as it is.
    pub fn new(kind: Option<Server>, url: &Url) -> Self {
        let conversation = match kind {
            Some(kind) => Conversation::with(kind, url),
            None => Conversation::Page(Page::of(url.clone())),
        };
        let (server, others, look_at) = (None, VecDeque::new(), Mono(0));
        Self { url: url.clone(), kind, conversation, server, others, look_at }
    }

    /// Who answers, once recognised.
    pub fn server(&self) -> Option<Server> {
        self.server
    }

    /// Asks once, and looks round if nobody answers who is understood.
    pub async fn ask(&mut self, http: &mut Http, feed: &Feed) -> Result<Document, Reach> {
        let reach = match self.held(http, feed).await {
            Ok(document) => return Ok(self.keep(document)),
            Err(reach) => reach,
        };
        if !speaks_otherwise(&reach) || !self.may_look() {
            return Err(reach);
        }
        while let Some(other) = self.others.pop_front() {
            let before = std::mem::replace(&mut self.conversation, other);
            match self.held(http, feed).await {
                Ok(document) => return Ok(self.keep(document)),
                // Its kind is known by the way it refuses: the right place, and something to mend.
                Err(reach) if self.server.is_some() => return Err(reach),
                Err(_) => self.conversation = before,
            }
        }
        Err(reach)
    }

    /// Asks in the way that is held; when the answer gives away another kind, at once in its way.
    async fn held(&mut self, http: &mut Http, feed: &Feed) -> Result<Document, Reach> {
        let mut talk = Talk { http, feed, server: self.server };
        match self.conversation.ask(&mut talk).await {
            Err(Miss::Other(server)) => {
                let mut other = Conversation::with(server, &self.url);
                let heard = other.ask(&mut talk).await;
                (self.conversation, self.server) = (other, Some(server));
                heard.map_err(|miss| match miss {
                    Miss::Reach(reach) => reach,
                    Miss::Other(_) => Reach::Malformed("a server that speaks in riddles".to_owned()),
                })
            }
            Err(Miss::Reach(reach)) => Err(reach),
            Ok(document) => Ok(document),
        }
    }

    /// Remembers who answered; a server that is asked in a way of its own is asked so from now on.
    fn keep(&mut self, document: Document) -> Document {
        if self.server != Some(document.server) {
            self.server = Some(document.server);
            if let Conversation::Page(page) = &self.conversation {
                self.conversation = Conversation::with(document.server, &page.url);
            }
        }
        document
    }

    /// Whether there is something to try now; a round that broke off goes on.
    fn may_look(&mut self) -> bool {
        let now = clock::mono();
        if self.others.is_empty() && now >= self.look_at {
            self.look_at = now + LOOK_AGAIN;
            self.others = self.candidates();
        }
        !self.others.is_empty()
    }

    fn candidates(&self) -> VecDeque<Conversation> {
        let as_written = self.kind.map(|_| Conversation::Page(Page::of(self.url.clone())));
        let places = if known::names_no_page(&self.url) { known::places(&self.url) } else { Vec::new() };
        let at = |place: known::Place| match Conversation::with(place.server, &self.url) {
            Conversation::Page(_) => Conversation::with(place.server, &known::on_machine(&self.url, place.path)),
            own => own,
        };
        as_written.into_iter().chain(places.into_iter().map(at)).collect()
    }
}

/// Somebody answers, but not as the server that is expected here.
fn speaks_otherwise(reach: &Reach) -> bool {
    matches!(reach, Reach::Malformed(_) | Reach::Http(_) | Reach::Auth(_))
}
