//! The Twitch room alone, against the fake Twitch, in a hurry.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;
use stream_control::config::{Config, Values};
use stream_control::demo::fake_twitch::{BOT, BROADCASTER, CLIENT_ID, FakeTwitch};
use stream_control::domain::chat::{ChatMessage, Identity};
use stream_control::domain::command::Outcome;
use stream_control::domain::event::Fact;
use stream_control::domain::failover::View;
use stream_control::domain::happening::Happening;
use stream_control::domain::journal::Entry;
use stream_control::domain::stream::Obs;
use stream_control::domain::twitch::{Socket, SubscriptionState, Twitch};
use stream_control::domain::twitch_features as features;
use stream_control::features::chat::{self, ChatRoom};
use stream_control::features::twitch_link::{self, Pace};
use stream_control::kit::secret::Secret;
use stream_control::kit::units::UnixMs;
use stream_control::runtime::bus::{Bus, Listener};
use stream_control::runtime::desk::{DeskBuilder, Room};
use stream_control::runtime::journal;
use stream_control::runtime::shared::{self, Reader, Writer};
use stream_control::runtime::supervisor::Supervisor;
use stream_control::store::Store;
use stream_control::store::tokens::{Pair, TokenFile};
use tempfile::TempDir;
use tokio::sync::{mpsc, watch};

/// Longest wait for anything. Only a bug needs it.
const LIMIT: Duration = Duration::from_secs(60);

/// Connections as usual, but with short waits.
pub fn hurry() -> Pace {
    Pace {
        waits: (Duration::from_millis(20), Duration::from_millis(200)),
        settled: Duration::from_millis(100),
        welcome: Duration::from_secs(10),
        check: Duration::from_millis(300),
        again: Duration::from_secs(3600),
        linger: Duration::from_secs(10),
        refused: (Duration::from_millis(50), Duration::from_millis(400)),
    }
}

/// Every right that a sign-in asks for.
pub fn all_rights(identity: Identity) -> Vec<&'static str> {
    features::scopes(&[], identity)
}

/// The room and its Twitch.
pub struct TwitchRoom {
    pub twitch: FakeTwitch,
    pub cell: Reader<Twitch>,
    pub bus: Bus,
    pub facts: Listener,
    pub happenings: Listener<Arc<Happening>>,
    pub chat: Listener<Arc<ChatMessage>>,
    /// The settings in force, to be read by further rooms.
    pub config: Reader<Config>,
    pub store: Store,
    lines: mpsc::Receiver<Entry>,
    settings: Vec<(String, String)>,
    config_cell: Writer<Config>,
    supervisor: Supervisor,
    _folder: TempDir,
}

impl TwitchRoom {
    /// The broadcaster signed in with every right.
    pub async fn start() -> Self {
        Self::start_with(hurry(), &[], |_| {}, &[(Identity::Broadcaster, &all_rights(Identity::Broadcaster))]).await
    }

    /// With these settings, after `prepare`, with these accounts and rights signed in.
    pub async fn start_with(
        pace: Pace,
        settings: &[(&str, &str)],
        prepare: impl FnOnce(&FakeTwitch),
        accounts: &[(Identity, &[&str])],
    ) -> Self {
        // The daemon does this when it is built; a second time changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let twitch = FakeTwitch::start(0).await.expect("a free port");
        prepare(&twitch);
        let folder = TempDir::new().expect("a folder");
        for (identity, scopes) in accounts {
            sign_in(&twitch, &folder, *identity, scopes);
        }
        let home = [("DATA_DIR", folder.path().to_string_lossy().into_owned())];
        let given = settings.iter().map(|(key, value)| (*key, (*value).to_owned()));
        let pairs = twitch.settings().into_iter().chain(given).chain(home);
        let settings: Vec<(String, String)> = pairs.map(|(key, value)| (key.to_owned(), value)).collect();
        let (config_cell, config) = shared::cell(parsed(&settings, &[]));
        let (writer, cell) = shared::cell(Twitch::default());
        let (journal, lines) = journal::lane();
        let (mut supervisor, mut desk, bus) =
            (Supervisor::new(journal.clone()), DeskBuilder::new(journal.clone()), Bus::new());
        let (facts, happenings, chat) = (bus.listen(), bus.listen_to_happenings(), bus.listen_to_chat());
        let orders = desk.room(Room::Twitch);
        let store = Store::open(folder.path()).await.expect("a store");
        let obs = shared::cell(Obs::default()).1;
        let parts = twitch_link::Parts {
            config: config.clone(),
            cell: writer,
            orders,
            journal,
            bus: bus.clone(),
            pace,
            obs,
            store: store.clone(),
        };
        twitch_link::start(&mut supervisor, parts);
        let _folder = folder;
        Self {
            twitch,
            cell,
            bus,
            facts,
            happenings,
            chat,
            config,
            store,
            lines,
            settings,
            config_cell,
            supervisor,
            _folder,
        }
    }

    /// Changes settings while everything runs, as the page does.
    pub fn set(&self, more: &[(&str, &str)]) {
        self.config_cell.set(parsed(&self.settings, more));
    }

    /// Since when the broadcaster's socket is open.
    pub fn open_since(&self) -> Option<UnixMs> {
        self.cell.with(|twitch| match twitch.sockets.get(&Identity::Broadcaster) {
            Some(Socket::Open { since }) => Some(*since),
            _ => None,
        })
    }

    /// Has chat commands obeyed from now on. Counts those that call a raid off; they are the only ones
    /// that somebody carries out here.
    pub fn obey(&mut self) -> watch::Receiver<usize> {
        let journal = journal::lane().0;
        let mut desk = DeskBuilder::new(journal.clone());
        let (orders, mut raids) = (desk.room(Room::Chat), desk.room(Room::Raid));
        self.supervisor.start(ChatRoom::new(chat::Parts {
            config: self.config.clone(),
            obs: shared::cell(Obs::default()).1,
            view: shared::cell(View::default()).1,
            twitch: self.cell.clone(),
            lookup: Arc::new(|_| Box::pin(async { Ok(HashMap::new()) })),
            bus: self.bus.clone(),
            desk: desk.open(),
            orders,
            store: self.store.clone(),
            cell: shared::cell(Default::default()).0,
            journal,
        }));
        let (count, obeyed) = watch::channel(0);
        tokio::spawn(async move {
            while let Some(ticket) = raids.recv().await {
                count.send_modify(|count| *count += 1);
                ticket.answer(Outcome::Done(String::new()));
            }
        });
        obeyed
    }

    /// Waits for the cell.
    pub async fn until(&self, what: &str, wanted: impl Fn(&Twitch) -> bool) {
        let mut cell = self.cell.clone();
        if tokio::time::timeout(LIMIT, cell.until(wanted)).await.is_err() {
            cell.with(|twitch| panic!("waited in vain for {what}: {twitch:#?}"));
        }
    }

    /// Waits until the broadcaster's socket is open and every subscription stands.
    pub async fn restored(&self) {
        self.until("every subscription", |twitch| {
            let open = matches!(twitch.sockets.get(&Identity::Broadcaster), Some(Socket::Open { .. }));
            open && !twitch.subscriptions.is_empty()
                && twitch.subscriptions.iter().all(|one| one.state == SubscriptionState::Active)
        })
        .await;
    }

    /// How a subscription stands.
    pub fn state(&self, name: &str) -> Option<SubscriptionState> {
        self.cell.with(|twitch| {
            twitch.subscriptions.iter().find(|one| one.wanted.name() == name).map(|one| one.state.clone())
        })
    }

    /// The next chat message.
    pub async fn message(&mut self) -> Arc<ChatMessage> {
        tokio::time::timeout(LIMIT, self.chat.next()).await.expect("a message in time").expect("a message")
    }

    /// The next fact.
    pub async fn fact(&mut self) -> Fact {
        tokio::time::timeout(LIMIT, self.facts.next()).await.expect("a fact in time").expect("a fact")
    }

    /// The next happening.
    pub async fn happening(&mut self) -> Arc<Happening> {
        let next = tokio::time::timeout(LIMIT, self.happenings.next()).await;
        next.expect("a happening in time").expect("a happening")
    }

    /// Waits for a line of the journal; all that were written until then, with it.
    pub async fn line(&mut self, text: &str) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let line = tokio::time::timeout(LIMIT, self.lines.recv()).await;
            lines.push(line.unwrap_or_else(|_| panic!("no line '{text}'")).expect("a line").text);
            if lines.last().is_some_and(|line| line.contains(text)) {
                return lines;
            }
        }
    }

    /// The token file.
    pub fn tokens(&self) -> TokenFile {
        tokens_in(&self._folder)
    }
}

fn parsed(settings: &[(String, String)], more: &[(&str, &str)]) -> Config {
    let usual = settings.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    let usual = usual.filter(|(key, _)| more.iter().all(|(other, _)| other != key));
    Config::parse(&Values::from_pairs(usual.chain(more.iter().copied()))).expect("settings")
}

fn account(identity: Identity) -> &'static str {
    match identity {
        Identity::Broadcaster => BROADCASTER,
        Identity::Bot => BOT,
    }
}

fn sign_in(twitch: &FakeTwitch, folder: &TempDir, identity: Identity, scopes: &[&str]) {
    let (access, refresh) = twitch.world().grant(CLIENT_ID, account(identity), scopes);
    let pair = Pair { access: Secret::new(access), refresh: Secret::new(refresh) };
    tokens_in(folder).write(identity, &pair).expect("a token file");
}

fn tokens_in(folder: &TempDir) -> TokenFile {
    TokenFile::new(folder.path().join("twitch_tokens.json"))
}

/// What a churn came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Churned {
    /// Messages that were said.
    pub said: usize,
    /// Messages that arrived.
    pub heard: usize,
    /// Messages that arrived more than once.
    pub repeated: usize,
    /// Commands that were carried out: every message is one.
    pub obeyed: usize,
}

/// Breaks the connection in every way, one after the other, each event sent twice; after each break every
/// subscription must be back, and one command is given.
pub async fn churn(room: &mut TwitchRoom, cycles: usize) -> Churned {
    let mut churned = Churned::default();
    let mut known = HashSet::new();
    let mut obeyed = room.obey();
    room.restored().await;
    room.twitch.world().manners.twice = true;
    for cycle in 0..cycles {
        break_it(room, cycle).await;
        // Each by another person: what one gives too fast is not obeyed.
        let author = format!("Viewer_{cycle}");
        let id = room.twitch.world().chat(BROADCASTER, &author, "!cancel", &["broadcaster"]);
        churned.said += 1;
        while !known.contains(&id) {
            let heard = room.message().await.id.clone();
            churned.heard += 1;
            churned.repeated += usize::from(!known.insert(heard));
        }
    }
    // What is missing in the end is for the caller to see.
    let _ = tokio::time::timeout(LIMIT, obeyed.wait_for(|count| *count >= cycles)).await;
    churned.obeyed = *obeyed.borrow();
    churned
}

/// Breaks the connection in this cycle's way and waits until every subscription is back.
pub async fn break_it(room: &TwitchRoom, cycle: usize) {
    let since = |twitch: &Twitch| match twitch.sockets.get(&Identity::Broadcaster) {
        Some(Socket::Open { since }) => Some(*since),
        _ => None,
    };
    let before = room.open_since();
    let codes = [0, 4000, 4002, 4003, 4004, 4005, 4006, 4007];
    {
        let base = room.twitch.eventsub_url().to_string();
        let mut world = room.twitch.world();
        match cycle % 5 {
            0 => return world.ask_to_reconnect(&base),
            1 => world.revoke("channel.chat.message", "authorization_revoked"),
            2 => world.expire_tokens(),
            3 => world.manners.twice = !world.manners.twice,
            _ => {}
        }
        world.close_sockets(codes[cycle % codes.len()]);
    }
    // The same millisecond twice cannot be: a wait lies between.
    room.until("a new session", |twitch| since(twitch).is_some_and(|now| Some(now) != before)).await;
    room.restored().await;
}
