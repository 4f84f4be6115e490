//! What the community does together: follows, hype trains, polls, predictions, shout-outs.

use super::super::fields::Fields;
use super::{Told, account, named};
use crate::domain::happening::HappeningKind as Kind;
use crate::kit::text::counted;
use serde_json::{Value, json};

/// Choices and outcomes that are kept; Twitch allows ten.
const CHOICES: usize = 10;

pub(super) fn told(kind: &str, event: Fields<'_>) -> Option<Told> {
    let step = kind.rsplit('.').next().unwrap_or_default();
    Some(match kind {
        "channel.follow" => {
            let who = account(event, "");
            Told::new(Kind::Follow, format!("{} follows.", named(who.as_ref()))).by(who)
        }
        "channel.shoutout.create" => {
            let to = account(event, "to_broadcaster_");
            Told::new(Kind::Shoutout, format!("A shout-out went to {}.", named(to.as_ref()))).by(to)
        }
        "channel.shoutout.receive" => shoutout(event),
        _ if kind.starts_with("channel.hype_train.") => train(step, event),
        _ if kind.starts_with("channel.poll.") => poll(step, event),
        _ if kind.starts_with("channel.prediction.") => prediction(step, event),
        _ => return None,
    })
}

fn shoutout(event: Fields<'_>) -> Told {
    let from = account(event, "from_broadcaster_");
    let viewers = event.number("viewer_count").unwrap_or(0);
    let text = format!("{} gave us a shout-out before {}.", named(from.as_ref()), counted(viewers, "viewer"));
    Told::new(Kind::Shoutout, text).by(from).amount(viewers)
}

fn train(step: &str, event: Fields<'_>) -> Told {
    let (level, total) = (event.number("level").unwrap_or(1), event.number("total").unwrap_or(0));
    let text = match step {
        "begin" => "A hype train begins.".to_owned(),
        "end" => format!("The hype train ends at level {level}."),
        _ => format!("The hype train is at level {level}."),
    };
    Told::new(Kind::HypeTrain, text).amount(level).with(json!({
        "step": step, "id": event.name("id"), "level": level, "total": total, "goal": event.number("goal"),
        "progress": event.number("progress"), "type": event.name("type"),
        "expires_at": event.name("expires_at"), "ended_at": event.name("ended_at"),
    }))
}

fn poll(step: &str, event: Fields<'_>) -> Told {
    let title = event.text("title");
    let choices: Vec<(String, u64)> = event
        .list("choices", CHOICES)
        .map(|choice| (choice.name("title"), choice.number("votes").unwrap_or(0)))
        .collect();
    let votes: u64 = choices.iter().map(|(_, votes)| *votes).fold(0, u64::saturating_add);
    let first = choices.iter().max_by_key(|(_, votes)| *votes).filter(|(_, votes)| *votes > 0);
    let text = match (step, first) {
        ("begin", _) => format!("A poll begins: {title}"),
        ("end", Some((choice, _))) => format!("The poll ends: {title} – {choice}"),
        ("end", None) => format!("The poll ends: {title}"),
        _ => format!("The poll goes on: {title} ({})", counted(votes, "vote")),
    };
    let choices: Vec<Value> = choices.iter().map(|(title, votes)| json!({"title": title, "votes": votes})).collect();
    Told::new(Kind::Poll, text).amount(votes).with(json!({
        "step": step, "id": event.name("id"), "title": title, "choices": choices, "status": event.name("status"),
        "ends_at": event.name("ends_at"),
    }))
}

fn prediction(step: &str, event: Fields<'_>) -> Told {
    let (title, winner) = (event.text("title"), event.raw("winning_outcome_id"));
    let won = event.list("outcomes", CHOICES).find(|one| !winner.is_empty() && one.raw("id") == winner);
    let points = event.list("outcomes", CHOICES).filter_map(|one| one.number("channel_points"));
    let points = points.fold(0, u64::saturating_add);
    let text = match (step, won) {
        ("begin", _) => format!("A prediction begins: {title}"),
        ("lock", _) => format!("The prediction is closed: {title}"),
        ("end", Some(won)) => format!("The prediction ends: {title} – {}", won.name("title")),
        ("end", None) => format!("The prediction ends: {title}"),
        _ => format!("The prediction goes on: {title} ({})", counted(points, "point")),
    };
    let outcomes: Vec<Value> = event
        .list("outcomes", CHOICES)
        .map(|one| json!({"title": one.name("title"), "points": one.number("channel_points"), "users": one.number("users")}))
        .collect();
    Told::new(Kind::Prediction, text).amount(points).with(json!({
        "step": step, "id": event.name("id"), "title": title, "outcomes": outcomes, "status": event.name("status"),
    }))
}
