//! Who may: by badge and account, whatever the name; and on the page.

use super::Stage;
use serde_json::json;
use stream_control::demo::fake_obs::Script;
use stream_control::demo::fake_twitch::{Fault, User};

/// An account that every fake Twitch has.
const VIEWER: (&str, &str) = ("70000001", "viewer_one");

fn user(id: &str, login: &str) -> User {
    User { id: id.to_owned(), login: login.to_owned(), name: login.to_owned() }
}

#[tokio::test]
async fn an_admin_is_the_account_that_had_the_name_also_after_a_restart_without_twitch() {
    let stage = Stage::set(Script::default(), &[("TWITCH_ADMINS", "Viewer_One, nobody_at_all, not a name")]).await;
    assert_eq!(stage.looked_up("viewer_one").await.as_deref(), Some(VIEWER.0));
    assert_eq!(stage.looked_up("nobody_at_all").await, None);
    stage.app.line("Nobody on Twitch is called nobody_at_all").await;
    stage.write_as(("666", "viewer_one"), &[], "!switch Intro");
    stage.write_as(("667", "VIEWER_ONE\u{200b}"), &[], "!switch Intro");
    stage.write_as(("668", "\u{202e}eno_reweiv"), &[], "!switch Intro");
    stage.write_as(("", "viewer_one"), &[], "!switch Intro");
    stage.write_as((VIEWER.0, "renamed_since"), &[], "!brb");
    stage.says("'BRB' is on").await;

    // The name goes to somebody else, and Twitch answers no question while the daemon starts.
    {
        let mut world = stage.twitch.world();
        world.users.retain(|user| user.id != VIEWER.0);
        world.users.extend([user(VIEWER.0, "renamed_since"), user("666", "viewer_one"), user("9", "ben")]);
        world.fail("/helix/users", Fault::Status(503, "unavailable"), 3);
    }
    let stage = stage.restart(&[("TWITCH_ADMINS", "viewer_one, ben")]).await;
    stage.write_as(("666", "viewer_one"), &[], "!switch Intro");
    stage.write_as((VIEWER.0, "renamed_since"), &[], "!live");
    stage.says("'LIVE' is on").await;
    assert_eq!(stage.looked_up("ben").await.as_deref(), Some("9"), "asked again until Twitch answers");
    stage.write_as(("9", "ben"), &[], "!brb");
    stage.says("'BRB' is on").await;
    assert_eq!(stage.switches(), ["BRB", "LIVE", "BRB"]);

    // Taken out and put in again the name is looked up anew.
    let stage = stage.restart(&[("TWITCH_ADMINS", "ben")]).await;
    stage.write_as((VIEWER.0, "renamed_since"), &[], "!switch Intro");
    stage.write_as(("9", "ben"), &[], "!live");
    stage.says("'LIVE' is on").await;
    let stage = stage.restart(&[("TWITCH_ADMINS", "viewer_one, ben")]).await;
    assert_eq!(stage.looked_up("viewer_one").await.as_deref(), Some("666"));
    assert_eq!(stage.switches(), ["BRB", "LIVE", "BRB", "LIVE"]);
}

#[tokio::test]
async fn a_command_counts_once_and_only_from_those_who_may_here() {
    let stage = Stage::healthy().await;
    stage.write_as(("8", "viewer"), &["vip", "subscriber"], "!brb");
    stage.write_as(("5", "mod"), &["moderator"], "!brb");
    let elsewhere = json!({"source_broadcaster_user_id": "50998877", "source_broadcaster_user_login": "trailrunner",
        "source_broadcaster_user_name": "TrailRunner", "source_badges": [{"set_id": "broadcaster", "id": "1", "info": ""}]});
    stage.write_with(("50998877", "trailrunner"), &["broadcaster"], "!brb", &elsewhere);
    stage.write("!BRB");
    stage.write("!brb please");
    stage.write("tell me: !brb");
    stage.twitch.world().manners.twice = true;
    stage.write("!source map");
    stage.says("Done: 'Map' is shown.").await;
    stage.twitch.world().manners.twice = false;
    // Another socket or another subscription: the same message in another frame.
    for _ in 0..3 {
        stage.write_with(("7", "mia"), &["broadcaster"], "!source map", &json!({"message_id": "message-x"}));
    }
    stage.says("Done: 'Map' is hidden.").await;
    // As chat programs send it when somebody says the same again.
    stage.write("!switch Intro \u{e0000}");
    stage.says("'Intro' is on.").await;
    stage.write("!live\u{34f}");
    stage.says("'LIVE' is on").await;
    assert_eq!(stage.obs.count("SetSceneItemEnabled"), 2);
    assert_eq!(stage.switches(), ["Intro", "LIVE"], "no other message switched");
    // Our own channel in a shared chat is here.
    let here = json!({"source_broadcaster_user_id": stream_control::demo::fake_twitch::BROADCASTER});
    stage.write_with(("70", "mia"), &["broadcaster"], "!brb", &here);
    stage.says("'BRB' is on").await;
}

#[tokio::test]
async fn the_page_says_who_may_and_what_it_saves_counts_at_once() {
    let stage = Stage::set(Script::default(), &[("TWITCH_ADMINS", "viewer_one, ghost_of_one")]).await;
    stage.looked_up("ghost_of_one").await;
    let owner = stage.owner().await;
    let page = owner.get("/chat-commands").await;
    assert_eq!(page.status, 200);
    for shown in ["viewer_one", "ghost_of_one", "nobody on Twitch is called so", "!switch SCENE", "id=\"noalbs\""] {
        assert!(page.body.contains(shown), "{shown} is missing");
    }
    let form = [
        ("name", "live"),
        ("enabled", "1"),
        ("audience", "moderators"),
        ("aliases", "Cam, !back"),
        ("people", "@TrailRunner"),
        ("wait", "30"),
    ];
    let saved = owner.form("/chat-commands", &form).await;
    assert_eq!((saved.status, saved.location.as_str()), (303, "/chat-commands?saved=live#live"), "{saved:?}");
    let page = owner.get("/chat-commands?saved=live").await;
    assert!(page.body.contains("Saved, and in force now.") && page.body.contains("value=\"cam, back\""));
    stage.write_as(("5", "mod"), &["moderator"], "!back");
    stage.says("'LIVE' is on").await;
    stage.looked_up("trailrunner").await;
    stage.write_as(("50998877", "trail_renamed"), &[], "!cam");
    stage.says("'LIVE' is on").await;

    for (field, value, told) in [
        ("aliases", "stop", "is a command of its own."),
        ("aliases", "two words", "is no word"),
        ("wait", "soon", "whole number of seconds"),
        ("wait", "9999", "3600 seconds at most"),
        ("audience", "aliens", "Choose who may use it."),
    ] {
        let changed = form.map(|(key, old)| (key, if key == field { value } else { old }));
        let refused = owner.form("/chat-commands", &changed).await;
        assert_eq!(refused.status, 422, "{field} {value}");
        assert!(refused.body.contains(told), "{field} {value}: {}", refused.body);
    }
    let odd =
        owner.form("/chat-commands", &form.map(|(key, old)| (key, if key == "name" { "<b>" } else { old }))).await;
    assert!(odd.status == 400 && !odd.body.contains("<b>"), "{odd:?}");

    let off = [("name", "live"), ("audience", "moderators"), ("aliases", ""), ("people", ""), ("wait", "")];
    assert_eq!(owner.form("/chat-commands", &off).await.status, 303);
    let before = stage.switches().len();
    stage.write("!live");
    stage.write("!brb");
    stage.says("'BRB' is on").await;
    assert_eq!(stage.switches().len(), before + 1, "it is switched off");
}

#[tokio::test]
async fn strangers_see_and_change_nothing() {
    let stage = Stage::healthy().await;
    let stranger = crate::support::visitor::Visitor::new(stage.app.address);
    assert_ne!(stranger.get("/chat-commands").await.status, 200);
    let form = [("name", "stop"), ("enabled", "1"), ("audience", "everyone"), ("aliases", ""), ("people", "")];
    let answer = stranger.form("/chat-commands", &form).await;
    assert!(answer.status != 303 || answer.location.starts_with("/login"), "{answer:?}");
    stage.app.ctx.cells.commands.with(|table| {
        let stop = table.commands.iter().find(|command| command.name == "stop").expect("stop");
        assert_eq!(stop.audience.word(), "admins");
    });
}

#[tokio::test]
async fn what_was_imported_from_noalbs_is_obeyed() {
    let stage = Stage::healthy().await;
    let owner = stage.owner().await;
    let config = json!({"switcher": {}, "software": {}, "chat": {
        "platform": "Twitch", "username": "mobile_mia", "admins": ["TrailRunner"], "prefix": "?",
        "enablePublicCommands": false, "enableModCommands": true,
        "commands": {
            "Fix": {"permission": "Mod", "alias": ["f"], "userPermissions": null},
            "LiveScene": {"permission": null, "userPermissions": ["Viewer_One"], "alias": ["cam"]},
            "Bitrate": {"permission": "Public", "alias": ["b"], "userPermissions": null},
        },
    }});
    let shown = owner.form("/import", &[("config", &config.to_string()), ("env", "")]).await;
    let ticket = shown.body.split("name=\"ticket\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let ticket = ticket.unwrap_or_else(|| panic!("{shown:?}")).to_owned();
    assert_eq!(owner.form("/import/apply", &[("ticket", &ticket)]).await.status, 303);
    stage.looked_up("viewer_one").await;
    stage.looked_up("trailrunner").await;
    stage.write_as(("8", "viewer"), &[], "?b");
    stage.write_as((VIEWER.0, VIEWER.1), &[], "?cam");
    stage.says("'LIVE' is on").await;
    stage.write_as(("5", "mod"), &["moderator"], "?f");
    stage.says("'LIVE' is on again").await;
    stage.write_as(("50998877", "trailrunner"), &[], "?b");
    stage.says("No bitrate").await;
    assert_eq!(stage.said().iter().filter(|said| said.contains("No bitrate")).count(), 1, "viewers may not");
}
