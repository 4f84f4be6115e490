//! The daemon with somebody signed in, between a Twitch and an OBS that speak over real sockets.

use crate::app::App;
use std::time::Duration;
use stream_control::demo::fake_obs::{FakeObs, Script};
use stream_control::demo::fake_twitch::{BROADCASTER, CLIENT_ID, FakeTwitch};
use stream_control::domain::chat::Identity;
use stream_control::domain::twitch::SubscriptionState;
use stream_control::domain::twitch_features;
use stream_control::kit::secret::Secret;
use stream_control::store::tokens::{Pair, TokenFile};
use tempfile::TempDir;

/// What the daemon talks to.
pub struct Fakes {
    pub obs: FakeObs,
    pub twitch: FakeTwitch,
}

impl Fakes {
    /// Both, in the runtime of the caller.
    pub async fn start() -> Self {
        let obs = FakeObs::start(0, Script::default()).await.expect("a port");
        Self { obs, twitch: FakeTwitch::start(0).await.expect("a port") }
    }

    /// The daemon, in the runtime of the caller, with every subscription active.
    pub async fn daemon(&self) -> App {
        let rights = twitch_features::scopes(&[], Identity::Broadcaster);
        let (access, refresh) = self.twitch.world().grant(CLIENT_ID, BROADCASTER, &rights);
        let pair = Pair { access: Secret::new(access), refresh: Secret::new(refresh) };
        let folder = TempDir::new().expect("a folder");
        let file = TokenFile::new(folder.path().join("twitch_tokens.json"));
        file.write(Identity::Broadcaster, &pair).expect("a token file");
        let (port, settings) = (self.obs.port().to_string(), self.twitch.settings());
        let own = [("OBS_PORT", port.as_str()), ("LOW_SCENE_NAME", "LOW")];
        let all: Vec<_> = settings.iter().map(|(key, value)| (*key, value.as_str())).chain(own).collect();
        let app = App::start_in(folder, &all).await;
        app.obs("a connection", |obs| obs.is_connected()).await;
        let mut twitch = app.ctx.cells.twitch.clone();
        let listens = twitch.until(|twitch| {
            let mut all = twitch.subscriptions.iter();
            !twitch.subscriptions.is_empty() && all.all(|one| one.state == SubscriptionState::Active)
        });
        tokio::time::timeout(Duration::from_secs(60), listens).await.expect("every subscription");
        app
    }

    /// Somebody with the broadcaster's badge writes; each `number` is another person, for more than a few
    /// commands of one and the same are not obeyed.
    pub fn command(&self, number: usize, text: &str) {
        self.twitch.world().chat(BROADCASTER, &format!("Host_{number}"), text, &["broadcaster"]);
    }

    /// Waits until OBS has heard this request `count` times.
    pub async fn heard(&self, request: &str, count: usize) {
        let heard = tokio::time::timeout(Duration::from_secs(60), self.obs.until_heard(request, count)).await;
        assert!(heard.is_ok(), "OBS heard {request} {} times, not {count}", self.obs.count(request));
    }
}
