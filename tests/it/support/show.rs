//! A whole show on fakes that speak the wire: OBS, ingest, the daemon between them, its owner at the page.

use super::app::App;
use super::visitor::Visitor;
use serde_json::Value;
use stream_control::demo::fake_ingest::{FakeIngest, Mode, Shape};
use stream_control::demo::fake_obs::{FakeObs, Script};
use stream_control::kit::units::Kbps;

/// The owner's password.
pub const PASSWORD: &str = "a password for the tests";
/// A rate that is good by default.
pub const GOOD: Kbps = Kbps(2500.0);
/// A rate below the low limit by default, above that of offline.
pub const WEAK: Kbps = Kbps(400.0);

/// All of it, running.
pub struct Show {
    /// The fake OBS.
    pub obs: FakeObs,
    /// The fake statistics page.
    pub ingest: FakeIngest,
    /// The daemon.
    pub app: App,
    /// The owner, signed in.
    pub page: Visitor,
}

impl Show {
    /// Everything started; nobody publishes, OBS does not stream. `more` settings win.
    pub async fn with(shape: Shape, script: Script, more: &[(&str, &str)]) -> Self {
        let obs = FakeObs::start(0, script).await.expect("a free port");
        let ingest = FakeIngest::start(shape).await.expect("a free port");
        let (port, url) = (obs.port().to_string(), ingest.url().to_string());
        let mut settings = settings(&port, &url);
        settings.extend_from_slice(more);
        let app = App::start(&settings).await;
        let page = Visitor::signed_in(app.address, PASSWORD).await;
        Self { obs, ingest, app, page }
    }

    /// On air: a good feed, the stream running, LIVE on.
    pub async fn on_air(shape: Shape, more: &[(&str, &str)]) -> Self {
        let show = Self::with(shape, Script::default(), more).await;
        show.ingest.set(Mode::Healthy(GOOD));
        show.page.live("OBS connected", |live| live["obs"]["connected"] == true).await;
        show.obs.human_start();
        show.is_good().await;
        show
    }

    /// The daemon again, in its folder and with its fakes, as after a restart of the machine.
    pub async fn restart(self) -> Self {
        let Self { obs, ingest, app, mut page } = self;
        let (port, url) = (obs.port().to_string(), ingest.url().to_string());
        let app = App::start_in(app.stop().await, &settings(&port, &url)).await;
        page.address = app.address;
        Self { obs, ingest, app, page }
    }

    /// Waits until the page says Good and automatic switching acts.
    pub async fn is_good(&self) -> Value {
        self.page.live("a good feed", |live| live["feed"]["word"] == "Good" && live["failover"]["armed"] == true).await
    }

    /// Waits until the page shows this scene on air, and this state word.
    pub async fn shows(&self, scene: &str, word: &str) -> Value {
        let wanted = |live: &Value| live["obs"]["scene"] == scene && live["feed"]["word"] == word;
        self.page.live(&format!("{scene} and {word}"), wanted).await
    }

    /// Scene switches that OBS was asked for so far.
    pub fn switches(&self) -> usize {
        self.obs.count("SetCurrentProgramScene")
    }
}

/// The settings that tie daemon and fakes together.
pub fn settings<'a>(obs_port: &'a str, stats_url: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("OBS_PORT", obs_port), ("STATS_URL", stats_url), ("LOW_SCENE_NAME", "LOW"), ("LOGIN_PASSWORD", PASSWORD)]
}
