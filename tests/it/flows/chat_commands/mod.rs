//! Chat commands through the whole daemon and over the wire: what somebody writes on Twitch, what OBS
//! then does, and what Twitch is given to say.

mod bad;
mod people;
mod settings;
mod show;

use crate::support::app::App;
use crate::support::real::comes_true;
use crate::support::visitor::Visitor;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;
use stream_control::demo::fake_obs::{FakeObs, Script};
use stream_control::demo::fake_twitch::{BOT, BROADCASTER, CLIENT_ID, FakeTwitch};
use stream_control::domain::chat::Identity;
use stream_control::domain::twitch_features;
use stream_control::kit::secret::Secret;
use stream_control::store::tokens::{Pair, TokenFile};
use tempfile::TempDir;

const PASSWORD: &str = "correct horse battery";
/// Longest wait for anything. Only a bug needs it.
const LIMIT: Duration = Duration::from_secs(60);

/// A daemon between an OBS and a Twitch with somebody signed in.
struct Stage {
    obs: FakeObs,
    twitch: FakeTwitch,
    app: App,
    settings: Vec<(String, String)>,
    /// What was said before does not count any more.
    read: AtomicUsize,
    next: AtomicU64,
}

impl Stage {
    async fn healthy() -> Self {
        Self::set(Script::default(), &[("FIX_DELAY_SEC", "0.1")]).await
    }

    async fn set(script: Script, more: &[(&str, &str)]) -> Self {
        let (obs, twitch) = (FakeObs::start(0, script).await, FakeTwitch::start(0).await);
        let (obs, twitch) = (obs.expect("a free port"), twitch.expect("a free port"));
        let folder = TempDir::new().expect("a folder");
        sign_in(&twitch, &folder, Identity::Broadcaster, BROADCASTER);
        sign_in(&twitch, &folder, Identity::Bot, BOT);
        let own = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let mut settings: Vec<_> = twitch.settings().iter().map(|(key, value)| own(key, value)).collect();
        settings.extend([own("OBS_PORT", &obs.port().to_string()), own("LOW_SCENE_NAME", "LOW")]);
        settings.push(own("LOGIN_PASSWORD", PASSWORD));
        settings.extend(more.iter().map(|(key, value)| own(key, value)));
        Self::open(obs, twitch, folder, settings).await
    }

    async fn open(obs: FakeObs, twitch: FakeTwitch, folder: TempDir, settings: Vec<(String, String)>) -> Self {
        let pairs: Vec<_> = settings.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        let app = App::start_in(folder, &pairs).await;
        app.obs("a connection", |obs| obs.is_connected() && obs.scene.is_some()).await;
        let stage = Self { obs, twitch, app, settings, read: AtomicUsize::default(), next: AtomicU64::new(0) };
        stage.listens().await;
        stage.read.store(stage.twitch.world().said.len(), Ordering::Relaxed);
        stage
    }

    /// The daemon ends and begins anew in the same folder, with these settings on top.
    async fn restart(self, more: &[(&str, &str)]) -> Self {
        let Self { obs, twitch, app, mut settings, .. } = self;
        let folder = app.stop().await;
        settings.retain(|(key, _)| more.iter().all(|(other, _)| other != key));
        settings.extend(more.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
        {
            let mut world = twitch.world();
            world.close_sockets(0);
            // Half a minute goes by: the same words are no repetition.
            world.said.clear();
        }
        Self::open(obs, twitch, folder, settings).await
    }

    /// Waits until chat is heard.
    async fn listens(&self) {
        let heard = async || self.twitch.world().subscribed().iter().any(|kind| kind == "channel.chat.message");
        assert!(comes_true(LIMIT, heard).await, "{:?}", self.twitch.world().subscribed());
    }

    async fn owner(&self) -> Visitor {
        Visitor::signed_in(self.app.address, PASSWORD).await
    }

    /// Somebody with the broadcaster's badge writes; each time somebody else, so that nobody is in a hurry.
    fn write(&self, text: &str) {
        let id = format!("7{:03}", self.next.fetch_add(1, Ordering::Relaxed));
        self.write_as((&id, "mia"), &["broadcaster"], text);
    }

    fn write_as(&self, author: (&str, &str), badges: &[&str], text: &str) {
        self.write_with(author, badges, text, &json!({}));
    }

    /// The same with more fields of the event.
    fn write_with(&self, (id, login): (&str, &str), badges: &[&str], text: &str, more: &Value) {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let badges: Vec<Value> = badges.iter().map(|set| json!({"set_id": set, "id": "1", "info": ""})).collect();
        let mut event = json!({
            "chatter_user_id": id, "chatter_user_login": login, "chatter_user_name": login,
            "message_id": format!("message-{number}"), "message_type": "text", "badges": badges, "color": "",
            "message": {"text": text, "fragments": [{"type": "text", "text": text}]},
        });
        for (key, value) in more.as_object().into_iter().flatten() {
            event[key] = value.clone();
        }
        self.twitch.world().emit_for(BROADCASTER, "channel.chat.message", event);
    }

    /// Waits until Twitch is given this to say, and passes over what was said before it.
    async fn says(&self, text: &str) -> String {
        let mut found = None;
        let come = comes_true(LIMIT, async || {
            let (world, read) = (self.twitch.world(), self.read.load(Ordering::Relaxed));
            let new = world.said.iter().enumerate().skip(read);
            found = new.map(|(at, said)| (at, said.message.clone())).find(|(_, said)| said.contains(text));
            found.is_some()
        });
        assert!(come.await, "waited in vain for '{text}': {:#?}", self.said());
        let (at, said) = found.unwrap_or_default();
        self.read.store(at + 1, Ordering::Relaxed);
        said
    }

    /// All that Twitch was given to say.
    fn said(&self) -> Vec<String> {
        self.twitch.world().said.iter().map(|said| said.message.clone()).collect()
    }

    /// The most that was said within a span in which the bot says no more than fifteen lines; a little
    /// shorter than that, since a busy machine may hand lines over late.
    fn most_said(&self) -> usize {
        let at: Vec<i64> = self.twitch.world().said.iter().map(|said| said.at.0).collect();
        let within = |from: &i64| at.iter().filter(|at| (*from..*from + 25_000).contains(*at)).count();
        at.iter().map(within).max().unwrap_or_default()
    }

    /// The scenes that OBS was asked for.
    fn switches(&self) -> Vec<String> {
        let log = self.obs.log();
        let switches = log.iter().filter(|one| one.request == "SetCurrentProgramScene");
        switches.filter_map(|one| one.data["sceneName"].as_str().map(str::to_owned)).collect()
    }

    /// Waits until this name is known to be somebody's, or nobody's.
    async fn looked_up(&self, name: &str) -> Option<String> {
        let mut cell = self.app.ctx.cells.commands.clone();
        let known = cell.until(|table| table.names.contains_key(name));
        assert!(tokio::time::timeout(LIMIT, known).await.is_ok(), "{name} was not looked up");
        cell.with(|table| table.names[name].clone())
    }
}

fn sign_in(twitch: &FakeTwitch, folder: &TempDir, identity: Identity, id: &str) {
    let (access, refresh) = twitch.world().grant(CLIENT_ID, id, &twitch_features::scopes(&[], identity));
    let pair = Pair { access: Secret::new(access), refresh: Secret::new(refresh) };
    let file = TokenFile::new(folder.path().join("twitch_tokens.json"));
    file.write(identity, &pair).expect("a token file");
}
