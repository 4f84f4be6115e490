//! What goes on about our raid, as finished words.

use super::sections::{Level, RaidSection};
use crate::config::RaidStop;
use crate::domain::raid::{Raid, RaidView, Stage};
use crate::kit::units::Millis;

/// The section from the cell and the settings.
pub fn section(view: &RaidView, rule: &RaidStop) -> RaidSection {
    let quiet = RaidSection {
        on: true,
        word: "No raid",
        level: Level::Muted,
        text: String::new(),
        until: None,
        then: "",
        cancel: "",
        stop: "",
        rule: follows(rule),
        ended: view.ended.as_ref().map(|ended| ended.text.clone()),
        ended_at: view.ended.as_ref().map(|ended| ended.at),
    };
    let section = match &view.stage {
        Stage::Idle => RaidSection { on: false, ..quiet },
        Stage::Waiting { to, until, heard, spared } => RaidSection {
            word: "Raid under way",
            level: if *heard { Level::Good } else { Level::Warn },
            text: waiting(to, *heard, *spared, rule),
            until: Some(*until),
            then: "The raid goes out",
            cancel: if *spared { "Try to take it back again" } else { "Cancel raid" },
            ..quiet
        },
        Stage::Counting { raid, until } => RaidSection {
            word: "Raid is out",
            level: Level::Warn,
            text: format!("{} The stream stops next.", raided(raid)),
            until: Some(*until),
            then: "The stream stops",
            cancel: "Keep streaming",
            stop: "Stop now",
            ..quiet
        },
        Stage::Stopping { raid, tries, answer, .. } => RaidSection {
            word: "Stopping",
            level: Level::Warn,
            text: stopping(raid, *tries, answer.as_deref()),
            cancel: "Keep streaming",
            ..quiet
        },
        Stage::Asking { to, .. } => RaidSection {
            word: "Needs you",
            level: Level::Bad,
            text: format!(
                "The raid to {to} could not be confirmed: Twitch's events were away. Look at Twitch: did it go out?"
            ),
            cancel: "No, keep streaming",
            stop: "Yes, stop now",
            ..quiet
        },
    };
    let text = match &view.next {
        Some(next) => format!("{} Twitch is counting down to the raid to {next} as well.", section.text),
        None => section.text,
    };
    RaidSection { text, ..section }
}

fn waiting(to: &str, heard: bool, spared: bool, rule: &RaidStop) -> String {
    let then = match (spared, rule.enabled, heard) {
        (true, ..) => "Cancelled: the stream goes on whatever happens.",
        (_, false, _) => "The stream goes on after it.",
        (_, _, true) => "The stream stops after it.",
        (_, _, false) => "Twitch's events are away, so you may be asked whether it went out.",
    };
    format!("Twitch is counting down to the raid to {to}. {then}")
}

fn raided(raid: &Raid) -> String {
    let with = raid.viewers.map(|viewers| format!(" with {viewers} viewers")).unwrap_or_default();
    format!("Raided {}{with}.", raid.to_name)
}

fn stopping(raid: &Raid, tries: u32, answer: Option<&str>) -> String {
    match (tries, answer) {
        (0, _) => format!("{} OBS is away; it is stopped as soon as it is back.", raided(raid)),
        (_, None) => format!("{} OBS is being asked to stop.", raided(raid)),
        (tries, Some(answer)) => format!("{} OBS has not stopped yet (asked {tries} times): {answer}", raided(raid)),
    }
}

/// What happens after a raid, for the page.
fn follows(rule: &RaidStop) -> String {
    if !rule.enabled {
        return "After a raid the stream goes on: stopping is switched off in the settings.".to_owned();
    }
    let when = match rule.delay {
        Millis(0) => "at once".to_owned(),
        delay => format!("after {delay}; you can cancel until then"),
    };
    let said = rule
        .message
        .as_ref()
        .map(|text| format!(" Then chat reads: “{}”", text.replace("{channel}", "‹channel›")))
        .unwrap_or_default();
    format!("When Twitch confirms the raid, the stream stops {when}.{said}")
}
