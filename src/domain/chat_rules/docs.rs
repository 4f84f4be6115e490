//! `docs/chat-commands.md`, made from the table.

use super::table::COMMANDS;
use std::fmt::Write as _;

const HEAD: &str = "\
# Chat commands

People in chat can run the show with short commands. A command is a message of its own, such as `!brb`, written exactly so: `!BRB`, `!brb please` and `!brbb` are none. *Read commands leniently* (`CHAT_RELAXED`) on the Settings page forgives large letters and words behind a command.

Every answer says what really happened: OBS has confirmed it, or you read why not.

| command | what it does | who may, at first |
|---|---|---|
";

const TAIL: &str = "
Words in small letters are written as they stand, with a choice where `|` stands between. For NAME, SCENE, WORD, COMMAND and N write your own. Names need not be whole: `!switch cam` finds *Camera*, and asks when it could be several.

## Who may

From the fewest people to the most: *broadcaster*, *admins* (`TWITCH_ADMINS`), *moderators*, *vips*, *subscribers*, *everyone*. Each of them includes those before. The page **Bot** says for each command who may, which other words it has, and who may besides; what you change there is in force at once.

What somebody is, is told by the badge that Twitch puts beside the name and by the account's number. The names in `TWITCH_ADMINS`, `CHAT_IGNORED` and in the list of people are looked up at Twitch; until that worked nobody is an admin by name alone. Commands written in another channel of a shared chat do nothing here.

A command that came twice is carried out once. One that is older than a minute is not carried out. Viewers wait ten seconds between two uses of the same command.

## Answers and announcements

Answers come in the language of `CHAT_LANGUAGE`: `en` or `de`; an unknown one is `en`. Reasons that OBS or another part gives come as they are, in English. With *Tell of weak signal* (`CHAT_ANNOUNCE`) chat is told when the signal is weak, lost, and back, at most once in 30 seconds.
";

/// The whole page.
pub fn page() -> String {
    let mut out = HEAD.to_owned();
    for spec in COMMANDS {
        let args = spec.args.replace('|', "\\|");
        let gap = if args.is_empty() { "" } else { " " };
        let _ = writeln!(out, "| `!{}{gap}{args}` | {} | {} |", spec.name, spec.does, spec.audience.word());
    }
    out + TAIL
}
