//! What is said about repairs.

use crate::domain::failover::repair::{Act, Fault, Left};
use crate::domain::journal::Tone;

/// The line for an act. `feed` is the feed's name, `source` that of its media source in OBS.
pub(super) fn line(act: &Act, feed: &str, source: &str) -> (Tone, String) {
    match act {
        Act::Restart(fault) => (Tone::Warn, format!("{} It is restarted once.", fault_text(*fault, feed, source))),
        Act::Drop(silent) => {
            let text = format!(
                "The publisher of '{feed}' is connected but has sent nothing for {silent}. It is dropped, so that the encoder can come back."
            );
            (Tone::Warn, text)
        }
        Act::Tell(fault, left) => (Tone::Bad, trouble(*fault, *left, feed, source)),
        Act::Healed => (Tone::Good, format!("'{source}' plays and moves again.")),
    }
}

/// What a person should know, and what to do.
pub(super) fn trouble(fault: Fault, left: Left, feed: &str, source: &str) -> String {
    let what = fault_text(fault, feed, source);
    let done = match left {
        Left::Tried => "A restart did not help.".to_owned(),
        Left::Cooling(wait) => format!("It was restarted a short while ago; it is left alone for {wait}."),
        Left::ByRule => "Nothing is done about it by itself (settings).".to_owned(),
    };
    let advice = match fault {
        Fault::Dead => "Press “Restart picture”, or open the source in OBS and check its address.",
        Fault::Frozen => {
            "Look at the encoder: its camera may have stopped. If the picture is meant to stand, all is well."
        }
    };
    format!("{what} {done} {advice}")
}

fn fault_text(fault: Fault, feed: &str, source: &str) -> String {
    match fault {
        Fault::Dead => format!("'{source}' in OBS stands still although the feed '{feed}' is good."),
        Fault::Frozen => format!("The picture of '{source}' in OBS stands still although the feed '{feed}' arrives."),
    }
}
