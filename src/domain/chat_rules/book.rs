//! Which words are commands, and who may use them.

use super::table::{self, COMMANDS, Spec};
use crate::domain::chat::ChatRole;
use crate::domain::chat_command::ChatCommand;
use crate::kit::text;
use crate::kit::units::Millis;
use std::collections::HashMap;

/// Other words that one command may have.
const MOST_ALIASES: usize = 20;
/// People that may be named for one command.
const MOST_PEOPLE: usize = 50;
/// Longest word or name.
const LONGEST: usize = 25;
/// Longest wait of a viewer, in seconds.
const LONGEST_WAIT: u32 = 3600;

/// How commands are read.
#[derive(Clone, Debug, PartialEq)]
pub struct Manners {
    /// CHAT_PREFIX.
    pub prefix: String,
    /// CHAT_RELAXED: large letters and words behind a command do not matter.
    pub relaxed: bool,
    /// CHAT_PUBLIC_COMMANDS.
    pub public: bool,
    /// CHAT_MOD_COMMANDS.
    pub moderators: bool,
}

/// The commands as they are now.
#[derive(Clone, Debug)]
pub struct Book {
    manners: Manners,
    commands: Vec<ChatCommand>,
    words: HashMap<String, usize>,
}

/// A message that is a command.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Call<'a> {
    /// Which.
    pub spec: &'static Spec,
    /// What stands behind it, without invisible ends.
    pub args: &'a str,
}

impl Book {
    /// The book of these rows; commands without one are as the table has them.
    pub fn new(manners: Manners, rows: &[ChatCommand]) -> Self {
        let rows: Vec<ChatCommand> = rows.iter().map(|row| tidied(row, &manners.prefix)).collect();
        let commands = table::merged(&rows);
        let mut words = HashMap::new();
        for (at, command) in commands.iter().enumerate().filter(|(_, command)| command.enabled) {
            for alias in &command.aliases {
                words.insert(alias.clone(), at);
            }
        }
        // Last, so that no alias takes a command's own name.
        words.extend(COMMANDS.iter().enumerate().map(|(at, spec)| (spec.name.to_owned(), at)));
        Self { manners, commands, words }
    }

    /// The prefix.
    pub fn prefix(&self) -> &str {
        &self.manners.prefix
    }

    /// Every command, in the order of the table.
    pub fn commands(&self) -> &[ChatCommand] {
        &self.commands
    }

    /// The command that a text is. Exact in every letter unless CHAT_RELAXED, but for what chat programs
    /// append unseen; cheap for the many messages that are none.
    pub fn find<'a>(&self, text: &'a str) -> Option<Call<'a>> {
        let text = if self.manners.relaxed { visible(text) } else { text.trim_end_matches(is_unseen) };
        let text = text.strip_prefix(self.manners.prefix.as_str())?;
        let (word, args) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let args = visible(args);
        let spec = if self.manners.relaxed { self.spec(&word.to_lowercase())? } else { self.spec(word)? };
        match (args.is_empty(), spec.args.is_empty()) {
            (false, true) if !self.manners.relaxed => None,
            (false, true) => Some(Call { spec, args: "" }),
            _ => Some(Call { spec, args }),
        }
    }

    /// Fixed words behind a command (`on`, `off`, a number) as they are compared: as they stand, or
    /// the first one in small letters if CHAT_RELAXED.
    pub fn choice(&self, args: &str) -> String {
        match self.manners.relaxed {
            true => args.split_whitespace().next().unwrap_or_default().to_lowercase(),
            false => args.to_owned(),
        }
    }

    /// Whether people below moderators may use it without being named.
    pub fn is_for_viewers(&self, spec: &Spec) -> bool {
        self.commands.iter().any(|one| one.name == spec.name && one.audience.least() < ChatRole::Moderator)
    }

    /// How long a viewer waits between two uses.
    pub fn wait(&self, spec: &Spec) -> Millis {
        let set = self.commands.iter().find(|command| command.name == spec.name).and_then(|command| command.wait_sec);
        set.map_or(spec.cooldown, |seconds| Millis(u64::from(seconds) * 1000))
    }

    /// The command behind a word, if it is switched on.
    pub fn spec(&self, word: &str) -> Option<&'static Spec> {
        let at = *self.words.get(word)?;
        COMMANDS.get(at).filter(|_| self.commands[at].enabled)
    }

    /// Whether somebody may use a command; `named` asks whether they are one of these names.
    pub fn may(&self, spec: &Spec, role: ChatRole, named: impl Fn(&[String]) -> bool) -> bool {
        let Some(command) = self.commands.iter().find(|command| command.name == spec.name) else { return false };
        let for_all = command.audience.least() < ChatRole::Moderator;
        let counts = match role {
            ChatRole::Moderator if for_all => self.manners.public || self.manners.moderators,
            ChatRole::Moderator => self.manners.moderators,
            ChatRole::Admin | ChatRole::Broadcaster => true,
            _ => self.manners.public,
        };
        command.enabled && ((counts && role >= command.audience.least()) || named(&command.people))
    }

    /// A command as somebody wants it, put in order. Errors: what is wrong, for people.
    pub fn checked(&self, wanted: &ChatCommand) -> Result<ChatCommand, String> {
        let spec =
            table::find(&wanted.name).ok_or_else(|| format!("There is no command '{}'.", shown(&wanted.name)))?;
        let aliases = words(&wanted.aliases, MOST_ALIASES, &self.manners.prefix)?;
        for alias in &aliases {
            if table::find(alias).is_some() {
                return Err(format!("'{alias}' is a command of its own."));
            }
            let other = self.commands.iter().find(|one| one.name != spec.name && one.aliases.contains(alias));
            if let Some(other) = other {
                return Err(format!("'{alias}' already means '{}'.", other.name));
            }
        }
        if wanted.wait_sec.is_some_and(|seconds| seconds > LONGEST_WAIT) {
            return Err(format!("Viewers can be made to wait {LONGEST_WAIT} seconds at most."));
        }
        Ok(ChatCommand { aliases, people: words(&wanted.people, MOST_PEOPLE, "@")?, ..wanted.clone() })
    }

    /// The command with one more word for it. Errors: why not, for people.
    pub fn with_alias(&self, word: &str, command: &str) -> Result<ChatCommand, String> {
        let mut command = self.by_word(command)?.clone();
        command.aliases.push(word.to_owned());
        self.checked(&command)
    }

    /// The command without this word for it. Errors: there is no such word.
    pub fn without_alias(&self, word: &str) -> Result<ChatCommand, String> {
        let word = bare(word, &self.manners.prefix);
        let found = self.commands.iter().find(|command| command.aliases.contains(&word));
        let mut command = found.ok_or_else(|| format!("'{}' stands for no command.", shown(&word)))?.clone();
        command.aliases.retain(|alias| *alias != word);
        Ok(command)
    }

    fn by_word(&self, word: &str) -> Result<&ChatCommand, String> {
        let word = bare(word, &self.manners.prefix);
        let found = self.words.get(&word).and_then(|at| self.commands.get(*at));
        found.ok_or_else(|| format!("There is no command '{}'.", shown(&word)))
    }
}

/// A row as it counts, whoever wrote it: words and names as they are compared.
fn tidied(row: &ChatCommand, prefix: &str) -> ChatCommand {
    let list = |words: &[String], prefix: &str| words.iter().map(|word| bare(word, prefix)).collect();
    ChatCommand { aliases: list(&row.aliases, prefix), people: list(&row.people, "@"), ..row.clone() }
}

/// Words in lower case, each once, without their prefix.
fn words(list: &[String], most: usize, prefix: &str) -> Result<Vec<String>, String> {
    let mut out: Vec<String> = Vec::new();
    for word in list.iter().map(|word| bare(word, prefix)).filter(|word| !word.is_empty()) {
        if !is_word(&word) {
            return Err(format!("'{}' is no word: at most {LONGEST} characters, without spaces.", shown(&word)));
        }
        if !out.contains(&word) {
            out.push(word);
        }
    }
    if out.len() > most { Err(format!("At most {most} words or names, please.")) } else { Ok(out) }
}

/// Whether it can be a word of a command, or a name.
pub fn is_word(word: &str) -> bool {
    (1..=LONGEST).contains(&word.chars().count()) && !word.contains(|c: char| is_unseen(c) || c == ',')
}

fn bare(word: &str, prefix: &str) -> String {
    let word = visible(word);
    word.strip_prefix(prefix).unwrap_or(word).to_lowercase()
}

fn shown(word: &str) -> String {
    text::excerpt(word, LONGEST)
}

/// Without spaces and invisible characters at both ends: chat programs add some to say the same twice.
pub fn visible(text: &str) -> &str {
    text.trim_matches(is_unseen)
}

fn is_unseen(c: char) -> bool {
    c.is_whitespace() || is_invisible(c)
}

/// Takes no room, or is drawn as nothing.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{34f}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{200c}'..='\u{200d}')
        || matches!(c, '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}')
        || (!c.is_ascii() && text::plain(c.encode_utf8(&mut [0; 4])).trim().is_empty())
        || c.is_control()
}
