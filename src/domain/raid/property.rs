//! Whatever happens around it: no later show is stopped, no show is stopped twice, and it always ends.

use super::tests::{Move, Stage, Stage2};
use crate::domain::stream::Output;
use proptest::prelude::*;

fn any_move() -> impl Strategy<Value = Move> {
    prop_oneof![
        4 => (1..40u64).prop_map(Move::Wait),
        2 => Just(Move::Dead),
        2 => Just(Move::Obs(Output::Streaming, 0)),
        2 => (601..2000i64).prop_map(|began| Move::Obs(Output::Streaming, began)),
        1 => Just(Move::Obs(Output::Stopped, 0)),
        1 => Just(Move::Obs(Output::Starting, 0)),
        1 => Just(Move::Raided),
        1 => Just(Move::Asked),
        1 => any::<bool>().prop_map(Move::Ears),
        1 => Just(Move::Cancel),
        2 => Just(Move::Refused),
        1 => Just(Move::TooLate),
        1 => Just(Move::CalledOff(0)),
        1 => Just(Move::AskedOther),
        1 => (-9_000..9_000i64).prop_map(Move::Clock),
        1 => Just(Move::Restart),
    ]
}

proptest! {
    #[test]
    fn never_a_later_show_never_two_stops_and_always_an_end(moves in proptest::collection::vec(any_move(), 1..60)) {
        let mut stage = Stage::new(7);
        stage.play(&Move::Raided);
        let mut over = false;
        let mut answered = true;
        for step in &moves {
            if matches!(step, Move::Raided | Move::Asked) && (over || !stage.obs.is_connected()) {
                // A new raid of a later show, or of one that nobody saw begin, is another story.
                continue;
            }
            let later = matches!(step, Move::Obs(Output::Streaming, began) if *began > 0);
            over |= later || matches!(step, Move::Obs(Output::Stopped | Output::Starting, _) | Move::Cancel);
            answered |= matches!(step, Move::Refused | Move::Restart);
            let before = stops(&stage);
            stage.play(step);
            let more = stops(&stage) - before;
            prop_assert!(more == 0 || !over, "a later show was stopped at {step:?}: {:?}", stage.done);
            prop_assert!(more <= usize::from(answered), "stopped twice at {step:?}: {:?}", stage.done);
            answered &= more == 0;
        }
        stage.play(&Move::Dead);
        stage.play(&Move::Wait(1_500));
        prop_assert_eq!((stage.stage(), stage.row.is_none()), (Stage2::Idle, true));
    }
}

fn stops(stage: &Stage) -> usize {
    stage.done.iter().filter(|line| line.ends_with("stop")).count()
}
