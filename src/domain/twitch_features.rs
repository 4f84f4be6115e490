//! What of Twitch can be switched on and off, which rights each part needs and why, and which events
//! belong to it. One table makes the sign-in page, the scopes that are asked for, the EventSub
//! subscriptions and `docs/twitch.md`.
//!
//! Scopes, types, versions and conditions: dev.twitch.tv, "Twitch Access Token Scopes" and "EventSub
//! Subscription Types".

use super::chat::Identity;

/// A part of Twitch that can be switched off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feature {
    /// The word in TWITCH_FEATURES.
    pub word: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// Why the rights are needed.
    pub why: &'static str,
    /// Scopes of the channel's own account.
    pub scopes: &'static [&'static str],
    /// Scopes of the bot account.
    pub bot_scopes: &'static [&'static str],
}

/// Every feature, in the order of the sign-in page.
pub const FEATURES: &[Feature] = &[
    Feature {
        word: "chat",
        title: "Chat",
        why: "Chat commands, the chat page, answers in chat.",
        scopes: &["user:read:chat", "user:write:chat", "channel:bot"],
        bot_scopes: &["user:read:chat", "user:write:chat", "user:bot"],
    },
    Feature {
        word: "channel",
        title: "Title, category, markers",
        why: "Change title, category, tags and labels; set markers.",
        scopes: &["channel:manage:broadcast"],
        bot_scopes: &[],
    },
    Feature {
        word: "raids",
        title: "Raids",
        why: "Start a raid and take it back. Seeing raids needs no right.",
        scopes: &["channel:manage:raids"],
        bot_scopes: &[],
    },
    Feature { word: "clips", title: "Clips", why: "Make clips.", scopes: &["clips:edit"], bot_scopes: &[] },
    Feature {
        word: "announcements",
        title: "Announcements",
        why: "Say something in colour.",
        scopes: &["moderator:manage:announcements"],
        bot_scopes: &[],
    },
    Feature {
        word: "shoutouts",
        title: "Shout-outs",
        why: "Recommend other channels, and see who recommends you.",
        scopes: &["moderator:manage:shoutouts"],
        bot_scopes: &[],
    },
    Feature {
        word: "ads",
        title: "Ads",
        why: "See when the next ad comes, put it off, run ads.",
        scopes: &["channel:read:ads", "channel:manage:ads", "channel:edit:commercial"],
        bot_scopes: &[],
    },
    Feature {
        word: "follows",
        title: "Follows",
        why: "Show new followers.",
        scopes: &["moderator:read:followers"],
        bot_scopes: &[],
    },
    Feature {
        word: "subscriptions",
        title: "Subscriptions",
        why: "Show subscriptions and gifts.",
        scopes: &["channel:read:subscriptions"],
        bot_scopes: &[],
    },
    Feature { word: "bits", title: "Bits", why: "Show cheers.", scopes: &["bits:read"], bot_scopes: &[] },
    Feature {
        word: "rewards",
        title: "Channel points",
        why: "Show redeemed rewards.",
        scopes: &["channel:read:redemptions"],
        bot_scopes: &[],
    },
    Feature {
        word: "hypetrain",
        title: "Hype trains",
        why: "Show hype trains.",
        scopes: &["channel:read:hype_train"],
        bot_scopes: &[],
    },
    Feature { word: "polls", title: "Polls", why: "Show polls.", scopes: &["channel:read:polls"], bot_scopes: &[] },
    Feature {
        word: "predictions",
        title: "Predictions",
        why: "Show predictions.",
        scopes: &["channel:read:predictions"],
        bot_scopes: &[],
    },
];

/// What the condition of a subscription names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// `broadcaster_user_id`.
    Broadcaster,
    /// `broadcaster_user_id` and `moderator_user_id` (the token's account).
    Moderator,
    /// `broadcaster_user_id` and `user_id` (the token's account).
    Reader,
    /// `from_broadcaster_user_id`.
    From,
    /// `to_broadcaster_user_id`.
    To,
}

/// An EventSub subscription that is wanted while its feature is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The type.
    pub kind: &'static str,
    /// Its version.
    pub version: &'static str,
    /// What its condition names.
    pub condition: Condition,
    /// The feature; `None` for those that need no right and are always on.
    pub feature: Option<&'static str>,
}

impl Wanted {
    /// Its name for people: the type, and the direction where one type has two.
    pub fn name(&self) -> String {
        match self.condition {
            Condition::From => format!("{} (out)", self.kind),
            Condition::To => format!("{} (in)", self.kind),
            Condition::Broadcaster | Condition::Moderator | Condition::Reader => self.kind.to_owned(),
        }
    }
}

/// What is written in chat; commands live from it.
pub const CHAT: Wanted = wanted("channel.chat.message", "1", Condition::Reader, "chat");
/// Our raid went out; the stop after it lives from it.
pub const RAID_OUT: Wanted = always("channel.raid", "1", Condition::From);

/// Every subscription, the most important first.
pub const SUBSCRIPTIONS: &[Wanted] = {
    use Condition::{Broadcaster, Moderator, Reader, To};
    &[
        CHAT,
        RAID_OUT,
        always("channel.raid", "1", To),
        always("stream.online", "1", Broadcaster),
        always("stream.offline", "1", Broadcaster),
        always("channel.update", "2", Broadcaster),
        wanted("channel.chat.notification", "1", Reader, "chat"),
        wanted("channel.chat.message_delete", "1", Reader, "chat"),
        wanted("channel.chat.clear", "1", Reader, "chat"),
        wanted("channel.chat.clear_user_messages", "1", Reader, "chat"),
        wanted("channel.follow", "2", Moderator, "follows"),
        wanted("channel.subscribe", "1", Broadcaster, "subscriptions"),
        wanted("channel.subscription.message", "1", Broadcaster, "subscriptions"),
        wanted("channel.subscription.gift", "1", Broadcaster, "subscriptions"),
        wanted("channel.cheer", "1", Broadcaster, "bits"),
        wanted("channel.bits.use", "1", Broadcaster, "bits"),
        wanted("channel.channel_points_custom_reward_redemption.add", "1", Broadcaster, "rewards"),
        wanted("channel.hype_train.begin", "2", Broadcaster, "hypetrain"),
        wanted("channel.hype_train.progress", "2", Broadcaster, "hypetrain"),
        wanted("channel.hype_train.end", "2", Broadcaster, "hypetrain"),
        wanted("channel.poll.begin", "1", Broadcaster, "polls"),
        wanted("channel.poll.progress", "1", Broadcaster, "polls"),
        wanted("channel.poll.end", "1", Broadcaster, "polls"),
        wanted("channel.prediction.begin", "1", Broadcaster, "predictions"),
        wanted("channel.prediction.progress", "1", Broadcaster, "predictions"),
        wanted("channel.prediction.lock", "1", Broadcaster, "predictions"),
        wanted("channel.prediction.end", "1", Broadcaster, "predictions"),
        wanted("channel.ad_break.begin", "1", Broadcaster, "ads"),
        wanted("channel.shoutout.create", "1", Moderator, "shoutouts"),
        wanted("channel.shoutout.receive", "1", Moderator, "shoutouts"),
    ]
};

const fn wanted(kind: &'static str, version: &'static str, condition: Condition, feature: &'static str) -> Wanted {
    Wanted { kind, version, condition, feature: Some(feature) }
}

const fn always(kind: &'static str, version: &'static str, condition: Condition) -> Wanted {
    Wanted { kind, version, condition, feature: None }
}

/// In place of features: none of them, since nothing stands for all.
pub const NONE: &str = "none";

/// What may stand in TWITCH_FEATURES.
pub fn feature_words() -> Vec<&'static str> {
    FEATURES.iter().map(|feature| feature.word).chain([NONE]).collect()
}

/// What may stand in TWITCH_EVENTS_OFF: types, and names where one type has two directions.
pub fn event_names() -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in SUBSCRIPTIONS.iter().flat_map(|one| [one.kind.to_owned(), one.name()]) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The scopes of which a subscription needs one; empty where it needs none.
pub fn rights(kind: &str) -> &'static [&'static str] {
    const RIGHTS: &[(&str, &[&str])] = &[
        ("channel.chat.", &["user:read:chat"]),
        ("channel.follow", &["moderator:read:followers"]),
        ("channel.subscri", &["channel:read:subscriptions"]),
        ("channel.cheer", &["bits:read"]),
        ("channel.bits.", &["bits:read"]),
        ("channel.channel_points_", &["channel:read:redemptions", "channel:manage:redemptions"]),
        ("channel.hype_train.", &["channel:read:hype_train"]),
        ("channel.poll.", &["channel:read:polls", "channel:manage:polls"]),
        ("channel.prediction.", &["channel:read:predictions", "channel:manage:predictions"]),
        ("channel.ad_break.", &["channel:read:ads"]),
        ("channel.shoutout.", &["moderator:read:shoutouts", "moderator:manage:shoutouts"]),
    ];
    RIGHTS.iter().find(|(begin, _)| kind.starts_with(begin)).map_or(&[], |(_, rights)| rights)
}

/// The features that are on: those named, or all where none is named.
pub fn switched_on(words: &[String]) -> impl Iterator<Item = &'static Feature> {
    FEATURES.iter().filter(move |feature| words.is_empty() || words.iter().any(|word| word == feature.word))
}

/// The scopes to ask an account for, each once, sorted.
pub fn scopes(words: &[String], identity: Identity) -> Vec<&'static str> {
    let of = |feature: &'static Feature| match identity {
        Identity::Broadcaster => feature.scopes,
        Identity::Bot => feature.bot_scopes,
    };
    let mut scopes: Vec<&str> = switched_on(words).flat_map(|feature| of(feature).iter().copied()).collect();
    scopes.sort_unstable();
    scopes.dedup();
    scopes
}

/// Those of these scopes that no feature asks for: another program that shares the sign-in needs them.
pub fn foreign(has: &[String]) -> impl Iterator<Item = &str> {
    let ours = |scope: &str| FEATURES.iter().any(|one| one.scopes.contains(&scope) || one.bot_scopes.contains(&scope));
    has.iter().map(String::as_str).filter(move |scope| !ours(scope))
}

/// Whether a subscription is wanted with these features on and these subscriptions off, each named by its
/// type or by its name.
pub fn is_wanted(wanted: &Wanted, words: &[String], off: &[String]) -> bool {
    let is_off = off.iter().any(|name| *name == wanted.kind || *name == wanted.name());
    !is_off && wanted.feature.is_none_or(|word| switched_on(words).any(|feature| feature.word == word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_subscription_belongs_to_a_feature_that_exists() {
        for wanted in SUBSCRIPTIONS {
            let known = wanted.feature.is_none_or(|word| FEATURES.iter().any(|feature| feature.word == word));
            assert!(known, "{wanted:?}");
        }
    }

    #[test]
    fn each_feature_asks_for_a_right_that_its_events_need() {
        for wanted in SUBSCRIPTIONS {
            let feature = wanted.feature.and_then(|word| FEATURES.iter().find(|feature| feature.word == word));
            let enough =
                feature.is_none_or(|feature| rights(wanted.kind).iter().any(|right| feature.scopes.contains(right)));
            assert!(enough, "{wanted:?}");
            assert_eq!(wanted.feature.is_none(), rights(wanted.kind).is_empty(), "{wanted:?}");
        }
    }

    #[test]
    fn every_name_switches_something_off() {
        let all = |off: &[String]| SUBSCRIPTIONS.iter().filter(|one| is_wanted(one, &[], off)).count();
        for name in event_names() {
            assert!(all(std::slice::from_ref(&name)) < SUBSCRIPTIONS.len(), "{name}");
        }
        assert_eq!(switched_on(&[NONE.to_owned()]).count(), 0);
    }

    #[test]
    fn rights_that_no_part_of_ours_needs_are_anothers() {
        let has = ["chat:read", "clips:edit", "user:bot", "whispers:read"].map(str::to_owned);
        assert_eq!(foreign(&has).collect::<Vec<_>>(), ["chat:read", "whispers:read"]);
    }

    #[test]
    fn fewer_features_ask_for_fewer_rights() {
        let only = ["chat".to_owned(), "raids".to_owned()];
        assert_eq!(
            scopes(&only, Identity::Broadcaster),
            ["channel:bot", "channel:manage:raids", "user:read:chat", "user:write:chat"]
        );
        assert_eq!(scopes(&only, Identity::Bot), ["user:bot", "user:read:chat", "user:write:chat"]);
        assert!(scopes(&[], Identity::Broadcaster).len() > 10);
        assert_eq!(SUBSCRIPTIONS.iter().filter(|wanted| is_wanted(wanted, &only, &[])).count(), 10);
        let off = ["channel.raid (in)".to_owned(), "channel.update".to_owned()];
        let left: Vec<String> =
            SUBSCRIPTIONS.iter().filter(|one| is_wanted(one, &only, &off)).map(Wanted::name).collect();
        assert_eq!(left.len(), 8);
        assert!(left.contains(&"channel.raid (out)".to_owned()), "one direction alone");
    }
}
