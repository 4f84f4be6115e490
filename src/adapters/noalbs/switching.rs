//! `switcher`: times, limits and scenes, then the servers.

use super::draft::Draft;
use super::fields::{Field, Fields};
use super::{servers, words};

/// `retryAttempts` where the file names none.
const RETRIES: u64 = 5;
/// Triggers where the file has no section of them.
const TRIGGERS: (u64, u64) = (800, 2500);
/// The lowest limit that the settings allow.
const LOWEST: &str = "1";
const MOST: u64 = 1_000_000;
/// The longest round-trip time that the settings allow as a limit.
const LONGEST_RTT: u64 = 60_000;

pub(super) fn read(root: &mut Fields, draft: &mut Draft) {
    let mut switcher = root.below("switcher", draft);
    manners(&mut switcher, draft);
    triggers(&mut switcher, draft);
    let mut scenes = switcher.below("switchingScenes", draft);
    let names = ["normal", "low", "offline"].map(|name| scenes.text(name, draft));
    self::scenes(names, draft);
    scenes.rest(draft);
    servers::read(&mut switcher, draft);
    switcher.rest(draft);
}

fn manners(switcher: &mut Fields, draft: &mut Draft) {
    if let Some(on) = switcher.flag("bitrateSwitcherEnabled", draft) {
        match on.value {
            true => draft.already(&on.path, "true", words::SWITCHER_ON),
            false => draft.no_place(&on.path, "false", words::SWITCHER_OFF),
        }
    }
    if let Some(only) = switcher.flag("onlySwitchWhenStreaming", draft) {
        only_when_streaming(&only, draft);
    }
    let instantly = switcher.flag("instantlySwitchOnRecover", draft);
    if let Some(notify) = switcher.flag("autoSwitchNotification", draft) {
        draft.keeps(&notify.path, "CHAT_ANNOUNCE", &notify.value.to_string());
    }
    let retries = switcher.whole("retryAttempts", 255, draft);
    times(switcher, instantly, retries, draft);
}

pub(super) fn only_when_streaming(only: &Field<bool>, draft: &mut Draft) {
    match only.value {
        true => draft.already(&only.path, "true", words::ONLY_STREAMING),
        false => draft.no_place(&only.path, "false", words::ALSO_IDLE),
    }
}

/// NOALBS polls once a second, so a count of polls is about as many seconds.
fn times(switcher: &Fields, instantly: Option<Field<bool>>, retries: Option<Field<u64>>, draft: &mut Draft) {
    let path = switcher.path("retryAttempts");
    let (seconds, from) = match retries {
        Some(retries) => (retries.value.to_string(), retries.value.to_string()),
        None => (RETRIES.to_string(), format!("({RETRIES})")),
    };
    draft.becomes_of(&path, &from, "LOW_AFTER_SEC", &seconds, words::RETRIES);
    draft.becomes_of(&path, &from, "RECOVER_FROM_LOW_SEC", &seconds, words::RETRIES_UP);
    draft.no_place(&path, &from, words::RETRIES_LOST);
    match instantly {
        Some(Field { path, value: false }) => {
            draft.becomes_of(&path, "false", "RECOVER_FROM_LOST_SEC", &seconds, words::NOT_INSTANT);
        }
        Some(Field { path, .. }) => draft.already(&path, "true", words::INSTANT),
        None => {}
    }
}

fn triggers(switcher: &mut Fields, draft: &mut Draft) {
    let mut triggers = switcher.below("triggers", draft);
    let [low, offline] = ["low", "offline"].map(|name| triggers.whole(name, MOST, draft).filter(|one| one.value > 0));
    let mut rtt = triggers.whole("rtt", MOST, draft).filter(|rtt| rtt.value > 0);
    let lost = triggers.whole("rttOffline", MOST, draft).filter(|rtt| rtt.value > 0);
    let defaults = (!triggers.is_there()).then_some(TRIGGERS);
    let path = |name| triggers.path(name);
    let low = low.or(defaults.map(|(value, _)| Field { path: path("low"), value }));
    rtt = rtt.or(defaults.map(|(_, value)| Field { path: path("rtt"), value }));
    limits(low, offline, [&path("low"), &path("offline")], draft);
    rtts(rtt, lost, if defaults.is_some() { words::RTT_ABOUT } else { words::RTT }, draft);
    triggers.rest(draft);
}

/// The limits of the rate. NOALBS's are all optional, ours stand in an order.
pub(super) fn limits(low: Option<Field<u64>>, offline: Option<Field<u64>>, paths: [&str; 2], draft: &mut Draft) {
    match &low {
        Some(low) => draft.becomes(&low.path, "BITRATE_LOW_KBPS", &low.value.max(2).to_string(), ""),
        None => draft.no_place(paths[0], words::NONE, words::LOW_NONE),
    }
    let below = low.map_or(800, |low| low.value.max(2));
    match offline {
        Some(offline) if offline.value >= below => {
            let from = offline.value.to_string();
            draft.becomes_of(
                &offline.path,
                &from,
                "BITRATE_OFFLINE_KBPS",
                &(below - 1).to_string(),
                words::OFFLINE_HIGH,
            );
        }
        Some(offline) => draft.becomes(&offline.path, "BITRATE_OFFLINE_KBPS", &offline.value.to_string(), ""),
        None => draft.becomes_of(paths[1], words::NONE, "BITRATE_OFFLINE_KBPS", LOWEST, words::OFFLINE_NONE),
    }
}

/// The limits of the round-trip time.
pub(super) fn rtts(low: Option<Field<u64>>, lost: Option<Field<u64>>, note: &str, draft: &mut Draft) {
    for (rtt, key) in [(low, "RTT_LOW_MS"), (lost, "RTT_LOST_MS")] {
        match rtt {
            Some(rtt) => {
                let from = rtt.value.to_string();
                draft.becomes_of(&rtt.path, &from, key, &rtt.value.min(LONGEST_RTT).to_string(), note);
            }
            None => draft.set(key, ""),
        }
    }
}

/// The common scenes: normal, low, offline.
pub(super) fn scenes([normal, low, offline]: [Option<Field<String>>; 3], draft: &mut Draft) {
    let live = normal.as_ref().map(|scene| scene.value.clone());
    let weak = low.as_ref().map(|scene| scene.value.clone());
    if let Some(scene) = normal {
        draft.becomes(&scene.path, "LIVE_SCENE_NAME", &scene.value, "");
    }
    match low {
        Some(scene) if live.as_ref() == Some(&scene.value) => {
            draft.no_place(&scene.path, &scene.value, words::LOW_LIKE_LIVE);
        }
        Some(scene) => draft.becomes(&scene.path, "LOW_SCENE_NAME", &scene.value, ""),
        None => {}
    }
    match offline {
        Some(scene) if live.as_ref() == Some(&scene.value) => {
            draft.becomes_of(&scene.path, &scene.value, "OFFLINE_SCENE_NAME", "", words::OFFLINE_LIKE_LIVE);
        }
        Some(scene) => {
            let note = if weak.as_ref() == Some(&scene.value) { words::OFFLINE_LIKE_LOW } else { "" };
            draft.becomes(&scene.path, "OFFLINE_SCENE_NAME", &scene.value, note);
        }
        None => {}
    }
}
