//! What an import says about each field, in one place.

/// A feed without an address.
pub(super) const NO_ADDRESS: &str = "no address";
/// A setting without a value.
pub(super) const NONE: &str = "(none)";

pub(super) const EMPTY: &str = "is empty";
pub(super) const NOT_TEXT: &str = "is not text (UTF-8)";
pub(super) const TOO_LARGE: &str = "is longer than 1 MiB, so it is no settings file";
pub(super) const NOT_NOALBS: &str =
    "is no NOALBS configuration: it has neither \"switcher\" (version 2) nor \"obs\" and \"rtmp\" (version 1) in it";

pub(super) const A_SECTION: &str = "a section in braces { }";
pub(super) const TEXT: &str = "text in quotes";
pub(super) const FLAG: &str = "true or false, without quotes";
pub(super) const NAMES: &str = "a list of names, such as [\"anna\", \"ben\"], of at most 256";
pub(super) const A_LIST: &str = "a list in brackets [ ]";
pub(super) const A_URL: &str = "an address that begins with http:// or https://";
pub(super) const PRIORITY: &str = "a whole number; 0 comes first";
pub(super) const PLATFORM: &str = "\"Twitch\" or {\"Kick\": {…}}";
pub(super) const PERMISSION: &str = "\"Admin\", \"Mod\" or \"Public\"";
pub(super) const ALIASES: &str = "a list of pairs, such as [[\"b\", \"bitrate\"]]";

pub(super) fn not_json(line: usize, column: usize) -> String {
    format!("cannot be read as JSON: look at line {line}, column {column}")
}

pub(super) fn whole_number(max: u64) -> String {
    format!("a whole number from 0 to {max}, without quotes")
}

pub(super) fn wrong(found: &str, allowed: &str) -> String {
    format!("is {found}. Allowed: {allowed}")
}

pub(super) fn unknown(near: Option<&str>) -> String {
    match near {
        Some(near) => format!("Not a field that is known here. Is {near} meant?"),
        None => "Not a field that is known here.".to_owned(),
    }
}

// The user

pub(super) const USER: &str = "Who owns Stream Control is chosen when it is first opened.";
pub(super) const USER_PASSWORD: &str = "The page has its own sign-in.";

// The switcher

pub(super) const SWITCHER_ON: &str = "Automatic switching is on.";
pub(super) const SWITCHER_OFF: &str =
    "Automatic switching is on as soon as a feed is set up. Press Pause on the Live page to keep it off.";
pub(super) const ONLY_STREAMING: &str = "Scenes are switched only while OBS streams.";
pub(super) const ALSO_IDLE: &str =
    "Scenes are switched only while OBS streams; to try it out without, start a test on the Settings page.";
pub(super) const INSTANT: &str = "The first picture brings the live scene back within 1.5 s.";
pub(super) const NOT_INSTANT: &str = "NOALBS counted polls, one a second; here it is seconds.";
pub(super) const RETRIES: &str = "NOALBS counted polls, one a second and longer when the server was slow; here it is seconds. \
    A feed far below the limit is not waited for so long.";
pub(super) const RETRIES_UP: &str = "The same wait on the way up, from low to live.";
pub(super) const RETRIES_LOST: &str = "A feed that is gone is recognised by its bytes, not by counting polls, so the offline scene comes \
    within about 2 s. To wait longer, set \"Silent before OFFLINE\".";
pub(super) const LOW_NGINX: &str = "NOALBS took nginx's own figure: about 7 % too high, and without the sound. Here the bytes that \
    arrive are counted, sound included.";
pub(super) const LOW_NONE: &str =
    "Here the low scene always has a limit, 800 kbit/s unless you set another. Set 1 for hardly ever.";
pub(super) const OFFLINE_NONE: &str = "NOALBS did not take a low rate for lost, so the limit is put as low as it goes.";
pub(super) const OFFLINE_HIGH: &str =
    "Must be below the low limit here, so it is put just below. NOALBS never showed the low scene with these numbers.";
pub(super) const RTT: &str =
    "Taken as it is. The fill of the receive buffer warns earlier than the delay does, so this limit may go.";
pub(super) const RTT_ABOUT: &str = "NOALBS's own value, which applies when the file names none.";
pub(super) const LOW_LIKE_LIVE: &str = "The low scene must be another than the live scene here; the present one stays.";
pub(super) const OFFLINE_LIKE_LIVE: &str =
    "The offline scene must be another than the live scene here; the low scene takes its place.";
pub(super) const OFFLINE_LIKE_LOW: &str = "The same as the low scene: it takes the place of the offline scene.";

// Servers

pub(super) const NO_SERVERS: &str =
    "Without a server nothing is switched. \"Find my ingest\" on the Settings page looks for one.";
pub(super) const TOO_MANY: &str = "holds more than 16 servers, and that is the most that are followed here";
pub(super) const NMS: &str = "Both versions of Node-Media-Server are understood.";
pub(super) const NIMBLE_ID: &str = "Nimble's receivers and streams are told apart by the name of the stream.";
pub(super) const WS: &str = "Statistics are sent to Stream Control here, it calls no WebSocket. Let that program send to the feed's push address; until then the feed is off.";
pub(super) const WS_PART: &str = "Belongs to the WebSocket, which is not called here.";
pub(super) const CALLED: &str = "One feed alone needs no name.";
pub(super) const FEED_OFF: &str = "Kept, and not asked until you switch it on.";
pub(super) const FIRST_GOOD: &str =
    "The first feed that is good is shown, as before. A better one takes over after it was good for 10 s, not at once.";
pub(super) const DEPENDS: &str = "These scenes are shown while that feed is lost, as before.";

pub(super) fn unknown_server(kind: &str) -> String {
    format!("There is no reader for servers of the kind '{kind}'; the address is tried as it is.")
}

pub(super) fn no_such_server(name: &str) -> String {
    format!("No server of the name '{name}' stands in the file, so nothing depends on it. NOALBS passed over it, too.")
}

// OBS

pub(super) const OLD_PORT: &str = "4444 is the port of the old obs-websocket. In OBS 28 and newer it is 4455: look in OBS under Tools, WebSocket Server Settings.";
pub(super) const NEW_PORT: &str =
    "4444 was the port of the old obs-websocket, which OBS 28 and newer no longer has. Its own is 4455.";
pub(super) const OTHER_SOFTWARE: &str = "is no software that is known. Allowed: \"Obs\"";
pub(super) const COLLECTIONS: &str = "Profiles and scene collections are not switched here.";

// Optional scenes and options

pub(super) const PRIVACY_MANAGED: &str =
    "Must be another than the scenes of automatic switching, since it is never left by itself.";
pub(super) const TRANSCODING: &str = "Whether Twitch transcodes the stream is not watched here.";
pub(super) const OFFLINE_AT_ONCE: &str =
    "A stream is never stopped at once when it goes offline; a minute is the least.";
pub(super) const TO_STARTING: &str =
    "The scene is not changed when the stream starts; pick the starting scene before you press Start.";

// Chat

/// What a line calls a command.
pub(super) const COMMAND: &str = "chat command";
/// What a line calls commands that are switched off.
pub(super) const OFF: &str = "kept, and switched off";
pub(super) const CHAT_SWITCH: &str = "Whether the chat is read is chosen by signing in to it.";
pub(super) const KICK: &str = "Found by the channel's name.";
pub(super) const DEFAULT_ROLE: &str = "The file gives no permission, so that of NOALBS.";
pub(super) const REFRESH_INTERVAL: &str = "The refresh scene is left as soon as the picture is back.";

/// An alias that nobody could write.
pub(super) const NO_WORD: &str = "No word for a command. Allowed: up to 25 characters, without spaces and commas.";

pub(super) fn own_command(alias: &str, name: &str) -> String {
    format!(
        "'{alias}' is a command of its own here, so it does not stand for '{name}'. Choose another word on the page Chat commands."
    )
}

pub(super) fn taken_alias(alias: &str, other: &str, name: &str) -> String {
    format!("'{alias}' stands for '{other}' already, so it does not stand for '{name}'.")
}

pub(super) fn unknown_command(near: Option<&str>) -> String {
    match near {
        Some(near) => format!("NOALBS has no such command. Is {near} meant?"),
        None => "NOALBS has no such command.".to_owned(),
    }
}

// .env

pub(super) const BOT: &str = "Signing in to Twitch has its own way here, with the rights that are needed and no more; the old token is not used.";
pub(super) const CONFIG_DIR: &str =
    "One Stream Control looks after one show. Import each of the files in a folder of its own.";
pub(super) const INVALID_CERTS: &str =
    "Certificates are always checked. Use http:// within the home network, or a certificate that is valid.";
pub(super) const API_PORT: &str = "The page and its API are at BIND_ADDR, port 5000 by itself.";
pub(super) const LOGS: &str = "What happens is written to standard output and into the journal.";
pub(super) const ENV_UNKNOWN: &str = "Not a name that NOALBS reads.";
pub(super) const ENV_BAD: &str = "The line cannot be understood.";
