//! Room: mends by itself what can be mended, while a show is on. It looks at the feeds, at OBS and at
//! what failover makes of them; `domain/failover/repair.rs` decides; orders go through the desk.

mod words;

use crate::config::{Config, Feed};
use crate::domain::command::{IngestOrder, ObsOrder, Order};
use crate::domain::failover::repair::{Act, Repair, Sight, Troubles};
use crate::domain::failover::{Class, View};
use crate::domain::ids::FeedId;
use crate::domain::journal::Topic;
use crate::domain::people::Origin;
use crate::domain::signal::Feeds;
use crate::domain::stream::Obs;
use crate::kit::clock;
use crate::kit::units::Millis;
use crate::runtime::desk::Desk;
use crate::runtime::journal::Journal;
use crate::runtime::shared::{Reader, Writer};
use crate::runtime::supervisor::Task;
use std::collections::BTreeMap;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// The name under which its orders and lines stand in the journal.
const RULE: &str = "repair";
/// From one look to the next while a show is on.
const LOOK: Millis = Millis(500);

/// What the room is built from.
pub struct Parts {
    /// Settings in force.
    pub config: Reader<Config>,
    /// The newest poll of each feed.
    pub feeds: Reader<Feeds>,
    /// OBS as reported.
    pub obs: Reader<Obs>,
    /// What failover makes of the feeds.
    pub view: Reader<View>,
    /// Where its orders go.
    pub desk: Desk,
    /// Where it tells what it does.
    pub journal: Journal,
    /// What it could not mend.
    pub troubles: Writer<Troubles>,
}

/// The room. What it remembers of a show survives a restart of the task.
pub struct RepairRoom {
    parts: Parts,
    repairs: BTreeMap<FeedId, Repair>,
    texts: BTreeMap<FeedId, String>,
    sent: JoinSet<()>,
}

impl RepairRoom {
    /// A room that has seen nothing yet.
    pub fn new(parts: Parts) -> Self {
        Self { parts, repairs: BTreeMap::new(), texts: BTreeMap::new(), sent: JoinSet::new() }
    }

    fn look(&mut self) {
        let (config, obs) = (self.parts.config.get(), self.parts.obs.get());
        let (working, classes) = self.parts.view.with(|view| (view.maintenance.is_some(), classes(view, &config)));
        let live = obs.is_live().filter(|_| !working);
        self.repairs.retain(|id, _| config.feeds.iter().any(|feed| feed.id == *id));
        for (feed, class) in config.feeds.iter().zip(classes) {
            let session = self.parts.feeds.with(|feeds| feeds.get(&feed.id)?.sample.as_ref()?.session.clone());
            let media = obs.media_of(&feed.id);
            let sight = Sight { class, session: session.as_deref(), media, can_drop: feed.control.is_some() };
            let repair = self.repairs.entry(feed.id.clone()).or_default();
            if let Some(act) = repair.step(clock::mono(), live, &config.rules, &sight) {
                self.carry_out(&act, feed, media.map_or("the media source", |media| media.name.as_str()));
            }
        }
        self.publish();
    }

    fn carry_out(&mut self, act: &Act, feed: &Feed, source: &str) {
        let (tone, text) = words::line(act, &feed.name, source);
        self.parts.journal.note(Topic::Decision, tone, RULE, text.clone());
        self.texts.insert(feed.id.clone(), text);
        let order = match act {
            Act::Restart(_) => Order::Obs(ObsOrder::RestartMedia { feed: Some(feed.id.clone()) }),
            Act::Drop(_) => Order::Ingest(IngestOrder::DropPublisher { feed: feed.id.clone() }),
            Act::Tell(..) | Act::Healed => return,
        };
        let desk = self.parts.desk.clone();
        self.sent.spawn(async move {
            // How it ended stands in the journal; whether it helped is seen.
            desk.give(Origin::Automation(RULE), order).await;
        });
    }

    fn publish(&self) {
        let in_trouble = self.repairs.iter().filter(|(_, repair)| repair.trouble().is_some());
        let text = |id: &FeedId| self.texts.get(id).cloned().unwrap_or_default();
        let list = in_trouble.map(|(id, _)| (id.clone(), text(id))).collect();
        self.parts.troubles.edit_if_changed(|cell| *cell = Troubles { list });
    }
}

/// The class of each feed's newest reading, in the order of the settings.
fn classes(view: &View, config: &Config) -> Vec<Class> {
    let known = |id: &FeedId| view.feeds.iter().find(|feed| feed.id == *id).map(|feed| feed.class);
    let alone = || if config.feeds.len() == 1 { view.class } else { Class::Unknown };
    config.feeds.iter().map(|feed| known(&feed.id).unwrap_or_else(alone)).collect()
}

impl Task for RepairRoom {
    fn name(&self) -> &'static str {
        "repair"
    }

    async fn run(&mut self, stop: CancellationToken) -> anyhow::Result<()> {
        loop {
            self.look();
            let is_live = self.parts.obs.with(Obs::is_live) == Some(true);
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = self.parts.obs.changed(), if !is_live => {}
                () = tokio::time::sleep(LOOK.into()), if is_live => {}
                Some(_) = self.sent.join_next() => {}
            }
        }
    }
}
