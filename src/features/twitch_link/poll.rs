//! Asks Twitch what it shows of the channel: live, viewers, title, ads. Often while somebody looks or a
//! show runs, seldom else, at once when told.

use super::actions::plainly;
use super::caller::Caller;
use super::refresh::Refresh;
use crate::adapters::twitch::calls::{ads, channel};
use crate::adapters::twitch::error::TwitchError;
use crate::domain::chat::Identity;
use crate::domain::stream::Obs;
use crate::domain::twitch::{Live, SignIn, Twitch};
use crate::domain::twitch_features::switched_on;
use crate::kit::backoff::Backoff;
use crate::kit::clock;
use crate::kit::units::{Millis, Mono};
use crate::runtime::shared::Reader;
use crate::runtime::supervisor::Task;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Between two looks while they are useful.
const OFTEN: Millis = Millis(30_000);
/// Between two looks else, and between two readings of the title.
const SELDOM: Millis = Millis(300_000);
/// Between two readings of the ads' schedule.
const ADS: Millis = Millis(60_000);
/// A raid that was begun so long ago is history.
const RAID: Millis = Millis(900_000);

/// Between two tries after a look that failed: what is shown is old meanwhile.
const TRIES: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(60));

/// See the module's head.
pub(super) struct Poller {
    caller: Caller,
    obs: Reader<Obs>,
    refresh: Refresh,
    looked: Option<Mono>,
    read: Option<Mono>,
    ads_read: Option<Mono>,
    tries: Backoff,
    /// How long after a look that failed the next one comes.
    retry: Option<Millis>,
}

impl Poller {
    pub(super) fn new(caller: Caller, obs: Reader<Obs>, refresh: Refresh) -> Self {
        let tries = Backoff::new(TRIES.0, TRIES.1);
        Self { caller, obs, refresh, looked: None, read: None, ads_read: None, tries, retry: None }
    }

    /// Live, and the rest where its time has come; `all` at once.
    async fn look(&mut self, all: bool) {
        let Some((id, _)) = self.caller.account(Identity::Broadcaster) else { return };
        let now = clock::mono();
        self.looked = Some(now);
        let mut trouble = self.live(&id).await.err();
        if all || due(self.read, SELDOM, now) {
            let failed = self.channel(&id).await.err();
            self.read = if failed.is_none() { Some(now) } else { None };
            trouble = failed.or(trouble);
        }
        if all || due(self.ads_read, ADS, now) {
            self.ads_read = Some(now);
            // Ads are for affiliates: that this one is refused says nothing about the rest.
            self.ads().await;
        }
        self.retry = match &trouble {
            Some(_) => Some(Millis::from(self.tries.next(clock::jitter()))),
            None => {
                self.tries.reset();
                None
            }
        };
        self.tell(trouble);
    }

    async fn live(&self, id: &str) -> Result<(), TwitchError> {
        let found =
            self.caller.own(&[], |helix, access| async move { channel::stream(&helix, &access, id).await }).await?;
        let read_at = clock::unix();
        let live = match found {
            Some(stream) => Live::On {
                started_at: stream.started_at.unwrap_or(read_at),
                id: stream.id,
                viewers: stream.viewer_count,
                read_at,
            },
            None => Live::Off { read_at },
        };
        self.caller.cell.edit_if_changed(|twitch| {
            twitch.live = Some(live);
            twitch.raid.take_if(|raid| raid.asked_at.or(raid.confirmed_at).is_some_and(|at| read_at.since(at) > RAID));
        });
        Ok(())
    }

    async fn channel(&self, id: &str) -> Result<(), TwitchError> {
        let mut read =
            self.caller.own(&[], |helix, access| async move { channel::read(&helix, &access, id).await }).await?;
        let known =
            self.caller.cell.with(|twitch| twitch.channel.as_ref().and_then(|channel| channel.category.clone()));
        if let Some(category) = &mut read.category {
            let game = category.id.as_str();
            match known.filter(|known| known.id == game && !known.box_art.is_empty()) {
                Some(known) => category.box_art = known.box_art,
                None => {
                    let asked = self
                        .caller
                        .own(&[], |helix, access| async move { channel::category(&helix, &access, game).await });
                    category.box_art = asked.await.ok().flatten().map(|found| found.box_art).unwrap_or_default();
                }
            }
        }
        self.caller.cell.edit_if_changed(|twitch| twitch.channel = Some(read));
        Ok(())
    }

    async fn ads(&self) {
        let on = self.caller.config.with(|config| switched_on(&config.twitch.features).any(|one| one.word == "ads"));
        let live = self.caller.cell.with(|twitch| matches!(twitch.live, Some(Live::On { .. })));
        let read = match on && live {
            true => {
                self.caller
                    .own(&["channel:read:ads"], |helix, access| async move { ads::schedule(&helix, &access).await })
                    .await
            }
            false => Ok(None),
        };
        // What cannot be read now is unknown: an old countdown would mislead.
        self.caller.cell.edit_if_changed(|twitch| twitch.ads = read.ok().flatten());
    }

    fn tell(&self, trouble: Option<TwitchError>) {
        self.caller.cell.edit_if_changed(|twitch| {
            let since = twitch.helix_trouble.take().map_or_else(clock::unix, |(_, since)| since);
            twitch.helix_trouble = trouble.map(|error| (plainly(&error), since));
        });
    }

    fn pause(&self) -> Millis {
        let show = self.obs.with(Obs::is_live) != Some(false) && self.obs.with(Obs::is_connected);
        let (raid, live) =
            self.caller.cell.with(|twitch| (twitch.raid.is_some(), matches!(twitch.live, Some(Live::On { .. }))));
        // An unfinished show on Twitch may end at any moment, but without a watcher nobody needs to know at once.
        match self.refresh.is_watched() || show || raid {
            true => OFTEN,
            false if live => ADS,
            false => SELDOM,
        }
    }

    /// How long until the next look; the faster pace holds at once when it becomes useful.
    fn wait(&self) -> Millis {
        let now = clock::mono();
        let pause = self.retry.map_or(self.pause(), |retry| retry.min(self.pause()));
        self.looked.map_or(Millis(0), |looked| (looked + pause).since(now))
    }
}

/// What makes a look useful at once when it changes: who is signed in, and a raid.
fn stirring(twitch: &Twitch) -> (Option<String>, bool) {
    let who = match twitch.sign_in.get(&Identity::Broadcaster) {
        Some(SignIn::Linked { user_id, .. }) => Some(user_id.clone()),
        _ => None,
    };
    (who, twitch.raid.is_some())
}

fn due(last: Option<Mono>, every: Millis, now: Mono) -> bool {
    last.is_none_or(|last| now.since(last) >= every)
}

impl Task for Poller {
    fn name(&self) -> &'static str {
        "twitch poll"
    }

    async fn run(&mut self, stop: CancellationToken) -> anyhow::Result<()> {
        let mut cell = self.caller.cell.reader();
        let mut obs = self.obs.clone();
        loop {
            let seen = cell.with(stirring);
            if seen.0.is_none() {
                self.looked = None;
                self.caller.cell.edit_if_changed(|twitch| {
                    (twitch.channel, twitch.live, twitch.ads, twitch.helix_trouble) = (None, None, None, None);
                });
            }
            let live = self.obs.with(Obs::is_live);
            let wait = self.wait();
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = self.refresh.wished() => self.look(true).await,
                () = cell.until(|twitch| stirring(twitch) != seen) => {
                    let changed = cell.with(stirring).0 != seen.0;
                    if changed {
                        self.look(true).await;
                    }
                }
                () = obs.until(|obs| obs.is_live() != live) => {}
                () = tokio::time::sleep(wait.into()), if seen.0.is_some() => self.look(false).await,
            }
        }
    }
}
