//! Signing in to Twitch and staying signed in, over the wire: codes, renewals, and every way in which a
//! token dies.

mod codes;
mod life;
mod refused;

use crate::support::app::{App, owner};
use std::path::PathBuf;
use std::time::Duration;
use stream_control::demo::fake_twitch::{BROADCASTER, CLIENT_ID, FakeTwitch, Fault};
use stream_control::domain::chat::Identity;
use stream_control::domain::command::{Order, Outcome, TwitchOrder};
use stream_control::domain::twitch::{SignIn, Twitch};
use stream_control::kit::secret::Secret;
use stream_control::store::tokens::{Pair, TokenFile};
use tempfile::TempDir;

/// A daemon and the Twitch that it speaks with.
struct Stage {
    twitch: FakeTwitch,
    app: App,
}

impl Stage {
    /// With what `prepare` puts into the folder and into Twitch before the daemon starts.
    async fn set(prepare: impl FnOnce(&FakeTwitch, &TokenFile)) -> Self {
        Self::set_with(&[], prepare).await
    }

    async fn set_with(more: &[(&str, &str)], prepare: impl FnOnce(&FakeTwitch, &TokenFile)) -> Self {
        let twitch = FakeTwitch::start(0).await.expect("a free port");
        let folder = TempDir::new().expect("a folder");
        prepare(&twitch, &file_in(folder.path().to_path_buf()));
        let settings = twitch.settings();
        let settings: Vec<(&str, &str)> =
            settings.iter().map(|(key, value)| (*key, value.as_str())).chain(more.iter().copied()).collect();
        let app = App::start_in(folder, &settings).await;
        Self { twitch, app }
    }

    fn file(&self) -> TokenFile {
        file_in(self.app.folder().to_path_buf())
    }

    async fn until(&self, what: &str, wanted: impl Fn(&Twitch) -> bool) {
        let mut cell = self.app.ctx.cells.twitch.clone();
        let waited = tokio::time::timeout(Duration::from_secs(60), cell.until(wanted)).await;
        if waited.is_err() {
            cell.with(|twitch| panic!("waited in vain for {what}: {twitch:?}"));
        }
    }

    async fn sign_in(&self, what: &str, wanted: impl Fn(&SignIn) -> bool) {
        self.until(what, |twitch| twitch.sign_in.get(&Identity::Broadcaster).is_some_and(&wanted)).await;
    }

    async fn linked(&self) {
        self.sign_in("a sign-in", |state| matches!(state, SignIn::Linked { login, .. } if login == "mobile_mia")).await;
    }

    async fn needs_sign_in(&self, why: &str) {
        self.sign_in(why, |state| matches!(state, SignIn::NeedsSignIn { reason } if reason.contains(why))).await;
    }

    async fn order(&self, order: TwitchOrder) -> Outcome {
        self.app.ctx.desk.give(owner(), Order::Twitch(order)).await
    }
}

fn file_in(folder: PathBuf) -> TokenFile {
    TokenFile::new(folder.join("twitch_tokens.json"))
}

fn pair((access, refresh): (String, String)) -> Pair {
    Pair { access: Secret::new(access), refresh: Secret::new(refresh) }
}

/// A pair that works, in the file.
fn signed_in(twitch: &FakeTwitch, file: &TokenFile) {
    let granted = pair(twitch.world().grant(CLIENT_ID, BROADCASTER, &["user:read:chat"]));
    file.write(Identity::Broadcaster, &granted).expect("a token file");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_typed_at_twitch_signs_in_and_is_kept() {
    let stage = Stage::set(|twitch, _| twitch.world().manners.device_interval = 1).await;
    let told = stage.order(TwitchOrder::BeginSignIn(Identity::Broadcaster)).await;
    assert!(told.is_done() && !told.text().contains("MIA"), "{told:?}");
    let state = stage.app.ctx.cells.twitch.with(|twitch| twitch.sign_in[&Identity::Broadcaster].clone());
    assert!(matches!(state, SignIn::Pending { .. }), "what was answered is shown: {state:?}");
    stage.twitch.world().approve_device(BROADCASTER);
    stage.linked().await;
    assert!(stage.file().read(Identity::Broadcaster).expect("a file").is_some());
    assert!(stage.order(TwitchOrder::SignOut(Identity::Broadcaster)).await.is_done());
    stage.sign_in("nobody", |state| *state == SignIn::Unlinked).await;
    assert_eq!(stage.file().read(Identity::Broadcaster).expect("a file"), None);
    assert_eq!(stage.twitch.world().count("POST", "/oauth2/revoke"), 1);
}

#[tokio::test]
async fn a_refused_code_and_a_late_one_sign_nobody_in() {
    let stage = Stage::set(|twitch, _| twitch.world().manners.device_interval = 1).await;
    stage.order(TwitchOrder::BeginSignIn(Identity::Broadcaster)).await;
    stage.twitch.world().deny_device();
    stage.app.line("refused on Twitch").await;
    stage.twitch.world().manners.device_life = 1;
    stage.order(TwitchOrder::BeginSignIn(Identity::Broadcaster)).await;
    stage.app.line("not typed in time").await;
    stage.sign_in("nobody", |state| *state == SignIn::Unlinked).await;
}

#[tokio::test]
async fn tokens_are_renewed_before_their_end_and_the_file_has_the_newest() {
    let stage = Stage::set(|twitch, file| {
        twitch.world().manners.token_life = 4;
        signed_in(twitch, file);
    })
    .await;
    stage.linked().await;
    let renewals = || stage.twitch.world().count("POST", "/oauth2/token");
    let mut cell = stage.app.ctx.cells.twitch.clone();
    while renewals() < 2 {
        tokio::time::timeout(Duration::from_secs(30), cell.changed()).await.expect("a renewal");
    }
    stage.linked().await;
    let kept = stage.file().read(Identity::Broadcaster).expect("a file").expect("a pair");
    let tokens = &stage.app.ctx.sign_in[&Identity::Broadcaster];
    assert_eq!(tokens.access().await.expect("a token").token, kept.access);
}

#[tokio::test]
async fn a_dead_token_is_renewed_and_a_dead_grant_says_so() {
    let stage = Stage::set(|twitch, file| {
        signed_in(twitch, file);
        twitch.world().expire_tokens();
    })
    .await;
    stage.linked().await;
    assert_eq!(stage.twitch.world().count("POST", "/oauth2/token"), 1);
    stage.app.stop().await;

    let stage = Stage::set(|twitch, file| {
        signed_in(twitch, file);
        twitch.world().disconnect(BROADCASTER);
    })
    .await;
    stage.needs_sign_in("no longer accepts the stored sign-in").await;
    assert!(stage.file().read(Identity::Broadcaster).expect("a file").is_some(), "nothing is thrown away");
}

#[tokio::test]
async fn trouble_at_twitch_costs_no_token() {
    let stage = Stage::set(|twitch, file| {
        signed_in(twitch, file);
        let mut world = twitch.world();
        world.fail("/oauth2/validate", Fault::Html(502), 2);
        world.fail("/oauth2/validate", Fault::Garbage, 1);
    })
    .await;
    stage.linked().await;
    assert_eq!(stage.twitch.world().count("POST", "/oauth2/token"), 0);
}

#[tokio::test]
async fn a_renewal_by_a_sister_program_is_taken_over() {
    let stage = Stage::set(signed_in).await;
    stage.linked().await;
    let newer = pair(stage.twitch.world().grant(CLIENT_ID, BROADCASTER, &["user:read:chat"]));
    stage.file().write(Identity::Broadcaster, &newer).expect("a token file");
    let tokens = stage.app.ctx.sign_in[&Identity::Broadcaster].clone();
    let old = tokens.access().await.expect("a token");
    {
        let mut world = stage.twitch.world();
        world.disconnect(BROADCASTER);
        let again = world.grant(CLIENT_ID, BROADCASTER, &["user:read:chat"]);
        drop(world);
        stage.file().write(Identity::Broadcaster, &pair(again)).expect("a token file");
    }
    let called = tokens
        .with(|access| {
            let dead = access.token == old.token;
            async move {
                if dead {
                    Err(stream_control::adapters::twitch::error::TwitchError::Unauthorised("dead".to_owned()))
                } else {
                    Ok(access.login)
                }
            }
        })
        .await;
    assert_eq!(called.as_deref(), Ok("mobile_mia"));
    assert_eq!(stage.twitch.world().count("POST", "/oauth2/token"), 0);
}

#[tokio::test]
async fn the_tokens_of_the_old_settings_are_taken_over_once() {
    let twitch = FakeTwitch::start(0).await.expect("a free port");
    let (access, refresh) = twitch.world().grant(CLIENT_ID, BROADCASTER, &[]);
    let settings = twitch.settings();
    let old = format!("oauth:{access}");
    let settings: Vec<(&str, &str)> = settings
        .iter()
        .map(|(key, value)| (*key, value.as_str()))
        .chain([("TWITCH_OAUTH_TOKEN", old.as_str()), ("TWITCH_REFRESH_TOKEN", refresh.as_str())])
        .collect();
    let stage = Stage { app: App::start(&settings).await, twitch };
    stage.linked().await;
    let kept = stage.file().read(Identity::Broadcaster).expect("a file").expect("a pair");
    assert_eq!(kept, pair((access, refresh)));
}

#[tokio::test]
async fn a_page_of_somebody_in_between_costs_no_token() {
    let stage = Stage::set(|twitch, file| {
        signed_in(twitch, file);
        let mut world = twitch.world();
        world.expire_tokens();
        world.fail("/oauth2/token", Fault::Html(400), 1);
        world.fail("/oauth2/token", Fault::Html(403), 1);
    })
    .await;
    stage.linked().await;
}

#[tokio::test]
async fn an_answer_that_never_came_is_named_as_the_reason() {
    let stage = Stage::set(|twitch, file| {
        signed_in(twitch, file);
        let mut world = twitch.world();
        world.expire_tokens();
        world.fail("/oauth2/token", Fault::LostReply, 1);
    })
    .await;
    stage.needs_sign_in("never reached the disk").await;
}

#[tokio::test]
async fn another_channel_is_refused_and_the_same_account_twice_is_said() {
    use stream_control::demo::fake_twitch::{BOT, FRIEND};
    let quick = |twitch: &FakeTwitch, _: &TokenFile| twitch.world().manners.device_interval = 1;
    let stage = Stage::set_with(&[("TWITCH_BROADCASTER_ID", BROADCASTER), ("TWITCH_BOT", "true")], quick).await;
    stage.order(TwitchOrder::BeginSignIn(Identity::Broadcaster)).await;
    stage.twitch.world().approve_device(FRIEND);
    stage.app.line("trailrunner is not the channel of TWITCH_BROADCASTER_ID").await;
    stage.sign_in("nobody", |state| *state == SignIn::Unlinked).await;
    for (who, account) in [(Identity::Broadcaster, BROADCASTER), (Identity::Bot, BROADCASTER), (Identity::Bot, BOT)] {
        stage.order(TwitchOrder::BeginSignIn(who)).await;
        stage.twitch.world().approve_device(account);
        let id = account.to_owned();
        let signed_in = move |state: &SignIn| matches!(state, SignIn::Linked { user_id, .. } if *user_id == id);
        stage.until(account, |twitch| twitch.sign_in.get(&who).is_some_and(&signed_in)).await;
    }
    stage.app.line("the same account as the broadcaster's").await;
    let file = stage.file();
    assert!(Identity::ALL.iter().all(|who| file.read(*who).expect("a file").is_some()));
}

#[tokio::test]
async fn tokens_that_cannot_be_written_are_used_told_and_written_later() {
    let folder = TempDir::new().expect("a folder");
    let blocked = folder.path().join("blocked");
    std::fs::write(&blocked, "a file where a folder should be").expect("a file");
    let path = blocked.join("twitch_tokens.json");
    let stage = Stage::set_with(&[("TWITCH_TOKENS_PATH", &path.to_string_lossy())], |twitch, _| {
        twitch.world().manners.device_interval = 1;
    })
    .await;
    stage.order(TwitchOrder::BeginSignIn(Identity::Broadcaster)).await;
    stage.twitch.world().approve_device(BROADCASTER);
    stage.sign_in("in memory", |state| matches!(state, SignIn::Linked { unsaved: Some(_), .. })).await;
    std::fs::remove_file(&blocked).expect("room again");
    stage.sign_in("on the disk", |state| matches!(state, SignIn::Linked { unsaved: None, .. })).await;
    assert!(TokenFile::new(path).read(Identity::Broadcaster).expect("a file").is_some());
}

#[tokio::test]
async fn a_damaged_file_is_named_and_makes_way_for_a_new_sign_in() {
    let stage = Stage::set(|twitch, file| {
        twitch.world().manners.device_interval = 1;
        std::fs::write(file.path(), "{\"access_token\": \"accessdamaged").expect("a file");
    })
    .await;
    stage.needs_sign_in("is damaged").await;
    stage.order(TwitchOrder::BeginSignIn(Identity::Broadcaster)).await;
    stage.twitch.world().approve_device(BROADCASTER);
    stage.linked().await;
    assert!(stage.app.folder().join("twitch_tokens.json.damaged").exists());
    assert!(stage.file().read(Identity::Broadcaster).expect("a file").is_some());
}
