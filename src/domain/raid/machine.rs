//! The machine: waits for the raid, counts down, stops, and ends in every case.
//!
//! Twitch's countdown and what follows a raid are two things: another raid may be asked for while the
//! stop after the first one still counts.

use super::asking::Asking;
use super::clocks::Clocks;
use super::ending::{Ending, Turn};
use super::follow::Follow;
use super::show::{SAME, Show, on_air, shifted};
use super::waiting::Waiting;
use super::{COUNT, Effect, Ended, Input, Kept, LATE, LIMIT, Now, Raid, RaidView, Sight, Spared, Stage, after, words};
use crate::domain::command::{OPPOSITE_ASKED, Outcome};
use crate::domain::journal::Tone;
use crate::domain::stream::{Obs, Output};
use crate::domain::twitch::OutgoingRaid;
use crate::kit::units::{Millis, Mono, UnixMs};

/// While something goes on, looks are so far apart at the most: a clock that was set is noticed.
const HEARTBEAT: Millis = Millis(1_000);

/// What it remembers.
#[derive(Clone, Debug, Default)]
pub struct Machine {
    pub(super) waiting: Option<Waiting>,
    pub(super) follow: Follow,
    pub(super) spared: Option<(Spared, Mono)>,
    /// OBS connects anew to the platform, which makes its duration begin anew.
    reconnecting: bool,
    /// The raid that was confirmed last: the same one may be told again, by event and by cell.
    pub(super) confirmed: Option<(String, Mono)>,
    /// The confirmation in the cell that was seen already.
    seen: Option<(String, UnixMs)>,
    /// The raid of ours that was seen in the cell already, by when it was asked.
    asked: Option<UnixMs>,
    pub(super) clocks: Clocks,
    ended: Option<Ended>,
}

impl Machine {
    /// A machine that finds what was kept before a restart.
    pub fn recall(now: Now, kept: Kept) -> (Self, Vec<Effect>) {
        let spared = kept.spared.filter(|spared| spared.until > now.unix).map(|spared| {
            let left = spared.until.since(now.unix).min(Millis(COUNT.0 + LATE.0));
            (spared, now.mono + left)
        });
        let mut machine = Self { spared, ..Self::default() };
        if let Some(asked) = kept.asked.filter(|asked| after(asked.due, Millis(LATE.0 + LIMIT.0)) > now.unix) {
            let cancelled = machine.spares(&asked.raid.to_id);
            machine.waiting = Some(Waiting::recalled(now, asked, cancelled));
        }
        let Some(wish) = kept.stop else { return (machine, Vec::new()) };
        let effects = match () {
            () if wish.deadline <= now.unix => machine.end(now, words::too_late(&wish.raid), true),
            // No moment before says anything about the shows of now.
            () if wish.show.raided > after(now.unix, SAME) => machine.end(now, words::set_back(&wish.raid), true),
            () => {
                let told = Effect::Tell(Tone::Warn, words::resumed(&wish.raid), None);
                machine.confirmed = Some((wish.raid.to_id.clone(), now.mono));
                machine.follow = Follow::Ending(Ending::recalled(now, wish));
                vec![told]
            }
        };
        (machine, effects)
    }

    /// One step.
    pub fn step(&mut self, now: Now, sight: &Sight<'_>, input: Input) -> Vec<Effect> {
        self.notice(now, sight.obs);
        let mut effects = match input {
            Input::Look => Vec::new(),
            Input::Raided(raid, at) => self.raided(now, sight, raid, at),
            Input::CalledOff(at) => self.called_off(now, at),
            Input::Cancel => self.cancel(now),
            Input::TookBack(outcome) => self.took_back(now, outcome),
            Input::StopNow => self.stop_now(now, sight),
            Input::Answered(outcome) => self.answered(now, &outcome),
        };
        effects.extend(self.hear_cell(now, sight));
        effects.extend(self.wait_on(now, sight));
        effects.extend(self.follow_on(now, sight));
        self.spared.take_if(|(_, until)| now.mono >= *until);
        effects
    }

    /// When the next look is needed at the latest.
    pub fn due(&self, now: Mono) -> Option<Mono> {
        let waiting = self.waiting.as_ref().map(|waiting| waiting.until);
        let spared = self.spared.as_ref().map(|(_, until)| *until);
        [waiting, self.follow.due(now), spared].into_iter().flatten().min().map(|due| due.min(now + HEARTBEAT))
    }

    /// What is to outlive the daemon, as it stands now.
    pub fn kept(&self) -> Option<Kept> {
        let jump = self.clocks.jump;
        let (asking, stop) = self.follow.kept(jump);
        let asked = self.waiting.as_ref().map(|waiting| waiting.kept(jump)).or(asking);
        let kept = Kept { asked, spared: self.spared.as_ref().map(|(spared, _)| spared.clone()), stop };
        (kept != Kept::default()).then_some(kept)
    }

    /// What pages show.
    pub fn view(&self, now: Mono) -> RaidView {
        let next = self.waiting.as_ref().map(|waiting| waiting.raid.to_name.clone());
        let (stage, next) = match self.follow.view(now) {
            Some(stage) => (stage, next),
            None => (self.waiting.as_ref().map_or(Stage::Idle, Waiting::view), None),
        };
        RaidView { stage, next, ended: self.ended.clone() }
    }

    /// Looks at OBS and at the clocks.
    fn notice(&mut self, now: Now, obs: &Obs) {
        let away = !obs.is_connected();
        match obs.output.filter(|_| !away) {
            Some(Output::Stopped | Output::Starting) => {
                self.reconnecting = false;
                // A stop that did not succeed has come about after all.
                self.ended.iter_mut().for_each(|ended| ended.bad = false);
            }
            Some(Output::Reconnecting) => self.reconnecting = true,
            _ => self.reconnecting &= !away,
        }
        let jump = self.clocks.look(now);
        if jump != 0 {
            self.shift_moments(jump);
        }
        // OBS's show is computed anew when it comes back, by the clock as it is then.
        if std::mem::replace(&mut self.clocks.away, away) || away {
            self.shift_shows();
        }
    }

    /// Timers go on as they were; moments are told by the new time.
    fn shift_moments(&mut self, jump: i64) {
        if let Some((spared, _)) = &mut self.spared {
            spared.until = shifted(spared.until, jump);
        }
        if let Some(waiting) = &mut self.waiting {
            waiting.due = shifted(waiting.due, jump);
        }
        self.follow.shift_moments(jump);
    }

    fn shift_shows(&mut self) {
        let jump = std::mem::take(&mut self.clocks.jump);
        if let Some(waiting) = &mut self.waiting {
            waiting.shift_show(jump);
        }
        self.follow.shift_show(jump);
    }

    fn raided(&mut self, now: Now, sight: &Sight<'_>, raid: Raid, at: UnixMs) -> Vec<Effect> {
        let awaited = self.waiting.take_if(|waiting| waiting.raid.to_id == raid.to_id).is_some();
        let is_told = |known: &(String, Mono)| known.0 == raid.to_id && now.mono.since(known.1) < COUNT;
        if !awaited && self.confirmed.as_ref().is_some_and(is_told) {
            return Vec::new();
        }
        self.confirmed = Some((raid.to_id.clone(), now.mono));
        let spared = self.spares(&raid.to_id);
        self.spared.take_if(|_| spared);
        let show = Show { began: on_air(sight.obs), raided: went_out(now, at) };
        let then = match () {
            () if matches!(self.follow, Follow::Ending(_)) => {
                return vec![Effect::Tell(Tone::Info, words::raided(&raid, words::ENDING_ALREADY), Some(raid))];
            }
            () if spared => words::SPARED,
            () if !sight.rule.enabled => words::STAYS_ON,
            () if sight.obs.is_live() == Some(false) => words::NOT_STREAMING,
            () if show.began.is_some_and(|began| began > after(show.raided, SAME)) => words::LATER_SHOW,
            () => {
                let text = words::raided(&raid, &words::then_stop(sight.rule));
                self.want(now, raid.clone(), show, sight.rule.delay);
                return vec![Effect::Tell(Tone::Good, text, Some(raid))];
            }
        };
        self.follow = Follow::Nothing;
        let text = words::raided(&raid, then);
        self.ended = Some(Ended { at: now.unix, text: text.clone(), bad: false });
        vec![Effect::Tell(Tone::Info, text, Some(raid))]
    }

    pub(super) fn want(&mut self, now: Now, raid: Raid, show: Show, delay: Millis) {
        self.ended = None;
        self.follow = Follow::Ending(Ending::new(now, raid, show, delay));
    }

    /// Chat may tell it late, when the next raid is asked for already.
    fn called_off(&mut self, now: Now, at: UnixMs) -> Vec<Effect> {
        let is_this = |waiting: &mut Waiting| after(at, COUNT) >= waiting.due;
        let Some(waiting) = self.waiting.take_if(is_this) else { return Vec::new() };
        self.no_raid(now, words::called_off(&waiting.raid))
    }

    /// Twitch counts no more; a stop that is wanted after the raid before stays wanted.
    pub(super) fn no_raid(&mut self, now: Now, text: String) -> Vec<Effect> {
        if matches!(self.follow, Follow::Ending(_)) {
            return vec![Effect::Tell(Tone::Info, text, None)];
        }
        self.end(now, text, false)
    }

    fn answered(&mut self, now: Now, outcome: &Outcome) -> Vec<Effect> {
        let Follow::Ending(ending) = &mut self.follow else { return Vec::new() };
        if !ending.in_flight {
            return Vec::new();
        }
        if outcome.text() == OPPOSITE_ASKED {
            let text = words::opposed(&ending.wish.raid);
            return self.end(now, text, false);
        }
        let told = ending.answered(now, outcome);
        told.map(|text| Effect::Tell(Tone::Warn, text, None)).into_iter().collect()
    }

    /// The raid as it stands in the Twitch cell.
    fn hear_cell(&mut self, now: Now, sight: &Sight<'_>) -> Vec<Effect> {
        let Some(out) = &sight.twitch.raid else { return Vec::new() };
        if let Some(at) = out.confirmed_at {
            let news = (out.to_id.clone(), at);
            let known = self.seen.replace(news.clone()).is_some_and(|seen| seen == news);
            return if known { Vec::new() } else { self.raided(now, sight, raid_of(out), at) };
        }
        let Some(at) = out.asked_at.filter(|at| self.asked != Some(*at)) else { return Vec::new() };
        (self.asked, self.spared) = (Some(at), None);
        self.waiting = Some(Waiting::new(now, sight, raid_of(out), at));
        match &self.follow {
            // Who can raid again has the viewers still.
            Follow::Asking(asking) => self.end(now, words::unanswered(&asking.raid), false),
            _ => Vec::new(),
        }
    }

    fn wait_on(&mut self, now: Now, sight: &Sight<'_>) -> Vec<Effect> {
        let Some(waiting) = &mut self.waiting else { return Vec::new() };
        waiting.look(sight.twitch);
        if !waiting.recalled && self.asked != sight.twitch.raid.as_ref().and_then(|raid| raid.asked_at) {
            let text = if waiting.cancelled { words::spared(&waiting.raid) } else { words::no_longer(&waiting.raid) };
            self.waiting = None;
            return self.no_raid(now, text);
        }
        let over = now.mono >= waiting.until;
        let waiting = self.waiting.take_if(|_| over);
        waiting.map(|waiting| self.unconfirmed(now, sight, waiting)).unwrap_or_default()
    }

    /// Its time is over and nobody told that it went out.
    fn unconfirmed(&mut self, now: Now, sight: &Sight<'_>, waiting: Waiting) -> Vec<Effect> {
        let raid = &waiting.raid;
        let text = match () {
            () if matches!(self.follow, Follow::Ending(_)) => return Vec::new(),
            () if !waiting.deaf => words::unsent(raid),
            () if waiting.cancelled || !sight.rule.enabled => words::unheard(raid),
            () if waiting.is_over(sight) => words::moot(raid),
            () => {
                let told = Effect::Tell(Tone::Bad, words::unknown(raid), None);
                self.follow = Follow::Asking(Asking::new(now, waiting));
                return vec![told];
            }
        };
        self.end(now, text, false)
    }

    fn follow_on(&mut self, now: Now, sight: &Sight<'_>) -> Vec<Effect> {
        match &mut self.follow {
            Follow::Nothing => Vec::new(),
            Follow::Asking(asking) => match asking.is_moot(now, sight) {
                Some(text) => self.end(now, text, false),
                None => Vec::new(),
            },
            Follow::Ending(ending) => match ending.look(now, sight, self.reconnecting) {
                Turn::Wait => Vec::new(),
                Turn::Ask => vec![Effect::Stop],
                Turn::Over(text, bad) => self.end(now, text, bad),
                Turn::Stopped => {
                    let raid = ending.wish.raid.clone();
                    let said = sight.rule.message.as_ref().map(|text| Effect::Say(words::chat(text, &raid)));
                    self.end(now, words::stopped(&raid), false).into_iter().chain(said).collect()
                }
            },
        }
    }

    /// Back to rest, with a line about it.
    pub(super) fn end(&mut self, now: Now, text: String, bad: bool) -> Vec<Effect> {
        self.follow = Follow::Nothing;
        self.ended = Some(Ended { at: now.unix, text: text.clone(), bad });
        vec![Effect::Tell(if bad { Tone::Bad } else { Tone::Info }, text, None)]
    }
}

/// When the raid went out. An event may be minutes late; a time that cannot be is a clock that is wrong.
fn went_out(now: Now, at: UnixMs) -> UnixMs {
    if at <= now.unix && now.unix.since(at) <= LIMIT { at } else { now.unix }
}

fn raid_of(out: &OutgoingRaid) -> Raid {
    Raid { to_id: out.to_id.clone(), to_name: out.to_name.clone(), viewers: out.viewers }
}
