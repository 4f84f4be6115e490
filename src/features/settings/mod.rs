//! The settings room: changes rows, makes types of everything anew, announces it. A change that
//! would be a mistake is refused whole, with all mistakes.

pub mod view;
pub mod weigh;

use crate::config::{Config, Settled, Values, mistake};
use crate::domain::command::{ChangeSetting, Import, Order, Outcome};
use crate::domain::event::Fact;
use crate::runtime::bus::Bus;
use crate::runtime::desk::Ticket;
use crate::runtime::shared::{self, Reader, Writer};
use crate::runtime::supervisor::Task;
use crate::store::Store;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use view::SettingsView;

/// Owns the configuration while the daemon runs.
pub struct SettingsRoom {
    store: Store,
    values: Values,
    config: Writer<Config>,
    view: Writer<SettingsView>,
    tickets: mpsc::Receiver<Ticket>,
    bus: Bus,
}

impl SettingsRoom {
    /// The room, beginning with what was settled at start; `tickets` are the desk's
    /// [`Room::Settings`](crate::runtime::desk::Room::Settings).
    pub fn new(store: Store, settled: Settled, tickets: mpsc::Receiver<Ticket>, bus: Bus) -> Self {
        let view = shared::cell(SettingsView::of(&settled.values, &settled.config)).0;
        Self { store, values: settled.values, config: shared::cell(settled.config).0, view, tickets, bus }
    }

    /// The configuration in force.
    pub fn config(&self) -> Reader<Config> {
        self.config.reader()
    }

    /// What the settings page shows.
    pub fn view(&self) -> Reader<SettingsView> {
        self.view.reader()
    }

    async fn handle(&mut self, ticket: Ticket) {
        let outcome = match &ticket.order {
            Order::Settings(change) => self.change(change, &ticket.origin.to_string()).await,
            Order::Import(import) => self.import(import, &ticket.origin.to_string()).await,
            other => Outcome::Failed(format!("The settings cannot {other}.")),
        };
        ticket.answer(outcome);
    }

    /// Applies all changes or none. The desk writes the line with the keys into the journal.
    async fn change(&mut self, change: &ChangeSetting, by: &str) -> Outcome {
        let weighed = match weigh::weigh(&self.values, change) {
            Ok(weighed) => weighed,
            Err(mistakes) => return Outcome::Failed(mistake::all(&mistakes)),
        };
        if let Err(error) = self.store.put_settings(&weighed.rows, by).await {
            return Outcome::Failed(format!("Nothing was changed: {error}."));
        }
        self.publish(weighed.values, weighed.config);
        Outcome::Done("Saved, and in force now.".to_owned())
    }

    /// Takes over another program's settings and chat commands: all of it or nothing.
    async fn import(&mut self, import: &Import, by: &str) -> Outcome {
        let weighed = match weigh::weigh(&self.values, &import.change) {
            Ok(weighed) => weighed,
            Err(mistakes) => return Outcome::Failed(mistake::all(&mistakes)),
        };
        if let Err(error) = self.store.put_import(&weighed.rows, import.commands.as_deref(), by).await {
            return Outcome::Failed(format!("Nothing was imported: {error}."));
        }
        self.publish(weighed.values, weighed.config);
        Outcome::Done("Imported, and in force now.".to_owned())
    }

    fn publish(&mut self, values: Values, config: Config) {
        self.view.set(SettingsView::of(&values, &config));
        self.config.set(config);
        self.values = values;
        self.bus.tell(Fact::SettingsChanged);
    }
}

impl Task for SettingsRoom {
    fn name(&self) -> &'static str {
        "settings"
    }

    async fn run(&mut self, stop: CancellationToken) -> anyhow::Result<()> {
        loop {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                ticket = self.tickets.recv() => match ticket {
                    Some(ticket) => self.handle(ticket).await,
                    None => stop.cancelled().await,
                },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::settle;
    use crate::domain::ids::FeedId;
    use crate::domain::people::{Origin, Role};
    use crate::runtime::desk::{Desk, DeskBuilder, Room};
    use crate::runtime::journal;
    use crate::runtime::supervisor::Supervisor;
    use std::time::Duration;

    struct House {
        _dir: tempfile::TempDir,
        store: Store,
        desk: Desk,
        config: Reader<Config>,
        view: Reader<SettingsView>,
        lines: mpsc::Receiver<crate::domain::journal::Entry>,
        bus: Bus,
        supervisor: Supervisor,
    }

    async fn house() -> House {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).await.unwrap();
        let (journal, lines) = journal::lane();
        let mut builder = DeskBuilder::new(journal.clone());
        let tickets = builder.room(Room::Settings);
        let base =
            Values::from_pairs([("OBS_HOST", "from-env"), ("OBS_PASSWORD", "hunter2"), ("STATS_FEED", "app/key")]);
        let settled = settle(&base, store.settings().await.unwrap()).unwrap();
        let bus = Bus::new();
        let room = SettingsRoom::new(store.clone(), settled, tickets, bus.clone());
        let (config, view) = (room.config(), room.view());
        let mut supervisor = Supervisor::new(journal);
        supervisor.start(room);
        House { _dir: dir, store, desk: builder.open(), config, view, lines, bus, supervisor }
    }

    impl House {
        async fn change(&self, changes: &[(&str, Option<&str>)]) -> Outcome {
            let changes = changes.iter().map(|(key, value)| ((*key).to_owned(), value.map(str::to_owned))).collect();
            let anna = Origin::Person { name: "Anna".to_owned(), role: Role::Owner };
            self.desk.give(anna, Order::Settings(ChangeSetting { changes })).await
        }
    }

    #[tokio::test]
    async fn a_change_is_a_row_in_force_at_once_and_told() {
        let mut house = house().await;
        let mut facts = house.bus.listen();
        let outcome = house.change(&[("OBS_HOST", Some(" box ")), ("OBS_PASSWORD", Some("sesame"))]).await;
        assert!(outcome.is_done(), "{outcome:?}");
        assert_eq!(house.config.with(|config| config.obs.host.clone()), "box");
        assert_eq!(facts.next().await, Some(Fact::SettingsChanged));
        let line = house.lines.recv().await.unwrap().text;
        assert!(line.contains("OBS_HOST, OBS_PASSWORD") && !line.contains("sesame"), "{line}");

        let item = |name: &str| house.view.with(|view| view.item(name).cloned().unwrap());
        assert_eq!((item("OBS_HOST").in_force.as_str(), item("OBS_HOST").from_env.as_str()), ("box", "from-env"));
        assert!(item("OBS_HOST").overridden);
        assert_eq!((item("OBS_PASSWORD").in_force.as_str(), item("OBS_PASSWORD").from_env.as_str()), ("set", "set"));

        assert!(house.change(&[("OBS_HOST", None)]).await.is_done());
        assert_eq!(house.config.with(|config| config.obs.host.clone()), "from-env");
        assert_eq!(house.store.settings().await.unwrap().len(), 1);
        house.supervisor.stop(Duration::from_secs(1)).await;
    }

    #[tokio::test]
    async fn an_emptied_field_stands_over_env_where_nothing_is_a_choice() {
        let house = house().await;
        let emptied = [("STATS_FEED", Some(" ")), ("OBS_HOST", Some("")), ("MEDIA_SOURCE_NAME", Some(""))];
        assert!(house.change(&emptied).await.is_done());
        assert_eq!(house.config.with(|config| config.feeds[0].publisher.clone()), None);
        assert!(house.view.with(|view| view.item("STATS_FEED").is_some_and(|item| item.overridden)));
        assert_eq!(house.config.with(|config| config.obs.host.clone()), "from-env", "a machine is needed");
        assert_eq!(house.store.settings().await.unwrap(), [("STATS_FEED".to_owned(), String::new())]);
        assert!(house.change(&[("STATS_FEED", None)]).await.is_done());
        assert_eq!(house.config.with(|config| config.feeds[0].publisher.clone()).as_deref(), Some("app/key"));
    }

    #[tokio::test]
    async fn an_emptied_limit_follows_the_preset_again() {
        let house = house().await;
        let low = || house.config.with(|config| config.rules.low.0);
        assert!(house.change(&[("SWITCHING_PRESET", Some("calm")), ("BITRATE_LOW_KBPS", Some("700"))]).await.is_done());
        assert_eq!(low(), 700.0);
        let item = || house.view.with(|view| view.item("BITRATE_LOW_KBPS").cloned().unwrap());
        assert_eq!((item().own.as_str(), item().origin.as_str()), ("700", "set in the page"));
        assert!(house.change(&[("BITRATE_LOW_KBPS", Some(""))]).await.is_done());
        assert_eq!(low(), 600.0);
        assert_eq!(
            (item().own.as_str(), item().in_force.as_str(), item().origin.as_str()),
            ("", "600", "from the preset 'calm'")
        );
        assert_eq!(item().presets, Some([600.0, 800.0, 1000.0]));
    }

    #[tokio::test]
    async fn the_document_of_feeds_is_taken_whole_or_refused_with_its_mistakes() {
        let mut house = house().await;
        assert!(
            house.view.with(|view| view.feeds.of_stats && view.feeds.document.feeds[0].get("publisher") == "app/key")
        );
        let long = format!(
            "{{\"feeds\":[{{\"id\":\"a\",\"name\":\"{}\",\"password\":\"hunter2\",\"user\":\"u\"}}]}}",
            "x".repeat(4000)
        );
        assert!(house.change(&[("FEEDS", Some(&long))]).await.is_done(), "longer than other values may be");
        assert_eq!(house.config.with(|config| config.feeds[0].id.clone()), "a".into());
        assert!(house.view.with(|view| !view.feeds.of_stats && view.feeds.overridden));
        assert!(!format!("{:?}", house.view.get()).contains("hunter2"));
        assert!(!house.lines.recv().await.unwrap().text.contains("hunter2"));
        let refused = house.change(&[("FEEDS", Some(r#"{"feeds":[{"id":"b","port":"x"},{"id":"b"}]}"#))]).await;
        assert!(
            refused.text().contains("feed 'b': port is 'x'") && refused.text().contains("given twice"),
            "{refused:?}"
        );
        assert_eq!(house.config.with(|config| config.feeds[0].id.clone()), "a".into());
        assert!(house.change(&[("FEEDS", None)]).await.is_done());
        assert_eq!(house.config.with(|config| config.feeds[0].id.clone()), FeedId::main());
    }

    #[tokio::test]
    async fn a_change_with_a_mistake_is_refused_whole() {
        let house = house().await;
        let outcome = house
            .change(&[("BITRATE_LOW_KBPS", Some("0")), ("STATS_TYPE", Some("wowza")), ("OBS_HOST", Some("box"))])
            .await;
        assert!(
            matches!(&outcome, Outcome::Failed(text) if text.contains("BITRATE_LOW_KBPS") && text.contains("STATS_TYPE"))
        );
        assert_eq!(house.store.settings().await.unwrap(), []);
        assert_eq!(house.config.with(|config| config.obs.host.clone()), "from-env");
        let long = "x".repeat(3000);
        let refused: [&[(&str, Option<&str>)]; 5] = [
            // The page shows http://h/stats?key=••••; saved as shown it would lose the key.
            &[("STATS_URL", Some("http://other/stats?key=••••"))],
            &[("BIND_ADDR", Some("0.0.0.0:1"))],
            &[("NO_SUCH", Some("1"))],
            &[("OBS_HOST", Some("a")), ("OBS_HOST", Some("b"))],
            &[("OBS_PASSWORD", Some(&long))],
        ];
        for changes in refused {
            assert!(matches!(house.change(changes).await, Outcome::Failed(_)), "{changes:?}");
        }
        let all = house.change(&[("STATS_URL", Some("http://h/?key=••••")), ("OBS_PORT", Some("x"))]).await;
        assert!(all.text().contains("STATS_URL still holds") && all.text().contains("OBS_PORT is 'x'"), "{all:?}");
    }
}
