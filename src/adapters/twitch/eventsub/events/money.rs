//! What people give: subscriptions, gifts, bits, rewards.

use super::super::fields::Fields;
use super::{Told, account, named};
use crate::domain::happening::HappeningKind as Kind;
use crate::kit::text::counted;
use serde_json::json;

pub(super) fn told(kind: &str, event: Fields<'_>) -> Option<Told> {
    Some(match kind {
        "channel.subscribe" => subscribe(event),
        "channel.subscription.message" => again(event),
        "channel.subscription.gift" => gift(event),
        "channel.cheer" => {
            let (who, bits) = (giver(event), event.number("bits").unwrap_or(0));
            let text = format!("{} cheered {}.", named(who.as_ref()), counted(bits, "bit"));
            Told::new(Kind::Bits, text).by(who).amount(bits).saying(event.words("message"))
        }
        "channel.bits.use" => bits(event),
        "channel.channel_points_custom_reward_redemption.add" => reward(event),
        "channel.custom_power_up_redemption.add" => power_up(event),
        _ => return None,
    })
}

/// The giver; nobody where he wants to stay unknown.
fn giver(event: Fields<'_>) -> Option<(String, String)> {
    account(event, "").filter(|_| !event.flag("is_anonymous"))
}

/// `1000` → 1.
pub(super) fn tier(event: Fields<'_>, key: &str) -> u64 {
    event.number(key).map_or(1, |tier| (tier / 1000).clamp(1, 3))
}

fn subscribe(event: Fields<'_>) -> Told {
    let (who, gift, tier) = (account(event, ""), event.flag("is_gift"), tier(event, "tier"));
    let text = if gift { "was given a subscription" } else { "subscribed" };
    Told::new(Kind::Subscribe, format!("{} {text} (tier {tier}).", named(who.as_ref())))
        .by(who)
        .with(json!({"tier": tier, "gift": gift}))
}

fn again(event: Fields<'_>) -> Told {
    let (who, months) = (account(event, ""), event.number("cumulative_months").unwrap_or(1));
    let tier = tier(event, "tier");
    let text = format!("{} subscribed for {} (tier {tier}).", named(who.as_ref()), counted(months, "month"));
    Told::new(Kind::Subscribe, text)
        .by(who)
        .amount(months)
        .saying(event.below("message").words("text"))
        .with(json!({"tier": tier, "months": months, "streak": event.number("streak_months")}))
}

fn gift(event: Fields<'_>) -> Told {
    let (who, total, tier) = (giver(event), event.number("total").unwrap_or(1), tier(event, "tier"));
    let text = format!("{} gave {} (tier {tier}).", named(who.as_ref()), counted(total, "subscription"));
    Told::new(Kind::Gift, text)
        .by(who)
        .amount(total)
        .with(json!({"tier": tier, "all": event.number("cumulative_total")}))
}

fn bits(event: Fields<'_>) -> Told {
    let (who, bits, kind) = (account(event, ""), event.number("bits").unwrap_or(0), event.raw("type"));
    let on = [event.below("custom_power_up").name("title"), event.below("power_up").name("type").replace('_', " ")];
    let on = on.into_iter().find(|name| !name.is_empty()).map(|name| format!(" on {name}")).unwrap_or_default();
    let verb = if kind == "cheer" { "cheered" } else { "used" };
    let told = Told::new(Kind::Bits, format!("{} {verb} {}{on}.", named(who.as_ref()), counted(bits, "bit")))
        .by(who)
        .amount(bits)
        .saying(event.below("message").words("text"))
        .with(json!({"type": event.name("type")}));
    if kind == "cheer" { told.told_by("channel.cheer") } else { told }
}

fn reward(event: Fields<'_>) -> Told {
    let (who, reward) = (account(event, ""), event.below("reward"));
    let (title, cost) = (reward.name("title"), reward.number("cost").unwrap_or(0));
    Told::new(Kind::Redemption, format!("{} redeemed {title} ({}).", named(who.as_ref()), counted(cost, "point")))
        .by(who)
        .amount(cost)
        .saying(event.words("user_input"))
        .with(json!({"redemption": event.name("id"), "reward": reward.name("id"), "title": title,
            "status": event.name("status")}))
}

fn power_up(event: Fields<'_>) -> Told {
    let (who, power) = (account(event, ""), event.below("custom_power_up"));
    let (title, bits) = (power.name("title"), power.number("bits").unwrap_or(0));
    Told::new(Kind::Redemption, format!("{} redeemed {title} ({}).", named(who.as_ref()), counted(bits, "bit")))
        .by(who)
        .amount(bits)
        .saying(event.words("user_input"))
        .with(json!({"redemption": event.name("id"), "power_up": power.name("id"), "title": title}))
}
