//! The show itself: raids, live or not, the channel's words, ads, what was removed from chat.

use super::super::fields::Fields;
use super::{News, Told, account, named};
use crate::domain::happening::HappeningKind as Kind;
use crate::kit::text::counted;
use serde_json::json;

pub(super) fn told(kind: &str, event: Fields<'_>, outgoing: bool) -> Option<Told> {
    Some(match kind {
        "channel.raid" if outgoing => raid_out(event),
        "channel.raid" => raid_in(event),
        "stream.online" => Told::new(Kind::Live, "Twitch shows the channel as live.".to_owned())
            .with(json!({"live": true, "stream": event.name("id"), "type": event.name("type")}))
            .news(News::Stream),
        "stream.offline" => Told::new(Kind::Live, "Twitch no longer shows the channel as live.".to_owned())
            .with(json!({"live": false, "stream": event.name("id")}))
            .news(News::Stream),
        "channel.update" => channel(event),
        "channel.ad_break.begin" => ads(event),
        "channel.chat.message_delete" => removed(event, "A message of"),
        "channel.chat.clear_user_messages" => removed(event, "All messages of"),
        "channel.chat.clear" => Told::new(Kind::Removed, "The chat was cleared.".to_owned()),
        _ => return None,
    })
}

fn raid_out(event: Fields<'_>) -> Told {
    let to = account(event, "to_broadcaster_");
    let viewers = event.number("viewers").unwrap_or(0);
    let text = format!("We raided {} with {}.", named(to.as_ref()), counted(viewers, "viewer"));
    let (to_id, to_name) = to.clone().unwrap_or_default();
    Told::new(Kind::RaidOut, text)
        .by(to)
        .amount(viewers)
        .with(json!({"login": event.name("to_broadcaster_user_login")}))
        .news(News::RaidSent { to_id, to_name, viewers })
}

fn raid_in(event: Fields<'_>) -> Told {
    let from = account(event, "from_broadcaster_");
    let viewers = event.number("viewers").unwrap_or(0);
    Told::new(Kind::RaidIn, format!("{} raided with {}.", named(from.as_ref()), counted(viewers, "viewer")))
        .by(from)
        .amount(viewers)
        .with(json!({"login": event.name("from_broadcaster_user_login")}))
}

fn channel(event: Fields<'_>) -> Told {
    let (title, category) = (event.text("title"), event.name("category_name"));
    let category = if category.is_empty() { "no category".to_owned() } else { category };
    let labels: Vec<&str> = event
        .0
        .get("content_classification_labels")
        .and_then(|list| list.as_array())
        .into_iter()
        .flatten()
        .take(20)
        .filter_map(|label| label.as_str())
        .collect();
    Told::new(Kind::Channel, format!("The channel now says: {title} ({category})."))
        .with(json!({"title": title, "category_id": event.name("category_id"), "category": category,
            "language": event.name("language"), "labels": labels}))
        .news(News::Channel)
}

fn ads(event: Fields<'_>) -> Told {
    let seconds = event.number("duration_seconds").unwrap_or(0);
    Told::new(Kind::AdBreak, format!("Ads run for {}.", counted(seconds, "second")))
        .by(account(event, "requester_"))
        .amount(seconds)
        .with(json!({"automatic": event.flag("is_automatic")}))
        .news(News::Ads)
}

fn removed(event: Fields<'_>, what: &str) -> Told {
    let who = account(event, "target_");
    let verb = if what.starts_with("All") { "were" } else { "was" };
    Told::new(Kind::Removed, format!("{what} {} {verb} removed from chat.", named(who.as_ref())))
        .by(who)
        .with(json!({"message_id": event.name("message_id")}))
}
