//! Room: chat commands. Listens to chat, gives orders in the name of the author, and answers with what
//! really happened. Keeps the table of who may write what.

mod hands;
mod mouth;
mod names;
mod words;

pub use names::{Looked, Lookup};

use crate::config::Config;
use crate::domain::chat::{ChatMessage, ChatRole};
use crate::domain::chat_command::{ChatCommand, ChatTable};
use crate::domain::chat_rules::book::{Book, Manners};
use crate::domain::chat_rules::ear::{Ear, Heard};
use crate::domain::chat_rules::pace::Announcements;
use crate::domain::chat_rules::people::People;
use crate::domain::chat_rules::phrases as say;
use crate::domain::chat_rules::plan::{self, Roles, Seen};
use crate::domain::chat_rules::table::COMMANDS;
use crate::domain::command::{ChatOrder, Order, Outcome};
use crate::domain::failover::{Place, View};
use crate::domain::journal::{Tone, Topic};
use crate::domain::people::{Origin, Role};
use crate::domain::stream::Obs;
use crate::domain::twitch::Twitch;
use crate::kit::clock;
use crate::kit::text;
use crate::runtime::bus::{Bus, Listener};
use crate::runtime::desk::{Desk, Ticket};
use crate::runtime::journal::Journal;
use crate::runtime::shared::{Reader, Writer};
use crate::runtime::supervisor::Task;
use crate::store::Store;
use hands::Hands;
use mouth::{Mouth, To};
use names::Names;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Commands that are under way at a time; more are dropped.
const MOST: usize = 64;

/// What the room is built from.
pub struct Parts {
    /// Settings in force.
    pub config: Reader<Config>,
    /// OBS as reported.
    pub obs: Reader<Obs>,
    /// What failover sees.
    pub view: Reader<View>,
    /// Twitch, to know when names can be looked up.
    pub twitch: Reader<Twitch>,
    /// Looks up the ids of names.
    pub lookup: Lookup,
    /// Where the chat is heard.
    pub bus: Bus,
    /// Where its orders go.
    pub desk: Desk,
    /// The desk's [`Room::Chat`](crate::runtime::desk::Room::Chat).
    pub orders: mpsc::Receiver<Ticket>,
    /// Keeps the commands.
    pub store: Store,
    /// The commands as they are, for the page.
    pub cell: Writer<ChatTable>,
    /// Where lines are written.
    pub journal: Journal,
}

/// The room.
pub struct ChatRoom {
    config: Reader<Config>,
    view: Reader<View>,
    twitch: Reader<Twitch>,
    chat: Listener<Arc<ChatMessage>>,
    orders: mpsc::Receiver<Ticket>,
    store: Store,
    journal: Journal,
    cell: Writer<ChatTable>,
    rows: Vec<ChatCommand>,
    ear: Ear,
    book: Book,
    people: People,
    names: Names,
    hands: Hands,
    told: Announcements,
    work: JoinSet<()>,
}

impl ChatRoom {
    /// The room, not yet running.
    pub fn new(parts: Parts) -> Self {
        let manners = parts.config.with(manners);
        let mouth = Mouth::new(parts.desk.clone(), parts.config.clone(), parts.journal.clone());
        Self {
            chat: parts.bus.listen_to_chat(),
            hands: Hands { desk: parts.desk, obs: parts.obs, mouth, moves: Arc::default() },
            config: parts.config,
            view: parts.view,
            twitch: parts.twitch,
            orders: parts.orders,
            names: Names::new(parts.lookup, parts.journal.clone(), parts.store.clone()),
            store: parts.store,
            journal: parts.journal,
            cell: parts.cell,
            rows: Vec::new(),
            ear: Ear::default(),
            book: Book::new(manners, &[]),
            people: People::default(),
            told: Announcements::default(),
            work: JoinSet::new(),
        }
    }

    /// Rows and settings anew.
    async fn reload(&mut self) -> anyhow::Result<()> {
        self.rows = self.store.patient().chat_commands().await?;
        self.apply().await;
        Ok(())
    }

    /// The settings changed, and with them perhaps the rows (an import). A database that does not answer
    /// must not take the commands away: then the rows stay as they are.
    async fn renew(&mut self) {
        match self.store.chat_commands().await {
            Ok(rows) => self.rows = rows,
            Err(error) => {
                let text = format!("The chat commands could not be read again: {error}. They stay as they are.");
                self.journal.note(Topic::System, Tone::Warn, "chat", text);
            }
        }
        self.apply().await;
    }

    async fn apply(&mut self) {
        self.book = Book::new(self.config.with(manners), &self.rows);
        (self.people.admins, self.people.ignored) =
            self.config.with(|config| (config.twitch.admins.clone(), config.chat.ignored.clone()));
        let granted = self.book.commands().iter().flat_map(|command| &command.people);
        let wanted = self.people.admins.iter().chain(&self.people.ignored).chain(granted).cloned().collect();
        self.names.want(wanted);
        self.know().await;
        self.names.ask();
    }

    /// What is known of names counts from now on.
    async fn know(&mut self) {
        self.people.ids = self.names.known().clone();
        self.cell.set(ChatTable { commands: self.book.commands().to_vec(), names: self.people.ids.clone() });
        self.names.keep().await;
    }

    fn hear(&mut self, message: &ChatMessage) {
        let now = (clock::mono(), clock::unix());
        let Some(heard) = self.ear.hear(now, &self.book, &self.people, message) else { return };
        while self.work.try_join_next().is_some() {}
        if self.work.len() >= MOST {
            return tracing::warn!("{MOST} chat commands are under way; '{}' is not carried out", heard.spec.name);
        }
        let allowed = self.allowed(message, heard.role);
        let plan = self.config.with(|config| {
            let (obs, view, scenes) = (self.hands.obs.get(), self.view.get(), roles(config));
            let (book, rules, pause) = (&self.book, &config.rules, config.chat.fix_delay);
            let seen = Seen { obs: &obs, view: &view, scenes: &scenes, rules, pause, book, allowed: &allowed };
            plan::plan(heard.spec.verb, heard.spec.name, heard.args, seen)
        });
        let viewer = heard.role < ChatRole::Moderator && self.book.is_for_viewers(heard.spec);
        let work = self.hands.carry(origin(message, &heard), plan, To { message: message.id.clone(), viewer });
        self.work.spawn(work);
    }

    /// The commands that the author may use, for `!help`.
    fn allowed(&self, message: &ChatMessage, role: ChatRole) -> Vec<&'static str> {
        let may = |names: &[String]| self.people.is_one_of(&message.author.id, names);
        COMMANDS.iter().filter(|spec| self.book.may(spec, role, may)).map(|spec| spec.name).collect()
    }

    async fn obey(&mut self, ticket: Ticket) {
        let outcome = match &ticket.order {
            Order::Chat(order) => self.change(order, &ticket.origin.to_string()).await,
            other => Outcome::Failed(format!("The chat cannot {other}.")),
        };
        ticket.answer(outcome);
    }

    async fn change(&mut self, order: &ChatOrder, by: &str) -> Outcome {
        let (checked, text) = match order {
            ChatOrder::SetCommand(command) => (self.book.checked(command), "Saved, and in force now.".to_owned()),
            ChatOrder::AddAlias { word, command } => {
                (self.book.with_alias(word, command), format!("'{}' is a command now.", text::excerpt(word, 25)))
            }
            ChatOrder::RemoveAlias { word } => {
                (self.book.without_alias(word), format!("'{}' is no command any more.", text::excerpt(word, 25)))
            }
        };
        let command = match checked {
            Ok(command) => command,
            Err(why) => return Outcome::Failed(why),
        };
        if let Err(error) = self.store.put_chat_command(&command, by).await {
            return Outcome::Failed(format!("Nothing was changed: {error}."));
        }
        match self.reload().await {
            Ok(()) => Outcome::Done(text),
            Err(error) => Outcome::Failed(format!("Saved, but not yet in force: {error}.")),
        }
    }

    /// The newest state of the signal, while automatic switching acts on it and somebody is signed in who
    /// could say it.
    fn announce(&mut self) {
        let wanted = self.config.with(|config| config.chat.announce) && self.twitch.with(Twitch::is_signed_in);
        let place = self.view.with(|view| view.wanted.filter(|_| wanted && view.armed && view.testing.is_none()));
        let Some(place) = self.told.step(clock::mono(), place) else { return };
        // A rate that is high enough is not why the signal is weak.
        let low = self.config.with(|config| config.rules.low);
        let rate = self.view.with(|view| view.kbps).filter(|rate| *rate < low);
        let reply = match (place, rate) {
            (Place::Low, Some(rate)) => say::ANNOUNCE_LOW_RATE.with([("rate", &rate.to_string())]),
            (Place::Low, None) => say::ANNOUNCE_LOW.plain(),
            (Place::Offline, _) => say::ANNOUNCE_LOST.plain(),
            (Place::Live, _) => say::ANNOUNCE_BACK.plain(),
        };
        let mouth = self.hands.mouth.clone();
        self.work.spawn(async move { mouth.announce(&reply).await });
    }
}

impl Task for ChatRoom {
    fn name(&self) -> &'static str {
        "chat"
    }

    async fn run(&mut self, stop: CancellationToken) -> anyhow::Result<()> {
        self.names.load().await?;
        self.reload().await?;
        self.names.see(&self.twitch);
        loop {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                Some(message) = self.chat.next() => self.hear(&message),
                Some(ticket) = self.orders.recv() => self.obey(ticket).await,
                () = self.config.changed() => self.renew().await,
                () = self.view.changed() => self.announce(),
                () = self.twitch.changed() => self.names.see(&self.twitch),
                () = self.names.next() => self.know().await,
            }
        }
    }
}

fn manners(config: &Config) -> Manners {
    let chat = &config.chat;
    let (public, moderators) = (chat.public, chat.moderators);
    Manners { prefix: chat.prefix.clone(), relaxed: chat.relaxed, public, moderators }
}

fn roles(config: &Config) -> Roles {
    let scenes = config.scenes.clone();
    Roles {
        live: scenes.live,
        brb: scenes.brb,
        starting: scenes.starting,
        offline: scenes.offline,
        ending: scenes.ending,
        privacy: scenes.privacy,
        refresh: scenes.refresh,
    }
}

/// In whose name the desk hears of it. Those whom the settings name may all that an admin may.
fn origin(message: &ChatMessage, heard: &Heard<'_>) -> Origin {
    let author = text::excerpt(&message.author.login, 40);
    let role = if heard.role >= ChatRole::Admin { Role::Admin } else { Role::Chat };
    Origin::Chat { author, role }
}
