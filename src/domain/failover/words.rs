//! What the failover card says: finished sentences with the numbers in them. Every text of this
//! room stands here.

use super::classify::Verdict;
use super::machine::Standing;
use super::{Class, Place};
use crate::domain::health::State;
use crate::kit::text;

/// The scene names by role, as set, for texts.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a> {
    /// LIVE_SCENE_NAME.
    pub live: &'a str,
    /// LOW_SCENE_NAME.
    pub low: &'a str,
    /// OFFLINE_SCENE_NAME, if set.
    pub offline: Option<&'a str>,
    /// The scenes that exist in OBS.
    pub existing: &'a [&'a str],
}

impl Names<'_> {
    fn of(&self, place: Place) -> &str {
        match place {
            Place::Live => self.live,
            Place::Low => self.low,
            Place::Offline => self.offline.unwrap_or(self.low),
        }
    }
}

/// The state word for the card.
pub fn state(standing: &Standing, wanted: Option<Place>, class: Class) -> State {
    match standing {
        Standing::Paused => return State::Paused,
        Standing::NotManaged(_) => return State::NotManaged,
        _ if class == Class::Unknown => return State::Unknown,
        Standing::Recovering { .. } => return State::Recovering,
        _ => {}
    }
    match (wanted, class) {
        (Some(Place::Low), _) => State::Low,
        (Some(Place::Offline), _) => State::Lost,
        (None, Class::Absent) => State::Off,
        (_, Class::Good) => State::Good,
        (_, Class::Absent | Class::Stalled | Class::Warming) if wanted.is_none() => State::Lost,
        _ => State::Weak,
    }
}

/// The one line under the state word.
pub fn headline(state: State, verdict: &Verdict, standing: &Standing) -> String {
    let reason = &verdict.reason;
    match (state, standing) {
        (State::Good, _) => format!("Feed good – {reason}"),
        (State::Weak, Standing::Falling { left }) => {
            format!("Feed weak – {reason}; switching in {left} if it stays so")
        }
        (State::Weak, _) => format!("Feed weak – {reason}"),
        (State::Low, _) => format!("Low scene is on – {reason}"),
        (State::Lost, _) => format!("Feed lost – {reason}"),
        (State::Recovering, Standing::Recovering { left, for_picture: false }) => {
            format!("Feed is back – {reason}; returning to LIVE in {left}")
        }
        (State::Recovering, _) => format!("Feed is back – {reason}; waiting for OBS to show the picture"),
        (State::Unknown, _) => format!("{}. Scenes are left alone.", capital(reason)),
        (State::Off, _) => format!("No feed – {reason}"),
        (State::Paused, _) => format!("Automatic switching is paused; {reason}"),
        (State::NotManaged, Standing::NotManaged(scene)) => {
            format!("Scene '{scene}' is not in the switch list, so nothing is changed; {reason}")
        }
        _ => capital(reason),
    }
}

/// Why the machine acts or does not act, as a sentence.
pub fn standing(standing: &Standing, names: &Names<'_>, verdict: &Verdict, wanted: Option<Place>) -> String {
    let reason = &verdict.reason;
    match standing {
        Standing::NoObs => "OBS cannot be read, so no scene is switched.".to_owned(),
        Standing::NotStreaming => "OBS is not streaming. Automatic switching begins with the stream.".to_owned(),
        Standing::Paused => "Automatic switching is paused. Scenes are left alone until someone resumes it.".to_owned(),
        Standing::NotManaged(scene) => format!(
            "Scene '{scene}' is not in the switch list, so nothing is changed until '{}' or '{}' is on again.",
            names.live, names.low
        ),
        Standing::SceneMissing(place) => missing(*place, names, reason),
        Standing::HumanHold => "A person chose this scene, so it is left alone for a moment.".to_owned(),
        Standing::Unknown(why) => format!("{}. Scenes are left alone.", capital(why)),
        Standing::Recovering { left, for_picture: false } => {
            format!("The feed is good again ({reason}). '{}' returns in {left} if it stays so.", names.live)
        }
        Standing::Recovering { for_picture: true, .. } => {
            format!("The feed is good again ({reason}), but OBS does not show its picture yet.")
        }
        Standing::Falling { left } => {
            format!("The feed is not good ({reason}). The scene changes in {left} if it stays so.")
        }
        Standing::Settled => match wanted {
            Some(Place::Live) | None => format!("All is well: {reason}."),
            Some(place) => format!("'{}' is on: {reason}.", names.of(place)),
        },
    }
}

/// A short name of the standing, so that a line is written when it changes and not with every number.
pub fn standing_key(standing: &Standing) -> &'static str {
    match standing {
        Standing::NoObs => "no-obs",
        Standing::NotStreaming => "not-streaming",
        Standing::Paused => "paused",
        Standing::NotManaged(_) => "not-managed",
        Standing::SceneMissing(_) => "scene-missing",
        Standing::HumanHold => "human-hold",
        Standing::Unknown(_) => "unknown",
        Standing::Recovering { for_picture: false, .. } => "recovering",
        Standing::Recovering { for_picture: true, .. } => "no-picture",
        Standing::Falling { .. } => "falling",
        Standing::Settled => "settled",
    }
}

/// "LIVE → LOW: 312 kbit/s < 800 kbit/s for 2.0 s"
pub fn decision(from: Place, to: Place, reason: &str, names: &Names<'_>) -> String {
    format!("{} → {}: {reason}", names.of(from), names.of(to))
}

fn missing(place: Place, names: &Names<'_>, reason: &str) -> String {
    let wanted = names.of(place);
    let hint = text::nearest(wanted, names.existing.iter().copied())
        .map_or(String::new(), |near| format!(" Did you mean '{near}'?"));
    format!("The feed is not good ({reason}), but there is no scene '{wanted}' in OBS, so the scene stays.{hint}")
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::units::Millis;

    const NAMES: Names<'_> =
        Names { live: "LIVE", low: "lowbitrate", offline: None, existing: &["LIVE", "Low bitrate"] };

    fn verdict(class: Class, reason: &str) -> Verdict {
        Verdict { class, severe: false, reason: reason.to_owned() }
    }

    #[test]
    fn each_state_has_its_line() {
        let recovering = Standing::Recovering { left: Millis(6000), for_picture: false };
        let falling = Standing::Falling { left: Millis(1500) };
        let intro = Standing::NotManaged("Intro".to_owned());
        let table = [
            (
                Some(Place::Live),
                Class::Good,
                "5.8 Mbit/s, delay 62 ms",
                &Standing::Settled,
                "Feed good – 5.8 Mbit/s, delay 62 ms",
            ),
            (
                Some(Place::Live),
                Class::Low,
                "620 kbit/s < 800 kbit/s",
                &falling,
                "Feed weak – 620 kbit/s < 800 kbit/s; switching in 1.5 s if it stays so",
            ),
            (
                Some(Place::Low),
                Class::Low,
                "312 kbit/s < 800 kbit/s",
                &Standing::Settled,
                "Low scene is on – 312 kbit/s < 800 kbit/s",
            ),
            (
                Some(Place::Offline),
                Class::Absent,
                "nobody publishes",
                &Standing::Settled,
                "Feed lost – nobody publishes",
            ),
            (
                Some(Place::Low),
                Class::Good,
                "3.1 Mbit/s",
                &recovering,
                "Feed is back – 3.1 Mbit/s; returning to LIVE in 6.0 s",
            ),
            (
                Some(Place::Live),
                Class::Unknown,
                "the ingest statistics answer HTTP 404",
                &Standing::Settled,
                "The ingest statistics answer HTTP 404. Scenes are left alone.",
            ),
            (
                None,
                Class::Good,
                "2.0 Mbit/s",
                &intro,
                "Scene 'Intro' is not in the switch list, so nothing is changed; 2.0 Mbit/s",
            ),
            (None, Class::Absent, "nobody publishes", &Standing::NotStreaming, "No feed – nobody publishes"),
        ];
        for (wanted, class, reason, standing, line) in table {
            assert_eq!(headline(state(standing, wanted, class), &verdict(class, reason), standing), line);
        }
    }

    #[test]
    fn a_missing_scene_names_the_nearest() {
        let line =
            standing(&Standing::SceneMissing(Place::Low), &NAMES, &verdict(Class::Low, "300 kbit/s"), Some(Place::Low));
        assert!(line.contains("no scene 'lowbitrate'") && line.contains("'Low bitrate'"), "{line}");
    }
}
