//! What happens to a pair while it lives: renewals in trouble, a disk that takes nothing, its end.

use super::*;
use std::os::unix::fs::PermissionsExt as _;
use stream_control::adapters::twitch::error::TwitchError;
use stream_control::kit::clock;

#[tokio::test]
async fn trouble_while_renewing_costs_no_token() {
    let stage = Stage::set(|twitch, file| {
        signed_in(twitch, file);
        let mut world = twitch.world();
        world.expire_tokens();
        for fault in [Fault::Html(502), Fault::Status(500, "oops"), Fault::Garbage] {
            world.fail("/oauth2/token", fault, 1);
        }
    })
    .await;
    stage.linked().await;
    assert_eq!(stage.twitch.world().count("POST", "/oauth2/token"), 4);
}

#[tokio::test]
async fn the_reason_of_an_end_is_the_same_after_a_restart() {
    let stage = Stage::set(|twitch, file| {
        signed_in(twitch, file);
        twitch.world().disconnect(BROADCASTER);
        twitch.world().fail("/oauth2/token", Fault::RateLimited(1), 1);
    })
    .await;
    stage.needs_sign_in("no longer accepts the stored sign-in").await;
    assert!(!stage.file().notes(Identity::Broadcaster).expect("a file").renewing);
    let Stage { app, twitch } = stage;
    let folder = app.stop().await;
    let settings = twitch.settings();
    let settings: Vec<(&str, &str)> = settings.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let stage = Stage { app: App::start_in(folder, &settings).await, twitch };
    stage.needs_sign_in("no longer accepts the stored sign-in").await;
}

#[tokio::test]
async fn a_right_that_is_missing_is_no_reason_to_renew() {
    let stage = Stage::set(signed_in).await;
    stage.linked().await;
    let validated = stage.twitch.world().count("GET", "/oauth2/validate");
    let tokens = stage.app.ctx.sign_in[&Identity::Broadcaster].clone();
    let missing = TwitchError::Unauthorised("Missing scope: clips:edit".to_owned());
    let called = tokens.with(|_| std::future::ready(Err::<(), _>(missing.clone()))).await;
    assert_eq!(called, Err(missing));
    let world = stage.twitch.world();
    assert_eq!(world.count("POST", "/oauth2/token"), 0);
    assert_eq!(world.count("GET", "/oauth2/validate"), validated + 1);
}

#[tokio::test]
async fn a_renewal_waits_for_the_disk_while_the_token_lives_and_goes_on_in_memory() {
    let stage = Stage::set(|twitch, file| {
        // Renewed after three quarters of it, and at the latest shortly before its end: seconds lie between.
        twitch.world().manners.token_life = 24;
        signed_in(twitch, file);
        // A folder where the new file is to be written: reading works, writing does not.
        std::fs::create_dir(file.path().with_extension("json.new")).expect("a hindrance");
    })
    .await;
    stage.linked().await;
    stage.app.line("are not renewed yet, because the new ones could not be kept").await;
    assert_eq!(stage.twitch.world().count("POST", "/oauth2/token"), 0, "the old pair is still good");
    stage.sign_in("in memory", |state| matches!(state, SignIn::Linked { unsaved: Some(_), .. })).await;
    std::fs::remove_dir(stage.file().path().with_extension("json.new")).expect("room again");
    stage.sign_in("on the disk", |state| matches!(state, SignIn::Linked { unsaved: None, .. })).await;
    let kept = stage.file().read(Identity::Broadcaster).expect("a file").expect("a pair");
    assert!(stage.twitch.world().knows(kept.access.reveal(), kept.refresh.reveal()));
}

#[tokio::test]
async fn an_unused_sign_in_is_announced_before_it_ends() {
    let stage = Stage::set(|twitch, file| {
        signed_in(twitch, file);
        let text = std::fs::read_to_string(file.path()).expect("a file");
        let mut document: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        document["renewed_at"] = (clock::unix().0 / 1000 - 29 * 86_400).into();
        std::fs::write(file.path(), document.to_string()).expect("a file");
        twitch.world().fail("/oauth2/validate", Fault::Html(502), 4);
    })
    .await;
    // This passes, the line stays.
    stage.sign_in("its end", |state| matches!(state, SignIn::Unknown { ends_at: Some(_), .. })).await;
    stage.app.line("The Twitch sign-in ends in 23 h").await;
    // As soon as Twitch answers all is well.
    stage.linked().await;
}

#[tokio::test]
async fn a_file_that_others_can_read_is_closed_and_said() {
    let stage = Stage::set(|twitch, file| {
        signed_in(twitch, file);
        std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(0o644)).expect("other rights");
    })
    .await;
    stage.linked().await;
    stage.app.line("could be read by other users").await;
    let found = std::fs::metadata(stage.file().path()).expect("a file");
    assert_eq!(found.permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn tokens_of_another_application_and_of_no_account_are_named() {
    use stream_control::demo::fake_twitch::CONFIDENTIAL_ID;
    let stage = Stage::set(|twitch, file| {
        let granted = pair(twitch.world().grant(CONFIDENTIAL_ID, BROADCASTER, &["user:read:chat"]));
        file.write(Identity::Broadcaster, &granted).expect("a token file");
    })
    .await;
    stage.needs_sign_in("another application").await;
    assert_eq!(stage.twitch.world().count("POST", "/oauth2/token"), 0, "nothing is used up");
}

#[tokio::test]
async fn first_tokens_that_are_dead_are_not_kept_and_those_of_a_file_come_first() {
    let twitch = FakeTwitch::start(0).await.expect("a free port");
    let (dead, living) = {
        let mut world = twitch.world();
        let dead = world.grant(CLIENT_ID, BROADCASTER, &[]);
        world.disconnect(BROADCASTER);
        (dead, world.grant(CLIENT_ID, BROADCASTER, &[]))
    };
    let settings = twitch.settings();
    let first = [("TWITCH_OAUTH_TOKEN", dead.0.as_str()), ("TWITCH_REFRESH_TOKEN", dead.1.as_str())];
    let settings: Vec<(&str, &str)> = settings.iter().map(|(key, value)| (*key, value.as_str())).chain(first).collect();
    let stage = Stage { app: App::start(&settings).await, twitch };
    stage.needs_sign_in("no longer accepts").await;
    let kept = stage.file().read(Identity::Broadcaster).expect("a file");
    assert_eq!(kept, None, "they would stand in the way of better ones");

    let Stage { app, twitch } = stage;
    let folder = app.stop().await;
    file_in(folder.path().to_path_buf()).write(Identity::Broadcaster, &pair(living)).expect("a token file");
    let stage = Stage { app: App::start_in(folder, &settings).await, twitch };
    stage.linked().await;
}

#[tokio::test]
async fn a_file_that_vanishes_or_is_damaged_is_said_once_and_written_again() {
    let ends: [(&str, fn(&std::path::Path)); 3] = [
        ("lost the Twitch tokens. They were written there again", |path| std::fs::remove_file(path).expect("a file")),
        ("lost the Twitch tokens. They were written there again", |path| std::fs::write(path, "{}").expect("a file")),
        ("was damaged. The Twitch tokens were written anew", |path| std::fs::write(path, "{\"acc").expect("a file")),
    ];
    let stages = ends.map(async |(line, end)| {
        let stage = Stage::set(signed_in).await;
        stage.linked().await;
        let (kept, notes) = (stage.file().read(Identity::Broadcaster), stage.file().notes(Identity::Broadcaster));
        end(stage.file().path());
        stage.app.line(line).await;
        assert_eq!(stage.file().read(Identity::Broadcaster).expect("a file"), kept.expect("a file"));
        assert_eq!(stage.file().notes(Identity::Broadcaster).expect("a file"), notes.expect("a file"));
        let told = stage.app.ctx.cells.tail.with(|tail| tail.lines.iter().filter(|at| at.text.contains(line)).count());
        assert_eq!(told, 1, "{line}");
        stage.linked().await;
    });
    futures_util::future::join_all(stages).await;
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_said_and_left_until_it_can_be() {
    let stage = Stage::set(signed_in).await;
    stage.linked().await;
    let (path, away) = (stage.file().path().to_owned(), stage.app.folder().join("away"));
    // Even root cannot read through a link that leads to itself.
    std::fs::rename(&path, &away).expect("a file");
    std::os::unix::fs::symlink(&path, &path).expect("a link");
    stage.sign_in("in memory", |state| matches!(state, SignIn::Linked { unsaved: Some(_), .. })).await;
    stage.app.line("are in memory only").await;
    assert!(std::fs::symlink_metadata(&path).expect("a link").is_symlink(), "nobody knows what is there");
    std::fs::rename(&away, &path).expect("the file comes back");
    stage.sign_in("on the disk", |state| matches!(state, SignIn::Linked { unsaved: None, .. })).await;
    assert!(stage.file().read(Identity::Broadcaster).expect("a file").is_some());
}

#[tokio::test]
async fn a_sign_in_that_waits_for_the_disk_gives_way_to_one_from_a_terminal() {
    let stage = Stage::set(|twitch, file| {
        twitch.world().manners.device_interval = 1;
        signed_in(twitch, file);
        std::fs::create_dir(file.path().with_extension("json.new")).expect("a hindrance");
    })
    .await;
    stage.linked().await;
    stage.order(TwitchOrder::BeginSignIn(Identity::Broadcaster)).await;
    stage.twitch.world().approve_device(BROADCASTER);
    stage.sign_in("in memory", |state| matches!(state, SignIn::Linked { unsaved: Some(_), .. })).await;
    std::fs::remove_dir(stage.file().path().with_extension("json.new")).expect("room again");
    let newer = pair(stage.twitch.world().grant(CLIENT_ID, BROADCASTER, &["user:read:chat"]));
    stage.file().write(Identity::Broadcaster, &newer).expect("a token file");
    stage.sign_in("on the disk", |state| matches!(state, SignIn::Linked { unsaved: None, .. })).await;
    let tokens = &stage.app.ctx.sign_in[&Identity::Broadcaster];
    assert_eq!(tokens.access().await.expect("a token").token, newer.access);
    assert_eq!(stage.file().read(Identity::Broadcaster).expect("a file"), Some(newer));
}

#[tokio::test]
async fn who_signed_out_stays_signed_out_when_the_file_vanishes() {
    use stream_control::demo::fake_twitch::BOT;
    let stage = Stage::set_with(&[("TWITCH_BOT", "true")], |twitch, file| {
        signed_in(twitch, file);
        let granted = pair(twitch.world().grant(CLIENT_ID, BOT, &["user:read:chat"]));
        file.write(Identity::Bot, &granted).expect("a token file");
    })
    .await;
    let linked = |twitch: &Twitch| {
        Identity::ALL.iter().all(|who| matches!(twitch.sign_in.get(who), Some(SignIn::Linked { .. })))
    };
    stage.until("both accounts", linked).await;
    assert!(stage.order(TwitchOrder::SignOut(Identity::Broadcaster)).await.is_done());
    for _ in 0..2 {
        std::fs::remove_file(stage.file().path()).expect("a file");
        let back = async {
            while stage.file().read(Identity::Bot).expect("a file").is_none() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), back).await.expect("the bot's pair comes back");
    }
    assert_eq!(stage.file().read(Identity::Broadcaster).expect("a file"), None);
    stage.sign_in("nobody", |state| *state == SignIn::Unlinked).await;
}

#[tokio::test]
async fn who_signed_out_is_not_signed_in_again_by_the_old_settings() {
    let twitch = FakeTwitch::start(0).await.expect("a free port");
    let first = twitch.world().grant(CLIENT_ID, BROADCASTER, &[]);
    let settings = twitch.settings();
    let first = [("TWITCH_OAUTH_TOKEN", first.0.as_str()), ("TWITCH_REFRESH_TOKEN", first.1.as_str())];
    let settings: Vec<(&str, &str)> = settings.iter().map(|(key, value)| (*key, value.as_str())).chain(first).collect();
    let stage = Stage { app: App::start(&settings).await, twitch };
    stage.linked().await;
    assert!(stage.order(TwitchOrder::SignOut(Identity::Broadcaster)).await.is_done());
    let Stage { app, twitch } = stage;
    let folder = app.stop().await;
    let stage = Stage { app: App::start_in(folder, &settings).await, twitch };
    stage.app.line("are left alone, because you signed out").await;
    stage.sign_in("nobody", |state| *state == SignIn::Unlinked).await;
    assert_eq!(stage.twitch.world().count("POST", "/oauth2/token"), 0);
}
