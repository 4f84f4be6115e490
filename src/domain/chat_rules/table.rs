//! The one table of chat commands. Parsing, `!help`, the page and `docs/chat-commands.md` are made
//! from it.

use crate::domain::chat_command::{Audience, ChatCommand};
use crate::kit::units::Millis;

/// What a command does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Start the stream, then the starting scene.
    Start,
    /// Stop the stream, then the offline scene.
    Stop,
    /// BRB, a moment, LIVE.
    Fix,
    /// The refresh scene for a moment, then back.
    Refresh,
    /// A scene by its role.
    Scene(Role),
    /// A scene by its name.
    Switch,
    /// Show or hide a source.
    Source,
    /// Another scene collection.
    Collection,
    /// Recording on or off.
    Record,
    /// A limit of automatic switching.
    Limit(Limit),
    /// A setting on or off.
    Setting(Switch),
    /// Automatic switching on or off.
    Guard,
    /// Another word for a command.
    Alias,
    /// The show goes on after a raid.
    Cancel,
    /// The feed's rate.
    Bitrate,
    /// The feed with its numbers.
    SourceInfo,
    /// The ingest server.
    ServerInfo,
    /// OBS.
    ObsInfo,
    /// This program.
    Version,
    /// The commands.
    Help,
}

/// A scene that the settings name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// LIVE_SCENE_NAME
    Live,
    /// BRB_SCENE_NAME
    Brb,
    /// STARTING_SCENE_NAME
    Starting,
    /// ENDING_SCENE_NAME
    Ending,
    /// PRIVACY_SCENE_NAME
    Privacy,
}

/// A setting that is on or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// CHAT_ANNOUNCE
    Announce,
    /// CHAT_PUBLIC_COMMANDS
    Public,
    /// CHAT_MOD_COMMANDS
    Moderators,
    /// RAID_AUTO_STOP_ENABLED
    AutoStop,
}

impl Switch {
    /// The setting.
    pub fn key(self) -> &'static str {
        match self {
            Switch::Announce => "CHAT_ANNOUNCE",
            Switch::Public => "CHAT_PUBLIC_COMMANDS",
            Switch::Moderators => "CHAT_MOD_COMMANDS",
            Switch::AutoStop => "RAID_AUTO_STOP_ENABLED",
        }
    }
}

/// A limit of automatic switching.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// BITRATE_LOW_KBPS
    Low,
    /// BITRATE_OFFLINE_KBPS
    Offline,
    /// RTT_LOW_MS
    RttLow,
    /// RTT_LOST_MS
    RttLost,
}

impl Limit {
    /// The setting, and its unit.
    pub fn key(self) -> (&'static str, &'static str) {
        match self {
            Limit::Low => ("BITRATE_LOW_KBPS", "kbit/s"),
            Limit::Offline => ("BITRATE_OFFLINE_KBPS", "kbit/s"),
            Limit::RttLow => ("RTT_LOW_MS", "ms"),
            Limit::RttLost => ("RTT_LOST_MS", "ms"),
        }
    }
}

/// One row of the table.
#[derive(Debug, PartialEq)]
pub struct Spec {
    /// The word after the prefix.
    pub name: &'static str,
    /// What it does.
    pub verb: Verb,
    /// What is written behind it; empty where nothing may be.
    pub args: &'static str,
    /// Who may write it, unless somebody changed that.
    pub audience: Audience,
    /// Time before the same viewer may write it again, unless somebody changed that; moderators and
    /// those above need not wait.
    pub cooldown: Millis,
    /// One line for `!help`, the page and the documentation.
    pub does: &'static str,
}

impl Spec {
    /// The command as it is while nobody has changed it.
    pub fn unchanged(&self) -> ChatCommand {
        let (name, audience) = (self.name.to_owned(), self.audience);
        ChatCommand { name, enabled: true, audience, aliases: Vec::new(), people: Vec::new(), wait_sec: None }
    }
}

/// The usual wait of a viewer.
pub const COOLDOWN: Millis = Millis(10_000);

const fn row(name: &'static str, verb: Verb, args: &'static str, audience: Audience, does: &'static str) -> Spec {
    Spec { name, verb, args, audience, cooldown: COOLDOWN, does }
}

/// Every command, in the order of `!help`.
pub const COMMANDS: &[Spec] = {
    use Audience::{Admins, Everyone, Moderators};
    &[
        row("start", Verb::Start, "", Admins, "Starts the stream, then shows the starting scene."),
        row("live", Verb::Scene(Role::Live), "", Admins, "Shows the live scene."),
        row("brb", Verb::Scene(Role::Brb), "", Admins, "Shows the BRB scene."),
        row("fix", Verb::Fix, "", Admins, "Shows the BRB scene for a moment, then the live scene."),
        row("stop", Verb::Stop, "", Admins, "Stops the stream, then shows the offline scene."),
        row("privacy", Verb::Scene(Role::Privacy), "", Admins, "Shows the privacy scene, which only a person leaves."),
        row("starting", Verb::Scene(Role::Starting), "", Admins, "Shows the starting scene."),
        row("ending", Verb::Scene(Role::Ending), "", Admins, "Shows the ending scene."),
        row("switch", Verb::Switch, "SCENE", Admins, "Shows the scene whose name is most like this."),
        row(
            "source",
            Verb::Source,
            "NAME",
            Admins,
            "Shows a hidden source of the scene that is on, or hides a shown one.",
        ),
        row("refresh", Verb::Refresh, "", Moderators, "Shows the refresh scene for a moment, then the one before."),
        row("record", Verb::Record, "on|off", Admins, "Starts or stops recording."),
        row("collection", Verb::Collection, "NAME", Admins, "Changes to another scene collection of OBS."),
        row("bitrate", Verb::Bitrate, "", Everyone, "Tells the rate of the feed."),
        row("sourceinfo", Verb::SourceInfo, "", Moderators, "Tells the feed's state with its numbers."),
        row("serverinfo", Verb::ServerInfo, "", Moderators, "Tells which ingest server answers, and what it says."),
        row("obsinfo", Verb::ObsInfo, "", Moderators, "Tells what OBS does."),
        row(
            "trigger",
            Verb::Limit(Limit::Low),
            "N",
            Moderators,
            "Sets the low limit in kbit/s; without a number, tells it.",
        ),
        row("otrigger", Verb::Limit(Limit::Offline), "N", Moderators, "Sets the lost limit in kbit/s."),
        row("rtrigger", Verb::Limit(Limit::RttLow), "N|off", Moderators, "Sets the delay that is weak, in ms."),
        row("ortrigger", Verb::Limit(Limit::RttLost), "N|off", Moderators, "Sets the delay that is lost, in ms."),
        row("guard", Verb::Guard, "on|off", Admins, "Switches automatic switching on or off."),
        row("noalbs", Verb::Guard, "start|stop", Admins, "The same, by its old name."),
        row(
            "notify",
            Verb::Setting(Switch::Announce),
            "on|off",
            Admins,
            "Tells chat when the signal is weak or lost, or not.",
        ),
        row(
            "public",
            Verb::Setting(Switch::Public),
            "on|off",
            Admins,
            "Lets viewers use the commands that are for them, or not.",
        ),
        row(
            "mod",
            Verb::Setting(Switch::Moderators),
            "on|off",
            Admins,
            "Lets moderators use the commands that are for them, or not.",
        ),
        row("autostop", Verb::Setting(Switch::AutoStop), "on|off", Admins, "Stops the stream after a raid, or not."),
        row(
            "alias",
            Verb::Alias,
            "add WORD COMMAND|rem WORD",
            Admins,
            "Gives a command another word, or takes it away.",
        ),
        row(
            "cancel",
            Verb::Cancel,
            "",
            Admins,
            "The show goes on: takes back the stop after a raid, and the raid while its 90 s run.",
        ),
        row("noalbsversion", Verb::Version, "", Admins, "Tells which program answers, and its version."),
        row("help", Verb::Help, "COMMAND", Everyone, "Tells the commands that you may use, or what one does."),
    ]
};

/// The row of a name.
pub fn find(name: &str) -> Option<&'static Spec> {
    COMMANDS.iter().find(|spec| spec.name == name)
}

/// Every command as it is now: the rows that somebody changed, in the order of the table.
pub fn merged(rows: &[ChatCommand]) -> Vec<ChatCommand> {
    let row = |spec: &Spec| rows.iter().find(|row| row.name == spec.name).cloned();
    COMMANDS.iter().map(|spec| row(spec).unwrap_or_else(|| spec.unchanged())).collect()
}
