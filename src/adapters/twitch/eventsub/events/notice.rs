//! `channel.chat.notification`: what chat shows between the messages. Much of it is told by an event of
//! its own too; where that one is off, this is the only word of it.

use super::super::fields::Fields;
use super::{Told, account, chat, named};
use crate::domain::happening::HappeningKind as Kind;
use serde_json::json;

pub(super) fn told(kind: &str, event: Fields<'_>) -> Option<Told> {
    (kind == "channel.chat.notification").then(|| notice(event))
}

fn notice(event: Fields<'_>) -> Told {
    let kind = event.raw("notice_type");
    let who = account(event, "chatter_").filter(|_| !event.flag("chatter_is_anonymous"));
    let elsewhere = chat::other_channel(event);
    let (is, told_by) = if elsewhere.is_some() { (Kind::Notice, None) } else { meaning(kind) };
    let data = json!({"notice": event.name("notice_type"), "from_channel": elsewhere});
    let told = Told::new(is, words(kind, event, named(who.as_ref())))
        .by(who)
        .saying(event.below("message").words("text"))
        .with(data);
    let told = amount(kind, event).into_iter().fold(told, Told::amount);
    told_by.into_iter().fold(told, Told::told_by)
}

/// What a kind of notice is, and which event tells it better.
fn meaning(kind: &str) -> (Kind, Option<&'static str>) {
    match kind {
        "sub" | "prime_paid_upgrade" | "gift_paid_upgrade" => (Kind::Subscribe, Some("channel.subscribe")),
        "resub" => (Kind::Subscribe, Some("channel.subscription.message")),
        "sub_gift" | "community_sub_gift" => (Kind::Gift, Some("channel.subscription.gift")),
        "raid" => (Kind::RaidIn, Some("channel.raid")),
        _ => (Kind::Notice, None),
    }
}

fn amount(kind: &str, event: Fields<'_>) -> Option<u64> {
    let below = event.below(kind);
    match kind {
        "resub" => below.number("cumulative_months"),
        "sub_gift" => Some(1),
        "community_sub_gift" => below.number("total"),
        "raid" => below.number("viewer_count"),
        "watch_streak" => below.number("streak_count"),
        "modiversary" => below.number("months"),
        "bits_badge_tier" => below.number("tier"),
        _ => None,
    }
}

/// Twitch's own words where there are any.
fn words(kind: &str, event: Fields<'_>, name: &str) -> String {
    let said = event.words("system_message");
    match (kind, said) {
        (_, Some(said)) => said,
        ("announcement", None) => format!("{name} announced something."),
        ("unraid", None) => "The raid was called off.".to_owned(),
        (_, None) => format!("{name}: {}.", event.name("notice_type").replace('_', " ")),
    }
}
