//! What the failover card says: finished sentences with the numbers in them. Every text of this
//! room stands here.

use super::classify::Verdict;
use super::scenes::Cast;
use super::standing::Standing;
use super::{Class, Place};
use crate::domain::health::State;
use crate::domain::ids::SceneName;
use crate::kit::text;
use crate::kit::units::Millis;

/// What the second witness says.
pub const STILL: &str = "and the picture in OBS stands still";

/// The state word for the card.
pub fn state(standing: &Standing, wanted: Option<Place>, class: Class) -> State {
    match standing {
        Standing::Paused => return State::Paused,
        Standing::NotManaged(_) | Standing::Privacy => return State::NotManaged,
        _ if class == Class::Unknown => return State::Unknown,
        Standing::Recovering { .. } => return State::Recovering,
        // The scene that is wanted is not on.
        Standing::SceneMissing(_) => return by_feed(class),
        _ => {}
    }
    match (wanted, class) {
        (Some(Place::Low), _) => State::Low,
        (Some(Place::Offline), _) => State::Lost,
        (None, Class::Absent) => State::Off,
        (None, Class::Warming) => State::Starting,
        (None, _) => by_feed(class),
        (_, Class::Good) => State::Good,
        _ => State::Weak,
    }
}

fn by_feed(class: Class) -> State {
    match class {
        Class::Good => State::Good,
        Class::Absent | Class::Stalled | Class::Warming => State::Lost,
        _ => State::Weak,
    }
}

/// The one line under the state word.
pub fn headline(state: State, verdict: &Verdict, standing: &Standing) -> String {
    let reason = &verdict.reason;
    match (state, standing) {
        (State::Good, _) => format!("Feed good – {reason}"),
        (State::Weak, Standing::Falling { left }) => {
            format!("Feed weak – {reason}; switching in {} if it stays so", tenths(*left))
        }
        (State::Weak, _) => format!("Feed weak – {reason}"),
        (State::Low, _) => format!("Low scene is on – {reason}"),
        (State::Lost, _) => format!("Feed lost – {reason}"),
        (State::Recovering, Standing::Recovering { left, for_picture: false }) => {
            format!("Feed is back – {reason}; returning to LIVE in {}", tenths(*left))
        }
        (State::Recovering, _) => format!("Feed is back – {reason}; waiting for OBS to show the picture"),
        (State::Unknown, Standing::Falling { left }) => {
            format!("{}, {STILL}; switching in {} if it stays so", capital(reason), tenths(*left))
        }
        (State::Starting, _) => format!("The feed is starting – {reason}"),
        (State::Unknown, _) => format!("{}. Scenes are left alone.", capital(reason)),
        (State::Off, _) => format!("No feed – {reason}"),
        (State::Paused, _) => format!("Automatic switching is paused; {reason}"),
        (State::NotManaged, Standing::Privacy) => {
            format!("The privacy scene is on, so nothing is changed; {reason}")
        }
        (State::NotManaged, Standing::NotManaged(scene)) => {
            format!("Scene '{scene}' is not in the switch list, so nothing is changed; {reason}")
        }
        _ => capital(reason),
    }
}

/// Why the machine acts or does not act, as a sentence.
pub fn standing(standing: &Standing, cast: &Cast<'_>, verdict: &Verdict, wanted: Option<Place>) -> String {
    let reason = &verdict.reason;
    match standing {
        Standing::NoObs => "OBS cannot be read, so no scene is switched.".to_owned(),
        Standing::NotStreaming => "OBS is not streaming. Automatic switching begins with the stream.".to_owned(),
        Standing::Paused => "Automatic switching is paused. Scenes are left alone until someone resumes it.".to_owned(),
        Standing::NotManaged(scene) => format!(
            "Scene '{scene}' is not in the switch list, so nothing is changed until '{}' or '{}' is on again.",
            cast.named(Place::Live),
            cast.named(Place::Low)
        ),
        Standing::Privacy => "The privacy scene is on. Only a person leaves it.".to_owned(),
        Standing::Beginning => {
            format!("The starting scene is on: {reason}. The first good feed leads to '{}'.", cast.named(Place::Live))
        }
        Standing::SceneMissing(place) => missing(*place, cast, reason),
        Standing::HumanHold => "A person chose this scene, so it is left alone for a moment.".to_owned(),
        Standing::StartGrace { left } => {
            format!("The stream has just begun, so scenes are left alone for {}.", tenths(*left))
        }
        Standing::Unsteady { left } => unsteady(*left, cast, reason),
        Standing::Preferring { feed, left } => {
            format!("'{feed}' comes first and is good again. It takes over in {} if it stays so.", tenths(*left))
        }
        Standing::Frozen(span) => {
            format!("Media arrives ({reason}), but the picture in OBS has stood still for {span}.")
        }
        Standing::Unknown(why) => format!("{}. Scenes are left alone.", capital(why)),
        Standing::Recovering { left, for_picture: false } => {
            format!(
                "The feed is good again: {reason}. '{}' returns in {} if it stays so.",
                cast.named(Place::Live),
                tenths(*left)
            )
        }
        Standing::Recovering { for_picture: true, .. } => {
            format!("The feed is good again: {reason}, but OBS does not show its picture yet.")
        }
        Standing::Falling { left } if verdict.class == Class::Unknown => {
            format!("{}, {STILL}. The scene changes in {} if it stays so.", capital(reason), tenths(*left))
        }
        Standing::Falling { left } => {
            format!("The feed is not good: {reason}. The scene changes in {} if it stays so.", tenths(*left))
        }
        Standing::Settled => match wanted {
            Some(Place::Live) if verdict.class == Class::Mid => {
                format!("The feed is neither good nor bad ({reason}), so the scene stays.")
            }
            Some(Place::Live) | None => format!("All is well: {reason}."),
            Some(place) => format!("'{}' is on: {reason}.", cast.named(place)),
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
        Standing::Privacy => "privacy",
        Standing::Beginning => "beginning",
        Standing::StartGrace { .. } => "start-grace",
        Standing::Unsteady { .. } => "unsteady",
        Standing::Preferring { .. } => "preferring",
        Standing::Frozen(_) => "frozen",
        Standing::Settled => "settled",
    }
}

/// "LIVE → LOW: 312 kbit/s < 800 kbit/s for 2.0 s"; where no other scene follows, it says so.
pub fn decision(from: &SceneName, to: &SceneName, reason: &str, existing: &[SceneName]) -> String {
    match (from == to, existing.contains(to)) {
        (true, _) => format!("'{to}' stays on: {reason}"),
        (false, true) => format!("{from} → {to}: {reason}"),
        (false, false) => format!("'{to}' is wanted, but OBS has no such scene: {reason}"),
    }
}

fn unsteady(left: Option<Millis>, cast: &Cast<'_>, reason: &str) -> String {
    let live = cast.named(Place::Live);
    let stays = format!("The feed comes and goes, so '{}' stays on", cast.named(Place::Low));
    match left {
        Some(left) => format!("{stays}. '{live}' returns in {} if it stays good: {reason}.", tenths(left)),
        None => format!("{stays} until it has been good for a while: {reason}."),
    }
}

fn missing(place: Place, cast: &Cast<'_>, reason: &str) -> String {
    let wanted = cast.named(place);
    let hint = text::nearest(wanted.as_str(), cast.existing().iter().map(SceneName::as_str))
        .map_or(String::new(), |near| format!(" Did you mean '{near}'?"));
    let feed = if place == Place::Live { "The feed is good again" } else { "The feed is not good" };
    format!("{feed} ({reason}), but there is no scene '{wanted}' in OBS, so the scene stays.{hint}")
}

/// Up to the next tenth of a second, so that nothing is said to happen in 0.0 s.
fn tenths(left: Millis) -> Millis {
    Millis(left.0.div_ceil(100).max(1) * 100)
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::failover::classify;
    use crate::domain::failover::scenes::{Scenes, Staging};

    fn scenes() -> Scenes {
        Scenes::new(&"LIVE".into(), &"lowbitrate".into(), None, &["LIVE".into(), "Low bitrate".into()])
    }

    fn verdict(class: Class, reason: &str) -> Verdict {
        classify::verdict(class, reason.to_owned())
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
    fn no_line_claims_what_is_not_so() {
        let missing = Standing::SceneMissing(Place::Low);
        let soon = Standing::Falling { left: Millis(20) };
        let waiting = Standing::NotStreaming;
        let table = [
            (Some(Place::Low), Class::Low, "300 kbit/s", &missing, "Feed weak – 300 kbit/s"),
            (Some(Place::Offline), Class::Absent, "nobody publishes", &missing, "Feed lost – nobody publishes"),
            (
                Some(Place::Live),
                Class::Low,
                "300 kbit/s",
                &soon,
                "Feed weak – 300 kbit/s; switching in 0.1 s if it stays so",
            ),
            (
                Some(Place::Live),
                Class::Unknown,
                "no answer",
                &soon,
                "No answer, and the picture in OBS stands still; switching in 0.1 s if it stays so",
            ),
            (None, Class::Warming, "connected", &waiting, "The feed is starting – connected"),
            (None, Class::Stalled, "nothing arrives", &waiting, "Feed lost – nothing arrives"),
        ];
        for (wanted, class, reason, standing, line) in table {
            assert_eq!(headline(state(standing, wanted, class), &verdict(class, reason), standing), line);
        }
        let mid = standing(
            &Standing::Settled,
            &Cast::common(&scenes()),
            &verdict(Class::Mid, "900 kbit/s"),
            Some(Place::Live),
        );
        assert!(!mid.contains("well"), "{mid}");
        let back = standing(
            &Standing::SceneMissing(Place::Live),
            &Cast::common(&scenes()),
            &verdict(Class::Good, "3.0 Mbit/s"),
            None,
        );
        assert!(back.starts_with("The feed is good again"), "{back}");
    }

    #[test]
    fn a_decision_names_the_scenes_that_are_really_shown() {
        let table: [(&[&str], Place, &str); 4] = [
            (&["LIVE", "LOW", "OFFLINE"], Place::Low, "LOW → OFFLINE: why"),
            (&["LIVE", "LOW"], Place::Live, "LIVE → LOW: why"),
            (&["LIVE", "LOW"], Place::Low, "'LOW' stays on: why"),
            (&["LIVE"], Place::Live, "'OFFLINE' is wanted, but OBS has no such scene: why"),
        ];
        for (existing, from, line) in table {
            let existing: Vec<SceneName> = existing.iter().map(|name| SceneName::from(*name)).collect();
            let scenes = Scenes::new(&"LIVE".into(), &"LOW".into(), Some(&"OFFLINE".into()), &existing);
            let cast = Cast::of(&scenes, None, &Staging::Own);
            assert_eq!(decision(cast.named(from), cast.named(Place::Offline), "why", &existing), line);
        }
    }

    #[test]
    fn a_missing_scene_names_the_nearest() {
        let line = standing(
            &Standing::SceneMissing(Place::Low),
            &Cast::common(&scenes()),
            &verdict(Class::Low, "300 kbit/s"),
            Some(Place::Low),
        );
        assert!(line.contains("no scene 'lowbitrate'") && line.contains("'Low bitrate'"), "{line}");
    }
}
