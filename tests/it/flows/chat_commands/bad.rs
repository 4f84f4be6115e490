//! Too much, too long, too fast: chat as it must not be.

use super::{LIMIT, Stage};
use crate::support::real::comes_true;
use serde_json::json;
use std::time::Duration;
use stream_control::demo::fake_obs::Script;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_storm_of_chat_one_command_is_carried_out_and_no_queue_grows() {
    let stage = Stage::healthy().await;
    let long = "x".repeat(65_536);
    for n in 0..2_000 {
        let id = format!("9{n}");
        match n % 4 {
            0 => stage.write_as((&id, "viewer"), &[], "hello there"),
            1 => stage.write_as((&id, "viewer"), &["subscriber"], "!bitrate"),
            2 => stage.write_as((&id, "viewer"), &[], "!stop"),
            _ if n % 100 == 3 => stage.write_as((&id, &long), &[], &long),
            _ => stage.write_as((&id, "viewer"), &[], "!switch Intro"),
        }
        if n == 1_000 {
            stage.write("!brb");
        }
        if n % 64 == 0 {
            tokio::task::yield_now().await;
        }
    }
    stage.listens().await;
    stage.write("!live");
    stage.says("'LIVE' is on").await;
    let switches = stage.switches();
    assert!(switches.iter().all(|scene| scene == "BRB" || scene == "LIVE"), "{switches:?}");
    assert!(stage.most_said() <= 20, "{:?}", stage.said());
}

#[tokio::test]
async fn a_flood_by_one_person_is_cut_and_the_others_are_heard() {
    let stage = Stage::healthy().await;
    for n in 0..100 {
        let text = if n % 2 == 0 { "!brb" } else { "!switch Intro" };
        stage.write_as(("5000", "mia"), &["broadcaster"], text);
    }
    stage.write("!live");
    stage.says("'LIVE' is on").await;
    assert!(stage.switches().len() <= 11, "{:?}", stage.switches());
    assert!(comes_true(LIMIT, async || stage.obs.current_scene() == "LIVE").await);
}

#[tokio::test]
async fn the_same_twice_within_a_second_is_done_once() {
    let stage = Stage::healthy().await;
    stage.write_as(("7", "mia"), &["broadcaster"], "!source map");
    stage.write_as(("7", "mia"), &["broadcaster"], "!source map");
    stage.says("'Map' is shown.").await;
    stage.write("!live");
    stage.says("'LIVE' is on").await;
    assert!(stage.obs.shows("Map"));
    assert_eq!(stage.obs.count("SetSceneItemEnabled"), 1);
}

#[tokio::test]
async fn answers_stay_within_what_twitch_allows() {
    let stage = Stage::healthy().await;
    for n in 0..40 {
        stage.write(&format!("!help nothing{n}"));
        stage.write(&format!("!switch nothing{n}"));
    }
    stage.write("!live");
    assert!(comes_true(LIMIT, async || stage.obs.current_scene() == "LIVE").await);
    stage.says("OBS has nothing called").await;
    assert!(stage.most_said() <= 15, "{:?}", stage.said());
}

#[tokio::test]
async fn names_that_are_no_names_do_no_harm() {
    let stage = Stage::healthy().await;
    stage.obs.rename_scene("Intro", "It's \"me\" {scene} \u{202e}<b>");
    stage.app.obs("the new name", |obs| obs.scenes.iter().any(|scene| scene.as_str().contains("<b>"))).await;
    stage.write("!switch it's");
    let said = stage.says("It's \"me\" {scene} ").await;
    assert!(!said.contains('\u{202e}'), "{said:?}");
    for args in ["", "\u{200b}", "'", "\"", "{0}", "../..", &"ä".repeat(480)] {
        stage.write(&format!("!source {args}"));
    }
    let odd = json!({"badges": "none", "message": {"text": "!stop", "fragments": 7}, "chatter_user_login": null});
    stage.write_with(("1", "x"), &[], "", &odd);
    stage.write("!live");
    stage.says("'LIVE' is on").await;
    assert_eq!(stage.obs.count("StopStream"), 0);
}

#[tokio::test]
async fn an_obs_that_hangs_makes_nobody_else_wait() {
    let stage = Stage::set(Script { switch_delay: Duration::from_secs(20), ..Script::default() }, &[]).await;
    stage.write("!brb");
    stage.obs.until_heard("SetCurrentProgramScene", 1).await;
    stage.write("!trigger 444");
    stage.says("below 444 kbit/s").await;
    stage.says("The scene did not change: ").await;
}
