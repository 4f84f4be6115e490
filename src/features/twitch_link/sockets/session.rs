//! One session at Twitch: its socket, its move to another one, its timers, and the calls to Helix that
//! are under way for it.

use super::super::reconcile::Question;
use super::super::tokens::Tokens;
use super::pace::Pace;
use crate::adapters::twitch::error::TwitchError;
use crate::adapters::twitch::eventsub::frame::Frame;
use crate::adapters::twitch::eventsub::socket::{Lost, Socket};
use crate::adapters::twitch::eventsub::subscribe::{self, Listed};
use crate::adapters::twitch::helix::Helix;
use crate::domain::twitch_features::Wanted;
use crate::kit::clock;
use crate::kit::units::{Mono, UnixMs};
use futures_util::future::select_all;
use std::future::pending;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};
use url::Url;

/// Sockets that are read after a session left them. A Twitch that sends on and on does not pile them up.
const MOST_LEFT: usize = 4;

/// See the module's head.
pub(super) struct Session {
    base: Url,
    helix: Helix,
    tokens: Tokens,
    pace: Pace,
    /// `None` while a session that moves has lost its old socket.
    socket: Option<Socket>,
    /// The sockets that it left, each with the end of its reading. More than one when it moves again
    /// before everything of the move before is read.
    left: Vec<(Socket, Instant)>,
    /// A move has begun and not ended.
    moving: bool,
    /// Every id that it had.
    ids: Vec<String>,
    jobs: JoinSet<Done>,
    check: Instant,
    again: Instant,
}

/// What a call brought.
enum Done {
    Asked(&'static Wanted, Result<Option<String>, TwitchError>),
    Listed(Mono, Result<Vec<Listed>, TwitchError>),
    Moved(Box<Result<Socket, Lost>>),
    GivenBack,
}

/// What happens in a session.
pub(super) enum Step {
    /// A frame that is not about the session itself.
    Heard(Frame),
    /// The session has moved; the time by Twitch's clock.
    Moved(Option<UnixMs>),
    /// An answer to a question.
    Asked(&'static Wanted, Result<Option<String>, TwitchError>),
    /// What Twitch has, asked at that moment.
    Listed(Mono, Vec<Listed>),
    /// What is off may be tried again.
    Again,
    /// A time has come: perhaps something is due.
    Due,
    /// It is over.
    Lost(Lost),
}

impl Session {
    /// Of a socket that was just welcomed.
    pub(super) fn new(base: Url, helix: Helix, tokens: Tokens, pace: Pace, socket: Socket) -> Self {
        let (now, ids) = (Instant::now(), vec![socket.session().id.clone()]);
        let (check, again) = (now + pace.check, now + pace.again);
        let (socket, left, moving, jobs) = (Some(socket), Vec::new(), false, JoinSet::new());
        Self { base, helix, tokens, pace, socket, left, moving, ids, jobs, check, again }
    }

    /// What happens next, at the latest when something is `due`. May be dropped while it waits.
    pub(super) async fn next(&mut self, due: Option<Mono>) -> Step {
        loop {
            let timer = self.next_timer(due);
            let step = tokio::select! {
                heard = next(&mut self.socket) => self.heard(heard),
                (heard, index) = next_left(&mut self.left) => self.heard_last(heard, index),
                Some(done) = self.jobs.join_next() => done.ok().and_then(|done| self.done(done)),
                () = sleep_until(timer) => Some(self.timers()),
            };
            if let Some(step) = step {
                return step;
            }
        }
    }

    /// Asks Twitch for a subscription.
    pub(super) fn ask(&mut self, question: Question) {
        let (helix, tokens) = (self.helix.clone(), self.tokens.clone());
        let id = self.ids.last().cloned().unwrap_or_default();
        self.jobs.spawn(async move {
            let Question { wanted, condition } = question;
            let call = async |access| subscribe::subscribe(&helix, &access, wanted, &condition, &id).await;
            Done::Asked(wanted, tokens.with(call).await)
        });
    }

    /// Gives a subscription back. Where that fails its events are left out until the session ends.
    pub(super) fn give_back(&mut self, id: String) {
        let (helix, tokens) = (self.helix.clone(), self.tokens.clone());
        self.jobs.spawn(async move {
            let gone = tokens.with(async |access| subscribe::unsubscribe(&helix, &access, &id).await).await;
            if let Err(error) = gone {
                tracing::debug!("twitch events: a subscription was not given back: {error}");
            }
            Done::GivenBack
        });
    }

    /// Every id that it had.
    pub(super) fn ids(&self) -> &[String] {
        &self.ids
    }

    /// Looks at Twitch's list again soon: what was just asked for may be missing there once more.
    pub(super) fn check_soon(&mut self) {
        self.check = Instant::now() + self.pace.check;
    }

    fn heard(&mut self, heard: Result<Frame, Lost>) -> Option<Step> {
        match heard {
            Ok(Frame::Reconnect(url)) => {
                self.follow(url);
                None
            }
            Ok(frame) => Some(Step::Heard(frame)),
            Err(_) if self.moving => {
                self.socket = None;
                None
            }
            Err(lost) => Some(Step::Lost(lost)),
        }
    }

    fn heard_last(&mut self, heard: Result<Frame, Lost>, index: usize) -> Option<Step> {
        match heard {
            Ok(frame) => Some(Step::Heard(frame)),
            Err(_) => {
                self.left.remove(index);
                None
            }
        }
    }

    /// Goes where Twitch asks to; the present socket is read meanwhile. Asked twice it goes once.
    fn follow(&mut self, url: String) {
        if std::mem::replace(&mut self.moving, true) {
            return;
        }
        let (base, patience) = (self.base.clone(), self.pace.welcome);
        self.jobs.spawn(async move { Done::Moved(Box::new(Socket::follow(&base, &url, patience).await)) });
    }

    fn done(&mut self, done: Done) -> Option<Step> {
        match done {
            Done::Asked(wanted, answer) => Some(Step::Asked(wanted, answer)),
            Done::Listed(asked, Ok(listed)) => Some(Step::Listed(asked, listed)),
            Done::Listed(_, Err(_)) => {
                self.check_soon();
                None
            }
            Done::Moved(answer) => Some(match *answer {
                Ok(socket) => self.moved(socket),
                Err(lost) => Step::Lost(lost),
            }),
            Done::GivenBack => None,
        }
    }

    fn moved(&mut self, socket: Socket) -> Step {
        self.moving = false;
        let at = socket.session().at;
        self.ids.push(socket.session().id.clone());
        let until = Instant::now() + self.pace.linger;
        self.left.extend(self.socket.replace(socket).map(|left| (left, until)));
        let surplus = self.left.len().saturating_sub(MOST_LEFT);
        self.left.drain(..surplus);
        Step::Moved(at)
    }

    fn timers(&mut self) -> Step {
        let now = Instant::now();
        self.left.retain(|(_, until)| *until > now);
        let again = self.again <= now;
        if again {
            self.again = now + self.pace.again;
        }
        if again || self.check <= now {
            self.check = now + self.pace.again;
            self.list();
        }
        if again { Step::Again } else { Step::Due }
    }

    fn list(&mut self) {
        let (helix, tokens, asked) = (self.helix.clone(), self.tokens.clone(), clock::mono());
        self.jobs.spawn(async move {
            Done::Listed(asked, tokens.with(async |access| subscribe::list(&helix, &access).await).await)
        });
    }

    fn next_timer(&self, due: Option<Mono>) -> Instant {
        let due = due.map(|due| Instant::now() + Duration::from(due.since(clock::mono())));
        let left = self.left.iter().map(|(_, until)| *until);
        due.into_iter().chain(left).fold(self.check.min(self.again), Instant::min)
    }
}

async fn next(socket: &mut Option<Socket>) -> Result<Frame, Lost> {
    match socket {
        Some(socket) => socket.next().await,
        None => pending().await,
    }
}

async fn next_left(left: &mut [(Socket, Instant)]) -> (Result<Frame, Lost>, usize) {
    if left.is_empty() {
        return pending().await;
    }
    let (heard, index, _) = select_all(left.iter_mut().map(|(socket, _)| Box::pin(socket.next()))).await;
    (heard, index)
}
