//! `chat`: settings for the chat that is to come, and the table of commands.

use super::draft::Draft;
use super::fields::{Field, Fields, wrong};
use super::plan::Fate;
use super::words;
use crate::domain::chat_command::{Audience, ChatCommand};
use crate::domain::chat_rules::{book, table};
use crate::kit::text;
use serde_json::Value;

/// NOALBS's name in the file, the word in chat, and who may write it unless the file says otherwise
/// (its `src/chat/mod.rs` and the defaults of its chat handler).
const COMMANDS: &[(&str, &str, Audience)] = {
    use Audience::{Admins, Everyone, Moderators};
    &[
        ("Alias", "alias", Admins),
        ("Autostop", "autostop", Admins),
        ("Bitrate", "bitrate", Everyone),
        ("Collection", "collection", Admins),
        ("EndingScene", "ending", Admins),
        ("Fix", "fix", Moderators),
        ("LiveScene", "live", Admins),
        ("Mod", "mod", Admins),
        ("Noalbs", "noalbs", Admins),
        ("Notify", "notify", Admins),
        ("Obsinfo", "obsinfo", Moderators),
        ("Ortrigger", "ortrigger", Moderators),
        ("Otrigger", "otrigger", Moderators),
        ("PrivacyScene", "privacy", Admins),
        ("Public", "public", Admins),
        ("Rec", "record", Admins),
        ("Refresh", "refresh", Moderators),
        ("Rtrigger", "rtrigger", Moderators),
        ("ServerInfo", "serverinfo", Moderators),
        ("Source", "source", Admins),
        ("Sourceinfo", "sourceinfo", Moderators),
        ("Start", "start", Admins),
        ("StartingScene", "starting", Admins),
        ("Stop", "stop", Admins),
        ("Switch", "switch", Admins),
        ("Trigger", "trigger", Moderators),
        ("Version", "noalbsversion", Admins),
    ]
};

pub(super) fn read(root: &mut Fields, draft: &mut Draft) {
    let mut chat = root.below("chat", draft);
    if !chat.is_there() {
        return;
    }
    platform(&mut chat, draft);
    keep_texts(&mut chat, &[("username", "CHAT_CHANNEL"), ("prefix", "CHAT_PREFIX")], draft);
    if let Some(language) = chat.text("language", draft) {
        let word = language.value.to_lowercase();
        draft.keeps(&language.path, "CHAT_LANGUAGE", &word);
    }
    keep_names(&mut chat, &[("admins", "TWITCH_ADMINS"), ("ignoreUsers", "CHAT_IGNORED")], draft);
    keep_flags(
        &mut chat,
        &[
            ("enablePublicCommands", "CHAT_PUBLIC_COMMANDS"),
            ("enableModCommands", "CHAT_MOD_COMMANDS"),
            ("enableAutoStopStreamOnHostOrRaid", "RAID_AUTO_STOP_ENABLED"),
            ("announceRaidOnAutoStop", "RAID_SEND_CHAT_MESSAGE"),
        ],
        draft,
    );
    let commands = chat.below("commands", draft);
    for (name, value) in commands.entries().take(256) {
        command(&commands.path(name), name, value, draft);
    }
    disabled(&mut chat, draft);
    chat.rest(draft);
}

fn platform(chat: &mut Fields, draft: &mut Draft) {
    let path = chat.path("platform");
    match chat.value("platform") {
        None => {}
        Some(Value::String(word)) if ["twitch", "kick"].contains(&word.to_lowercase().as_str()) => {
            draft.keeps(&path, "CHAT_PLATFORM", &word.to_lowercase());
        }
        Some(Value::Object(one)) if one.len() == 1 && one.contains_key("Kick") => {
            draft.keeps(&path, "CHAT_PLATFORM", "kick");
            let kick = one.get("Kick").and_then(Value::as_object);
            for (name, value) in kick.into_iter().flatten().filter(|(_, value)| !value.is_null()) {
                draft.no_place(&format!("{path}.Kick.{name}"), &value.to_string(), words::KICK);
            }
        }
        Some(other) => wrong(draft, &path, other, words::PLATFORM),
    }
}

pub(super) fn keep_texts(chat: &mut Fields, table: &[(&'static str, &'static str)], draft: &mut Draft) {
    for (name, key) in table {
        if let Some(field) = chat.text(name, draft) {
            draft.keeps(&field.path, key, &field.value);
        }
    }
}

pub(super) fn keep_flags(chat: &mut Fields, table: &[(&'static str, &'static str)], draft: &mut Draft) {
    for (name, key) in table {
        if let Some(field) = chat.flag(name, draft) {
            draft.keeps(&field.path, key, &field.value.to_string());
        }
    }
}

pub(super) fn keep_names(chat: &mut Fields, table: &[(&'static str, &'static str)], draft: &mut Draft) {
    for (name, key) in table {
        if let Some(field) = chat.names(name, draft) {
            draft.keeps(&field.path, key, &field.value.join(","));
        }
    }
}

/// One entry of `commands`.
fn command(path: &str, name: &str, value: &Value, draft: &mut Draft) {
    let Value::Object(object) = value else { return wrong(draft, path, value, words::A_SECTION) };
    let mut fields = Fields::of(path.to_owned(), Some(object));
    let audience = fields.read("permission", draft, words::PERMISSION, |word| audience(word.as_str()?));
    let [people, aliases] = ["userPermissions", "alias"].map(|name| fields.names(name, draft));
    fields.rest(draft);
    let list = |field: Option<Field<Vec<String>>>| field.map(|field| field.value).unwrap_or_default();
    let (people, aliases) = (list(people), list(aliases));
    let Some(found) = find(name) else {
        return draft.no_place(path, "", &words::unknown_command(near(name)));
    };
    let note = if audience.is_none() { words::DEFAULT_ROLE } else { "" };
    let audience = audience.map_or(found.audience, |field| field.value);
    let aliases = usable(aliases, &found.name, &format!("{path}.alias"), draft);
    add(draft, path, ChatCommand { audience, people, aliases, ..found }, note);
}

/// Those aliases of a command that can stand for it; the others have a line each that says why not.
pub(super) fn usable(aliases: Vec<String>, name: &str, path: &str, draft: &mut Draft) -> Vec<String> {
    let mut left = Vec::new();
    for alias in aliases {
        let taken = draft.commands.iter().find(|one| one.name != name && one.aliases.contains(&alias));
        match taken.map(|one| one.name.clone()) {
            // Its own name stands for it anyway.
            _ if alias == name || left.contains(&alias) => {}
            _ if !book::is_word(&alias) => draft.no_place(path, &alias, words::NO_WORD),
            _ if table::find(&alias).is_some() => draft.no_place(path, &alias, &words::own_command(&alias, name)),
            Some(other) => draft.no_place(path, &alias, &words::taken_alias(&alias, &other, name)),
            None => left.push(alias),
        }
    }
    left
}

/// Adds a command and its line; one that is there already is replaced.
pub(super) fn add(draft: &mut Draft, path: &str, command: ChatCommand, note: &str) {
    let with = |label: &str, list: &[String]| match list {
        [] => String::new(),
        list => format!(", {label} {}", list.join(" ")),
    };
    let who = command.audience.word();
    let shown = format!("{who}{}{}", with("also as", &command.aliases), with("and", &command.people));
    let kept = Fate::Kept { key: words::COMMAND, shown: format!("{}, for {shown}", command.name) };
    draft.line(path, &command.name, kept, note);
    draft.commands.retain(|earlier| earlier.name != command.name);
    draft.commands.push(command);
}

/// `disabledCommands`, by the words in chat, without the prefix.
fn disabled(chat: &mut Fields, draft: &mut Draft) {
    let Some(field) = chat.names("disabledCommands", draft) else { return };
    for word in &field.value {
        let word = word.trim_start_matches('!');
        match draft.commands.iter_mut().find(|command| command.name == word) {
            Some(command) => command.enabled = false,
            None => match find(word) {
                Some(found) => draft.commands.push(ChatCommand { enabled: false, ..found }),
                None => draft.no_place(&field.path, word, &words::unknown_command(near(word))),
            },
        }
    }
    if !field.value.is_empty() {
        let kept = Fate::Kept { key: words::COMMAND, shown: words::OFF.to_owned() };
        draft.line(&field.path, &field.value.join(", "), kept, "");
    }
}

/// A command by its name in the file or its word in chat, as NOALBS has it by itself.
pub(super) fn find(name: &str) -> Option<ChatCommand> {
    let (_, word, audience) =
        COMMANDS.iter().find(|row| row.0.eq_ignore_ascii_case(name) || row.1.eq_ignore_ascii_case(name))?;
    Some(ChatCommand {
        name: (*word).to_owned(),
        enabled: true,
        audience: *audience,
        aliases: Vec::new(),
        people: Vec::new(),
        wait_sec: None,
    })
}

pub(super) fn near(name: &str) -> Option<&'static str> {
    text::nearest(name, COMMANDS.iter().map(|row| row.0))
}

fn audience(word: &str) -> Option<Audience> {
    match word.to_lowercase().as_str() {
        "admin" => Some(Audience::Admins),
        "mod" => Some(Audience::Moderators),
        "public" => Some(Audience::Everyone),
        _ => None,
    }
}
