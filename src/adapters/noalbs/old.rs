//! The form of NOALBS 1: `obs`, `rtmp`, `twitchChat`, `language` (NOALBS 2 still converts it, see
//! `ConfigOld` in its `src/config.rs`).

use super::draft::Draft;
use super::fields::{Field, Fields};
use super::servers::{self, NewFeed};
use super::{chat, switching, words};
use crate::config::keys::HIDDEN;
use crate::domain::chat_command::{Audience, ChatCommand};
use crate::domain::server::Server;
use serde_json::Value;

pub(super) fn read(root: &mut Fields, draft: &mut Draft) {
    let mut obs = root.below("obs", draft);
    address(&mut obs, draft);
    if let Some(only) = obs.flag("onlySwitchWhenStreaming", draft) {
        switching::only_when_streaming(&only, draft);
    }
    let most = 1_000_000;
    let low = obs.whole("lowBitrateTrigger", most, draft).filter(|low| low.value > 0);
    switching::limits(low, None, [&obs.path("lowBitrateTrigger"), "obs"], draft);
    let rtt = obs.whole("highRttTrigger", most, draft).filter(|rtt| rtt.value > 0);
    switching::rtts(rtt, None, words::RTT, draft);
    let scenes = ["normalScene", "lowBitrateScene", "offlineScene"].map(|name| obs.text(name, draft));
    switching::scenes(scenes, draft);
    if let Some(scene) = obs.text("refreshScene", draft) {
        draft.becomes(&scene.path, "REFRESH_SCENE_NAME", &scene.value, "");
    }
    if let Some(seconds) = obs.whole("refreshSceneInterval", most, draft) {
        draft.no_place(&seconds.path, &seconds.value.to_string(), words::REFRESH_INTERVAL);
    }
    obs.rest(draft);
    server(root, draft);
    twitch(root, draft);
    if let Some(language) = root.text("language", draft) {
        draft.keeps(&language.path, "CHAT_LANGUAGE", &language.value.to_lowercase());
    }
}

/// `ip` is a host and, after a colon, a port.
fn address(obs: &mut Fields, draft: &mut Draft) {
    if let Some(Field { path, value }) = obs.text("ip", draft) {
        let (host, port) = value.rsplit_once(':').unwrap_or((&value, "4444"));
        draft.becomes_of(&path, &value, "OBS_HOST", host, "");
        match port.parse::<u16>() {
            Ok(port) => {
                // Version 1 spoke to obs-websocket 4 alone, and 4444 was its port.
                let (port, note) = if port == 4444 { (4455, words::NEW_PORT) } else { (port, "") };
                draft.becomes_of(&path, &value, "OBS_PORT", &port.to_string(), note);
            }
            Err(_) => {
                draft.mistake(&path, &words::wrong("no such address", "a machine and a port, such as localhost:4455"))
            }
        }
    }
    if let Some(password) = obs.text("password", draft) {
        draft.becomes(&password.path, "OBS_PASSWORD", &password.value, "");
    }
}

fn server(root: &mut Fields, draft: &mut Draft) {
    let mut rtmp = root.below("rtmp", draft);
    let kind = rtmp.text("server", draft);
    let mut feed =
        NewFeed { path: "rtmp".to_owned(), old: true, id: "main".to_owned(), enabled: true, ..NewFeed::default() };
    if let Some(kind) = kind {
        feed.kind = match kind.value.as_str() {
            "nginx" => Some(Server::Nginx),
            "node-media-server" => Some(Server::Nms2),
            "nimble" => Some(Server::Nimble),
            "srt-live-server" => Some(Server::Sls),
            other => {
                feed.notes.push(words::unknown_server(other));
                None
            }
        };
    }
    match rtmp.text("stats", draft) {
        Some(url) => feed.url = servers::stats_url(&url, draft),
        None => draft.mistake(&rtmp.path("stats"), "is missing: the address of the statistics page"),
    }
    if feed.kind == Some(Server::Sls) && feed.url.as_deref().is_some_and(|url| url.contains("belabox.net")) {
        (feed.kind, feed.secret_address) = (Some(Server::Belabox), true);
    }
    let [application, key] = ["application", "key"].map(|name| rtmp.text(name, draft).map(|field| field.value));
    let publisher = rtmp.text("publisher", draft).map(|field| field.value);
    feed.publisher = publisher.or_else(|| Some(format!("{}/{}", application?, key?)));
    feed.token = rtmp.text("apiKey", draft).map(|key| key.value);
    if rtmp.text("id", draft).is_some() {
        feed.notes.push(words::NIMBLE_ID.to_owned());
    }
    rtmp.rest(draft);
    servers::settle("rtmp", &[feed], draft);
}

fn twitch(root: &mut Fields, draft: &mut Draft) {
    let mut twitch = root.below("twitchChat", draft);
    if let Some(bot) = twitch.text("botUsername", draft) {
        draft.no_place(&bot.path, &bot.value, words::BOT);
    }
    if let Some(oauth) = twitch.text("oauth", draft) {
        draft.no_place(&oauth.path, HIDDEN, words::BOT);
    }
    if let Some(enable) = twitch.flag("enable", draft) {
        draft.no_place(&enable.path, &enable.value.to_string(), words::CHAT_SWITCH);
    }
    chat::keep_texts(&mut twitch, &[("channel", "CHAT_CHANNEL"), ("prefix", "CHAT_PREFIX")], draft);
    chat::keep_names(&mut twitch, &[("adminUsers", "TWITCH_ADMINS")], draft);
    chat::keep_flags(
        &mut twitch,
        &[
            ("enablePublicCommands", "CHAT_PUBLIC_COMMANDS"),
            ("enableModCommands", "CHAT_MOD_COMMANDS"),
            ("enableAutoSwitchNotification", "CHAT_ANNOUNCE"),
            ("enableAutoStopStreamOnHostOrRaid", "RAID_AUTO_STOP_ENABLED"),
        ],
        draft,
    );
    commands(&mut twitch, draft);
    twitch.rest(draft);
}

/// Two lists of words, and pairs of an alias and its word.
fn commands(twitch: &mut Fields, draft: &mut Draft) {
    let aliases = twitch.read("alias", draft, words::ALIASES, pairs).map(|field| field.value).unwrap_or_default();
    let path = twitch.path("alias");
    let of = |word: &str, draft: &mut Draft| {
        let mine = aliases.iter().filter(|(_, target)| target == word);
        chat::usable(mine.map(|(alias, _)| alias.clone()).collect(), word, &path, draft)
    };
    for (name, audience) in [("modCommands", Audience::Moderators), ("publicCommands", Audience::Everyone)] {
        let Some(list) = twitch.names(name, draft) else { continue };
        for word in &list.value {
            match chat::find(word) {
                Some(found) => {
                    let command = ChatCommand { audience, aliases: of(word, draft), ..found };
                    chat::add(draft, &list.path, command, "");
                }
                None => draft.no_place(&list.path, word, &words::unknown_command(chat::near(word))),
            }
        }
    }
    for (alias, word) in &aliases {
        match chat::find(word) {
            _ if draft.commands.iter().any(|command| command.name == *word) => {}
            Some(found) => {
                let command = ChatCommand { aliases: of(word, draft), ..found };
                chat::add(draft, &format!("{path} {alias}"), command, words::DEFAULT_ROLE);
            }
            None => draft.no_place(&path, &format!("{alias}, {word}"), &words::unknown_command(chat::near(word))),
        }
    }
}

fn pairs(value: &Value) -> Option<Vec<(String, String)>> {
    let pair = |one: &Value| match one.as_array()?.as_slice() {
        [alias, word] => Some((alias.as_str()?.to_lowercase(), word.as_str()?.to_lowercase())),
        _ => None,
    };
    value.as_array()?.iter().take(256).map(pair).collect()
}
