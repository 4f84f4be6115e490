//! The journal's newest lines, filtered.

use crate::domain::journal::{Entry, Tail, Tone, Topic};
use crate::web::auth::SignedIn;
use crate::web::ctx::Ctx;
use crate::web::live::sections::LineView;
use crate::web::live::view::line;
use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;

/// Lines in one answer.
const LINES: usize = 200;

/// Which lines are wanted; an empty or unknown word wants all.
#[derive(Debug, Default, Deserialize)]
pub struct Filter {
    /// A topic's word.
    #[serde(default)]
    pub topic: String,
    /// `warn` for lines that are worth a look, `bad` for those that need a person.
    #[serde(default)]
    pub tone: String,
}

impl Filter {
    /// The lines that pass, newest first.
    pub fn lines(&self, tail: &Tail) -> Vec<LineView> {
        tail.lines.iter().rev().filter(|entry| self.passes(entry)).take(LINES).map(line).collect()
    }

    fn passes(&self, entry: &Entry) -> bool {
        let tone = match self.tone.as_str() {
            "warn" => matches!(entry.tone, Tone::Warn | Tone::Bad),
            "bad" => entry.tone == Tone::Bad,
            _ => true,
        };
        tone && topic(&self.topic).is_none_or(|wanted| wanted == entry.topic)
    }
}

fn topic(word: &str) -> Option<Topic> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
}

/// GET /api/v1/journal?topic=&tone=
pub async fn lines(State(ctx): State<Ctx>, _person: SignedIn, Query(filter): Query<Filter>) -> Json<Vec<LineView>> {
    Json(ctx.cells.tail.with(|tail| filter.lines(tail)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::units::UnixMs;

    #[test]
    fn lines_are_filtered_by_topic_and_tone_newest_first() {
        let entry = |at, topic, tone| Entry {
            at: UnixMs(at),
            topic,
            tone,
            text: String::new(),
            origin: String::new(),
            data: serde_json::Value::Null,
        };
        let lines = [(1, Topic::Decision, Tone::Warn), (2, Topic::Order, Tone::Good), (3, Topic::Link, Tone::Bad)];
        let tail = Tail { lines: lines.map(|(at, topic, tone)| entry(at, topic, tone)).into(), ..Tail::default() };
        let table = [
            ("", "", vec![3, 2, 1]),
            ("order", "", vec![2]),
            ("", "warn", vec![3, 1]),
            ("decision", "bad", vec![]),
            ("nonsense", "", vec![3, 2, 1]),
        ];
        for (topic, tone, wanted) in table {
            let filter = Filter { topic: topic.to_owned(), tone: tone.to_owned() };
            let got: Vec<i64> = filter.lines(&tail).iter().map(|line| line.at.0).collect();
            assert_eq!(got, wanted, "topic {topic:?}, tone {tone:?}");
        }
    }
}
