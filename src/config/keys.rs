//! The one table of keys: it drives parsing, `stream-control check`, the settings page, the help and
//! `.env.example`.

use crate::domain::failover::preset::Preset;
use std::fmt::Write as _;

/// Where a key stands in `.env.example` and on the settings page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Address, data, sign-in.
    Web,
    /// The connection to OBS.
    Obs,
    /// Scenes by role.
    Scenes,
    /// Where the feeds' statistics come from.
    Ingest,
    /// The limits and times of switching.
    Switching,
    /// What happens when the stream starts and ends.
    Behaviour,
    /// What is kept of the past.
    History,
    /// Overlay alerts.
    Alerts,
    /// Push to several platforms, preview.
    Restream,
    /// The streaming PC.
    Power,
    /// Twitch sign-in and raids.
    Twitch,
    /// Chat commands.
    Chat,
    /// Sister services on this machine.
    Services,
    /// Pages of others shown inside the dashboard.
    Embeds,
}

impl Section {
    /// Every section in the order of the page.
    pub const ALL: &[Section] = &[
        Self::Web,
        Self::Obs,
        Self::Scenes,
        Self::Ingest,
        Self::Switching,
        Self::Behaviour,
        Self::History,
        Self::Alerts,
        Self::Restream,
        Self::Power,
        Self::Twitch,
        Self::Chat,
        Self::Services,
        Self::Embeds,
    ];

    /// The heading that people read.
    pub fn title(self) -> &'static str {
        match self {
            Section::Web => "Web page and sign-in",
            Section::Obs => "OBS",
            Section::Scenes => "Scenes",
            Section::Ingest => "Feeds",
            Section::Switching => "Automatic switching",
            Section::Behaviour => "When the stream starts and ends",
            Section::History => "What is kept",
            Section::Alerts => "Alerts",
            Section::Restream => "Restream and preview",
            Section::Power => "Streaming PC",
            Section::Twitch => "Twitch",
            Section::Chat => "Chat commands",
            Section::Services => "Services",
            Section::Embeds => "Embedded pages (empty hides them)",
        }
    }
}

/// What a value looks like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Any text.
    Text,
    /// A scene's name in OBS.
    Scene,
    /// A scene's name, or nothing for none.
    SceneOrNone,
    /// On or off.
    Switch,
    /// A number in a range, with its unit.
    Number {
        /// Smallest allowed.
        min: f64,
        /// Largest allowed.
        max: f64,
        /// `kbit/s`, `seconds`.
        unit: &'static str,
    },
    /// A whole number in a range.
    Count {
        /// Smallest allowed.
        min: u32,
        /// Largest allowed.
        max: u32,
    },
    /// One of a few words.
    Choice(&'static [&'static str]),
    /// An http or https address.
    Url,
    /// A ws or wss address.
    SocketUrl,
    /// A machine's name or address, without a port.
    Host,
    /// An id that is a number.
    Id,
    /// An address and port to serve on.
    Address,
    /// A folder or file.
    Path,
    /// A stored password hash.
    PasswordHash,
    /// The document of feeds ([`super::feeds`]).
    Document,
}

impl Kind {
    /// What is allowed, as the end of the sentence "allowed: …".
    pub fn allowed(self) -> String {
        match self {
            Kind::Text => "text on one line".to_owned(),
            Kind::Scene => "the name of a scene in OBS".to_owned(),
            Kind::SceneOrNone => "the name of a scene in OBS, or empty for none".to_owned(),
            Kind::Switch => "true or false".to_owned(),
            Kind::Number { min, max, unit } => format!("a number from {min} to {max} {unit}"),
            Kind::Count { min, max } => format!("a whole number from {min} to {max}"),
            Kind::Choice(words) => crate::kit::text::one_of(words),
            Kind::Url => "an address that begins with http:// or https://".to_owned(),
            Kind::SocketUrl => "an address that begins with ws:// or wss://".to_owned(),
            Kind::Host => "the name or address of a machine, without http:// and port".to_owned(),
            Kind::Id => "an id of up to 20 digits, such as 12345678".to_owned(),
            Kind::Address => "an address and port such as 0.0.0.0:5000 or 127.0.0.1:5000".to_owned(),
            Kind::Path => "a folder or file".to_owned(),
            Kind::Document => {
                "a JSON document such as {\"feeds\": [{\"id\": \"phone\", \"url\": \"http://…\"}]}".to_owned()
            }
            Kind::PasswordHash => {
                "a hash such as scrypt:32768:8:1$salt$hex, pbkdf2:sha256:600000$salt$hex or $argon2id$…".to_owned()
            }
        }
    }
}

/// How much of a value may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrecy {
    /// All of it.
    Open,
    /// An address whose login, keys and query are hidden.
    UrlParts,
    /// Nothing but whether it is set.
    Whole,
}

/// What this version does with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It has an effect.
    Used,
    /// Accepted; it waits for a part that is not built yet, named here.
    LaterRoom(&'static str),
    /// Accepted; it will never have an effect here, for this reason.
    NoEffect(&'static str),
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// The name in `.env`, the environment and the store.
    pub name: &'static str,
    /// The value when nothing is set; empty for none.
    pub default: &'static str,
    /// Its name for people, on the page; empty for keys that the page does not offer.
    pub label: &'static str,
    /// One line of help.
    pub help: &'static str,
    /// Its place.
    pub section: Section,
    /// What a value looks like.
    pub kind: Kind,
    /// How much may be shown.
    pub secrecy: Secrecy,
    /// Whether the page may change it.
    pub editable: bool,
    /// What this version does with it.
    pub standing: Standing,
}

impl Key {
    const fn new(section: Section, name: &'static str, kind: Kind, default: &'static str, help: &'static str) -> Self {
        let (secrecy, editable, standing) = (Secrecy::Open, false, Standing::Used);
        Self { name, default, label: "", help, section, kind, secrecy, editable, standing }
    }

    const fn later(section: Section, name: &'static str, default: &'static str, help: &'static str) -> Self {
        let standing = Standing::LaterRoom(match section {
            Section::Restream => "Restream",
            Section::Power => "Power",
            Section::Twitch => "Twitch",
            Section::Chat => "Kick",
            Section::Services => "Services",
            Section::Embeds => "Embeds",
            _ => "Dashboard",
        });
        Self { standing, ..Self::new(section, name, Kind::Text, default, help) }
    }

    /// A row may hold it already (an import brings it), although no page offers it before its part is
    /// built.
    const fn kept(self, kind: Kind) -> Self {
        Self { editable: true, kind, ..self }
    }

    /// Whether the page offers it: it may be changed there, and has an effect.
    pub fn offered(&self) -> bool {
        self.editable && self.standing == Standing::Used
    }

    const fn secret(self) -> Self {
        Self { secrecy: Secrecy::Whole, ..self }
    }

    const fn hide_url_parts(self) -> Self {
        Self { secrecy: Secrecy::UrlParts, ..self }
    }

    const fn editable(self, label: &'static str) -> Self {
        Self { editable: true, label, ..self }
    }

    const fn no_effect(self, why: &'static str) -> Self {
        Self { standing: Standing::NoEffect(why), ..self }
    }

    /// The label ahead of the help, where there is one.
    fn title(&self) -> String {
        if self.label.is_empty() { String::new() } else { format!("{}: ", self.label) }
    }

    /// Longest value that the page may set, in bytes.
    pub fn longest(&self) -> usize {
        if self.kind == Kind::Document { super::feeds::LONGEST } else { 2048 }
    }

    /// Whether nothing is a value that a person may choose; other keys fall back to their default.
    pub fn may_be_empty(&self) -> bool {
        self.default.is_empty() || self.kind == Kind::SceneOrNone
    }

    /// A value of this key as it may be shown: secrets masked.
    pub fn shown(&self, value: &str) -> String {
        match self.secrecy {
            _ if value.is_empty() => String::new(),
            Secrecy::Open => crate::kit::text::excerpt(value, 120),
            Secrecy::UrlParts if value.contains("://") => {
                // Hidden first: an address that is cut before its `@` would show the password.
                crate::kit::text::excerpt(&crate::kit::redact::urls(value), 120)
            }
            Secrecy::UrlParts | Secrecy::Whole => HIDDEN.to_owned(),
        }
    }
}

/// What stands where a secret is not shown; see [`crate::kit::redact`].
pub const HIDDEN: &str = "••••";

const SECONDS: &str = "seconds";
const KBPS: Kind = Kind::Number { min: 1.0, max: 1_000_000.0, unit: "kbit/s" };
const WAIT: Kind = Kind::Number { min: 0.0, max: 3600.0, unit: SECONDS };
const ROUND_TRIP: Kind = Kind::Number { min: 1.0, max: 60_000.0, unit: "ms" };
const FROZEN: &[&str] = &["tell", "repair", "switch"];
const RECONNECTS: &str = "OBS is called again by itself, after 10 seconds at the latest";

/// Every key, in the order of `.env.example`.
pub const KEYS: &[Key] = {
    use Kind::{Choice, Scene, SceneOrNone, Switch, Text, Url};
    use Section::{
        Alerts, Behaviour, Chat, Embeds, History, Ingest, Obs, Power, Restream, Scenes, Services, Switching, Twitch,
        Web,
    };
    &[
        Key::new(Web, "BIND_ADDR", Kind::Address, "0.0.0.0:5000", "Address and port of the page."),
        Key::new(Web, "DATA_DIR", Kind::Path, "", "Folder of the database. Default: $STATE_DIRECTORY, else ./data."),
        Key::new(Web, "LOGIN_PASSWORD_HASH", Kind::PasswordHash, "", "Hash of the owner's password (werkzeug or argon2id).")
            .secret(),
        Key::new(Web, "LOGIN_PASSWORD", Text, "", "The owner's password in clear, if no hash is set. Neither: claim by the link printed at start.")
            .secret(),
        Key::new(Web, "FLASK_SECRET_KEY", Text, "", "Secret of the old session cookies.")
            .secret()
            .no_effect("sessions are kept in the store"),
        Key::new(Web, "BAN_MAX_ATTEMPTS", Text, "3", "Wrong passwords before a ban.")
            .no_effect("five wrong passwords a minute per address make it wait instead; nobody is banned for ever"),
        Key::new(Web, "BAN_DATA_PATH", Text, "bans.json", "File of the old ban list.")
            .no_effect("nobody is banned for ever, so there is no ban list"),
        Key::later(Web, "PWA_ICON_BASE_URL", "", "Icons of the installed page."),
        Key::new(Obs, "OBS_HOST", Kind::Host, "127.0.0.1", "Name or address of the machine on which OBS runs.").editable("OBS machine"),
        Key::new(Obs, "OBS_PORT", Kind::Count { min: 1, max: 65535 }, "4455", "In OBS: Tools → WebSocket Server Settings → Server Port.").editable("OBS port"),
        Key::new(Obs, "OBS_PASSWORD", Text, "", "In OBS: Tools → WebSocket Server Settings → Show Connect Info.").secret().editable("OBS password"),
        Key::new(Obs, "MEDIA_SOURCE_NAME", Text, "", "The source in OBS that plays the feed. Empty: found by its address.")
            .editable("Media source"),
        Key::new(Obs, "OBS_RECONNECT_INTERVAL_SEC", Text, "10", "Wait before OBS is called again.").no_effect(RECONNECTS),
        Key::new(Obs, "OBS_MAX_RECONNECT_WAIT_SEC", Text, "60", "Longest wait before OBS is called again.")
            .no_effect(RECONNECTS),
        Key::new(Scenes, "LIVE_SCENE_NAME", Scene, "LIVE", "On while the feed is good.").editable("Live scene"),
        Key::new(Scenes, "LOW_SCENE_NAME", Scene, "lowbitrate", "On while the feed is weak.").editable("Low scene"),
        Key::new(Scenes, "OFFLINE_SCENE_NAME", SceneOrNone, "OFFLINE", "On while the feed is lost. Empty: the low scene takes its place.")
            .editable("Offline scene"),
        Key::new(Scenes, "BRB_SCENE_NAME", Scene, "BRB", "For a break; the BRB key shows it.").editable("BRB scene"),
        Key::new(Scenes, "STARTING_SCENE_NAME", Scene, "Starting soon", "Before the show.").editable("Starting scene"),
        Key::new(Scenes, "ENDING_SCENE_NAME", SceneOrNone, "", "At the end of the show. Empty: none.").editable("Ending scene"),
        Key::new(Scenes, "PRIVACY_SCENE_NAME", SceneOrNone, "", "Hides everything at once; automatic switching never leaves it. Empty: none.")
            .editable("Privacy scene"),
        Key::new(Scenes, "REFRESH_SCENE_NAME", SceneOrNone, "", "Shown for a moment to make OBS play its sources anew. Empty: none.")
            .editable("Refresh scene"),
        Key::new(Ingest, "STATS_URL", Url, "", "Statistics page of the ingest server (nginx-rtmp stat, SLS stats). Empty: no automatic switching.")
            .hide_url_parts()
            .editable("Statistics address"),
        Key::new(Ingest, "STATS_TYPE", Choice(crate::domain::server::WORDS), "auto", "Which statistics it speaks; auto finds out.")
            .editable("Kind of ingest server"),
        Key::new(Ingest, "STATS_FEED", Text, "", "Name of the publisher (app/key for nginx), if several send there.").editable("Feed to follow"),
        Key::new(Ingest, "STATS_USER", Text, "", "User, for statistics that want a sign-in.").editable("User of the statistics"),
        Key::new(Ingest, "STATS_PASSWORD", Text, "", "Password, for statistics that want a sign-in.").secret().editable("Password of the statistics"),
        Key::new(Ingest, "STATS_TOKEN", Text, "", "API key, access token or bearer, for statistics that want one.").secret().editable("Token of the statistics"),
        Key::new(Ingest, "STATS_CONTROL_URL", Url, "", "nginx's rtmp_control, such as http://127.0.0.1:8080/control: a dead connection is dropped through it, so that the encoder can come back.")
            .hide_url_parts()
            .editable("Control address"),
        Key::new(Ingest, "STATS_PORT", Kind::Count { min: 1, max: 65535 }, "", "The TCP port on this machine that the encoder sends to, such as 1935. Its connection is watched as a second witness.")
            .editable("Ingest port"),
        Key::new(Ingest, "STATS_PUSH_KEY", Text, "", "The key that a server sends when it pushes its statistics here, or calls on publish and done.").secret().editable("Push key"),
        Key::new(Ingest, "REQUEST_TIMEOUT", Kind::Number { min: 0.1, max: 10.0, unit: SECONDS }, "0.8", "Longest wait for one answer of the ingest server.")
            .editable("Patience with the statistics"),
        Key::new(Ingest, "FEEDS", Kind::Document, "", "Several feeds with their scenes and order, as JSON; the page Settings → Feeds writes it. Empty: the one feed of the STATS_ settings.")
            .secret()
            .editable("Feeds"),
        Key::new(Switching, "SWITCHING_PRESET", Choice(Preset::WORDS), "normal", "How quickly scenes follow the feed. It gives every value below that is not set.")
            .editable("Preset"),
        Key::new(Switching, "BITRATE_LOW_KBPS", KBPS, "", "Below this the feed is weak. Empty: by the preset, 800 in normal.").editable("Low limit"),
        Key::new(Switching, "BITRATE_HIGH_KBPS", KBPS, "", "From this on the feed is good again. Empty: by the preset, in step with the low limit (1.25 times in normal).")
            .editable("Good-again limit"),
        Key::new(Switching, "BITRATE_OFFLINE_KBPS", KBPS, "", "Below this the feed counts as lost. Empty: by the preset (200 in normal), at most a quarter of the low limit.")
            .editable("Lost limit"),
        Key::new(Switching, "RTT_LOW_MS", ROUND_TRIP, "", "From this round-trip time on the feed is weak. Empty: not judged by it, the buffer tells more.").editable("Delay that is weak"),
        Key::new(Switching, "RTT_LOST_MS", ROUND_TRIP, "", "From this round-trip time on the feed counts as lost. Empty: not judged by it.").editable("Delay that is lost"),
        Key::new(Switching, "DROPS_PER_SEC", Kind::Number { min: 1.0, max: 100_000.0, unit: "packets a second" }, "", "More packets given up than this are damage that viewers see (a 2.5 Mbit/s feed has about 240). Empty: by the preset, 20 in normal.")
            .editable("Lost packets"),
        Key::new(Switching, "LOW_AFTER_SEC", WAIT, "", "How long the feed is weak before the low scene is shown. Empty: by the preset, 2 in normal.").editable("Weak before LOW"),
        Key::new(Switching, "LOST_AFTER_SEC", WAIT, "", "How long nothing arrives on a standing connection before the feed is lost. Empty: by the preset, 1.5 in normal.")
            .editable("Silent before OFFLINE"),
        Key::new(Switching, "GONE_AFTER_SEC", WAIT, "", "How long the encoder is gone before the feed is lost. Empty: by the preset, 0.5 in normal.")
            .editable("Gone before OFFLINE"),
        Key::new(Switching, "UNKNOWN_HOLD_SEC", WAIT, "", "How long scenes are left alone while nothing can be measured. Empty: by the preset, 15 in normal.")
            .editable("Patience with no numbers"),
        Key::new(Switching, "LOW_CONSEC_SAMPLES", Kind::Count { min: 1, max: 1000 }, "", "As in Stream-Control for Python: weak samples in a row before LOW. LOW_AFTER_SEC wins.")
            .editable("Weak samples in a row"),
        Key::new(Switching, "POLL_INTERVAL_SEC", Kind::Number { min: 0.1, max: 60.0, unit: SECONDS }, "", "As in Stream-Control for Python: time between those samples. The ingest is asked at its own pace in any case.")
            .editable("Time between samples"),
        Key::new(Switching, "RECOVER_FROM_LOW_SEC", WAIT, "", "How long the feed is good before LOW gives way to LIVE. Empty: by the preset, 4 in normal.").editable("Good after LOW"),
        Key::new(Switching, "RECOVER_FROM_LOST_SEC", WAIT, "", "How long the feed is good before OFFLINE gives way to LIVE. Empty: by the preset, 0.9 in normal.").editable("Good after OFFLINE"),
        Key::new(Switching, "MIN_STAY_SEC", WAIT, "", "Shortest stay in a scene, except on the way to OFFLINE. Empty: by the preset, 2 in normal.").editable("Shortest stay"),
        Key::new(Switching, "FLAP_LIMIT", Kind::Count { min: 1, max: 30 }, "", "Most ways back up to LIVE in one minute; a feed that flaps more stays in LOW. Empty: by the preset, 2 in normal.")
            .editable("Returns a minute"),
        Key::new(Switching, "PREFER_AFTER_SEC", WAIT, "", "How long a feed that comes first must be good to take over. Empty: by the preset, 10 in normal.")
            .editable("Good before taking over"),
        Key::new(Switching, "LIVE_SCENE_LOW_GRACE_SEC", WAIT, "3", "How long a scene that you chose is left alone.")
            .editable("Respect for your choice"),
        Key::new(Switching, "START_GRACE_SEC", WAIT, "0", "After the stream began nothing is switched for this long.").editable("Quiet after the start"),
        Key::new(Switching, "LIVE_FROM_STARTING", Switch, "false", "The first good feed of a show leads from the starting scene to LIVE.").editable("Starting scene ends by itself"),
        Key::new(Switching, "OFFLINE_STOP_MIN", Kind::Number { min: 1.0, max: 1440.0, unit: "minutes" }, "", "The stream is stopped when the offline scene has been on for this long. Empty: never.")
            .editable("Stop the stream after"),
        Key::new(Switching, "FROZEN_PICTURE", Choice(FROZEN), "repair", "When the picture stands still although bytes arrive: tell it, repair it (restart the source once and tell), or switch to LOW meanwhile too.")
            .editable("A frozen picture"),
        Key::new(Switching, "SELF_REPAIR", Switch, "true", "A source in OBS that stays dead after the feed came back is restarted once.")
            .editable("Repair by itself"),
        Key::new(Behaviour, "WAIT_FOR_STREAM_START", Switch, "true", "Write a line when switching waits for the stream. Scenes change only while OBS streams in any case.").editable("Tell of waiting for the stream"),
        Key::new(Behaviour, "IDLE_WHEN_STREAM_ENDS", Switch, "true", "Forget what was when the stream ends, and wait for the next.").editable("Start over when the stream ends"),
        Key::new(Behaviour, "EXIT_WHEN_STREAM_ENDS", Switch, "false", "No switching after the stream ended, until the next start is seen. The program stays.")
            .editable("Rest when the stream ends"),
        Key::new(Behaviour, "RECORD_WITH_STREAM", Switch, "false", "Recording starts and ends with the stream. A recording that you started or stopped yourself is left alone.")
            .editable("Record while streaming"),
        Key::new(History, "JOURNAL_DAYS", Kind::Count { min: 1, max: 3650 }, "30", "How many days the journal is kept.").editable("Keep the journal (days)"),
        Key::new(History, "SAMPLES_DAYS", Kind::Count { min: 1, max: 3650 }, "30", "How many days the feed's numbers are kept.")
            .editable("Keep the feed's numbers (days)"),
        Key::new(History, "RECORD_POLLS", Kind::Path, "", "A file into which every poll is written, for `stream-control replay`. Empty: none."),
        Key::new(Alerts, "ALERT_TOKEN", Text, "", "Token that other programs send with POST /api/alert. Empty: from this machine only.")
            .secret(),
        Key::new(Alerts, "ALERTS_BASE_URL", Text, "", "Where the guard found the alert hub.")
            .no_effect("guard and alerts are one program now"),
        Key::later(Restream, "CONFIG_PATH", "rtmp_endpoints.json", "File of the restream destinations."),
        Key::later(Restream, "NGINX_CONF_OUT", "", "nginx configuration that is written."),
        Key::later(Restream, "HLS_ROOT", "", "Folder of the HLS preview."),
        Key::later(Power, "MINI_PC_USER", "", "User on the streaming PC."),
        Key::later(Power, "MINI_PC_IP", "", "Address of the streaming PC."),
        Key::later(Power, "MAC_ADDRESS", "", "Network card of the streaming PC, for Wake-on-LAN."),
        Key::new(Twitch, "TWITCH_CLIENT_ID", Text, "", "Id of your application at dev.twitch.tv/console. Empty: no Twitch.").editable("Twitch client id"),
        Key::new(Twitch, "TWITCH_CLIENT_SECRET", Text, "", "Secret of that application, if its type is Confidential. Public ones have none.")
            .secret()
            .editable("Twitch client secret"),
        Key::new(Twitch, "TWITCH_BROADCASTER_ID", Kind::Id, "", "Numeric id of the channel. Empty: the account that signs in.").editable("Channel id"),
        Key::new(Twitch, "TWITCH_BOT", Switch, "false", "A second account speaks in chat; it signs in of its own.").editable("Speak as a bot account"),
        Key::new(Twitch, "TWITCH_FEATURES", Text, "", "Feature groups that are on, with commas between; fewer ask for fewer rights. Empty: all. See docs/twitch.md.")
            .editable("Twitch features"),
        Key::new(Twitch, "TWITCH_EVENTS_OFF", Text, "", "Single kinds of events that Twitch is not asked for, with commas between, such as channel.poll.progress. See docs/twitch.md.")
            .editable("Twitch events that are off"),
        Key::new(Twitch, "TWITCH_OAUTH_TOKEN", Text, "", "First access token, taken over once if there is no token file yet.").secret(),
        Key::new(Twitch, "TWITCH_REFRESH_TOKEN", Text, "", "First refresh token, taken over with it.").secret(),
        Key::new(Twitch, "TWITCH_TOKENS_PATH", Kind::Path, "", "File of the tokens; sister programs may read it. Default: twitch_tokens.json in DATA_DIR."),
        Key::new(Twitch, "TWITCH_SCOPES", Text, "", "Scopes to ask for.").no_effect("scopes follow from TWITCH_FEATURES"),
        Key::new(Twitch, "TWITCH_ADMINS", Text, "", "Chat names that may give orders, with commas between.").editable("Chat admins"),
        Key::later(Chat, "CHAT_PLATFORM", "twitch", "Where the chat is.").kept(Choice(&["twitch", "kick"])),
        Key::later(Chat, "CHAT_CHANNEL", "", "The channel whose chat is read. On Twitch it is that of the account that signs in.").kept(Text),
        Key::new(Chat, "CHAT_PREFIX", Text, "!", "What stands before a chat command.").editable("Before a command"),
        Key::new(Chat, "CHAT_RELAXED", Switch, "false", "Large letters in a command and words behind it do no harm.").editable("Read commands leniently"),
        Key::new(Chat, "CHAT_LANGUAGE", Text, "en", "Language of the answers in chat: en, de, or one whose words you wrote (docs/chat-commands.md).").editable("Language of the answers"),
        Key::new(Chat, "CHAT_PUBLIC_COMMANDS", Switch, "true", "Everyone in chat may use the commands that are for everyone.").editable("Commands for viewers"),
        Key::new(Chat, "CHAT_MOD_COMMANDS", Switch, "true", "Moderators may use the commands that are for them.").editable("Commands for moderators"),
        Key::new(Chat, "CHAT_ANNOUNCE", Switch, "true", "Tell the chat when automatic switching finds the signal weak, lost, and back.").editable("Tell of weak signal"),
        Key::new(Chat, "CHAT_IGNORED", Text, "", "Chat names whose commands are never taken, with commas between.").editable("Ignored in chat"),
        Key::new(Chat, "FIX_DELAY_SEC", Kind::Number { min: 0.0, max: 30.0, unit: SECONDS }, "1", "How long !fix and !refresh stay in the other scene.").editable("Moment of a fix"),
        Key::new(Twitch, "TWITCH_HELIX_URL", Url, "https://api.twitch.tv/helix/", "Address of Twitch's API, for tests."),
        Key::new(Twitch, "TWITCH_OAUTH2_URL", Url, "https://id.twitch.tv/oauth2/", "Address of Twitch's sign-in, for tests."),
        Key::new(Twitch, "TWITCH_EVENTSUB_WEBSOCKET_URL", Kind::SocketUrl, "wss://eventsub.wss.twitch.tv/ws", "Address of Twitch's events, for tests."),
        Key::new(Twitch, "AUTH_PUBLIC_BASE", Url, "", "Public https address of this page, for the sign-in with code grant (needs the client secret). Empty: device code.")
            .editable("Public address"),
        Key::new(Twitch, "AUTH_BIND_HOST", Text, "", "Address of the old sign-in helper.").no_effect("the page itself does the sign-in"),
        Key::new(Twitch, "AUTH_PORT", Text, "3750", "Port of the old sign-in helper.").no_effect("the page itself does the sign-in"),
        Key::new(Twitch, "RAID_AUTO_STOP_ENABLED", Switch, "true", "Stop the stream after our raid went out.").editable("Stop after a raid"),
        Key::new(Twitch, "RAID_AUTO_STOP_DELAY", Kind::Number { min: 0.0, max: 3600.0, unit: SECONDS }, "0", "Time between raid and stop; 0 stops at once.")
            .editable("Wait before that stop"),
        Key::new(Twitch, "RAID_SEND_CHAT_MESSAGE", Switch, "true", "Say so in chat when the stream has stopped.").editable("Say so in chat"),
        Key::new(Twitch, "RAID_CHAT_MESSAGE", Text, "Raided {channel} successfully & ended stream!", "What is said; {channel} is the raided one.")
            .editable("What is said"),
        Key::later(Services, "CHATBOT_SERVICE_NAME", "chatbot", "systemd unit of the chat bot."),
        Key::later(Services, "UNIFIED_CHAT_SERVICE_NAME", "unified-chat", "systemd unit of Unified-chat."),
        Key::later(Services, "STREAM_GUARD_SERVICE_NAME", "", "systemd unit of the old guard."),
        Key::later(Services, "CHATBOT_BANNED_WORDS_PATH", "", "Word file of the chat bot."),
        Key::later(Services, "CHATBOT_PREF_PATH", "", "Preferences of the chat bot."),
        Key::later(Services, "UNIFIED_CHAT_PREF_PATH", "", "Preferences of Unified-chat."),
        Key::later(Embeds, "BELABOX_EMBED_URL", "", "BELABOX page.").secret(),
        Key::later(Embeds, "UNIFIED_CHAT_EMBED_URL", "", "Unified-chat page.").secret(),
        Key::later(Embeds, "SRT_LINK_URL", "", "SRT link page.").secret(),
        Key::later(Embeds, "STREAMELEMENTS_OVERLAY_URL", "", "StreamElements overlay.").secret(),
        Key::later(Embeds, "SOUNDALERTS_URL", "", "Sound Alerts page.").secret(),
    ]
};

/// The row of a name.
pub fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

/// The text of `.env.example`: every key with its help, commented out at its default.
pub fn env_example() -> String {
    let mut out = String::from(
        "# Settings of Stream Control. Copy this file to .env and remove the # before what you change.\n\
         # `stream-control check` shows what is in force and every mistake.\n",
    );
    for section in Section::ALL {
        let _ = write!(out, "\n# ---- {} ----\n", section.title());
        for key in KEYS.iter().filter(|key| key.section == *section) {
            let _ = write!(out, "# {}{}{}\n#{}={}\n", key.title(), key.help, remark(key), key.name, key.default);
        }
    }
    out
}

/// The help that `stream-control --help` ends with.
pub fn help() -> String {
    let mut out = String::from("Settings, from the environment or .env (the page's own values win):\n");
    for key in KEYS.iter().filter(|key| key.standing == Standing::Used) {
        let default = if key.default.is_empty() { String::new() } else { format!(" [{}]", key.default) };
        let _ = writeln!(out, "  {}{default}  {}{}", key.name, key.title(), key.help);
    }
    out
}

fn remark(key: &Key) -> String {
    match key.standing {
        Standing::Used => format!(" Allowed: {}.", key.kind.allowed()),
        Standing::LaterRoom(room) => format!(" (Accepted; waits for: {room}.)"),
        Standing::NoEffect(why) => format!(" (Accepted, no effect: {why}.)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// The settings table of Stream-Control for Python, June 2026, and this program's own keys.
    const MUST_KNOW: &str = "FLASK_SECRET_KEY LOGIN_PASSWORD_HASH LOGIN_PASSWORD BAN_MAX_ATTEMPTS BAN_DATA_PATH \
        PWA_ICON_BASE_URL OBS_HOST OBS_PORT OBS_PASSWORD OBS_RECONNECT_INTERVAL_SEC OBS_MAX_RECONNECT_WAIT_SEC \
        LIVE_SCENE_NAME LOW_SCENE_NAME BRB_SCENE_NAME STARTING_SCENE_NAME OFFLINE_SCENE_NAME STATS_URL \
        BITRATE_LOW_KBPS BITRATE_HIGH_KBPS POLL_INTERVAL_SEC LOW_CONSEC_SAMPLES LIVE_SCENE_LOW_GRACE_SEC \
        REQUEST_TIMEOUT WAIT_FOR_STREAM_START IDLE_WHEN_STREAM_ENDS EXIT_WHEN_STREAM_ENDS CONFIG_PATH \
        NGINX_CONF_OUT HLS_ROOT MINI_PC_USER MINI_PC_IP MAC_ADDRESS TWITCH_CLIENT_ID TWITCH_CLIENT_SECRET \
        TWITCH_BROADCASTER_ID TWITCH_OAUTH_TOKEN TWITCH_REFRESH_TOKEN TWITCH_TOKENS_PATH TWITCH_SCOPES \
        TWITCH_ADMINS AUTH_PUBLIC_BASE AUTH_BIND_HOST AUTH_PORT RAID_AUTO_STOP_ENABLED RAID_AUTO_STOP_DELAY \
        RAID_SEND_CHAT_MESSAGE RAID_CHAT_MESSAGE ALERTS_BASE_URL ALERT_TOKEN CHATBOT_SERVICE_NAME \
        UNIFIED_CHAT_SERVICE_NAME STREAM_GUARD_SERVICE_NAME CHATBOT_BANNED_WORDS_PATH CHATBOT_PREF_PATH \
        UNIFIED_CHAT_PREF_PATH BELABOX_EMBED_URL UNIFIED_CHAT_EMBED_URL SRT_LINK_URL STREAMELEMENTS_OVERLAY_URL \
        SOUNDALERTS_URL BIND_ADDR DATA_DIR STATS_TYPE STATS_FEED MEDIA_SOURCE_NAME BITRATE_OFFLINE_KBPS \
        ENDING_SCENE_NAME PRIVACY_SCENE_NAME REFRESH_SCENE_NAME RECORD_WITH_STREAM JOURNAL_DAYS SAMPLES_DAYS RECORD_POLLS \
        STATS_USER STATS_PASSWORD STATS_TOKEN STATS_CONTROL_URL STATS_PORT STATS_PUSH_KEY FEEDS SWITCHING_PRESET \
        RTT_LOW_MS RTT_LOST_MS DROPS_PER_SEC LOW_AFTER_SEC LOST_AFTER_SEC GONE_AFTER_SEC UNKNOWN_HOLD_SEC \
        RECOVER_FROM_LOW_SEC RECOVER_FROM_LOST_SEC MIN_STAY_SEC FLAP_LIMIT PREFER_AFTER_SEC START_GRACE_SEC \
        LIVE_FROM_STARTING OFFLINE_STOP_MIN FROZEN_PICTURE SELF_REPAIR \
        CHAT_PLATFORM CHAT_CHANNEL CHAT_PREFIX CHAT_LANGUAGE CHAT_PUBLIC_COMMANDS CHAT_MOD_COMMANDS CHAT_ANNOUNCE CHAT_IGNORED CHAT_RELAXED FIX_DELAY_SEC \
        TWITCH_BOT TWITCH_FEATURES TWITCH_EVENTS_OFF TWITCH_HELIX_URL TWITCH_OAUTH2_URL TWITCH_EVENTSUB_WEBSOCKET_URL";

    #[test]
    fn every_name_is_known_and_stands_once() {
        let known: BTreeSet<&str> = KEYS.iter().map(|key| key.name).collect();
        let wanted: BTreeSet<&str> = MUST_KNOW.split_whitespace().collect();
        assert_eq!(known, wanted);
        assert_eq!(known.len(), KEYS.len(), "no name twice");
    }

    #[test]
    fn the_committed_example_is_the_generated_one() {
        let committed = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/.env.example")).unwrap();
        assert_eq!(committed, env_example(), "write it anew: stream-control check --env-example > .env.example");
    }

    #[test]
    fn values_are_shown_as_far_as_they_may_be() {
        let table = [
            ("OBS_HOST", "10.0.0.2", "10.0.0.2"),
            ("OBS_PASSWORD", "hunter2", "••••"),
            ("OBS_PASSWORD", "", ""),
            ("STATS_URL", "http://bob:pw@h/stat?key=1", "http://••••@h/stat?key=••••"),
            ("STATS_URL", "bob:pw@h", "••••"),
        ];
        for (name, value, shown) in table {
            assert_eq!(find(name).unwrap().shown(value), shown, "{name}");
        }
    }

    #[test]
    fn a_long_login_in_an_address_is_hidden_whole() {
        let key = find("STATS_URL").expect("the key");
        let value = format!("http://bob:{}@host/stats", "secret".repeat(40));
        assert_eq!(key.shown(&value), "http://••••@host/stats");
    }
}
