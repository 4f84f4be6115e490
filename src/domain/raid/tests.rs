//! Stories of raids in virtual time: what comes in, second by second, and what is done.

use super::{Effect, Input, Kept, Machine, Now, Raid, Rule, Sight};
use crate::domain::chat::Identity;
use crate::domain::command::{OPPOSITE_ASKED, Outcome};
use crate::domain::stream::{Obs as Studio, ObsLink, Output};
use crate::domain::twitch::{OutgoingRaid, Socket, Subscription, SubscriptionState, Twitch};
use crate::domain::twitch_features::RAID_OUT;
use crate::kit::units::{Millis, Mono, UnixMs};
use Move::{
    Asked, Cancel, Dead, Done, Ears, Forgotten, Obs, Opposed, Raided, RaidedAgo, Refused, Restart, StopNow, TakenBack,
    Wait,
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
    /// We asked Twitch for a raid.
    Asked,
    /// Twitch took it back.
    TakenBack,
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
        let socket = if up { Socket::Open { since: UnixMs(T) } } else { Socket::Connecting };
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
            Asked => {
                let out = OutgoingRaid {
                    to_id: friend().to_id,
                    to_name: friend().to_name,
                    asked_at: Some(self.now.unix),
                    confirmed_at: None,
                    viewers: None,
                };
                self.twitch.raid = Some(out);
                Input::Look
            }
            TakenBack => {
                self.twitch.raid = None;
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

    fn second(&mut self) {
        self.now = Now { mono: self.now.mono + Millis(1000), unix: UnixMs(self.now.unix.0 + 1000) };
        self.step(Input::Look);
    }

    fn step(&mut self, input: Input) {
        let sight = Sight { obs: &self.obs, twitch: &self.twitch, rule: &self.rule };
        let effects = self.machine.step(self.now, &sight, input);
        self.take(effects);
    }

    fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            let at = self.now.unix.0 / 1000 - T / 1000 - 600;
            match effect {
                Effect::Keep(kept) => self.row = Some(kept),
                Effect::Forget => self.row = None,
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

const LIVE: Move = Obs(Output::Streaming, 0);
const OFF: Move = Obs(Output::Stopped, 0);

#[test]
fn stories_of_raids() {
    let table: &[(&str, u64, &[Move], &[&str])] = &[
        ("at once", 0, &[Raided, Done, OFF], &["0 stop", "0 say Raided Friend!"]),
        ("after a while", 5, &[Raided, Wait(9), Done, OFF], &["5 stop", "9 say Raided Friend!"]),
        ("told twice", 5, &[Raided, Wait(2), Raided, Wait(9)], &["5 stop"]),
        ("told twice, late", 0, &[Raided, Done, OFF, Wait(30), Raided, Wait(9)], &["0 stop", "0 say Raided Friend!"]),
        ("cancelled", 5, &[Raided, Wait(2), Cancel, Wait(900)], &["2 yes"]),
        ("not waited for", 60, &[Raided, Wait(2), StopNow], &["2 stop", "2 yes"]),
        ("told late", 0, &[RaidedAgo(50), Wait(9)], &["0 stop"]),
        ("told late, of the show before", 0, &[Obs(Output::Streaming, 580), RaidedAgo(50), Wait(900)], &[]),
        ("a clock that is hours off", 0, &[RaidedAgo(-7200), Wait(9)], &["0 stop"]),
        ("off air", 0, &[OFF, Raided, Wait(900), LIVE, Wait(9)], &[]),
        (
            "a human stops first",
            60,
            &[Raided, Wait(2), OFF, Wait(99), Obs(Output::Streaming, 650), Wait(99)],
            &["2 say Raided Friend!"],
        ),
        (
            "refused twice",
            0,
            &[Raided, Refused, Wait(3), Refused, Wait(9), Done, OFF],
            &["0 stop", "2 stop", "7 stop", "12 say Raided Friend!"],
        ),
        ("a dead link", 0, &[Dead, Raided, Wait(100), LIVE, Done, OFF], &["100 stop", "100 say Raided Friend!"]),
        ("dead for ever", 0, &[Dead, Raided, Wait(700), LIVE, Wait(99)], &[]),
        ("another show after the outage", 0, &[Dead, Raided, Wait(30), Obs(Output::Streaming, 620), Wait(99)], &[]),
        (
            "started again at once",
            0,
            &[Raided, Obs(Output::Starting, 0), Wait(99), Obs(Output::Streaming, 603), Wait(99)],
            &["0 stop"],
        ),
        ("the opposite pressed", 0, &[Raided, Opposed, Wait(900)], &["0 stop"]),
        ("a restart", 5, &[Raided, Wait(2), Restart, Wait(9)], &["5 stop"]),
        ("a restart while it stops", 0, &[Raided, Wait(1), Restart, Wait(1)], &["0 stop", "1 stop"]),
        ("a restart, another show", 60, &[Raided, Restart, Dead, Wait(9), Obs(Output::Streaming, 605), Wait(99)], &[]),
        ("a restart, a day later", 60, &[Raided, Dead, Wait(700), Restart, LIVE, Wait(9)], &[]),
        (
            "OBS connects anew to Twitch",
            60,
            &[Raided, Obs(Output::Reconnecting, 0), Wait(20), Obs(Output::Streaming, 620), Wait(60)],
            &["60 stop"],
        ),
        ("drift", 9, &[Raided, Dead, Wait(5), Obs(Output::Streaming, 6), Wait(9)], &["9 stop"]),
        ("too much drift", 9, &[Raided, Dead, Wait(5), Obs(Output::Streaming, 30), Wait(99)], &[]),
        ("cancelled before it goes out", 0, &[Asked, Wait(20), Cancel, TakenBack, Wait(900)], &["20 take back"]),
        ("cancelled too late for Twitch", 0, &[Asked, Wait(89), Cancel, Wait(1), Raided, Wait(900)], &["89 take back"]),
        ("heard and never sent", 0, &[Asked, Wait(900)], &[]),
        ("not heard, nobody answers", 0, &[Asked, Ears(false), Wait(900)], &[]),
        ("not heard, stop", 0, &[Asked, Ears(false), Wait(120), StopNow], &["120 stop", "120 yes"]),
        ("not heard, go on", 0, &[Asked, Ears(false), Wait(120), Cancel, Wait(900)], &["120 yes"]),
        (
            "a restart while Twitch counts, stop",
            0,
            &[Asked, Wait(20), Forgotten, Restart, Wait(100), StopNow],
            &["120 stop", "120 yes"],
        ),
        (
            "a restart while Twitch counts, the event comes",
            0,
            &[Asked, Wait(20), Forgotten, Restart, Wait(70), Raided],
            &["90 stop"],
        ),
        (
            "a restart of a cancelled raid",
            0,
            &[Asked, Wait(20), Cancel, Forgotten, Restart, Wait(900)],
            &["20 take back"],
        ),
        ("asked too early", 0, &[Asked, Wait(20), StopNow], &["20 no"]),
        ("nothing to stop", 0, &[StopNow], &["0 no"]),
        ("a raid begun on Twitch's page", 0, &[Cancel], &["0 take back"]),
    ];
    for (name, delay, moves, wanted) in table {
        let mut stage = Stage::new(*delay);
        moves.iter().for_each(|step| stage.play(step));
        let mut done = stage.done.clone();
        done.sort_by_key(|line| line.split(' ').next().and_then(|at| at.parse::<i64>().ok()));
        assert_eq!(done.len(), wanted.len(), "{name}: {done:?}");
        assert!(wanted.iter().all(|line| done.iter().any(|one| one == line)), "{name}: {done:?}");
    }
}

#[test]
fn the_question_is_asked_only_when_nobody_heard() {
    let asks = |ears: bool| {
        let mut stage = Stage::new(0);
        [Asked, Ears(ears), Wait(50), Ears(true), Wait(54)].iter().for_each(|step| stage.play(step));
        let before = matches!(stage.stage(), Stage2::Waiting { .. });
        stage.play(&Wait(2));
        (before, matches!(stage.stage(), Stage2::Asking { .. }))
    };
    assert_eq!((asks(false), asks(true)), ((true, true), (true, false)));
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
fn a_clock_that_was_set_back_does_not_stretch_the_wait() {
    let mut stage = Stage::new(60);
    [Raided, Dead].iter().for_each(|step| stage.play(step));
    stage.now.unix = UnixMs(stage.now.unix.0 - 86_400_000);
    [Restart, Wait(4_300)].iter().for_each(|step| stage.play(step));
    assert_eq!(stage.stage(), Stage2::Idle);
}
