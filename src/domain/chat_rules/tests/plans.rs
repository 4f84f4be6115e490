//! What each command asks for, and what is said then.

use super::super::phrases::Reply;
use super::super::plan::{End, Plan, Roles, Seen, Step, plan};
use super::super::table::COMMANDS;
use super::*;
use crate::domain::failover::rules::Rules;
use crate::domain::failover::{Class, View};
use crate::domain::stream::{Obs, ObsLink, Output};
use crate::kit::units::{Kbps, Millis};

struct Scene {
    obs: Obs,
    view: View,
    roles: Roles,
}

fn scene() -> Scene {
    let scenes = ["LIVE", "LOW", "BRB", "Cam front", "Cam rear"].map(Into::into).into();
    let obs = Obs {
        link: ObsLink::Connected,
        output: Some(Output::Stopped),
        scene: Some("LIVE".into()),
        scenes,
        ..Obs::default()
    };
    let roles = Roles {
        live: "LIVE".into(),
        brb: "BRB".into(),
        starting: "Start".into(),
        offline: Some("OFF".into()),
        ending: None,
        privacy: None,
        refresh: Some("LOW".into()),
    };
    Scene { obs, view: View { class: Class::Good, kbps: Some(Kbps(5800.0)), ..View::default() }, roles }
}

fn planned(scene: &Scene, book: &Book, text: &str) -> Plan {
    let call = book.find(text).unwrap_or_else(|| panic!("{text} is a command"));
    let (rules, allowed) = (Rules::default(), ["brb", "bitrate"]);
    let seen = Seen {
        obs: &scene.obs,
        view: &scene.view,
        scenes: &scene.roles,
        rules: &rules,
        pause: Millis(1000),
        book,
        allowed: &allowed,
    };
    plan(call.spec.verb, call.spec.name, call.args, seen)
}

/// The plan in words: its orders, its waits, and the key of what is said.
fn told(scene: &Scene, text: &str) -> String {
    told_by(scene, &book(), text)
}

fn told_by(scene: &Scene, book: &Book, text: &str) -> String {
    let plan = planned(scene, book, text);
    let steps = plan.steps.iter().map(|step| match step {
        Step::Give { order, .. } => order.to_string(),
        Step::Wait { span, .. } => format!("wait {}", span.0),
    });
    let end = match &plan.end {
        End::Say(reply) => checked(reply),
        End::Outcome(phrase) => phrase.key,
    };
    steps.chain([format!("say {end}")]).collect::<Vec<_>>().join("; ")
}

fn checked(reply: &Reply) -> &'static str {
    assert_eq!(reply.filled().collect::<Vec<_>>(), reply.phrase.holes, "{}", reply.phrase.key);
    reply.phrase.key
}

#[test]
fn every_command_has_its_effects() {
    let scene = scene();
    let table = [
        ("!start", "start the stream; switch to scene 'Start'; say started"),
        ("!live", "switch to scene 'LIVE'; say shows"),
        ("!brb", "switch to scene 'BRB'; say shows"),
        ("!fix", "switch to scene 'BRB'; wait 1000; switch to scene 'LIVE'; say fixed"),
        ("!stop", "stop the stream; switch to scene 'OFF'; say stopped_scene"),
        ("!privacy", "say no_scene_set"),
        ("!starting", "switch to scene 'Start'; say shows"),
        ("!ending", "say no_scene_set"),
        ("!switch REAR", "switch to scene 'Cam rear'; say shows"),
        ("!switch cam", "say which"),
        ("!switch nowhere at all", "say no_such"),
        ("!switch", "say usage"),
        ("!source map", "show or hide the source 'map'; say done"),
        ("!source", "say usage"),
        ("!refresh", "switch to scene 'LOW'; wait 1000; switch to scene 'LIVE'; say refreshed"),
        ("!record on", "start recording; say recording_on"),
        ("!record off", "stop recording; say recording_off"),
        ("!record", "say obs_unreadable"),
        ("!record maybe", "say usage"),
        ("!collection out", "change to the scene collection 'out'; say done"),
        ("!bitrate", "say bitrate"),
        ("!sourceinfo", "say source_info"),
        ("!serverinfo", "say server_info"),
        ("!obsinfo", "say obs_info_off"),
        ("!trigger", "say rate_low"),
        ("!trigger 500", "change BITRATE_LOW_KBPS; say rate_low"),
        ("!trigger -5", "say usage"),
        ("!trigger off", "say usage"),
        ("!otrigger 100", "change BITRATE_OFFLINE_KBPS; say rate_lost"),
        ("!trigger 99999999999", "say usage"),
        ("!rtrigger", "say delay_low_off"),
        ("!rtrigger 900", "change RTT_LOW_MS; say delay_low"),
        ("!rtrigger off", "change RTT_LOW_MS; say delay_low_off"),
        ("!ortrigger 0", "change RTT_LOST_MS; say delay_lost_off"),
        ("!ortrigger 3000", "change RTT_LOST_MS; say delay_lost"),
        ("!guard on", "resume automatic switching; say guard_on"),
        ("!guard off", "pause automatic switching; say guard_off"),
        ("!guard", "say usage"),
        ("!noalbs start", "resume automatic switching; say guard_on"),
        ("!noalbs stop", "pause automatic switching; say guard_off"),
        ("!notify off", "change CHAT_ANNOUNCE; say notify_off"),
        ("!public on", "change CHAT_PUBLIC_COMMANDS; say public_on"),
        ("!mod off", "change CHAT_MOD_COMMANDS; say mod_off"),
        ("!autostop off", "change RAID_AUTO_STOP_ENABLED; say autostop_off"),
        ("!alias add f fix", "let 'f' mean the chat command 'fix'; say done"),
        ("!alias rem f", "forget the chat command's other word 'f'; say done"),
        ("!alias f fix", "say usage"),
        ("!cancel", "cancel the raid or the stop after it; say done"),
        ("!noalbsversion", "say version"),
        ("!record ON", "say usage"),
        ("!guard on please", "say usage"),
        ("!help", "say help"),
        ("!help brb", "say help_one"),
        ("!help !fix", "say help_one"),
    ];
    for (text, wanted) in table {
        assert_eq!(told(&scene, text), wanted, "{text}");
    }
    let tried = |name: &str| table.iter().any(|(text, _)| text[1..].split(' ').next() == Some(name));
    assert!(COMMANDS.iter().all(|spec| tried(spec.name)), "every command stands in the table");
}

#[test]
fn help_tells_how_a_command_is_written() {
    let table = [("!help brb", "!brb"), ("!help !switch", "!switch SCENE")];
    for (text, usage) in table {
        let End::Say(reply) = planned(&scene(), &book(), text).end else { panic!("{text} says something") };
        assert_eq!(reply.render("{usage}"), usage, "{text}");
    }
}

#[test]
fn what_is_seen_changes_what_is_done_and_said() {
    let mut lost = scene();
    lost.view.class = Class::Absent;
    assert_eq!(told(&lost, "!live"), "switch to scene 'LIVE'; say shows_but_lost");
    assert_eq!(told(&lost, "!brb"), "switch to scene 'BRB'; say shows");
    assert_eq!(told(&lost, "!fix"), "switch to scene 'BRB'; wait 1000; switch to scene 'LIVE'; say shows_but_lost");
    let mut live = scene();
    live.obs.output = Some(Output::Streaming);
    assert_eq!(told(&live, "!start"), "say already_live");
    assert_eq!(told(&live, "!obsinfo"), "say obs_info_live");
    let mut bare = scene();
    (bare.roles.offline, bare.roles.refresh, bare.view.kbps) = (None, None, None);
    assert_eq!(told(&bare, "!stop"), "stop the stream; say stopped");
    assert_eq!(told(&bare, "!refresh"), "say no_scene_set");
    assert_eq!(told(&bare, "!bitrate"), "say bitrate_unknown");
    let mut down = scene();
    down.obs = Obs { link: ObsLink::Lost { reason: "OBS was closed".to_owned(), repair: None }, ..Obs::default() };
    assert_eq!(told(&down, "!obsinfo"), "say obs_down");
    assert_eq!(told(&down, "!switch cam"), "switch to scene 'cam'; say shows", "the desk says what is wrong");
}

#[test]
fn leniently_words_behind_a_command_may_be_large_and_more() {
    let (scene, lenient) = (scene(), Book::new(Manners { relaxed: true, ..manners() }, &[]));
    let table = [
        ("!Record ON please", "start recording; say recording_on"),
        ("!guard Off", "pause automatic switching; say guard_off"),
        ("!trigger 500 kbit", "change BITRATE_LOW_KBPS; say rate_low"),
        ("!RTRIGGER Off", "change RTT_LOW_MS; say delay_low_off"),
        ("!alias ADD f fix", "let 'f' mean the chat command 'fix'; say done"),
        ("!mod", "say usage"),
    ];
    for (text, wanted) in table {
        assert_eq!(told_by(&scene, &lenient, text), wanted, "{text}");
    }
}

#[test]
fn names_with_quotes_and_likenesses_are_asked_or_found_and_never_guessed() {
    let mut odd = scene();
    let names = ["It's \"me\"", "Cam 1", "Cam 2", "Camera", "{scene}", "LIVE", "live "];
    odd.obs.scenes = names.map(Into::into).into();
    let table = [
        ("!switch it's", "switch to scene 'It's \"me\"'; say shows"),
        ("!switch Cam 1", "switch to scene 'Cam 1'; say shows"),
        ("!switch cam", "say which"),
        ("!switch Cam 3", "say which"),
        ("!switch {scene}", "switch to scene '{scene}'; say shows"),
        ("!switch LIVE", "switch to scene 'LIVE'; say shows"),
        ("!switch Live", "say which"),
    ];
    for (text, wanted) in table {
        assert_eq!(told(&odd, text), wanted, "{text}");
    }
}
