//! The machine: waits for the raid, counts down, stops, and ends in every case.

use super::{
    COUNT, Effect, Ended, Input, Kept, LATE, LIMIT, Now, Raid, RaidView, SAME, Show, Sight, Stage, Wish, words,
};
use crate::domain::command::{OPPOSITE_ASKED, Outcome};
use crate::domain::journal::Tone;
use crate::domain::stream::{Obs, Output};
use crate::domain::twitch::{OutgoingRaid, Twitch};
use crate::domain::twitch_features::RAID_OUT;
use crate::kit::units::{Millis, Mono, UnixMs};

/// Waits between two tries to stop: 2, 4, 8, then 15 s.
const PAUSES: [Millis; 4] = [Millis(2_000), Millis(4_000), Millis(8_000), Millis(15_000)];

/// No delay and deadline together are longer (RAID_AUTO_STOP_DELAY ends at an hour).
const LONGEST: Millis = Millis(4_200_000);

/// What it remembers.
#[derive(Clone, Debug, Default)]
pub struct Machine {
    state: State,
    /// When the show began that OBS spoke of last.
    show: Option<UnixMs>,
    /// OBS connects anew to the platform, which makes its duration begin anew.
    reconnecting: bool,
    /// The raid that was confirmed last: the same one may be told again, by event and by cell.
    confirmed: Option<(String, Mono)>,
    /// The confirmation in the cell that was seen already.
    seen: Option<(String, UnixMs)>,
    /// The raid of ours that was seen in the cell already, by when it was asked.
    asked: Option<UnixMs>,
    /// A person cancelled the raid to this channel.
    spared: Option<(String, Mono)>,
    ended: Option<Ended>,
}

#[derive(Clone, Debug, Default)]
enum State {
    #[default]
    Idle,
    Waiting(Waiting),
    Asking(Asking),
    Ending(Ending),
}

#[derive(Clone, Debug)]
struct Waiting {
    raid: Raid,
    due: Now,
    /// EventSub was away at some moment since: the event may be missed.
    deaf: bool,
    hears: bool,
    spared: bool,
    show: Option<UnixMs>,
    /// From before a restart of the daemon: the cell knows nothing of it.
    recalled: bool,
}

#[derive(Clone, Debug)]
struct Asking {
    raid: Raid,
    until: Now,
    show: Show,
}

#[derive(Clone, Debug)]
struct Ending {
    wish: Wish,
    stop_at: Mono,
    deadline: Mono,
    tries: u32,
    /// Not before.
    next: Mono,
    in_flight: bool,
    answer: Option<String>,
}

impl Machine {
    /// A machine that finds what was kept before a restart.
    pub fn recall(now: Now, kept: Kept) -> (Self, Vec<Effect>) {
        let mut machine = Self::default();
        let in_time = kept.deadline() > now.unix;
        let wish = match kept {
            Kept::Asked { raid, due } if in_time => {
                let due = Now { mono: now.mono + due.since(now.unix).min(COUNT), unix: due };
                machine.state = State::Waiting(Waiting::recalled(raid, due));
                return (machine, Vec::new());
            }
            Kept::Asked { .. } => return (machine, vec![Effect::Forget]),
            Kept::Stop(wish) => wish,
        };
        if !in_time {
            let effects = machine.end(now, words::too_late(&wish.raid), true);
            return (machine, effects);
        }
        // A clock that was set back while nobody looked must not stretch the wait.
        let ahead = |at: UnixMs| now.mono + at.since(now.unix).min(LONGEST);
        let told = vec![Effect::Tell(Tone::Warn, words::resumed(&wish.raid), None)];
        machine.confirmed = Some((wish.raid.to_id.clone(), now.mono));
        machine.state = State::Ending(Ending::new(ahead(wish.stop_at), ahead(wish.deadline), wish));
        (machine, told)
    }

    /// One step.
    pub fn step(&mut self, now: Now, sight: &Sight<'_>, input: Input) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.notice(sight.obs);
        match input {
            Input::Look => {}
            Input::Raided(raid, at) => effects.extend(self.raided(now, sight, raid, at)),
            Input::Cancel => effects.extend(self.cancel(now)),
            Input::StopNow => effects.extend(self.stop_now(now, sight)),
            Input::Answered(outcome) => effects.extend(self.answered(now, &outcome)),
        }
        effects.extend(self.hear_cell(now, sight));
        effects.extend(self.go_on(now, sight));
        effects
    }

    /// When the next look is needed at the latest.
    pub fn due(&self) -> Option<Mono> {
        match &self.state {
            State::Idle => None,
            State::Waiting(waiting) => Some(waiting.due.mono + LATE),
            State::Asking(asking) => Some(asking.until.mono),
            State::Ending(ending) if ending.in_flight => Some(ending.deadline),
            State::Ending(ending) => Some(ending.next.max(ending.stop_at).min(ending.deadline)),
        }
    }

    /// What pages show.
    pub fn view(&self, now: Mono) -> RaidView {
        let stage = match &self.state {
            State::Idle => Stage::Idle,
            State::Waiting(waiting) => Stage::Waiting {
                to: waiting.raid.to_name.clone(),
                until: waiting.due.unix,
                heard: waiting.hears,
                spared: waiting.spared,
            },
            State::Asking(asking) => Stage::Asking { to: asking.raid.to_name.clone(), until: asking.until.unix },
            State::Ending(ending) => ending.view(now),
        };
        RaidView { stage, ended: self.ended.clone() }
    }

    /// Remembers the show while OBS tells of one.
    fn notice(&mut self, obs: &Obs) {
        if !obs.is_connected() {
            self.reconnecting = false;
            return;
        }
        match obs.output {
            Some(Output::Stopped | Output::Starting) => {
                (self.show, self.reconnecting) = (None, false);
                // A stop that did not succeed has come about after all.
                self.ended.iter_mut().for_each(|ended| ended.bad = false);
            }
            Some(Output::Reconnecting) => self.reconnecting = true,
            _ => {}
        }
        if let (Some(true), Some(began)) = (obs.is_live(), obs.live_since) {
            self.show = Some(began);
        }
    }

    /// When the present show began. What was known before OBS went away may be of the show before.
    fn on_air(&self, obs: &Obs) -> Option<UnixMs> {
        self.show.filter(|_| obs.is_connected())
    }

    fn raided(&mut self, now: Now, sight: &Sight<'_>, raid: Raid, at: UnixMs) -> Vec<Effect> {
        let is_told = |known: &(String, Mono)| known.0 == raid.to_id && now.mono.since(known.1) < COUNT;
        if self.confirmed.as_ref().is_some_and(is_told) {
            return Vec::new();
        }
        self.confirmed = Some((raid.to_id.clone(), now.mono));
        let spared = self.spared.take_if(|spared| spared.0 == raid.to_id).is_some_and(|s| now.mono.since(s.1) < LIMIT);
        let raided = went_out(now, at);
        let then = match () {
            () if matches!(self.state, State::Ending(_)) => {
                return vec![Effect::Tell(Tone::Info, words::raided(&raid, words::ENDING_ALREADY), Some(raid))];
            }
            () if spared => words::SPARED,
            () if !sight.rule.enabled => words::STAYS_ON,
            () if sight.obs.is_live() == Some(false) => words::NOT_STREAMING,
            () if self.on_air(sight.obs).is_some_and(|began| began.0 > raided.0.saturating_add_unsigned(SAME.0)) => {
                words::LATER_SHOW
            }
            () => return self.count_down(now, sight, raid, raided),
        };
        self.state = State::Idle;
        let text = words::raided(&raid, then);
        self.ended = Some(Ended { at: now.unix, text: text.clone(), bad: false });
        vec![Effect::Forget, Effect::Tell(Tone::Info, text, Some(raid))]
    }

    fn count_down(&mut self, now: Now, sight: &Sight<'_>, raid: Raid, raided: UnixMs) -> Vec<Effect> {
        let text = words::raided(&raid, &words::then_stop(sight.rule));
        let told = Effect::Tell(Tone::Good, text, Some(raid.clone()));
        vec![told, self.wish(now, raid, Show { began: self.on_air(sight.obs), raided }, sight.rule.delay)]
    }

    fn wish(&mut self, now: Now, raid: Raid, show: Show, delay: Millis) -> Effect {
        let stop_at = now.mono + delay;
        let later = |span: Millis| UnixMs(now.unix.0.saturating_add_unsigned(span.0));
        let deadline = later(Millis(delay.0 + LIMIT.0));
        let wish = Wish { raid, show, stop_at: later(delay), deadline };
        self.ended = None;
        self.state = State::Ending(Ending::new(stop_at, stop_at + LIMIT, wish.clone()));
        Effect::Keep(Kept::Stop(wish))
    }

    fn cancel(&mut self, now: Now) -> Vec<Effect> {
        let done = |text: &str| Effect::Answer(Outcome::Done(text.to_owned()));
        match &mut self.state {
            // One that was begun on Twitch's own page is not known here before it goes out.
            State::Idle => vec![Effect::TakeBack],
            State::Waiting(waiting) => {
                waiting.spared = true;
                self.spared = Some((waiting.raid.to_id.clone(), now.mono));
                vec![Effect::Forget, Effect::TakeBack]
            }
            State::Asking(asking) => {
                let raid = asking.raid.clone();
                self.spared = Some((raid.to_id.clone(), now.mono));
                [vec![done(words::GOES_ON)], self.end(now, words::cancelled(&raid), false)].concat()
            }
            State::Ending(ending) => {
                let said = if ending.in_flight { words::ASKED_ALREADY } else { words::GOES_ON };
                let text = words::cancelled(&ending.wish.raid);
                [vec![done(said)], self.end(now, text, false)].concat()
            }
        }
    }

    fn stop_now(&mut self, now: Now, sight: &Sight<'_>) -> Vec<Effect> {
        let failed = |text: &str| vec![Effect::Answer(Outcome::Failed(text.to_owned()))];
        match &mut self.state {
            State::Idle => failed(words::NO_RAID),
            State::Waiting(_) => failed(words::NOT_YET),
            State::Asking(_) if sight.obs.is_live() == Some(false) => failed(words::OFF_AIR),
            State::Asking(asking) => {
                let (raid, show) = (asking.raid.clone(), asking.show);
                self.confirmed = Some((raid.to_id.clone(), now.mono));
                let kept = self.wish(now, raid, show, Millis(0));
                vec![kept, Effect::Answer(Outcome::Done(words::STOPS.to_owned()))]
            }
            State::Ending(ending) => {
                ending.stop_at = now.mono.min(ending.stop_at);
                ending.wish.stop_at = ending.wish.stop_at.min(now.unix);
                let kept = Effect::Keep(Kept::Stop(ending.wish.clone()));
                vec![kept, Effect::Answer(Outcome::Done(words::STOPS.to_owned()))]
            }
        }
    }

    fn answered(&mut self, now: Now, outcome: &Outcome) -> Vec<Effect> {
        let State::Ending(ending) = &mut self.state else { return Vec::new() };
        if !std::mem::take(&mut ending.in_flight) {
            return Vec::new();
        }
        if outcome.text() == OPPOSITE_ASKED {
            let text = words::opposed(&ending.wish.raid);
            return self.end(now, text, false);
        }
        let pause = PAUSES[usize::try_from(ending.tries.saturating_sub(1)).unwrap_or(usize::MAX).min(PAUSES.len() - 1)];
        ending.next = now.mono + pause;
        if outcome.is_done() {
            return Vec::new();
        }
        ending.answer = Some(outcome.text().to_owned());
        vec![Effect::Tell(Tone::Warn, words::refused(ending.tries, outcome.text()), None)]
    }

    /// The raid as it stands in the Twitch cell.
    fn hear_cell(&mut self, now: Now, sight: &Sight<'_>) -> Vec<Effect> {
        let Some(out) = &sight.twitch.raid else { return Vec::new() };
        if let Some(at) = out.confirmed_at {
            let news = (out.to_id.clone(), at);
            let known = self.seen.replace(news.clone()).is_some_and(|seen| seen == news);
            return if known { Vec::new() } else { self.raided(now, sight, raid_of(out), at) };
        }
        if let Some(at) = out.asked_at.filter(|at| self.asked != Some(*at)) {
            self.asked = Some(at);
            if !matches!(self.state, State::Ending(_)) {
                let waiting = Waiting::new(now, raid_of(out), at, self.on_air(sight.obs));
                let kept = Kept::Asked { raid: waiting.raid.clone(), due: waiting.due.unix };
                self.state = State::Waiting(waiting);
                return vec![Effect::Keep(kept)];
            }
        }
        Vec::new()
    }

    fn go_on(&mut self, now: Now, sight: &Sight<'_>) -> Vec<Effect> {
        match &mut self.state {
            State::Idle => Vec::new(),
            State::Waiting(waiting) => {
                waiting.look(sight.twitch);
                if !waiting.recalled && self.asked != sight.twitch.raid.as_ref().and_then(|raid| raid.asked_at) {
                    // Taken back, by whomever; the order's own line says so.
                    self.state = State::Idle;
                    return vec![Effect::Forget];
                }
                if now.mono < waiting.due.mono + LATE { Vec::new() } else { self.unconfirmed(now, sight) }
            }
            State::Asking(asking) => {
                let over = is_over(sight.obs, &asking.show);
                let text = if over { words::moot(&asking.raid) } else { words::unanswered(&asking.raid) };
                if over || now.mono >= asking.until.mono { self.end(now, text, false) } else { Vec::new() }
            }
            State::Ending(_) => self.bring_to_end(now, sight),
        }
    }

    /// Its time is over and nobody told that it went out.
    fn unconfirmed(&mut self, now: Now, sight: &Sight<'_>) -> Vec<Effect> {
        let State::Waiting(waiting) = std::mem::take(&mut self.state) else { return Vec::new() };
        let show = Show { began: waiting.show, raided: waiting.due.unix };
        if waiting.spared || !waiting.deaf || !sight.rule.enabled || is_over(sight.obs, &show) {
            return self.end(now, words::unsent(&waiting.raid), false);
        }
        let until = Now { mono: now.mono + LIMIT, unix: UnixMs(now.unix.0.saturating_add_unsigned(LIMIT.0)) };
        let told = Effect::Tell(Tone::Bad, words::unknown(&waiting.raid), None);
        self.state = State::Asking(Asking { raid: waiting.raid, until, show });
        vec![told]
    }

    fn bring_to_end(&mut self, now: Now, sight: &Sight<'_>) -> Vec<Effect> {
        let State::Ending(ending) = &mut self.state else { return Vec::new() };
        let raid = ending.wish.raid.clone();
        let mut effects = Vec::new();
        match seen(sight.obs, &ending.wish.show) {
            Seen::Over => {
                let mut effects = self.end(now, words::stopped(&raid), false);
                effects.extend(sight.rule.message.as_ref().map(|text| Effect::Say(words::chat(text, &raid))));
                return effects;
            }
            // A new connection to the platform within the same show, seen from beginning to end.
            Seen::Another(Some(began)) if self.reconnecting => {
                ending.wish.show.began = Some(began);
                effects.push(Effect::Keep(Kept::Stop(ending.wish.clone())));
            }
            Seen::Another(_) => return self.end(now, words::another(&raid), false),
            Seen::Same | Seen::Unknown => {}
        }
        if now.mono >= ending.deadline {
            let text = words::given_up(&raid, ending.answer.as_deref());
            return self.end(now, text, true);
        }
        if sight.obs.is_live() == Some(true) && sight.obs.live_since.is_some() {
            effects.extend(ending.ask(now.mono));
        }
        effects
    }

    /// Back to rest: the line, and nothing left over in the store.
    fn end(&mut self, now: Now, text: String, bad: bool) -> Vec<Effect> {
        self.state = State::Idle;
        self.ended = Some(Ended { at: now.unix, text: text.clone(), bad });
        vec![Effect::Forget, Effect::Tell(if bad { Tone::Bad } else { Tone::Info }, text, None)]
    }
}

impl Waiting {
    fn new(now: Now, raid: Raid, asked: UnixMs, show: Option<UnixMs>) -> Self {
        let left = Millis(COUNT.0.saturating_sub(now.unix.since(asked).0));
        let unix = UnixMs(now.unix.0.saturating_add_unsigned(left.0));
        let due = Now { mono: now.mono + left, unix };
        Self { raid, due, deaf: false, hears: true, spared: false, show, recalled: false }
    }

    /// While the daemon was away nobody heard Twitch.
    fn recalled(raid: Raid, due: Now) -> Self {
        Self { raid, due, deaf: true, hears: false, spared: false, show: None, recalled: true }
    }

    fn look(&mut self, twitch: &Twitch) {
        self.hears = hears(twitch);
        self.deaf |= !self.hears;
    }
}

impl Ending {
    fn new(stop_at: Mono, deadline: Mono, wish: Wish) -> Self {
        Self { wish, stop_at, deadline, tries: 0, next: stop_at, in_flight: false, answer: None }
    }

    fn ask(&mut self, now: Mono) -> Option<Effect> {
        if self.in_flight || now < self.stop_at || (now < self.next && self.tries > 0) {
            return None;
        }
        self.in_flight = true;
        self.tries += 1;
        Some(Effect::Stop)
    }

    fn view(&self, now: Mono) -> Stage {
        let raid = self.wish.raid.clone();
        if now < self.stop_at {
            return Stage::Counting { raid, until: self.wish.stop_at };
        }
        Stage::Stopping { raid, tries: self.tries, answer: self.answer.clone(), until: self.wish.deadline }
    }
}

/// The show as OBS tells of it now.
enum Seen {
    Same,
    /// Another one, and when it began, where it runs already.
    Another(Option<UnixMs>),
    Over,
    Unknown,
}

fn seen(obs: &Obs, show: &Show) -> Seen {
    if !obs.is_connected() {
        return Seen::Unknown;
    }
    match (obs.output, obs.live_since) {
        (None, _) => Seen::Unknown,
        (Some(Output::Stopped), _) => Seen::Over,
        (Some(Output::Starting), _) => Seen::Another(None),
        (Some(_), None) => Seen::Unknown,
        (Some(_), Some(began)) if show.is(began) => Seen::Same,
        (Some(_), Some(began)) => Seen::Another(Some(began)),
    }
}

fn is_over(obs: &Obs, show: &Show) -> bool {
    matches!(seen(obs, show), Seen::Over | Seen::Another(_))
}

/// When the raid went out. An event may be minutes late; a time that cannot be is a clock that is wrong.
fn went_out(now: Now, at: UnixMs) -> UnixMs {
    if at <= now.unix && now.unix.since(at) <= LIMIT { at } else { now.unix }
}

fn raid_of(out: &OutgoingRaid) -> Raid {
    Raid { to_id: out.to_id.clone(), to_name: out.to_name.clone(), viewers: out.viewers }
}

/// EventSub would tell of a raid that goes out.
pub fn hears(twitch: &Twitch) -> bool {
    twitch.hears(&RAID_OUT)
}
