//! A house to visit: the router on port 0, writers for every cell, and rooms that answer as told.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use stream_control::config::{Config, Values, settle};
use stream_control::domain::chat::ChatTail;
use stream_control::domain::chat_command::ChatTable;
use stream_control::domain::command::{Order, Outcome};
use stream_control::domain::failover::View;
use stream_control::domain::failover::repair::Troubles;
use stream_control::domain::happening::EventTail;
use stream_control::domain::journal::{Entry, Tail};
use stream_control::domain::signal::Feeds;
use stream_control::domain::stream::{Obs, ObsLink, Output};
use stream_control::domain::twitch::Twitch;
use stream_control::features::access::Access;
use stream_control::features::alerts::Recent;
use stream_control::features::ingest_watch::Door;
use stream_control::features::ingest_watch::recorder::Tape;
use stream_control::features::journal::history::History;
use stream_control::features::settings::view::SettingsView;
use stream_control::runtime::bus::Bus;
use stream_control::runtime::desk::{DeskBuilder, Room};
use stream_control::runtime::journal;
use stream_control::runtime::shared::{self, Writer};
use stream_control::runtime::supervisor::TaskList;
use stream_control::store::Store;
use stream_control::web::ctx::{self, Cells, Ctx};
use stream_control::web::shell;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The owner's password in houses that are claimed.
pub const PASSWORD: &str = "correct horse battery";

/// How the rooms answer an order.
pub type Answer = fn(&Order) -> Outcome;

/// What a house holds on to: cells that no test writes, and the folder of its store.
type Kept = (Writer<Feeds>, Writer<Config>, Writer<Recent>, Writer<TaskList>, Writer<SettingsView>, tempfile::TempDir);

/// The running house. Dropping it stops everything.
pub struct House {
    pub addr: SocketAddr,
    pub access: Access,
    /// Where statistics are sent to.
    pub door: Door,
    pub bus: Bus,
    pub obs: Writer<Obs>,
    pub view: Writer<View>,
    pub orders: Arc<Mutex<Vec<Order>>>,
    /// Held: the rooms hear orders and do not answer yet.
    pub gate: Arc<tokio::sync::Mutex<()>>,
    pub lines: tokio::sync::mpsc::Receiver<Entry>,
    pub stop: CancellationToken,
    pub serving: JoinHandle<std::io::Result<()>>,
    pub tail: Writer<Tail>,
    pub twitch: Writer<Twitch>,
    pub chat: Writer<ChatTail>,
    pub events: Writer<EventTail>,
    pub store: Store,
    _kept: Kept,
}

impl House {
    /// A claimed house in which every order succeeds.
    pub async fn claimed() -> Self {
        Self::open(&[("LOGIN_PASSWORD", PASSWORD)], |_| Outcome::Done("Done.".to_owned())).await
    }

    /// A house with these settings, whose rooms answer so.
    pub async fn open(env: &[(&str, &str)], answer: Answer) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).await.unwrap();
        let settled = settle(&Values::from_pairs(env.iter().copied()), Vec::new()).unwrap();
        let (journal, lines) = journal::lane();
        let access = Access::open(store.clone(), &settled.config.web, journal.clone()).await.unwrap();
        let mut desk = DeskBuilder::new(journal);
        let (orders, gate): (Arc<Mutex<Vec<Order>>>, Arc<tokio::sync::Mutex<()>>) = Default::default();
        for room in [Room::Obs, Room::Failover, Room::Alerts, Room::Settings, Room::Raid] {
            let (mut tickets, heard, gate) = (desk.room(room), orders.clone(), gate.clone());
            tokio::spawn(async move {
                while let Some(ticket) = tickets.recv().await {
                    heard.lock().unwrap().push(ticket.order.clone());
                    let _open = gate.lock().await;
                    let outcome = answer(&ticket.order);
                    ticket.answer(outcome);
                }
            });
        }
        let (obs, obs_reader) = shared::cell(connected());
        let (view, view_reader) = shared::cell(View::default());
        let (feeds, feeds_reader) = shared::cell(Feeds::default());
        let (tail, tail_reader) = shared::cell(Tail::default());
        let (twitch, twitch_reader) = shared::cell(Twitch::default());
        let (chat, chat_reader) = shared::cell(ChatTail::default());
        let (events, events_reader) = shared::cell(EventTail::default());
        let (tasks, tasks_reader) = shared::cell(TaskList::new());
        let (recent, recent_reader) = shared::cell(Recent::new());
        let (settings, settings_reader) = shared::cell(SettingsView::of(&settled.values, &settled.config));
        let (config, config_reader) = shared::cell(settled.config);
        let cells = Cells {
            obs: obs_reader,
            view: view_reader,
            feeds: feeds_reader,
            troubles: shared::cell(Troubles::default()).1,
            tail: tail_reader,
            config: config_reader,
            tasks: tasks_reader,
            alerts: recent_reader,
            settings: settings_reader,
            tape: Tape::default(),
            twitch: twitch_reader,
            chat: chat_reader,
            events: events_reader,
            raid: shared::cell(stream_control::domain::raid::RaidView::default()).1,
            commands: shared::cell(ChatTable::default()).1,
        };
        let (bus, stop) = (Bus::new(), CancellationToken::new());
        let history = History::new(store.clone(), cells.tail.clone(), cells.config.clone());
        let door = Door::default();
        let ctx = Ctx::new(ctx::Parts {
            cells,
            bus: bus.clone(),
            desk: desk.open(),
            access: access.clone(),
            ingest: door.clone(),
            history,
            stop: stop.clone(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let serving = tokio::spawn(shell::serve(listener, ctx));
        let _kept = (feeds, config, recent, tasks, settings, dir);
        Self {
            addr,
            access,
            door,
            bus,
            obs,
            view,
            orders,
            gate,
            lines,
            stop,
            serving,
            tail,
            twitch,
            chat,
            events,
            store,
            _kept,
        }
    }

    /// A visitor without a session.
    pub fn visitor(&self) -> Visitor {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Visitor { client, base: format!("http://{}", self.addr), cookie: None }
    }

    /// The owner, signed in.
    pub async fn owner(&self) -> Visitor {
        let mut visitor = self.visitor();
        let page = visitor.post_form("/login", &[("password", PASSWORD)]).await;
        visitor.cookie = Some(session_of(&page).expect("a session cookie"));
        visitor
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// OBS as it is on a good evening.
pub fn connected() -> Obs {
    Obs {
        link: ObsLink::Connected,
        version: Some("30.2.3".to_owned()),
        output: Some(Output::Streaming),
        scene: Some("LIVE".into()),
        scenes: ["Camera", "LIVE", "lowbitrate", "OFFLINE", "BRB"].map(Into::into).to_vec(),
        ..Obs::default()
    }
}

/// Someone with a browser.
pub struct Visitor {
    pub client: reqwest::Client,
    pub base: String,
    pub cookie: Option<String>,
}

impl Visitor {
    /// A request with the session, as a page's own script sends it (no Accept for HTML).
    pub fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.base));
        match &self.cookie {
            Some(cookie) => request.header("cookie", cookie),
            None => request,
        }
    }

    /// A navigation.
    pub async fn page(&self, path: &str) -> reqwest::Response {
        self.request(reqwest::Method::GET, path).header("accept", "text/html").send().await.unwrap()
    }

    /// A script's GET.
    pub async fn get(&self, path: &str) -> reqwest::Response {
        self.request(reqwest::Method::GET, path).send().await.unwrap()
    }

    /// A script's POST from our own page.
    pub async fn post_json(&self, path: &str, body: &str) -> reqwest::Response {
        let request = self.request(reqwest::Method::POST, path).header("origin", &self.base);
        request.header("content-type", "application/json").body(body.to_owned()).send().await.unwrap()
    }

    /// A form sent from our own page.
    pub async fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> reqwest::Response {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.request(reqwest::Method::POST, path).header("origin", &self.base);
        let request = request.header("accept", "text/html").header("content-type", "application/x-www-form-urlencoded");
        request.body(body).send().await.unwrap()
    }
}

/// `sc_session=…` of an answer.
pub fn session_of(answer: &reqwest::Response) -> Option<String> {
    let line = header(answer, "set-cookie");
    line.split(';').next().filter(|pair| pair.starts_with("sc_session=") && pair.len() > 20).map(str::to_owned)
}

/// A header's text, or nothing.
pub fn header<'a>(answer: &'a reqwest::Response, name: &str) -> &'a str {
    answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The body as JSON.
pub async fn json(answer: reqwest::Response) -> serde_json::Value {
    serde_json::from_str(&answer.text().await.unwrap()).expect("JSON")
}
