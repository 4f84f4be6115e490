//! Twitch as the pages see it: who is signed in, which events arrive, the channel and the live stream.
//! What is not known is `None`.

use super::chat::Identity;
use super::twitch_features::Wanted;
use crate::kit::units::UnixMs;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The Twitch cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Twitch {
    /// TWITCH_CLIENT_ID is set.
    pub set_up: bool,
    /// Each identity's sign-in.
    pub sign_in: BTreeMap<Identity, SignIn>,
    /// How the last try to sign in ended, where it did not end in a sign-in.
    pub in_vain: BTreeMap<Identity, String>,
    /// Each identity's EventSub connection.
    pub sockets: BTreeMap<Identity, Socket>,
    /// Every subscription that is wanted, with its state.
    pub subscriptions: Vec<Subscription>,
    /// What came over the sockets since the start.
    pub heard: Heard,
    /// The channel as Twitch has it.
    pub channel: Option<Channel>,
    /// The live stream as Twitch has it; `None` while unknown.
    pub live: Option<Live>,
    /// An outgoing raid that waits for its 90 s, or was just sent.
    pub raid: Option<OutgoingRaid>,
    /// Ads as scheduled.
    pub ads: Option<Ads>,
    /// Helix calls left, by the last answer.
    pub rate: Option<Rate>,
    /// Why Helix cannot be read, and since when.
    pub helix_trouble: Option<(String, UnixMs)>,
}

/// While Helix cannot be read, the live stream is known for this long: twice the pace of a show's looks.
const LIVE_HOLDS_MS: i64 = 60_000;

impl Twitch {
    /// The live stream as far as it is known at this moment: while Helix cannot be read, what was read
    /// last grows old.
    pub fn live_at(&self, now: UnixMs) -> Option<&Live> {
        let live = self.live.as_ref()?;
        let (Live::Off { read_at } | Live::On { read_at, .. }) = live;
        let old = self.helix_trouble.is_some() && now.0 - read_at.0 > LIVE_HOLDS_MS;
        (!old).then_some(live)
    }
}

/// One identity's sign-in.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum SignIn {
    /// Nobody signed in.
    #[default]
    Unlinked,
    /// A code waits to be typed at Twitch.
    Pending {
        /// The code.
        user_code: String,
        /// Where it is typed.
        verification_uri: String,
        /// When it dies.
        expires_at: UnixMs,
    },
    /// Signed in.
    Linked {
        /// The account's id.
        user_id: String,
        /// Its name in lower case.
        login: String,
        /// The access token's end; it is refreshed before.
        expires_at: UnixMs,
        /// What it may do.
        scopes: Vec<String>,
        /// When Twitch last said that the token is good.
        validated_at: Option<UnixMs>,
        /// Scopes that switched-on features miss: sign in again to give them.
        missing: Vec<String>,
        /// The newest tokens stand in memory alone, because the file could not be written: why.
        unsaved: Option<String>,
    },
    /// There are tokens, but Twitch cannot be asked what they are worth.
    Unknown {
        /// Why, in plain words.
        reason: String,
        /// When the sign-in ends if nothing changes; told from two days before.
        ends_at: Option<UnixMs>,
    },
    /// Only a person can go on: sign in again.
    NeedsSignIn {
        /// Why, in plain words.
        reason: String,
    },
}

/// An EventSub connection.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Socket {
    /// Not wanted, or not possible; why.
    #[default]
    Off,
    /// Being made.
    Connecting,
    /// Welcomed.
    Open {
        /// Since when.
        since: UnixMs,
    },
    /// Lost; tried again at.
    Waiting {
        /// Why it was lost.
        reason: String,
        /// When the next try begins.
        until: UnixMs,
    },
}

/// What came over the sockets, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// Notifications taken.
    pub taken: u64,
    /// Notifications that came again and were left out.
    pub repeated: u64,
    /// Notifications left out because they were older than ten minutes.
    pub old: u64,
    /// Frames and events of a kind that this version does not know.
    pub unknown: u64,
}

/// One wanted EventSub subscription.
#[derive(Clone, Debug, PartialEq)]
pub struct Subscription {
    /// Which one.
    pub wanted: &'static Wanted,
    /// Whose socket carries it.
    pub identity: Identity,
    /// How it stands.
    pub state: SubscriptionState,
}

/// How a subscription stands.
#[derive(Clone, Debug, PartialEq)]
pub enum SubscriptionState {
    /// Wanted, not confirmed.
    Asked,
    /// Confirmed by Twitch.
    Active,
    /// Off, with the reason and what to do.
    Off(String),
}

impl Twitch {
    /// Whether anybody is signed in, the broadcaster or the bot.
    pub fn is_signed_in(&self) -> bool {
        self.sign_in.values().any(|sign_in| matches!(sign_in, SignIn::Linked { .. }))
    }

    /// Whether this identity's connection stands.
    pub fn is_open(&self, identity: Identity) -> bool {
        matches!(self.sockets.get(&identity), Some(Socket::Open { .. }))
    }

    /// This subscription as it stands, where it is wanted at all.
    pub fn subscription(&self, wanted: &Wanted) -> Option<&Subscription> {
        self.subscriptions.iter().find(|one| one.wanted == wanted)
    }

    /// Whether what this subscription tells arrives now: confirmed, and its connection stands.
    pub fn hears(&self, wanted: &Wanted) -> bool {
        let confirmed = self.subscription(wanted).filter(|one| one.state == SubscriptionState::Active);
        confirmed.is_some_and(|one| self.is_open(one.identity))
    }
}

/// The channel's own words.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Channel {
    /// Its name as shown.
    pub name: String,
    /// The title.
    pub title: String,
    /// The category; `None` for none.
    pub category: Option<Category>,
    /// Up to ten tags.
    pub tags: Vec<String>,
    /// Content classification labels, by id.
    pub labels: Vec<String>,
    /// The language code.
    pub language: String,
}

/// A category.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its picture, with the size already put in; empty where unknown.
    pub box_art: String,
}

/// The live stream as Twitch has it.
#[derive(Clone, Debug, PartialEq)]
pub enum Live {
    /// Not live.
    Off {
        /// When that was read.
        read_at: UnixMs,
    },
    /// Live.
    On {
        /// The stream's id.
        id: String,
        /// When it began.
        started_at: UnixMs,
        /// How many watch.
        viewers: u64,
        /// When that was read.
        read_at: UnixMs,
    },
}

/// A channel that is raided.
#[derive(Clone, Debug, PartialEq)]
pub struct OutgoingRaid {
    /// Its id.
    pub to_id: String,
    /// Its name.
    pub to_name: String,
    /// When we asked for it; `None` when it was begun elsewhere.
    pub asked_at: Option<UnixMs>,
    /// Confirmed by `channel.raid`, and when.
    pub confirmed_at: Option<UnixMs>,
    /// Viewers taken along, once confirmed.
    pub viewers: Option<u64>,
}

/// Ads as scheduled.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ads {
    /// The next one.
    pub next_at: Option<UnixMs>,
    /// The last one.
    pub last_at: Option<UnixMs>,
    /// The next one's length in seconds.
    pub seconds: u64,
    /// How often it may be put off.
    pub snoozes: u64,
    /// When another snooze is given.
    pub snooze_refresh_at: Option<UnixMs>,
    /// Seconds without pre-roll ads from now.
    pub preroll_free_seconds: u64,
}

/// Helix's rate limit by the last answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Points in a full bucket.
    pub limit: u32,
    /// Points left.
    pub remaining: u32,
    /// When the bucket is full again.
    pub reset_at: UnixMs,
}
