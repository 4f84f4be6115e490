//! Who gives orders, and the one table that says who may give which.

use super::command::OrderKind;
use serde::Serialize;
use std::fmt;

/// What a person (or a machine acting for one) is allowed to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Anyone: a chat viewer, an open page.
    Viewer,
    /// A moderator or admin speaking in chat.
    Chat,
    /// The daemon's own rules, acting without a person.
    Automation,
    /// Signed in to the dashboard.
    Admin,
    /// The person who claimed this daemon.
    Owner,
}

/// Where an order came from; it stands in the audit log beside the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A person at the dashboard or the API.
    Person {
        /// The account's name.
        name: String,
        /// The account's role.
        role: Role,
    },
    /// Someone in chat.
    Chat {
        /// The author as chat shows it.
        author: String,
        /// What the author may do, decided by badge and user id.
        role: Role,
    },
    /// A rule of the daemon, named.
    Automation(&'static str),
    /// A program that knows the alert token.
    Token(&'static str),
}

impl Origin {
    /// The role by which the permission table judges this origin.
    pub fn role(&self) -> Role {
        match self {
            Origin::Person { role, .. } | Origin::Chat { role, .. } => *role,
            Origin::Automation(_) | Origin::Token(_) => Role::Automation,
        }
    }

    /// True for a rule of the daemon; such orders never override a person's hold.
    pub fn is_automation(&self) -> bool {
        matches!(self, Origin::Automation(_))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Person { name, .. } => f.write_str(name),
            Origin::Chat { author, .. } => write!(f, "{author} (chat)"),
            Origin::Automation(rule) => f.write_str(rule),
            Origin::Token(name) => f.write_str(name),
        }
    }
}

/// The permission table: one row per order, the roles that may give it.
pub const PERMISSIONS: &[(OrderKind, &[Role])] = {
    use OrderKind as K;
    use Role::{Admin, Automation, Chat, Owner};
    &[
        (K::StartStream, &[Owner, Admin, Chat]),
        (K::StopStream, &[Owner, Admin, Chat]),
        // A rule ends the show that it looks at, never one that runs over a later connection.
        (K::StopShow, &[Owner, Admin, Automation]),
        (K::SwitchScene, &[Owner, Admin, Chat, Automation]),
        (K::RestartMedia, &[Owner, Admin, Chat, Automation]),
        (K::StartRecord, &[Owner, Admin, Chat, Automation]),
        (K::StopRecord, &[Owner, Admin, Chat, Automation]),
        (K::SetSourceVisible, &[Owner, Admin, Chat]),
        (K::SetCollection, &[Owner, Admin, Chat]),
        (K::PauseFailover, &[Owner, Admin, Chat]),
        (K::ResumeFailover, &[Owner, Admin, Chat]),
        (K::TestFailover, &[Owner, Admin]),
        (K::Maintenance, &[Owner, Admin, Automation]),
        (K::DropPublisher, &[Owner, Admin, Automation]),
        (K::RaiseAlert, &[Owner, Admin, Automation]),
        (K::ChangeSetting, &[Owner, Admin]),
        (K::ChangeChatSetting, &[Owner, Admin, Chat]),
        (K::SetCommand, &[Owner, Admin]),
        (K::Alias, &[Owner, Admin, Chat]),
        (K::Import, &[Owner, Admin]),
        (K::SetChannel, &[Owner, Admin, Chat]),
        (K::StartRaid, &[Owner, Admin, Chat]),
        (K::CancelRaid, &[Owner, Admin, Chat, Automation]),
        (K::Marker, &[Owner, Admin, Chat, Automation]),
        (K::Clip, &[Owner, Admin, Chat, Automation]),
        (K::Announce, &[Owner, Admin, Chat]),
        (K::Shoutout, &[Owner, Admin, Chat]),
        (K::Ads, &[Owner, Admin, Chat]),
        (K::Say, &[Owner, Admin, Automation]),
        (K::SignIn, &[Owner]),
        (K::CancelRaidStop, &[Owner, Admin, Chat]),
        (K::RaidStopNow, &[Owner, Admin, Chat]),
    ]
};

/// Whether `role` may give an order of this kind. An order missing from the table is nobody's.
pub fn may(role: Role, kind: OrderKind) -> bool {
    PERMISSIONS.iter().any(|(row, roles)| *row == kind && roles.contains(&role))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_has_exactly_one_row() {
        for kind in OrderKind::ALL {
            assert_eq!(PERMISSIONS.iter().filter(|(row, _)| row == kind).count(), 1, "{kind:?}");
        }
    }

    #[test]
    fn a_viewer_may_nothing_and_automation_starts_nothing() {
        assert!(OrderKind::ALL.iter().all(|kind| !may(Role::Viewer, *kind)));
        assert!(!may(Role::Automation, OrderKind::StartStream));
        assert!(!may(Role::Automation, OrderKind::StopStream) && may(Role::Automation, OrderKind::StopShow));
        assert!(may(Role::Automation, OrderKind::SwitchScene));
        assert!(OrderKind::ALL.iter().all(|kind| may(Role::Owner, *kind)));
    }
}
