//! Commands that change settings: through the settings room, without a restart, seen on the page.

use super::Stage;
use crate::support::visitor::Visitor;
use stream_control::demo::fake_obs::Script;
use stream_control::domain::chat_command::Audience;

/// What a settings page shows for a key: the value of its field, or the choice that is made.
async fn shown(owner: &Visitor, key: &str) -> String {
    for path in ["/settings", "/settings/switching"] {
        let page = owner.get(path).await.body;
        let Some((_, field)) = page.split_once(&format!("name=\"{key}\"")) else { continue };
        let tag = field.split_once('>').map_or(field, |(tag, _)| tag);
        if let Some((_, value)) = tag.split_once("value=\"") {
            return value.split('"').next().unwrap_or_default().to_owned();
        }
        let chosen = field.split("<option ").find(|option| option.contains(" selected"));
        let value = chosen.and_then(|option| option.split('"').nth(1));
        return value.unwrap_or_default().to_owned();
    }
    panic!("no page shows {key}");
}

#[tokio::test]
async fn each_setting_has_its_command() {
    let stage = Stage::healthy().await;
    let owner = stage.owner().await;
    let table = [
        ("!trigger 500", "The signal counts as weak below 500 kbit/s.", "BITRATE_LOW_KBPS", "500"),
        ("!otrigger 120", "The signal counts as lost below 120 kbit/s.", "BITRATE_OFFLINE_KBPS", "120"),
        ("!rtrigger 1800", "weak from a delay of 1800 ms.", "RTT_LOW_MS", "1800"),
        ("!ortrigger 2900", "lost from a delay of 2900 ms.", "RTT_LOST_MS", "2900"),
        ("!rtrigger off", "No delay makes the signal weak.", "RTT_LOW_MS", ""),
        ("!ortrigger off", "No delay makes the signal lost.", "RTT_LOST_MS", ""),
        ("!notify off", "Chat is not told about the signal any more.", "CHAT_ANNOUNCE", "false"),
        ("!notify on", "Chat is told when the signal is weak, lost, or back.", "CHAT_ANNOUNCE", "true"),
        ("!public off", "Commands are not for viewers now.", "CHAT_PUBLIC_COMMANDS", "false"),
        ("!public on", "Viewers may use the commands", "CHAT_PUBLIC_COMMANDS", "true"),
        ("!mod off", "Commands are not for moderators now.", "CHAT_MOD_COMMANDS", "false"),
        ("!mod on", "Moderators may use the commands", "CHAT_MOD_COMMANDS", "true"),
        ("!autostop off", "The stream goes on after a raid.", "RAID_AUTO_STOP_ENABLED", "false"),
        ("!autostop on", "The stream stops after a raid.", "RAID_AUTO_STOP_ENABLED", "true"),
    ];
    for (command, told, key, value) in table {
        stage.write(command);
        stage.says(told).await;
        assert_eq!(shown(&owner, key).await, value, "{command}");
    }
}

#[tokio::test]
async fn a_limit_is_told_and_what_does_not_go_with_the_others_is_refused() {
    let stage = Stage::healthy().await;
    let owner = stage.owner().await;
    stage.write("!otrigger 120");
    stage.says("lost below 120 kbit/s").await;
    stage.write("!trigger 500");
    stage.says("weak below 500 kbit/s").await;
    stage.write("!trigger");
    stage.says("weak below 500 kbit/s").await;
    stage.write("!trigger 50");
    let refused = stage.says("That did not work: ").await;
    assert!(refused.contains("BITRATE"), "{refused}");
    assert_eq!(shown(&owner, "BITRATE_LOW_KBPS").await, "500");
}

#[tokio::test]
async fn what_is_set_from_chat_is_in_force_for_the_next_message() {
    let stage = Stage::healthy().await;
    stage.write_as(("5", "mod"), &["moderator"], "!trigger 600");
    stage.says("below 600 kbit/s").await;
    stage.write("!mod off");
    stage.says("not for moderators").await;
    stage.write_as(("6", "mod_too"), &["moderator"], "!trigger 700");
    stage.write("!mod on");
    stage.says("Moderators may").await;
    assert_eq!(stage.app.ctx.cells.config.with(|config| config.rules.low.0), 600.0);

    stage.write("!public off");
    stage.says("not for viewers").await;
    stage.write_as(("8", "viewer"), &[], "!help");
    stage.write("!public on");
    stage.says("Viewers may").await;
    assert!(stage.said().iter().all(|said| !said.contains("Commands: ")), "{:?}", stage.said());
    stage.write_as(("8", "viewer"), &[], "!help");
    stage.says("Commands: !bitrate !help").await;

    stage.write("!guard off");
    stage.says("Automatic switching is paused.").await;
    stage.app.view("a pause", |view| view.paused.is_some()).await;
    stage.write("!guard on");
    stage.says("Automatic switching is on.").await;
    stage.app.view("no pause", |view| view.paused.is_none()).await;
    stage.write("!noalbs stop");
    stage.says("Automatic switching is paused.").await;
    stage.write("!noalbs start");
    stage.says("Automatic switching is on.").await;
    stage.app.view("no pause", |view| view.paused.is_none()).await;
}

#[tokio::test]
async fn other_words_come_and_go_and_outlive_a_restart() {
    let stage = Stage::healthy().await;
    stage.write("!alias add pause brb");
    stage.says("Done: 'pause' is a command now.").await;
    stage.write("!pause");
    stage.says("'BRB' is on.").await;
    stage.write("!alias add pause live");
    stage.says("'pause' already means 'brb'.").await;
    let stage = stage.restart(&[("CHAT_PREFIX", "?"), ("CHAT_RELAXED", "true")]).await;
    stage.write("!live");
    stage.write("  ?Pause for a minute");
    stage.says("'BRB' is on.").await;
    stage.write("?ALIAS Rem pause");
    stage.says("Done: 'pause' is no command any more.").await;
    stage.write("?pause");
    stage.write("?Guard OFF please");
    stage.says("Automatic switching is paused.").await;
    assert_eq!(stage.switches(), ["BRB"], "it was on already");
    stage.app.ctx.cells.commands.with(|table| {
        let brb = table.commands.iter().find(|command| command.name == "brb").expect("brb");
        assert_eq!((brb.audience, brb.aliases.len()), (Audience::Admins, 0));
    });
}

#[tokio::test]
async fn answers_come_in_the_language_that_is_set() {
    let stage = Stage::set(Script::default(), &[("CHAT_LANGUAGE", "de")]).await;
    stage.write("!brb");
    stage.says("'BRB' ist zu sehen.").await;
}
