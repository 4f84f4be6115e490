//! A Twitch on loopback that speaks the wire: sign-in (`/oauth2/`), Helix (`/helix/`), EventSub (`/ws`)
//! and a control path (`/_ctl/`) for playing by hand. It keeps Twitch's rules (scopes, single-use
//! refresh tokens, the ten seconds to the first subscription, one user per socket) and misbehaves on
//! order. Tests and the demo use the same one.

mod ads;
mod call;
mod control;
mod faults;
mod helix;
mod oauth;
mod outlet;
mod push;
mod socket;
mod subscriptions;
mod world;

pub use faults::Fault;
pub use world::{Asked, Manners, User, World};

use axum::Router;
use axum::routing::{any, get, post};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};
use url::Url;

/// The application that every fake knows: of the type Public, without a secret.
pub const CLIENT_ID: &str = "hof5gwx0su6owfnys0yan9c87zr6t";
/// An application of the type Confidential, and its secret.
pub const CONFIDENTIAL_ID: &str = "41vpdji4e9gif29md0ouet6fktd2z";
/// See [`CONFIDENTIAL_ID`].
pub const CONFIDENTIAL_SECRET: &str = "notreallyasecretbutsecretenough";
/// The id of the channel that is played.
pub const BROADCASTER: &str = "40112233";
/// The id of its bot account.
pub const BOT: &str = "60123456";
/// The id of a channel that can be raided.
pub const FRIEND: &str = "50998877";

/// What every handler sees.
#[derive(Clone)]
struct Stage {
    world: Arc<Mutex<World>>,
    address: SocketAddr,
    stop: CancellationToken,
}

impl Stage {
    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running fake; it stops when dropped.
pub struct FakeTwitch {
    stage: Stage,
    _stop: DropGuard,
}

impl FakeTwitch {
    /// Starts on a port of loopback, 0 for any free one.
    ///
    /// # Errors
    /// When the port is taken.
    pub async fn start(port: u16) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let stop = CancellationToken::new();
        let stage =
            Stage { world: Arc::new(Mutex::new(World::new())), address: listener.local_addr()?, stop: stop.clone() };
        let app = router(stage.clone());
        let done = stop.clone();
        tokio::spawn(async move {
            let serving = axum::serve(listener, app).with_graceful_shutdown(done.cancelled_owned());
            if let Err(error) = serving.await {
                tracing::debug!("the fake Twitch ended: {error}");
            }
        });
        Ok(Self { stage, _stop: stop.drop_guard() })
    }

    /// For TWITCH_HELIX_URL.
    pub fn helix_url(&self) -> Url {
        self.url("http", "/helix/")
    }

    /// For TWITCH_OAUTH2_URL.
    pub fn oauth2_url(&self) -> Url {
        self.url("http", "/oauth2/")
    }

    /// For TWITCH_EVENTSUB_WEBSOCKET_URL.
    pub fn eventsub_url(&self) -> Url {
        self.url("ws", "/ws")
    }

    /// The three address settings and the client id, as pairs.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("TWITCH_CLIENT_ID", CLIENT_ID.to_owned()),
            ("TWITCH_HELIX_URL", self.helix_url().to_string()),
            ("TWITCH_OAUTH2_URL", self.oauth2_url().to_string()),
            ("TWITCH_EVENTSUB_WEBSOCKET_URL", self.eventsub_url().to_string()),
        ]
    }

    /// The world behind it: read it, change it, script its misbehaviour.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.stage.world()
    }

    fn url(&self, scheme: &str, path: &str) -> Url {
        let text = format!("{scheme}://{}{path}", self.stage.address);
        Url::parse(&text).expect("a loopback address")
    }
}

fn router(stage: Stage) -> Router {
    Router::new()
        .route("/oauth2/authorize", get(oauth::authorize))
        .route("/oauth2/device", post(oauth::device))
        .route("/oauth2/token", post(oauth::token))
        .route("/oauth2/validate", get(oauth::validate))
        .route("/oauth2/revoke", post(oauth::revoke))
        .route("/activate", get(oauth::activation_page).post(oauth::activate))
        .route("/helix/{*path}", any(helix::call))
        .route("/ws", get(socket::open))
        .route("/_ctl/{action}", post(control::act))
        .with_state(stage)
}
