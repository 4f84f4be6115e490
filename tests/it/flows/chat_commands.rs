//! Chat commands through the whole daemon: what somebody writes, what OBS then does, what is answered.

use crate::support::app::App;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use stream_control::demo::fake_obs::{FakeObs, Script, Start};
use stream_control::demo::fake_twitch::{BROADCASTER, CLIENT_ID, FakeTwitch};
use stream_control::domain::chat::{Author, Badge, ChatMessage, Identity};
use stream_control::domain::chat_command::{Audience, ChatCommand};
use stream_control::domain::command::{ChatOrder, Order};
use stream_control::kit::clock;
use stream_control::kit::secret::Secret;
use stream_control::store::tokens::{Pair, TokenFile};
use tempfile::TempDir;

/// A daemon between an OBS and a Twitch with somebody signed in.
struct Stage {
    obs: FakeObs,
    twitch: FakeTwitch,
    app: App,
    next: AtomicU64,
}

impl Stage {
    async fn set(script: Script, more: &[(&str, &str)]) -> Self {
        let (obs, twitch) = (FakeObs::start(0, script).await, FakeTwitch::start(0).await);
        let (obs, twitch) = (obs.expect("a free port"), twitch.expect("a free port"));
        let folder = TempDir::new().expect("a folder");
        let (access, refresh) = twitch.world().grant(CLIENT_ID, BROADCASTER, &["user:read:chat", "user:write:chat"]);
        let pair = Pair { access: Secret::new(access), refresh: Secret::new(refresh) };
        let file = TokenFile::new(folder.path().join("twitch_tokens.json"));
        file.write(Identity::Broadcaster, &pair).expect("a token file");
        let (port, settings) = (obs.port().to_string(), twitch.settings());
        let all = settings.iter().map(|(key, value)| (*key, value.as_str())).chain(more.iter().copied());
        let all: Vec<_> = all.chain([("OBS_PORT", port.as_str()), ("LOW_SCENE_NAME", "LOW")]).collect();
        let app = App::start_in(folder, &all).await;
        app.obs("a connection", |obs| obs.is_connected()).await;
        Self { obs, twitch, app, next: AtomicU64::new(0) }
    }

    async fn healthy() -> Self {
        Self::set(Script::default(), &[("FIX_DELAY_SEC", "0.1")]).await
    }

    /// The broadcaster writes.
    fn write(&self, text: &str) -> ChatMessage {
        self.write_as(("7", "mia"), &["broadcaster"], text)
    }

    fn write_as(&self, (id, login): (&str, &str), badges: &[&str], text: &str) -> ChatMessage {
        let message = self.message((id, login), badges, text);
        self.app.ctx.bus.say(Arc::new(message.clone()));
        message
    }

    fn message(&self, (id, login): (&str, &str), badges: &[&str], text: &str) -> ChatMessage {
        let badge = |set: &&str| Badge { set: (*set).to_owned(), id: "1".to_owned(), info: String::new() };
        ChatMessage {
            id: format!("message-{}", self.next.fetch_add(1, Ordering::Relaxed)),
            at: clock::unix(),
            author: Author {
                id: id.to_owned(),
                login: login.to_owned(),
                badges: badges.iter().map(badge).collect(),
                ..Author::default()
            },
            text: text.to_owned(),
            fragments: Vec::new(),
            reply_to: None,
            bits: None,
            reward: None,
            from_channel: None,
            own: false,
        }
    }

    /// Waits until the bot says this, by the journal's line of the order.
    async fn says(&self, text: &str) {
        self.app.line(&format!("say '{text}")).await;
    }
}

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
    stage.write("!switch intr");
    stage.says("'Intro' is on.").await;
    stage.write("!record on");
    stage.says("OBS is recording.").await;
    assert!(stage.obs.is_recording());
    stage.write("!stop");
    stage.says("The stream has ended, and 'OFFLINE' is on.").await;
    assert!(!stage.obs.is_streaming());
    assert_eq!(stage.obs.current_scene(), "OFFLINE");
}

#[tokio::test]
async fn what_obs_does_not_do_is_not_said() {
    let stage = Stage::set(Script { start: Start::Refused, forget_items: true, ..Script::default() }, &[]).await;
    stage.write("!start");
    stage.says("The stream did not start: OBS says:").await;
    assert_eq!(stage.obs.current_scene(), "LIVE", "the steps after it are not taken");
    stage.write("!source map");
    stage.says("That did not work: OBS took the order, but 'Map' did not change.").await;
    stage.write("!guard perhaps");
    stage.says("Write it so: !guard on|off").await;
    let mut stage = stage;
    stage.obs.crash().await;
    stage.app.obs("no connection", |obs| !obs.is_connected()).await;
    stage.write("!brb");
    stage.says("The scene did not change: OBS is not connected").await;
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
async fn a_command_counts_once_and_only_from_those_who_may() {
    let stage = Stage::healthy().await;
    let viewer = stage.write_as(("8", "viewer"), &["vip"], "!brb");
    let elsewhere =
        ChatMessage { from_channel: Some("other".to_owned()), ..stage.message(("7", "mia"), &["broadcaster"], "!brb") };
    let own = ChatMessage { own: true, ..stage.message(("7", "mia"), &["broadcaster"], "!brb") };
    for message in [viewer, elsewhere, own] {
        stage.app.ctx.bus.say(Arc::new(message));
    }
    let once = stage.write("!source map");
    for _ in 0..3 {
        stage.app.ctx.bus.say(Arc::new(once.clone()));
    }
    stage.says("Done: 'Map' is shown.").await;
    stage.write("!switch Intro");
    stage.says("'Intro' is on.").await;
    assert!(stage.obs.shows("Map"));
    assert_eq!(stage.obs.count("SetSceneItemEnabled"), 1);
    assert_eq!(stage.obs.count("SetCurrentProgramScene"), 1, "no other message switched");
}

#[tokio::test]
async fn an_admin_is_known_by_the_id_that_twitch_gives_for_the_name() {
    let (id, login) = {
        let twitch = FakeTwitch::start(0).await.expect("a free port");
        let user = twitch.world().user(BROADCASTER).cloned().expect("a user");
        (user.id, user.login)
    };
    let stage = Stage::set(Script::default(), &[("TWITCH_ADMINS", &login)]).await;
    let mut obs = stage.app.ctx.cells.obs.clone();
    stage.write_as(("666", &login), &[], "!switch Intro");
    let mut shown = false;
    for _ in 0..100 {
        // Until the name is looked up nobody is an admin.
        stage.write_as((&id, "renamed_since"), &[], "!brb");
        let brb = obs.until(|obs| obs.scene.as_ref().is_some_and(|scene| scene.as_str() == "BRB"));
        shown = tokio::time::timeout(Duration::from_millis(200), brb).await.is_ok();
        if shown {
            break;
        }
    }
    assert!(shown, "{:?}", stage.twitch.world().count("GET", "/helix/users"));
    stage.write_as(("666", &login), &[], "!switch Intro");
    stage.write_as((&id, &login), &[], "!live");
    stage.says("'LIVE' is on").await;
    assert!(!stage.obs.log().iter().any(|request| request.data["sceneName"] == "Intro"));
}

#[tokio::test]
async fn settings_and_commands_change_without_a_restart() {
    let stage = Stage::healthy().await;
    stage.write("!trigger 500");
    stage.says("Set: BITRATE_LOW_KBPS is 500 kbit/s from now on.").await;
    assert_eq!(stage.app.ctx.cells.config.with(|config| config.rules.low.0), 500.0);
    stage.write("!alias add pause brb");
    stage.says("Done: 'pause' is a command now.").await;
    stage.write("!pause");
    stage.says("'BRB' is on.").await;
    let mods = ChatCommand {
        name: "live".to_owned(),
        enabled: true,
        audience: Audience::Moderators,
        aliases: Vec::new(),
        people: Vec::new(),
    };
    assert!(stage.app.order(Order::Chat(ChatOrder::SetCommand(mods))).await.is_done());
    stage.write_as(("5", "mod"), &["moderator"], "!live");
    stage.says("'LIVE' is on").await;
    stage.write_as(("5", "mod"), &["moderator"], "!trigger 600");
    stage.says("Set: BITRATE_LOW_KBPS is 600 kbit/s from now on.").await;
    stage.write("!guard off");
    stage.says("Automatic switching is paused.").await;
    stage.app.view("a pause", |view| view.paused.is_some()).await;
}
