//! Stories of raids as a table: what comes in, and what is done in which second.

use super::tests::Move::{
    Asked, AskedOther, CalledOff, Cancel, Clock, Dead, Done, Ears, Forgotten, Obs, Opposed, Raided, RaidedAgo,
    RaidedOther, Refused, Restart, StopNow, SwitchOff, TakenBack, TooLate, Wait,
};
use super::tests::{LIVE, Move, OFF, Stage};
use crate::domain::stream::Output;

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
        (
            "cancelled before it goes out",
            0,
            &[Asked, Wait(20), Cancel, TakenBack, Wait(900)],
            &["20 take back", "20 yes"],
        ),
        ("cancelled too late for Twitch", 0, &[Asked, Wait(89), Cancel, Wait(1), Raided, Wait(900)], &["89 take back"]),
        ("heard and never sent", 0, &[Asked, Wait(900)], &[]),
        ("not heard, nobody answers", 0, &[Asked, Ears(false), Wait(900)], &[]),
        ("not heard, stop", 0, &[Asked, Ears(false), Wait(140), StopNow], &["140 stop", "140 yes"]),
        ("not heard, go on", 0, &[Asked, Ears(false), Wait(140), Cancel, Wait(900)], &["140 yes"]),
        (
            "a restart while Twitch counts, stop",
            0,
            &[Asked, Wait(20), Forgotten, Restart, Wait(120), StopNow],
            &["140 stop", "140 yes"],
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
        (
            "cancelled before it goes out, and raided again later",
            0,
            &[Asked, Wait(20), Cancel, TakenBack, Wait(30), Asked, Wait(90), Raided],
            &["20 take back", "20 yes", "140 stop"],
        ),
        (
            "the same, begun on Twitch's page",
            0,
            &[Asked, Wait(20), Cancel, TakenBack, Wait(130), Raided],
            &["20 take back", "20 yes", "150 stop"],
        ),
        (
            "Twitch knew of no raid any more, and its event comes",
            0,
            &[Asked, Wait(89), Cancel, TooLate, Wait(3), Raided, Wait(900)],
            &["89 take back", "89 no"],
        ),
        (
            "a restart of a cancelled raid that goes out all the same",
            0,
            &[Asked, Wait(20), Cancel, Forgotten, Restart, Wait(70), Raided, Wait(900)],
            &["20 take back"],
        ),
        ("cancelled unknown, and it goes out", 0, &[Cancel, Wait(80), Raided, Wait(900)], &["0 take back"]),
        ("cancelled unknown, another raid later", 0, &[Cancel, Wait(140), Raided], &["0 take back", "140 stop"]),
        (
            "another raid while the stop counts, both cancelled",
            300,
            &[Raided, Wait(10), AskedOther, Wait(20), Cancel, RaidedOther, Wait(900)],
            &["30 take back"],
        ),
        (
            "another raid while the stop counts: one stop",
            200,
            &[Raided, Wait(10), AskedOther, Wait(90), RaidedOther, Wait(110)],
            &["200 stop"],
        ),
        ("called off on Twitch", 0, &[Asked, Ears(false), Wait(20), CalledOff(1), Wait(900)], &[]),
        (
            "called off before, told late",
            0,
            &[Asked, Wait(20), Cancel, TakenBack, Asked, Ears(false), CalledOff(5), Wait(140), StopNow],
            &["20 take back", "20 yes", "160 stop", "160 yes"],
        ),
        ("switched off while it counts", 60, &[Raided, Wait(9), SwitchOff, Wait(900)], &[]),
        ("the clock is set on", 60, &[Raided, Wait(9), Clock(7200), Wait(60)], &["60 stop"]),
        (
            "the clock is set back while OBS is away",
            60,
            &[Raided, Dead, Wait(9), Clock(-7200), Wait(9), Obs(Output::Streaming, -7200), Wait(60)],
            &["60 stop"],
        ),
        (
            "the clock is set back while OBS is away, and another show begins",
            0,
            &[Dead, Raided, Wait(9), Clock(-7200), Wait(9), Obs(Output::Streaming, -6590), Wait(99)],
            &[],
        ),
        (
            "the clock is set back, then a restart",
            60,
            &[Raided, Dead, Clock(-86_400), Restart, Obs(Output::Streaming, -86_400), Wait(60)],
            &["60 stop"],
        ),
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
