//! The built-in demo world: fakes that speak the wire, played by a script, under the real daemon.
//! The tests use the same fakes.

pub mod fake_ingest;
pub mod fake_obs;
pub mod fake_twitch;
mod twitch_cues;
mod twitch_play;

use crate::boot::{self, House};
use crate::config::Values;
use crate::kit::units::Kbps;
use anyhow::Context as _;
use fake_ingest::{FakeIngest, Mode, Shape};
use fake_obs::{FakeObs, Script};
use fake_twitch::FakeTwitch;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// The password of the demo's page; it guards made-up data on loopback.
const PASSWORD: &str = "demo";
/// Where the demo is served; any free port when this one is taken.
const ADDRESS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 5000);

/// One act of the demo: what the link does, for how long, and what to look for.
struct Act {
    mode: Mode,
    lasts: Duration,
    tells: &'static str,
}

const ACTS: &[Act] = &[
    act(
        Mode::Connecting(Kbps(4200.0)),
        20,
        "The phone connects and sends 4.2 Mbit/s: LIVE comes on with the first picture.",
    ),
    act(Mode::Weak(Kbps(400.0)), 14, "The mobile link sags to 0.4 Mbit/s: the LOW scene takes over."),
    act(Mode::Healthy(Kbps(4200.0)), 18, "The link is good again: LIVE returns once it has stayed so."),
    act(
        Mode::Blackhole,
        14,
        "The link vanishes without a word: LOW at once, then OFFLINE, before viewers see a freeze.",
    ),
];

const fn act(mode: Mode, secs: u64, tells: &'static str) -> Act {
    Act { mode, lasts: Duration::from_secs(secs), tells }
}

/// Runs the whole daemon against an OBS, an ingest server and a Twitch that are part of this program, until
/// SIGTERM or SIGINT. Nothing outside a temporary folder is touched.
pub async fn run() -> anyhow::Result<()> {
    let obs = Arc::new(FakeObs::start(0, Script::default()).await.context("the demo's OBS cannot start")?);
    let ingest = FakeIngest::start(Shape::Sls).await.context("the demo's ingest server cannot start")?;
    let twitch = FakeTwitch::start(0).await.context("the demo's Twitch cannot start")?;
    let folder = std::env::temp_dir().join(format!("stream-control-demo-{}", std::process::id()));
    twitch_play::prepare(&twitch, &folder)?;
    let mut values = vec![
        ("OBS_PORT", obs.port().to_string()),
        ("STATS_URL", ingest.url().to_string()),
        ("LOW_SCENE_NAME", "LOW".to_owned()),
        // A link that fails twice a minute would soon be held on LOW; here it is to be seen coming back.
        ("FLAP_LIMIT", "30".to_owned()),
        ("LOGIN_PASSWORD", PASSWORD.to_owned()),
        ("TWITCH_BOT", "true".to_owned()),
        ("DATA_DIR", folder.to_string_lossy().into_owned()),
    ];
    values.extend(twitch.settings());
    let values = Values::from_pairs(values.iter().map(|(key, value)| (*key, value.as_str())));
    let house = House::build(boot::Start { values }).await?;
    boot::stop_on_signal(house.stop_token());
    let listener = match TcpListener::bind(ADDRESS).await {
        Ok(listener) => listener,
        Err(_) => TcpListener::bind((ADDRESS.ip(), 0)).await?,
    };
    tracing::info!("Demo: open http://{}/ and sign in with the password {PASSWORD}", listener.local_addr()?);
    let on_air = {
        let obs = obs.clone();
        move || obs.is_streaming()
    };
    let play = tokio::spawn(async move { tokio::join!(play(&obs, ingest), twitch_play::play(twitch, on_air)) });
    let served = house.serve(listener).await;
    play.abort();
    let _ = tokio::fs::remove_dir_all(&folder).await;
    served
}

/// Plays the acts over and over. The show begins once; a stop on the page is a person's word.
async fn play(obs: &FakeObs, ingest: FakeIngest) {
    obs.human_start();
    loop {
        for act in ACTS {
            tracing::info!("Demo: {}", act.tells);
            ingest.set(act.mode);
            obs.move_media("Feed", act.mode != Mode::Blackhole);
            tokio::time::sleep(act.lasts).await;
        }
    }
}
