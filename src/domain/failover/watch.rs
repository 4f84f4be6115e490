//! One feed under watch: what its readings mean, what its witnesses say, and since when.

use super::Class;
use super::classify::{Verdict, classify, verdict};
use super::measure::{Measured, Meter};
use super::rules::{Frozen, Rules};
use super::scenes::Media;
use super::timers::{Flaps, Since};
use super::words;
use crate::domain::ids::FeedId;
use crate::domain::signal::{Publisher, Sample, Witness};
use crate::kit::units::{Millis, Mono};

/// A reading older than this says nothing any more: whoever polls has stopped doing so.
const OUTDATED: Millis = Millis(15_000);
/// A rate that dips just below the limit must do so for this long: swings of up to a minute, and noise,
/// are not news.
const SHALLOW_AFTER: Millis = Millis(90_000);
/// A picture that has not changed for this long stands still; a camera's picture never does.
const FROZEN_AFTER: Millis = Millis(8000);
/// OBS tells only by its second reading that a picture moves; until then the kernel's word is enough.
const FIRST_LOOK: Millis = Millis(3000);
/// Work on an ingest is announced for no longer than this.
const WORK_MOST: Millis = Millis(300_000);

/// See the module's head.
#[derive(Clone, Debug)]
pub struct Watch {
    id: FeedId,
    meter: Meter,
    verdict: Verdict,
    measured: Measured,
    /// Since when the feed has been good, weak, lost or unreadable.
    pub(super) since: Since,
    read_at: Mono,
    media: Media,
    kernel: Option<Witness>,
    /// The server's process that named the publisher last.
    named_by: Option<String>,
    /// The first reading.
    first: Option<Mono>,
    session: Option<String>,
    work: Option<Work>,
    down: bool,
    drops: Flaps,
}

/// Announced work on the ingest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// What is done, in plain words.
    pub why: String,
    /// When it ends at the latest.
    pub until: Mono,
    /// The session that was on when it began; another one ends it.
    session: Option<String>,
}

impl Watch {
    /// A feed of which nothing is known yet.
    pub fn new(id: FeedId) -> Self {
        Self {
            id,
            meter: Meter::default(),
            verdict: verdict(Class::Unknown, "not polled yet".to_owned()),
            measured: Measured::default(),
            since: Since::default(),
            read_at: Mono(0),
            media: Media::default(),
            kernel: None,
            named_by: None,
            first: None,
            session: None,
            work: None,
            down: false,
            drops: Flaps::default(),
        }
    }

    /// The feed.
    pub fn id(&self) -> &FeedId {
        &self.id
    }

    /// The newest class with its reason.
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// The newest measurement.
    pub fn measured(&self) -> &Measured {
        &self.measured
    }

    /// The newest class.
    pub fn class(&self) -> Class {
        self.verdict.class
    }

    /// When it was read last.
    pub fn read_at(&self) -> Mono {
        self.read_at
    }

    /// Announced work that is not over.
    pub fn work(&self) -> Option<&Work> {
        self.work.as_ref()
    }

    /// It has been lost for its time, and not yet good again for its time.
    pub fn is_down(&self) -> bool {
        self.down
    }

    /// Takes in a sample.
    pub fn read(&mut self, now: Mono, sample: &Sample, rules: &Rules) {
        self.measured = self.meter.push(sample);
        self.kernel = sample.witness;
        self.first.get_or_insert(sample.at);
        self.end_work(now, sample);
        self.verdict = self.judge(sample, rules);
        if sample.publisher == Publisher::Present {
            self.named_by.clone_from(&sample.server_epoch);
            self.session.clone_from(&sample.session);
        }
        self.since.see(now, &self.verdict, &self.measured, sample.at);
        self.read_at = now;
    }

    /// Takes in what OBS shows of it.
    pub fn look(&mut self, now: Mono, media: Media) {
        self.media = media;
        self.since.see_media(now, media.moving);
    }

    /// Takes in that time has passed.
    pub fn settle(&mut self, now: Mono, rules: &Rules) {
        self.doubt_old_news(now);
        self.latch(now, rules);
    }

    /// Everything that holds counts from now on.
    pub fn restart(&mut self, now: Mono) {
        self.since.restart(now);
    }

    /// Why it is lost, with how long.
    pub fn lost_reason(&self, now: Mono) -> String {
        match self.class() {
            Class::Unknown => {
                let reason = self.reason_since(now, self.since.unknown);
                match self.kernel {
                    Some(seen) => format!("{reason}, and nothing has come in for {}", seen.last_received),
                    None => format!("{reason}, {}", words::STILL),
                }
            }
            Class::Absent => self.reason_since(now, self.since.absent),
            _ => self.reason_since(now, self.since.lost),
        }
    }

    /// The newest reason, with how long it has been so.
    pub fn reason_since(&self, now: Mono, since: Option<Mono>) -> String {
        // These reasons end with how long already.
        let says_so = self.class() == Class::Stalled || self.frozen_for().is_some();
        let lasting = since.map(|at| now.since(at)).filter(|span| span.0 >= 100 && !says_so);
        match lasting {
            Some(span) => format!("{} for {span}", self.verdict.reason),
            None => self.verdict.reason.clone(),
        }
    }

    /// OBS is known to stand still on it.
    pub fn stands_still(&self) -> bool {
        self.media.moving == Some(false)
    }

    /// Work on the ingest begins: what looks like an outage meanwhile is not one.
    pub fn expect_work(&mut self, now: Mono, span: Millis, why: &str) {
        let until = now + span.min(WORK_MOST);
        self.work = Some(Work { why: why.to_owned(), until, session: self.session.clone() });
    }

    /// When it counts as lost, if it goes on like this.
    pub fn lost_due(&self, rules: &Rules) -> Option<Mono> {
        let lost = self.since.lost.map(|at| at + rules.stall_after);
        match self.class() {
            Class::Absent => lost.into_iter().chain(self.since.absent.map(|at| at + rules.absent_after)).min(),
            Class::Stalled | Class::Bad | Class::Warming => lost,
            Class::Unknown => self.unwitnessed_due(rules),
            _ => None,
        }
    }

    /// When it counts as weak, if it goes on like this; `earliest` is the end of the shortest stay.
    pub fn weak_due(&self, earliest: Mono, rules: &Rules) -> Option<Mono> {
        if self.class() == Class::Unknown {
            return None;
        }
        if self.measured.running_dry && self.class() == Class::Low {
            return Some(earliest);
        }
        let swing = self.since.weak.map(|at| at + rules.low_after.max(SHALLOW_AFTER));
        let long = self.since.deep.map(|at| at + rules.low_after);
        let short = self.since.severe.map(|at| at + rules.low_after_severe);
        swing.into_iter().chain(long).chain(short).min().map(|at| at.max(earliest))
    }

    /// When it is no longer worth anything that it was read.
    pub fn outdated_at(&self) -> Mono {
        self.read_at + OUTDATED
    }

    /// When [`Watch::is_down`] turns, if it goes on like this.
    pub fn turns_at(&self, rules: &Rules) -> Option<Mono> {
        if self.down {
            let usable = self.since.usable.filter(|_| matches!(self.class(), Class::Low | Class::Mid | Class::Good));
            usable.map(|at| at + self.stretched(rules.recover_low, rules))
        } else {
            self.lost_due(rules)
        }
    }

    /// A time for which it is to be good, stretched by how often it was lost of late.
    pub fn stretched(&self, base: Millis, rules: &Rules) -> Millis {
        self.drops.stretch(base, rules)
    }

    /// A witness saw it running although its statistics say nothing of use.
    pub fn is_vouched_for(&self, rules: &Rules) -> bool {
        self.media.moving == Some(true) || self.kernel.is_some_and(|seen| seen.last_received < rules.stall_after)
    }

    /// How long the picture has stood still although bytes arrive, once that is certain.
    pub fn frozen_for(&self) -> Option<Millis> {
        self.media.picture.map(|picture| picture.still_for()).filter(|span| *span >= FROZEN_AFTER)
    }

    fn judge(&self, sample: &Sample, rules: &Rules) -> Verdict {
        let found = classify(sample, &self.measured, rules);
        let nothing = matches!(found.class, Class::Absent | Class::Stalled | Class::Bad | Class::Warming);
        if let Some(work) = self.work.as_ref().filter(|_| nothing || found.class == Class::Unknown) {
            return verdict(Class::Unknown, format!("work on the ingest: {}", work.why));
        }
        if found.class == Class::Absent && self.is_reloaded(sample) && self.is_vouched_for(rules) {
            let reason = "the ingest server was reloaded and no longer names the publisher, but the feed still runs";
            return verdict(Class::Unknown, reason.to_owned());
        }
        if found.class == Class::Absent && self.runs_unnamed(sample, rules) {
            let reason = "the ingest server names no publisher, but the feed runs";
            return verdict(Class::Unknown, reason.to_owned());
        }
        let fine = matches!(found.class, Class::Mid | Class::Good) && rules.frozen_picture == Frozen::Switch;
        match self.frozen_for().filter(|_| fine) {
            Some(span) => verdict(Class::Low, format!("{}, but its picture has stood still for {span}", found.reason)),
            None => found,
        }
    }

    /// Another process answers than the one that named the publisher (nginx after a reload: the old
    /// worker still carries the stream and is never asked again).
    fn is_reloaded(&self, sample: &Sample) -> bool {
        self.named_by.is_some() && sample.server_epoch.is_some() && self.named_by != sample.server_epoch
    }

    /// The same when the reload was before our own start: no process has named the publisher to us. The
    /// kernel may mean another publisher on the same port, so in the end OBS's picture decides.
    fn runs_unnamed(&self, sample: &Sample, rules: &Rules) -> bool {
        let unnamed = self.named_by.is_none() && sample.server_epoch.is_some();
        let new = self.first.is_some_and(|first| sample.at.since(first) < FIRST_LOOK);
        let early = new && self.media.moving.is_none() && self.is_vouched_for(rules);
        unnamed && (self.media.moving == Some(true) || early)
    }

    fn end_work(&mut self, now: Mono, sample: &Sample) {
        let another = |work: &Work| sample.session.is_some() && sample.session != work.session;
        if self.work.as_ref().is_some_and(|work| now >= work.until || (another(work) && self.measured.picture)) {
            self.work = None;
        }
    }

    fn doubt_old_news(&mut self, now: Mono) {
        if self.class() != Class::Unknown && now.since(self.read_at) >= OUTDATED {
            self.verdict = verdict(Class::Unknown, format!("nothing has been heard of the ingest for {OUTDATED}"));
            self.measured = Measured::default();
            self.kernel = None;
            self.since.see(now, &self.verdict, &self.measured, now);
        }
    }

    fn latch(&mut self, now: Mono, rules: &Rules) {
        if self.turns_at(rules).is_some_and(|at| at <= now) {
            self.down = !self.down;
            if self.down {
                self.drops.drop(now, rules);
            }
        }
    }

    /// Unreadable statistics are no verdict. The feed is gone only when no witness sees it running and
    /// one sees that it does not: at once where the kernel receives nothing any more, later where only
    /// OBS's picture stands still. Without a witness the scene is left alone.
    fn unwitnessed_due(&self, rules: &Rules) -> Option<Mono> {
        let unknown = self.since.unknown?;
        if self.work.is_some() || self.is_vouched_for(rules) {
            return None;
        }
        // Not vouched for, so what the kernel last received is older than a stall.
        let by_kernel = self.kernel.map(|_| unknown + rules.absent_after);
        let by_picture = self.since.still.map(|still| (unknown + rules.unknown_hold).max(still + rules.stall_after));
        by_kernel.into_iter().chain(by_picture).min()
    }
}
