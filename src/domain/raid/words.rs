//! What is said about raids: journal, answers, the page's last line.

use super::{LIMIT, Raid, Rule};
use crate::domain::command::Outcome;
use crate::kit::units::Millis;

pub(super) const GOES_ON: &str = "Cancelled. The stream goes on.";
pub(super) const ASKED_ALREADY: &str = "OBS was asked to stop already. It is not asked again.";
pub(super) const NOT_YET: &str = "The raid has not gone out yet. It can be cancelled, or wait for it.";
pub(super) const NO_RAID: &str = "There is no raid to stop after.";
pub(super) const OFF_AIR: &str = "OBS is not streaming.";
pub(super) const STOPS: &str = "OBS is being asked to stop.";

pub(super) fn raided(raid: &Raid, then: &str) -> String {
    let with = raid.viewers.map(|viewers| format!(" with {viewers} viewers")).unwrap_or_default();
    format!("Raided {}{with}. {then}", raid.to_name)
}

pub(super) fn then_stop(rule: &Rule) -> String {
    match rule.delay {
        Millis(0) => "The stream is stopped now.".to_owned(),
        delay => format!("The stream stops in {delay} unless someone cancels."),
    }
}

pub(super) const STAYS_ON: &str = "The stream goes on: stopping after a raid is switched off.";
pub(super) const NOT_STREAMING: &str = "OBS is not streaming, so there is nothing to stop.";
pub(super) const LATER_SHOW: &str = "Another stream has begun since. It is left alone.";
pub(super) const SPARED: &str = "Twitch could not take it back any more. The stream goes on, as was asked.";
pub(super) const ENDING_ALREADY: &str = "The stream is about to stop already.";

pub(super) fn unknown(raid: &Raid) -> String {
    format!(
        "Twitch's events were away while the raid to {} was due, so nobody knows whether it went out. Stop now?",
        raid.to_name
    )
}

pub(super) fn unsent(raid: &Raid) -> String {
    format!("The raid to {} did not go out. The stream goes on.", raid.to_name)
}

pub(super) fn called_off(raid: &Raid) -> String {
    format!("The raid to {} was called off on Twitch. The stream goes on.", raid.to_name)
}

pub(super) fn spared(raid: &Raid) -> String {
    format!("The raid to {} was cancelled. The stream goes on.", raid.to_name)
}

pub(super) fn no_longer(raid: &Raid) -> String {
    format!("Twitch counts down to the raid to {} no longer. The stream goes on.", raid.to_name)
}

/// Nobody asks, because the answer is known: the show goes on.
pub(super) fn unheard(raid: &Raid) -> String {
    format!("Nobody knows whether the raid to {} went out. The stream goes on in any case.", raid.to_name)
}

/// What the one hears who cancelled. Of a raid that was `known` the show is spared in any case.
pub(super) fn took_back(outcome: Outcome, known: bool) -> Outcome {
    let more = |text: String| if known { format!("{text} The stream goes on in any case.") } else { text };
    match outcome {
        Outcome::Done(_) => Outcome::Done("The raid is taken back. The stream goes on.".to_owned()),
        Outcome::Failed(text) => Outcome::Failed(more(text)),
        Outcome::TimedOut(text) => Outcome::TimedOut(more(text)),
        Outcome::Refused(text) => Outcome::Refused(more(text)),
    }
}

pub(super) fn switched_off(raid: &Raid) -> String {
    format!("Stopping after a raid was switched off, so the stream goes on after the raid to {}.", raid.to_name)
}

/// The clock says that the raid lies ahead.
pub(super) fn set_back(raid: &Raid) -> String {
    format!(
        "The clock was set back since the raid to {}, so nobody can tell whether this is still the same stream. It is left alone: stop it in OBS.",
        raid.to_name
    )
}

pub(super) fn unanswered(raid: &Raid) -> String {
    format!("Nobody said whether the raid to {} went out. The stream goes on.", raid.to_name)
}

pub(super) fn moot(raid: &Raid) -> String {
    format!("Nobody knows whether the raid to {} went out. That stream is over by now.", raid.to_name)
}

pub(super) fn stopped(raid: &Raid) -> String {
    format!("The stream has ended after the raid to {}.", raid.to_name)
}

pub(super) fn cancelled(raid: &Raid) -> String {
    format!("The stop after the raid to {} was cancelled. The stream goes on.", raid.to_name)
}

pub(super) fn another(raid: &Raid) -> String {
    format!("Another stream runs than at the raid to {}. It is left alone.", raid.to_name)
}

pub(super) fn opposed(raid: &Raid) -> String {
    format!("Someone started the stream while it was to stop after the raid to {}. It goes on.", raid.to_name)
}

pub(super) fn given_up(raid: &Raid, answer: Option<&str>) -> String {
    let why = answer.unwrap_or("OBS could not be reached, or did not say since when it streams.");
    format!("The stream could not be stopped for {LIMIT} after the raid to {}: {why} Stop it in OBS.", raid.to_name)
}

pub(super) fn too_late(raid: &Raid) -> String {
    format!("The stop after the raid to {} is too old by now and is dropped.", raid.to_name)
}

pub(super) fn resumed(raid: &Raid) -> String {
    format!("The raid to {} went out before the restart. The stream is still to be stopped.", raid.to_name)
}

pub(super) fn refused(tries: u32, answer: &str) -> String {
    format!("OBS has not stopped after the raid (try {tries}): {answer} It is asked again.")
}

/// The chat line with the raided channel put in.
pub(super) fn chat(message: &str, raid: &Raid) -> String {
    message.replace("{channel}", &raid.to_name)
}
