//! Stories of raids in virtual time: what comes in, second by second, and what is done.

use super::{Effect, Input, Kept, Machine, Now, Raid, Rule, Sight};
use crate::domain::chat::Identity;
use crate::domain::command::{OPPOSITE_ASKED, Outcome};
use crate::domain::stream::{Obs as Studio, ObsLink, Output};
use crate::domain::twitch::{OutgoingRaid, Socket, Subscription, SubscriptionState, Twitch};
use crate::domain::twitch_features::RAID_OUT;
use crate::kit::units::{Millis, Mono, UnixMs};
use Move::{
    Asked, AskedOther, CalledOff, Cancel, Clock, Dead, Done, Ears, Forgotten, Obs, Opposed, Raided, RaidedAgo,
    RaidedOther, Refused, Restart, StopNow, SwitchOff, TakenBack, TooLate, Wait,
};

/// Unix time at the start of a story.
const T: i64 = 1_700_000_000_000;

/// What happens in a story.
#[derive(Clone, Debug)]
pub(super) enum Move {
    /// So many seconds pass.
    Wait(u64),
    /// OBS reports this, of a show that began so many seconds after the first.
    Obs(Output, i64),
    /// The link to OBS dies.
    Dead,
    /// EventSub tells of the raid.
    Raided,
    /// The same, so many seconds late.
    RaidedAgo(i64),
    /// The same of another channel.
    RaidedOther,
    /// We asked Twitch for a raid.
    Asked,
    /// The same to another channel.
    AskedOther,
    /// Twitch took it back.
    TakenBack,
    /// The answer to our wish to take it back, when it came too late.
    TooLate,
    /// Chat shows that it was called off, so many seconds ago.
    CalledOff(i64),
    /// The wall clock is set on by so many seconds; OBS's show keeps the moment that it was told by.
    Clock(i64),
    /// The stop after a raid is switched off.
    SwitchOff,
    /// The cell is empty, as after a restart.
    Forgotten,
    /// EventSub goes away or comes back.
    Ears(bool),
    Cancel,
    StopNow,
    /// Our stop ended so.
    Done,
    Refused,
    Opposed,
    /// The daemon restarts.
    Restart,
}

/// A world to tell stories in.
pub(super) struct Stage {
    pub(super) now: Now,
    pub(super) obs: Studio,
    twitch: Twitch,
    rule: Rule,
    /// By how much the wall clock was set.
    clock: i64,
    machine: Machine,
    pub(super) row: Option<Kept>,
    /// What was done, in words.
    pub(super) done: Vec<String>,
}

impl Stage {
    pub(super) fn new(delay: u64) -> Self {
        let rule = Rule { enabled: true, delay: Millis(delay * 1000), message: Some("Raided {channel}!".to_owned()) };
        let now = Now { mono: Mono(1_000), unix: UnixMs(T) };
        let mut stage = Self {
            now,
            obs: Studio::default(),
            twitch: Twitch::default(),
            rule,
            clock: 0,
            machine: Machine::default(),
            row: None,
            done: Vec::new(),
        };
        stage.hears(true);
        stage.play(&Obs(Output::Streaming, 0));
        stage.play(&Wait(600));
        stage
    }

    fn hears(&mut self, up: bool) {
        let state = SubscriptionState::Active;
        self.twitch.subscriptions = vec![Subscription { wanted: &RAID_OUT, identity: Identity::Broadcaster, state }];
        let socket = if up { Socket::Open { since: self.now.unix } } else { Socket::Connecting };
        self.twitch.sockets.insert(Identity::Broadcaster, socket);
    }

    pub(super) fn play(&mut self, step: &Move) {
        let input = match step {
            Wait(secs) => return (0..*secs).for_each(|_| self.second()),
            Obs(output, began) => {
                let live_since = Some(UnixMs(T + began * 1000)).filter(|_| *output != Output::Stopped);
                self.obs = Studio { link: ObsLink::Connected, output: Some(*output), live_since, ..Default::default() };
                Input::Look
            }
            Dead => {
                let link = ObsLink::Lost { reason: "gone".to_owned(), repair: None };
                self.obs = Studio { link, ..Default::default() };
                Input::Look
            }
            Raided => Input::Raided(friend(), self.now.unix),
            RaidedAgo(secs) => Input::Raided(friend(), UnixMs(self.now.unix.0 - secs * 1000)),
            RaidedOther => Input::Raided(other(), self.now.unix),
            Asked => self.asked(friend()),
            AskedOther => self.asked(other()),
            TakenBack => {
                self.twitch.raid = None;
                Input::TookBack(Outcome::Done("Taken back.".to_owned()))
            }
            TooLate => {
                self.twitch.raid = None;
                Input::TookBack(Outcome::Failed("No raid is waiting.".to_owned()))
            }
            CalledOff(secs) => Input::CalledOff(UnixMs(self.now.unix.0 - secs * 1000)),
            Clock(secs) => {
                self.now.unix.0 += secs * 1000;
                self.clock += secs * 1000;
                Input::Look
            }
            SwitchOff => {
                self.rule.enabled = false;
                Input::Look
            }
            Forgotten => return self.twitch.raid = None,
            Ears(up) => {
                self.hears(*up);
                Input::Look
            }
            Cancel => Input::Cancel,
            StopNow => Input::StopNow,
            Done => Input::Answered(Outcome::Done("The stream has ended.".to_owned())),
            Refused => Input::Answered(Outcome::Failed("No.".to_owned())),
            Opposed => Input::Answered(Outcome::Failed(OPPOSITE_ASKED.to_owned())),
            Restart => {
                let (machine, effects) =
                    self.row.clone().map_or_else(Default::default, |row| Machine::recall(self.now, row));
                self.machine = machine;
                self.take(effects);
                Input::Look
            }
        };
        self.step(input);
    }

    fn asked(&mut self, raid: Raid) -> Input {
        let Raid { to_id, to_name, .. } = raid;
        let asked_at = Some(self.now.unix);
        self.twitch.raid = Some(OutgoingRaid { to_id, to_name, asked_at, confirmed_at: None, viewers: None });
        Input::Look
    }

    fn second(&mut self) {
        self.now = Now { mono: self.now.mono + Millis(1000), unix: UnixMs(self.now.unix.0 + 1000) };
        self.step(Input::Look);
    }

    fn step(&mut self, input: Input) {
        let sight = Sight { obs: &self.obs, twitch: &self.twitch, rule: &self.rule };
        let effects = self.machine.step(self.now, &sight, input);
        self.row = self.machine.kept();
        self.take(effects);
    }

    fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            let at = (self.now.unix.0 - self.clock - T) / 1000 - 600;
            match effect {
                Effect::Stop => self.done.push(format!("{at} stop")),
                Effect::Say(text) => self.done.push(format!("{at} say {text}")),
                Effect::TakeBack => self.done.push(format!("{at} take back")),
                Effect::Answer(outcome) => {
                    self.done.push(format!("{at} {}", if outcome.is_done() { "yes" } else { "no" }))
                }
                Effect::Tell(..) => {}
            }
        }
    }

    pub(super) fn stage(&self) -> Stage2 {
        self.machine.view(self.now.mono).stage
    }
}

pub(super) type Stage2 = super::Stage;

fn friend() -> Raid {
    Raid { to_id: "7".to_owned(), to_name: "Friend".to_owned(), viewers: Some(87) }
}

fn other() -> Raid {
    Raid { to_id: "8".to_owned(), to_name: "Other".to_owned(), viewers: Some(3) }
}

pub(super) const LIVE: Move = Obs(Output::Streaming, 0);
pub(super) const OFF: Move = Obs(Output::Stopped, 0);

#[test]
fn the_question_is_asked_only_when_nobody_heard() {
    let asks = |between: &[Move]| {
        let mut stage = Stage::new(0);
        stage.play(&Asked);
        between.iter().for_each(|step| stage.play(step));
        stage.play(&Wait(84));
        let before = matches!(stage.stage(), Stage2::Waiting { .. });
        stage.play(&Wait(2));
        (before, matches!(stage.stage(), Stage2::Asking { .. }))
    };
    assert_eq!(asks(&[Wait(50)]), (true, false), "heard all the time: it did not go out");
    assert_eq!(asks(&[Ears(false), Wait(50), Ears(true)]), (true, true));
    assert_eq!(asks(&[Wait(50), Ears(true)]), (true, true), "a new connection, and nobody saw the old one end");
    assert_eq!(asks(&[Wait(50), SwitchOff, Ears(false)]), (true, false), "no matter then");
}

#[test]
fn without_a_link_nothing_is_looked_at_a_thousand_times_a_second() {
    let mut stage = Stage::new(0);
    [Raided, Refused, Dead, Wait(30)].iter().for_each(|step| stage.play(step));
    let wait = stage.machine.due(stage.now.mono).map(|due| due.since(stage.now.mono));
    assert_eq!(wait, Some(Millis(1_000)));
}

#[test]
fn switched_off_it_only_tells() {
    let mut stage = Stage::new(0);
    stage.rule.enabled = false;
    [Raided, Wait(900)].iter().for_each(|step| stage.play(step));
    assert_eq!((stage.done.len(), stage.row.is_none()), (0, true));
    assert!(stage.machine.view(stage.now.mono).ended.is_some_and(|ended| ended.text.contains("switched off")));
}

#[test]
fn a_confirmation_in_the_cell_counts_like_the_event_and_once() {
    let mut stage = Stage::new(0);
    stage.play(&Asked);
    stage.play(&Wait(90));
    if let Some(raid) = &mut stage.twitch.raid {
        raid.confirmed_at = Some(stage.now.unix);
    }
    [Wait(1), Raided, Done, OFF, Wait(1), Obs(Output::Streaming, 800), Wait(900)].iter().for_each(|s| stage.play(s));
    assert_eq!(stage.done, ["91 stop", "91 say Raided Friend!"]);
}

#[test]
fn after_a_restart_with_a_clock_set_back_no_show_is_known_for_certain() {
    for back in [86_400_000, 60_000] {
        let mut stage = Stage::new(60);
        [Dead, Raided, Wait(20)].iter().for_each(|step| stage.play(step));
        stage.now.unix = UnixMs(stage.now.unix.0 - back);
        [Restart, LIVE, Wait(900)].iter().for_each(|step| stage.play(step));
        assert_eq!((stage.stage(), stage.done.len()), (Stage2::Idle, 0));
        let ended = stage.machine.view(stage.now.mono).ended;
        assert!(ended.is_some_and(|ended| ended.bad && ended.text.contains("clock")));
    }
}

#[test]
fn what_is_kept_can_be_read_again_and_says_when_it_is_over() {
    let mut stage = Stage::new(60);
    [Raided, AskedOther, Wait(5)].iter().for_each(|step| stage.play(step));
    let kept = stage.row.clone().unwrap_or_default();
    let text = serde_json::to_string(&kept).unwrap();
    assert_eq!(serde_json::from_str::<Kept>(&text).unwrap(), kept);
    assert_eq!((kept.asked.is_some(), kept.stop.is_some()), (true, true));
    assert_eq!(kept.deadline(), UnixMs(T + (600 + 90 + 45 + 600) * 1000));
    let view = stage.machine.view(stage.now.mono);
    assert_eq!(view.next.as_deref(), Some("Other"));
}

#[test]
fn a_cancelled_raid_goes_on_record_until_it_can_come_no_more() {
    let mut stage = Stage::new(0);
    [Asked, Wait(20), Cancel].iter().for_each(|step| stage.play(step));
    assert!(stage.row.as_ref().is_some_and(|row| row.spared.is_some()));
    assert!(matches!(stage.stage(), Stage2::Waiting { spared: true, .. }));
    stage.play(&Wait(116));
    assert_eq!((stage.stage(), stage.row.is_none()), (Stage2::Idle, true));
}
