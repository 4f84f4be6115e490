//! What an import would do, field by field, before anything is done.

use crate::domain::chat_command::ChatCommand;
use crate::domain::command::{ChangeSetting, Import};
use crate::kit::secret::Secret;
use std::fmt::Write as _;

/// What becomes of a NOALBS configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Which form the file has.
    pub version: Version,
    /// Every field of it, in its order. May be shown: secrets are masked.
    pub lines: Vec<Line>,
    /// The settings to write; nothing takes an earlier value away.
    pub settings: Vec<(&'static str, Secret<String>)>,
    /// The chat commands.
    pub commands: Vec<ChatCommand>,
}

/// The form of a `config.json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// NOALBS 1: `obs`, `rtmp`, `twitchChat`.
    One,
    /// NOALBS 2.
    Two,
}

/// One field of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Where it stands: `switcher.triggers.low`.
    pub path: String,
    /// Its value as it may be shown.
    pub value: String,
    /// What becomes of it.
    pub fate: Fate,
    /// Why, or what is different here; empty where all stays as it was.
    pub note: String,
}

/// What becomes of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// A setting, with its value as it may be shown.
    Becomes {
        /// The setting.
        key: &'static str,
        /// Its value.
        shown: String,
    },
    /// A setting, kept until the part of the program that uses it is built.
    Kept {
        /// The setting.
        key: &'static str,
        /// Its value.
        shown: String,
    },
    /// It is so here in any case.
    AlreadySo,
    /// It has no place here.
    NoPlace,
}

impl Line {
    /// The value in the file, where the setting's reads otherwise.
    pub fn was(&self) -> String {
        match &self.fate {
            Fate::Becomes { shown, .. } | Fate::Kept { shown, .. } if *shown != self.value => {
                format!(" (from {})", self.value)
            }
            _ => String::new(),
        }
    }

    /// The field is taken over, but not everything is as it was.
    pub fn is_to_mind(&self) -> bool {
        matches!(self.fate, Fate::Becomes { .. }) && !self.note.is_empty()
    }
}

impl Plan {
    /// The order that carries it out.
    pub fn order(&self) -> Import {
        let row = |(key, value): &(&'static str, Secret<String>)| ((*key).to_owned(), Some(value.reveal().clone()));
        Import {
            from: "NOALBS",
            change: ChangeSetting { changes: self.settings.iter().map(row).collect() },
            commands: (!self.commands.is_empty()).then(|| self.commands.clone()),
        }
    }

    /// All of it as a text in columns, for a terminal.
    pub fn table(&self) -> String {
        let mut out = String::new();
        let widest = self.lines.iter().map(|line| line.path.chars().count()).max().unwrap_or_default();
        for line in &self.lines {
            let fate = match &line.fate {
                Fate::Becomes { key, shown } => format!("{key} = {shown}{}", line.was()),
                Fate::Kept { key, shown } => format!("{key} = {shown}{} (kept for later)", line.was()),
                Fate::AlreadySo => format!("as it is here: {}", line.value),
                Fate::NoPlace => format!("no place here: {}", line.value),
            };
            let _ = writeln!(out, "{:widest$}  ->  {fate}", line.path);
            if !line.note.is_empty() {
                let _ = writeln!(out, "{:widest$}      {}", "", line.note);
            }
        }
        out
    }

    /// How many lines are taken over as they are, are to be minded, and have no place.
    pub fn counts(&self) -> [usize; 3] {
        let mind = self.lines.iter().filter(|line| line.is_to_mind()).count();
        let none = self.lines.iter().filter(|line| line.fate == Fate::NoPlace).count();
        [self.lines.len() - mind - none, mind, none]
    }
}
