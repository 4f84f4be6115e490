//! An order's kind: the row of the permission table that judges it.

use super::{
    CHAT_SETTINGS, ChangeSetting, ChatOrder, FailoverOrder, IngestOrder, ObsOrder, Order, RaidOrder, TwitchOrder,
};
#[cfg(doc)]
use super::{Import, RaiseAlert};

/// An order without its details, for the permission table and the audit log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OrderKind {
    /// [`ObsOrder::StartStream`]
    StartStream,
    /// [`ObsOrder::StopStream`]
    StopStream,
    /// [`ObsOrder::StopShow`]
    StopShow,
    /// [`ObsOrder::SwitchScene`]
    SwitchScene,
    /// [`ObsOrder::RestartMedia`]
    RestartMedia,
    /// [`ObsOrder::StartRecord`]
    StartRecord,
    /// [`ObsOrder::StopRecord`]
    StopRecord,
    /// [`ObsOrder::SetSourceVisible`]
    SetSourceVisible,
    /// [`ObsOrder::SetCollection`]
    SetCollection,
    /// [`FailoverOrder::Pause`]
    PauseFailover,
    /// [`FailoverOrder::Resume`]
    ResumeFailover,
    /// [`FailoverOrder::StartTest`] and [`FailoverOrder::StopTest`]
    TestFailover,
    /// [`FailoverOrder::Maintenance`]
    Maintenance,
    /// [`IngestOrder::DropPublisher`]
    DropPublisher,
    /// [`RaiseAlert`]
    RaiseAlert,
    /// [`ChangeSetting`]
    ChangeSetting,
    /// [`ChangeSetting`] of nothing but [`CHAT_SETTINGS`]
    ChangeChatSetting,
    /// [`ChatOrder::SetCommand`]
    SetCommand,
    /// [`ChatOrder::AddAlias`] and [`ChatOrder::RemoveAlias`]
    Alias,
    /// [`Import`]
    Import,
    /// [`TwitchOrder::SetChannel`]
    SetChannel,
    /// [`TwitchOrder::StartRaid`]
    StartRaid,
    /// [`TwitchOrder::CancelRaid`]
    CancelRaid,
    /// [`TwitchOrder::Marker`]
    Marker,
    /// [`TwitchOrder::Clip`]
    Clip,
    /// [`TwitchOrder::Announce`]
    Announce,
    /// [`TwitchOrder::Shoutout`]
    Shoutout,
    /// [`TwitchOrder::RunAds`] and [`TwitchOrder::SnoozeAd`]
    Ads,
    /// [`TwitchOrder::Say`]
    Say,
    /// [`TwitchOrder::BeginSignIn`], [`TwitchOrder::EndSignIn`] and [`TwitchOrder::SignOut`]
    SignIn,
    /// [`RaidOrder::Cancel`]
    CancelRaidStop,
    /// [`RaidOrder::StopNow`]
    RaidStopNow,
}

impl OrderKind {
    /// Every kind, for tables and tests.
    pub const ALL: &[OrderKind] = &[
        Self::StartStream,
        Self::StopStream,
        Self::StopShow,
        Self::SwitchScene,
        Self::RestartMedia,
        Self::StartRecord,
        Self::StopRecord,
        Self::SetSourceVisible,
        Self::SetCollection,
        Self::PauseFailover,
        Self::ResumeFailover,
        Self::TestFailover,
        Self::Maintenance,
        Self::DropPublisher,
        Self::RaiseAlert,
        Self::ChangeSetting,
        Self::ChangeChatSetting,
        Self::SetCommand,
        Self::Alias,
        Self::Import,
        Self::SetChannel,
        Self::StartRaid,
        Self::CancelRaid,
        Self::Marker,
        Self::Clip,
        Self::Announce,
        Self::Shoutout,
        Self::Ads,
        Self::Say,
        Self::SignIn,
        Self::CancelRaidStop,
        Self::RaidStopNow,
    ];
}

impl Order {
    /// The kind by which the permission table judges this order.
    pub fn kind(&self) -> OrderKind {
        match self {
            Order::Obs(ObsOrder::StartStream) => OrderKind::StartStream,
            Order::Obs(ObsOrder::StopStream) => OrderKind::StopStream,
            Order::Obs(ObsOrder::StopShow) => OrderKind::StopShow,
            Order::Obs(ObsOrder::SwitchScene { .. }) => OrderKind::SwitchScene,
            Order::Obs(ObsOrder::RestartMedia { .. }) => OrderKind::RestartMedia,
            Order::Obs(ObsOrder::StartRecord) => OrderKind::StartRecord,
            Order::Obs(ObsOrder::StopRecord) => OrderKind::StopRecord,
            Order::Obs(ObsOrder::SetSourceVisible { .. }) => OrderKind::SetSourceVisible,
            Order::Obs(ObsOrder::SetCollection { .. }) => OrderKind::SetCollection,
            Order::Failover(FailoverOrder::Pause) => OrderKind::PauseFailover,
            Order::Failover(FailoverOrder::Resume) => OrderKind::ResumeFailover,
            Order::Failover(FailoverOrder::StartTest | FailoverOrder::StopTest) => OrderKind::TestFailover,
            Order::Failover(FailoverOrder::Maintenance { .. }) => OrderKind::Maintenance,
            Order::Ingest(IngestOrder::DropPublisher { .. }) => OrderKind::DropPublisher,
            Order::Alerts(_) => OrderKind::RaiseAlert,
            Order::Settings(change) if change.is_for_chat() => OrderKind::ChangeChatSetting,
            Order::Settings(_) => OrderKind::ChangeSetting,
            Order::Chat(ChatOrder::SetCommand(_)) => OrderKind::SetCommand,
            Order::Chat(_) => OrderKind::Alias,
            Order::Import(_) => OrderKind::Import,
            Order::Twitch(order) => order.kind(),
            Order::Raid(RaidOrder::Cancel) => OrderKind::CancelRaidStop,
            Order::Raid(RaidOrder::StopNow) => OrderKind::RaidStopNow,
        }
    }
}

impl ChangeSetting {
    fn is_for_chat(&self) -> bool {
        !self.changes.is_empty() && self.changes.iter().all(|(key, _)| CHAT_SETTINGS.contains(&key.as_str()))
    }
}

impl TwitchOrder {
    fn kind(&self) -> OrderKind {
        match self {
            TwitchOrder::SetChannel { .. } => OrderKind::SetChannel,
            TwitchOrder::StartRaid { .. } => OrderKind::StartRaid,
            TwitchOrder::CancelRaid => OrderKind::CancelRaid,
            TwitchOrder::Marker { .. } => OrderKind::Marker,
            TwitchOrder::Clip { .. } => OrderKind::Clip,
            TwitchOrder::Announce { .. } => OrderKind::Announce,
            TwitchOrder::Shoutout { .. } => OrderKind::Shoutout,
            TwitchOrder::RunAds { .. } | TwitchOrder::SnoozeAd => OrderKind::Ads,
            TwitchOrder::Say { .. } => OrderKind::Say,
            TwitchOrder::BeginSignIn(_) | TwitchOrder::EndSignIn(_) | TwitchOrder::SignOut(_) => OrderKind::SignIn,
        }
    }
}
