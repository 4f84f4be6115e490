//! One identity's EventSub connection: made, watched, made again. Frames become facts, chat messages and
//! happenings ([`take`]); subscriptions are kept on their level ([`super::reconcile`]).

mod pace;
mod session;
mod take;

pub use pace::Pace;

use super::plan::{Plan, Watch};
use super::reconcile::Level;
use super::refresh::Refresh;
use super::seen::{Seen, TheirClock};
use super::sent::Sent;
use super::tokens::Tokens;
use super::words;
use crate::adapters::twitch::eventsub::socket::{Lost, Socket};
use crate::adapters::twitch::eventsub::subscribe::Listed;
use crate::adapters::twitch::helix::Helix;
use crate::domain::chat::Identity;
use crate::domain::journal::{Tone, Topic};
use crate::domain::twitch::{self, Heard, Twitch};
use crate::kit::backoff::Backoff;
use crate::kit::clock;
use crate::kit::text;
use crate::kit::units::{Mono, UnixMs};
use crate::runtime::bus::Bus;
use crate::runtime::journal::Journal;
use crate::runtime::shared::Writer;
use crate::runtime::supervisor::Task;
use session::{Session, Step};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

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
    /// Every question was answered when the level was looked at last.
    settled: bool,
    clock: TheirClock,
    backoff: Backoff,
    heard: Heard,
    /// The loss is written down already.
    lost: bool,
}

/// Why listening ended.
enum Ended {
    /// Another connection is wanted now, or none.
    Replanned,
    Lost(Lost),
}

impl Listener {
    pub(super) fn new(parts: Parts) -> Self {
        let backoff = Backoff::new(parts.pace.waits.0, parts.pace.waits.1);
        let (level, clock, heard) = (Level::default(), TheirClock::default(), Heard::default());
        Self { parts, level, settled: false, clock, backoff, heard, lost: false }
    }

    fn identity(&self) -> Identity {
        self.parts.tokens.identity()
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

    /// Connects and listens until that ends.
    async fn listen(&mut self, plan: &Plan) -> Ended {
        self.show(twitch::Socket::Connecting);
        let opened = tokio::select! {
            opened = Socket::open(&plan.socket, self.parts.pace.welcome) => opened,
            () = self.parts.watch.until_elsewhere(plan) => return Ended::Replanned,
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
        self.begin(plan, &socket);
        let (base, tokens, pace) = (plan.socket.clone(), self.parts.tokens.clone(), self.parts.pace);
        let mut session = Session::new(base, helix, tokens, pace, socket);
        let (mut count, mut stirred) = (Instant::now() + COUNTERS, true);
        loop {
            if stirred {
                self.level_out(&mut session);
            }
            stirred = tokio::select! {
                step = session.next(self.level.due()) => match step {
                    Step::Lost(lost) => return Ended::Lost(lost),
                    step => self.step(&mut session, step),
                },
                () = self.parts.watch.changed() => match self.parts.watch.plan() {
                    Some(next) if next.is_same_connection(plan) => self.follow(&mut session, &next),
                    _ => return Ended::Replanned,
                },
                () = sleep_until(count) => {
                    count = Instant::now() + COUNTERS;
                    self.count();
                    false
                }
            };
        }
    }

    fn begin(&mut self, plan: &Plan, socket: &Socket) {
        (self.level, self.settled) = (Level::fresh(plan), false);
        self.clock.told(socket.session().at);
        self.show(twitch::Socket::Open { since: clock::unix() });
        self.note(Tone::Good, words::ARRIVE);
        self.lost = false;
        self.parts.refresh.now();
    }

    /// Whether the level has to be looked at.
    fn step(&mut self, session: &mut Session, step: Step) -> bool {
        match step {
            Step::Heard(frame) => return self.take(frame),
            Step::Moved(at) => self.clock.told(at),
            Step::Asked(wanted, answer) => {
                let unwanted = self.level.answered(wanted, answer, clock::mono());
                unwanted.into_iter().for_each(|id| session.give_back(id));
            }
            Step::Listed(asked, listed) => self.compare(session, &listed, asked),
            Step::Again => self.level.try_again(),
            Step::Due | Step::Lost(_) => {}
        }
        true
    }

    /// Asks for what is due and shows how it stands. Once everything is answered Helix is read again, for
    /// what changed before an answer was told by no event, and soon after that Twitch's own list.
    fn level_out(&mut self, session: &mut Session) {
        while let Some(question) = self.level.next(clock::mono()) {
            session.ask(question);
        }
        self.show_level();
        let settled = self.level.is_settled();
        if settled && !self.settled {
            self.parts.refresh.now();
            session.check_soon();
        }
        self.settled = settled;
    }

    fn follow(&mut self, session: &mut Session, plan: &Plan) -> bool {
        let unwanted = self.level.follow(plan);
        unwanted.into_iter().for_each(|id| session.give_back(id));
        true
    }

    fn compare(&mut self, session: &mut Session, listed: &[Listed], asked: Mono) {
        let lost = self.level.listed(listed, session.ids(), asked);
        if lost > 0 {
            session.check_soon();
            self.note(Tone::Warn, &words::vanished(lost));
        }
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
        self.level = Level::fresh(plan);
        self.show_level();
        self.show(twitch::Socket::Waiting { reason: text::sentence(&reason), until });
        tokio::select! {
            () = sleep(wait) => {}
            () = self.parts.watch.until_elsewhere(plan) => {}
        }
    }

    fn off(&mut self) {
        self.level = Level::default();
        self.show_level();
        self.show(twitch::Socket::Off);
    }

    /// Adds what was counted to the cell's counters.
    fn count(&mut self) {
        let heard = std::mem::take(&mut self.heard);
        if heard == Heard::default() {
            return;
        }
        self.parts.cell.edit(|twitch| {
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

    fn note(&self, tone: Tone, text: &str) {
        let origin = match self.identity() {
            Identity::Broadcaster => "twitch",
            Identity::Bot => "twitch bot",
        };
        self.parts.journal.note(Topic::Link, tone, origin, text.to_owned());
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
