//! Finds out how a feed's server is to be asked, and keeps to it. A wrong kind in the settings, or an
//! address that names only the machine, still comes to the statistics.

use super::conversation::Conversation;
use super::document::{Document, Server};
use super::http::Http;
use super::known;
use super::talk::{Miss, Talk};
use crate::config::Feed;
use crate::domain::signal::Reach;
use crate::kit::clock;
use crate::kit::units::{Millis, Mono};
use std::collections::{HashSet, VecDeque};
use url::Url;

/// Between two rounds of looking: a server must not be flooded with questions for other kinds.
const LOOK_AGAIN: Millis = Millis(30_000);

/// The conversation that is held, and those that may be tried instead.
pub struct Way {
    url: Url,
    kind: Option<Server>,
    conversation: Conversation,
    server: Option<Server>,
    suspect: Option<Server>,
    others: VecDeque<(Option<Server>, Conversation)>,
    look_at: Mono,
}

impl Way {
    /// Begins with the kind that the settings name, else with the address as it is.
    pub fn new(kind: Option<Server>, url: &Url) -> Self {
        let conversation = match kind {
            Some(kind) => Conversation::with(kind, url),
            None => Conversation::guessed(url),
        };
        let (server, suspect, others, look_at) = (None, None, VecDeque::new(), Mono(0));
        Self { url: url.clone(), kind, conversation, server, suspect, others, look_at }
    }

    /// Who answers, once recognised.
    pub fn server(&self) -> Option<Server> {
        self.server
    }

    /// Who answers, or must be taken to: by the door that is locked, or by the settings.
    pub fn presumed(&self) -> Option<Server> {
        self.server.or(self.suspect).or(self.kind)
    }

    /// Asks once, and looks round if nobody answers who is understood.
    pub async fn ask(&mut self, http: &mut Http, feed: &Feed) -> Result<Document, Reach> {
        let reach = match self.held(http, feed).await {
            Ok(document) => return Ok(self.keep(document)),
            Err(reach) => reach,
        };
        if !self.may_lie_elsewhere(&reach) || !self.may_look() {
            return Err(reach);
        }
        while let Some((kind, other)) = self.others.pop_front() {
            let before = std::mem::replace(&mut self.conversation, other);
            match self.held(http, feed).await {
                Ok(document) => return Ok(self.keep(document)),
                // Its kind is known by the way it refuses: the right place, and something to mend.
                Err(reach) if self.server.is_some() => return Err(reach),
                // A locked door where this kind has its own, on a machine that is open elsewhere.
                Err(locked @ Reach::Auth(_)) if kind.is_some() && !matches!(reach, Reach::Auth(_)) => {
                    self.suspect = kind;
                    return Err(locked);
                }
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

    /// Somebody answers, but not as the server that is expected here. A door that is locked where a
    /// kind is set is the right door: the token or login must not be shown to other pages.
    fn may_lie_elsewhere(&self, reach: &Reach) -> bool {
        match reach {
            Reach::Auth(_) => self.kind.is_none(),
            reach => matches!(reach, Reach::Malformed(_) | Reach::Http(_)),
        }
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

    fn candidates(&self) -> VecDeque<(Option<Server>, Conversation)> {
        let as_written = self.kind.map(|_| (None, Conversation::guessed(&self.url)));
        let places = if known::names_no_page(&self.url) { known::places(&self.url) } else { Vec::new() };
        let mut asked = HashSet::new();
        let at = |place: known::Place| match Conversation::with(place.server, &self.url) {
            // What such a page says depends on the feed's settings.
            Conversation::Told(_) => None,
            Conversation::Page(_) => {
                let page = known::on_machine(&self.url, place.path);
                Some((Some(place.server), Conversation::with(place.server, &page)))
            }
            own => asked.insert(place.server).then_some((Some(place.server), own)),
        };
        as_written.into_iter().chain(places.into_iter().filter_map(at)).collect()
    }
}
