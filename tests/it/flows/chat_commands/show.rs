//! The show is run from chat: OBS does it, and what is said is what OBS reports.

use super::{LIMIT, Stage};
use crate::support::real::comes_true;
use std::time::Duration;
use stream_control::demo::fake_ingest::{FakeIngest, Mode, Shape};
use stream_control::demo::fake_obs::{Script, Start};
use stream_control::domain::failover::Class;
use stream_control::kit::units::Kbps;

#[tokio::test]
async fn a_show_is_run_from_chat() {
    let stage = Stage::healthy().await;
    stage.write("!start");
    stage.says("We are live, and 'Starting soon' is on.").await;
    assert!(stage.obs.is_streaming());
    assert_eq!(stage.obs.current_scene(), "Starting soon");
    stage.app.line("mia (chat): start the stream – done").await;
    stage.write("!start");
    stage.says("Already live.").await;
    stage.write("!live");
    stage.says("'LIVE' is on").await;
    stage.write("!fix");
    stage.says("Fixed: 'LIVE' is on again.").await;
    assert_eq!(stage.switches(), ["Starting soon", "LIVE", "BRB", "LIVE"]);
    stage.write("!brb");
    stage.says("'BRB' is on").await;
    stage.write("!switch intr");
    stage.says("'Intro' is on.").await;
    stage.write("!switch l");
    stage.says("Which one? 'LIVE', 'LOW'").await;
    stage.write("!record on");
    stage.says("OBS is recording.").await;
    assert!(stage.obs.is_recording());
    stage.write("!record off");
    stage.says("OBS is not recording.").await;
    assert!(!stage.obs.is_recording());
    stage.write("!stop");
    stage.says("The stream has ended, and 'OFFLINE' is on.").await;
    assert!(!stage.obs.is_streaming());
    assert_eq!(stage.obs.current_scene(), "OFFLINE");
}

#[tokio::test]
async fn every_scene_of_the_settings_has_its_command_and_a_missing_one_is_named() {
    let scenes = [("PRIVACY_SCENE_NAME", "Intro"), ("REFRESH_SCENE_NAME", "LOW"), ("FIX_DELAY_SEC", "0.1")];
    let stage = Stage::set(Script::default(), &scenes).await;
    stage.write("!privacy");
    stage.says("'Intro' is on.").await;
    stage.write("!starting");
    stage.says("'Starting soon' is on.").await;
    stage.write("!refresh");
    stage.says("Refreshed: 'Starting soon' is on again.").await;
    assert_eq!(stage.switches(), ["Intro", "Starting soon", "LOW", "Starting soon"]);
    stage.write("!ending");
    stage.says("There is no such scene in the settings (ENDING_SCENE_NAME is empty).").await;
    stage.write("!stop");
    stage.says("The stream has ended").await;
}

#[tokio::test]
async fn a_stop_without_an_offline_scene_leaves_the_scene_alone() {
    let stage = Stage::set(Script::default(), &[("OFFLINE_SCENE_NAME", "")]).await;
    stage.write("!live");
    stage.says("'LIVE' is on").await;
    stage.obs.human_start();
    stage.app.obs("on air", |obs| obs.is_live() == Some(true)).await;
    stage.write("!stop");
    assert_eq!(stage.says("The stream has ended").await, "The stream has ended.");
    assert!(!stage.obs.is_streaming());
    assert_eq!(stage.obs.current_scene(), "LIVE");
}

#[tokio::test]
async fn what_obs_does_not_do_is_not_said() {
    let script = Script { start: Start::Refused, forget_items: true, ..Script::default() };
    let mut stage = Stage::set(script, &[]).await;
    stage.write("!start");
    stage.says("The stream did not start: OBS says:").await;
    assert_eq!(stage.switches(), [""; 0], "the steps after it are not taken");
    stage.write("!source map");
    stage.says("That did not work: OBS took the order, but 'Map' did not change.").await;
    stage.write("!guard perhaps");
    stage.says("Write it so: !guard on|off").await;
    stage.obs.crash().await;
    stage.app.obs("no connection", |obs| !obs.is_connected()).await;
    stage.write("!brb");
    stage.says("The scene did not change: OBS is not connected").await;
    stage.write("!obsinfo");
    stage.says("OBS is not connected: ").await;
    stage.write("!record");
    stage.says("OBS cannot be read").await;
}

#[tokio::test]
async fn who_asks_hears_that_an_order_is_not_confirmed_yet_and_then_how_it_ended() {
    let script = Script { output_delay: Duration::from_secs(9), ..Script::default() };
    let stage = Stage::set(script, &[]).await;
    stage.write("!start");
    stage.obs.until_heard("StartStream", 1).await;
    stage.write("!start");
    stage.says("Not confirmed yet.").await;
    stage.says("We are live").await;
    assert_eq!(stage.obs.count("StartStream"), 1, "a second wish joins the first");
}

#[tokio::test]
async fn a_stop_while_the_start_is_pending_wins() {
    let script = Script { output_delay: Duration::from_secs(4), ..Script::default() };
    let stage = Stage::set(script, &[]).await;
    stage.write("!start");
    stage.obs.until_heard("StartStream", 1).await;
    stage.write("!stop");
    stage.says("The stream did not start:").await;
    stage.says("The stream has ended").await;
    assert!(!stage.obs.is_streaming());
    assert_eq!(stage.switches(), ["OFFLINE"], "the starting scene does not come over it");
}

#[tokio::test]
async fn a_scene_chosen_meanwhile_stays() {
    let stage = Stage::set(Script::default(), &[("FIX_DELAY_SEC", "20")]).await;
    stage.write("!fix");
    stage.app.scene("BRB").await;
    stage.write("!switch Intro");
    stage.says("Somebody changed the scene meanwhile").await;
    stage.app.scene("Intro").await;
    assert_eq!(stage.switches(), ["BRB", "Intro"]);
}

#[tokio::test]
async fn a_source_is_shown_and_hidden_and_a_collection_changed() {
    let stage = Stage::healthy().await;
    stage.write("!source map");
    stage.says("Done: 'Map' is shown.").await;
    assert!(stage.obs.shows("Map"));
    stage.write("!source Map");
    stage.says("Done: 'Map' is hidden.").await;
    assert!(!stage.obs.shows("Map"));
    stage.write("!source nothing like it");
    stage.says("That did not work: There is no source 'nothing like it'").await;
    stage.write("!collection home");
    stage.says("Done: OBS uses the scene collection 'At home'.").await;
    assert_eq!(stage.obs.collection(), "At home");
}

#[tokio::test]
async fn what_the_feed_does_is_told_and_live_without_it_obeys_and_says_so() {
    let ingest = FakeIngest::start(Shape::Sls).await.expect("a fake");
    ingest.set(Mode::Healthy(Kbps(3000.0)));
    let url = ingest.url().to_string();
    let stage = Stage::set(Script::default(), &[("STATS_URL", &url), ("POLL_INTERVAL_SEC", "0.5")]).await;
    stage.app.view("a good feed", |view| view.class == Class::Good).await;
    stage.write("!bitrate");
    let rate = stage.says("Bitrate: ").await;
    assert!(rate.contains("bit/s"), "{rate}");
    for (command, told) in [("!sourceinfo", "Feed: "), ("!serverinfo", "Server: "), ("!obsinfo", "OBS is not live")] {
        stage.write(command);
        stage.says(told).await;
    }
    ingest.set(Mode::Gone);
    stage.app.view("no feed", |view| view.class == Class::Absent).await;
    stage.write("!live");
    stage.says("'LIVE' is on, as you asked, but the feed is lost (").await;
    assert_eq!(stage.obs.current_scene(), "LIVE");
    stage.write("!bitrate");
    stage.says("No bitrate: ").await;
}

#[tokio::test]
async fn help_names_what_one_may_and_says_what_a_command_does() {
    let stage = Stage::healthy().await;
    stage.write_as(("5", "mod"), &["moderator"], "!help");
    let all = stage.says("Commands: ").await;
    assert!(all.contains("!refresh") && !all.contains("!stop"), "{all}");
    stage.write("!help");
    let all = stage.says("Commands: ").await;
    assert!(all.contains("!stop") && all.ends_with("!help") && all.chars().count() < 400, "{all}");
    stage.write("!help switch");
    stage.says("!switch SCENE – Shows the scene").await;
    stage.write("!noalbsversion");
    stage.says("This is Stream Control ").await;
}

#[tokio::test]
async fn the_bot_speaks_in_reply_and_is_never_its_own_commander() {
    let stage = Stage::healthy().await;
    std::fs::create_dir(stage.app.folder().join("lang")).expect("a folder");
    let own = stage.app.folder().join("lang/en.toml");
    // The worst that a person can write: an answer that is a command.
    std::fs::write(&own, "guard_off = '!stop'\nshows = 'Bild: {scene}'\nfixed = 'It is {what}'").expect("a file");
    stage.obs.human_start();
    stage.app.obs("on air", |obs| obs.is_live() == Some(true)).await;
    stage.write("!guard off");
    stage.says("!stop").await;
    stage.write("!brb");
    stage.says("Bild: BRB").await;
    stage.app.line("'fixed' knows no {what}").await;
    assert_eq!(stage.obs.count("StopStream"), 0);
    let world = stage.twitch.world();
    assert!(world.said.iter().all(|said| said.sender == stream_control::demo::fake_twitch::BROADCASTER));
    let sent: Vec<_> = world.asked.iter().filter(|asked| asked.target.starts_with("/helix/chat/messages")).collect();
    assert!(!sent.is_empty() && sent.iter().all(|asked| asked.body.contains("reply_parent_message_id")));
}

#[tokio::test]
async fn what_twitch_does_not_show_is_told_with_its_reason() {
    let stage = Stage::healthy().await;
    stage.twitch.world().manners.chat_dropped = Some(("automod_held", "AutoMod holds it."));
    stage.write("!brb");
    stage.app.line("AutoMod").await;
    assert!(comes_true(LIMIT, async || stage.obs.current_scene() == "BRB").await);
    assert_eq!(stage.said(), [""; 0]);
}
