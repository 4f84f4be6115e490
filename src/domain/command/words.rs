//! Orders in words, as the audit log has them: what somebody wants done.

use super::{ChatOrder, FailoverOrder, IngestOrder, ObsOrder, Order, RaidOrder, TwitchOrder};
use crate::kit::text::excerpt;
use std::fmt;

/// What somebody typed has to leave room for how the order ended.
fn short(typed: &str) -> String {
    excerpt(typed, 500)
}

impl fmt::Display for ChatOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ChatOrder::SetCommand(command) => write!(f, "change the chat command '{}'", command.name),
            ChatOrder::AddAlias { word, command } => write!(f, "let '{word}' mean the chat command '{command}'"),
            ChatOrder::RemoveAlias { word } => write!(f, "forget the chat command's other word '{word}'"),
        }
    }
}

impl fmt::Display for TwitchOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TwitchOrder::SetChannel { title: Some(title), .. } => write!(f, "set the title to '{}'", short(title)),
            TwitchOrder::SetChannel { .. } => f.write_str("change the channel's category, tags or labels"),
            TwitchOrder::StartRaid { channel } => write!(f, "raid '{}'", short(channel)),
            TwitchOrder::CancelRaid => f.write_str("take back the raid"),
            TwitchOrder::Marker { .. } => f.write_str("set a marker"),
            TwitchOrder::Clip { .. } => f.write_str("make a clip"),
            TwitchOrder::Announce { .. } => f.write_str("make an announcement"),
            TwitchOrder::Shoutout { channel } => write!(f, "give '{}' a shout-out", short(channel)),
            TwitchOrder::RunAds { seconds } => write!(f, "run ads for {seconds} seconds"),
            TwitchOrder::SnoozeAd => f.write_str("put off the next ad"),
            TwitchOrder::Say { message, .. } => write!(f, "say '{}' in chat", short(message)),
            TwitchOrder::BeginSignIn(who) => write!(f, "begin the Twitch sign-in of the {}", who.word()),
            TwitchOrder::EndSignIn(who) => write!(f, "give up the Twitch sign-in of the {}", who.word()),
            TwitchOrder::SignOut(who) => write!(f, "sign the {} out of Twitch", who.word()),
        }
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Order::Obs(ObsOrder::StartStream) => f.write_str("start the stream"),
            Order::Obs(ObsOrder::StopStream | ObsOrder::StopShow) => f.write_str("stop the stream"),
            Order::Obs(ObsOrder::SwitchScene { scene, .. }) => write!(f, "switch to scene '{}'", short(scene.as_str())),
            Order::Obs(ObsOrder::RestartMedia { feed: None }) => f.write_str("restart the media source"),
            Order::Obs(ObsOrder::RestartMedia { feed: Some(feed) }) => {
                write!(f, "restart the media source of '{feed}'")
            }
            Order::Obs(ObsOrder::StartRecord) => f.write_str("start recording"),
            Order::Obs(ObsOrder::StopRecord) => f.write_str("stop recording"),
            Order::Obs(ObsOrder::SetSourceVisible { item, visible, .. }) => match visible {
                Some(true) => write!(f, "show the source '{item}'"),
                Some(false) => write!(f, "hide the source '{item}'"),
                None => write!(f, "show or hide the source '{item}'"),
            },
            Order::Obs(ObsOrder::SetCollection { name }) => write!(f, "change to the scene collection '{name}'"),
            Order::Chat(order) => order.fmt(f),
            Order::Failover(FailoverOrder::Pause) => f.write_str("pause automatic switching"),
            Order::Failover(FailoverOrder::Resume) => f.write_str("resume automatic switching"),
            Order::Failover(FailoverOrder::StartTest) => f.write_str("start a test of automatic switching"),
            Order::Failover(FailoverOrder::StopTest) => f.write_str("end the test of automatic switching"),
            Order::Failover(FailoverOrder::Maintenance { feed: None, span, why }) => {
                write!(f, "expect work on the ingest for {span} ({why})")
            }
            Order::Failover(FailoverOrder::Maintenance { feed: Some(feed), span, why }) => {
                write!(f, "expect work on the ingest of '{feed}' for {span} ({why})")
            }
            Order::Ingest(IngestOrder::DropPublisher { feed }) => write!(f, "drop the publisher of '{feed}'"),
            Order::Alerts(alert) => write!(f, "raise the alert '{}'", short(&alert.message)),
            Order::Import(import) => write!(f, "import the settings of {}", import.from),
            Order::Twitch(order) => order.fmt(f),
            Order::Raid(RaidOrder::Cancel) => f.write_str("cancel the raid or the stop after it"),
            Order::Raid(RaidOrder::StopNow) => f.write_str("stop now, after the raid"),
            Order::Settings(change) => {
                // Values stay out: a password may be among them.
                let keys: Vec<&str> = change.changes.iter().map(|(key, _)| key.as_str()).collect();
                write!(f, "change {}", keys.join(", "))
            }
        }
    }
}
