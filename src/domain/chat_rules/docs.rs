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

`!live` while the feed is lost does what you say, and tells you that there is no picture. `!start` while the show is on changes nothing. `!fix` waits `FIX_DELAY_SEC` between its two scenes, and leaves the scene alone if somebody changes it meanwhile. What takes longer than six seconds is answered twice: that it is not confirmed yet, and how it ended.

## Who may

From the fewest people to the most: *broadcaster*, *admins* (`TWITCH_ADMINS`), *moderators*, *vips*, *subscribers*, *everyone*. Each of them includes those before. The page **Chat commands** (under More) says for each command who may, which other words it has, who may besides, and how long viewers wait; what you change there is in force at once.

What somebody is, is told by the badge that Twitch puts beside the name and by the account's number, never by the name. The names in `TWITCH_ADMINS`, `CHAT_IGNORED` and in the list of people are looked up at Twitch once, and the account is kept: an admin who takes another name stays one, also after a restart and while Twitch does not answer, and whoever takes the old name is nobody. Until a name is looked up it gives no rights. To have a name looked up anew, take it out, save, and put it in again.

With `CHAT_MOD_COMMANDS=false` (`!mod off`) commands are not for moderators, with `CHAT_PUBLIC_COMMANDS=false` (`!public off`) not for viewers; people named for a command keep it.

## What is not carried out

- Commands written in another channel of a shared chat, and whatever the bot says itself.
- The same message a second time, and one that is older than a minute.
- The same command by the same person within a second, and more than ten commands by one person within ten seconds.
- Commands of viewers who do not wait: ten seconds between two uses of the same command, or as the page **Chat commands** says. All viewers together wait a fifth of that, at most two seconds. Moderators and those above need not wait.

## Answers and announcements

Answers come in the language of `CHAT_LANGUAGE`: `en` or `de`; with an unknown one they are in English, and the journal says so. Reasons that OBS or another part gives come as they are, in English. The bot gives at most 15 answers in 30 seconds, eight of them to viewers, and tells viewers the same only once in five seconds. When Twitch does not show one (slow mode, a word that AutoMod holds), the journal has the reason.

With *Tell of weak signal* (`CHAT_ANNOUNCE`) chat is told when the signal is weak, lost, and back, at most once in 30 seconds.

You can have your own words. Put a file `lang/en.toml` into the folder `DATA_DIR` (for another language its code in place of `en`) with those lines of the list below that you want otherwise. What stands in {braces} is filled in; you may leave it out. A change counts with the next answer. A line that cannot be used is named in the journal, and the usual words stand in.

```toml
";

/// The whole page; `phrases` is the English language file.
pub fn page(phrases: &str) -> String {
    let mut out = HEAD.to_owned();
    for spec in COMMANDS {
        let args = spec.args.replace('|', "\\|");
        let gap = if args.is_empty() { "" } else { " " };
        let _ = writeln!(out, "| `!{}{gap}{args}` | {} | {} |", spec.name, spec.does, spec.audience.word());
    }
    out + TAIL + phrases.trim_end() + "\n```\n"
}
