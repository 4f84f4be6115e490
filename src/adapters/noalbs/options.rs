//! The user, the connection to OBS, the optional scenes and options.

use super::draft::Draft;
use super::fields::Fields;
use super::words;
use crate::config::keys::HIDDEN;

/// Most minutes that OFFLINE_STOP_MIN allows.
const DAY: u64 = 1440;

pub(super) fn user(root: &mut Fields, draft: &mut Draft) {
    let mut user = root.below("user", draft);
    if let Some(id) = user.whole("id", u64::MAX, draft) {
        draft.no_place(&id.path, &id.value.to_string(), words::USER);
    }
    if let Some(name) = user.text("name", draft) {
        draft.no_place(&name.path, &name.value, words::USER);
    }
    if let Some(hash) = user.text("passwordHash", draft) {
        draft.no_place(&hash.path, HIDDEN, words::USER_PASSWORD);
    }
    user.rest(draft);
}

pub(super) fn software(root: &mut Fields, draft: &mut Draft) {
    let mut obs = root.below("software", draft);
    if let Some(kind) = obs.text("type", draft)
        && !kind.value.to_lowercase().starts_with("obs")
    {
        draft.mistake(&kind.path, words::OTHER_SOFTWARE);
    }
    if let Some(host) = obs.text("host", draft) {
        draft.becomes(&host.path, "OBS_HOST", &host.value, "");
    }
    if let Some(port) = obs.whole("port", 65_535, draft) {
        let note = if port.value == 4444 { words::OLD_PORT } else { "" };
        draft.becomes(&port.path, "OBS_PORT", &port.value.to_string(), note);
    }
    if let Some(password) = obs.text("password", draft) {
        draft.becomes(&password.path, "OBS_PASSWORD", &password.value, "");
    }
    let collections = obs.below("collections", draft);
    if collections.entries().next().is_some() {
        let names: Vec<&str> = collections.entries().map(|(name, _)| name.as_str()).collect();
        draft.no_place(collections.here(), &names.join(", "), words::COLLECTIONS);
    }
    obs.rest(draft);
}

pub(super) fn scenes(root: &mut Fields, draft: &mut Draft) {
    let mut scenes = root.below("optionalScenes", draft);
    for (name, key) in [
        ("starting", "STARTING_SCENE_NAME"),
        ("ending", "ENDING_SCENE_NAME"),
        ("privacy", "PRIVACY_SCENE_NAME"),
        ("refresh", "REFRESH_SCENE_NAME"),
    ] {
        let Some(scene) = scenes.text(name, draft) else { continue };
        let managed = ["LIVE_SCENE_NAME", "LOW_SCENE_NAME", "OFFLINE_SCENE_NAME"];
        if name == "privacy" && managed.iter().any(|key| draft.setting(key) == Some(&scene.value)) {
            draft.no_place(&scene.path, &scene.value, words::PRIVACY_MANAGED);
        } else {
            draft.becomes(&scene.path, key, &scene.value, "");
        }
    }
    scenes.rest(draft);
}

pub(super) fn options(root: &mut Fields, draft: &mut Draft) {
    let mut options = root.below("optionalOptions", draft);
    transcoding(&mut options, draft);
    if let Some(minutes) = options.whole("offlineTimeout", 100_000, draft) {
        let from = minutes.value.to_string();
        match minutes.value {
            0 => draft.no_place(&minutes.path, &from, words::OFFLINE_AT_ONCE),
            some => draft.becomes_of(&minutes.path, &from, "OFFLINE_STOP_MIN", &some.min(DAY).to_string(), ""),
        }
    }
    if let Some(record) = options.flag("recordWhileStreaming", draft) {
        draft.becomes(&record.path, "RECORD_WITH_STREAM", &record.value.to_string(), "");
    }
    if let Some(starting) = options.flag("switchToStartingSceneOnStreamStart", draft) {
        match starting.value {
            true => draft.no_place(&starting.path, "true", words::TO_STARTING),
            false => draft.already(&starting.path, "false", ""),
        }
    }
    if let Some(live) = options.flag("switchFromStartingSceneToLiveScene", draft) {
        draft.becomes(&live.path, "LIVE_FROM_STARTING", &live.value.to_string(), "");
    }
    options.rest(draft);
}

fn transcoding(options: &mut Fields, draft: &mut Draft) {
    let wanted = options.flag("twitchTranscodingCheck", draft);
    let is_wanted = wanted.as_ref().is_some_and(|wanted| wanted.value);
    let numbers = ["twitchTranscodingRetries", "twitchTranscodingDelaySeconds"]
        .map(|name| options.whole(name, u64::MAX, draft).map(|field| (field.path, field.value.to_string())));
    let check = wanted.map(|wanted| (wanted.path, wanted.value.to_string()));
    for (path, value) in check.into_iter().chain(numbers.into_iter().flatten()) {
        match is_wanted {
            true => draft.no_place(&path, &value, words::TRANSCODING),
            false => draft.already(&path, &value, ""),
        }
    }
}
