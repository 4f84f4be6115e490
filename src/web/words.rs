//! Texts of pages and API that are not in templates: one place, so that they can be translated.

use crate::config::feeds::{Entry, Field, Shape};
use crate::config::{Keep, Obs, Scenes};
use crate::domain::failover::preset::Preset;
use crate::domain::failover::rules::Rules;
use crate::domain::failover::suggest::Suggestion;
use crate::domain::ids::SceneName;
use crate::domain::server::Server;
use crate::domain::stream::Output;
use crate::kit::text;
use crate::kit::units::{Kbps, Millis};
use axum::http::StatusCode;

/// 404.
pub const NOT_FOUND: &str = "There is nothing at this address.";
/// 413.
pub const TOO_LARGE: &str = "That is more than this server takes at once.";
/// 500.
pub const INTERNAL: &str = "Something broke in this program. The log has the details under the number of this request.";
/// 503 after the request's own time.
pub const TOO_SLOW: &str = "This took too long and was given up.";
/// 401.
pub const SIGN_IN_FIRST: &str = "Sign in first.";
/// 401 before the claim.
pub const CLAIM_FIRST: &str = "This Stream Control has no owner yet. Open the link that it printed at its start.";
/// 403 by the Origin check.
pub const FOREIGN_PAGE: &str = "This request did not come from this server's own pages, so it was refused. \
    If a proxy stands in between, it has to pass on the Host header.";
/// 403 from the internet before the claim.
pub const NOT_CLAIMED_FAR: &str = "This Stream Control has no owner yet. Until someone claims it, it answers only on \
    this machine and on the home network, without a proxy. Open the printed link from there.";
/// 403 of a recording for somebody who only watches.
pub const ADMINS_ONLY: &str = "Only people who run this Stream Control may have this.";
/// Too many sockets.
pub const NO_SEAT: &str = "Too many pages are open already. Close one and reload this one.";

/// Two different passwords.
pub const PASSWORDS_DIFFER: &str = "The two passwords are not the same.";

/// 403 of an alert with a wrong token.
pub const ALERT_TOKEN_WRONG: &str = "X-Alert-Token is missing or wrong.";
/// 403 of an alert without a token set.
pub const ALERT_LOCAL_ONLY: &str = "ALERT_TOKEN is not set, so alerts are taken from this machine only, \
    at http://127.0.0.1 or http://localhost.";
/// 400 of an address: what behind its `?` is wrong.
pub fn bad_query(why: &str) -> String {
    format!("What stands behind the ? of this address cannot be taken: {why}.")
}
/// 422 of a group's mode.
pub fn no_such_mode(word: &str) -> String {
    format!("A group's mode is '{}'. Allowed: any, priority or handover.", text::excerpt(word, 40))
}
/// 422 of a form with a field that has no place in it.
pub fn no_such_field(name: &str, allowed: &str) -> String {
    bad_form(&format!("it has no field '{}'. Allowed: {allowed}", text::excerpt(name, 40)))
}
/// 422 of a form: what of it is wrong.
pub fn bad_form(why: &str) -> String {
    format!("This form cannot be taken: {why}.")
}
/// 400 of a body: what is allowed, and what is wrong.
pub fn bad_body(allowed: &str, why: &str) -> String {
    format!("{allowed} What came cannot be taken: {why}.")
}
/// 400 of an alert.
pub const ALERT_SHAPE: &str = "Send JSON {\"type\": \"low\" or \"restored\", \"message\": text}.";
/// 400 of a maintenance order.
pub const MAINTENANCE_SHAPE: &str =
    "Send JSON {\"seconds\": 1 to 300, \"reason\": text, \"feed\": the feed's id, or nothing for all}.";
/// 400 of a feed that does not exist.
pub fn no_such_feed(id: &str, known: &[&str]) -> String {
    format!("There is no feed '{}'. Allowed: {}.", text::excerpt(id, 40), text::one_of(known))
}
/// The reason of work on the ingest that came without one.
pub const WORK: &str = "work on the ingest";
/// 400 of a span of time.
pub const SPAN_SHAPE: &str =
    "Send from and to as unix milliseconds, from before to, at most 31 days apart on the timeline.";
/// 400 of pushed statistics.
pub const PUSH_BROKE_OFF: &str = "The body broke off.";
/// 400 of a scene order.
pub const SCENE_SHAPE: &str = "Send JSON {\"scene\": the name of a scene in OBS}.";

/// 400 of a change of the channel.
pub const CHANNEL_SHAPE: &str = "Send JSON {\"title\": text, \"category_id\": text, \"tags\": [text], \"labels\": [id]}; \
    leave out what stays.";
/// 400 of a raid or shout-out.
pub const TARGET_SHAPE: &str = "Send JSON {\"channel\": the channel's name or id}.";
/// 400 of a marker.
pub const MARKER_SHAPE: &str = "Send JSON {\"description\": text, or nothing}.";
/// 400 of a clip.
pub const CLIP_SHAPE: &str = "Send JSON {\"title\": text, or nothing, \"seconds\": 5 to 60, or nothing}.";
/// 400 of an announcement.
pub const ANNOUNCE_SHAPE: &str = "Send JSON {\"message\": text, \"colour\": blue, green, orange, purple or primary}.";
/// 400 of ads.
pub const ADS_SHAPE: &str = "Send JSON {\"seconds\": 30, 60, 90, 120, 150 or 180}.";
/// 400 of a chat message.
pub const SAY_SHAPE: &str = "Send JSON {\"message\": text, \"identity\": \"broadcaster\" or \"bot\", or nothing, \
    \"reply_to\": a message's id, or nothing}.";
/// 400 of upstream's change of title and category.
pub const CATEGORY_SHAPE: &str = "Send JSON {\"category_id\": text, \"title\": text}.";
/// 400 of upstream's change of the title.
pub const TITLE_SHAPE: &str = "Send JSON {\"title\": text}.";
/// 400 of upstream's raid.
pub const RAID_SHAPE: &str = "Send JSON {\"channel_name\": the channel's name}.";
/// 400 of upstream's search without words.
pub const QUERY_MISSING: &str = "Query parameter is required";
/// 503 while nothing was read from Twitch.
pub const CHANNEL_UNKNOWN: &str = "The channel was not read from Twitch yet. Is somebody signed in to Twitch?";

/// 400 of a test.
pub const TEST_SHAPE: &str = "Send JSON {\"on\": true or false}.";

/// The reason that stands beside a scene change from the page.
pub const CHOSEN_BY_HAND: &str = "chosen on the page";
/// The reason of the scene change that follows upstream's start.
pub const STARTING_SCENE: &str = "the stream is being started";
/// The reason of the scene change that follows upstream's stop.
pub const OFFLINE_SCENE: &str = "the stream was stopped";

/// Nothing can be done at Twitch: no application is registered.
pub const TWITCH_NOT_SET_UP: &str = "Twitch is not set up yet.";
/// Nothing can be done at Twitch: nobody is signed in.
pub const TWITCH_SIGN_IN: &str = "Sign in to Twitch first.";
/// OBS streams, and Twitch shows nothing.
pub const TWITCH_THINKS_OFFLINE: &str =
    "Twitch thinks you are offline, although OBS streams. Check the stream key and the server in OBS.";

/// Helix does not answer.
pub fn twitch_silent(why: &str) -> String {
    format!("Twitch cannot be read: {} What stands here may be old.", text::sentence(why))
}
/// Chat does not arrive.
pub fn chat_deaf(why: &str) -> String {
    format!("Chat does not arrive here: {}", text::sentence(why))
}
/// Chat is not wanted.
pub const CHAT_OFF: &str = "Chat is switched off on the Twitch page, so none arrives here.";
/// A part of Twitch that cannot be used: its right was not given.
pub const TWITCH_RIGHT_MISSING: &str = "Twitch was not asked for this right yet. Sign in again to give it.";
/// A part of Twitch that cannot be used: it is switched off.
pub const TWITCH_PART_OFF: &str = "This part of Twitch is switched off.";

/// It is not known whether somebody is signed in.
pub fn twitch_unknown(reason: &str) -> String {
    format!("Twitch cannot be asked who is signed in: {}", text::sentence(reason))
}

/// The password is too short.
pub fn too_short(length: usize, shortest: usize) -> String {
    format!("The password has {length} characters; it needs at least {shortest}.")
}

/// Text for a status that came without one (from a library layer).
pub fn of_status(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => NOT_FOUND,
        StatusCode::METHOD_NOT_ALLOWED => "This address does not take that kind of request.",
        StatusCode::PAYLOAD_TOO_LARGE => TOO_LARGE,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "Send JSON with Content-Type: application/json.",
        StatusCode::INTERNAL_SERVER_ERROR => INTERNAL,
        _ if status.is_client_error() => "The request cannot be understood.",
        _ => "This does not work right now.",
    }
}

/// The stream output in words.
pub fn output(output: Option<Output>) -> &'static str {
    match output {
        Some(Output::Stopped) => "Off air",
        Some(Output::Starting) => "Starting",
        Some(Output::Streaming) => "On air",
        Some(Output::Reconnecting) => "Reconnecting",
        Some(Output::Stopping) => "Stopping",
        None => "Unknown",
    }
}

/// Why a scene key cannot be pressed.
pub fn no_such_scene(scene: &SceneName) -> String {
    format!("OBS has no scene '{scene}'")
}

/// Why keys are grey while OBS is away.
pub const OBS_AWAY: &str = "OBS is not connected";
/// Why the picture cannot be restarted.
pub const NO_MEDIA: &str = "No source in OBS plays the ingest";

/// The limits by which scenes are switched.
pub fn limits(low: Kbps, high: Kbps, offline: Kbps) -> String {
    format!("Low below {low}, good again from {high}, lost below {offline}.")
}

/// 503 where rows cannot be read.
pub fn no_history(why: &str) -> String {
    format!("History cannot be read now: {why}.")
}

/// A setting without a value.
pub const NOTHING: &str = "nothing";
/// A switch that is on.
pub const SWITCH_ON: &str = "Yes";
/// A switch that is off.
pub const SWITCH_OFF: &str = "No";

/// No scene for this role.
pub const NO_SCENE: &str = "None";
/// The scene that all feeds share.
pub const COMMON_SCENE: &str = "The common one";
/// No other feed is needed.
pub const NEEDS_NONE: &str = "No other feed";
/// The title of a feed that is not saved yet.
pub const NEW_FEED: &str = "New feed";
/// No rate is known.
pub const NO_RATE: &str = "";
/// A feed that nobody has asked yet.
pub const NOT_ASKED: &str = "Not asked yet";
/// A feed that is switched off.
pub const NOT_IN_USE: &str = "Not in use";
/// The kind of server that nobody has chosen.
pub const SERVER_FOUND_OUT: &str = "Server found out by its answer";
/// An address that lost its secret part.
pub const STILL_DOTS: &str = "It still holds the dots that hide its secret part. Type the whole address.";

/// How a group chooses: the word in the document, and what people read.
pub const GROUP_MODES: &[(&str, &str)] = &[
    ("any", "Any good one will do"),
    ("priority", "The best by priority"),
    ("handover", "Stay with one until it is lost"),
];

/// A scene that a setting names and OBS does not have.
pub fn not_in_obs(scene: &str) -> String {
    format!("{scene} – not in OBS")
}

/// A word of a choice as people read it.
pub fn choice(word: &'static str) -> &'static str {
    match word {
        "tell" => "Only tell it",
        "repair" => "Restart the source once, and tell it",
        "switch" => "Restart it once, and show the low scene meanwhile",
        other => other,
    }
}

/// A preset's name.
pub fn preset(preset: Preset) -> &'static str {
    match preset {
        Preset::Calm => "Calm",
        Preset::Normal => "Normal",
        Preset::Fast => "Fast",
    }
}

/// What a preset is good for.
pub fn about_preset(preset: Preset) -> &'static str {
    match preset {
        Preset::Calm => "Sits out short dips. For talks, and links that sway all the time.",
        Preset::Normal => "Quick enough that viewers hardly see a freeze. Right for most.",
        Preset::Fast => "Shows every weakness at once. For links that are either good or gone.",
    }
}

/// What rules mean, in seconds and kbit/s: what is shown, and when.
pub fn preset_means(rules: &Rules) -> [(&'static str, String); 3] {
    let low = format!("below {} for {}", rules.low, secs(rules.low_after));
    let still = secs(rules.stall_after);
    let lost =
        format!("nothing, or below {}, for {still}; encoder gone for {}", rules.offline, secs(rules.absent_after));
    let back = format!("{} or more for {}", rules.high, secs(rules.recover_low));
    [("LOW", low), ("OFFLINE", lost), ("LIVE again", back)]
}

fn secs(span: Millis) -> String {
    format!("{} s", span.secs_f64())
}

/// The presets stay what they are; some values below are set by hand.
pub fn by_hand(values: usize) -> String {
    match values {
        0 => String::new(),
        1 => "One value below is set by hand. It stays as it is whichever of these you choose.".to_owned(),
        n => format!("{n} values below are set by hand. They stay as they are whichever of these you choose."),
    }
}

/// OBS in one line.
pub fn obs_in_short(obs: &Obs) -> String {
    let password = if obs.password.is_some() { "with a password" } else { "without a password" };
    format!("{} port {}, {password}", obs.host, obs.port)
}

/// The scenes in one line.
pub fn scenes_in_short(scenes: &Scenes) -> String {
    let offline = scenes.offline.as_ref().map(|scene| format!(", {scene} while it is lost")).unwrap_or_default();
    format!("{} while the feed is good, {} while it is weak{offline}", scenes.live, scenes.low)
}

/// The chat commands in one line.
pub fn chat_in_short(chat: &crate::config::Chat) -> String {
    let told = if chat.announce { "chat is told of weak signal" } else { "chat is not told of weak signal" };
    format!("{}start, {}live …; {told}", chat.prefix, chat.prefix)
}

/// What is kept, in one line.
pub fn kept_in_short(keep: &Keep) -> String {
    format!("The journal for {} days, the feed's numbers for {} days", keep.journal_days, keep.samples_days)
}

/// The feeds that are set up.
pub fn feeds(names: &[&str]) -> String {
    match names {
        [one] => format!("One feed: {one}."),
        many => format!("{} feeds: {}.", many.len(), many.join(", ")),
    }
}

/// What is not as usual about a feed; `needs` is the name of the other feed that it needs.
pub fn feed_about(feed: &Entry, needs: Option<&str>) -> String {
    let mut parts = Vec::new();
    for what in ["priority", "group"] {
        if !feed.get(what).is_empty() {
            parts.push(format!("{what} {}", feed.get(what)));
        }
    }
    parts.extend(needs.map(|name| format!("needs {name}")));
    if ["scenes.live", "scenes.low", "scenes.offline"].iter().any(|path| !feed.get(path).is_empty()) {
        parts.push("own scenes".to_owned());
    }
    text::sentence(&parts.join(", "))
}

/// What else changes when a feed is removed.
pub fn removing(name: &str, last: bool, needing: &[&str], cameras: usize) -> String {
    let mut effect = format!("'{name}' is asked no more, and its sign-in is forgotten.");
    if last {
        effect.push_str(" It is the last one: the feed of .env takes its place, if there is one.");
    }
    if !needing.is_empty() {
        effect.push_str(&format!(
            " {} will no longer wait for it.",
            text::one_of(&quoted(needing)).replace(" or ", " and ")
        ));
    }
    if cameras > 0 {
        let scenes = if cameras == 1 { "One scene".to_owned() } else { format!("{cameras} scenes") };
        effect.push_str(&format!(" {scenes} of several feeds will no longer be shown."));
    }
    effect
}

fn quoted(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| format!("'{name}'")).collect()
}

/// A word of a feed's choice as people read it.
pub fn feed_word(word: &str) -> String {
    let unit = match word {
        "kbps" => Some("kbit/s"),
        "bps" => Some("bit/s"),
        "mbps" => Some("Mbit/s"),
        "bytes" => Some("bytes a second"),
        "auto" => Some("Found out by the answer"),
        _ => None,
    };
    let named = || Server::from_word(word).map_or_else(|| word.to_owned(), |server| server.to_string());
    unit.map_or_else(named, str::to_owned)
}

/// What an empty input of a feed says.
pub fn feed_placeholder(field: &Field, set: bool) -> String {
    let hint = match (field.path, field.shape) {
        (_, Shape::Secret) if set => "Set – type to replace",
        (_, Shape::Secret) => "Not set",
        ("url", _) => "http://127.0.0.1:8080/stat",
        ("control_url", _) => "http://127.0.0.1:8080/control",
        ("publisher", _) => "The only one",
        ("id", _) => "Made of the name",
        ("port", _) => "Not watched",
        ("media_source", _) => "Found by its address",
        ("timeout_sec", _) => "As for all",
        ("group", _) => "None",
        _ => "",
    };
    hint.to_owned()
}

/// Limits measured from the feed's own good minutes.
pub fn measured(minutes: usize, found: &Suggestion) -> String {
    format!(
        "Your last {minutes} good minutes had {} in the middle. That makes: low below {}, lost below {}.",
        found.median, found.low, found.offline
    )
}

/// Not enough good minutes yet.
pub fn measure_more(minutes: usize) -> String {
    let so_far = match minutes {
        0 => "There are no good minutes of a stream yet".to_owned(),
        1 => "So far there is one good minute of a stream".to_owned(),
        n => format!("So far there are {n} good minutes of a stream"),
    };
    format!("{so_far}. From 5 on, limits are suggested here that fit your own link.")
}

/// Nothing was saved, and how many fields are to be corrected.
pub fn not_saved(fields: usize, rest: &str) -> String {
    let count = match fields {
        0 => "Nothing was saved.".to_owned(),
        1 => "Nothing was saved: one field needs a correction.".to_owned(),
        n => format!("Nothing was saved: {n} fields need a correction."),
    };
    if rest.is_empty() { count } else { format!("{count} {rest}") }
}

/// 400 of a look for ingest servers.
pub const PROBE_SHAPE: &str = "Send JSON {\"host\": the name or address of a machine}.";
/// 403 for those who may sign in but not change settings.
pub const NOT_YOURS: &str = "Only the owner and admins may change settings.";
/// The plan of an import was not kept any longer.
pub const IMPORT_GONE: &str = "What you read in is not kept any longer, or was imported already. Read it in once more.";
/// A field of an import becomes a setting.
pub const TAKEN: &str = "Taken over";
/// It does, and something is different.
pub const TAKEN_BUT: &str = "Taken over, mind";
/// It is kept for a part that is to come.
pub const KEPT: &str = "Kept for later";
/// It is so in any case.
pub const ALREADY: &str = "As it is here";
/// It has no place.
pub const NO_PLACE: &str = "No place here";
/// A publisher without a name.
pub const NAMELESS: &str = "The one publisher";
/// A publisher whose rate is not known.
pub const RATE_UNKNOWN: &str = "rate unknown";

// The Twitch page.

/// The card of the channel's account.
pub const CHANNEL_ACCOUNT: &str = "Channel";
/// The card of the second account.
pub const BOT_ACCOUNT: &str = "Bot";
/// Nobody signed in.
pub const TWITCH_UNLINKED: &str = "Nobody is signed in. Nothing of Twitch works for this account until somebody is.";
/// The button without a sign-in.
pub const SIGN_IN_WITH_CODE: &str = "Sign in with code";
/// The button with one.
pub const SIGN_IN_AGAIN: &str = "Sign in again";
/// Features that are on lack rights.
pub fn rights_missing(missing: &[String]) -> String {
    let (what, them) = if let [_] = missing { ("This right was", "it") } else { ("These rights were", "them") };
    format!(
        "{what} not given yet: {}. The parts that need {them} rest until you sign in again; see below.",
        missing.join(", ")
    )
}
/// The bot is the channel's own account.
pub const SAME_ACCOUNT: &str = "This is the channel's own account, so what the bot says looks as if you had written it. Sign in again, in a browser that is signed in to Twitch as the bot.";
/// A code waits for the channel's account.
pub const ASK_CHANNEL: &str = "Scan this, or open Twitch here. Sign in there as your channel, check that it shows this code, and agree. This page notices.";
/// A code waits for the bot's account.
pub const ASK_BOT: &str = "Scan this with a phone, or open Twitch in a browser, that is signed in to Twitch as the bot (a private window will do). Check that it shows this code, and agree. This page notices.";
/// A part's rights are there.
pub const RIGHT_GIVEN: &str = "Rights given";
/// A part's rights are not there.
pub const RIGHT_MISSING: &str = "Right missing";
/// Signing the channel out.
pub const SIGN_OUT_CHANNEL: &str = "Chat commands, title, raids and the stop after a raid end at once, until somebody signs in again. Twitch is told that the tokens are no longer needed.";
/// Signing the bot out.
pub const SIGN_OUT_BOT: &str = "Answers in chat come from the channel's own account, until the bot signs in again.";
/// The code grant needs the page's public address.
pub const NO_PUBLIC_BASE: &str =
    "Set the public address of this page first (AUTH_PUBLIC_BASE), or sign in with a code.";
/// The code grant worked.
pub const GRANT_OK: &str = "Signed in to Twitch.";
/// The person said no.
pub const GRANT_DENIED: &str = "The sign-in was refused on Twitch's page. Nothing was changed.";
/// Its word is unknown, was used, or belongs to another session.
pub const GRANT_OLD: &str = "This sign-in was not begun here, or is too old. Begin it again.";
/// Twitch refused the code, or the wrong account agreed.
pub const GRANT_FAILED: &str = "The sign-in did not work. Begin it again.";

/// How long a sign-in lasts.
pub fn twitch_life(login: &str, left: crate::kit::units::Millis, public: bool) -> String {
    let end = if public {
        "The sign-in ends only when Stream Control stays off for 30 days, when the account gets a new password, or when \
         you take it back at Twitch."
    } else {
        "The sign-in ends only when the account gets a new password, or when you take it back at Twitch."
    };
    format!("Signed in as {login}. The access token lasts {left} more and is renewed by itself. {end}")
}

/// The newest tokens stand in memory alone.
pub fn tokens_unsaved(why: &str) -> String {
    format!("The newest tokens are in memory only: {why} A restart would ask you to sign in again.")
}
