//! `stream-control authorize`: signs an account in to Twitch from a terminal. A daemon that runs takes
//! the file over by itself.

use super::{runtime, say, with_rows};
use crate::adapters::twitch::error::TwitchError;
use crate::adapters::twitch::oauth::{Device, DeviceAnswer, Granted, OAuth, SLOWER};
use crate::config::{Config, Values, mistake};
use crate::domain::chat::Identity;
use crate::domain::twitch_features as features;
use crate::kit::units::Millis;
use crate::kit::{clock, qr, text};
use crate::store::tokens::{Pair, TokenFile};
use anyhow::Context as _;
use std::path::Path;
use tokio::signal::unix::{SignalKind, signal};

/// Signs in; false when nobody agreed, or it was broken off.
pub(super) fn authorize(env_file: &Path, bot: bool) -> anyhow::Result<bool> {
    let config = config(env_file)?;
    let Some(oauth) = OAuth::new(&config.twitch)? else {
        anyhow::bail!(
            "TWITCH_CLIENT_ID is not set. Register an application of the type Public at \
             https://dev.twitch.tv/console, with http://localhost as its redirect, and set its client id"
        );
    };
    let identity = if bot { Identity::Bot } else { Identity::Broadcaster };
    runtime()?.block_on(async {
        let broken_off = broken_off()?;
        tokio::select! {
            done = sign_in(&oauth, &config, identity) => done,
            () = broken_off => say("\nGiven up. Nothing was changed.\n").map(|()| false),
        }
    })
}

/// The settings in force, with what people set in the page.
fn config(env_file: &Path) -> anyhow::Result<Config> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let base = Values::load(env_file);
    let config = Config::parse(&base).map_err(|mistakes| anyhow::anyhow!(mistake::all(&mistakes)))?;
    let (values, _) = with_rows(base, &config);
    Config::parse(&values).map_err(|mistakes| anyhow::anyhow!(mistake::all(&mistakes)))
}

async fn sign_in(oauth: &OAuth, config: &Config, identity: Identity) -> anyhow::Result<bool> {
    let has = rights(oauth, config, identity).await;
    let own = features::scopes(&config.twitch.features, identity);
    let scopes: Vec<&str> = own.iter().copied().chain(features::foreign(&has)).collect();
    let begun = match oauth.begin_device(&scopes).await {
        Err(TwitchError::Refused { .. }) => oauth.begin_device(&own).await,
        begun => begun,
    };
    let device = begun.map_err(words).context("the sign-in could not be begun")?;
    show(&device, identity)?;
    match wait(oauth, &device, &scopes).await? {
        Ok(granted) => keep(oauth, config, identity, granted).await,
        Err(why) => say(&format!("{why}\n")).map(|()| false),
    }
}

/// What the account has granted so far: a program that shares the token file may need more than ours.
async fn rights(oauth: &OAuth, config: &Config, identity: Identity) -> Vec<String> {
    let Ok(Some(pair)) = TokenFile::new(config.twitch.tokens_path.clone()).read(identity) else { return Vec::new() };
    oauth.validate(&pair.access).await.map(|valid| valid.scopes).unwrap_or_default()
}

fn show(device: &Device, identity: Identity) -> anyhow::Result<()> {
    let link = text::plain(&device.verification_uri);
    let (code, minutes) = (text::plain(&device.user_code), device.life.0 / 60_000);
    let blocks = qr::blocks(&device.verification_uri).unwrap_or_default();
    say(&format!(
        "{blocks}\n\nSign in the {} of your channel: scan this, or open\n\n  {link}\n\nand check that the code is\n\n  {code}\n\n\
         Waiting for up to {minutes} minutes. Ctrl-C gives up.\n",
        if identity == Identity::Bot { "bot account" } else { "own account" },
    ))
}

/// What the person at Twitch decided, or why nobody did.
async fn wait(oauth: &OAuth, device: &Device, scopes: &[&str]) -> anyhow::Result<Result<Granted, String>> {
    let until = clock::mono() + device.life;
    let mut interval = device.interval;
    while clock::mono() < until {
        tokio::time::sleep(interval.into()).await;
        match oauth.poll_device(device, scopes).await {
            Ok(DeviceAnswer::Granted(granted)) => return Ok(Ok(granted)),
            Ok(DeviceAnswer::Over(why)) => return Ok(Err(why)),
            Ok(DeviceAnswer::SlowDown) => interval = Millis(interval.0 + SLOWER.0),
            Ok(DeviceAnswer::Pending) => {}
            Err(error) if error.is_passing() => {}
            Err(error) => return Err(words(error)),
        }
    }
    Ok(Err("The code was not typed in time.".to_owned()))
}

async fn keep(oauth: &OAuth, config: &Config, identity: Identity, granted: Granted) -> anyhow::Result<bool> {
    let who = oauth.validate(&granted.access).await.map_err(words).context("the new sign-in could not be checked")?;
    let wanted = config.twitch.broadcaster_id.as_ref().filter(|_| identity == Identity::Broadcaster);
    if wanted.is_some_and(|id| *id != who.user_id) {
        return say(&format!(
            "{} is not the channel of TWITCH_BROADCASTER_ID. Nothing was changed.\n",
            text::plain(&who.login)
        ))
        .map(|()| false);
    }
    let file = TokenFile::new(config.twitch.tokens_path.clone());
    if let Some(aside) = file.set_aside()? {
        say(&format!("The token file was damaged; it is now {}.\n", aside.display()))?;
    }
    file.write(identity, &Pair { access: granted.access, refresh: granted.refresh })?;
    let told = format!("Signed in as {}. The tokens are in {}.", text::plain(&who.login), file.path().display());
    say(&format!("{told}\nA daemon that runs takes them over within half a minute.\n")).map(|()| true)
}

/// Ends at Ctrl-C and at SIGTERM.
fn broken_off() -> anyhow::Result<impl Future<Output = ()>> {
    let (mut int, mut term) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = int.recv() => {}
            _ = term.recv() => {}
        }
    })
}

fn words(error: TwitchError) -> anyhow::Error {
    anyhow::anyhow!("{error}")
}
