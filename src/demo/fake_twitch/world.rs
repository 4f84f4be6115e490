//! What the fake Twitch knows: accounts, applications, tokens, the channel, its chat, its sockets.

use super::faults::{Fault, Planned};
use super::outlet::Outlet;
use super::{BOT, BROADCASTER, CLIENT_ID, CONFIDENTIAL_ID, CONFIDENTIAL_SECRET, FRIEND};
use crate::kit::clock;
use crate::kit::units::{Mono, UnixMs};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Its id.
    pub id: String,
    /// Its name in lower case.
    pub login: String,
    /// Its name as shown.
    pub name: String,
}

/// One request that came in.
#[derive(Clone, Debug)]
pub struct Asked {
    /// When.
    pub at: Mono,
    /// `GET`, `POST` …
    pub method: String,
    /// The path with its query.
    pub target: String,
    /// The body.
    pub body: String,
    /// The answer's status.
    pub status: u16,
}

/// How the world is inclined.
#[derive(Clone, Debug)]
pub struct Manners {
    /// Life of an access token in seconds.
    pub token_life: i64,
    /// Life of a device code in seconds.
    pub device_life: i64,
    /// Seconds between two questions whether the code was typed.
    pub device_interval: u64,
    /// Seconds from the start of a raid until it is sent; Twitch: 90.
    pub raid_secs: u64,
    /// Seconds to the first subscription of a socket; Twitch: 10.
    pub first_subscription_secs: u64,
    /// Seconds that the old socket stays after `session_reconnect`; Twitch: 30.
    pub reconnect_secs: u64,
    /// Seconds between keepalives, whatever the client asks for; `None`: what it asks for, from 10 to 600.
    pub keepalive_secs: Option<u64>,
    /// How far the clock behind message timestamps is off, in ms.
    pub clock_off: i64,
    /// Sockets say nothing, not even keepalives.
    pub silent: bool,
    /// Every notification is sent twice.
    pub twice: bool,
    /// Chat messages are taken but not shown, for this reason (`drop_reason`).
    pub chat_dropped: Option<(&'static str, &'static str)>,
    /// Clips are taken but never appear.
    pub clips_lost: bool,
    /// Subscription types that are answered with this status and message.
    pub refused_types: BTreeMap<&'static str, (u16, &'static str)>,
}

impl Default for Manners {
    fn default() -> Self {
        Self {
            token_life: 14_124,
            device_life: 1800,
            device_interval: 5,
            raid_secs: 90,
            first_subscription_secs: 10,
            reconnect_secs: 30,
            keepalive_secs: None,
            clock_off: 0,
            silent: false,
            twice: false,
            chat_dropped: None,
            clips_lost: false,
            refused_types: BTreeMap::new(),
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) user: String,
    pub(super) client: String,
    pub(super) scopes: Vec<String>,
    pub(super) expires: UnixMs,
}

#[derive(Clone, Debug)]
pub(super) struct Refresh {
    pub(super) user: String,
    pub(super) client: String,
    pub(super) scopes: Vec<String>,
    pub(super) used: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Device {
    pub(super) user_code: String,
    pub(super) client: String,
    pub(super) scopes: Vec<String>,
    pub(super) expires: UnixMs,
    pub(super) typed: Typed,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Typed {
    NotYet,
    By(String),
    Denied,
}

#[derive(Clone, Debug)]
pub(super) struct Code {
    pub(super) user: String,
    pub(super) client: String,
    pub(super) redirect: String,
    pub(super) scopes: Vec<String>,
}

/// What Twitch shows of a channel.
#[derive(Clone, Debug, Default)]
pub struct Channel {
    /// Title.
    pub title: String,
    /// Category id, empty for none.
    pub category: String,
    /// Tags.
    pub tags: Vec<String>,
    /// Labels that are on.
    pub labels: Vec<String>,
}

/// A live stream.
#[derive(Clone, Debug)]
pub struct Stream {
    /// Its id.
    pub id: String,
    /// When it began.
    pub started: UnixMs,
    /// How many watch.
    pub viewers: u64,
}

/// A chat message that was sent through Helix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// By whom.
    pub sender: String,
    /// The text.
    pub message: String,
    /// When.
    pub at: UnixMs,
}

/// See the module's head.
pub struct World {
    /// How it is inclined.
    pub manners: Manners,
    /// Accounts.
    pub users: Vec<User>,
    /// Channels by account id.
    pub channels: HashMap<String, Channel>,
    /// Live streams by account id.
    pub streams: HashMap<String, Stream>,
    /// Chat messages sent through Helix, oldest first.
    pub said: Vec<Said>,
    /// Requests that came in, oldest first.
    pub asked: Vec<Asked>,
    /// An outgoing raid that waits: from, to.
    pub raid: Option<(String, String)>,
    /// Raids that were asked for so far.
    pub raids: u64,
    /// Snoozes of the next ad that are left.
    pub snoozes: u64,
    /// The next ad of the channel that is played, while it is live.
    pub next_ad: Option<UnixMs>,
    /// Its last one.
    pub last_ad: Option<UnixMs>,
    pub(super) apps: HashMap<String, Option<String>>,
    pub(super) tokens: HashMap<String, Token>,
    pub(super) refreshes: HashMap<String, Refresh>,
    pub(super) devices: HashMap<String, Device>,
    pub(super) codes: HashMap<String, Code>,
    pub(super) outlet: Outlet,
    pub(super) planned: Vec<Planned>,
    counter: u64,
}

/// From the start of a show to its first ad.
const FIRST_AD_MS: i64 = 600_000;
/// Requests remembered.
const REMEMBERED: usize = 5000;

impl World {
    pub(super) fn new() -> Self {
        let user = |id: &str, name: &str| User { id: id.to_owned(), login: name.to_lowercase(), name: name.to_owned() };
        let channel = Channel {
            title: "Walking through the rain".to_owned(),
            category: "509672".to_owned(),
            ..Channel::default()
        };
        let apps = [(CLIENT_ID, None), (CONFIDENTIAL_ID, Some(CONFIDENTIAL_SECRET.to_owned()))];
        Self {
            manners: Manners::default(),
            users: vec![
                user(BROADCASTER, "Mobile_Mia"),
                user(BOT, "MiasBot"),
                user(FRIEND, "TrailRunner"),
                user("70000001", "Viewer_One"),
            ],
            channels: HashMap::from([(BROADCASTER.to_owned(), channel), (FRIEND.to_owned(), Channel::default())]),
            streams: HashMap::new(),
            said: Vec::new(),
            asked: Vec::new(),
            raid: None,
            raids: 0,
            snoozes: 3,
            next_ad: None,
            last_ad: None,
            apps: apps.map(|(id, secret)| (id.to_owned(), secret)).into(),
            tokens: HashMap::new(),
            refreshes: HashMap::new(),
            devices: HashMap::new(),
            codes: HashMap::new(),
            outlet: Outlet::default(),
            planned: Vec::new(),
            counter: 0,
        }
    }

    /// The account with this id or name.
    pub fn user(&self, id_or_name: &str) -> Option<&User> {
        let login = id_or_name.to_lowercase();
        self.users.iter().find(|user| user.id == id_or_name || user.login == login)
    }

    /// A token pair as if this account had signed in: access and refresh token.
    pub fn grant(&mut self, client: &str, user: &str, scopes: &[&str]) -> (String, String) {
        self.mint(client, user, scopes.iter().map(|scope| (*scope).to_owned()).collect())
    }

    /// Somebody types the code of the newest device sign-in and agrees.
    pub fn approve_device(&mut self, user: &str) {
        self.type_device(None, Typed::By(user.to_owned()));
    }

    /// Somebody refuses the newest device sign-in.
    pub fn deny_device(&mut self) {
        self.type_device(None, Typed::Denied);
    }

    /// Every access token dies at once; refresh tokens go on.
    pub fn expire_tokens(&mut self) {
        self.tokens.clear();
    }

    /// The account takes back every grant: all its tokens die.
    pub fn disconnect(&mut self, user: &str) {
        self.tokens.retain(|_, token| token.user != user);
        self.refreshes.retain(|_, refresh| refresh.user != user);
    }

    /// Whether these two were ever given out.
    pub fn knows(&self, access: &str, refresh: &str) -> bool {
        self.tokens.contains_key(access) && self.refreshes.contains_key(refresh)
    }

    /// The channel goes live, and says so on EventSub.
    pub fn go_live(&mut self, user: &str, viewers: u64) {
        let stream = Stream { id: self.number(41_000_000_000).to_string(), started: clock::unix(), viewers };
        let event = serde_json::json!({"id": stream.id, "type": "live", "started_at": self.stamp_of(stream.started)});
        if user == BROADCASTER {
            self.next_ad = Some(UnixMs(stream.started.0 + FIRST_AD_MS));
        }
        self.streams.insert(user.to_owned(), stream);
        self.emit_for(user, "stream.online", event);
    }

    /// The channel's stream ends, and EventSub says so.
    pub fn go_offline(&mut self, user: &str) {
        self.streams.remove(user);
        if user == BROADCASTER {
            (self.next_ad, self.last_ad) = (None, None);
        }
        self.emit_for(user, "stream.offline", serde_json::json!({}));
    }

    /// The next requests whose path begins so (`/helix/raids`, `/oauth2/token`) go wrong.
    pub fn fail(&mut self, path: &'static str, fault: Fault, times: u32) {
        self.planned.push(Planned { path, fault, times });
    }

    /// Requests so far whose method and path begin so.
    pub fn count(&self, method: &str, path: &str) -> usize {
        self.asked.iter().filter(|asked| asked.method == method && asked.target.starts_with(path)).count()
    }

    pub(super) fn mint(&mut self, client: &str, user: &str, scopes: Vec<String>) -> (String, String) {
        let (access, refresh) = (self.word("access"), self.word("refresh"));
        let expires = UnixMs(clock::unix().0 + self.manners.token_life * 1000);
        let (user, client) = (user.to_owned(), client.to_owned());
        let pair = Refresh { user: user.clone(), client: client.clone(), scopes: scopes.clone(), used: false };
        self.refreshes.insert(refresh.clone(), pair);
        self.tokens.insert(access.clone(), Token { user, client, scopes, expires });
        (access, refresh)
    }

    pub(super) fn type_device(&mut self, user_code: Option<&str>, typed: Typed) -> bool {
        let fits = |device: &&mut Device| {
            user_code.is_none_or(|code| device.user_code == code) && device.typed == Typed::NotYet
        };
        let newest = self.devices.values_mut().filter(fits).max_by_key(|device| device.expires);
        newest.map(|device| device.typed = typed).is_some()
    }

    pub(super) fn planned_fault(&mut self, path: &str) -> Option<Fault> {
        let at = self.planned.iter().position(|planned| path.starts_with(planned.path))?;
        let fault = self.planned[at].fault.clone();
        self.planned[at].times = self.planned[at].times.saturating_sub(1);
        if self.planned[at].times == 0 {
            self.planned.remove(at);
        }
        Some(fault)
    }

    pub(super) fn note(&mut self, asked: Asked) {
        if self.asked.len() >= REMEMBERED {
            self.asked.remove(0);
        }
        self.asked.push(asked);
    }

    /// A name that was not given before.
    pub(super) fn word(&mut self, what: &str) -> String {
        format!("{what}{:016x}", self.number(0x5eed_0000).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    pub(super) fn number(&mut self, from: u64) -> u64 {
        self.counter += 1;
        from + self.counter
    }

    /// Now as Twitch writes it, by its own clock.
    pub(super) fn stamp(&self) -> String {
        self.stamp_of(UnixMs(clock::unix().0 + self.manners.clock_off))
    }

    /// A moment as Twitch writes it: RFC 3339 with up to nine digits.
    pub(super) fn stamp_of(&self, at: UnixMs) -> String {
        jiff::Timestamp::from_millisecond(at.0).map(|at| format!("{at:.9}")).unwrap_or_default()
    }

    pub(super) fn data(list: Vec<Value>) -> Value {
        serde_json::json!({ "data": list, "pagination": {} })
    }
}
