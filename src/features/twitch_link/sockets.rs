//! One identity's EventSub connection: made, watched, moved, made again. Frames become facts, chat
//! messages and happenings; subscriptions are kept on their level ([`super::reconcile`]).

use super::plan::{Plan, Watch};
use super::reconcile::Level;
use super::refresh::Refresh;
use super::seen::{Seen, TheirClock};
use super::sent::Sent;
use super::tokens::Tokens;
use super::words;
use crate::adapters::twitch::error::TwitchError;
use crate::adapters::twitch::eventsub::events::{Meaning, News, understand};
use crate::adapters::twitch::eventsub::frame::{Frame, Notification, Revocation};
use crate::adapters::twitch::eventsub::socket::{Lost, Socket};
use crate::adapters::twitch::eventsub::subscribe::{self, Listed};
use crate::adapters::twitch::helix::Helix;
use crate::domain::chat::{ChatMessage, Identity};
use crate::domain::event::Fact;
use crate::domain::journal::{Tone, Topic};
use crate::domain::twitch::{self, Heard, OutgoingRaid, Twitch};
use crate::kit::backoff::Backoff;
use crate::kit::clock;
use crate::kit::text;
use crate::kit::units::{Millis, UnixMs};
use crate::runtime::bus::Bus;
use crate::runtime::journal::Journal;
use crate::runtime::shared::Writer;
use crate::runtime::supervisor::Task;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

/// How patient the connections are. The usual values are Twitch's rules; tests are in a hurry.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The shortest and the longest wait before a new connection.
    pub waits: (Duration, Duration),
    /// A connection that lived so long begins the waits anew.
    pub settled: Duration,
    /// From a fresh session to the look at what Twitch has of it.
    pub check: Duration,
    /// What is off is tried again after this, and Twitch's list read again.
    pub again: Duration,
    /// The old socket is read so long after the session moved.
    pub linger: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            waits: (Duration::from_secs(1), Duration::from_secs(60)),
            settled: Duration::from_secs(60),
            check: Duration::from_secs(30),
            again: Duration::from_secs(3600),
            linger: Duration::from_secs(1),
        }
    }
}

/// From one showing of the counters to the next.
const COUNTERS: Duration = Duration::from_secs(5);

/// What a listener is built from.
pub(super) struct Parts {
    pub(super) watch: Watch,
    pub(super) cell: Arc<Writer<Twitch>>,
    pub(super) tokens: Tokens,
    pub(super) bus: Bus,
    pub(super) refresh: Refresh,
    pub(super) sent: Sent,
    pub(super) seen: Arc<Seen>,
    pub(super) journal: Journal,
    pub(super) pace: Pace,
}

/// See the module's head.
pub(super) struct Listener {
    parts: Parts,
    level: Level,
    clock: TheirClock,
    backoff: Backoff,
    heard: Heard,
    /// The loss is written down already.
    lost: bool,
}

/// One session and what belongs to it.
struct Session {
    /// `None` while a session that moves has lost its old socket.
    socket: Option<Socket>,
    /// The socket before the move, and until when it is read.
    old: Option<(Socket, Instant)>,
    /// Moves that have begun and not ended.
    moves: u32,
    /// Every id that it had.
    ids: Vec<String>,
    jobs: JoinSet<Done>,
    check: Instant,
    again: Instant,
    counters: Instant,
}

/// What a job brought.
enum Done {
    Asked(usize, Result<(), TwitchError>),
    Listed(crate::kit::units::Mono, Result<Vec<Listed>, TwitchError>),
    Moved(Box<Result<Socket, Lost>>),
}

/// Why listening ended.
enum Ended {
    /// Something else is wanted now.
    Replanned,
    Lost(Lost),
}

impl Listener {
    pub(super) fn new(parts: Parts) -> Self {
        let backoff = Backoff::new(parts.pace.waits.0, parts.pace.waits.1);
        let (level, clock, heard) = (Level::default(), TheirClock::default(), Heard::default());
        Self { parts, level, clock, backoff, heard, lost: false }
    }

    fn identity(&self) -> Identity {
        self.parts.tokens.identity()
    }

    /// Connects and listens until that ends.
    async fn listen(&mut self, plan: &Plan) -> Ended {
        self.show(twitch::Socket::Connecting);
        let opened = tokio::select! {
            opened = Socket::open(&plan.socket) => opened,
            () = self.parts.watch.until_other_than(plan) => return Ended::Replanned,
        };
        match (opened, Helix::new(plan.helix.clone())) {
            (Ok(socket), Ok(helix)) => {
                let began = Instant::now();
                let ended = self.serve(plan, helix, socket).await;
                if began.elapsed() >= self.parts.pace.settled {
                    self.backoff.reset();
                }
                self.count();
                ended
            }
            (Err(lost), _) => Ended::Lost(lost),
            (_, Err(error)) => Ended::Lost(Lost::Unreachable(error.to_string())),
        }
    }

    /// A fresh session: everything is asked for, and what was missed is read from Helix.
    async fn serve(&mut self, plan: &Plan, helix: Helix, socket: Socket) -> Ended {
        let pace = self.parts.pace;
        let now = Instant::now();
        self.level = Level::fresh(&plan.wanted, &plan.channel, &plan.user, &plan.scopes);
        self.clock.told(socket.session().at);
        self.show(twitch::Socket::Open { since: clock::unix() });
        self.note(Tone::Good, words::ARRIVE);
        self.lost = false;
        self.parts.refresh.now();
        let ids = vec![socket.session().id.clone()];
        let (jobs, check, again) = (JoinSet::new(), now + pace.check, now + pace.again);
        let mut session =
            Session { socket: Some(socket), old: None, moves: 0, ids, jobs, check, again, counters: now + COUNTERS };
        loop {
            self.ask(&helix, &mut session);
            self.show_level();
            let due = session.next_timer(self.level.due().map(|due| now_plus(due.since(clock::mono()))));
            tokio::select! {
                heard = next(&mut session.socket) => match heard {
                    Ok(Frame::Reconnect(url)) => session.follow(plan, url),
                    Ok(frame) => self.take(frame),
                    Err(_) if session.is_moving() => session.socket = None,
                    Err(lost) => return Ended::Lost(lost),
                },
                heard = next_old(&mut session.old) => match heard {
                    Ok(frame) => self.take(frame),
                    Err(_) => session.old = None,
                },
                Some(done) = session.jobs.join_next() => match done {
                    Ok(Done::Asked(row, answer)) => self.level.answered(row, answer, clock::mono()),
                    Ok(Done::Listed(asked, Ok(listed))) => self.compare(&listed, &session.ids, asked),
                    Ok(Done::Moved(answer)) => match *answer {
                        Ok(socket) => self.moved(&mut session, socket),
                        Err(lost) => return Ended::Lost(lost),
                    },
                    Ok(Done::Listed(_, Err(_))) | Err(_) => {}
                },
                () = sleep_until(due) => self.timers(&helix, &mut session),
                () = self.parts.watch.changed() => match self.parts.watch.plan() {
                    Some(next) if next.is_same_connection(plan) => self.level.scopes(&next.scopes),
                    _ => return Ended::Replanned,
                },
            }
        }
    }

    /// Asks for what is due.
    fn ask(&mut self, helix: &Helix, session: &mut Session) {
        while let Some(question) = self.level.next(clock::mono()) {
            let (helix, tokens) = (helix.clone(), self.parts.tokens.clone());
            let id = session.ids.last().cloned().unwrap_or_default();
            session.jobs.spawn(async move {
                let call = async |access| {
                    subscribe::subscribe(&helix, &access, question.wanted, &question.condition, &id).await
                };
                Done::Asked(question.row, tokens.with(call).await)
            });
        }
    }

    fn timers(&mut self, helix: &Helix, session: &mut Session) {
        let now = Instant::now();
        if session.counters <= now {
            session.counters = now + COUNTERS;
            self.count();
        }
        if session.old.as_ref().is_some_and(|(_, until)| *until <= now) {
            session.old = None;
        }
        if session.again <= now {
            session.again = now + self.parts.pace.again;
            session.check = now;
            self.level.try_again();
        }
        if session.check <= now {
            session.check = now + self.parts.pace.again;
            let (helix, tokens, asked) = (helix.clone(), self.parts.tokens.clone(), clock::mono());
            session.jobs.spawn(async move {
                Done::Listed(asked, tokens.with(async |access| subscribe::list(&helix, &access).await).await)
            });
        }
    }

    fn compare(&mut self, listed: &[Listed], ids: &[String], asked: crate::kit::units::Mono) {
        let lost = self.level.listed(listed, ids, asked);
        if lost > 0 {
            let text =
                format!("Twitch lost {} without a word; asked for again.", text::counted(lost as u64, "subscription"));
            self.note(Tone::Warn, &text);
        }
    }

    fn moved(&mut self, session: &mut Session, socket: Socket) {
        session.moves = session.moves.saturating_sub(1);
        self.clock.told(socket.session().at);
        session.ids.push(socket.session().id.clone());
        let until = Instant::now() + self.parts.pace.linger;
        session.old = session.socket.replace(socket).map(|old| (old, until));
    }

    fn take(&mut self, frame: Frame) {
        match frame {
            Frame::Notification(told) => self.notification(&told),
            Frame::Revocation(revoked) => self.revocation(&revoked),
            Frame::Keepalive(at) => self.clock.told(at),
            Frame::Welcome(_) | Frame::Reconnect(_) => {}
            Frame::Unknown(kind) => self.unknown(&kind),
        }
    }

    fn unknown(&mut self, kind: &str) {
        self.heard.unknown += 1;
        tracing::debug!("twitch events: not known: {kind}");
    }

    fn notification(&mut self, told: &Notification) {
        let now = clock::mono();
        if self.clock.is_old(told.at, now) {
            self.heard.old += 1;
            return;
        }
        if !self.parts.seen.is_new(&told.id, now) {
            self.heard.repeated += 1;
            return;
        }
        match understand(told) {
            Meaning::Chat(message) => self.chat(message),
            Meaning::Happened { happening, news, told_by } => {
                if told_by.is_some_and(|better| self.level.is_active(better)) {
                    return;
                }
                let at = happening.at;
                self.parts.bus.tell(Fact::Happened(*happening));
                if let Some(news) = news {
                    self.news(news, at);
                }
            }
            Meaning::Unknown => return self.unknown(&text::excerpt(&told.kind, 64)),
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
                self.parts.cell.edit(|twitch| {
                    let asked_at =
                        twitch.raid.as_ref().filter(|raid| raid.to_id == to_id).and_then(|raid| raid.asked_at);
                    let (confirmed_at, viewers) = (Some(clock::unix()), Some(viewers));
                    let (to_id, to_name) = (to_id.clone(), to_name.clone());
                    twitch.raid = Some(OutgoingRaid { to_id, to_name, asked_at, confirmed_at, viewers });
                });
                self.parts.bus.tell(Fact::RaidSent { to_id, to_name, viewers, at });
            }
            News::Stream | News::Channel | News::Ads => self.parts.refresh.now(),
        }
    }

    fn revocation(&mut self, revoked: &Revocation) {
        if !self.parts.seen.is_new(&format!("{}/{}", revoked.id, revoked.condition), clock::mono()) {
            self.heard.repeated += 1;
            return;
        }
        if let Some(kind) = self.level.revoked(revoked) {
            self.note(Tone::Warn, &words::taken_away(kind, &revoked.status));
        }
    }

    /// Adds what was counted to the cell's counters.
    fn count(&mut self) {
        let heard = std::mem::take(&mut self.heard);
        self.parts.cell.edit_if_changed(|twitch| {
            twitch.heard.taken += heard.taken;
            twitch.heard.repeated += heard.repeated;
            twitch.heard.old += heard.old;
            twitch.heard.unknown += heard.unknown;
        });
    }

    fn show(&self, socket: twitch::Socket) {
        let identity = self.identity();
        self.parts.cell.edit_if_changed(|twitch| {
            twitch.sockets.insert(identity, socket);
        });
    }

    fn show_level(&self) {
        let (identity, shown) = (self.identity(), self.level.shown(self.identity()));
        let is_same = |twitch: &Twitch| twitch.subscriptions.iter().filter(|one| one.identity == identity).eq(&shown);
        if !self.parts.cell.with(is_same) {
            self.parts.cell.edit(|twitch| {
                twitch.subscriptions.retain(|one| one.identity != identity);
                twitch.subscriptions.extend(shown);
                twitch.subscriptions.sort_by_key(|one| one.identity);
            });
        }
    }

    fn off(&mut self) {
        self.level = Level::default();
        self.show_level();
        self.show(twitch::Socket::Off);
    }

    /// Waits before the next try; shorter where something else is wanted by then.
    async fn wait(&mut self, plan: &Plan, lost: &Lost) {
        let wait = self.backoff.next(clock::jitter());
        let (reason, until) = (lost.to_string(), UnixMs(clock::unix().0 + wait.as_millis() as i64));
        if !self.lost {
            self.note(Tone::Warn, &words::lost(&reason));
            self.lost = true;
        }
        // Nothing arrives now, whatever was active before.
        self.level = Level::fresh(&plan.wanted, &plan.channel, &plan.user, &plan.scopes);
        self.show_level();
        self.show(twitch::Socket::Waiting { reason: text::sentence(&reason), until });
        tokio::select! {
            () = sleep(wait) => {}
            () = self.parts.watch.until_other_than(plan) => {}
        }
    }

    fn note(&self, tone: Tone, text: &str) {
        let origin = match self.identity() {
            Identity::Broadcaster => "twitch",
            Identity::Bot => "twitch bot",
        };
        self.parts.journal.note(Topic::Link, tone, origin, text.to_owned());
    }

    async fn listen_for_ever(&mut self) {
        loop {
            let Some(plan) = self.parts.watch.plan() else {
                self.off();
                self.backoff.reset();
                self.parts.watch.changed().await;
                continue;
            };
            match self.listen(&plan).await {
                Ended::Replanned => self.backoff.reset(),
                Ended::Lost(lost) => self.wait(&plan, &lost).await,
            }
        }
    }
}

impl Session {
    /// Goes where Twitch asks to; the present socket is read meanwhile.
    fn follow(&mut self, plan: &Plan, url: String) {
        let base = plan.socket.clone();
        self.moves += 1;
        self.jobs.spawn(async move { Done::Moved(Box::new(Socket::follow(&base, &url).await)) });
    }

    fn is_moving(&self) -> bool {
        self.moves > 0
    }

    fn next_timer(&self, subscription: Option<Instant>) -> Instant {
        let old = self.old.as_ref().map(|(_, until)| *until);
        let usual = self.check.min(self.again).min(self.counters);
        [subscription, old].into_iter().flatten().fold(usual, Instant::min)
    }
}

fn now_plus(wait: Millis) -> Instant {
    Instant::now() + Duration::from(wait)
}

async fn next(socket: &mut Option<Socket>) -> Result<Frame, Lost> {
    match socket {
        Some(socket) => socket.next().await,
        None => pending().await,
    }
}

async fn next_old(old: &mut Option<(Socket, Instant)>) -> Result<Frame, Lost> {
    match old {
        Some((socket, _)) => socket.next().await,
        None => pending().await,
    }
}

impl Task for Listener {
    fn name(&self) -> &'static str {
        match self.identity() {
            Identity::Broadcaster => "twitch events",
            Identity::Bot => "twitch bot events",
        }
    }

    async fn run(&mut self, stop: CancellationToken) -> anyhow::Result<()> {
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.listen_for_ever() => {}
        }
        Ok(())
    }
}
