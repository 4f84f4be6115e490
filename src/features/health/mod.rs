//! Room: health. A pure look at the cells: one row per thing, with state, reason and repair.

mod sign_in;
mod twitch;

use crate::config::{self, Scenes};
use crate::domain::failover::View;
use crate::domain::failover::repair::Troubles;
use crate::domain::health::{Health, State};
use crate::domain::ids::FeedId;
use crate::domain::journal::Tail;
use crate::domain::raid::{RaidView, Stage};
use crate::domain::signal::{Feed, Feeds, Reach};
use crate::domain::stream::{MediaInput, Obs, ObsLink};
use crate::domain::twitch::Twitch;
use crate::kit::text;
use crate::kit::units::Millis;
use crate::runtime::supervisor::TaskState;

/// What the rows are made from.
pub struct Seen<'a> {
    /// OBS as last reported.
    pub obs: &'a Obs,
    /// The failover cell.
    pub view: &'a View,
    /// The newest poll of each feed.
    pub feeds: &'a Feeds,
    /// What could not be mended.
    pub troubles: &'a Troubles,
    /// Our raid and what follows.
    pub raid: &'a RaidView,
    /// The journal's newest lines.
    pub tail: &'a Tail,
    /// The supervisor's list.
    pub tasks: &'a [TaskState],
    /// The scenes by role.
    pub scenes: &'a Scenes,
    /// Twitch as last reported.
    pub twitch: &'a Twitch,
    /// The settings of Twitch.
    pub twitch_settings: &'a config::Twitch,
    /// Facts that slow listeners missed.
    pub bus_missed: u64,
}

/// The rows, in the order in which trouble usually begins.
pub fn rows(seen: &Seen<'_>) -> Vec<Health> {
    let before = [
        ingest(&seen.feeds.first().cloned().unwrap_or_default(), seen.view),
        obs(seen.obs),
        scenes(seen.obs, seen.scenes),
        switching(seen.view),
    ];
    let after = [history(seen.tail), tasks(seen.tasks, seen.bus_missed)];
    let twitch = sign_in::rows(seen.twitch, seen.twitch_settings);
    let twitch = twitch.into_iter().chain(twitch::rows(seen.twitch));
    let middle = media(seen.obs).into_iter().chain(twitch).chain(troubles(seen.troubles)).chain(raid(seen.raid));
    before.into_iter().chain(middle).chain(after).collect()
}

fn row(name: &'static str, state: State, reason: impl Into<String>) -> Health {
    Health::new(name, state, reason)
}

fn ingest(feed: &Feed, view: &View) -> Health {
    let Some(sample) = &feed.sample else {
        return row("Ingest", State::Starting, "Not asked yet.");
    };
    let repair = match &sample.reach {
        Reach::Ok => {
            let server = feed.server.map_or_else(|| "The ingest server".to_owned(), |server| server.to_string());
            return row("Ingest", State::Good, format!("{server} answers."));
        }
        Reach::NotSetUp => return row("Ingest", State::Off, text::sentence(&sample.reach.reason())),
        Reach::Auth(_) => Some("Put the login into STATS_URL on the Settings page."),
        Reach::Login(_) => Some("Put the login into the feed's settings."),
        Reach::Ambiguous(_) => Some("Choose one under STATS_FEED on the Settings page."),
        Reach::Malformed(_) | Reach::Http(_) => Some("Check that STATS_URL points at the statistics page."),
        Reach::Refused(_) => Some("Check that the ingest server runs and that STATS_URL is right."),
        Reach::Timeout | Reach::Silent(_) | Reach::RateLimited { .. } | Reach::Restarted => None,
    };
    let needs_you = matches!(sample.reach, Reach::Auth(_) | Reach::Login(_) | Reach::Ambiguous(_));
    let state = if needs_you { State::NeedsYou } else { State::Unknown };
    Health {
        since: view.last_reading,
        repair: repair.map(str::to_owned),
        ..row("Ingest", state, text::sentence(&sample.reach.reason()))
    }
}

fn obs(obs: &Obs) -> Health {
    let since = Some(obs.link_since).filter(|at| at.0 > 0);
    match &obs.link {
        ObsLink::Starting => row("OBS", State::Starting, "Connecting."),
        ObsLink::Connected => {
            let version = obs.version.as_deref().unwrap_or("of unknown version");
            Health { since, ..row("OBS", State::Good, format!("Connected, OBS {version}.")) }
        }
        ObsLink::Lost { reason, repair } => {
            let state = if repair.is_some() { State::NeedsYou } else { State::Lost };
            Health { since, repair: repair.clone(), ..row("OBS", state, text::sentence(reason)) }
        }
    }
}

fn scenes(obs: &Obs, wanted: &Scenes) -> Health {
    const NAME: &str = "Scenes";
    if !obs.is_connected() {
        return row(NAME, State::Unknown, "OBS is not connected.");
    }
    for (role, key, scene) in [("LIVE", "LIVE_SCENE_NAME", &wanted.live), ("LOW", "LOW_SCENE_NAME", &wanted.low)] {
        if !obs.scenes.contains(scene) {
            let reason = format!("OBS has no scene '{scene}', so the {role} scene cannot be shown.");
            let existing = obs.scenes.iter().map(|name| name.as_str());
            let repair = match text::nearest(scene.as_str(), existing) {
                Some(near) => format!("Did you mean '{near}'? Set {key} on the Settings page."),
                None => format!("Create the scene in OBS, or set {key} on the Settings page."),
            };
            return Health { repair: Some(repair), ..row(NAME, State::NeedsYou, reason) };
        }
    }
    match &wanted.offline {
        Some(offline) if !obs.scenes.contains(offline) => {
            row(NAME, State::Good, format!("OBS has no scene '{offline}'; '{}' takes its place.", wanted.low))
        }
        None => row(NAME, State::Good, format!("No offline scene is set; '{}' takes its place.", wanted.low)),
        Some(_) => row(NAME, State::Good, "All switched scenes exist in OBS."),
    }
}

fn switching(view: &View) -> Health {
    const NAME: &str = "Automatic switching";
    match &view.paused {
        Some((who, since)) => {
            let reason = format!("Paused by {who}. Scenes are left alone.");
            Health { since: Some(*since), ..row(NAME, State::Paused, reason) }
        }
        None if view.state == State::NotManaged => row(NAME, State::NotManaged, &view.standing),
        None if view.armed => row(NAME, State::Good, &view.standing),
        None => row(NAME, State::Off, &view.standing),
    }
}

const MEDIA: &str = "Media source";

/// One row for each feed's source, or one that says why there is none.
fn media(obs: &Obs) -> Vec<Health> {
    if !obs.is_connected() {
        return vec![row(MEDIA, State::Unknown, "OBS is not connected.")];
    }
    let alone = obs.media.len() + obs.media_notes.len() < 2;
    let named = |feed: &FeedId, health: Health| match alone {
        true => health,
        false => Health { reason: format!("Feed '{feed}': {}", health.reason), ..health },
    };
    let found = obs.media.iter().map(|media| named(&media.feed, playing(media)));
    let missing = obs.media_notes.iter().map(|(feed, note)| named(feed, no_media(note)));
    let rows: Vec<Health> = found.chain(missing).collect();
    if rows.is_empty() { vec![no_media("No source in OBS plays the ingest.")] } else { rows }
}

fn no_media(reason: &str) -> Health {
    let repair = "Set MEDIA_SOURCE_NAME to the source that plays the ingest.".to_owned();
    Health { repair: Some(repair), ..row(MEDIA, State::Off, reason) }
}

fn playing(media: &MediaInput) -> Health {
    const NAME: &str = MEDIA;
    const STILL: Millis = Millis(10_000);
    let name = &media.name;
    match (media.playing, media.moving) {
        (true, Some(true)) if media.picture.is_some_and(|picture| picture.still_for() >= STILL) => {
            row(NAME, State::Weak, format!("'{name}' plays, but its picture has not changed for a while."))
        }
        (true, Some(true)) => row(NAME, State::Good, format!("'{name}' plays and moves.")),
        (true, Some(false)) => {
            let repair = Some("Press “Restart picture” on the Live page.".to_owned());
            Health { repair, ..row(NAME, State::Lost, format!("'{name}' plays but its picture stands still.")) }
        }
        (true, None) => row(NAME, State::Unknown, format!("'{name}' plays; whether it moves is not known yet.")),
        (false, _) => row(NAME, State::Lost, format!("'{name}' does not play.")),
    }
}

/// A row while a stop is under way or a person is asked, and when a stop did not succeed.
fn raid(view: &RaidView) -> Option<Health> {
    const NAME: &str = "Stop after raid";
    match &view.stage {
        Stage::Asking { to, .. } => {
            let reason = format!("Nobody knows whether the raid to {to} went out: Twitch's events were away.");
            Some(Health {
                repair: Some("Stop now, or keep streaming, on the raid page.".to_owned()),
                ..row(NAME, State::NeedsYou, reason)
            })
        }
        Stage::Stopping { raid, answer: None, .. } => {
            Some(row(NAME, State::Stopping, format!("The stream is being stopped after the raid to {}.", raid.to_name)))
        }
        Stage::Stopping { answer: Some(answer), .. } => Some(row(NAME, State::Stopping, text::sentence(answer))),
        Stage::Counting { raid, .. } => {
            Some(row(NAME, State::Good, format!("The stream stops soon, after the raid to {}.", raid.to_name)))
        }
        Stage::Idle | Stage::Waiting { .. } => {
            let ended = view.ended.as_ref().filter(|ended| ended.bad)?;
            Some(Health { since: Some(ended.at), ..row(NAME, State::NeedsYou, &ended.text) })
        }
    }
}

/// A row for each thing that only a person can mend; none while all is well.
fn troubles(troubles: &Troubles) -> Vec<Health> {
    troubles.list.iter().map(|(_, text)| row("Repair", State::NeedsYou, text)).collect()
}

fn history(tail: &Tail) -> Health {
    match &tail.not_writing {
        Some((why, since)) => Health {
            since: Some(*since),
            repair: Some("Free disk space or check the data folder; the show goes on meanwhile.".to_owned()),
            ..row("History", State::NeedsYou, format!("History is not being written: {why}."))
        },
        None if tail.lost > 0 => {
            row("History", State::Weak, format!("{} lines were lost because the disk is slow.", tail.lost))
        }
        None => row("History", State::Good, "Every line is written down."),
    }
}

fn tasks(tasks: &[TaskState], bus_missed: u64) -> Health {
    const NAME: &str = "This program";
    if let Some(down) = tasks.iter().find(|task| !task.running) {
        let why = down.last_error.as_deref().unwrap_or("no reason given");
        let reason = format!("The part '{}' fell over and is started again: {why}.", down.name);
        return Health { since: Some(down.since), ..row(NAME, State::Lost, reason) };
    }
    let restarts: u32 = tasks.iter().map(|task| task.restarts).sum();
    let mut reason = "All parts run.".to_owned();
    if restarts > 0 {
        reason.push_str(&format!(" Parts started again so far: {restarts}."));
    }
    if bus_missed > 0 {
        reason.push_str(&format!(" Messages lost between parts: {bus_missed}."));
    }
    let state = if restarts + u32::from(bus_missed > 0) > 0 { State::Weak } else { State::Good };
    row(NAME, state, reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::SceneName;
    use crate::domain::signal::Sample;
    use crate::kit::units::{Mono, UnixMs};

    fn roles() -> Scenes {
        Scenes {
            live: "LIVE".into(),
            low: "LOW".into(),
            offline: Some("OFFLINE".into()),
            brb: "BRB".into(),
            starting: "STARTING".into(),
            ending: None,
            privacy: None,
            refresh: None,
        }
    }

    fn connected(scenes: &[&str]) -> Obs {
        let scenes = scenes.iter().map(|name| SceneName::from(*name)).collect();
        Obs { link: ObsLink::Connected, version: Some("30.2.3".to_owned()), scenes, ..Obs::default() }
    }

    #[test]
    fn what_cannot_be_read_is_never_good() {
        let (obs, view, feeds, tail) = (Obs::default(), View::default(), Feeds::default(), Tail::default());
        let seen = Seen {
            obs: &obs,
            view: &view,
            feeds: &feeds,
            troubles: &Troubles::default(),
            raid: &RaidView::default(),
            tail: &tail,
            tasks: &[],
            scenes: &roles(),
            twitch: &Twitch::default(),
            twitch_settings: &config::Config::parse(&config::Values::from_pairs([])).unwrap().twitch,
            bus_missed: 0,
        };
        let states: Vec<_> = rows(&seen).into_iter().map(|row| (row.name, row.state)).collect();
        assert_eq!(
            states,
            [
                ("Ingest", State::Starting),
                ("OBS", State::Starting),
                ("Scenes", State::Unknown),
                ("Automatic switching", State::Off),
                ("Media source", State::Unknown),
                ("History", State::Good),
                ("This program", State::Good),
            ]
        );
    }

    #[test]
    fn a_missing_low_scene_needs_you_and_names_the_nearest() {
        let found = scenes(&connected(&["LIVE", "Low bitrate", "LOW "]), &roles());
        assert_eq!(found.state, State::NeedsYou);
        assert_eq!(found.repair.as_deref(), Some("Did you mean 'LOW '? Set LOW_SCENE_NAME on the Settings page."));
        let found = scenes(&connected(&["LIVE", "Camera"]), &roles());
        assert!(found.repair.is_some_and(|text| text.starts_with("Create the scene")));
    }

    #[test]
    fn a_missing_offline_scene_is_said_and_low_takes_its_place() {
        let found = scenes(&connected(&["LIVE", "LOW"]), &roles());
        assert_eq!((found.state, found.reason.contains("'LOW' takes its place")), (State::Good, true));
        let none = Scenes { offline: None, ..roles() };
        assert!(scenes(&connected(&["LIVE", "LOW"]), &none).reason.contains("takes its place"));
    }

    #[test]
    fn unreadable_statistics_are_unknown_or_need_you() {
        let table = [
            (Reach::Timeout, State::Unknown),
            (Reach::Silent("nothing was pushed yet".to_owned()), State::Unknown),
            (Reach::Http(500), State::Unknown),
            (Reach::Auth(401), State::NeedsYou),
            (Reach::Login("SRS wants a login".to_owned()), State::NeedsYou),
            (Reach::Ambiguous(vec!["a".to_owned(), "b".to_owned()]), State::NeedsYou),
            (Reach::NotSetUp, State::Off),
            (Reach::Ok, State::Good),
        ];
        for (reach, state) in table {
            let feed = Feed { polls: 1, sample: Some(Sample::unreadable(Mono(0), reach.clone())), ..Feed::default() };
            assert_eq!(ingest(&feed, &View::default()).state, state, "{reach:?}");
        }
    }

    #[test]
    fn a_standing_picture_is_lost_though_obs_says_playing() {
        let media_of = |playing, moving| {
            let input = MediaInput { playing, moving, ..MediaInput::unread(FeedId::main(), "Feed".to_owned()) };
            media(&Obs { media: vec![input], ..connected(&[]) })[0].state
        };
        assert_eq!(media_of(true, Some(true)), State::Good);
        assert_eq!(media_of(true, Some(false)), State::Lost);
        assert_eq!(media_of(true, None), State::Unknown);
        assert_eq!(media_of(false, None), State::Lost);
    }

    #[test]
    fn each_feed_has_a_row_for_its_source() {
        let input = MediaInput { playing: true, ..MediaInput::unread("phone".into(), "Feed".to_owned()) };
        let notes = vec![("cam".into(), "No media source in OBS points at the feed 'cam'.".to_owned())];
        let rows = media(&Obs { media: vec![input], media_notes: notes, ..connected(&[]) });
        let reasons: Vec<&str> = rows.iter().map(|row| row.reason.as_str()).collect();
        assert!(reasons[0].starts_with("Feed 'phone': 'Feed' plays"), "{reasons:?}");
        assert!(reasons[1].starts_with("Feed 'cam': No media source"), "{reasons:?}");
    }

    #[test]
    fn history_that_is_not_written_and_tasks_that_fell_are_said() {
        let tail = Tail { not_writing: Some(("disk full".to_owned(), UnixMs(7))), ..Tail::default() };
        assert_eq!(history(&tail).state, State::NeedsYou);
        let task = |running, restarts| TaskState {
            name: "obs",
            running,
            since: UnixMs(1),
            restarts,
            last_error: Some("plate".to_owned()),
        };
        assert_eq!(tasks(&[task(false, 0)], 0).state, State::Lost);
        assert_eq!(tasks(&[task(true, 2)], 0).state, State::Weak);
        assert_eq!(tasks(&[task(true, 0)], 9).reason, "All parts run. Messages lost between parts: 9.");
    }
}
